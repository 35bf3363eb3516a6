// Responses that are sent as they are made.
#include <gmock/gmock.h>

#include <atomic>

#include "net/loopback_test.hpp"

namespace offhook::net {
namespace {

using namespace testing;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

// Answers every request with a body that the test writes.
struct Streaming {
  explicit Streaming(ServerOptions options = {}) : server(service, options) {}
  ~Streaming() {
    on(server.loop(), [this] { body.reset(); });
  }
  bool asked(int count) {
    return eventually([&] { return opened == count; });
  }
  template <class F>
  void with_body(F f) {
    on(server.loop(), [&] { f(*body); });
  }

  TestService service;
  std::shared_ptr<ResponseBody> body;
  std::atomic<int> opened{0}, gone{0};
  RunningServer server;

  void arm() {
    service.on_serve = [this](Loop&, HttpRequest, Service::Respond respond) {
      HttpResponse response{200, "text/event-stream", "", {{"x-id", "7"}}};
      response.streamed = [this](std::shared_ptr<ResponseBody> stream) {
        body = std::move(stream);
        body->on_gone([this] { ++gone; });
        ++opened;
      };
      respond(std::move(response));
    };
  }
};

TEST(HttpStreaming, pieces_arrive_as_they_are_written_and_the_connection_is_kept) {
  Streaming streaming;
  streaming.arm();
  Peer peer(streaming.server.port());
  for (int i = 1; i <= 3; ++i) {
    peer.send("GET / HTTP/1.1\r\n\r\n");
    ASSERT_TRUE(streaming.asked(i));
    streaming.with_body([](ResponseBody& body) { EXPECT_TRUE(body.write("data: 1\n\n").ok()); });
    const std::string head = peer.read_until("\r\n\r\n");
    EXPECT_THAT(head, HasSubstr("\r\nTransfer-Encoding: chunked"));
    EXPECT_THAT(head, HasSubstr("\r\nx-id: 7"));
    EXPECT_THAT(head, Not(HasSubstr("Content-Length")));
    EXPECT_EQ(peer.read_until("1\n\n\r\n"), "9\r\ndata: 1\n\n\r\n") << "before the body has ended";
    streaming.with_body([](ResponseBody& body) {
      EXPECT_TRUE(body.write("x").ok());
      body.end();
      EXPECT_EQ(body.write("y").error().code, Errc::closed);
    });
    EXPECT_EQ(peer.read_until("0\r\n\r\n"), "1\r\nx\r\n0\r\n\r\n");
  }
  EXPECT_EQ(streaming.gone, 0);
  EXPECT_EQ(streaming.server.server->connections(), 1u);
}

TEST(HttpStreaming, a_request_sent_ahead_waits_for_the_bodys_end) {
  Streaming streaming;
  streaming.arm();
  Peer peer(streaming.server.port());
  peer.send("GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n");
  ASSERT_TRUE(streaming.asked(1));
  peer.send("GET / HTTP/1.1\r\nConnection: close\r\n\r\n");
  for (int i = 1; i <= 3; ++i) {
    ASSERT_TRUE(streaming.asked(i));
    streaming.with_body([&](ResponseBody& body) {
      EXPECT_TRUE(body.write("piece " + std::to_string(i)).ok());
      body.end();
    });
    EXPECT_THAT(peer.read_until("piece " + std::to_string(i)), Not(HasSubstr("piece " + std::to_string(i + 1))));
  }
  EXPECT_EQ(peer.read_all(), "") << "no chunks for who closes after it";
}

TEST(HttpStreaming, a_client_that_leaves_is_noticed_before_the_next_write) {
  Streaming streaming;
  streaming.arm();
  Peer peer(streaming.server.port());
  peer.send("GET / HTTP/1.1\r\n\r\n");
  ASSERT_TRUE(streaming.asked(1));
  peer.close();
  ASSERT_TRUE(eventually([&] { return streaming.gone == 1; }));
  streaming.with_body([](ResponseBody& body) { EXPECT_EQ(body.write("x").error().code, Errc::closed); });
  on(streaming.server.loop(), [&] { streaming.body.reset(); });
  EXPECT_TRUE(eventually([&] { return streaming.server.server->connections() == 0; }));
}

TEST(HttpStreaming, a_body_let_go_of_cuts_the_connection) {
  Streaming streaming;
  streaming.arm();
  Peer silent(streaming.server.port());
  silent.send("GET / HTTP/1.1\r\n\r\n");
  ASSERT_TRUE(streaming.asked(1));
  on(streaming.server.loop(), [&] { streaming.body.reset(); });
  EXPECT_EQ(silent.read_all(), "") << "not even the head";

  Peer half(streaming.server.port());
  half.send("GET / HTTP/1.1\r\n\r\n");
  ASSERT_TRUE(streaming.asked(2));
  streaming.with_body([](ResponseBody& body) { EXPECT_TRUE(body.write("half").ok()); });
  EXPECT_THAT(half.read_until("half\r\n"), EndsWith("4\r\nhalf\r\n"));
  on(streaming.server.loop(), [&] { streaming.body.reset(); });
  EXPECT_EQ(half.read_all(), "") << "no last chunk";
  EXPECT_EQ(streaming.gone, 0);
}

TEST(HttpStreaming, a_client_that_does_not_read_fills_the_queue) {
  Streaming streaming;
  streaming.arm();
  Peer peer(streaming.server.port(), 4096);
  peer.send("GET / HTTP/1.1\r\n\r\n");
  ASSERT_TRUE(streaming.asked(1));
  const std::string piece(100000, 'x');
  Errc last = Errc::internal;
  EXPECT_TRUE(eventually([&] {
    streaming.with_body([&](ResponseBody& body) {
      if (const auto written = body.write(piece); !written) last = written.error().code;
    });
    return last == Errc::full;
  }));
}

}  // namespace
}  // namespace offhook::net
