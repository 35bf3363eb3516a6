// The ServiceSocket over real sockets: its promises on time are in service_socket_test.cpp.
#include <gmock/gmock.h>

#include "net/loopback_test.hpp"
#include "net/service_socket.hpp"

namespace offhook::net {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// The socket and its client, on a loop of their own.
struct Real {
  Real() : loop(run_loop("caller")), client(HttpClient::create(*loop)) {}
  ~Real() {
    on(*loop, [this] {
      socket.reset();
      client.reset();
    });
  }
  void open(ServiceSocket::Options options, std::vector<std::string> first = {}) {
    on(*loop, [&] {
      options.name = "parrot";
      socket = ServiceSocket::open(*loop, *client, std::move(options),
                                   {nullptr, [this](std::string_view t) { recorder.on_text(t); },
                                    [this](std::string_view b) { recorder.on_binary(b); },
                                    [this](Error e) {
                                      error = std::move(e);
                                      recorder.on_closed(false, error.what);
                                    }});
      for (std::string& text : first) {
        EXPECT_TRUE(socket->send_text(text).ok());
        EXPECT_TRUE(socket->send_binary(std::move(text)).ok());
      }
    });
  }
  Error wait_error() {
    EXPECT_TRUE(recorder.wait_closed());
    return on(*loop, [this] { return error; });
  }

  std::unique_ptr<EventLoop> loop;
  std::unique_ptr<HttpClient> client;
  std::unique_ptr<ServiceSocket> socket;
  Recorder recorder;
  Error error;
};

TEST(ServiceSocket, speaks_to_a_real_service_that_hears_farewell) {
  Recorder service_heard;
  std::shared_ptr<WebSocket> service_socket;
  TestService service;
  service.on_upgrade = [&](Loop&, const HttpRequest& request) {
    EXPECT_EQ(request.header("authorization"), "Token k");
    return Service::Accept([&](std::shared_ptr<WebSocket> s) {
      service_socket = std::move(s);
      service_heard.on_message = [&](std::string_view message) {
        EXPECT_TRUE(service_socket->send_text(std::string(message)).ok());
      };
      service_socket->set_handler(&service_heard);
    });
  };
  RunningServer server(service);
  Real real;
  ServiceSocket::Options options;
  options.url = server.url("ws", "/");
  options.headers = {{"Authorization", "Token k"}};
  real.open(options, {"a", "b"});
  ASSERT_TRUE(real.recorder.wait_messages(4));
  EXPECT_THAT(service_heard.messages(), ElementsAre("Ta", "Ba", "Tb", "Bb"));
  on(*real.loop, [&] {
    EXPECT_TRUE(real.socket->send_text("bye").ok());
    real.socket->close();
    real.socket.reset();
  });
  ASSERT_TRUE(service_heard.wait_closed());
  EXPECT_TRUE(service_heard.clean());
  EXPECT_THAT(service_heard.messages(), ElementsAre("Ta", "Ba", "Tb", "Bb", "Tbye"));
  on(server.loop(), [&] { service_socket.reset(); });
  on(*real.loop, [] {});
  EXPECT_FALSE(real.recorder.closed());
}

// Its kernel still acknowledges what we send, no FIN comes, and nobody is at home.
TEST(ServiceSocket, a_real_service_that_hangs_is_found_by_its_silence) {
  std::shared_ptr<WebSocket> service_socket;
  TestService service;
  service.on_upgrade = [&](Loop&, const HttpRequest&) {
    return Service::Accept([&](std::shared_ptr<WebSocket> s) { service_socket = std::move(s); });
  };
  const auto error_with = [&](ServiceSocket::Options options, bool due) {
    RunningServer server(service);
    Real real;
    options.url = server.url("ws", "/");
    real.open(options);
    EXPECT_TRUE(eventually([&] { return on(*real.loop, [&] { return real.socket->is_open(); }); }));
    std::promise<void> hang, release;
    server.loop().post([&] {
      hang.set_value();
      release.get_future().wait_for(patience);
    });
    hang.get_future().wait();
    on(*real.loop, [&] {
      if (due) real.socket->expect();
      EXPECT_TRUE(real.socket->send_text("anybody there?").ok());
    });
    const Error error = real.wait_error();
    release.set_value();
    on(server.loop(), [&] { service_socket.reset(); });
    return error;
  };
  ServiceSocket::Options pinged;
  pinged.idle_timeout = 200ms;
  const Error no_pong = error_with(pinged, false);
  EXPECT_EQ(no_pong.code, Errc::timeout);
  EXPECT_THAT(no_pong.what, StartsWith("parrot: the other side did not answer a ping"));
  ServiceSocket::Options waited_for;
  waited_for.silence = 100ms;
  const Error no_answer = error_with(waited_for, true);
  EXPECT_EQ(no_answer.code, Errc::timeout);
  EXPECT_THAT(no_answer.what, StartsWith("parrot: an answer was due within 100 ms"));
}

TEST(ServiceSocket, what_stands_in_the_way_of_a_real_service_is_told) {
  TestService service;
  service.on_upgrade = [](Loop&, const HttpRequest&) -> std::variant<HttpResponse, Service::Accept> {
    return HttpResponse{401, "text/plain", "the key k-secret is wrong", {}};
  };
  ServiceSocket::Options options;
  options.secret = "k-secret";
  std::uint16_t port = 0;
  {
    RunningServer server(service);
    port = server.port();
    options.url = server.url("ws", "/listen?key=k-secret");
    Real real;
    real.open(options);
    const Error refused = real.wait_error();
    EXPECT_EQ(refused.code, Errc::refused);
    EXPECT_THAT(refused.what, StartsWith("parrot: opening ws://127.0.0.1:" + std::to_string(port) + "/listen: "));
    EXPECT_THAT(refused.what, EndsWith("refused with 401 Unauthorized: the key *** is wrong"));
  }
  Real real;
  real.open(options);
  EXPECT_EQ(real.wait_error().code, Errc::unavailable) << "nobody there";

  PeerServer deaf;  // takes the connection, and says nothing
  options.url = "ws://127.0.0.1:" + std::to_string(deaf.port()) + "/";
  options.open_within = 300ms;
  Real late;
  late.open(options);
  const Error timeout = late.wait_error();
  EXPECT_EQ(timeout.code, Errc::timeout);
  EXPECT_THAT(timeout.what, HasSubstr("opening handshake")) << "the client knows what it waited for";
}

}  // namespace
}  // namespace offhook::net
