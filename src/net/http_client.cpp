#include "net/http_client.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <list>
#include <optional>

#include "net/connector.hpp"
#include "net/http_link.hpp"
#include "net/http_parser.hpp"
#include "net/tls.hpp"
#include "net/web_socket.hpp"

namespace offhook::net {

namespace {

std::string origin_of(const Url& url, const std::string& ca_file) {
  return url.scheme + "://" + url.host + ":" + std::to_string(url.port) + " " + ca_file;
}

Result<void> check_headers(const Headers& headers) {
  for (const auto& [name, value] : headers)  // the value may be a key: no error repeats it
    if (!fits_header(name, value))
      return Error{Errc::invalid,
                   "the header \"" + name.substr(0, 60) +
                       "\" or its value holds a line break or another character that HTTP does not allow"};
  return {};
}

std::string head_of(const HttpCall& call, const Url& url) {
  std::string head = call.method + " " + url.target + " HTTP/1.1\r\nHost: " + url.authority();
  for (const auto& [name, value] : call.headers)
    if (!same_name(name, "Host") && !same_name(name, "Content-Length") && !same_name(name, "Transfer-Encoding"))
      head.append("\r\n").append(name).append(": ").append(value);
  if (find_header(call.headers, "User-Agent").empty()) head.append("\r\nUser-Agent: offhook");
  if (find_header(call.headers, "Accept").empty()) head.append("\r\nAccept: */*");
  if (!call.body.empty() || (call.method != "GET" && call.method != "HEAD"))
    head.append("\r\nContent-Length: ").append(std::to_string(call.body.size()));
  return head.append("\r\n\r\n");
}

// One request and its answer. Its Handle is the program's; while it uses a link, that holds it weakly.
class Exchange final : public HttpLink::User, public std::enable_shared_from_this<Exchange> {
 public:
  Exchange(EventLoop& loop, std::weak_ptr<HttpPool> pool, HttpCall call, HttpSink sink)
      : loop_(loop),
        pool_(std::move(pool)),
        call_(std::move(call)),
        sink_(std::make_shared<HttpSink>(std::move(sink))) {}

  void begin();
  void cancel();

 private:
  void connect();
  void use(std::shared_ptr<HttpLink> link);
  void on_bytes(std::string_view bytes) override;
  void on_end(error_code error) override;
  void on_deadline();
  void fail(Errc code, const std::string& why);
  void finish(Result<void> result);

  EventLoop& loop_;
  const std::weak_ptr<HttpPool> pool_;
  HttpCall call_;
  Url url_;
  std::string origin_;
  std::shared_ptr<HttpSink> sink_;  // shared: a callback may cancel, and must not free itself
  std::shared_ptr<const HttpLink::Outgoing> outgoing_;
  std::unique_ptr<Pending> connecting_;
  std::shared_ptr<HttpLink> link_;
  std::optional<ResponseParser> parser_;
  Timer deadline_{loop_, [this] { on_deadline(); }};
  Time began_{};
  bool kept_ = false;  // the link is from the pool: it may have died unnoticed
  bool head_told_ = false;
  bool over_ = false;
};

void Exchange::begin() {
  if (over_) return;
  began_ = loop_.now();
  auto url = parse_url(call_.url);
  if (!url) return finish(url.error());
  url_ = std::move(*url);
  if (url_.scheme != "http" && url_.scheme != "https")
    return finish(Error{Errc::invalid, "calling " + url_.shown() + ": expected http or https"});
  if (!fits_header(call_.method, {})) return fail(Errc::invalid, "the method is no word");
  const Result<void> headers = check_headers(call_.headers);
  if (!headers) return fail(Errc::invalid, headers.error().what);
  origin_ = origin_of(url_, call_.ca_file);
  std::string head = head_of(call_, url_);
  outgoing_ = std::make_shared<HttpLink::Outgoing>(HttpLink::Outgoing{std::move(head), std::move(call_.body)});
  const auto pool = pool_.lock();
  auto link = pool ? pool->take(origin_) : nullptr;
  if (link && call_.admits && !call_.admits(link->peer())) {  // another caller's: theirs it may be
    pool->put(origin_, std::move(link));
    link = nullptr;
  }
  kept_ = link != nullptr;
  if (kept_)
    use(std::move(link));
  else
    connect();
}

void Exchange::connect() {
  kept_ = false;
  const Deadline limit = Deadline::earlier(call_.deadline, Deadline::in(loop_.now(), call_.connect_timeout));
  const auto connected = [this](Result<std::shared_ptr<Stream>> stream) {
    const std::shared_ptr<Exchange> self = shared_from_this();
    connecting_.reset();
    if (!stream) return fail(stream.error().code, stream.error().what);
    auto link = std::make_shared<HttpLink>(std::move(*stream));
    link->start();
    use(std::move(link));
  };
  connecting_ = connect_stream(loop_, url_, call_.ca_file, limit, connected, call_.admits);
}

void Exchange::use(std::shared_ptr<HttpLink> link) {
  if (!call_.deadline.is_never()) deadline_.at(call_.deadline.at());
  parser_.emplace(call_.method == "HEAD", call_.max_body);
  link_ = std::move(link);
  link_->set_user(weak_from_this());
  link_->write(outgoing_);
}

void Exchange::on_bytes(std::string_view bytes) {
  if (over_) return;
  const std::shared_ptr<HttpSink> sink = sink_;
  const Result<void> fed = parser_->feed(bytes);
  if (parser_->has_head() && !std::exchange(head_told_, true) && sink->head)
    sink->head(parser_->status(), parser_->headers());
  if (over_) return;
  if (const std::string body = parser_->take_body(); !body.empty() && sink->body) sink->body(body);
  if (over_) return;
  if (!fed) return fail(fed.error().code, fed.error().what);
  if (parser_->done()) finish({});
}

void Exchange::on_end(error_code error) {
  if (over_) return;
  if (!parser_->begun() && kept_) {  // it had died before our request came: RFC 9112 9.3.1
    deadline_.cancel();
    link_.reset();
    return connect();
  }
  if (error != asio::error::eof)
    return fail(Errc::closed, link_->explain(error) + (head_told_ ? ", inside the body" : ", before an answer"));
  const Result<void> complete = parser_->end();
  if (!complete) return fail(complete.error().code, complete.error().what);
  finish({});
}

void Exchange::on_deadline() {
  const std::shared_ptr<Exchange> self = shared_from_this();
  const std::string phase = link_->writing() ? "sending the request"
                            : !head_told_    ? "waiting for the answer"
                                             : "reading the body";
  fail(Errc::timeout,
       phase + " took too long: not done within " + std::to_string((loop_.now() - began_) / 1ms) + " ms");
}

void Exchange::fail(Errc code, const std::string& why) {
  finish(Error{code, call_.method + " " + url_.shown() + ": " + why});
}

void Exchange::finish(Result<void> result) {
  if (std::exchange(over_, true)) return;
  deadline_.cancel();
  if (link_) {
    const auto pool = pool_.lock();
    if (result && pool && parser_->keep_alive() && !link_->writing() && link_->is_open())
      pool->put(origin_, std::move(link_));
    else
      link_->close();
    link_.reset();
  }
  const std::shared_ptr<HttpSink> sink = std::move(sink_);
  if (sink->done) sink->done(std::move(result));
}

void Exchange::cancel() {
  if (std::exchange(over_, true)) return;
  deadline_.cancel();
  connecting_.reset();
  if (link_) link_->close();
  link_.reset();
  sink_.reset();
}

// A WebSocket on its way: connect, then the opening handshake.
class Opening final : public std::enable_shared_from_this<Opening> {
 public:
  using Done = std::function<void(Result<std::shared_ptr<WebSocket>>)>;
  Opening(EventLoop& loop, HttpClient::SocketCall call, Done done)
      : loop_(loop), call_(std::move(call)), done_(std::move(done)) {}

  void begin() {
    if (!done_) return;
    began_ = loop_.now();
    auto url = parse_url(call_.url);
    if (!url) return finish(url.error());
    url_ = std::move(*url);
    if (url_.scheme != "ws" && url_.scheme != "wss")
      return finish(Error{Errc::invalid, "opening " + url_.shown() + ": expected ws or wss"});
    const Result<void> headers = check_headers(call_.headers);
    if (!headers) return finish(headers.error().within("opening " + url_.shown()));
    connecting_ =
        connect_stream(loop_, url_, call_.ca_file, call_.deadline, [this](Result<std::shared_ptr<Stream>> stream) {
          const std::shared_ptr<Opening> self = shared_from_this();
          connecting_.reset();
          if (!stream) return finish(stream.error().within("opening " + url_.shown()));
          stream_ = std::move(*stream);
          if (!call_.deadline.is_never()) deadline_.at(call_.deadline.at());
          asio::co_spawn(loop_.context(), shake_hands(self), asio::detached);
        });
  }

  void cancel() {
    done_ = nullptr;
    deadline_.cancel();
    connecting_.reset();
    if (stream_) stream_->close();
  }

 private:
  Awaitable<void> shake_hands(std::shared_ptr<Opening> self) {
    const WebSocketLimits limits{call_.max_message, call_.idle_timeout};
    auto socket = co_await connect_web_socket(stream_, url_, call_.headers, limits);
    finish(std::move(socket));
  }

  void finish(Result<std::shared_ptr<WebSocket>> result) {
    if (!done_) return;
    const Done done = std::exchange(done_, nullptr);
    deadline_.cancel();
    stream_.reset();  // the socket's alone now: a later cancel() must not close it
    done(std::move(result));
  }

  EventLoop& loop_;
  const HttpClient::SocketCall call_;
  Done done_;
  Url url_;
  Time began_{};
  std::unique_ptr<Pending> connecting_;
  std::shared_ptr<Stream> stream_;
  Timer deadline_{
      loop_, [this] {
        const std::shared_ptr<Opening> self = shared_from_this();
        stream_->close();
        finish(Error{Errc::timeout, "opening " + url_.shown() + ": no answer to the opening handshake within " +
                                        std::to_string((loop_.now() - began_) / 1ms) + " ms"});
      }};
};

template <class Work>
class WorkHandle final : public Pending {
 public:
  explicit WorkHandle(std::shared_ptr<Work> work) : work_(std::move(work)) {}
  ~WorkHandle() override { work_->cancel(); }

 private:
  const std::shared_ptr<Work> work_;
};

class Client final : public HttpClient {
 public:
  explicit Client(EventLoop& loop) : loop_(loop) {}

  std::unique_ptr<Pending> send(HttpCall call, HttpSink sink) override {
    return begin(std::make_shared<Exchange>(loop_, pool_, std::move(call), std::move(sink)));
  }

  std::unique_ptr<Pending> connect(SocketCall call,
                                   std::function<void(Result<std::shared_ptr<WebSocket>>)> done) override {
    return begin(std::make_shared<Opening>(loop_, std::move(call), std::move(done)));
  }

  void warm(const std::string& text) override {
    auto url = parse_url(text);
    if (!url || (url->scheme != "http" && url->scheme != "https")) return;  // the send will say so
    const std::string origin = origin_of(*url, {});
    const auto same =
        std::count_if(warming_.begin(), warming_.end(), [&](const Warming& w) { return w.origin == origin; });
    if (pool_->idle(origin) + static_cast<std::size_t>(same) >= HttpPool::max_idle) return;
    const auto entry = warming_.insert(warming_.end(), Warming{origin, nullptr});
    const Deadline limit = Deadline::in(loop_.now(), warm_limit);
    entry->connecting = connect_stream(loop_, *url, {}, limit, [this, entry](Result<std::shared_ptr<Stream>> stream) {
      if (stream) {
        auto link = std::make_shared<HttpLink>(std::move(*stream));
        link->start();
        pool_->put(entry->origin, std::move(link));
      }
      warming_.erase(entry);
    });
  }

 private:
  struct Warming {
    std::string origin;
    std::unique_ptr<Pending> connecting;
  };
  static constexpr Duration warm_limit = 5s;

  template <class Work>
  std::unique_ptr<Pending> begin(std::shared_ptr<Work> work) {
    loop_.post([work] { work->begin(); });
    return std::make_unique<WorkHandle<Work>>(std::move(work));
  }

  EventLoop& loop_;
  const std::shared_ptr<HttpPool> pool_ = std::make_shared<HttpPool>();
  std::list<Warming> warming_;
};

}  // namespace

std::unique_ptr<HttpClient> HttpClient::create(EventLoop& loop) {
  (void)client_tls();  // reads the authorities now, not during a call; what is wrong with them is said when they are
                       // needed
  return std::make_unique<Client>(loop);
}

}  // namespace offhook::net
