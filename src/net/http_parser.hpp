// HTTP/1.x messages out of bytes that arrive cut anywhere; no socket here. After an error nothing more can be read from
// that connection.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "net/http.hpp"

namespace offhook::net {

inline constexpr std::size_t max_http_header = 16 << 10;  // bytes of start line and fields; of a chunk's line as well

class RequestParser {
 public:
  explicit RequestParser(std::size_t max_body);
  ~RequestParser();

  // Reads on, up to the end of one request; what follows it waits. Errc::full for too large, else Errc::invalid.
  Result<void> feed(std::string_view bytes);
  int refusal() const { return refusal_; }  // after an error: the status to answer

  bool begun() const;  // something of this request has come
  bool has_head() const;
  bool done() const;
  // From the head on:
  bool keep_alive() const;
  bool wants_web_socket() const;  // an upgrade that RFC 6455 4.2.1 allows to answer with 101
  bool wants_continue() const;    // "Expect: 100-continue"

  HttpRequest take();       // when done; then feed({}) reads on with what has come already
  std::string take_rest();  // bytes behind the request, for whoever takes the connection over

 private:
  struct Message;
  const std::size_t max_body_;
  std::unique_ptr<Message> message_;
  std::string waiting_;  // not yet understood
  int refusal_ = 400;
};

class ResponseParser {
 public:
  // `to_head`: the request was HEAD, so there is no body whatever the fields say.
  ResponseParser(bool to_head, std::size_t max_body);
  ~ResponseParser();

  Result<void> feed(std::string_view bytes);
  Result<void> end();  // the connection has ended: completes a body that reaches to its end, else Errc::closed

  bool begun() const { return begun_; }
  bool has_head() const;  // of the final response; 1xx are passed over
  bool done() const;
  bool keep_alive() const;  // when done: the connection can carry another request
  int status() const;
  const Headers& headers() const;
  std::string take_body();  // what has come since the last call

 private:
  struct Message;
  void restart();
  const bool to_head_;
  const std::size_t max_body_;
  std::unique_ptr<Message> message_;
  std::string waiting_;
  bool begun_ = false;
};

}  // namespace offhook::net
