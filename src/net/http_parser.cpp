#include "net/http_parser.hpp"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <utility>

namespace offhook::net {

namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;
using Text = boost::beast::string_view;
using Size = boost::optional<std::uint64_t>;

// Writes what Beast finds into our own types.
template <bool is_request>
class Reader : public http::basic_parser<is_request> {
 public:
  explicit Reader(std::size_t max_body) {
    this->eager(true);
    this->header_limit(max_http_header);
    this->body_limit(max_body);
  }

  std::string method, target, body;
  Headers headers;
  int status = 0;

  // Beast 1.81 asserts that a last chunk which was cut behind "0\r\n" comes back with at least 5 bytes. Between chunks
  // nothing shorter can end a message, so that nothing is lost by waiting for them.
  bool must_wait(std::size_t bytes) const {
    return this->is_header_done() && this->chunked() && chunk_left_ == 0 && bytes < 5;
  }

 private:
  static std::string copy(Text text) { return std::string(text.data(), text.size()); }

  void on_request_impl(http::verb, Text verb, Text path, int, error_code&) override {
    method = copy(verb);
    target = copy(path);
  }
  void on_response_impl(int code, Text, int, error_code&) override { status = code; }
  void on_field_impl(http::field, Text name, Text value, error_code&) override {
    if (!in_trailer_) headers.emplace_back(copy(name), copy(value));
  }
  void on_header_impl(error_code&) override { in_trailer_ = true; }
  void on_body_init_impl(const Size&, error_code&) override {}
  std::size_t on_body_impl(Text bytes, error_code&) override {
    body.append(bytes.data(), bytes.size());
    return bytes.size();
  }
  void on_chunk_header_impl(std::uint64_t size, Text, error_code&) override { chunk_left_ = size; }
  std::size_t on_chunk_body_impl(std::uint64_t, Text bytes, error_code&) override {
    body.append(bytes.data(), bytes.size());
    chunk_left_ -= bytes.size();
    return bytes.size();
  }
  void on_finish_impl(error_code&) override {}

  bool in_trailer_ = false;
  std::uint64_t chunk_left_ = 0;
};

// Parses what of `waiting` makes sense by now, up to the message's end.
template <bool is_request>
error_code read_on(Reader<is_request>& reader, std::string& waiting) {
  error_code error;
  std::size_t used = 0;
  while (!reader.is_done() && used < waiting.size() && !reader.must_wait(waiting.size() - used)) {
    used += reader.put(boost::asio::const_buffer(waiting.data() + used, waiting.size() - used), error);
    if (error) break;
  }
  waiting.erase(0, used);
  if (error == http::error::need_more) error = {};
  // Only unfinished lines wait; Beast bounds those of the head, but none of a chunk.
  if (!error && !reader.is_done() && waiting.size() > max_http_header) error = http::error::header_limit;
  return error;
}

Error too_large(std::string_view doing, std::string_view what, std::size_t bound) {
  return {Errc::full,
          std::string(doing) + ": its " + std::string(what) + " is larger than " + std::to_string(bound) + " bytes"};
}

Error explain(error_code error, std::string_view doing, std::size_t max_body) {
  if (error == http::error::body_limit) return too_large(doing, "body", max_body);
  if (error == http::error::header_limit) return too_large(doing, "header", max_http_header);
  return {Errc::invalid, std::string(doing) + ": not HTTP/1.1 (" + error.message() + ")"};
}

// Whether the comma-separated `list` has `token`; ASCII without case.
bool lists(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    std::string_view item = list.substr(0, list.find(','));
    list.remove_prefix(std::min(list.size(), item.size() + 1));
    item.remove_prefix(std::min(item.size(), item.find_first_not_of(" \t")));
    item = item.substr(0, item.find_last_not_of(" \t") + 1);
    if (same_name(item, token)) return true;
  }
  return false;
}

}  // namespace

struct RequestParser::Message : Reader<true> {
  using Reader::Reader;
};

RequestParser::RequestParser(std::size_t max_body)
    : max_body_(max_body), message_(std::make_unique<Message>(max_body)) {}
RequestParser::~RequestParser() = default;

Result<void> RequestParser::feed(std::string_view bytes) {
  waiting_ += bytes;
  if (!message_->got_some()) {  // RFC 9112 2.2: an empty line before a request is passed over
    while (waiting_.starts_with("\r\n")) waiting_.erase(0, 2);
    if (waiting_ == "\r") return {};
  }
  const error_code error = read_on(*message_, waiting_);
  if (!error) return {};
  refusal_ = error == http::error::body_limit ? 413 : error == http::error::header_limit ? 431 : 400;
  if (error == http::error::bad_version) refusal_ = 505;
  return explain(error, "reading a request", max_body_);
}

bool RequestParser::begun() const {
  return message_->got_some() || !waiting_.empty();
}
bool RequestParser::has_head() const {
  return message_->is_header_done();
}
bool RequestParser::done() const {
  return message_->is_done();
}
bool RequestParser::keep_alive() const {
  return message_->keep_alive();
}

bool RequestParser::wants_web_socket() const {
  return message_->method == "GET" && message_->upgrade() &&
         lists(find_header(message_->headers, "Upgrade"), "websocket");
}

bool RequestParser::wants_continue() const {
  return same_name(find_header(message_->headers, "Expect"), "100-continue");
}

HttpRequest RequestParser::take() {
  HttpRequest request;
  request.method = std::move(message_->method);
  request.target = std::move(message_->target);
  request.headers = std::move(message_->headers);
  request.body = std::move(message_->body);
  message_ = std::make_unique<Message>(max_body_);
  return request;
}

std::string RequestParser::take_rest() {
  return std::exchange(waiting_, {});
}

struct ResponseParser::Message : Reader<false> {
  using Reader::Reader;
};

ResponseParser::ResponseParser(bool to_head, std::size_t max_body) : to_head_(to_head), max_body_(max_body) {
  restart();
}
ResponseParser::~ResponseParser() = default;

void ResponseParser::restart() {
  message_ = std::make_unique<Message>(max_body_);
  message_->skip(to_head_);
}

Result<void> ResponseParser::feed(std::string_view bytes) {
  begun_ = begun_ || !bytes.empty();
  waiting_ += bytes;
  for (;;) {
    if (const error_code error = read_on(*message_, waiting_)) return explain(error, "reading the answer", max_body_);
    const bool interim = message_->is_done() && message_->status / 100 == 1;
    if (!interim) return {};
    if (message_->status == 101)
      return Error{Errc::invalid, "reading the answer: the server changed the protocol (101) unasked"};
    restart();
  }
}

Result<void> ResponseParser::end() {
  const std::string doing = "reading the answer: the server closed the connection ";
  if (done()) return {};
  if (!begun_) return Error{Errc::closed, doing + "without one"};
  error_code error = http::error::partial_message;
  if (message_->got_some() && waiting_.empty()) message_->put_eof(error);
  if (!error) return {};
  return Error{Errc::closed, doing + (has_head() ? "before the body's end" : "inside the header")};
}

bool ResponseParser::has_head() const {
  return message_->is_header_done() && message_->status / 100 != 1;
}
bool ResponseParser::done() const {
  return message_->is_done() && message_->status / 100 != 1;
}
bool ResponseParser::keep_alive() const {
  return waiting_.empty() && !message_->need_eof() && message_->keep_alive();
}
int ResponseParser::status() const {
  return message_->status;
}
const Headers& ResponseParser::headers() const {
  return message_->headers;
}
std::string ResponseParser::take_body() {
  return std::exchange(message_->body, {});
}

}  // namespace offhook::net
