// Beast 1.81 asserts, where it computes how much to read next, that no other operation has moved the frame on. A close
// while the other side sends a message in pieces does so: harmless, for the reader then finds itself shut out and ends,
// but a stranger could stop the process with it. The field runs Beast without its assertions, and so do we.
#define BOOST_DISABLE_ASSERTS

#include "net/web_socket.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/stream_traits.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/websocket/error.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <deque>
#include <exception>
#include <optional>

#include "base/log.hpp"
#include "net/retry_after.hpp"

namespace offhook::net {

namespace beast = boost::beast;
namespace websocket = beast::websocket;

// Beast finds these two by argument-dependent lookup: how to end a stream that is ours, not Asio's.
void beast_close_socket(Stream& stream) {
  stream.close();
}

template <class Handler>
void async_teardown(beast::role_type, Stream& stream, Handler&& handler) {
  asio::co_spawn(stream.get_executor(), stream.finish(),
                 [handler = std::decay_t<Handler>(std::forward<Handler>(handler))](std::exception_ptr) mutable {
                   handler(error_code());
                 });
}

namespace {

constexpr Duration closing_limit = 5s;
constexpr Duration crossing_limit = 20ms;   // both have said that they close
constexpr Duration flood_limit = 250ms;     // for its sender to take notice of our close; what it sends is dropped
constexpr std::size_t message_cost = 64;    // of a queued message beside its bytes
constexpr std::size_t kept_buffer = 16384;  // what a large message needed beyond is given back
constexpr std::size_t max_reason = 123;     // RFC 6455 5.5

// At most `bound` bytes, never a part of a character.
std::string_view cut_utf8(std::string_view text, std::size_t bound) {
  if (text.size() <= bound) return text;
  while (bound > 0 && (static_cast<unsigned char>(text[bound]) & 0xC0) == 0x80) --bound;
  return text.substr(0, bound);
}

std::string flood_of(const TokenBucket::Limits& limits, const char* what) {
  return std::string(WebSocket::flooded) + ": more than " + std::to_string(static_cast<std::int64_t>(limits.burst)) +
         " " + what + " at once and " + std::to_string(static_cast<std::int64_t>(limits.rate)) + " a second";
}

// What a server that did not upgrade has said. Some vendors put the reason into a header, beside or instead of a body.
Error refusal(const std::string& doing, const websocket::response_type& answer) {
  constexpr std::string_view explained_in[] = {"dg-error"};  // Deepgram
  const auto status = static_cast<int>(answer.result_int());
  std::string said = "the server refused with " + std::to_string(status) + " " + std::string(answer.reason());
  Headers headers;
  for (const auto& field : answer) headers.emplace_back(field.name_string(), field.value());
  for (const std::string_view name : explained_in)
    if (const std::string_view why = find_header(headers, name); !why.empty())
      said += ": " + std::string(cut_utf8(why, 200));
  if (!answer.body().empty()) said += ": " + std::string(cut_utf8(answer.body(), 200));
  return {errc_of_status(status), doing + said, retry_after(headers)};
}

// The connection itself. It lives as long as a transfer of it is under way; the program's end of it is a Handle.
//
//   open ──close()──▶ closing: the queue, then our close frame ──their close frame──▶ over
//    │ their close frame: answered by Beast                                            ▲
//    └──────── cut(), error, silence ──────────────────────────────────────────────────┘
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(std::shared_ptr<Stream> stream, WebSocketLimits limits, std::shared_ptr<void> lease)
      : stream_(std::move(stream)), limits_(limits), lease_(std::move(lease)) {
    socket_->read_message_max(limits.max_message);
    socket_->auto_fragment(false);
    if (limits.bytes.rate > 0) stream_->limit_incoming(limits.bytes, flood_of(limits.bytes, "bytes"));
    socket_->control_callback([this](websocket::frame_type kind, beast::string_view) {
      if (kind == websocket::frame_type::close)
        on_their_close();
      else
        count();
    });
  }

  Awaitable<error_code> accept(const HttpRequest& request);
  Awaitable<Result<void>> shake_hands(const Url& url, const Headers& headers);
  void open() { timer_.at(stream_->heard() + limits_.idle_timeout / 2); }

  EventLoop& loop() { return stream_->loop(); }
  void set_handler(WebSocket::Handler* handler);
  Result<void> send(std::string bytes, bool text);
  void close(std::uint16_t code, std::string_view reason);
  void stop_reading() { deaf_ = true; }
  void abandon();  // the Handle goes

 private:
  struct Message {
    std::string bytes;
    bool text;
  };

  void read();
  void on_read(error_code error);
  void count();
  void close_flood();
  void deliver();
  void write_next();
  void on_written(error_code error);
  void send_close();
  void on_their_close();
  void on_timer();
  void cut(const std::string& why);
  void end_if_done();
  void end();
  void tell();
  std::string describe(error_code error) const;
  std::string their_reason() const;

  const std::shared_ptr<Stream> stream_;
  const WebSocketLimits limits_;
  TokenBucket messages_{limits_.messages};
  std::shared_ptr<void> lease_;
  std::optional<websocket::stream<Stream&, false>> socket_{std::in_place, *stream_};  // gone soon after the end
  Timer timer_{stream_->loop(), [this] { on_timer(); }};

  WebSocket::Handler* handler_ = nullptr;
  beast::flat_buffer incoming_;
  bool started_ = false;  // reads since the first handler
  bool reading_ = false;
  bool deaf_ = false;  // reads no more
  bool pinging_ = false;

  std::deque<Message> queue_;  // the front is being written if writing_
  std::size_t queued_ = 0;     // its cost
  bool writing_ = false;

  websocket::close_reason farewell_;
  bool closing_ = false;      // nothing more is sent or delivered
  bool their_close_ = false;  // has come, and Beast answers it
  bool close_waits_ = false;  // Beast's closing operation is under way
  bool clean_ = false;
  bool over_ = false;
  bool told_ = false;
  bool flooded_ = false;
  std::string why_;
};

Awaitable<error_code> Session::accept(const HttpRequest& request) {
  beast::http::request<beast::http::empty_body> upgrade;
  upgrade.version(11);
  upgrade.method_string(request.method);
  upgrade.target(request.target);
  for (const auto& [name, value] : request.headers) upgrade.insert(name, value);
  const auto [error] = co_await socket_->async_accept(upgrade, use_result);
  co_return error;
}

Awaitable<Result<void>> Session::shake_hands(const Url& url, const Headers& headers) {
  socket_->set_option(websocket::stream_base::decorator([headers](websocket::request_type& request) {
    request.set(beast::http::field::user_agent, "offhook");
    for (const auto& [name, value] : headers) request.set(name, value);
  }));
  websocket::response_type answer;
  const auto [error] = co_await socket_->async_handshake(answer, url.authority(), url.target, use_result);
  if (!error) co_return Result<void>();
  const std::string doing = "opening " + url.shown() + ": ";
  if (error != websocket::error::upgrade_declined) co_return Error{Errc::unavailable, doing + stream_->explain(error)};
  co_return refusal(doing, answer);
}

void Session::set_handler(WebSocket::Handler* handler) {
  handler_ = handler;
  if (!handler) return;
  if (over_) {
    loop().post([self = shared_from_this()] { self->tell(); });
  } else if (!std::exchange(started_, true)) {
    reading_ = true;  // soon: nothing is delivered from inside this call
    loop().post([self = shared_from_this()] { self->read(); });
  }
}

// Not a coroutine: its frame would hold Beast's stream, which end() must be able to free.
void Session::read() {
  reading_ = !over_ && !deaf_;
  if (reading_)
    socket_->async_read(incoming_,
                        [self = shared_from_this()](error_code error, std::size_t) { self->on_read(error); });
}

void Session::on_read(error_code error) {
  reading_ = false;
  if (error) {
    clean_ = clean_ || error == websocket::error::closed;
    if (why_.empty()) why_ = describe(error);
    return end_if_done();
  }
  count();
  if (handler_ && !closing_) deliver();
  incoming_.consume(incoming_.size());
  if (incoming_.capacity() > kept_buffer) incoming_.shrink_to_fit();
  read();
}

// A flood costs its sender the connection, and the others on this loop next to nothing: one message a turn until then.
void Session::count() {
  if (closing_ || messages_.take(loop().now())) return;
  why_ = flood_of(limits_.messages, "messages");
  // Called from inside Beast, too, where nothing may be written; and there may be more in the same turn.
  if (!std::exchange(flooded_, true)) loop().post([self = shared_from_this()] { self->close_flood(); });
}

void Session::close_flood() {
  close(1008, why_);  // policy: RFC 6455 7.4.1
  if (closing_ && !over_) timer_.after(flood_limit);
}

void Session::deliver() {
  const std::string_view message(static_cast<const char*>(incoming_.data().data()), incoming_.size());
  try {
    if (socket_->got_text())
      handler_->on_text(message);
    else
      handler_->on_binary(message);
  } catch (const std::exception& e) {
    log::error("web_socket_handler_threw", {{"what", e.what()}});
    close(1011, "internal error");
  }
}

Result<void> Session::send(std::string bytes, bool text) {
  if (closing_ || over_) return Error{Errc::closed, "sending on a WebSocket to " + stream_->peer() + ": it is closed"};
  const std::size_t cost = bytes.size() + message_cost;
  if (!queue_.empty() && queued_ + cost > WebSocket::max_queued)
    return Error{Errc::full, "sending on a WebSocket to " + stream_->peer() + ": " + std::to_string(queued_) +
                                 " bytes wait already; the other side does not read"};
  queued_ += cost;
  queue_.push_back({std::move(bytes), text});
  write_next();
  return {};
}

void Session::write_next() {
  if (writing_ || their_close_ || over_) return;
  if (queue_.empty()) {
    if (closing_) send_close();
    return;
  }
  writing_ = true;
  socket_->text(queue_.front().text);
  socket_->async_write(asio::buffer(queue_.front().bytes),
                       [self = shared_from_this()](error_code error, std::size_t) { self->on_written(error); });
}

void Session::on_written(error_code error) {
  writing_ = false;
  if (error || over_) {
    queue_.clear();
    return cut(describe(error));
  }
  queued_ -= queue_.front().bytes.size() + message_cost;
  queue_.pop_front();
  write_next();
}

void Session::close(std::uint16_t code, std::string_view reason) {
  if (closing_ || over_) return;
  closing_ = true;
  reason = cut_utf8(reason, max_reason);
  farewell_ = websocket::close_reason(static_cast<websocket::close_code>(code),
                                      beast::string_view(reason.data(), reason.size()));
  timer_.after(closing_limit);
  write_next();
}

void Session::send_close() {
  if (their_close_ || std::exchange(close_waits_, true)) return;
  socket_->async_close(farewell_, [self = shared_from_this()](error_code error) {
    self->close_waits_ = false;
    self->clean_ = self->clean_ || !error;
    if (self->why_.empty()) self->why_ = error ? self->describe(error) : self->their_reason();
    self->end_if_done();
  });
}

// Called from inside Beast, which answers and then waits for the other side's end of the connection: the program need
// not.
void Session::on_their_close() {
  their_close_ = clean_ = true;
  why_ = their_reason();
  if (!std::exchange(closing_, true))
    timer_.after(closing_limit);
  else if (close_waits_)  // the two cross: Beast's closing operation may wait for its reading one, and that for it
    timer_.after(crossing_limit);
  loop().post([self = shared_from_this()] { self->tell(); });
}

void Session::on_timer() {
  const std::shared_ptr<Session> self = shared_from_this();
  if (closing_) return cut("the closing handshake was not done within 5 s");
  const Time now = loop().now();
  const Time silent_since = stream_->heard();
  if (!stream_->is_open()) return cut(stream_->explain(asio::error::operation_aborted));
  if (now >= silent_since + limits_.idle_timeout)
    return cut(std::string(WebSocket::unanswered_ping) + "; nothing came for " +
               std::to_string((now - silent_since) / 1ms) + " ms");
  if (now < silent_since + limits_.idle_timeout / 2) return timer_.at(silent_since + limits_.idle_timeout / 2);
  timer_.at(silent_since + limits_.idle_timeout);
  if (std::exchange(pinging_, true)) return;
  socket_->async_ping({}, [self](error_code) { self->pinging_ = false; });
}

void Session::cut(const std::string& why) {
  closing_ = true;
  timer_.cancel();
  stream_->close(why);
  if (why_.empty()) why_ = why;
  end();
}

void Session::abandon() {
  handler_ = nullptr;
  if (!closing_) cut("the program let go of it");
}

void Session::end_if_done() {
  if (!reading_ && !close_waits_) end();
}

void Session::end() {
  if (std::exchange(over_, true)) return;
  closing_ = true;
  timer_.cancel();
  stream_->close();
  if (!writing_) queue_.clear();
  lease_.reset();
  // Beast's reading and closing operations may wait for each other for good, if the other side breaks the protocol
  // while we close. Both hold this session; only the end of Beast's stream frees them.
  loop().post([self = shared_from_this()] { self->socket_.reset(); });
  tell();
}

void Session::tell() {
  if (!handler_ || std::exchange(told_, true)) return;
  WebSocket::Handler* handler = std::exchange(handler_, nullptr);
  try {
    handler->on_closed(clean_ && !flooded_, why_);
  } catch (const std::exception& e) {
    log::error("web_socket_handler_threw", {{"what", e.what()}});
  }
}

std::string Session::describe(error_code error) const {
  if (error == websocket::error::closed) return their_reason();
  if (error == websocket::error::message_too_big)
    return "a message was larger than " + std::to_string(limits_.max_message) + " bytes";
  return stream_->explain(error);
}

std::string Session::their_reason() const {
  if (!socket_) return {};
  const websocket::close_reason& reason = socket_->reason();
  if (reason.code == websocket::close_code::none) return "closed without a code";
  const std::string code = "code " + std::to_string(reason.code);
  return reason.reason.empty() ? code : code + ": " + std::string(reason.reason.data(), reason.reason.size());
}

class Handle final : public WebSocket {
 public:
  explicit Handle(std::shared_ptr<Session> session) : session_(std::move(session)) {}
  ~Handle() override { session_->abandon(); }

  Loop& loop() override { return session_->loop(); }
  void set_handler(Handler* handler) override { session_->set_handler(handler); }
  Result<void> send_text(std::string text) override { return session_->send(std::move(text), true); }
  Result<void> send_binary(std::string bytes) override { return session_->send(std::move(bytes), false); }
  void close(std::uint16_t code, std::string_view reason) override { session_->close(code, reason); }
  void stop_reading() override { session_->stop_reading(); }

 private:
  const std::shared_ptr<Session> session_;
};

}  // namespace

Awaitable<Result<std::shared_ptr<WebSocket>>> accept_web_socket(std::shared_ptr<Stream> stream,
                                                                const HttpRequest& request, WebSocketLimits limits,
                                                                std::shared_ptr<void> lease) {
  auto session = std::make_shared<Session>(stream, limits, std::move(lease));
  const error_code error = co_await session->accept(request);
  if (error)
    co_return Error{Errc::invalid, "accepting a WebSocket from " + stream->peer() + ": " + stream->explain(error)};
  session->open();
  co_return std::shared_ptr<WebSocket>(std::make_shared<Handle>(std::move(session)));
}

Awaitable<Result<std::shared_ptr<WebSocket>>> connect_web_socket(std::shared_ptr<Stream> stream, const Url& url,
                                                                 const Headers& headers, WebSocketLimits limits) {
  auto session = std::make_shared<Session>(stream, limits, nullptr);
  const Result<void> shaken = co_await session->shake_hands(url, headers);
  if (!shaken) co_return shaken.error();
  session->open();
  co_return std::shared_ptr<WebSocket>(std::make_shared<Handle>(std::move(session)));
}

}  // namespace offhook::net
