#include "net/http_server.hpp"

#include <fcntl.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/ip/basic_resolver.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <condition_variable>
#include <cstring>
#include <mutex>

#include "base/log.hpp"
#include "net/http_connection.hpp"

namespace offhook::net {

namespace {

using Endpoint = asio::ip::tcp::endpoint;
constexpr Duration first_back_off = 50ms, longest_back_off = 1s;
constexpr int accepted_at_once = 64;  // then other handlers of this loop get their turn
constexpr auto closing_limit = 5s;

// Accepts on the first loop, on behalf of all. Whoever waits for a connection here holds it.
class Acceptor : public std::enable_shared_from_this<Acceptor> {
 public:
  explicit Acceptor(std::vector<std::shared_ptr<ServerShard>> shards) : shards_(std::move(shards)) {}

  Result<void> bind(Descriptor taken);
  Result<Descriptor> share();
  std::uint16_t port() const { return port_; }

  void start() {
    accepting_ = true;
    wait();
  }
  void stop() {
    accepting_ = false;
    back_off_.cancel();
    if (!acceptor_.is_open()) return;
    // Not close(), which leaves it to the kernel to forget the socket in Asio's epoll set: where another process shares
    // it, the kernel does not.
    error_code ignored;
    const Descriptor closed(acceptor_.release(ignored));
  }

 private:
  Result<Endpoint> endpoint() const;
  void wait();
  void accept_waiting();
  void take(Socket socket, std::shared_ptr<ServerShard> shard);
  void pause(error_code error);

  EventLoop& loop() { return shards_.front()->loop; }
  ServerShared& shared() const { return *shards_.front()->shared; }

  const std::vector<std::shared_ptr<ServerShard>> shards_;
  asio::basic_socket_acceptor<asio::ip::tcp, Executor> acceptor_{loop().context()};
  std::uint16_t port_ = 0;
  bool accepting_ = false;
  Duration pause_ = first_back_off;
  Timer back_off_{loop(), [this] { wait(); }};
  Time turned_away_said_{};
};

Result<Endpoint> Acceptor::endpoint() const {
  const ServerOptions& options = shared().options;
  error_code error;
  const auto address = asio::ip::make_address(options.host, error);
  if (!error) return Endpoint(address, options.port);
  asio::ip::basic_resolver<asio::ip::tcp, Executor> resolver(shards_.front()->loop.context());
  const auto found =
      resolver.resolve(options.host, std::to_string(options.port), asio::ip::resolver_base::passive, error);
  if (error || found.empty())
    return Error{Errc::not_found, "listening on " + options.host + ": " + error.message() +
                                      "; expected an address of this machine such as 127.0.0.1 or 0.0.0.0"};
  return found.begin()->endpoint();
}

Result<void> Acceptor::bind(Descriptor taken) {
  const ServerOptions& options = shared().options;
  const bool colon = options.host.find(':') != std::string::npos;
  const std::string doing =
      "listening on " + (colon ? "[" + options.host + "]" : options.host) + ":" + std::to_string(options.port) + ": ";
  auto where = endpoint();
  if (!where) return where.error();
  error_code error, ignored;
  if (taken) {
    sockaddr_storage bound{};
    socklen_t size = sizeof bound;
    int listens = 0;
    socklen_t flag = sizeof listens;
    Endpoint found;
    const bool ours = ::getsockopt(taken.get(), SOL_SOCKET, SO_ACCEPTCONN, &listens, &flag) == 0 && listens == 1 &&
                      ::getsockname(taken.get(), reinterpret_cast<sockaddr*>(&bound), &size) == 0 &&
                      size <= found.capacity();
    if (ours) {
      std::memcpy(found.data(), &bound, size);
      found.resize(size);
    }
    if (!ours || found != *where)
      return Error{
          Errc::invalid,
          doing + "the socket that was handed over does not listen there; give each server a data_dir of its own"};
    acceptor_.assign(found.protocol(), taken.release(), error);
    if (!error) acceptor_.non_blocking(true, error);
    if (error) return Error{Errc::internal, doing + error.message()};
    port_ = found.port();
    return {};
  }
  acceptor_.open(where->protocol(), error);
  if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
  if (!error && where->address().is_v6()) acceptor_.set_option(asio::ip::v6_only(false), ignored);
  if (!error) acceptor_.bind(*where, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (!error) acceptor_.non_blocking(true, error);
  if (error == asio::error::address_in_use)
    return Error{Errc::unavailable,
                 doing + "the port is taken by another program; stop it or choose another with --listen"};
  if (error == asio::error::access_denied)
    return Error{Errc::refused, doing + "ports below 1024 need a privilege; choose another with --listen"};
  if (error) return Error{Errc::invalid, doing + error.message() + "; choose another address with --listen"};
  port_ = acceptor_.local_endpoint(ignored).port();
  return {};
}

Result<Descriptor> Acceptor::share() {
  Descriptor copy(::fcntl(acceptor_.native_handle(), F_DUPFD_CLOEXEC, 3));
  if (!copy) return Error{Errc::closed, "sharing the listening socket: it is closed"};
  return copy;
}

void Acceptor::wait() {
  if (!accepting_) return;
  acceptor_.async_wait(asio::socket_base::wait_read, [self = shared_from_this()](error_code error) {
    if (!error) self->accept_waiting();
  });
}

void Acceptor::accept_waiting() {
  const EventLoop::Watch watch(loop(), "accept");
  for (int i = 0; i < accepted_at_once && accepting_; ++i) {
    const auto shard = *std::min_element(shards_.begin(), shards_.end(), [](const auto& a, const auto& b) {
      return a->loop.health().load.load(std::memory_order_relaxed) <
             b->loop.health().load.load(std::memory_order_relaxed);
    });
    Socket socket(shard->loop.context());
    error_code error;
    acceptor_.accept(socket, error);
    if (error == asio::error::would_block) break;
    // The other side gave up, or the network did, before we came to it: accept(2).
    if (error == asio::error::connection_aborted || error == asio::error::interrupted ||
        error == asio::error::network_unreachable || error == asio::error::host_unreachable ||
        error == asio::error::network_down || error.value() == EPROTO)
      continue;
    if (error) return pause(error);
    pause_ = first_back_off;
    take(std::move(socket), shard);
  }
  wait();
}

void Acceptor::take(Socket socket, std::shared_ptr<ServerShard> shard) {
  if (shared().open >= shared().options.max_connections) {
    const std::uint64_t count = ++shared().turned_away;
    if (loop().now() - turned_away_said_ < 1s) return;
    turned_away_said_ = loop().now();
    log::warn("connection_turned_away", {{"max_connections", shared().options.max_connections}, {"so_far", count}});
    return;
  }
  auto place = std::make_shared<Place>(shard);
  auto held = std::make_shared<Socket>(std::move(socket));
  shard->loop.post([place = std::move(place), held = std::move(held)] { serve_connection(place, std::move(*held)); });
}

// Too many open files, or no memory: trying again at once would only burn the core.
void Acceptor::pause(error_code error) {
  log::warn("accept_failed", {{"why", error.message()}, {"again_ms", pause_}});
  back_off_.after(pause_);
  pause_ = std::min(pause_ * 2, longest_back_off);
}

// Runs `task` on the loop and waits until it has; bounded, for a loop may hang. On a loop that has ended it runs here.
void run_and_wait(EventLoop& loop, std::function<void()> task) {
  struct State {
    std::mutex mutex;
    std::condition_variable changed;
    bool done = false;
  };
  if (loop.is_home()) return task();
  const auto state = std::make_shared<State>();
  loop.post([state, task] {
    task();
    const std::lock_guard lock(state->mutex);
    state->done = true;
    state->changed.notify_all();
  });
  std::unique_lock lock(state->mutex);
  const auto limit = std::chrono::steady_clock::now() + closing_limit;
  while (!state->done && !loop.context().stopped() && std::chrono::steady_clock::now() < limit)
    state->changed.wait_for(lock, 10ms);
  if (state->done) return;
  if (!loop.context().stopped())
    return log::error("loop_does_not_answer", {{"loop", loop.name()}, {"waited_ms", Duration(closing_limit)}});
  lock.unlock();
  loop.join();
  if (!state->done) task();
}

class Server final : public HttpServer {
 public:
  Server(std::vector<std::shared_ptr<ServerShard>> shards, std::shared_ptr<Acceptor> acceptor)
      : shards_(std::move(shards)), acceptor_(std::move(acceptor)) {}

  ~Server() override {
    if (!started_) {  // the loops may never have run
      acceptor_->stop();
      return;
    }
    run_and_wait(shards_.front()->loop, [acceptor = acceptor_] { acceptor->stop(); });
    for (const auto& shard : shards_) run_and_wait(shard->loop, [shard] { shard->close(); });
  }

  void start() override {
    if (std::exchange(started_, true)) return;
    shards_.front()->loop.post([acceptor = acceptor_] { acceptor->start(); });
  }
  void stop_accepting() override {
    shards_.front()->shared->keeps = false;
    shards_.front()->loop.post([acceptor = acceptor_] { acceptor->stop(); });
  }
  Result<Descriptor> share() override {
    auto copy = std::make_shared<Result<Descriptor>>(
        Error{Errc::timeout, "sharing the listening socket: the loop that accepts did not answer within 5 s"});
    run_and_wait(shards_.front()->loop, [copy, acceptor = acceptor_] { *copy = acceptor->share(); });
    return std::move(*copy);
  }
  std::uint16_t port() const override { return acceptor_->port(); }
  std::size_t connections() const override { return shards_.front()->shared->open; }
  std::uint64_t turned_away() const override { return shards_.front()->shared->turned_away; }

 private:
  const std::vector<std::shared_ptr<ServerShard>> shards_;
  const std::shared_ptr<Acceptor> acceptor_;
  bool started_ = false;
};

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::listen(std::vector<EventLoop*> loops, ServerOptions options,
                                                       Service& service, Descriptor taken) {
  auto shared = std::make_shared<ServerShared>();
  if (!options.tls_certificate.empty() || !options.tls_key.empty()) {
    auto tls = server_tls(options.tls_certificate, options.tls_key);
    if (!tls) return tls.error();
    shared->tls = std::move(*tls);
  }
  shared->options = std::move(options);
  std::vector<std::shared_ptr<ServerShard>> shards;
  for (EventLoop* loop : loops) shards.push_back(std::make_shared<ServerShard>(ServerShard{*loop, shared, &service}));
  auto acceptor = std::make_shared<Acceptor>(shards);
  const Result<void> bound = acceptor->bind(std::move(taken));
  if (!bound) return bound.error();
  return std::unique_ptr<HttpServer>(std::make_unique<Server>(std::move(shards), std::move(acceptor)));
}

}  // namespace offhook::net
