// For tests: an HTTP server over plain sockets that says exactly the bytes it is told to, and stops where it is told
// to. A thread per connection; connections opened ahead and never used are fine.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace offhook::llm {

class ScriptedServer {
 public:
  class Connection {
   public:
    explicit Connection(int fd) : fd_(fd) {}
    std::string request;  // head and body

    void say(std::string_view bytes) {
      while (!bytes.empty()) {
        const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (n <= 0) return;
        bytes.remove_prefix(static_cast<std::size_t>(n));
      }
    }
    // As a chunk of a chunked body.
    void chunk(std::string_view bytes) {
      char size[20];
      std::snprintf(size, sizeof size, "%zx\r\n", bytes.size());
      say(size + std::string(bytes) + "\r\n");
    }
    void hang_up() {
      ::shutdown(fd_, SHUT_RDWR);
      open = false;
    }
    // Until the client closes: true, or false after `ms`.
    bool wait_for_close(int ms = 10'000) {
      pollfd p{fd_, POLLIN, 0};
      char byte;
      return ::poll(&p, 1, ms) == 1 && ::recv(fd_, &byte, 1, 0) <= 0;
    }
    bool open = true;

   private:
    int fd_;
  };
  using Script = std::function<void(Connection&)>;  // called for each request

  explicit ScriptedServer(Script script) : script_(std::move(script)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 64) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
      std::abort();
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept(); });
  }

  ~ScriptedServer() {
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    {
      const std::lock_guard lock(mutex_);
      for (const int fd : fds_) ::shutdown(fd, SHUT_RDWR);
    }
    for (std::thread& t : threads_) t.join();
    for (const int fd : fds_) ::close(fd);
    ::close(listener_);
  }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/v1"; }

 private:
  void accept() {
    for (;;) {
      const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) return;
      const std::lock_guard lock(mutex_);
      fds_.push_back(fd);
      threads_.emplace_back([this, fd] { serve(fd); });
    }
  }

  void serve(int fd) {
    Connection connection(fd);
    std::string in;
    char block[4096];
    while (connection.open) {
      const std::size_t head = in.find("\r\n\r\n");
      const std::size_t length = head == std::string::npos ? 0 : in.find("Content-Length: ");
      const std::size_t whole =
          head == std::string::npos
              ? std::string::npos
              : head + 4 + (length < head ? static_cast<std::size_t>(std::atoi(in.c_str() + length + 16)) : 0);
      if (in.size() >= whole) {
        connection.request = in.substr(0, whole);
        in.erase(0, whole);
        script_(connection);
        continue;
      }
      const ssize_t n = ::recv(fd, block, sizeof block, 0);
      if (n <= 0) return;
      in.append(block, static_cast<std::size_t>(n));
    }
  }

  Script script_;
  int listener_ = -1;
  int port_ = 0;
  std::mutex mutex_;
  std::vector<int> fds_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace offhook::llm
