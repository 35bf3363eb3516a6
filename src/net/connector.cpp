#include "net/connector.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/basic_resolver.hpp>
#include <boost/asio/ssl/error.hpp>
#include <vector>

#include "net/stream.hpp"
#include "net/tls.hpp"

namespace offhook::net {

namespace {

using Resolver = asio::ip::basic_resolver<asio::ip::tcp, Executor>;
using Endpoint = asio::ip::tcp::endpoint;

class Connecting : public std::enable_shared_from_this<Connecting> {
 public:
  using Done = std::function<void(Result<std::shared_ptr<Stream>>)>;
  using Admits = std::function<bool(const std::string& address)>;

  Connecting(EventLoop& loop, const Url& url, std::string ca_file, Deadline deadline, Done done, Admits admits)
      : loop_(loop),
        url_(url),
        ca_file_(std::move(ca_file)),
        deadline_(deadline),
        done_(std::move(done)),
        admits_(std::move(admits)) {}

  void start() {
    began_ = loop_.now();
    if (!deadline_.is_never()) limit_.at(deadline_.at());
    loop_.post([self = shared_from_this()] {
      if (self->done_) asio::co_spawn(self->loop_.context(), self->run(self), asio::detached);
    });
  }

  void cancel() {
    done_ = nullptr;  // what waits for a resolver may outlive us by minutes; it finds nobody to tell
    limit_.cancel();
    next_address_.cancel();
    close();
  }

 private:
  Awaitable<void> run(std::shared_ptr<Connecting> self);
  Awaitable<error_code> resolve(std::vector<Endpoint>& found);
  Awaitable<error_code> connect(const std::vector<Endpoint>& endpoints);

  bool over() const { return !done_; }

  void close() {
    error_code ignored;
    socket_.close(ignored);
    if (stream_) stream_->close();
  }

  void fail(Errc code, const std::string& why) { finish(Error{code, phase_ + " " + url_.authority() + ": " + why}); }

  void finish(Result<std::shared_ptr<Stream>> result) {
    if (over()) return;
    const Done done = std::exchange(done_, nullptr);
    limit_.cancel();
    next_address_.cancel();
    if (!result) close();
    done(std::move(result));
  }

  EventLoop& loop_;
  const Url url_;
  const std::string ca_file_;
  const Deadline deadline_;
  Done done_;
  const Admits admits_;
  Time began_{};
  std::string phase_ = "connecting to";
  Socket socket_{loop_.context()};
  std::shared_ptr<Stream> stream_;
  Timer limit_{loop_, [this] {
                 const std::shared_ptr<Connecting> self = shared_from_this();
                 fail(Errc::timeout, "not done within " + std::to_string((loop_.now() - began_) / 1ms) + " ms");
               }};
  Timer next_address_{loop_, [this] {
                        error_code ignored;
                        socket_.close(ignored);
                      }};
};

Awaitable<void> Connecting::run(std::shared_ptr<Connecting> self) {
  phase_ = "resolving";
  std::vector<Endpoint> endpoints;
  error_code error = co_await resolve(endpoints);
  if (over()) co_return;
  if (error) co_return fail(Errc::not_found, error.message());
  if (admits_) std::erase_if(endpoints, [this](const Endpoint& e) { return !admits_(e.address().to_string()); });
  if (endpoints.empty()) co_return fail(Errc::refused, "it has no address that may be connected to");

  phase_ = "connecting to";
  error = co_await connect(endpoints);
  if (over()) co_return;
  if (error) co_return fail(Errc::unavailable, error.message());

  stream_ = std::make_shared<Stream>(loop_, std::move(socket_));
  if (url_.tls()) {
    phase_ = "TLS handshake with";
    auto context = client_tls(ca_file_);
    if (!context) co_return fail(context.error().code, context.error().what);
    error = co_await stream_->start_tls_client(**context, url_.host);
    if (over()) co_return;
    const bool theirs = error && error.category() == asio::error::get_ssl_category();
    if (error) co_return fail(theirs ? Errc::refused : Errc::unavailable, stream_->explain(error));
  }
  finish(std::move(stream_));
}

Awaitable<error_code> Connecting::resolve(std::vector<Endpoint>& found) {
  error_code error;
  const auto address = asio::ip::make_address(url_.host, error);
  if (!error) {
    found.emplace_back(address, url_.port);
    co_return error;
  }
  Resolver resolver(loop_.context());
  const auto [failed, results] =
      co_await resolver.async_resolve(url_.host, std::to_string(url_.port), Resolver::numeric_service, use_result);
  for (const auto& entry : results) found.push_back(entry.endpoint());
  co_return failed;
}

Awaitable<error_code> Connecting::connect(const std::vector<Endpoint>& endpoints) {
  error_code error = asio::error::host_not_found;
  for (std::size_t i = 0; i < endpoints.size() && !over(); ++i) {
    // An address that swallows our packets takes half of what is left, unless it is the last.
    if (i + 1 < endpoints.size()) next_address_.after(std::min<Duration>(deadline_.left(loop_.now()) / 2, 10s));
    error = {};
    if (!socket_.is_open()) socket_.open(endpoints[i].protocol(), error);
    if (error) continue;
    const auto [failed] = co_await socket_.async_connect(endpoints[i], use_result);
    next_address_.cancel();
    error = failed;
    if (!error && !socket_.is_open()) error = asio::error::timed_out;
    if (!error) break;
    if (error == asio::error::operation_aborted) error = asio::error::timed_out;
    error_code ignored;
    socket_.close(ignored);
  }
  co_return error;
}

class ConnectingHandle final : public Pending {
 public:
  explicit ConnectingHandle(std::shared_ptr<Connecting> work) : work_(std::move(work)) {}
  ~ConnectingHandle() override { work_->cancel(); }

 private:
  std::shared_ptr<Connecting> work_;
};

}  // namespace

std::unique_ptr<Pending> connect_stream(EventLoop& loop, const Url& url, const std::string& ca_file, Deadline deadline,
                                        std::function<void(Result<std::shared_ptr<Stream>>)> done,
                                        std::function<bool(const std::string& address)> admits) {
  auto work = std::make_shared<Connecting>(loop, url, ca_file, deadline, std::move(done), std::move(admits));
  work->start();
  return std::make_unique<ConnectingHandle>(std::move(work));
}

}  // namespace offhook::net
