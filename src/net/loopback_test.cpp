#include "net/loopback_test.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>

namespace offhook::net::testing {

namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

bool readable(int fd, std::chrono::milliseconds time) {
  pollfd wait{fd, POLLIN, 0};
  return poll(&wait, 1, static_cast<int>(time.count())) == 1;
}

}  // namespace

std::unique_ptr<EventLoop> run_loop(std::string name) {
  auto loop = std::make_unique<EventLoop>(std::move(name));
  loop->start();
  return loop;
}

bool eventually(const std::function<bool()>& holds) {
  // Nobody signals: what the tests wait for lives on other threads and in other ends of sockets. So it is looked at
  // again.
  std::mutex mutex;
  std::condition_variable again;
  std::unique_lock lock(mutex);
  const auto limit = std::chrono::steady_clock::now() + patience;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > limit) return false;
    again.wait_for(lock, 1ms);
  }
  return true;
}

Peer::Peer(std::uint16_t port, int receive_buffer) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (receive_buffer > 0) setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof(receive_buffer));
  const sockaddr_in address = loopback(port);
  EXPECT_EQ(connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
}

Peer::Peer(int fd, bool) : fd_(fd) {}

void Peer::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    ASSERT_GT(sent, 0);
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

std::string Peer::read_until(std::string_view end) {
  for (;;) {
    const std::size_t at = end.empty() ? std::string::npos : seen_.find(end);
    if (at != std::string::npos) {
      std::string all = seen_.substr(0, at + end.size());
      seen_.erase(0, all.size());
      return all;
    }
    char buffer[4096];
    if (!readable(fd_, patience)) {
      ADD_FAILURE() << "waited in vain for \"" << end << "\", had \"" << seen_.substr(0, 300) << "\"";
      return std::exchange(seen_, {});
    }
    const ssize_t got = recv(fd_, buffer, sizeof(buffer), 0);
    if (got <= 0) return std::exchange(seen_, {});
    seen_.append(buffer, static_cast<std::size_t>(got));
  }
}

std::string Peer::read_all() {
  return read_until({});
}

bool Peer::ended() {
  char buffer[4096];
  while (readable(fd_, patience))
    if (recv(fd_, buffer, sizeof(buffer), 0) <= 0) return true;
  return false;
}

void Peer::reset() {
  const linger at_once{1, 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  close();
}

void Peer::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

PeerServer::PeerServer() : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof(address);
  EXPECT_EQ(bind(fd_, reinterpret_cast<sockaddr*>(&address), size), 0);
  EXPECT_EQ(listen(fd_, 16), 0);
  EXPECT_EQ(getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size), 0);
  port_ = ntohs(address.sin_port);
}

PeerServer::~PeerServer() {
  ::close(fd_);
}

Peer PeerServer::accept() {
  if (!readable(fd_, patience)) ADD_FAILURE() << "nobody connected";
  return Peer(accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC), true);
}

bool PeerServer::idle(Duration time) {
  return !readable(fd_, std::chrono::duration_cast<std::chrono::milliseconds>(time));
}

struct TestService::Echo final : WebSocket::Handler {
  explicit Echo(std::shared_ptr<WebSocket> s) : socket(std::move(s)) { socket->set_handler(this); }
  void on_text(std::string_view text) override { (void)socket->send_text(std::string(text)); }
  void on_binary(std::string_view bytes) override { (void)socket->send_binary(std::string(bytes)); }
  void on_closed(bool, std::string_view) override { socket.reset(); }
  std::shared_ptr<WebSocket> socket;
};

TestService::~TestService() = default;

void TestService::serve(Loop& loop, HttpRequest request, Respond respond) {
  if (on_serve) return on_serve(loop, std::move(request), std::move(respond));
  respond({200, "text/plain", request.method + " " + request.target + " " + request.body, {}});
}

std::variant<HttpResponse, Service::Accept> TestService::upgrade(Loop& loop, const HttpRequest& request) {
  if (on_upgrade) return on_upgrade(loop, request);
  return Accept([this](std::shared_ptr<WebSocket> socket) {
    auto echo = std::make_shared<Echo>(std::move(socket));
    const std::lock_guard lock(mutex_);
    echoes_.push_back(std::move(echo));
  });
}

void Recorder::remember(std::string message) {
  const std::string_view text = std::string_view(message).substr(1);
  {
    const std::lock_guard lock(mutex_);
    messages_.push_back(message);
  }
  if (on_message) on_message(text);
}

void Recorder::on_closed(bool clean, std::string_view why) {
  const std::lock_guard lock(mutex_);
  EXPECT_FALSE(closed_) << "on_closed came twice";
  closed_ = true;
  clean_ = clean;
  why_ = why;
}

std::vector<std::string> Recorder::messages() {
  const std::lock_guard lock(mutex_);
  return messages_;
}

bool Recorder::wait_messages(std::size_t count) {
  return eventually([&] {
    const std::lock_guard lock(mutex_);
    return messages_.size() >= count;
  });
}

bool Recorder::wait_closed() {
  return eventually([&] { return closed(); });
}

bool Recorder::closed() {
  const std::lock_guard lock(mutex_);
  return closed_;
}

bool Recorder::clean() {
  const std::lock_guard lock(mutex_);
  return clean_;
}

std::string Recorder::why() {
  const std::lock_guard lock(mutex_);
  return why_;
}

RunningServer::RunningServer(Service& service, ServerOptions options, int count) {
  std::vector<EventLoop*> pointers;
  for (int i = 0; i < count; ++i) {
    loops.push_back(run_loop("server" + std::to_string(i)));
    pointers.push_back(loops.back().get());
  }
  options.port = 0;
  auto made = HttpServer::listen(pointers, options, service);
  if (!made) {
    ADD_FAILURE() << made.error().what;
    std::abort();
  }
  server = std::move(*made);
  server->start();
}

RunningServer::~RunningServer() {
  server.reset();
  for (auto& loop : loops) loop->stop();
  for (auto& loop : loops) loop->join();
}

std::string web_socket_request(std::string_view path) {
  return "GET " + std::string(path) +
         " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
}

std::string web_socket_frame(int opcode, std::string_view payload) {
  std::string frame(1, static_cast<char>(0x80 | opcode));
  const std::size_t size = payload.size();
  if (size < 126) {
    frame += static_cast<char>(0x80 | size);
  } else if (size < 65536) {
    frame += static_cast<char>(0x80 | 126);
    for (int shift = 8; shift >= 0; shift -= 8) frame += static_cast<char>(size >> shift);
  } else {
    frame += static_cast<char>(0x80 | 127);
    for (int shift = 56; shift >= 0; shift -= 8) frame += static_cast<char>(size >> shift);
  }
  return frame + std::string(4, '\0') + std::string(payload);
}

TestCertificate::TestCertificate() {
  std::string pattern = ::testing::TempDir() + "/offhook_tls_XXXXXX";
  directory = mkdtemp(pattern.data());
  certificate = directory + "/certificate.pem";
  key = directory + "/key.pem";

  EVP_PKEY* pair = EVP_EC_gen("P-256");
  X509* x509 = X509_new();
  X509_set_version(x509, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
  X509_gmtime_adj(X509_getm_notBefore(x509), -3600);
  X509_gmtime_adj(X509_getm_notAfter(x509), 24 * 3600);
  X509_set_pubkey(x509, pair);
  X509_NAME* name = X509_get_subject_name(x509);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
  X509_set_issuer_name(x509, name);
  X509_EXTENSION* alternatives = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "DNS:localhost");
  X509_add_ext(x509, alternatives, -1);
  X509_EXTENSION_free(alternatives);
  EXPECT_GT(X509_sign(x509, pair, EVP_sha256()), 0);

  FILE* file = fopen(certificate.c_str(), "w");
  EXPECT_EQ(PEM_write_X509(file, x509), 1);
  fclose(file);
  file = fopen(key.c_str(), "w");
  EXPECT_EQ(PEM_write_PrivateKey(file, pair, nullptr, nullptr, 0, nullptr, nullptr), 1);
  fclose(file);
  X509_free(x509);
  EVP_PKEY_free(pair);
}

TestCertificate::~TestCertificate() {
  std::filesystem::remove_all(directory);
}

}  // namespace offhook::net::testing
