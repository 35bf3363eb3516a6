#include "stt/deepgram_link.hpp"

#include "base/secret.hpp"
#include "stt/deepgram_listen.hpp"

namespace offhook::stt {

DeepgramLink::DeepgramLink(net::Loop& loop, net::HttpClient& http, const Spec& spec, std::string url, Duration chunk,
                           std::shared_ptr<const Session::Sink> sink, Handler handler)
    : loop_(loop), provider_(spec.provider), key_(spec.api_key), sink_(std::move(sink)), uplink_(chunk) {
  net::ServiceSocket::Options options;
  options.name = spec.provider;
  options.url = std::move(url);
  if (!spec.api_key.empty()) options.headers = {{"Authorization", "Token " + spec.api_key}};
  options.secret = spec.api_key;
  options.silence = 2s;
  socket_ = net::ServiceSocket::open(
      loop, http, std::move(options),
      {.opened = std::move(handler.opened),
       .text = std::move(handler.text),
       .binary =
           [this](std::string_view bytes) {
             fail({Errc::unavailable, "deepgram: it sends " + std::to_string(bytes.size()) +
                                          " bytes that are no text, and what they should have been is lost"});
           },
       .closed = [this](Error why) { fail(std::move(why)); }});
}

DeepgramLink::~DeepgramLink() {
  if (!is_open()) return;
  (void)socket_->send_text(std::string(kCloseStream));
  socket_->close();
}

void DeepgramLink::audio(std::span<const float> samples) {
  if (socket_) send(uplink_.feed(samples));
}

void DeepgramLink::flush() {
  if (socket_) send(uplink_.flush());
}

// What cannot be sent is the end of the socket, which says so itself.
void DeepgramLink::send(std::vector<std::string> messages) {
  for (auto& message : messages) (void)socket_->send_binary(std::move(message));
  unreported_ += uplink_.take_sent();
  if (unreported_ >= kReportEvery) report();
}

void DeepgramLink::text(std::string_view message) {
  if (socket_) (void)socket_->send_text(std::string(message));
}

void DeepgramLink::later(std::function<void()> then) {
  loop_.post([this, alive = std::weak_ptr(alive_), then = std::move(then)] {
    if (!alive.expired() && socket_) then();
  });
}

void DeepgramLink::report() {
  if (unreported_ > Duration::zero()) later([this] { tell_used(); });
}

void DeepgramLink::tell_used() {
  const auto sink = sink_;
  const Duration used = std::exchange(unreported_, {});
  if (used > Duration::zero() && sink->used) sink->used(provider_, used);
}

void DeepgramLink::fail(Error error) {
  if (!socket_) return;
  socket_.reset();
  error.what = without_secret(std::move(error.what), key_);
  const auto sink = sink_;
  const auto alive = std::weak_ptr(alive_);
  tell_used();
  if (!alive.expired() && sink->failed) sink->failed(error);
}

}  // namespace offhook::stt
