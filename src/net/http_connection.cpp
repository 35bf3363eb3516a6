#include "net/http_connection.hpp"

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <cstdio>
#include <ctime>
#include <exception>
#include <optional>

#include "base/log.hpp"
#include "net/http_parser.hpp"
#include "net/web_socket.hpp"

namespace offhook::net {

void ServerShard::close() {
  service = nullptr;
  for (Stream* stream : streams) stream->close("the server is closing");
}

Place::Place(std::shared_ptr<ServerShard> shard) : shard_(std::move(shard)) {
  ++shard_->loop.health().load;
  ++shard_->shared->open;
}

Place::~Place() {
  if (stream_) shard_->streams.erase(stream_.get());
  --shard_->loop.health().load;
  --shard_->shared->open;
}

void Place::occupy(std::shared_ptr<Stream> stream) {
  stream_ = std::move(stream);
  shard_->streams.insert(stream_.get());
}

namespace {

std::string_view reason_of(int status) {
  switch (status) {
    case 101: return "Switching Protocols";
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 307: return "Temporary Redirect";
    case 308: return "Permanent Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 409: return "Conflict";
    case 413: return "Content Too Large";
    case 415: return "Unsupported Media Type";
    case 426: return "Upgrade Required";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    default: return "Status";
  }
}

std::string http_date() {  // RFC 9110 6.6.1: the world's clock, for caches
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  std::array<char, 40> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &utc)};
}

HttpResponse internal_error() {
  return {500, "text/plain; charset=utf-8", "internal error\n", {}};
}

struct Answer {
  std::string head, body;
};

enum class Framing { length, chunks, to_the_end };  // how the other side knows where the body ends: RFC 9112 6.3

Answer serialize(HttpResponse response, bool to_head, bool keep_alive, Framing framing = Framing::length) {
  if (response.status < 200 || response.status > 599) {
    log::error("http_answer_has_no_valid_status", {{"status", response.status}});
    response = internal_error();
  }
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + " ";
  head.append(reason_of(response.status)).append("\r\nDate: ").append(http_date());
  head.append(keep_alive ? "\r\nConnection: keep-alive" : "\r\nConnection: close");
  const bool bodiless = response.status == 204 || response.status == 304;
  if (!bodiless) {
    if (!response.type.empty() && fits_header("Content-Type", response.type))
      head.append("\r\nContent-Type: ").append(response.type);
    if (framing == Framing::length)
      head.append("\r\nContent-Length: ").append(std::to_string(response.body.size()));
    else if (framing == Framing::chunks)
      head.append("\r\nTransfer-Encoding: chunked");
  }
  for (const auto& [name, value] : response.headers) {
    if (!fits_header(name, value))
      log::error("http_header_left_out", {{"name", name}});
    else if (!same_name(name, "Content-Length") && !same_name(name, "Connection") &&
             !same_name(name, "Transfer-Encoding"))
      head.append("\r\n").append(name).append(": ").append(value);
  }
  head.append("\r\n\r\n");
  return {std::move(head), bodiless || to_head ? std::string() : std::move(response.body)};
}

// A streamed body. While it is made, pump() writes and watch() reads, to notice that the client goes:
//
//   stream() ── write ─ write ─ end ──▶ all is written ──▶ listen()
//      └─ watch(): reads ──────────────── the next request ──▶ listen(), or waits for pump() to come to its end
struct Flow {
  std::string waiting;  // framed, not yet handed to the socket; begins with the head
  Framing framing = Framing::chunks;
  bool writing = false, ended = false, gone = false;
  bool watching = false;  // watch() reads
  bool over = false;      // all is written: the next to find it so listens
  std::function<void()> on_gone;
};

// While a request is being served, only its Respond holds the connection; otherwise the coroutine of converse() does.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(std::shared_ptr<Place> place, std::shared_ptr<Stream> stream)
      : place_(std::move(place)),
        shard_(place_->shard()),
        options_(shard_.shared->options),
        stream_(std::move(stream)),
        parser_(options_.max_body) {}

  void start() { spawn(converse(shared_from_this())); }
  void answer(HttpResponse response) {
    if (response.streamed)
      stream(std::move(response));
    else
      spawn(say(shared_from_this(), std::move(response)));
  }
  EventLoop& loop() { return shard_.loop; }

  // Of the body that is being streamed:
  Result<void> write_piece(std::string bytes);
  void end_body();
  void cut_body() {
    flow_->on_gone = nullptr;
    stream_->close("the service let go of its response");
  }
  void on_gone(std::function<void()> gone);

 private:
  void spawn(Awaitable<void> work) { asio::co_spawn(shard_.loop.context(), std::move(work), asio::detached); }

  Awaitable<void> converse(std::shared_ptr<Connection> self);                    // TLS, then the first request
  Awaitable<void> say(std::shared_ptr<Connection> self, HttpResponse response);  // then the next request
  Awaitable<void> listen();                                                      // reads a request and hands it on
  Awaitable<bool> read_request();
  Awaitable<bool> write(HttpResponse response);  // false: the connection has ended
  Awaitable<void> become_web_socket(HttpRequest request);
  void serve(HttpRequest request);

  void stream(HttpResponse response);
  void kick();
  void lose_client();
  Awaitable<void> pump(std::shared_ptr<Connection> self);
  Awaitable<void> watch(std::shared_ptr<Connection> self);

  const std::shared_ptr<Place> place_;
  ServerShard& shard_;
  const ServerOptions& options_;
  const std::shared_ptr<Stream> stream_;
  Timer limit_{stream_->loop(), [this] { stream_->close("it took too long"); }};
  RequestParser parser_;
  bool keep_alive_ = true;
  bool to_head_ = false;
  std::optional<Flow> flow_;
};

// The service's end of a streamed body.
class Body final : public ResponseBody {
 public:
  explicit Body(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {}
  ~Body() override {
    if (!ended_) connection_->cut_body();
  }
  Result<void> write(std::string bytes) override {
    if (ended_) return Error{Errc::closed, "writing a response's body: it has ended"};
    return connection_->write_piece(std::move(bytes));
  }
  void end() override {
    if (!std::exchange(ended_, true)) connection_->end_body();
  }
  void on_gone(std::function<void()> gone) override {
    if (!ended_) connection_->on_gone(std::move(gone));
  }

 private:
  const std::shared_ptr<Connection> connection_;
  bool ended_ = false;
};

// The Respond of one request. Dropped without an answer, it answers for the service.
class Responder {
 public:
  explicit Responder(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {}
  ~Responder() { answer(internal_error()); }
  Responder(const Responder&) = delete;
  Responder& operator=(const Responder&) = delete;

  void answer(HttpResponse response) {
    const auto connection = std::exchange(connection_, nullptr);
    if (!connection) return;
    connection->loop().post(
        [connection, response = std::move(response)]() mutable { connection->answer(std::move(response)); });
  }

 private:
  std::shared_ptr<Connection> connection_;
};

Awaitable<void> Connection::converse(std::shared_ptr<Connection> self) {
  limit_.after(options_.header_timeout);
  if (shard_.shared->tls) {
    const error_code error = co_await stream_->start_tls_server(*shard_.shared->tls);
    if (error) {
      log::debug("tls_handshake_failed", {{"peer", stream_->peer()}, {"why", stream_->explain(error)}});
      co_return;
    }
  }
  co_await listen();
}

Awaitable<void> Connection::say(std::shared_ptr<Connection> self, HttpResponse response) {
  const bool lives = co_await write(std::move(response));
  if (!lives) co_return;
  limit_.after(options_.idle_timeout);
  co_await listen();
}

void Connection::stream(HttpResponse response) {
  const auto open = std::move(response.streamed);
  flow_.emplace();
  // A client that wants the connection closed may be too old for chunks.
  if (!keep_alive_) flow_->framing = Framing::to_the_end;
  flow_->waiting = serialize(std::move(response), true, keep_alive_, flow_->framing).head;
  if (keep_alive_ && !parser_.begun()) {  // a client that has sent the next request already need not be watched
    flow_->watching = true;
    spawn(watch(shared_from_this()));
  }
  try {
    open(std::make_shared<Body>(shared_from_this()));
  } catch (const std::exception& e) {
    log::error("http_service_threw", {{"what", e.what()}});
    cut_body();
  }
}

Result<void> Connection::write_piece(std::string bytes) {
  const std::string doing = "writing a response to " + stream_->peer() + ": ";
  if (flow_->gone || !stream_->is_open()) return Error{Errc::closed, doing + "the client has gone"};
  if (flow_->waiting.size() + bytes.size() > ResponseBody::max_queued)
    return Error{Errc::full,
                 doing + std::to_string(flow_->waiting.size()) + " bytes wait already; the other side does not read"};
  if (!bytes.empty() && !to_head_) {
    if (flow_->framing == Framing::chunks) {
      std::array<char, 24> size{};
      flow_->waiting.append(size.data(), std::snprintf(size.data(), size.size(), "%zx\r\n", bytes.size()));
    }
    flow_->waiting += bytes;
    if (flow_->framing == Framing::chunks) flow_->waiting += "\r\n";
  }
  kick();
  return {};
}

void Connection::end_body() {
  flow_->ended = true;
  flow_->on_gone = nullptr;
  if (flow_->framing == Framing::chunks && !to_head_) flow_->waiting += "0\r\n\r\n";
  kick();
}

void Connection::kick() {
  if (!std::exchange(flow_->writing, true)) spawn(pump(shared_from_this()));
}

Awaitable<void> Connection::pump(std::shared_ptr<Connection> self) {
  while (!flow_->waiting.empty()) {
    const std::string bytes = std::exchange(flow_->waiting, {});
    limit_.after(options_.idle_timeout);
    const error_code error = co_await stream_->write_all(bytes, {});
    limit_.cancel();
    if (error) {
      stream_->close();
      lose_client();
      co_return;
    }
  }
  flow_->writing = false;
  if (!flow_->ended) co_return;
  if (!keep_alive_) {
    co_await stream_->finish();
    co_return;
  }
  limit_.after(options_.idle_timeout);
  flow_->over = true;
  if (flow_->watching) co_return;
  flow_.reset();
  co_await listen();
}

Awaitable<void> Connection::watch(std::shared_ptr<Connection> self) {
  std::array<char, 4096> buffer;
  const auto [error, bytes] = co_await stream_->read_some(asio::buffer(buffer));
  flow_->watching = false;
  if (error) {
    if (!flow_->over) stream_->close();
    lose_client();
    co_return;
  }
  stream_->unread({buffer.data(), bytes});
  if (!flow_->over) co_return;
  flow_.reset();
  co_await listen();
}

void Connection::on_gone(std::function<void()> gone) {
  flow_->on_gone = std::move(gone);
  if (!flow_->gone) return;
  loop().post([self = shared_from_this()] { self->lose_client(); });
}

void Connection::lose_client() {
  flow_->gone = true;
  const auto gone = std::exchange(flow_->on_gone, nullptr);
  if (!gone || !shard_.service) return;
  try {
    gone();
  } catch (const std::exception& e) {
    log::error("http_service_threw", {{"what", e.what()}});
  }
}

Awaitable<bool> Connection::write(HttpResponse response) {
  const Answer answer = serialize(std::move(response), to_head_, keep_alive_);
  limit_.after(options_.idle_timeout);
  const error_code error = co_await stream_->write_all(answer.head, answer.body);
  limit_.cancel();
  if (!error && keep_alive_) co_return true;
  if (!error) co_await stream_->finish();
  co_return false;
}

Awaitable<void> Connection::listen() {
  const bool complete = co_await read_request();
  limit_.cancel();
  if (!complete || !shard_.service) co_return;
  keep_alive_ = parser_.keep_alive() && shard_.shared->keeps;
  const bool upgrade = parser_.wants_web_socket();
  HttpRequest request = parser_.take();
  request.peer = stream_->peer();
  request.tls = stream_->tls();
  to_head_ = request.method == "HEAD";
  if (upgrade)
    co_await become_web_socket(std::move(request));
  else
    serve(std::move(request));
}

// Under the limit that is set until the first byte, then header_timeout for the head, then idle_timeout for the body.
Awaitable<bool> Connection::read_request() {
  std::array<char, 4096> buffer;
  Result<void> fed = parser_.feed({});
  bool begun = false, head = false;
  while (fed && !parser_.done()) {
    if (!std::exchange(begun, parser_.begun()) && begun) limit_.after(options_.header_timeout);
    if (!std::exchange(head, parser_.has_head()) && head) {
      limit_.after(options_.idle_timeout);
      if (parser_.wants_continue()) {
        const error_code error = co_await stream_->write_all("HTTP/1.1 100 Continue\r\n\r\n", {});
        if (error) co_return false;
      }
    }
    const auto [error, bytes] = co_await stream_->read_some(asio::buffer(buffer));
    if (error) co_return false;
    fed = parser_.feed({buffer.data(), bytes});
  }
  if (fed) co_return true;
  keep_alive_ = to_head_ = false;
  HttpResponse refusal;
  refusal.status = parser_.refusal();
  refusal.body = fed.error().what + "\n";
  co_await write(std::move(refusal));
  co_return false;
}

void Connection::serve(HttpRequest request) {
  const auto responder = std::make_shared<Responder>(shared_from_this());
  try {
    shard_.service->serve(shard_.loop, std::move(request),
                          [responder](HttpResponse response) { responder->answer(std::move(response)); });
  } catch (const std::exception& e) {
    log::error("http_service_threw", {{"what", e.what()}});
    responder->answer(internal_error());
  }
}

Awaitable<void> Connection::become_web_socket(HttpRequest request) {
  std::variant<HttpResponse, Service::Accept> verdict = internal_error();
  try {
    verdict = shard_.service->upgrade(shard_.loop, request);
  } catch (const std::exception& e) {
    log::error("http_service_threw", {{"what", e.what()}});
  }
  if (auto* refusal = std::get_if<HttpResponse>(&verdict)) {
    answer(std::move(*refusal));
    co_return;
  }
  stream_->unread(parser_.take_rest());
  limit_.after(options_.header_timeout);
  const WebSocketLimits limits{options_.max_message, options_.idle_timeout, options_.messages, options_.bytes};
  auto socket = co_await accept_web_socket(stream_, request, limits, place_);
  limit_.cancel();
  if (!socket) {
    log::debug("web_socket_not_opened", {{"why", socket.error().what}});
    co_await stream_->finish();
    co_return;
  }
  if (!shard_.service) co_return;
  try {
    std::get<Service::Accept>(verdict)(std::move(*socket));
  } catch (const std::exception& e) {
    log::error("http_service_threw", {{"what", e.what()}});
  }
}

}  // namespace

void serve_connection(std::shared_ptr<Place> place, Socket socket) {
  if (!place->shard().service) return;
  auto stream = std::make_shared<Stream>(place->shard().loop, std::move(socket));
  place->occupy(stream);
  std::make_shared<Connection>(std::move(place), std::move(stream))->start();
}

}  // namespace offhook::net
