#include "net/tls.hpp"

#include <gmock/gmock.h>

#include <atomic>

#include "net/http_client.hpp"
#include "net/loopback_test.hpp"

namespace offhook::net {
namespace {

using namespace testing;
using ::testing::HasSubstr;

struct TlsServer {
  TlsServer() {
    service.on_serve = [](Loop&, HttpRequest request, Service::Respond respond) {
      respond({200, "text/plain", request.tls ? "secret " + request.body : "plain", {}});
    };
  }
  static ServerOptions options(const TestCertificate& certificate) {
    ServerOptions options;
    options.tls_certificate = certificate.certificate;
    options.tls_key = certificate.key;
    return options;
  }
  std::string url(std::string_view scheme, std::string_view host) const {
    return std::string(scheme) + "://" + std::string(host) + ":" + std::to_string(server.port()) + "/";
  }

  TestCertificate certificate;
  TestService service;
  RunningServer server{service, options(certificate)};
};

// Sends once, from a client of its own, and returns what came.
std::string fetch(const std::string& url, const std::string& ca_file, std::string body = "x") {
  const auto loop = run_loop("client");
  std::atomic<bool> done{false};
  std::string told;
  std::unique_ptr<HttpClient> client = HttpClient::create(*loop);
  std::unique_ptr<Pending> pending;
  on(*loop, [&] {
    HttpCall call;
    call.url = url;
    call.ca_file = ca_file;
    call.body = std::move(body);
    call.deadline = Deadline::in(loop->now(), 20s);
    HttpSink sink;
    sink.body = [&](std::string_view chunk) { told += chunk; };
    sink.done = [&](Result<void> result) {
      if (!result) told = std::string(name(result.error().code)) + ": " + result.error().what;
      done = true;
    };
    pending = client->send(std::move(call), std::move(sink));
  });
  EXPECT_TRUE(eventually([&] { return done.load(); }));
  on(*loop, [&] {
    pending.reset();
    client.reset();
  });
  return told;
}

TEST(Tls, a_call_to_a_host_with_a_trusted_certificate_is_encrypted) {
  TlsServer tls;
  EXPECT_EQ(fetch(tls.url("https", "localhost"), tls.certificate.certificate), "secret x");
  const std::string large(700000, 'y');
  EXPECT_EQ(fetch(tls.url("https", "localhost"), tls.certificate.certificate, large), "secret " + large);
}

TEST(Tls, an_unknown_authority_is_not_trusted) {
  TlsServer tls;
  const std::string told = fetch(tls.url("https", "localhost"), {});
  EXPECT_THAT(told, ::testing::StartsWith("refused: "));
  EXPECT_THAT(told, HasSubstr("self-signed certificate"));
}

TEST(Tls, a_certificate_for_another_host_is_not_accepted) {
  TlsServer tls;
  const std::string told = fetch(tls.url("https", "127.0.0.1"), tls.certificate.certificate);
  EXPECT_THAT(told, ::testing::StartsWith("refused: "));
  EXPECT_THAT(told, HasSubstr("mismatch"));
}

TEST(Tls, a_plain_client_learns_nothing_and_harms_nobody) {
  TlsServer tls;
  Peer peer(tls.server.port());
  peer.send("GET / HTTP/1.1\r\n\r\n");
  EXPECT_EQ(peer.read_all().find("HTTP/1.1 200"), std::string::npos);
  EXPECT_EQ(fetch(tls.url("https", "localhost"), tls.certificate.certificate), "secret x");
}

TEST(Tls, a_kept_connection_survives_the_servers_session_tickets) {
  TlsServer tls;
  const auto loop = run_loop("client");
  auto client = HttpClient::create(*loop);
  std::unique_ptr<Pending> pending;
  for (int i = 0; i < 3; ++i) {
    std::atomic<bool> done{false};
    on(*loop, [&] {
      HttpCall call;
      call.url = tls.url("https", "localhost");
      call.ca_file = tls.certificate.certificate;
      call.deadline = Deadline::in(loop->now(), 20s);
      HttpSink sink;
      sink.done = [&](Result<void> result) {
        EXPECT_TRUE(result.ok()) << result.error().what;
        done = true;
      };
      pending = client->send(std::move(call), std::move(sink));
    });
    ASSERT_TRUE(eventually([&] { return done.load(); }));
    EXPECT_EQ(tls.server.server->connections(), 1u);
  }
  on(*loop, [&] {
    pending.reset();
    client.reset();
  });
  EXPECT_TRUE(eventually([&] { return tls.server.server->connections() == 0; }));
}

TEST(Tls, a_web_socket_over_tls_echoes_and_closes_cleanly) {
  TlsServer tls;
  const auto loop = run_loop("client");
  auto client = HttpClient::create(*loop);
  Recorder recorder;
  std::shared_ptr<WebSocket> socket;
  std::unique_ptr<Pending> pending;
  on(*loop, [&] {
    HttpClient::SocketCall call;
    call.url = tls.url("wss", "localhost");
    call.ca_file = tls.certificate.certificate;
    call.deadline = Deadline::in(loop->now(), 20s);
    pending = client->connect(std::move(call), [&](Result<std::shared_ptr<WebSocket>> result) {
      ASSERT_TRUE(result.ok()) << result.error().what;
      pending.reset();  // the work is done: the socket stays
      socket = std::move(*result);
      socket->set_handler(&recorder);
      for (int i = 0; i < 300; ++i) EXPECT_TRUE(socket->send_text(std::string(i, 'x')).ok());
    });
  });
  ASSERT_TRUE(recorder.wait_messages(300));
  const auto messages = recorder.messages();
  for (std::size_t i = 0; i < 300; ++i) ASSERT_EQ(messages[i].size(), i + 1);
  on(*loop, [&] { socket->close(1000, "bye"); });
  ASSERT_TRUE(recorder.wait_closed());
  EXPECT_TRUE(recorder.clean());
  EXPECT_EQ(recorder.why(), "code 1000");
  on(*loop, [&] {
    socket.reset();
    client.reset();
  });
}

TEST(Tls, files_that_do_not_fit_are_errors_that_name_them) {
  const TestCertificate one, two;
  EXPECT_TRUE(server_tls(one.certificate, one.key).ok());
  EXPECT_THAT(server_tls(one.certificate, two.key).error().what, HasSubstr(two.key));
  EXPECT_THAT(server_tls("/nowhere.pem", one.key).error().what, HasSubstr("/nowhere.pem"));
  EXPECT_THAT(client_tls("/nowhere.pem").error().what, HasSubstr("/nowhere.pem"));
}

}  // namespace
}  // namespace offhook::net
