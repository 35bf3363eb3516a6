#include "net/service_socket.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/secret.hpp"
#include "net/url.hpp"

namespace offhook::net {

namespace {

constexpr std::size_t message_cost = 64;  // of a waiting message beside its bytes; as in the WebSocket's own queue

// In one line and without the key, of which a long answer may end with the beginning only, where it was cut off.
std::string presentable(std::string text, std::string_view secret) {
  constexpr std::size_t least = 6;  // a shorter beginning, "sk-", is no secret
  text = without_secret(std::move(text), secret);
  for (std::size_t n = std::min(text.size(), secret.size()); n >= least; --n) {
    if (!text.ends_with(secret.substr(0, n))) continue;
    text.replace(text.size() - n, n, "***");
    break;
  }
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  return text;
}

std::string ms(Duration d) {
  return std::to_string(d / 1ms) + " ms";
}

// The connection and whom it calls. The program's end of it is a Handle, which may go inside any callback: whoever
// calls back holds the Connection meanwhile.
//
//   opening ──▶ open ──▶ over      by fail(): `closed` is called; by close() or let_go(): nothing is called any more
//      └───────────────────▲
class Connection final : public std::enable_shared_from_this<Connection>, WebSocket::Handler {
 public:
  Connection(Loop& loop, ServiceSocket::Options options, ServiceSocket::Sink sink)
      : loop_(loop), options_(std::move(options)), sink_(std::move(sink)) {
    options_.most_waiting = std::min(options_.most_waiting, WebSocket::max_queued);
  }

  void begin(HttpClient& http);
  Result<void> send(std::string bytes, bool text);
  void expect(bool due);
  void close();
  void let_go();
  bool is_open() const { return socket_ != nullptr; }
  Time last_sent() const { return last_sent_; }

 private:
  struct Message {
    std::string bytes;
    bool text;
  };

  void on_connected(Result<std::shared_ptr<WebSocket>> result);
  void on_text(std::string_view text) override { on_message(sink_.text, text); }
  void on_binary(std::string_view bytes) override { on_message(sink_.binary, bytes); }
  void on_message(const std::function<void(std::string_view)>& call, std::string_view message);
  void on_closed(bool clean, std::string_view why) override;

  Result<void> wait(Message message);
  Result<void> hand_over(Message message);
  void arm_silence() {
    if (options_.silence > Duration::zero()) silence_.after(options_.silence);
  }
  Error explained(Errc code, const std::string& what, Duration retry_after = {}) const {
    return {code, presentable(options_.name + ": " + what, options_.secret), retry_after};
  }
  void fail(Error why);
  void fail_soon(Error why);
  void end();

  Loop& loop_;
  ServiceSocket::Options options_;
  const ServiceSocket::Sink sink_;

  std::unique_ptr<Pending> connecting_;
  std::shared_ptr<WebSocket> socket_;  // while it is open
  std::vector<Message> waiting_;       // until it is
  std::size_t waiting_size_ = 0;       // its cost
  bool due_ = false;                   // an answer is
  bool over_ = false;                  // nothing is sent or delivered any more
  bool let_go_ = false;                // not even `closed` is called
  Time last_sent_{};
  Time heard_{};  // the last message, or the opening

  // The client's own deadline passes at the same moment, and it knows what it was waiting for: its words first.
  Timer opening_{
      loop_, [this] {
        loop_.post([weak = weak_from_this()] {
          const auto self = weak.lock();
          if (!self || self->over_ || self->socket_) return;
          const auto url = parse_url(self->options_.url);
          self->fail(self->explained(Errc::timeout, "opening " + (url ? url->shown() : "it") + ": not open within " +
                                                        ms(self->options_.open_within)));
        });
      }};
  Timer silence_{loop_, [this] {
                   const auto self = shared_from_this();
                   fail(explained(Errc::timeout, "an answer was due within " + ms(options_.silence) +
                                                     " and did not come; the last message came " +
                                                     ms(loop_.now() - heard_) + " ago"));
                 }};
};

void Connection::begin(HttpClient& http) {
  const Time until = loop_.now() + options_.open_within;
  opening_.at(until);
  HttpClient::SocketCall call;
  call.url = options_.url;
  call.headers = options_.headers;
  call.deadline = Deadline(until);
  call.max_message = options_.max_message;
  call.idle_timeout = options_.idle_timeout;
  connecting_ = http.connect(std::move(call), [weak = weak_from_this()](Result<std::shared_ptr<WebSocket>> result) {
    if (const auto self = weak.lock()) self->on_connected(std::move(result));
  });
}

void Connection::on_connected(Result<std::shared_ptr<WebSocket>> result) {
  if (over_) return;
  connecting_.reset();
  opening_.cancel();
  if (!result) return fail(explained(result.error().code, result.error().what, result.error().retry_after));
  socket_ = std::move(*result);
  socket_->set_handler(this);
  last_sent_ = heard_ = loop_.now();
  for (Message& message : std::exchange(waiting_, {}))
    if (const Result<void> sent = hand_over(std::move(message)); !sent) {
      if (sent.error().code == Errc::full) fail(sent.error());
      return;  // closed already: on_closed() comes
    }
  if (due_) arm_silence();
  if (sink_.opened) sink_.opened();
}

Result<void> Connection::send(std::string bytes, bool text) {
  if (over_) return explained(Errc::closed, "sending: the connection is closed");
  Message message{std::move(bytes), text};
  Result<void> sent = socket_ ? hand_over(std::move(message)) : wait(std::move(message));
  if (!sent && sent.error().code == Errc::full) fail_soon(sent.error());
  return sent;
}

Result<void> Connection::wait(Message message) {
  const std::size_t cost = message.bytes.size() + message_cost;
  if (waiting_size_ + cost > options_.most_waiting)
    return explained(Errc::full, "sending " + std::to_string(message.bytes.size()) +
                                     " bytes: " + std::to_string(waiting_size_) +
                                     " wait already for the connection to open, at most " +
                                     std::to_string(options_.most_waiting) + " may");
  waiting_size_ += cost;
  waiting_.push_back(std::move(message));
  return {};
}

Result<void> Connection::hand_over(Message message) {
  const Result<void> sent =
      message.text ? socket_->send_text(std::move(message.bytes)) : socket_->send_binary(std::move(message.bytes));
  if (!sent) return explained(sent.error().code, sent.error().what);
  last_sent_ = loop_.now();
  return {};
}

void Connection::expect(bool due) {
  if (over_) return;
  if (!due) silence_.cancel();
  if (due && !due_ && socket_) arm_silence();
  due_ = due;
}

void Connection::on_message(const std::function<void(std::string_view)>& call, std::string_view message) {
  const auto self = shared_from_this();
  heard_ = loop_.now();
  expect(false);
  if (call) call(message);
}

void Connection::on_closed(bool clean, std::string_view why) {
  const auto self = shared_from_this();
  const std::string words(why);
  if (clean) return fail(explained(Errc::closed, "the service closed the connection: " + words));
  const bool vanished = why.starts_with(WebSocket::unanswered_ping);
  fail(explained(vanished ? Errc::timeout : Errc::closed, (vanished ? "" : "the connection broke: ") + words));
}

void Connection::fail(Error why) {
  if (over_) return;
  end();
  if (sink_.closed) sink_.closed(std::move(why));
}

void Connection::fail_soon(Error why) {
  end();
  loop_.post([self = shared_from_this(), why = std::move(why)] {
    if (!self->let_go_ && self->sink_.closed) self->sink_.closed(why);
  });
}

void Connection::close() {
  if (socket_) socket_->close(1000, {});
  let_go();
}

void Connection::let_go() {
  let_go_ = true;
  end();
}

void Connection::end() {
  over_ = true;
  opening_.cancel();
  silence_.cancel();
  connecting_.reset();
  waiting_.clear();
  socket_.reset();  // cuts, or lets it end what close() began
}

class Handle final : public ServiceSocket {
 public:
  explicit Handle(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {}
  ~Handle() override { connection_->let_go(); }

  Result<void> send_text(std::string text) override { return connection_->send(std::move(text), true); }
  Result<void> send_binary(std::string bytes) override { return connection_->send(std::move(bytes), false); }
  void expect(bool due) override { connection_->expect(due); }
  void close() override { connection_->close(); }
  bool is_open() const override { return connection_->is_open(); }
  Time last_sent() const override { return connection_->last_sent(); }

 private:
  const std::shared_ptr<Connection> connection_;
};

}  // namespace

std::unique_ptr<ServiceSocket> ServiceSocket::open(Loop& loop, HttpClient& http, Options options, Sink sink) {
  auto connection = std::make_shared<Connection>(loop, std::move(options), std::move(sink));
  connection->begin(http);
  return std::make_unique<Handle>(std::move(connection));
}

}  // namespace offhook::net
