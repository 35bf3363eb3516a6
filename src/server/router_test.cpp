#include "server/router.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <filesystem>
#include <mutex>

#include "base/descriptor.hpp"
#include "net/http_server.hpp"

namespace offhook::server {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

// Passes everything on, and measures how long the doors take.
class Timed final : public net::Service {
 public:
  explicit Timed(net::Service& inner) : inner_(inner) {}
  void serve(net::Loop& loop, net::HttpRequest request, Respond respond) override {
    const Time from = loop.now();
    inner_.serve(loop, std::move(request), std::move(respond));
    note(loop.now() - from);
  }
  std::variant<net::HttpResponse, Accept> upgrade(net::Loop& loop, const net::HttpRequest& request) override {
    const Time from = loop.now();
    auto verdict = inner_.upgrade(loop, request);
    note(loop.now() - from);
    return verdict;
  }
  Duration median() {
    const std::lock_guard lock(mutex_);
    std::nth_element(took_.begin(), took_.begin() + static_cast<std::ptrdiff_t>(took_.size() / 2), took_.end());
    return took_[took_.size() / 2];
  }

 private:
  void note(Duration took) {
    const std::lock_guard lock(mutex_);
    took_.push_back(took);
  }
  net::Service& inner_;
  std::mutex mutex_;
  std::vector<Duration> took_;
};

// A server without models: its doors are as those of any, and who is let in is told at "start" that nobody answers.
class RouterTest : public testing::Test {
 protected:
  std::string folder;
  ServerConfig config;
  Hub hub;
  std::optional<Admission> admission;
  std::optional<Engine> engine;
  std::optional<Router> router;
  std::optional<Timed> timed;
  std::unique_ptr<net::HttpServer> http;
  SteadyClock clock;

  RouterTest() {
    std::string pattern = std::filesystem::temp_directory_path() / "router-XXXXXX";
    folder = ::mkdtemp(pattern.data());
    config = default_config([this](const std::string&) { return std::optional(folder); });
  }
  ~RouterTest() override {
    http.reset();
    while (router && router->stats().live > 0) std::this_thread::yield();
    router.reset();
    engine.reset();
    std::filesystem::remove_all(folder);
  }

  void start() {
    auto agent = parse_agent("name: desk\ninstructions: Be brief.\n", "f");
    ASSERT_TRUE(agent) << agent.error().what;
    admission.emplace(config.admission, net::usable_cores());
    engine.emplace(config, std::vector{*agent}, hub, *admission);
    router.emplace(config, *engine, hub, *admission);
    timed.emplace(*router);
    net::ServerOptions options;
    options.port = 0;
    auto listening = net::HttpServer::listen(engine->loops(), options, *timed);
    ASSERT_TRUE(listening) << listening.error().what;
    http = std::move(*listening);
    http->start();
  }
  void make_late() {
    const Time now = clock.now();
    for (int i = 0; i < 4; ++i) admission->note_lateness(0, now - i * 100ms, 200ms);
  }

  Descriptor connect() {
    Descriptor peer(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const timeval patience{20, 0};
    ::setsockopt(peer.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(http->port());
    EXPECT_EQ(::connect(peer.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    return peer;
  }
  // The answer up to its end, or up to the head's where the connection goes on.
  static std::string answer(const Descriptor& peer, bool whole) {
    std::string all;
    char buffer[4096];
    while (whole || all.find("\r\n\r\n") == std::string::npos) {
      const ssize_t got = ::recv(peer.get(), buffer, sizeof buffer, 0);
      if (got <= 0) break;
      all.append(buffer, static_cast<std::size_t>(got));
    }
    return all;
  }
  std::string get(const std::string& target) {
    const Descriptor peer = connect();
    const std::string text = "GET " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    EXPECT_EQ(::send(peer.get(), text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
    return answer(peer, true);
  }
  // Asks for the WebSocket; the answer's head.
  std::string knock(const Descriptor& peer) {
    const std::string text =
        "GET /phone HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n";
    EXPECT_EQ(::send(peer.get(), text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
    return answer(peer, false);
  }
  std::string knock() { return knock(connect()); }
  bool eventually(const std::function<bool()>& holds) {
    for (const Time limit = clock.now() + 20s; clock.now() < limit; std::this_thread::yield())
      if (holds()) return true;
    return false;
  }
};

TEST_F(RouterTest, a_server_that_loads_refuses_calls_and_says_so) {
  start();
  EXPECT_THAT(get("/readyz"), AllOf(StartsWith("HTTP/1.1 503 "), HasSubstr("loading models")));
  EXPECT_THAT(knock(), AllOf(StartsWith("HTTP/1.1 503 "), HasSubstr("\r\nRetry-After: 5\r\n")));
  EXPECT_THAT(get("/phone/answer"),
              AllOf(StartsWith("HTTP/1.1 200 "), HasSubstr("<Response><Reject reason=\"busy\"/></Response>")));
  EXPECT_THAT(get("/healthz"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(RouterTest, a_late_server_gives_new_calls_a_busy_tone_and_counts_each) {
  start();
  admission->open();
  EXPECT_THAT(get("/readyz"), StartsWith("HTTP/1.1 200 "));
  const Descriptor in_progress = connect();
  EXPECT_THAT(knock(in_progress), StartsWith("HTTP/1.1 101 "));
  make_late();
  for (int i = 0; i < 3; ++i)
    EXPECT_THAT(knock(), AllOf(StartsWith("HTTP/1.1 503 "), HasSubstr("\r\nRetry-After: 5\r\n")));
  EXPECT_THAT(get("/phone/answer"),
              AllOf(StartsWith("HTTP/1.1 200 "), HasSubstr("<Response><Reject reason=\"busy\"/></Response>")));
  EXPECT_THAT(get("/readyz"), StartsWith("HTTP/1.1 200 ")) << "busy is no reason to be taken out of service";
  const std::string metrics = get("/metrics");
  EXPECT_THAT(metrics, HasSubstr("\noffhook_calls_offered_total 5\n"));
  EXPECT_THAT(metrics, HasSubstr("\noffhook_calls_admitted_total 1\n"));
  EXPECT_THAT(metrics, HasSubstr("\noffhook_calls_refused_total{reason=\"lateness\"} 4\n"));
  EXPECT_THAT(metrics, HasSubstr("\noffhook_calls_refused_total{reason=\"age\"} 0\n"));
}

TEST_F(RouterTest, a_refusal_takes_less_than_five_milliseconds) {
  config.admission.max_calls = 1;
  config.admission.ramp = 0;
  start();
  admission->open();
  const Descriptor in_progress = connect();
  EXPECT_THAT(knock(in_progress), StartsWith("HTTP/1.1 101 "));
  for (int i = 0; i < 100; ++i) {
    ASSERT_THAT(knock(), StartsWith("HTTP/1.1 503 "));
    ASSERT_THAT(get("/phone/answer"), HasSubstr("<Reject"));
  }
  EXPECT_LT(timed->median(), 5ms);
  EXPECT_EQ(admission->counts().refused[static_cast<std::size_t>(Refusal::max_calls)], 200);
}

TEST_F(RouterTest, the_socket_finds_the_place_that_its_webhook_was_promised) {
  config.admission.max_calls = 1;
  start();
  admission->open();
  EXPECT_THAT(get("/phone/answer"), HasSubstr("<Connect>"));
  EXPECT_THAT(get("/phone/answer"), HasSubstr("<Reject")) << "the one place is promised";
  make_late();
  const Descriptor promised = connect();
  EXPECT_THAT(knock(promised), StartsWith("HTTP/1.1 101 "));
  EXPECT_THAT(knock(), StartsWith("HTTP/1.1 503 "));
}

TEST_F(RouterTest, a_socket_that_goes_without_a_word_gives_its_place_back) {
  config.admission.max_calls = 1;
  start();
  admission->open();
  {
    const Descriptor first = connect();
    EXPECT_THAT(knock(first), StartsWith("HTTP/1.1 101 "));
    EXPECT_THAT(knock(), StartsWith("HTTP/1.1 503 "));
  }
  ASSERT_TRUE(eventually([&] { return admission->calls() == 0; }));
  const Descriptor second = connect();
  EXPECT_THAT(knock(second), StartsWith("HTTP/1.1 101 "));
}

TEST_F(RouterTest, a_draining_server_is_not_ready_and_one_that_was_taken_over_answers_as_its_successor_would) {
  start();
  admission->open();
  admission->close();
  EXPECT_THAT(get("/readyz"), AllOf(StartsWith("HTTP/1.1 503 ")));
  EXPECT_THAT(get("/phone/answer"), HasSubstr("<Reject"));
  router->hand_over();
  EXPECT_THAT(get("/readyz"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(get("/phone/answer"), HasSubstr("<Connect>"));
}

}  // namespace
}  // namespace offhook::server
