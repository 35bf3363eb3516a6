// For tests over real sockets: loops on threads, and blocking peers that do what no decent peer does. Every wait is
// bounded.
#pragma once

#include <gtest/gtest.h>

#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/event_loop.hpp"
#include "net/http.hpp"
#include "net/http_server.hpp"

namespace offhook::net::testing {

inline constexpr auto patience = 20s;  // for what must happen; never the time a passing test takes

std::unique_ptr<EventLoop> run_loop(std::string name = "loop");

// Runs `f` on the loop and returns what it returns.
template <class F>
auto on(EventLoop& loop, F f) -> decltype(f()) {
  auto task = std::make_shared<std::packaged_task<decltype(f())()>>(std::move(f));
  auto result = task->get_future();
  loop.post([task] { (*task)(); });
  if (result.wait_for(patience) != std::future_status::ready) ADD_FAILURE() << "the loop does not answer";
  return result.get();
}

// False if `holds` did not come true in time.
bool eventually(const std::function<bool()>& holds);

// A blocking TCP socket.
class Peer {
 public:
  explicit Peer(std::uint16_t port, int receive_buffer = 0);  // connects to 127.0.0.1
  explicit Peer(int fd, bool accepted);
  Peer(Peer&& other) noexcept : fd_(other.fd_), seen_(std::move(other.seen_)) { other.fd_ = -1; }
  ~Peer() { close(); }

  void send(std::string_view bytes);             // fails the test if it cannot
  std::string read_until(std::string_view end);  // what came up to and with `end`; all that came if the end came first
  std::string read_all();                        // up to the other side's end
  bool ended();                                  // waits for its end, drops what comes before
  void reset();                                  // RST instead of FIN
  void close();
  int release() { return std::exchange(fd_, -1); }  // the file descriptor is the caller's

 private:
  int fd_;
  std::string seen_;
};

// A blocking server on 127.0.0.1.
class PeerServer {
 public:
  PeerServer();
  ~PeerServer();
  std::uint16_t port() const { return port_; }
  std::string url(std::string_view path = "/") const {
    return "http://127.0.0.1:" + std::to_string(port_) + std::string(path);
  }
  Peer accept();
  bool idle(Duration time);  // nobody connects for so long

 private:
  int fd_;
  std::uint16_t port_;
};

// Answers with what its functions say; they run on the connection's loop. Unset: the request is echoed, and so is every
// message of a WebSocket.
class TestService : public Service {
 public:
  std::function<void(Loop&, HttpRequest, Respond)> on_serve;
  std::function<std::variant<HttpResponse, Accept>(Loop&, const HttpRequest&)> on_upgrade;
  ~TestService() override;
  void serve(Loop& loop, HttpRequest request, Respond respond) override;
  std::variant<HttpResponse, Accept> upgrade(Loop& loop, const HttpRequest& request) override;

 private:
  struct Echo;
  std::mutex mutex_;
  std::vector<std::shared_ptr<Echo>> echoes_;
};

// A handler that remembers, for a test that looks on from another thread.
class Recorder : public WebSocket::Handler {
 public:
  std::function<void(std::string_view)> on_message;  // after it was remembered, on the loop
  void on_text(std::string_view text) override { remember("T" + std::string(text)); }
  void on_binary(std::string_view bytes) override { remember("B" + std::string(bytes)); }
  void on_closed(bool clean, std::string_view why) override;

  std::vector<std::string> messages();
  bool wait_messages(std::size_t count);
  bool wait_closed();
  bool closed();
  bool clean();
  std::string why();

 private:
  void remember(std::string message);
  std::mutex mutex_;
  std::vector<std::string> messages_;
  bool closed_ = false, clean_ = false;
  std::string why_;
};

// A server over loops of its own, gone before them.
struct RunningServer {
  explicit RunningServer(Service& service, ServerOptions options = {}, int loops = 1);
  ~RunningServer();
  std::uint16_t port() const { return server->port(); }
  std::string url(std::string_view scheme, std::string_view path) const {
    return std::string(scheme) + "://127.0.0.1:" + std::to_string(port()) + std::string(path);
  }
  EventLoop& loop() { return *loops.front(); }

  std::vector<std::unique_ptr<EventLoop>> loops;
  std::unique_ptr<HttpServer> server;
};

// The opening handshake of a peer, and a masked frame of it (RFC 6455 5.2; the mask is zero).
std::string web_socket_request(std::string_view path = "/");
std::string web_socket_frame(int opcode, std::string_view payload);

// A self-signed certificate for localhost (not for 127.0.0.1), and its key, as PEM files in a directory of their own.
struct TestCertificate {
  TestCertificate();
  ~TestCertificate();
  std::string directory, certificate, key;
};

}  // namespace offhook::net::testing
