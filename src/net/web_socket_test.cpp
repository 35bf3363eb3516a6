#include "net/web_socket.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <future>
#include <stdexcept>
#include <thread>

#include "net/http_client.hpp"
#include "net/loopback_test.hpp"

namespace offhook::net {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// A client's end, which lives on the loop it shares with nobody.
struct Caller {
  Caller() : loop(run_loop("caller")), client(HttpClient::create(*loop)) {}
  ~Caller() {
    on(*loop, [this] {
      pending.reset();
      socket.reset();
      client.reset();
    });
  }
  bool open(HttpClient::SocketCall call) {
    on(*loop, [&] {
      call.deadline = Deadline::in(loop->now(), 20s);
      pending = client->connect(std::move(call), [this](Result<std::shared_ptr<WebSocket>> result) {
        if (result) {
          socket = std::move(*result);
          socket->set_handler(&recorder);
        } else {
          error = result.error();
        }
        answered = true;
      });
      EXPECT_FALSE(answered) << "called back from inside the call";
    });
    EXPECT_TRUE(eventually([this] { return answered.load(); }));
    return on(*loop, [this] { return socket != nullptr; });
  }
  bool open(const std::string& url) {
    HttpClient::SocketCall call;
    call.url = url;
    return open(std::move(call));
  }

  std::unique_ptr<EventLoop> loop;
  std::unique_ptr<HttpClient> client;
  std::unique_ptr<Pending> pending;
  std::shared_ptr<WebSocket> socket;
  Recorder recorder;
  std::atomic<bool> answered{false};
  Error error;
};

// The server's end of the one socket of a test.
struct Callee : TestService {
  Callee() {
    on_upgrade = [this](Loop&, const HttpRequest&) {
      return Accept([this](std::shared_ptr<WebSocket> s) {
        socket = std::move(s);
        socket->set_handler(&recorder);
        opened = true;
      });
    };
  }
  Recorder recorder;
  std::shared_ptr<WebSocket> socket;  // its loop's
  std::atomic<bool> opened{false};
};

std::string opened(Peer& peer, std::string_view more = {}) {
  peer.send(web_socket_request() + std::string(more));
  return peer.read_until("\r\n\r\n");
}

TEST(WebSocket, echoes_text_and_bytes) {
  TestService service;
  RunningServer server(service);
  Caller caller;
  ASSERT_TRUE(caller.open(server.url("ws", "/echo")));
  const std::string large(60000, 'x');
  on(*caller.loop, [&] {
    EXPECT_TRUE(caller.socket->send_text("hällo").ok());
    EXPECT_TRUE(caller.socket->send_binary(std::string("\0\xff", 2)).ok());
    EXPECT_TRUE(caller.socket->send_text("").ok());
    EXPECT_TRUE(caller.socket->send_text(large).ok());
  });
  ASSERT_TRUE(caller.recorder.wait_messages(4));
  EXPECT_THAT(caller.recorder.messages(), ElementsAre("Thällo", std::string("B\0\xff", 3), "T", "T" + large));
}

TEST(WebSocket, a_thousand_messages_arrive_in_order) {
  TestService service;
  RunningServer server(service);
  Caller caller;
  ASSERT_TRUE(caller.open(server.url("ws", "/")));
  on(*caller.loop, [&] {
    for (int i = 0; i < 1000; ++i) EXPECT_TRUE(caller.socket->send_text(std::to_string(i)).ok());
  });
  ASSERT_TRUE(caller.recorder.wait_messages(1000));
  const auto messages = caller.recorder.messages();
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(messages[i], "T" + std::to_string(i));
}

TEST(WebSocket, the_service_sees_the_request_and_may_refuse) {
  TestService service;
  service.on_upgrade = [](Loop&, const HttpRequest& request) -> std::variant<HttpResponse, Service::Accept> {
    EXPECT_EQ(request.header("X-Key"), "secret");
    EXPECT_EQ(request.target, "/phone?a=1");
    return HttpResponse{403, "text/plain", "go away " + std::string(300, 'x'), {}};
  };
  RunningServer server(service);
  Caller caller;
  HttpClient::SocketCall call;
  call.url = server.url("ws", "/phone?a=1");
  call.headers = {{"X-Key", "secret"}};
  EXPECT_FALSE(caller.open(std::move(call)));
  EXPECT_EQ(caller.error.code, Errc::refused);
  EXPECT_THAT(caller.error.what, HasSubstr("refused with 403 Forbidden: go away xxx"));
  EXPECT_LT(caller.error.what.size(), 400u);
  EXPECT_EQ(caller.error.what.find("a=1"), std::string::npos) << "a query may hold a key";
}

TEST(WebSocket, a_service_that_throws_refuses_with_500) {
  TestService service;
  service.on_upgrade = [](Loop&, const HttpRequest&) -> std::variant<HttpResponse, Service::Accept> {
    throw std::runtime_error("oops");
  };
  RunningServer server(service);
  Caller caller;
  EXPECT_FALSE(caller.open(server.url("ws", "/")));
  EXPECT_EQ(caller.error.code, Errc::unavailable);
  EXPECT_THAT(caller.error.what, HasSubstr("500"));
}

TEST(WebSocket, a_refusal_says_what_kind_it_is_when_to_come_back_and_the_vendors_own_words) {
  TestService service;
  service.on_upgrade = [](Loop&, const HttpRequest&) -> std::variant<HttpResponse, Service::Accept> {
    return HttpResponse{429, "application/json", "{\"err_code\":7}", {{"Retry-After", "7"}, {"dg-error", "too many"}}};
  };
  RunningServer server(service);
  Caller caller;
  EXPECT_FALSE(caller.open(server.url("ws", "/")));
  EXPECT_EQ(caller.error.code, Errc::full);
  EXPECT_EQ(caller.error.retry_after, 7s);
  EXPECT_THAT(caller.error.what, EndsWith("refused with 429 Too Many Requests: too many: {\"err_code\":7}"));
}

TEST(WebSocket, a_handshake_of_another_version_is_refused) {
  TestService service;
  RunningServer server(service);
  Peer peer(server.port());
  peer.send(
      "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 8\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  EXPECT_THAT(peer.read_all(), StartsWith("HTTP/1.1 426 "));
  peer.close();
  EXPECT_TRUE(eventually([&] { return server.server->connections() == 0; }));
}

TEST(WebSocket, what_was_sent_ahead_of_the_answer_is_not_lost) {
  TestService service;
  RunningServer server(service);
  Peer peer(server.port());
  EXPECT_THAT(opened(peer, web_socket_frame(1, "early")), HasSubstr("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));  // RFC 6455 1.3
  EXPECT_EQ(peer.read_until("early"),
            "\x81\x05"
            "early");
}

TEST(WebSocket, close_carries_code_and_reason_to_the_other_side) {
  Callee callee;
  RunningServer server(callee);
  Caller caller;
  ASSERT_TRUE(caller.open(server.url("ws", "/")));
  on(*caller.loop, [&] {
    for (int i = 0; i < 100; ++i) EXPECT_TRUE(caller.socket->send_text("before").ok());
    caller.socket->close(4001, "bye");
    EXPECT_EQ(caller.socket->send_text("after").error().code, Errc::closed);
    caller.socket->close(4002, "twice");
  });
  ASSERT_TRUE(callee.recorder.wait_closed());
  EXPECT_TRUE(callee.recorder.clean());
  EXPECT_EQ(callee.recorder.why(), "code 4001: bye");
  EXPECT_EQ(callee.recorder.messages().size(), 100u);
  ASSERT_TRUE(caller.recorder.wait_closed());
  EXPECT_TRUE(caller.recorder.clean());
  EXPECT_TRUE(eventually([&] { return server.server->connections() == 0; }));
  on(server.loop(), [&] {
    EXPECT_EQ(callee.socket->send_text("late").error().code, Errc::closed);
    callee.socket.reset();
  });
}

TEST(WebSocket, a_server_closes_what_it_said_first) {
  Callee callee;
  RunningServer server(callee);
  Caller caller;
  ASSERT_TRUE(caller.open(server.url("ws", "/")));
  ASSERT_TRUE(eventually([&] { return callee.opened.load(); }));
  on(server.loop(), [&] {
    EXPECT_TRUE(callee.socket->send_text("last words").ok());
    callee.socket->close(1000, std::string(200, 'r'));
    callee.socket.reset();  // what close() has begun goes on
  });
  ASSERT_TRUE(caller.recorder.wait_closed());
  EXPECT_THAT(caller.recorder.messages(), ElementsAre("Tlast words"));
  EXPECT_TRUE(caller.recorder.clean());
  EXPECT_EQ(caller.recorder.why(), "code 1000: " + std::string(123, 'r'));
  EXPECT_FALSE(callee.recorder.closed()) << "its socket had gone before";
}

TEST(WebSocket, a_message_beyond_the_bound_closes_with_1009) {
  Callee callee;
  RunningServer server(callee);
  Caller caller;
  ASSERT_TRUE(caller.open(server.url("ws", "/")));
  on(*caller.loop, [&] { EXPECT_TRUE(caller.socket->send_text(std::string(300000, 'x')).ok()); });
  ASSERT_TRUE(caller.recorder.wait_closed());
  EXPECT_THAT(caller.recorder.why(), StartsWith("code 1009"));
  ASSERT_TRUE(callee.recorder.wait_closed());
  EXPECT_FALSE(callee.recorder.clean());
  EXPECT_THAT(callee.recorder.why(), HasSubstr("larger than 65536 bytes"));
  EXPECT_TRUE(callee.recorder.messages().empty());
  on(server.loop(), [&] { callee.socket.reset(); });
}

TEST(WebSocket, a_frame_that_breaks_the_protocol_closes_with_1002) {
  Callee callee;
  RunningServer server(callee);
  Peer peer(server.port());
  opened(peer);
  peer.send("\x83\x80" + std::string(4, '\0'));  // a reserved opcode
  EXPECT_THAT(peer.read_until("\x03\xEA"), EndsWith("\x88\x02\x03\xEA"));
  peer.close();
  ASSERT_TRUE(callee.recorder.wait_closed());
  EXPECT_FALSE(callee.recorder.clean());
  on(server.loop(), [&] { callee.socket.reset(); });
}

TEST(WebSocket, a_reader_that_does_not_read_fills_the_queue) {
  Callee callee;
  RunningServer server(callee);
  Peer peer(server.port(), 4096);
  opened(peer);
  ASSERT_TRUE(eventually([&] { return callee.opened.load(); }));
  // Each on its own, so that the loop can write in between; the kernel's buffers fill, then our queue.
  std::size_t sent = 0;
  Result<void> result;
  while (result && sent < 10000) {
    result = on(server.loop(), [&] { return callee.socket->send_binary(std::string(16000, static_cast<char>(sent))); });
    if (result) ++sent;
  }
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, Errc::full);
  EXPECT_GT(sent, WebSocket::max_queued / 16100);
  // Nothing was dropped and nothing broken: once the reader reads, all of it comes.
  const std::size_t frame = 4 + 16000;
  std::string all;
  on(server.loop(), [&] { callee.socket->close(1000, "end"); });
  while (all.size() < sent * frame + 7) {
    const std::string more = peer.read_until(std::string("\x88\x05\x03\xE8", 4) + "end");
    all += more;
    if (more.empty()) break;
  }
  EXPECT_EQ(all.size(), sent * frame + 7);
  for (std::size_t i = 0; i < sent; ++i) ASSERT_EQ(all[i * frame + 4], static_cast<char>(i)) << i;
  on(server.loop(), [&] { callee.socket.reset(); });
}

TEST(WebSocket, silence_is_broken_by_pings_and_a_vanished_peer_is_noticed) {
  Callee callee;
  ServerOptions options;
  options.idle_timeout = 200ms;
  RunningServer server(callee, options);
  Peer peer(server.port());
  opened(peer);  // answers no ping
  const auto before = std::chrono::steady_clock::now();
  EXPECT_EQ(peer.read_until(std::string("\x89\x00", 2)), std::string("\x89\x00", 2));
  ASSERT_TRUE(callee.recorder.wait_closed());
  EXPECT_GE(std::chrono::steady_clock::now() - before, 150ms);
  EXPECT_FALSE(callee.recorder.clean());
  EXPECT_THAT(callee.recorder.why(), HasSubstr("did not answer a ping"));
  EXPECT_TRUE(peer.ended());
  on(server.loop(), [&] { callee.socket.reset(); });
}

TEST(WebSocket, who_answers_pings_may_be_silent) {
  Callee callee;
  ServerOptions options;
  options.idle_timeout = 100ms;
  RunningServer server(callee, options);
  Caller caller;
  ASSERT_TRUE(caller.open(server.url("ws", "/")));
  std::promise<void> later;  // five times the limit, on the loop's own clock
  Timer* timer = nullptr;
  on(*caller.loop, [&] {
    timer = new Timer(*caller.loop, [&] { later.set_value(); });
    timer->after(500ms);
  });
  ASSERT_EQ(later.get_future().wait_for(patience), std::future_status::ready);
  on(*caller.loop, [&] { delete timer; });
  EXPECT_FALSE(callee.recorder.closed());
  on(*caller.loop, [&] { EXPECT_TRUE(caller.socket->send_text("still here").ok()); });
  EXPECT_TRUE(callee.recorder.wait_messages(1));
  on(server.loop(), [&] { callee.socket.reset(); });
}

TEST(WebSocket, a_client_notices_a_server_that_has_vanished) {
  PeerServer server;
  Caller caller;
  std::thread accepting([&] {
    Peer peer = server.accept();
    const std::string request = peer.read_until("\r\n\r\n");
    EXPECT_THAT(request, HasSubstr("User-Agent: offhook\r\n"));
    peer.send(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: "
        "x\r\n\r\n");
    peer.read_all();
  });
  HttpClient::SocketCall call;
  call.url = "ws://127.0.0.1:" + std::to_string(server.port()) + "/";
  EXPECT_FALSE(caller.open(call)) << "the accept key is wrong";
  accepting.join();

  Callee callee;
  RunningServer running(callee);
  call.url = running.url("ws", "/");
  call.idle_timeout = 200ms;
  Caller again;
  ASSERT_TRUE(again.open(call));
  std::promise<void> hang, release;
  running.loop().post([&] {  // its kernel still acknowledges, but nobody is at home
    hang.set_value();
    release.get_future().wait_for(patience);
  });
  hang.get_future().wait();
  ASSERT_TRUE(again.recorder.wait_closed());
  EXPECT_THAT(again.recorder.why(), HasSubstr("did not answer a ping"));
  release.set_value();
  on(running.loop(), [&] { callee.socket.reset(); });
}

TEST(WebSocket, a_reset_by_the_peer_is_told) {
  Callee callee;
  RunningServer server(callee);
  Peer peer(server.port());
  opened(peer);
  ASSERT_TRUE(eventually([&] { return callee.opened.load(); }));
  peer.reset();
  ASSERT_TRUE(callee.recorder.wait_closed());
  EXPECT_FALSE(callee.recorder.clean());
  EXPECT_FALSE(callee.recorder.why().empty());
  on(server.loop(), [&] {
    EXPECT_EQ(callee.socket->send_text("x").error().code, Errc::closed);
    callee.socket.reset();
  });
}

Awaitable<void> accept_upgrade(std::shared_ptr<Stream> stream, std::shared_ptr<WebSocket>& socket, Recorder& recorder) {
  HttpRequest request;
  request.headers = {{"Host", "localhost"},
                     {"Connection", "Upgrade"},
                     {"Upgrade", "websocket"},
                     {"Sec-WebSocket-Version", "13"},
                     {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}};
  const WebSocketLimits limits;
  auto accepted = co_await accept_web_socket(std::move(stream), request, limits, nullptr);
  EXPECT_TRUE(accepted.ok());
  socket = std::move(*accepted);
  socket->set_handler(&recorder);
}

TEST(WebSocket, a_close_that_is_answered_with_nothing_or_nonsense_ends_after_five_seconds) {
  Callee callee;
  RunningServer server(callee);
  Peer silent(server.port());
  opened(silent);
  ASSERT_TRUE(eventually([&] { return callee.opened.load(); }));

  // The other one breaks the protocol inside a message: there Beast's reading and closing wait for each other for good,
  // and would keep all of the connection.
  const auto loop = run_loop();
  PeerServer listener;
  Peer broken(listener.port());
  const int fd = listener.accept().release();
  std::weak_ptr<Stream> left;
  std::shared_ptr<WebSocket> socket;
  Recorder recorder;
  on(*loop, [&] {
    Socket accepted(loop->context());
    accepted.assign(asio::ip::tcp::v4(), fd);
    auto stream = std::make_shared<Stream>(*loop, std::move(accepted));
    left = stream;
    asio::co_spawn(loop->context(), accept_upgrade(std::move(stream), socket, recorder), asio::detached);
  });
  broken.read_until("\r\n\r\n");
  broken.send(web_socket_frame(1, "whole") + web_socket_frame(1, "halfway").substr(0, 10));
  ASSERT_TRUE(recorder.wait_messages(1));
  for (int i = 0; i < 10; ++i) on(*loop, [] {});  // until the half has been read, too

  const auto before = std::chrono::steady_clock::now();
  on(server.loop(), [&] { callee.socket->close(1001, ""); });
  on(*loop, [&] { socket->close(1001, ""); });
  EXPECT_EQ(silent.read_until("\x03\xE9"), "\x88\x02\x03\xE9");
  EXPECT_EQ(broken.read_until("\x03\xE9"), "\x88\x02\x03\xE9");
  silent.send(web_socket_frame(1, "I have not heard that"));
  broken.send("\xff\xff\xff\xff\xff\xff");  // no UTF-8

  ASSERT_TRUE(callee.recorder.wait_closed());
  ASSERT_TRUE(recorder.wait_closed());
  EXPECT_LT(std::chrono::steady_clock::now() - before, 8s);
  EXPECT_FALSE(callee.recorder.clean());
  EXPECT_FALSE(recorder.clean());
  EXPECT_TRUE(callee.recorder.messages().empty()) << "nothing is delivered after close()";
  EXPECT_EQ(recorder.messages().size(), 1u);
  EXPECT_TRUE(silent.ended());
  EXPECT_TRUE(broken.ended());
  on(server.loop(), [&] { callee.socket.reset(); });
  on(*loop, [&] { socket.reset(); });
  EXPECT_TRUE(eventually([&] { return left.expired(); }));
}

TEST(WebSocket, who_listens_after_the_end_is_told_of_it) {
  TestService service;
  std::shared_ptr<WebSocket> socket;
  std::atomic<bool> opened_it{false};
  service.on_upgrade = [&](Loop&, const HttpRequest&) {
    return Service::Accept([&](std::shared_ptr<WebSocket> s) {
      socket = std::move(s);
      opened_it = true;
    });
  };
  ServerOptions options;
  options.idle_timeout = 50ms;
  RunningServer server(service, options);
  Peer peer(server.port());
  opened(peer);
  ASSERT_TRUE(eventually([&] { return opened_it.load(); }));
  EXPECT_TRUE(peer.ended());
  Recorder recorder;
  on(server.loop(), [&] { socket->set_handler(&recorder); });
  EXPECT_TRUE(recorder.wait_closed());
  EXPECT_FALSE(recorder.clean());
  on(server.loop(), [&] { socket.reset(); });
}

TEST(WebSocket, a_handler_may_be_replaced_or_taken_away_inside_a_callback) {
  TestService service;
  RunningServer server(service);
  Caller caller;
  Recorder second;
  caller.recorder.on_message = [&](std::string_view) { caller.socket->set_handler(&second); };
  second.on_message = [&](std::string_view text) {
    if (text == "2") caller.socket->set_handler(nullptr);
    if (text == "2") (void)caller.socket->send_text("4");
  };
  ASSERT_TRUE(caller.open(server.url("ws", "/")));
  on(*caller.loop, [&] {
    for (const char* text : {"0", "1", "2", "3"}) (void)caller.socket->send_text(text);
  });
  ASSERT_TRUE(second.wait_messages(2));
  Recorder third;
  on(*caller.loop, [&] { caller.socket->close(1000, ""); });
  EXPECT_THAT(caller.recorder.messages(), ElementsAre("T0"));
  EXPECT_THAT(second.messages(), ElementsAre("T1", "T2"));
  EXPECT_TRUE(eventually([&] { return server.server->connections() == 0; }));
  on(*caller.loop, [&] { caller.socket->set_handler(&third); });  // too late for messages, not for the end
  EXPECT_TRUE(third.wait_closed());
  EXPECT_FALSE(second.closed());
}

TEST(WebSocket, destroying_it_inside_a_callback_cuts_the_connection_and_nothing_comes_after) {
  Callee callee;
  RunningServer server(callee);
  callee.recorder.on_message = [&](std::string_view) { callee.socket.reset(); };
  Caller caller;
  ASSERT_TRUE(caller.open(server.url("ws", "/")));
  on(*caller.loop, [&] {
    for (int i = 0; i < 50; ++i) (void)caller.socket->send_text("x");
  });
  ASSERT_TRUE(caller.recorder.wait_closed());
  EXPECT_FALSE(caller.recorder.clean());
  EXPECT_EQ(callee.recorder.messages().size(), 1u);
  EXPECT_FALSE(callee.recorder.closed());
  EXPECT_TRUE(eventually([&] { return server.server->connections() == 0; }));
}

TEST(WebSocket, destroying_it_while_much_is_queued_is_harmless) {
  Callee callee;
  RunningServer server(callee);
  Peer peer(server.port(), 4096);
  opened(peer);
  ASSERT_TRUE(eventually([&] { return callee.opened.load(); }));
  on(server.loop(), [&] {
    while (callee.socket->send_binary(std::string(60000, 'x'))) {
    }
    callee.socket.reset();
  });
  EXPECT_TRUE(peer.ended());
  EXPECT_TRUE(eventually([&] { return server.server->connections() == 0; }));
}

TEST(WebSocket, a_handler_that_throws_closes_its_socket_and_no_other) {
  Callee callee;
  RunningServer server(callee);
  callee.recorder.on_message = [&](std::string_view text) {
    if (text == "throw") throw std::runtime_error("oops");
  };
  Caller caller;
  ASSERT_TRUE(caller.open(server.url("ws", "/")));
  on(*caller.loop, [&] { (void)caller.socket->send_text("throw"); });
  ASSERT_TRUE(caller.recorder.wait_closed());
  EXPECT_THAT(caller.recorder.why(), StartsWith("code 1011"));
  on(server.loop(), [&] { callee.socket.reset(); });
}

TEST(WebSocket, the_servers_end_is_told_to_those_who_still_talk) {
  Callee callee;
  RunningServer server(callee);
  Caller caller;
  ASSERT_TRUE(caller.open(server.url("ws", "/")));
  ASSERT_TRUE(eventually([&] { return callee.opened.load(); }));
  server.server.reset();
  ASSERT_TRUE(callee.recorder.wait_closed());
  EXPECT_EQ(callee.recorder.why(), "the server is closing");
  ASSERT_TRUE(caller.recorder.wait_closed());
  on(server.loop(), [&] { callee.socket.reset(); });
}

TEST(WebSocket, loops_may_end_while_sockets_are_open) {
  auto callee = std::make_unique<Callee>();
  auto server = std::make_unique<RunningServer>(*callee);
  Peer peer(server->port(), 4096);
  opened(peer);
  ASSERT_TRUE(eventually([&] { return callee->opened.load(); }));
  on(server->loop(), [&] {
    while (callee->socket->send_binary(std::string(60000, 'x'))) {
    }
    callee->socket->close(1000, "");
  });
  for (auto& loop : server->loops) loop->stop();
  for (auto& loop : server->loops) loop->join();
  server->server.reset();
  callee->socket.reset();
  server.reset();
  EXPECT_TRUE(peer.ended());
}

}  // namespace
}  // namespace offhook::net
