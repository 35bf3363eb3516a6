#include "net/http_parser.hpp"

#include <gtest/gtest.h>

#include <string>

namespace offhook::net {
namespace {

// Fed in pieces of every size, a message must come out the same.
template <class Check>
void cut_anywhere(std::string_view bytes, Check check) {
  for (std::size_t step = 1; step <= bytes.size(); ++step) {
    RequestParser parser(1000);
    for (std::size_t i = 0; i < bytes.size(); i += step) ASSERT_TRUE(parser.feed(bytes.substr(i, step)).ok()) << step;
    check(parser);
  }
}

int refusal_of(std::string_view bytes) {
  RequestParser parser(1000);
  return parser.feed(bytes).ok() ? 0 : parser.refusal();
}

TEST(RequestParser, reads_a_request_cut_at_any_byte) {
  cut_anywhere("POST /a?b=c HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello", [](RequestParser& parser) {
    ASSERT_TRUE(parser.done());
    EXPECT_TRUE(parser.keep_alive());
    const HttpRequest request = parser.take();
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.target, "/a?b=c");
    EXPECT_EQ(request.header("host"), "x");
    EXPECT_EQ(request.body, "hello");
  });
}

TEST(RequestParser, an_empty_line_before_a_request_is_passed_over) {
  cut_anywhere("\r\n\r\nGET /a HTTP/1.1\r\n\r\n", [](RequestParser& parser) {
    ASSERT_TRUE(parser.done());
    EXPECT_EQ(parser.take().target, "/a");
  });
}

TEST(RequestParser, reads_chunks_and_passes_over_trailers) {
  cut_anywhere("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nhel\r\n2\r\nlo\r\n0\r\nX-Late: 1\r\n\r\n",
               [](RequestParser& parser) {
                 ASSERT_TRUE(parser.done());
                 const HttpRequest request = parser.take();
                 EXPECT_EQ(request.body, "hello");
                 EXPECT_EQ(request.header("X-Late"), "");
               });
}

TEST(RequestParser, a_body_of_no_chunks_is_empty_wherever_it_is_cut) {
  cut_anywhere("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", [](RequestParser& parser) {
    ASSERT_TRUE(parser.done());
    EXPECT_EQ(parser.take().body, "");
  });
}

TEST(RequestParser, a_request_that_waits_behind_another_is_read_next) {
  RequestParser parser(1000);
  ASSERT_TRUE(parser.feed("GET /1 HTTP/1.1\r\n\r\n\r\nGET /2 HTTP/1.1\r\nConnection: close\r\n\r\nrest").ok());
  EXPECT_EQ(parser.take().target, "/1");
  EXPECT_TRUE(parser.begun());
  ASSERT_TRUE(parser.feed({}).ok());
  ASSERT_TRUE(parser.done());
  EXPECT_FALSE(parser.keep_alive());
  EXPECT_EQ(parser.take().target, "/2");
  EXPECT_EQ(parser.take_rest(), "rest");
  EXPECT_FALSE(parser.begun());
}

TEST(RequestParser, knows_an_upgrade_to_a_web_socket) {
  const auto wants = [](std::string_view head) {
    RequestParser parser(1000);
    EXPECT_TRUE(parser.feed(head).ok());
    return parser.done() && parser.wants_web_socket();
  };
  EXPECT_TRUE(wants("GET / HTTP/1.1\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n\r\n"));
  EXPECT_FALSE(wants("GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"));
  EXPECT_FALSE(wants("GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n"));
  EXPECT_FALSE(wants("POST / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 0\r\n\r\n"));
}

TEST(RequestParser, refuses_with_the_status_that_fits) {
  EXPECT_EQ(refusal_of("\x16\x03\x01 TLS to a plain port\r\n\r\n"), 400);
  EXPECT_EQ(refusal_of("GET / HTTP/2.0\r\n\r\n"), 505);
  EXPECT_EQ(refusal_of("POST / HTTP/1.1\r\nContent-Length: 1001\r\n\r\n"), 413);
  EXPECT_EQ(refusal_of("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n"), 413);
  EXPECT_EQ(refusal_of("GET / HTTP/1.1\r\nX: " + std::string(max_http_header, 'x') + "\r\n\r\n"), 431);
  EXPECT_EQ(refusal_of("GET /" + std::string(2 * max_http_header, 'x')), 431);
  EXPECT_EQ(refusal_of("POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n"), 400);
  EXPECT_EQ(refusal_of("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"), 400);
}

TEST(RequestParser, the_line_of_a_chunk_is_bounded) {
  RequestParser parser(1000);
  ASSERT_TRUE(parser.feed("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1;").ok());
  std::size_t fed = 0;
  while (fed < 4 * max_http_header && parser.feed(std::string(1000, 'x')).ok()) fed += 1000;
  EXPECT_LE(fed, max_http_header);
  EXPECT_EQ(parser.refusal(), 431);
}

TEST(ResponseParser, gives_the_body_as_it_comes) {
  ResponseParser parser(false, 1000);
  ASSERT_TRUE(parser.feed("HTTP/1.1 200 OK\r\nTransfer-Enc").ok());
  EXPECT_TRUE(parser.begun());
  EXPECT_FALSE(parser.has_head());
  ASSERT_TRUE(parser.feed("oding: chunked\r\n\r\n5\r\nhe").ok());
  ASSERT_TRUE(parser.has_head());
  EXPECT_EQ(parser.status(), 200);
  EXPECT_EQ(parser.take_body(), "he");
  ASSERT_TRUE(parser.feed("llo\r\n").ok());
  EXPECT_EQ(parser.take_body(), "llo");
  EXPECT_FALSE(parser.done());
  ASSERT_TRUE(parser.feed("0\r\n\r\n").ok());
  EXPECT_TRUE(parser.done());
  EXPECT_TRUE(parser.keep_alive());
  EXPECT_EQ(parser.take_body(), "");
}

TEST(ResponseParser, passes_over_interim_answers) {
  ResponseParser parser(false, 1000);
  ASSERT_TRUE(parser.feed("HTTP/1.1 100 Continue\r\n\r\n").ok());
  EXPECT_FALSE(parser.has_head());
  ASSERT_TRUE(
      parser.feed("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 404 No\r\nContent-Length: 2\r\n\r\nno").ok());
  EXPECT_TRUE(parser.done());
  EXPECT_EQ(parser.status(), 404);
  EXPECT_EQ(find_header(parser.headers(), "Link"), "");
}

TEST(ResponseParser, without_a_length_the_body_reaches_to_the_end) {
  ResponseParser parser(false, 1000);
  ASSERT_TRUE(parser.feed("HTTP/1.1 200 OK\r\n\r\nall").ok());
  EXPECT_FALSE(parser.done());
  ASSERT_TRUE(parser.end().ok());
  EXPECT_TRUE(parser.done());
  EXPECT_FALSE(parser.keep_alive());
  EXPECT_EQ(parser.take_body(), "all");
}

TEST(ResponseParser, an_end_before_the_end_is_an_error) {
  for (const char* bytes :
       {"", "HTTP/1.", "HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"}) {
    ResponseParser parser(false, 1000);
    ASSERT_TRUE(parser.feed(bytes).ok());
    const auto end = parser.end();
    ASSERT_FALSE(end.ok()) << bytes;
    EXPECT_EQ(end.error().code, Errc::closed);
  }
}

TEST(ResponseParser, an_answer_to_head_has_no_body) {
  ResponseParser parser(true, 1000);
  ASSERT_TRUE(parser.feed("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n").ok());
  EXPECT_TRUE(parser.done());
}

TEST(ResponseParser, bytes_behind_the_answer_end_the_connections_use) {
  ResponseParser parser(false, 1000);
  ASSERT_TRUE(parser.feed("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxHTTP").ok());
  EXPECT_TRUE(parser.done());
  EXPECT_FALSE(parser.keep_alive());
}

TEST(ResponseParser, a_body_beyond_the_bound_is_an_error) {
  ResponseParser declared(false, 1000), streamed(false, 1000);
  EXPECT_EQ(declared.feed("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n").error().code, Errc::full);
  ASSERT_TRUE(streamed.feed("HTTP/1.1 200 OK\r\n\r\n" + std::string(1000, 'x')).ok());
  EXPECT_EQ(streamed.feed("x").error().code, Errc::full);
}

}  // namespace
}  // namespace offhook::net
