// What the sessions of both of Deepgram's protocols have in common: one socket, µ-law up and counted, text down, and
// one failure.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "net/http_client.hpp"
#include "net/loop.hpp"
#include "net/service_socket.hpp"
#include "stt/mulaw_uplink.hpp"
#include "stt/providers.hpp"
#include "stt/stt.hpp"

namespace offhook::stt {

// Calls `sink.used` and `sink.failed`, never from inside a member. Any callback may destroy it.
class DeepgramLink {
 public:
  struct Handler {
    std::function<void()> opened;
    std::function<void(std::string_view)> text;
  };
  DeepgramLink(net::Loop& loop, net::HttpClient& http, const Spec& spec, std::string url, Duration chunk,
               std::shared_ptr<const Session::Sink> sink, Handler handler);
  ~DeepgramLink();  // CloseStream, then closes

  void audio(std::span<const float> samples);
  void flush();  // sends what waits for its chunk
  void text(std::string_view message);
  void expect(bool due = true) {  // an answer, within 2 s
    if (socket_) socket_->expect(due);
  }
  // The session is over. From inside a callback of the handler.
  void fail(Error error);

  Duration position() const { return uplink_.position(); }  // of all audio so far
  bool is_open() const { return socket_ && socket_->is_open(); }
  bool is_dead() const { return socket_ == nullptr; }
  Time last_sent() const { return socket_ ? socket_->last_sent() : Time{}; }
  void report();  // tells what has been used, soon

  // Runs `then` on the loop, soon, unless the link is dead or gone by then.
  void later(std::function<void()> then);

 private:
  static constexpr Duration kReportEvery = 200ms;  // what a call that ends has not told is in no bill

  void send(std::vector<std::string> messages);
  void tell_used();

  net::Loop& loop_;
  const std::string provider_, key_;
  const std::shared_ptr<const Session::Sink> sink_;
  const std::shared_ptr<bool> alive_ = std::make_shared<bool>();  // its end drops what comes later
  MulawUplink uplink_;
  Duration unreported_{};
  std::unique_ptr<net::ServiceSocket> socket_;  // null: failed
};

}  // namespace offhook::stt
