// The client's connections to HTTP servers, and the few that are kept warm for each host. For the files of net/ only.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/stream.hpp"

namespace offhook::net {

// One connection. It is read from its first moment to its last, so that a server's goodbye to an idle one is seen at
// once.
class HttpLink : public std::enable_shared_from_this<HttpLink> {
 public:
  class User {
   public:
    virtual ~User() = default;
    virtual void on_bytes(std::string_view bytes) = 0;
    virtual void on_end(error_code error) = 0;  // eof: orderly
  };
  struct Outgoing {
    std::string head, body;
  };

  explicit HttpLink(std::shared_ptr<Stream> stream);

  void start();
  void set_user(std::weak_ptr<User> user);              // empty: idle; then whatever comes is its end
  void write(std::shared_ptr<const Outgoing> message);  // if it fails, reading will tell
  bool writing() const { return writing_; }
  bool is_open() const { return stream_->is_open(); }
  void keep_for(Duration time);  // closed after it, unless used again
  void close() { stream_->close(); }
  std::string explain(error_code error) const { return stream_->explain(error); }
  const std::string& peer() const { return stream_->peer(); }

 private:
  Awaitable<void> read(std::shared_ptr<HttpLink> self);
  Awaitable<void> write_all(std::shared_ptr<HttpLink> self, std::shared_ptr<const Outgoing> message);

  const std::shared_ptr<Stream> stream_;
  Timer old_{stream_->loop(), [this] { close(); }};
  std::weak_ptr<User> user_;
  bool writing_ = false;
};

// By origin: scheme, host, port and whom we trust there.
class HttpPool {
 public:
  static constexpr std::size_t max_idle = 4;  // of one origin
  static constexpr Duration keep = 50s;       // below the 60 s after which most servers close

  ~HttpPool();
  std::shared_ptr<HttpLink> take(const std::string& origin);  // the one used last; nullptr: none is open
  void put(const std::string& origin, std::shared_ptr<HttpLink> link);
  std::size_t idle(const std::string& origin);

 private:
  void forget_closed();
  std::map<std::string, std::vector<std::shared_ptr<HttpLink>>> idle_;
};

}  // namespace offhook::net
