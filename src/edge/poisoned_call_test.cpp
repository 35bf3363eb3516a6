// One caller who breaks every measure, beside one who talks as all do, on one loop and over real sockets: the first is
// cut with a reason, the second notices nothing.
#include <arpa/inet.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include "base/descriptor.hpp"
#include "edge/twilio.hpp"
#include "net/event_loop.hpp"
#include "net/http_server.hpp"

namespace offhook::edge {
namespace {

using ::testing::HasSubstr;

// Sends a frame at each beat, and remembers how late that was.
class TalkingLine final : public call::Line, net::MediaClock::Listener {
 public:
  struct Seen {
    std::mutex mutex;
    std::vector<Duration> lateness;
    std::vector<std::string> hangups;
    std::atomic<std::size_t> samples{160};  // to send at each beat
  };
  TalkingLine(net::EventLoop& loop, call::Wire& wire, Seen& seen) : loop_(loop), wire_(wire), seen_(seen) {
    loop_.media_clock().add(*this);
  }
  ~TalkingLine() override { loop_.media_clock().remove(*this); }
  void on_audio(std::span<const std::uint8_t>, std::int64_t) override {}
  void on_mark(std::string_view) override {}
  void on_digit(char) override {}
  void on_hangup(std::string_view why) override {
    const std::lock_guard lock(seen_.mutex);
    seen_.hangups.emplace_back(why);
  }

 private:
  void on_frame(Time) override {
    wire_.send_audio(std::vector<std::uint8_t>(seen_.samples));
    const std::lock_guard lock(seen_.mutex);
    seen_.lateness.push_back(loop_.media_clock().lateness());
  }
  net::EventLoop& loop_;
  call::Wire& wire_;
  Seen& seen_;
};

// Blocking, every wait bounded.
class Caller {
 public:
  explicit Caller(std::uint16_t port, int receive_buffer = 0) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval patience{20, 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (receive_buffer > 0) ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    EXPECT_EQ(::connect(fd_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    send(
        "GET /phone HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n");
    EXPECT_THAT(read_head(), HasSubstr(" 101 "));
  }
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  bool say_start(const std::string& sid) {
    return send(frame(1, R"({"event":"start","streamSid":")" + sid + R"(","start":{"streamSid":")" + sid +
                             R"(","callSid":"CA1","accountSid":"AC1"}})"));
  }
  // Everything up to the end of the connection; the close frame is in it.
  std::string read_to_the_end() {
    std::string last;
    char buffer[65536];
    for (;;) {
      const ssize_t got = ::recv(fd_.get(), buffer, sizeof buffer, 0);
      if (got < 0 && errno == EAGAIN) ADD_FAILURE() << "it was not closed";
      if (got <= 0) return last;
      last.append(buffer, static_cast<std::size_t>(got));
      if (last.size() > 200'000) last.erase(0, last.size() - 100'000);
    }
  }
  // Masked with zero: RFC 6455 5.2.
  static std::string frame(int opcode, std::string_view payload, bool last = true) {
    std::string out(1, static_cast<char>((last ? 0x80 : 0) | opcode));
    if (payload.size() < 126) {
      out += static_cast<char>(0x80 | payload.size());
    } else if (payload.size() < 65536) {
      out += static_cast<char>(0x80 | 126);
      out += static_cast<char>(payload.size() >> 8);
      out += static_cast<char>(payload.size());
    } else {
      out += static_cast<char>(0x80 | 127);
      for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(payload.size() >> shift);
    }
    out.append(4, '\0');
    return out.append(payload);
  }

 private:
  std::string read_head() {
    std::string head;
    for (char c; head.find("\r\n\r\n") == std::string::npos && ::recv(fd_.get(), &c, 1, 0) == 1;) head += c;
    return head;
  }
  const Descriptor fd_;
};

class PoisonedCallTest : public testing::Test, net::Service {
 protected:
  net::EventLoop loop{"loop"};
  EdgeStats stats;
  TalkingLine::Seen good, bad;
  std::unique_ptr<net::HttpServer> http;
  std::optional<Caller> neighbour;
  std::thread neighbours_ear;

  PoisonedCallTest() {
    loop.start();
    net::ServerOptions options;
    options.port = 0;
    options.messages = {.rate = 200, .burst = 2000};
    options.bytes = {.rate = 256 << 10, .burst = 2 << 20};
    auto listening = net::HttpServer::listen({&loop}, options, *this);
    EXPECT_TRUE(listening) << listening.error().what;
    http = std::move(*listening);
    http->start();
    neighbour.emplace(http->port());
    neighbour->say_start("MZgood");
    neighbours_ear = std::thread([this] { neighbour->read_to_the_end(); });
    EXPECT_TRUE(eventually([&] { return beats() > 10; }));
  }
  ~PoisonedCallTest() override {
    http.reset();
    neighbours_ear.join();
    EXPECT_TRUE(eventually([&] { return stats.live == 0; })) << "something is left";
    loop.stop();
    loop.join();
  }

  void serve(net::Loop&, net::HttpRequest, Respond) override {}
  std::variant<net::HttpResponse, Accept> upgrade(net::Loop&, const net::HttpRequest&) override {
    return Accept([this](std::shared_ptr<net::WebSocket> socket) {
      TwilioEdge::open(
          std::move(socket),
          [this](net::Loop&, call::CallStart start, call::Wire& wire) -> Result<std::unique_ptr<call::Line>> {
            return std::unique_ptr<call::Line>(
                std::make_unique<TalkingLine>(loop, wire, start.stream_id == "MZgood" ? good : bad));
          },
          "", stats);
    });
  }

  std::size_t beats() {
    const std::lock_guard lock(good.mutex);
    return good.lateness.size();
  }
  std::string hangup_of_the_bad() {
    const std::lock_guard lock(bad.mutex);
    return bad.hangups.empty() ? "" : bad.hangups.front();
  }
  static bool eventually(const std::function<bool()>& holds) {
    const SteadyClock clock;
    for (const Time limit = clock.now() + 30s; clock.now() < limit; std::this_thread::yield())
      if (holds()) return true;
    return false;
  }
  // What `harm` does to the other call. The median, for the machine may be busy with other things.
  template <class F>
  void expect_the_neighbour_unharmed(F harm) {
    const std::size_t from = beats();
    harm();
    EXPECT_TRUE(eventually([&] { return beats() >= from + 10; })) << "the neighbour's frames have stopped";
    const std::lock_guard lock(good.mutex);
    std::vector<Duration> during(good.lateness.begin() + static_cast<std::ptrdiff_t>(from), good.lateness.end());
    std::nth_element(during.begin(), during.begin() + static_cast<std::ptrdiff_t>(during.size() / 2), during.end());
    EXPECT_LT(during[during.size() / 2], 5ms);
    EXPECT_TRUE(good.hangups.empty());
  }
};

TEST_F(PoisonedCallTest, a_flood_of_small_messages_is_closed_with_its_reason) {
  expect_the_neighbour_unharmed([&] {
    Caller flood(http->port());
    flood.say_start("MZbad");
    const std::string one = Caller::frame(1, R"({"event":"dtmf","streamSid":"MZbad","dtmf":{"digit":"1"}})");
    std::string many;
    for (int i = 0; i < 100; ++i) many += one;
    for (int i = 0; i < 1000 && flood.send(many); ++i) {
    }
    EXPECT_TRUE(eventually([&] { return !hangup_of_the_bad().empty(); }));
  });
  EXPECT_THAT(hangup_of_the_bad(), HasSubstr("the other side sends too much: more than 2000 messages at once"));
  EXPECT_EQ(stats.floods, 1u);
  EXPECT_LE(stats.frames_in, 2200u);
}

TEST_F(PoisonedCallTest, who_reads_learns_why_it_was_closed) {
  Caller flood(http->port());
  flood.say_start("MZbad");
  std::string many;
  for (int i = 0; i < 2500; ++i) many += Caller::frame(1, R"({"event":"news"})");
  flood.send(many);
  EXPECT_NE(flood.read_to_the_end().find("\x03\xf0the other side sends too much"), std::string::npos) << "1008";
}

TEST_F(PoisonedCallTest, a_flood_of_pings_is_closed_too) {
  expect_the_neighbour_unharmed([&] {
    Caller flood(http->port());
    flood.say_start("MZbad");
    const std::string ping = Caller::frame(9, "");
    std::thread ear([&] { flood.read_to_the_end(); });
    for (int i = 0; i < 100'000 && flood.send(ping); ++i) {
    }
    ear.join();
  });
  EXPECT_TRUE(eventually([&] { return hangup_of_the_bad().find("too much") != std::string::npos; }))
      << hangup_of_the_bad();
}

TEST_F(PoisonedCallTest, a_message_of_empty_pieces_without_end_is_cut) {
  expect_the_neighbour_unharmed([&] {
    Caller flood(http->port());
    flood.say_start("MZbad");
    flood.send(Caller::frame(1, "", false));
    std::string many;
    for (int i = 0; i < 1000; ++i) many += Caller::frame(0, "", false);
    for (int i = 0; i < 10'000 && flood.send(many); ++i) {
    }
    EXPECT_TRUE(eventually([&] { return !hangup_of_the_bad().empty(); }));
  });
  EXPECT_THAT(hangup_of_the_bad(), HasSubstr("bytes at once"));
}

TEST_F(PoisonedCallTest, a_huge_message_is_closed_before_it_is_read) {
  expect_the_neighbour_unharmed([&] {
    Caller huge(http->port());
    huge.say_start("MZbad");
    huge.send(Caller::frame(1, "{\"event\":\"" + std::string(50 << 20, 'x') + "\"}"));
    EXPECT_TRUE(eventually([&] { return !hangup_of_the_bad().empty(); }));
  });
  EXPECT_THAT(hangup_of_the_bad(), HasSubstr("larger than 65536 bytes"));
}

TEST_F(PoisonedCallTest, large_messages_at_full_speed_are_cut) {
  expect_the_neighbour_unharmed([&] {
    Caller flood(http->port());
    flood.say_start("MZbad");
    std::string many = R"({"event":"news","a":[0)";  // values that cost a parser much
    for (int i = 0; i < 4000; ++i) many += R"(,[1,"\u00e4"])";
    const std::string one = Caller::frame(1, many + "]}");
    for (int i = 0; i < 2000 && flood.send(one); ++i) {
    }
    EXPECT_TRUE(eventually([&] { return !hangup_of_the_bad().empty(); }));
  });
  EXPECT_THAT(hangup_of_the_bad(), HasSubstr("bytes at once"));
}

TEST_F(PoisonedCallTest, who_never_reads_is_cut_and_costs_a_bounded_queue) {
  expect_the_neighbour_unharmed([&] {
    Caller deaf(http->port(), 4096);
    deaf.say_start("MZbad");
    bad.samples = 160'000;  // so that the queue fills in a second, not in a minute
    EXPECT_TRUE(eventually([&] { return !hangup_of_the_bad().empty(); }));
  });
  EXPECT_EQ(hangup_of_the_bad(), "slow reader");
  EXPECT_EQ(stats.slow_readers, 1u);
}

}  // namespace
}  // namespace offhook::edge
