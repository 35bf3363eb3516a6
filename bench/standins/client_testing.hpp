// A client for the stand-ins' tests: sends what the test says, waits for what it expects.
#pragma once

#include <gmock/gmock.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "net/event_loop.hpp"
#include "net/http_client.hpp"
#include "standins/standins.hpp"

namespace offhook::standins::testing {

namespace json = boost::json;

inline constexpr auto patience = 20s;

inline json::value parsed(std::string_view text) {
  boost::system::error_code error;
  json::value value = json::parse({text.data(), text.size()}, error);
  EXPECT_FALSE(error) << "not JSON: " << text;
  return value;
}

// `path` as in "channel/alternatives/0/transcript"; null if it is not there.
inline json::value at(std::string_view text, std::string_view path) {
  boost::system::error_code error;
  const json::value value = parsed(text);
  const json::value* found = value.find_pointer("/" + std::string(path), error);
  return found ? *found : json::value();
}
inline std::string text_at(std::string_view text, std::string_view path) {
  const json::value value = at(text, path);
  return value.is_string() ? std::string(value.get_string()) : json::serialize(value);
}

// Settings under which nothing waits long.
inline Settings quick() {
  Settings settings;
  settings.llm_first = 5ms;
  settings.llm_token = 1ms;
  settings.tts_first = 5ms;
  settings.tts_speed = 50;
  return settings;
}

// Sound as linear16: a tone, or silence.
inline std::string sound(double seconds, bool loud, int rate = 8000) {
  std::string bytes;
  for (int i = 0; i < static_cast<int>(seconds * rate); ++i) {
    const int value = loud ? static_cast<int>(8000 * std::sin(0.5 * i)) : 0;
    bytes += static_cast<char>(value & 0xFF);
    bytes += static_cast<char>(value >> 8 & 0xFF);
  }
  return bytes;
}

struct Answer {
  int status = 0;
  std::string body, error;  // error: how the exchange failed
  net::Headers headers;
  std::vector<std::string> events() const {  // the data of server-sent events
    std::vector<std::string> all;
    for (std::size_t i = 0; (i = body.find("data: ", i)) != std::string::npos;) {
      const std::size_t end = body.find_first_of("\r\n", i);
      all.push_back(body.substr(i + 6, end - i - 6));
      i = end;
    }
    return all;
  }
};

class Socket final : net::WebSocket::Handler {
 public:
  Socket(net::EventLoop& loop, std::shared_ptr<net::WebSocket> socket) : loop_(loop), socket_(std::move(socket)) {
    loop_.post([this] { socket_->set_handler(this); });
  }
  ~Socket() {
    std::mutex mutex;
    std::condition_variable done;
    bool gone = false;
    loop_.post([&] {
      socket_.reset();
      const std::lock_guard lock(mutex);
      gone = true;
      done.notify_all();
    });
    std::unique_lock lock(mutex);
    done.wait(lock, [&] { return gone; });
  }

  void text(std::string message) {
    loop_.post([this, message = std::move(message)] { (void)socket_->send_text(message); });
  }
  void binary(std::string bytes) {
    loop_.post([this, bytes = std::move(bytes)] { (void)socket_->send_binary(bytes); });
  }
  // The first message of those not yet taken whose `path` is `value`; those before it are dropped. Empty: none in time.
  std::string wait_for(std::string_view path, std::string_view value) {
    std::unique_lock lock(mutex_);
    const auto limit = std::chrono::steady_clock::now() + patience;
    while (true) {
      for (; taken_ < messages_.size(); ++taken_)
        if (text_at(messages_[taken_], path) == value) return messages_[taken_++];
      if (closed_ || changed_.wait_until(lock, limit) == std::cv_status::timeout) return {};
    }
  }
  // Why it closed; fails the test if it does not.
  std::string closed() {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, patience, [this] { return closed_; }));
    return why_;
  }
  std::vector<std::string> all() {
    const std::lock_guard lock(mutex_);
    return messages_;
  }

 private:
  void on_text(std::string_view text) override { remember(std::string(text)); }
  void on_binary(std::string_view bytes) override { remember("{\"binary\":" + std::to_string(bytes.size()) + "}"); }
  void on_closed(bool, std::string_view why) override {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    why_ = why;
    changed_.notify_all();
  }
  void remember(std::string message) {
    const std::lock_guard lock(mutex_);
    messages_.push_back(std::move(message));
    changed_.notify_all();
  }

  net::EventLoop& loop_;
  std::shared_ptr<net::WebSocket> socket_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> messages_;
  std::size_t taken_ = 0;
  bool closed_ = false;
  std::string why_;
};

class Client {
 public:
  explicit Client(Settings settings = quick()) : standins(std::move(settings)) { loop_.start(); }
  ~Client() {
    on_loop([this] { http_.reset(); });
    loop_.stop();
    loop_.join();
  }

  Answer send(const std::string& path, net::Headers headers, std::string body, std::string method = "POST") {
    auto state = std::make_shared<State>();
    on_loop([&] {
      net::HttpCall call;
      call.method = method;
      call.url = standins.http_url() + path;
      call.headers = headers;
      call.body = body;
      call.deadline = Deadline(loop_.now() + patience);
      state->pending = http_->send(std::move(call), sink(state));
    });
    state->wait();
    on_loop([&] { state->pending.reset(); });
    return state->answer;
  }
  Answer post(const std::string& path, net::Headers headers, std::string body) {
    headers.emplace_back("Content-Type", "application/json");
    return send(path, std::move(headers), std::move(body));
  }
  // Leaves after `bytes` of the answer have come.
  void send_and_leave(const std::string& path, net::Headers headers, std::string body, std::size_t bytes) {
    headers.emplace_back("Content-Type", "application/json");
    auto state = std::make_shared<State>();
    state->enough = bytes;
    on_loop([&] {
      net::HttpCall call;
      call.url = standins.http_url() + path;
      call.headers = headers;
      call.body = body;
      call.deadline = Deadline(loop_.now() + patience);
      state->pending = http_->send(std::move(call), sink(state));
    });
    state->wait();
    on_loop([&] { state->pending.reset(); });
  }

  // Null, and `refused` says why.
  std::unique_ptr<Socket> open(const std::string& path, net::Headers headers) {
    auto state = std::make_shared<State>();
    std::shared_ptr<net::WebSocket> socket;
    on_loop([&] {
      net::HttpClient::SocketCall call;
      call.url = standins.ws_url() + path;
      call.headers = headers;
      call.deadline = Deadline(loop_.now() + patience);
      state->pending = http_->connect(std::move(call), [&, state](Result<std::shared_ptr<net::WebSocket>> opened) {
        refused = opened ? "" : opened.error().what;
        if (opened) socket = *opened;
        state->finish();
      });
    });
    state->wait();
    on_loop([&] { state->pending.reset(); });
    if (!socket) return nullptr;
    return std::make_unique<Socket>(loop_, std::move(socket));
  }

  static bool eventually(const std::function<bool()>& holds) {
    const auto limit = std::chrono::steady_clock::now() + patience;
    while (!holds()) {
      if (std::chrono::steady_clock::now() > limit) return false;
      std::this_thread::yield();
    }
    return true;
  }

  std::string refused;
  Standins standins;

 private:
  struct State {
    void finish() {
      const std::lock_guard lock(mutex);
      done = true;
      changed.notify_all();
    }
    void wait() {
      std::unique_lock lock(mutex);
      EXPECT_TRUE(changed.wait_for(lock, patience + 5s, [this] { return done; }));
    }
    std::unique_ptr<net::Pending> pending;
    Answer answer;
    std::size_t enough = std::string::npos;
    std::mutex mutex;
    std::condition_variable changed;
    bool done = false;
  };
  net::HttpSink sink(const std::shared_ptr<State>& state) {
    return {[state](int status, const net::Headers& headers) {
              state->answer.status = status;
              state->answer.headers = headers;
            },
            [state](std::string_view chunk) {
              state->answer.body += chunk;
              if (state->answer.body.size() >= state->enough) state->finish();
            },
            [state](Result<void> done) {
              if (!done) state->answer.error = done.error().what;
              state->finish();
            }};
  }
  void on_loop(const std::function<void()>& task) {
    State state;
    loop_.post([&] {
      task();
      state.finish();
    });
    state.wait();
  }

  net::EventLoop loop_{"client"};
  std::unique_ptr<net::HttpClient> http_ = net::HttpClient::create(loop_);
};

}  // namespace offhook::standins::testing
