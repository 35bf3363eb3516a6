// For tests: an HttpClient whose every answer, and every WebSocket, the test writes by hand, so that deadlines can be
// tested on a VirtualLoop. It keeps HttpClient's promise only if the test does: answer from outside of send() and
// connect(), never from within.
//
//   FakeHttp http;                               program: http.send(call, sink)    program: http.connect(call, done)
//   http.last().head(200); … .body("…"); .end();
//   auto peer = http.last_connect().accept(loop);   peer->sent …   peer->text("{}");   peer->close(1000, "bye");
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/http_client.hpp"

namespace offhook::net {

// The service's end of a WebSocket. The program's end of it stays valid for as long as the program keeps it.
class FakeSocket : public std::enable_shared_from_this<FakeSocket> {
 public:
  struct Message {
    bool is_text;
    std::string bytes;
    friend bool operator==(const Message&, const Message&) = default;
  };
  explicit FakeSocket(Loop& loop) : loop_(loop) {}

  // What the program did.
  std::vector<Message> sent;
  bool closing = false;  // it began the closing handshake: nothing more is delivered to it
  std::uint16_t close_code = 0;
  std::string close_reason;
  bool cut = false;     // it let go without closing
  bool let_go = false;  // it let go, with or without
  std::vector<std::string> texts() const { return of_kind(true); }
  std::vector<std::string> binaries() const { return of_kind(false); }

  // The service does not read: every send is refused with Errc::full.
  bool full = false;

  // What the service does. Delivered at once, from inside these; before the program's first set_handler they wait for
  // it. Saying nothing at all is how a half-open connection looks.
  void text(std::string_view bytes) {
    arrive([b = std::string(bytes)](auto& h) { h.on_text(b); });
  }
  void binary(std::string_view bytes) {
    arrive([b = std::string(bytes)](auto& h) { h.on_binary(b); });
  }
  void close(std::uint16_t code, std::string_view reason = {}) {
    end(true, "code " + std::to_string(code) + (reason.empty() ? "" : ": " + std::string(reason)));
  }
  void break_off(std::string why = "Connection reset by peer") { end(false, std::move(why)); }

  std::shared_ptr<WebSocket> program_end() { return std::make_shared<ProgramEnd>(shared_from_this()); }

 private:
  using Delivery = std::function<void(WebSocket::Handler&)>;

  struct ProgramEnd final : WebSocket {
    explicit ProgramEnd(std::shared_ptr<FakeSocket> s) : socket(std::move(s)) {}
    ~ProgramEnd() override {
      socket->let_go = true;
      socket->cut = !socket->closing && !socket->over_;
      socket->handler_ = nullptr;
    }
    Loop& loop() override { return socket->loop_; }
    void set_handler(Handler* handler) override { socket->set_handler(handler); }
    Result<void> send_text(std::string text) override { return socket->take({true, std::move(text)}); }
    Result<void> send_binary(std::string bytes) override { return socket->take({false, std::move(bytes)}); }
    void close(std::uint16_t code, std::string_view reason) override {
      if (socket->over_ || std::exchange(socket->closing, true)) return;
      socket->close_code = code;
      socket->close_reason = reason;
    }
    const std::shared_ptr<FakeSocket> socket;
  };

  void set_handler(WebSocket::Handler* handler) {
    handler_ = handler;
    if (!handler || std::exchange(started_, true)) return;
    loop_.post([self = shared_from_this()] {
      self->reading_ = true;
      while (!self->early_.empty()) {
        const Delivery next = std::move(self->early_.front());
        self->early_.pop_front();
        self->deliver(next);
      }
    });
  }
  void arrive(Delivery what) {
    if (over_) return;
    Delivery unless_closing = [this, what = std::move(what)](auto& h) {
      if (!closing) what(h);
    };
    if (reading_)
      deliver(unless_closing);
    else
      early_.push_back(std::move(unless_closing));
  }
  void end(bool clean, std::string why) {
    if (std::exchange(over_, true)) return;
    const Delivery last = [this, clean, why = std::move(why)](auto& h) {
      handler_ = nullptr;
      h.on_closed(clean, why);
    };
    if (reading_)
      deliver(last);
    else
      early_.push_back(last);
  }
  void deliver(const Delivery& what) {
    const std::shared_ptr<FakeSocket> self = shared_from_this();  // the program may let go inside
    if (handler_) what(*handler_);
  }
  Result<void> take(Message message) {
    if (closing || over_) return Error{Errc::closed, "sending on a fake WebSocket: it is closed"};
    if (full) return Error{Errc::full, "sending on a fake WebSocket: the other side does not read"};
    sent.push_back(std::move(message));
    return {};
  }
  std::vector<std::string> of_kind(bool text) const {
    std::vector<std::string> out;
    for (const Message& m : sent)
      if (m.is_text == text) out.push_back(m.bytes);
    return out;
  }

  Loop& loop_;
  WebSocket::Handler* handler_ = nullptr;
  bool started_ = false, reading_ = false, over_ = false;
  std::deque<Delivery> early_;
};

class FakeHttp final : public HttpClient {
 public:
  struct Exchange {
    HttpCall call;
    HttpSink sink;
    bool open = true;  // neither done nor cancelled

    void head(int status, std::string type = "text/event-stream", Headers more = {}) {
      more.insert(more.begin(), {"content-type", std::move(type)});
      if (open && sink.head) sink.head(status, more);
    }
    void body(std::string_view bytes) {
      if (open && sink.body) sink.body(bytes);
    }
    void end(Result<void> result = {}) {
      if (std::exchange(open, false)) sink.done(std::move(result));
    }
  };
  struct Connect {
    SocketCall call;
    std::function<void(Result<std::shared_ptr<WebSocket>>)> done;
    bool open = true;  // neither answered nor cancelled

    // The service's end of what the program is given now. If the program has cancelled: of nothing.
    std::shared_ptr<FakeSocket> accept(Loop& loop) {
      auto socket = std::make_shared<FakeSocket>(loop);
      if (std::exchange(open, false)) done(socket->program_end());
      return socket;
    }
    void refuse(Error error) {
      if (std::exchange(open, false)) done(std::move(error));
    }
  };

  std::vector<std::shared_ptr<Exchange>> sent;
  std::vector<std::shared_ptr<Connect>> connects;
  int warmed = 0;

  Exchange& last() { return *sent.back(); }
  Connect& last_connect() { return *connects.back(); }

  std::unique_ptr<Pending> send(HttpCall call, HttpSink sink) override {
    sent.push_back(std::make_shared<Exchange>(Exchange{std::move(call), std::move(sink), true}));
    return std::make_unique<Handle<Exchange>>(sent.back());
  }
  void warm(const std::string&) override { ++warmed; }
  std::unique_ptr<Pending> connect(SocketCall call,
                                   std::function<void(Result<std::shared_ptr<WebSocket>>)> done) override {
    connects.push_back(std::make_shared<Connect>(Connect{std::move(call), std::move(done), true}));
    return std::make_unique<Handle<Connect>>(connects.back());
  }

 private:
  template <class Work>
  struct Handle final : Pending {
    explicit Handle(std::shared_ptr<Work> w) : work(std::move(w)) {}
    ~Handle() override { work->open = false; }
    std::shared_ptr<Work> work;
  };
};

}  // namespace offhook::net
