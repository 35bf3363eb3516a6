// A TCP connection, plain or TLS, as one type whose transfers forget who waits for them. So whatever is built on it,
// above all Beast's WebSocket, is compiled once and not for each pair of socket and handler. For the files of net/
// only.
#pragma once

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <string>
#include <tuple>
#include <utility>

#include "base/token_bucket.hpp"
#include "net/event_loop.hpp"

#if defined(__GNUC__) && !defined(__clang__)
// GCC 12 takes Asio's own pair of allocation functions for coroutine frames for a mistake once it has inlined one of
// them.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#endif

namespace boost::asio::ssl {
class context;
}

namespace offhook::net {

namespace asio = boost::asio;
using boost::system::error_code;
using Executor = asio::io_context::executor_type;
using Socket = asio::basic_stream_socket<asio::ip::tcp, Executor>;
template <class T = void>
using Awaitable = asio::awaitable<T, Executor>;
using Transfer = std::tuple<error_code, std::size_t>;
inline constexpr asio::as_tuple_t<asio::use_awaitable_t<Executor>> use_result{};  // co_await gives (error_code, …)

// Who waits for a transfer: anything that can be called with (error_code, std::size_t), once.
class Completion {
 public:
  template <class F>
  explicit Completion(F f) : node_(std::make_unique<Node<F>>(std::move(f))) {}
  void operator()(error_code error, std::size_t bytes) {
    NodeBase* node = node_.get();
    node->call(std::move(node_), error, bytes);
  }

 private:
  struct NodeBase {
    virtual ~NodeBase() = default;
    virtual void call(std::unique_ptr<NodeBase> self, error_code error, std::size_t bytes) = 0;
  };
  template <class F>
  struct Node final : NodeBase {
    explicit Node(F f) : f_(std::move(f)) {}
    void call(std::unique_ptr<NodeBase> self, error_code error, std::size_t bytes) override {
      F f(std::move(f_));
      self.reset();  // before the call, which may begin the next transfer
      f(error, bytes);
    }
    F f_;
  };
  std::unique_ptr<NodeBase> node_;
};

// A few buffers written at once.
class Gathered {
 public:
  using value_type = asio::const_buffer;
  using const_iterator = const value_type*;

  template <class Buffers>
  explicit Gathered(const Buffers& buffers) {
    const auto end = asio::buffer_sequence_end(buffers);
    for (auto it = asio::buffer_sequence_begin(buffers); it != end && size_ < pieces_.size(); ++it)
      if (const asio::const_buffer piece(*it); piece.size() > 0) pieces_[size_++] = piece;
  }
  const_iterator begin() const { return pieces_.data(); }
  const_iterator end() const { return pieces_.data() + size_; }

 private:
  std::array<asio::const_buffer, 4> pieces_;
  std::size_t size_ = 0;
};

// Home thread only. Must outlive its transfers: whoever waits for one holds it.
class Stream {
 public:
  using executor_type = Executor;

  Stream(EventLoop& loop, Socket socket);
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // Everything after it is encrypted. A client names the host: it is sent (SNI) and the certificate must be for it.
  Awaitable<error_code> start_tls_server(asio::ssl::context& context);
  Awaitable<error_code> start_tls_client(asio::ssl::context& context, std::string host);

  // Asio's AsyncReadStream and AsyncWriteStream.
  executor_type get_executor() { return socket_.get_executor(); }
  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return asio::async_initiate<Token, void(error_code, std::size_t)>(Read{this}, token, first(buffers));
  }
  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return asio::async_initiate<Token, void(error_code, std::size_t)>(Write{this}, token, Gathered(buffers));
  }

  Awaitable<Transfer> read_some(asio::mutable_buffer buffer) { return async_read_some(buffer, use_result); }
  Awaitable<error_code> write_all(std::string_view head, std::string_view body);

  // More than that from the other side cuts the connection, with `why`.
  void limit_incoming(TokenBucket::Limits limits, std::string why) {
    incoming_ = TokenBucket(limits);
    too_much_ = std::move(why);
  }
  void unread(std::string bytes) { unread_ = std::move(bytes); }  // the next reads find them first

  // Says farewell, so that what was written arrives even if the other side is still sending; at most 2 s, then close().
  Awaitable<void> finish();
  // Cuts: what waits ends with an error. `why` replaces that error in explain().
  void close(std::string_view why = {});
  bool is_open() const { return socket_.is_open(); }

  std::string explain(error_code error) const;       // for people; knows why a certificate was not accepted
  Time heard() const { return heard_; }              // when the last bytes came
  const std::string& peer() const { return peer_; }  // numeric address, no port
  bool tls() const { return tls_ != nullptr; }
  EventLoop& loop() { return loop_; }

 private:
  struct Tls;
  struct Done;
  struct Read {
    Stream* stream;
    template <class Handler>
    void operator()(Handler&& handler, asio::mutable_buffer buffer) const {
      stream->read(buffer, Completion(std::forward<Handler>(handler)));
    }
  };
  struct Write {
    Stream* stream;
    template <class Handler>
    void operator()(Handler&& handler, Gathered buffers) const {
      stream->write(buffers, Completion(std::forward<Handler>(handler)));
    }
  };

  template <class Buffers>
  static asio::mutable_buffer first(const Buffers& buffers) {
    const auto end = asio::buffer_sequence_end(buffers);
    for (auto it = asio::buffer_sequence_begin(buffers); it != end; ++it)
      if (const asio::mutable_buffer piece(*it); piece.size() > 0) return piece;
    return {};
  }

  void read(asio::mutable_buffer buffer, Completion done);
  void write(Gathered buffers, Completion done);

  EventLoop& loop_;
  Socket socket_;
  std::unique_ptr<Tls> tls_;
  std::string unread_, why_, peer_;
  TokenBucket incoming_{{}};
  std::string too_much_;
  Time heard_;
};

}  // namespace offhook::net
