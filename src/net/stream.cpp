#include "net/stream.hpp"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <vector>

namespace offhook::net {

namespace {

constexpr Duration farewell = 2s;
constexpr std::size_t farewell_bytes = 4 << 20;  // read and dropped meanwhile, at most

std::string address_of(const Socket& socket) {
  error_code error;
  const auto address = socket.remote_endpoint(error).address();
  if (error) return {};
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
  return address.to_string();
}

}  // namespace

struct Stream::Tls {
  Tls(Socket& socket, asio::ssl::context& context) : stream(socket, context) {}
  asio::ssl::stream<Socket&> stream;
};

// What the loop runs when a transfer is done; the watchdog sees all of it.
struct Stream::Done {
  Stream* stream;
  bool reading;
  Completion done;

  void operator()(error_code error, std::size_t bytes) {
    if (error == asio::error::operation_aborted) return done(error, bytes);
    const EventLoop::Watch watch(stream->loop_, reading ? "socket read" : "socket written");
    if (reading && !error) {
      stream->heard_ = stream->loop_.now();
      if (!stream->incoming_.take(stream->heard_, static_cast<double>(bytes))) {
        stream->close(stream->too_much_);
        return done(asio::error::operation_aborted, 0);
      }
    }
    done(error, bytes);
  }
};

Stream::Stream(EventLoop& loop, Socket socket)
    : loop_(loop), socket_(std::move(socket)), peer_(address_of(socket_)), heard_(loop.now()) {
  error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
}

Stream::~Stream() = default;

void Stream::read(asio::mutable_buffer buffer, Completion done) {
  if (!unread_.empty()) {
    const std::size_t bytes = asio::buffer_copy(buffer, asio::buffer(unread_));
    unread_.erase(0, bytes);
    asio::post(get_executor(), [done = std::move(done), bytes]() mutable { done({}, bytes); });
  } else if (tls_) {
    tls_->stream.async_read_some(buffer, Done{this, true, std::move(done)});
  } else {
    socket_.async_read_some(buffer, Done{this, true, std::move(done)});
  }
}

void Stream::write(Gathered buffers, Completion done) {
  if (tls_)
    tls_->stream.async_write_some(buffers, Done{this, false, std::move(done)});
  else
    socket_.async_write_some(buffers, Done{this, false, std::move(done)});
}

Awaitable<error_code> Stream::write_all(std::string_view head, std::string_view body) {
  while (!head.empty() || !body.empty()) {
    const std::array<asio::const_buffer, 2> both{asio::buffer(head), asio::buffer(body)};
    const auto [error, bytes] = co_await async_write_some(both, use_result);
    if (error) co_return error;
    body.remove_prefix(bytes - std::min(bytes, head.size()));
    head.remove_prefix(std::min(bytes, head.size()));
  }
  co_return error_code();
}

Awaitable<error_code> Stream::start_tls_server(asio::ssl::context& context) {
  tls_ = std::make_unique<Tls>(socket_, context);
  const auto [error] = co_await tls_->stream.async_handshake(asio::ssl::stream_base::server, use_result);
  co_return error;
}

Awaitable<error_code> Stream::start_tls_client(asio::ssl::context& context, std::string host) {
  tls_ = std::make_unique<Tls>(socket_, context);
  SSL* ssl = tls_->stream.native_handle();
  error_code not_numeric;
  asio::ip::make_address(host, not_numeric);
  if (not_numeric) {  // RFC 6066 3: the name sent is never an address
    SSL_set_tlsext_host_name(ssl, host.c_str());
    SSL_set1_host(ssl, host.c_str());
  } else {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str());
  }
  tls_->stream.set_verify_mode(asio::ssl::verify_peer);
  const auto [error] = co_await tls_->stream.async_handshake(asio::ssl::stream_base::client, use_result);
  co_return error;
}

Awaitable<void> Stream::finish() {
  Timer limit(loop_, [this] { close(); });
  limit.after(farewell);
  if (tls_) co_await tls_->stream.async_shutdown(use_result);
  error_code error;
  socket_.shutdown(Socket::shutdown_send, error);
  std::vector<char> dropped(4096);
  std::size_t total = 0;
  // Closing over unread bytes would reset the connection, and the reset may overtake what was written.
  while (!error && total < farewell_bytes) {
    const Transfer read = co_await socket_.async_read_some(asio::buffer(dropped), use_result);
    error = std::get<0>(read);
    total += std::get<1>(read);
  }
  close();
}

void Stream::close(std::string_view why) {
  if (why_.empty() && socket_.is_open()) why_ = why;
  error_code ignored;
  socket_.close(ignored);
}

std::string Stream::explain(error_code error) const {
  if (!why_.empty()) return why_;
  if (error == asio::error::eof || error == asio::ssl::error::stream_truncated)
    return "the other side closed the connection";
  if (error == asio::error::operation_aborted) return "the connection was cut here";
  if (tls_ && error.category() == asio::error::get_ssl_category()) {
    const long verdict = SSL_get_verify_result(tls_->stream.native_handle());
    if (verdict != X509_V_OK)
      return std::string("the certificate was not accepted: ") + X509_verify_cert_error_string(verdict);
  }
  return error.message();
}

}  // namespace offhook::net
