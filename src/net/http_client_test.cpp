#include "net/http_client.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "net/loopback_test.hpp"

namespace offhook::net {
namespace {

using namespace testing;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// One call and what came of it.
struct Call {
  std::unique_ptr<Pending> pending;
  std::atomic<int> status{0};
  std::atomic<int> pieces{0};
  std::atomic<bool> done{false};
  std::string type, body;
  Result<void> result;
  std::function<void()> on_piece;
};

struct Calls {
  Calls() : loop(run_loop("client")), client(HttpClient::create(*loop)) {}
  ~Calls() {
    on(*loop, [this] {
      for (auto& call : calls) call->pending.reset();
      client.reset();
    });
  }

  Call& start(HttpCall http, std::function<void()> on_piece = nullptr) {
    Call& call = *calls.emplace_back(std::make_unique<Call>());
    call.on_piece = std::move(on_piece);
    on(*loop, [&] {
      if (http.deadline.is_never()) http.deadline = Deadline::in(loop->now(), 20s);
      HttpSink sink;
      sink.head = [&call](int status, const Headers& headers) {
        call.type = find_header(headers, "content-type");
        call.status = status;
      };
      sink.body = [&call](std::string_view chunk) {
        EXPECT_NE(call.status, 0) << "the head comes first";
        call.body += chunk;
        ++call.pieces;
        if (call.on_piece) call.on_piece();
      };
      sink.done = [&call](Result<void> result) {
        EXPECT_FALSE(call.done) << "done came twice";
        call.result = std::move(result);
        call.done = true;
      };
      call.pending = client->send(std::move(http), std::move(sink));
      EXPECT_FALSE(call.done) << "called back from inside the call";
    });
    return call;
  }
  Call& start(const std::string& url, std::string body = "") {
    HttpCall http;
    http.method = body.empty() ? "GET" : "POST";
    http.url = url;
    http.body = std::move(body);
    return start(std::move(http));
  }
  Call& finish(Call& call) {
    EXPECT_TRUE(eventually([&] { return call.done.load(); }));
    return call;
  }

  std::unique_ptr<EventLoop> loop;
  std::unique_ptr<HttpClient> client;
  std::vector<std::unique_ptr<Call>> calls;
};

TEST(HttpClient, posts_and_gets_an_answer) {
  TestService service;
  RunningServer server(service);
  Calls calls;
  Call& call = calls.finish(calls.start("http://localhost:" + std::to_string(server.port()) + "/v1?x=1", "hello"));
  EXPECT_TRUE(call.result.ok()) << call.result.error().what;
  EXPECT_EQ(call.status, 200);
  EXPECT_EQ(call.type, "text/plain");
  EXPECT_EQ(call.body, "POST /v1?x=1 hello");
}

TEST(HttpClient, sends_what_a_server_expects) {
  PeerServer server;
  Calls calls;
  HttpCall http;
  http.url = server.url("/a");
  http.headers = {{"Authorization", "Bearer x"}, {"Content-Type", "application/json"}, {"content-length", "77"}};
  http.body = "{}";
  Call& call = calls.start(std::move(http));
  Peer peer = server.accept();
  const std::string request = peer.read_until("\r\n\r\n{}");
  EXPECT_THAT(request, StartsWith("POST /a HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server.port()) + "\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nAuthorization: Bearer x\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nContent-Length: 2\r\n"));
  EXPECT_EQ(request.find(": 77"), std::string::npos);
  peer.send("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n");
  EXPECT_TRUE(calls.finish(call).result.ok());
  EXPECT_EQ(call.status, 302) << "redirects are the caller's business";
}

TEST(HttpClient, a_streamed_body_is_handed_on_as_it_arrives) {
  PeerServer server;
  Calls calls;
  Call& call = calls.start(server.url());
  Peer peer = server.accept();
  peer.read_until("\r\n\r\n");
  peer.send("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 1; i <= 3; ++i) {
    peer.send("5\r\ndata" + std::to_string(i) + "\r\n");
    EXPECT_TRUE(eventually([&] { return call.pieces == i; }));
  }
  EXPECT_FALSE(call.done);
  peer.send("0\r\n\r\n");
  EXPECT_TRUE(calls.finish(call).result.ok());
  EXPECT_EQ(call.body, "data1data2data3");
}

TEST(HttpClient, a_connection_is_used_again_and_no_more_than_four_are_kept) {
  TestService service;
  std::vector<Service::Respond> held;
  service.on_serve = [&](Loop&, HttpRequest request, Service::Respond respond) {
    if (request.target == "/hold") return held.push_back(std::move(respond));
    respond({200, "", request.body, {}});
  };
  RunningServer server(service);
  Calls calls;
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(calls.finish(calls.start(server.url("http", "/"), "hi")).body, "hi");
    EXPECT_EQ(server.server->connections(), 1u);
  }
  std::vector<Call*> together;
  for (int i = 0; i < 10; ++i) together.push_back(&calls.start(server.url("http", "/hold")));
  EXPECT_TRUE(eventually([&] { return on(server.loop(), [&] { return held.size() == 10; }); }));
  EXPECT_EQ(server.server->connections(), 10u);
  on(server.loop(), [&] {
    for (auto& respond : held) respond({200, "", "held", {}});
    held.clear();
  });
  for (Call* call : together) EXPECT_EQ(calls.finish(*call).body, "held");
  EXPECT_TRUE(eventually([&] { return server.server->connections() == 4; }));
}

TEST(HttpClient, a_kept_connection_that_the_server_has_closed_is_noticed) {
  PeerServer server;
  Calls calls;
  const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n";
  Call& first = calls.start(server.url());
  {
    Peer peer = server.accept();
    peer.read_until("\r\n\r\n");
    peer.send(answer + "1");
    calls.finish(first);
  }
  Call& second = calls.start(server.url());
  Peer peer = server.accept();
  peer.read_until("\r\n\r\n");
  peer.send(answer + "2");
  EXPECT_EQ(calls.finish(second).body, "2");
}

TEST(HttpClient, a_kept_connection_that_dies_under_a_request_is_replaced_once) {
  PeerServer server;
  Calls calls;
  const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n";
  Call& first = calls.start(server.url());
  Peer old = server.accept();
  old.read_until("\r\n\r\n");
  old.send(answer + "1");
  calls.finish(first);
  Call& second = calls.start(server.url(), "body");
  old.read_until("body");  // the request reaches it, the answer never comes
  old.reset();
  Peer fresh = server.accept();
  fresh.read_until("body");
  fresh.send(answer + "2");
  EXPECT_EQ(calls.finish(second).body, "2");
  Call& third = calls.start(server.url(), "body");
  fresh.read_until("body");
  fresh.close();
  Peer last = server.accept();
  last.read_until("body");
  last.close();
  EXPECT_EQ(calls.finish(third).result.error().code, Errc::closed);
  EXPECT_TRUE(server.idle(50ms)) << "once is enough";
}

TEST(HttpClient, a_request_that_has_an_answer_begun_is_not_sent_twice) {
  PeerServer server;
  Calls calls;
  Call& first = calls.start(server.url());
  Peer peer = server.accept();
  peer.read_until("\r\n\r\n");
  peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1");
  calls.finish(first);
  Call& second = calls.start(server.url());
  peer.read_until("\r\n\r\n");
  peer.send("H");
  peer.close();
  EXPECT_EQ(calls.finish(second).result.error().code, Errc::closed);
  EXPECT_TRUE(server.idle(50ms));
}

TEST(HttpClient, a_body_may_reach_to_the_connections_end) {
  PeerServer server;
  Calls calls;
  Call& call = calls.start(server.url());
  {
    Peer peer = server.accept();
    peer.read_until("\r\n\r\n");
    peer.send("HTTP/1.0 200 OK\r\n\r\nall of it");
  }
  EXPECT_TRUE(calls.finish(call).result.ok());
  EXPECT_EQ(call.body, "all of it");
}

TEST(HttpClient, a_server_that_goes_in_the_middle_is_an_error) {
  PeerServer server;
  Calls calls;
  Call& call = calls.start(server.url("/x?key=secret"));
  {
    Peer peer = server.accept();
    peer.read_until("\r\n\r\n");
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    EXPECT_TRUE(eventually([&] { return call.pieces == 1; }));
  }
  calls.finish(call);
  ASSERT_FALSE(call.result.ok());
  EXPECT_EQ(call.result.error().code, Errc::closed);
  EXPECT_THAT(call.result.error().what, HasSubstr("GET " + server.url("/x") + ": "));
  EXPECT_THAT(call.result.error().what, HasSubstr("before the body's end"));
  EXPECT_EQ(call.result.error().what.find("secret"), std::string::npos);
}

TEST(HttpClient, what_is_no_http_or_too_large_is_an_error) {
  PeerServer server;
  Calls calls;
  HttpCall http;
  http.url = server.url();
  http.max_body = 10;
  const auto error_for = [&](const std::string& answer) {
    Call& call = calls.start(http);
    Peer peer = server.accept();
    peer.read_until("\r\n\r\n");
    peer.send(answer);
    EXPECT_TRUE(peer.ended()) << "the connection is given up";
    calls.finish(call);
    EXPECT_FALSE(call.result.ok());
    return call.result.ok() ? Errc::internal : call.result.error().code;
  };
  EXPECT_EQ(error_for("SSH-2.0-OpenSSH_9\r\n"), Errc::invalid);
  EXPECT_EQ(error_for("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n"), Errc::full);
  EXPECT_EQ(error_for("HTTP/1.1 200 OK\r\n\r\n12345678901"), Errc::full);
  EXPECT_EQ(error_for("HTTP/1.1 101 Switching Protocols\r\n\r\n"), Errc::invalid);
}

TEST(HttpClient, destroying_the_handle_closes_the_connection_and_silences_it) {
  PeerServer server;
  Calls calls;
  Call& call = calls.start(server.url());
  Peer peer = server.accept();
  peer.read_until("\r\n\r\n");
  peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
  EXPECT_TRUE(eventually([&] { return call.pieces == 1; }));
  on(*calls.loop, [&] { call.pending.reset(); });
  EXPECT_TRUE(peer.ended());
  on(*calls.loop, [] {});
  EXPECT_FALSE(call.done);
}

TEST(HttpClient, a_callback_may_destroy_the_handle) {
  PeerServer server;
  Calls calls;
  Call* self = nullptr;
  HttpCall http;
  http.url = server.url();
  Call& call = calls.start(http, [&] { self->pending.reset(); });
  self = &call;
  Peer peer = server.accept();
  peer.read_until("\r\n\r\n");
  peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n");
  EXPECT_TRUE(peer.ended());
  on(*calls.loop, [] {});
  EXPECT_EQ(call.body, "one");
  EXPECT_FALSE(call.done);
}

TEST(HttpClient, a_call_can_be_cancelled_before_it_has_begun_and_while_it_connects) {
  PeerServer server;
  Calls calls;
  on(*calls.loop, [&] {
    HttpCall http;
    http.url = server.url();
    calls.client->send(http, {nullptr, nullptr, [](Result<void>) { ADD_FAILURE() << "called back"; }});
  });
  EXPECT_TRUE(server.idle(50ms));
  HttpCall http;
  http.url = "https://127.0.0.1:" + std::to_string(server.port());
  Call& call = calls.start(http);
  Peer peer = server.accept();
  on(*calls.loop, [&] { call.pending.reset(); });
  EXPECT_TRUE(peer.ended());
  EXPECT_FALSE(call.done);
}

TEST(HttpClient, what_is_not_admitted_is_not_connected_to_nor_reached_by_a_kept_connection) {
  TestService service;
  RunningServer server(service);
  Calls calls;
  HttpCall http;
  http.method = "GET";
  http.url = "http://localhost:" + std::to_string(server.port()) + "/v1";
  std::vector<std::string> asked;
  http.admits = [&](const std::string& address) {
    asked.push_back(address);
    return false;
  };
  Call& refused = calls.finish(calls.start(http));
  EXPECT_EQ(refused.result.error().code, Errc::refused);
  EXPECT_THAT(refused.result.error().what, HasSubstr("no address that may be connected to"));
  EXPECT_THAT(asked, ::testing::Contains("127.0.0.1"));

  Call& open = calls.finish(calls.start(http.url));  // leaves a connection behind
  EXPECT_TRUE(open.result.ok()) << open.result.error().what;
  EXPECT_EQ(calls.finish(calls.start(http)).result.error().code, Errc::refused);
  http.admits = [](const std::string& address) { return address == "127.0.0.1"; };
  EXPECT_TRUE(calls.finish(calls.start(http)).result.ok());
}

TEST(HttpClient, each_phase_has_its_deadline_and_the_error_names_it) {
  PeerServer server;
  Calls calls;
  HttpCall http;
  http.url = "https://127.0.0.1:" + std::to_string(server.port());
  http.connect_timeout = 50ms;
  Call& tls = calls.finish(calls.start(http));
  EXPECT_EQ(tls.result.error().code, Errc::timeout);
  EXPECT_THAT(tls.result.error().what, HasSubstr("TLS handshake with 127.0.0.1:"));
  (void)server.accept();

  http.url = server.url();
  http.deadline = Deadline::in(calls.loop->now(), 50ms);
  Call& silent = calls.finish(calls.start(http));
  EXPECT_EQ(silent.result.error().code, Errc::timeout);
  EXPECT_THAT(silent.result.error().what, HasSubstr("waiting for the answer"));
  EXPECT_TRUE(server.accept().ended());

  http.deadline = Deadline::in(calls.loop->now(), 500ms);
  Call& body = calls.start(http);
  Peer peer = server.accept();
  peer.read_until("\r\n\r\n");
  peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
  EXPECT_EQ(calls.finish(body).result.error().code, Errc::timeout);
  EXPECT_THAT(body.result.error().what, HasSubstr("reading the body"));

  HttpCall large = http;
  large.body = std::string(32 << 20, 'x');
  large.deadline = Deadline::in(calls.loop->now(), 500ms);
  Call& sending = calls.start(std::move(large));
  Peer deaf = server.accept();
  EXPECT_EQ(calls.finish(sending).result.error().code, Errc::timeout);
  EXPECT_THAT(sending.result.error().what, HasSubstr("sending the request"));

  http.deadline = Deadline(calls.loop->now());
  EXPECT_EQ(calls.finish(calls.start(http)).result.error().code, Errc::timeout) << "passed before it began";
}

TEST(HttpClient, an_answer_that_comes_before_the_request_is_sent_counts) {
  PeerServer server;
  Calls calls;
  Call& call = calls.start(server.url(), std::string(8 << 20, 'x'));
  Peer peer = server.accept();
  peer.read_until("\r\n\r\n");
  peer.send("HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno");
  EXPECT_TRUE(calls.finish(call).result.ok());
  EXPECT_EQ(call.status, 401);
  EXPECT_EQ(call.body, "no");
  EXPECT_TRUE(peer.ended()) << "a half sent request leaves no connection to keep";
}

TEST(HttpClient, nobody_there_is_an_error_that_names_the_address) {
  std::uint16_t port = 0;
  {
    port = PeerServer().port();
  }
  Calls calls;
  Call& call = calls.finish(calls.start("http://127.0.0.1:" + std::to_string(port) + "/"));
  EXPECT_EQ(call.result.error().code, Errc::unavailable);
  EXPECT_THAT(call.result.error().what,
              HasSubstr("connecting to 127.0.0.1:" + std::to_string(port) + ": Connection refused"));
}

TEST(HttpClient, what_cannot_be_sent_is_an_error_and_is_not_sent) {
  PeerServer server;
  Calls calls;
  HttpCall http;
  http.url = server.url();
  http.headers = {{"X-Key", "secret\r\nX-Other: 1"}};
  Call& header = calls.finish(calls.start(http));
  EXPECT_EQ(header.result.error().code, Errc::invalid);
  EXPECT_THAT(header.result.error().what, HasSubstr("X-Key"));
  EXPECT_EQ(header.result.error().what.find("secret"), std::string::npos);
  EXPECT_EQ(calls.finish(calls.start("ws://127.0.0.1/")).result.error().code, Errc::invalid);
  EXPECT_EQ(calls.finish(calls.start("127.0.0.1:80")).result.error().code, Errc::invalid);
  EXPECT_TRUE(server.idle(50ms));
}

TEST(HttpClient, a_warm_connection_carries_the_next_request) {
  PeerServer server;
  Calls calls;
  on(*calls.loop, [&] { calls.client->warm(server.url("/v1")); });
  Peer peer = server.accept();
  for (int i = 0; i < 5; ++i) on(*calls.loop, [] {});  // until the client, too, has seen that it is connected
  Call& call = calls.start(server.url("/v1"), "body");
  peer.read_until("body");
  peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  EXPECT_EQ(calls.finish(call).body, "ok");
  EXPECT_TRUE(server.idle(50ms));
}

TEST(HttpClient, at_most_four_connections_are_warmed) {
  TestService service;
  RunningServer server(service);
  Calls calls;
  on(*calls.loop, [&] {
    for (int i = 0; i < 10; ++i) calls.client->warm(server.url("http", "/"));
  });
  EXPECT_TRUE(eventually([&] { return server.server->connections() == 4; }));
  calls.finish(calls.start(server.url("http", "/")));
  EXPECT_EQ(server.server->connections(), 4u);
  on(*calls.loop, [&] {
    calls.client->warm("http://127.0.0.1:1/");  // fails in silence
    calls.client.reset();
  });
  EXPECT_TRUE(eventually([&] { return server.server->connections() == 0; })) << "the client's end closes them";
}

TEST(HttpClient, a_call_outlives_its_client) {
  PeerServer server;
  Calls calls;
  Call& call = calls.start(server.url());
  Peer peer = server.accept();
  peer.read_until("\r\n\r\n");
  on(*calls.loop, [&] { calls.client.reset(); });
  peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  EXPECT_EQ(calls.finish(call).body, "ok");
  EXPECT_TRUE(peer.ended());
}

}  // namespace
}  // namespace offhook::net
