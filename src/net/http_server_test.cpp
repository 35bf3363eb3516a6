#include "net/http_server.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <stdexcept>

#include "net/loopback_test.hpp"

namespace offhook::net {
namespace {

using namespace testing;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(HttpServer, answers_and_keeps_the_connection) {
  TestService service;
  RunningServer server(service);
  Peer peer(server.port());
  for (int i = 0; i < 3; ++i) {
    peer.send("POST /a?b HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi");
    const std::string head = peer.read_until("\r\n\r\n");
    EXPECT_THAT(head, StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(head, HasSubstr("\r\nContent-Length: 12\r\n"));
    EXPECT_THAT(head, HasSubstr("\r\nDate: "));
    EXPECT_EQ(peer.read_until("hi"), "POST /a?b hi");
  }
  EXPECT_EQ(server.server->connections(), 1u);
  peer.close();
  EXPECT_TRUE(eventually([&] { return server.server->connections() == 0 && server.loop().health().load == 0; }));
}

TEST(HttpServer, the_service_learns_who_asks) {
  TestService service;
  service.on_serve = [](Loop& loop, HttpRequest request, Service::Respond respond) {
    EXPECT_TRUE(loop.is_home());
    EXPECT_FALSE(request.tls);
    respond({200, "text/plain", request.peer + "|" + std::string(request.header("x-key")), {}});
  };
  RunningServer server(service);
  Peer peer(server.port());
  peer.send("GET / HTTP/1.1\r\nX-Key: v\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(peer.read_all(), ::testing::EndsWith("\r\n\r\n127.0.0.1|v"));
}

TEST(HttpServer, requests_sent_ahead_are_answered_in_order) {
  TestService service;
  std::vector<Service::Respond> open;
  service.on_serve = [&](Loop&, HttpRequest request, Service::Respond respond) {
    if (request.target == "/1") return open.push_back(respond);  // answered last of all, were it not in order
    respond({200, "", request.target, {}});
  };
  RunningServer server(service);
  Peer peer(server.port());
  peer.send("GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\nGET /3 HTTP/1.1\r\nConnection: close\r\n\r\n");
  ASSERT_TRUE(eventually([&] { return on(server.loop(), [&] { return open.size() == 1; }); }));
  on(server.loop(), [&] {
    open.front()({200, "", "/1", {}});
    open.clear();
  });
  const std::string all = peer.read_all();
  EXPECT_LT(all.find("\r\n\r\n/1"), all.find("\r\n\r\n/2"));
  EXPECT_LT(all.find("\r\n\r\n/2"), all.find("\r\n\r\n/3"));
}

TEST(HttpServer, a_head_request_gets_the_length_but_no_body) {
  TestService service;
  RunningServer server(service);
  Peer peer(server.port());
  peer.send("HEAD /abc HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(peer.read_until("\r\n\r\n"), HasSubstr("Content-Length: 10\r\n"));
  EXPECT_THAT(peer.read_all(), StartsWith("HTTP/1.1 200 OK"));
}

TEST(HttpServer, a_service_that_throws_or_drops_the_request_answers_500_and_goes_on) {
  TestService service;
  service.on_serve = [](Loop&, HttpRequest request, Service::Respond respond) {
    if (request.target == "/throw") throw std::runtime_error("secret");
    if (request.target == "/status") return respond({99, "", "", {}});
    if (request.target == "/fine") respond({200, "", "fine", {}});
  };
  RunningServer server(service);
  Peer peer(server.port());
  for (const char* target : {"/throw", "/drop", "/status", "/throw"}) {
    peer.send("GET " + std::string(target) + " HTTP/1.1\r\n\r\n");
    EXPECT_THAT(peer.read_until("error\n"), StartsWith("HTTP/1.1 500 ")) << target;
  }
  peer.send("GET /fine HTTP/1.1\r\n\r\n");
  EXPECT_THAT(peer.read_until("fine"), StartsWith("HTTP/1.1 200 "));
}

TEST(HttpServer, only_the_first_answer_counts) {
  TestService service;
  service.on_serve = [](Loop&, HttpRequest, Service::Respond respond) {
    respond({200, "", "one", {}});
    respond({200, "", "two", {}});
  };
  RunningServer server(service);
  Peer peer(server.port());
  peer.send("GET / HTTP/1.1\r\nConnection: close\r\n\r\n");
  const std::string all = peer.read_all();
  EXPECT_THAT(all, HasSubstr("one"));
  EXPECT_THAT(all, ::testing::Not(HasSubstr("two")));
}

TEST(HttpServer, what_is_no_request_or_too_large_is_refused_with_its_reason) {
  TestService service;
  service.on_serve = [](Loop&, HttpRequest, Service::Respond) { FAIL() << "served"; };
  ServerOptions options;
  options.max_body = 1000;
  RunningServer server(service, options);
  const auto answer = [&](const std::string& bytes) {
    Peer peer(server.port());
    peer.send(bytes);
    return peer.read_all();
  };
  EXPECT_THAT(answer("\x16\x03\x01\x02 hello\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(answer("GET / HTTP/3.0\r\n\r\n"), StartsWith("HTTP/1.1 505 "));
  EXPECT_THAT(answer("GET / HTTP/1.1\r\nX: " + std::string(20000, 'x') + "\r\n\r\n"), StartsWith("HTTP/1.1 431 "));
  // Half a megabyte that nobody reads must not turn the answer into a reset.
  const std::string large = answer("POST / HTTP/1.1\r\nContent-Length: 500000\r\n\r\n" + std::string(500000, 'x'));
  EXPECT_THAT(large, StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(large, HasSubstr("larger than 1000 bytes"));
  EXPECT_THAT(large, HasSubstr("Connection: close"));
}

TEST(HttpServer, reads_chunks_and_asks_for_a_body_that_waits_to_be_asked) {
  TestService service;
  RunningServer server(service);
  Peer peer(server.port());
  peer.send("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(peer.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  peer.send("2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n");
  EXPECT_THAT(peer.read_until("hello"), HasSubstr("POST / hello"));
}

TEST(HttpServer, a_slow_head_a_slow_body_and_an_idle_connection_are_cut) {
  TestService service;
  ServerOptions options;
  options.header_timeout = 100ms;
  options.idle_timeout = 100ms;
  RunningServer server(service, options);
  Peer silent(server.port()), slow(server.port()), body(server.port()), idle(server.port());
  slow.send("GET / HTT");
  body.send("POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nx");
  idle.send("GET / HTTP/1.1\r\n\r\n");
  idle.read_until("GET / ");
  EXPECT_TRUE(silent.ended() && slow.ended() && body.ended() && idle.ended());
  EXPECT_TRUE(eventually([&] { return server.server->connections() == 0; }));
}

TEST(HttpServer, a_header_cannot_smuggle_another_one) {
  TestService service;
  service.on_serve = [](Loop&, HttpRequest, Service::Respond respond) {
    respond({200, "text/plain", "", {{"X-Good", "1"}, {"X-Bad", "a\r\nSet-Cookie: b"}, {"Content-Length", "99"}}});
  };
  RunningServer server(service);
  Peer peer(server.port());
  peer.send("GET / HTTP/1.1\r\n\r\n");
  const std::string head = peer.read_until("\r\n\r\n");
  EXPECT_THAT(head, HasSubstr("X-Good: 1\r\n"));
  EXPECT_THAT(head, HasSubstr("Content-Length: 0\r\n"));
  EXPECT_EQ(head.find("Set-Cookie"), std::string::npos);
  EXPECT_EQ(head.find("99"), std::string::npos);
}

TEST(HttpServer, a_taken_port_is_an_error_that_names_it) {
  TestService service;
  RunningServer server(service);
  ServerOptions options;
  options.port = server.port();
  const auto second = HttpServer::listen({&server.loop()}, options, service);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().what, "listening on 127.0.0.1:" + std::to_string(server.port()) +
                                     ": the port is taken by another program; stop it or choose another with --listen");
}

TEST(HttpServer, an_address_or_a_certificate_that_is_none_is_an_error) {
  TestService service;
  EventLoop loop("never started");
  ServerOptions options;
  options.port = 0;
  options.host = "192.0.2.1";  // RFC 5737: nobody's
  const auto foreign = HttpServer::listen({&loop}, options, service);
  ASSERT_FALSE(foreign.ok());
  EXPECT_THAT(foreign.error().what, HasSubstr("192.0.2.1:0"));
  options.host = "127.0.0.1";
  options.tls_certificate = options.tls_key = "/nowhere/certificate.pem";
  const auto missing = HttpServer::listen({&loop}, options, service);
  ASSERT_FALSE(missing.ok());
  EXPECT_THAT(missing.error().what, HasSubstr("/nowhere/certificate.pem"));
}

TEST(HttpServer, a_port_can_be_listened_on_again_at_once) {
  TestService service;
  ServerOptions options;
  {
    RunningServer first(service);
    options.port = first.port();
    Peer peer(first.port());
    peer.send("GET / HTTP/1.1\r\nConnection: close\r\n\r\n");
    peer.read_all();  // the server closes first: its side waits in TIME_WAIT
  }
  EventLoop loop("again");
  EXPECT_TRUE(HttpServer::listen({&loop}, options, service).ok());
}

TEST(HttpServer, connections_are_spread_over_the_loops) {
  TestService service;
  RunningServer server(service, {}, 4);
  std::vector<Peer> peers;
  for (int i = 0; i < 12; ++i) {
    peers.emplace_back(server.port());
    peers.back().send("GET / HTTP/1.1\r\n\r\n");
    peers.back().read_until("GET / ");
  }
  for (const auto& loop : server.loops) EXPECT_EQ(loop->health().load, 3);
  while (peers.size() > 3) peers.pop_back();
  EXPECT_TRUE(eventually([&] { return server.server->connections() == 3; }));
  int left = 0;
  for (const auto& loop : server.loops) left += loop->health().load;
  EXPECT_EQ(left, 3);
}

TEST(HttpServer, beyond_the_bound_connections_are_turned_away_and_counted) {
  TestService service;
  ServerOptions options;
  options.max_connections = 2;
  RunningServer server(service, options);
  Peer one(server.port()), two(server.port());
  one.send("GET / HTTP/1.1\r\n\r\n");
  one.read_until("GET / ");
  EXPECT_TRUE(eventually([&] { return server.server->connections() == 2; }));
  EXPECT_TRUE(Peer(server.port()).ended());
  EXPECT_EQ(server.server->turned_away(), 1u);
  two.close();
  EXPECT_TRUE(eventually([&] { return server.server->connections() == 1; }));
  Peer three(server.port());
  three.send("GET / HTTP/1.1\r\n\r\n");
  EXPECT_THAT(three.read_until("GET / "), StartsWith("HTTP/1.1 200"));
}

TEST(HttpServer, outlives_a_lack_of_file_descriptors) {
#if defined(__has_feature)
#if __has_feature(undefined_behavior_sanitizer)
  GTEST_SKIP() << "the sanitizer's check of objects opens a pipe of its own and calls it an error that it cannot";
#endif
#endif
  TestService service;
  RunningServer server(service);
  Peer peer(server.port());  // our end exists; the server's end does not fit
  peer.send("GET / HTTP/1.1\r\n\r\n");
  peer.read_until("GET / ");
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  Peer* late = nullptr;
  {
    const int lowest_free = dup(0);
    rlimit tight = before;
    tight.rlim_cur = static_cast<rlim_t>(lowest_free + 1);  // for the peer's own socket and none more
    close(lowest_free);
    setrlimit(RLIMIT_NOFILE, &tight);
    late = new Peer(server.port());
    late->send("GET /late HTTP/1.1\r\n\r\n");
    peer.send("GET /still HTTP/1.1\r\n\r\n");
    EXPECT_THAT(peer.read_until("GET /still "), StartsWith("HTTP/1.1 200"));
    EXPECT_EQ(server.server->connections(), 1u);
    setrlimit(RLIMIT_NOFILE, &before);
  }
  EXPECT_THAT(late->read_until("GET /late "), StartsWith("HTTP/1.1 200"));
  delete late;
}

TEST(HttpServer, stops_accepting_and_serves_on_those_who_are_in) {
  TestService service;
  RunningServer server(service);
  Peer peer(server.port());
  peer.send("GET / HTTP/1.1\r\n\r\n");
  peer.read_until("GET / ");
  server.server->stop_accepting();
  on(server.loop(), [] {});
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(server.port());
  EXPECT_NE(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  close(fd);
  peer.send("GET /more HTTP/1.1\r\n\r\n");
  const std::string last = peer.read_until("GET /more ");
  EXPECT_THAT(last, StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(last, HasSubstr("Connection: close"));
  EXPECT_TRUE(peer.ended());
}

TEST(HttpServer, two_accept_from_one_socket_and_the_first_may_end_without_refusing_anyone) {
  TestService first_service, second_service;
  second_service.on_serve = [](Loop&, HttpRequest, Service::Respond respond) { respond({200, "", "second", {}}); };
  auto first = std::make_unique<RunningServer>(first_service);
  const std::uint16_t port = first->port();
  auto socket = first->server->share();
  ASSERT_TRUE(socket) << socket.error().what;
  EventLoop loop("second");
  ServerOptions options;
  options.port = port;
  auto second = HttpServer::listen({&loop}, options, second_service, std::move(*socket));
  ASSERT_TRUE(second) << second.error().what;
  EXPECT_EQ((*second)->port(), port);

  Peer served(port);  // the second does not accept yet
  served.send("GET / HTTP/1.1\r\n\r\n");
  served.read_until("GET / ");
  first->server->stop_accepting();
  on(first->loop(), [] {});
  Peer waiting(port);  // nobody accepts: it waits, and is not refused
  waiting.send("GET / HTTP/1.1\r\nConnection: close\r\n\r\n");
  first.reset();
  EXPECT_TRUE(served.ended());
  loop.start();
  (*second)->start();
  EXPECT_THAT(waiting.read_all(), ::testing::EndsWith("second"));
  second->reset();
}

TEST(HttpServer, a_socket_of_another_address_is_not_taken_over) {
  TestService service;
  RunningServer server(service);
  auto socket = server.server->share();
  ASSERT_TRUE(socket) << socket.error().what;
  EventLoop loop("never started");
  ServerOptions options;
  options.port = server.port();
  options.host = "127.0.0.2";
  const auto other = HttpServer::listen({&loop}, options, service, std::move(*socket));
  ASSERT_FALSE(other);
  EXPECT_THAT(other.error().what, HasSubstr("does not listen there"));
  const auto none = HttpServer::listen({&loop}, options, service, Descriptor(::dup(0)));
  ASSERT_FALSE(none);
}

TEST(HttpServer, its_end_closes_what_is_open_and_an_answer_that_comes_later_is_harmless) {
  std::vector<Service::Respond> open;
  auto service = std::make_unique<TestService>();
  service->on_serve = [&](Loop&, HttpRequest, Service::Respond respond) { open.push_back(std::move(respond)); };
  RunningServer server(*service, {}, 2);
  Peer waiting(server.port()), idle(server.port());
  waiting.send("GET / HTTP/1.1\r\n\r\nGET /next HTTP/1.1\r\n\r\n");
  ASSERT_TRUE(eventually([&] { return server.server->connections() == 2; }));
  ASSERT_TRUE(eventually([&] { return on(*server.loops[0], [&] { return open.size() == 1; }); }));
  server.server.reset();
  service.reset();  // nothing of it is called from here on
  EXPECT_TRUE(idle.ended());
  EXPECT_TRUE(waiting.ended());
  on(*server.loops[0], [&] {
    open.front()({200, "", "late", {}});
    open.clear();
  });
}

TEST(HttpServer, a_server_that_was_never_started_ends_without_waiting) {
  TestService service;
  EventLoop loop("never started");
  ServerOptions options;
  options.port = 0;
  const auto before = std::chrono::steady_clock::now();
  {
    EXPECT_TRUE(HttpServer::listen({&loop}, options, service).ok());
  }
  EXPECT_LT(std::chrono::steady_clock::now() - before, 2s);
}

TEST(HttpServer, a_server_whose_loops_have_ended_ends_too) {
  TestService service;
  RunningServer server(service, {}, 2);
  Peer peer(server.port());
  peer.send("GET / HTTP/1.1\r\n\r\n");
  peer.read_until("GET / ");
  for (auto& loop : server.loops) loop->stop();
  const auto before = std::chrono::steady_clock::now();
  server.server.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - before, 2s);
  EXPECT_TRUE(peer.ended());
}

}  // namespace
}  // namespace offhook::net
