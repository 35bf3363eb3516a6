#include "edge/twilio.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "base/base64.hpp"
#include "net/virtual_loop.hpp"

namespace offhook::edge {
namespace {

struct Closed {
  std::uint16_t code = 0;
  std::string reason;
};

// What the far end of a socket sees and does.
struct Carrier {
  net::VirtualLoop loop;
  net::WebSocket::Handler* handler = nullptr;
  std::vector<std::string> got;
  std::optional<Closed> closed;
  std::size_t room = 1'000'000;  // messages that fit the send queue
  bool answers_close = true;
  bool closes_at_once = false;  // on_closed from inside close()
  bool gone = false;            // the socket is destroyed

  void say(std::string_view text) {
    if (handler) handler->on_text(text);
    loop.run_ready();
  }
  void say_start(std::string_view extra = "") {
    say(R"({"event":"start","sequenceNumber":"1","streamSid":"MZ1","start":{"streamSid":"MZ1","callSid":"CA1","accountSid":"AC1"})" +
        std::string(extra) + "}");
  }
  void say_media(std::int64_t stamp, std::string_view sid = "MZ1", std::string_view track = "inbound") {
    const std::vector<std::uint8_t> sound(160, static_cast<std::uint8_t>(stamp));
    std::string payload;
    append_base64(payload, sound);
    say(R"({"event":"media","streamSid":")" + std::string(sid) + R"(","media":{"track":")" + std::string(track) +
        R"(","timestamp":")" + std::to_string(stamp) + R"(","payload":")" + payload + "\"}}");
  }
  void drop(bool clean = false, std::string_view why = "reset by peer") {
    if (auto* h = handler) h->on_closed(clean, why);
    loop.run_ready();
  }
};

class FakeSocket final : public net::WebSocket {
 public:
  explicit FakeSocket(Carrier& carrier) : carrier_(carrier) {}
  ~FakeSocket() override { carrier_.gone = true; }
  net::Loop& loop() override { return carrier_.loop; }
  void set_handler(Handler* handler) override { carrier_.handler = handler; }
  Result<void> send_text(std::string text) override {
    if (carrier_.closed) return Error{Errc::closed, "closed"};
    if (carrier_.got.size() >= carrier_.room) return Error{Errc::full, "full"};
    carrier_.got.push_back(std::move(text));
    return {};
  }
  Result<void> send_binary(std::string) override { return Error{Errc::internal, "no binary here"}; }
  void close(std::uint16_t code, std::string_view reason) override {
    if (carrier_.closed) return;
    carrier_.closed = Closed{code, std::string(reason)};
    if (!carrier_.answers_close) return;
    if (carrier_.closes_at_once) {
      if (carrier_.handler) carrier_.handler->on_closed(true, "bye");
    } else {
      carrier_.loop.post([&c = carrier_] {
        if (c.handler) c.handler->on_closed(true, "bye");
      });
    }
  }

 private:
  Carrier& carrier_;
};

// What the call saw; outlives its Line.
struct Seen {
  call::CallStart start;
  call::Wire* wire = nullptr;
  std::vector<std::int64_t> samples;
  std::vector<std::string> marks;
  std::string digits;
  std::vector<std::string> hangups;
  bool destroyed = false;
  bool in_call = false;  // inside one of its own members
  std::function<void()> on_audio;
};

class FakeLine final : public call::Line {
 public:
  explicit FakeLine(Seen& seen) : seen_(seen) {}
  ~FakeLine() override {
    EXPECT_FALSE(seen_.in_call) << "destroyed inside one of its own calls";
    seen_.wire->send_mark("too late");
    seen_.destroyed = true;
  }
  void on_audio(std::span<const std::uint8_t> mulaw, std::int64_t sample) override {
    EXPECT_EQ(mulaw.size(), 160u);
    seen_.samples.push_back(sample);
    seen_.in_call = true;
    if (seen_.on_audio) seen_.on_audio();
    EXPECT_TRUE(seen_.hangups.empty()) << "on_hangup inside on_audio";
    seen_.in_call = false;
  }
  void on_mark(std::string_view name) override { seen_.marks.emplace_back(name); }
  void on_digit(char digit) override { seen_.digits += digit; }
  void on_hangup(std::string_view why) override {
    EXPECT_FALSE(seen_.in_call);
    seen_.hangups.emplace_back(why);
    seen_.wire->send_audio(std::vector<std::uint8_t>(160));
    seen_.wire->clear();
    seen_.wire->hang_up("me too");
  }

 private:
  Seen& seen_;
};

class TwilioEdgeTest : public testing::Test {
 protected:
  EdgeStats stats;
  Seen seen;
  Carrier carrier;
  std::optional<Error> refusal;

  void open(TwilioLimits limits = {}) {
    auto answer = [this](net::Loop&, call::CallStart start, call::Wire& wire) -> Result<std::unique_ptr<call::Line>> {
      if (refusal) return *refusal;
      seen.start = std::move(start);
      seen.wire = &wire;
      return std::unique_ptr<call::Line>(std::make_unique<FakeLine>(seen));
    };
    TwilioEdge::open(std::make_shared<FakeSocket>(carrier), answer, "desk", stats, limits);
  }
  void open_call() {
    open();
    carrier.say(R"({"event":"connected","protocol":"Call","version":"1.0.0"})");
    carrier.say_start();
    ASSERT_NE(seen.wire, nullptr);
  }
  void expect_all_gone() {
    carrier.loop.run_ready();
    EXPECT_TRUE(carrier.gone);
    EXPECT_EQ(carrier.handler, nullptr);
    EXPECT_EQ(stats.live, 0);
    EXPECT_EQ(carrier.loop.armed_timers(), 0u);
    if (seen.wire) {
      EXPECT_EQ(seen.hangups.size(), 1u);
      EXPECT_TRUE(seen.destroyed);
    }
  }
  void TearDown() override {
    carrier.answers_close = true;
    carrier.drop();
    EXPECT_EQ(stats.live, 0);
  }
};

TEST_F(TwilioEdgeTest, a_call_hears_says_and_ends) {
  open_call();
  EXPECT_EQ(stats.calls, 1u);
  EXPECT_EQ(seen.start.stream_id, "MZ1");
  EXPECT_EQ(seen.start.carrier_call_id, "CA1");
  EXPECT_EQ(seen.start.agent, "desk");
  EXPECT_FALSE(seen.start.call_id.empty());
  EXPECT_EQ(seen.start.edge.rate, 8000);
  for (std::int64_t i = 1; i <= 3; ++i) carrier.say_media(i * 20);
  EXPECT_EQ(seen.samples, (std::vector<std::int64_t>{160, 320, 480}));
  carrier.say(R"({"event":"dtmf","streamSid":"MZ1","dtmf":{"track":"inbound_track","digit":"5"}})");
  EXPECT_EQ(seen.digits, "5");

  seen.wire->send_audio(std::vector<std::uint8_t>(160, 0xFF));
  seen.wire->send_mark("1:160:0");
  seen.wire->clear();
  ASSERT_EQ(carrier.got.size(), 3u);
  EXPECT_EQ(boost::json::parse(carrier.got[0]).at("media").at("payload").as_string().size(), 216u);
  EXPECT_EQ(carrier.got[1], R"({"event":"mark","streamSid":"MZ1","mark":{"name":"1:160:0"}})");
  EXPECT_EQ(carrier.got[2], R"({"event":"clear","streamSid":"MZ1"})");
  carrier.say(R"({"event":"mark","sequenceNumber":"9","streamSid":"MZ1","mark":{"name":"1:160:0"}})");
  EXPECT_EQ(seen.marks, std::vector<std::string>{"1:160:0"});

  carrier.say(R"({"event":"stop","streamSid":"MZ1","stop":{"accountSid":"AC1","callSid":"CA1"}})");
  EXPECT_EQ(seen.hangups, std::vector<std::string>{"the carrier ended the stream"});
  EXPECT_EQ(carrier.closed->code, 1000);
  EXPECT_EQ(carrier.got.size(), 3u) << "nothing is sent after the end";
  expect_all_gone();
}

TEST_F(TwilioEdgeTest, parameters_reach_the_call_and_say_who_called_whom) {
  open();
  carrier.say(
      R"({"event":"start","streamSid":"MZ1","start":{"callSid":"CA1","customParameters":{"to":"+1555","from":"+1666","plan":"gold"}}})");
  EXPECT_EQ(seen.start.to, "+1555");
  EXPECT_EQ(seen.start.from, "+1666");
  EXPECT_EQ(seen.start.parameters.size(), 3u);
}

TEST_F(TwilioEdgeTest, every_call_gets_an_id_of_its_own) {
  open_call();
  const std::string first = seen.start.call_id;
  {
    Carrier second;
    std::string id;
    TwilioEdge::open(
        std::make_shared<FakeSocket>(second),
        [&](net::Loop&, call::CallStart start, call::Wire&) -> Result<std::unique_ptr<call::Line>> {
          id = start.call_id;
          return Error{Errc::unavailable, "no"};
        },
        "", stats);
    second.say_start();
    EXPECT_NE(id, first);
    EXPECT_FALSE(id.empty());
  }
}

TEST_F(TwilioEdgeTest, lost_frames_show_in_the_position) {
  open_call();
  for (std::int64_t stamp : {0, 20, 80, 100}) carrier.say_media(stamp);
  EXPECT_EQ(seen.samples, (std::vector<std::int64_t>{0, 160, 640, 800}));
  EXPECT_EQ(stats.media_gaps, 1u);
}

TEST_F(TwilioEdgeTest, the_agents_own_track_is_not_the_callers) {
  open_call();
  carrier.say_media(0, "MZ1", "outbound");
  EXPECT_TRUE(seen.samples.empty());
  EXPECT_EQ(stats.bad(BadFrame::early) + stats.bad(BadFrame::garbage), 0u);
}

TEST_F(TwilioEdgeTest, no_start_in_time_closes_the_socket) {
  open();
  carrier.say(R"({"event":"connected"})");
  carrier.loop.advance(10s - 1ms);
  EXPECT_FALSE(carrier.closed);
  carrier.loop.advance(1ms);
  ASSERT_TRUE(carrier.closed);
  EXPECT_EQ(carrier.closed->code, 1008);
  EXPECT_EQ(stats.starts_missed, 1u);
  expect_all_gone();
}

TEST_F(TwilioEdgeTest, start_ends_the_wait_for_it) {
  open_call();
  EXPECT_EQ(carrier.loop.armed_timers(), 0u);
  carrier.loop.advance(60s);
  EXPECT_FALSE(carrier.closed);
}

TEST_F(TwilioEdgeTest, media_before_start_is_dropped_and_counted) {
  open();
  carrier.say_media(0);
  carrier.say_start();
  carrier.say_media(20);
  EXPECT_EQ(seen.samples, std::vector<std::int64_t>{160});
  EXPECT_EQ(stats.bad(BadFrame::early), 1u);
}

TEST_F(TwilioEdgeTest, each_kind_of_bad_frame_is_dropped_and_counted_and_the_call_goes_on) {
  open_call();
  carrier.say_start();
  carrier.say_media(0, "MZ2");
  carrier.say(R"({"event":"media","streamSid":"MZ1","media":{"payload":"###"}})");
  carrier.say(R"({"event":"media","streamSid":"MZ1","media":{"payload":")" + std::string(11'000, 'A') + "\"}}");
  carrier.say("\xFF{");
  carrier.say(R"({"event":"stop","streamSid":"MZ2"})");
  carrier.handler->on_binary("\x01\x02");
  EXPECT_EQ(stats.bad(BadFrame::second_start), 1u);
  EXPECT_EQ(stats.bad(BadFrame::wrong_stream), 2u);
  EXPECT_EQ(stats.bad(BadFrame::bad_audio), 1u);
  EXPECT_EQ(stats.bad(BadFrame::too_long), 1u);
  EXPECT_EQ(stats.bad(BadFrame::garbage), 1u);
  EXPECT_EQ(stats.bad(BadFrame::binary), 1u);
  EXPECT_EQ(stats.calls, 1u);
  EXPECT_FALSE(carrier.closed);
  carrier.say_media(20);
  EXPECT_EQ(seen.samples, std::vector<std::int64_t>{160});
}

TEST_F(TwilioEdgeTest, the_fifty_first_bad_frame_ends_the_call) {
  open_call();
  for (int i = 0; i < 50; ++i) carrier.say("garbage");
  EXPECT_FALSE(carrier.closed);
  carrier.say("garbage");
  ASSERT_TRUE(carrier.closed);
  EXPECT_EQ(carrier.closed->code, 1008);
  EXPECT_NE(carrier.closed->reason.find("too many bad frames"), std::string::npos);
  EXPECT_EQ(stats.misbehaved, 1u);
  expect_all_gone();
}

TEST_F(TwilioEdgeTest, garbage_before_start_ends_the_socket_too) {
  open();
  for (int i = 0; i < 51; ++i) carrier.say("{");
  EXPECT_EQ(carrier.closed->code, 1008);
  expect_all_gone();
}

TEST_F(TwilioEdgeTest, what_a_stall_held_back_is_heard_and_sound_without_end_closes_the_call) {
  open_call();
  for (int i = 0; i < 500; ++i) carrier.say_media(i * 20);  // ten seconds at once
  EXPECT_EQ(seen.samples.size(), 500u);
  EXPECT_FALSE(carrier.closed);
  for (int i = 500; i < 1000; ++i) carrier.say_media(i * 20);
  ASSERT_TRUE(carrier.closed);
  EXPECT_EQ(carrier.closed->code, 1008);
  EXPECT_EQ(seen.samples.size(), 750u);
  EXPECT_EQ(seen.hangups, std::vector<std::string>{"more sound came than anyone speaks"});
  EXPECT_EQ(stats.floods, 1u);
  expect_all_gone();
}

TEST_F(TwilioEdgeTest, events_of_a_younger_protocol_do_no_harm) {
  open_call();
  for (int i = 0; i < 200; ++i) carrier.say(R"({"event":"weather","streamSid":"MZ1"})");
  EXPECT_FALSE(carrier.closed);
  EXPECT_EQ(stats.unknown_events, 200u);
}

TEST_F(TwilioEdgeTest, a_refused_call_is_told_why_and_leaves_nothing) {
  refusal = Error{Errc::unavailable, "all 40 lines are busy \xC3\xA9" + std::string(90, '.') + "\xC3\xA9 and more"};
  open();
  carrier.say_start();
  ASSERT_TRUE(carrier.closed);
  EXPECT_EQ(carrier.closed->code, 1013);
  EXPECT_LE(carrier.closed->reason.size(), 123u);
  EXPECT_TRUE(carrier.closed->reason.starts_with("all 40 lines"));
  EXPECT_EQ(stats.calls_refused, 1u);
  EXPECT_EQ(stats.calls, 0u);
  expect_all_gone();
}

TEST_F(TwilioEdgeTest, a_close_reason_is_never_cut_inside_a_character) {
  refusal = Error{Errc::unavailable, std::string(122, '.') + "\xC3\xA9"};
  open();
  carrier.say_start();
  EXPECT_EQ(carrier.closed->reason, std::string(122, '.'));
}

TEST_F(TwilioEdgeTest, a_sound_we_do_not_speak_is_refused) {
  open();
  carrier.say(
      R"({"event":"start","streamSid":"MZ1","start":{"mediaFormat":{"encoding":"audio/x-l16","sampleRate":16000,"channels":1}}})");
  ASSERT_TRUE(carrier.closed);
  EXPECT_EQ(carrier.closed->code, 1003);
  EXPECT_EQ(seen.wire, nullptr);
  EXPECT_EQ(stats.calls_refused, 1u);
  expect_all_gone();
}

TEST_F(TwilioEdgeTest, hanging_up_closes_after_what_is_queued_and_tells_the_line_its_own_reason) {
  open_call();
  seen.wire->send_audio(std::vector<std::uint8_t>(160));
  seen.wire->hang_up("goodbye was said");
  EXPECT_EQ(carrier.closed->code, 1000);
  EXPECT_TRUE(seen.hangups.empty()) << "only once the socket has closed";
  seen.wire->send_audio(std::vector<std::uint8_t>(160));
  EXPECT_EQ(carrier.got.size(), 1u);
  carrier.loop.run_ready();
  EXPECT_EQ(seen.hangups, std::vector<std::string>{"goodbye was said"});
  expect_all_gone();
}

TEST_F(TwilioEdgeTest, hanging_up_inside_on_audio_is_safe) {
  for (bool at_once : {false, true}) {
    SCOPED_TRACE(at_once);
    seen = {};
    Carrier& c = carrier;
    c.closes_at_once = at_once;
    c.closed.reset();
    c.gone = false;
    open_call();
    seen.on_audio = [this] { seen.wire->hang_up("enough"); };
    c.say_media(0);
    EXPECT_EQ(seen.hangups, std::vector<std::string>{"enough"});
    expect_all_gone();
  }
}

TEST_F(TwilioEdgeTest, every_way_out_survives_a_socket_that_closes_at_once) {
  const std::function<void()> ways[] = {
      [this] { carrier.say(R"({"event":"stop","streamSid":"MZ1"})"); },
      [this] {
        for (int i = 0; i < 60; ++i) carrier.say("x");
      },
      [this] {
        carrier.room = 0;
        seen.wire->send_mark("m");
      },
      [this] { seen.wire->hang_up(""); },
  };
  const char* reasons[] = {"the carrier ended the stream",
                           "too many bad frames, the last: not JSON of at most 16 levels", "slow reader", "hung up"};
  carrier.closes_at_once = true;
  for (std::size_t i = 0; i < std::size(ways); ++i) {
    seen = {};
    carrier.closed.reset();
    carrier.gone = false;
    open_call();
    ways[i]();
    carrier.loop.run_ready();
    EXPECT_EQ(seen.hangups, std::vector<std::string>{reasons[i]});
    expect_all_gone();
  }
}

TEST_F(TwilioEdgeTest, a_slow_reader_loses_its_call_at_once_and_its_socket_when_it_can) {
  open_call();
  carrier.room = 2;
  carrier.answers_close = false;
  seen.on_audio = [this] { seen.wire->send_audio(std::vector<std::uint8_t>(160)); };
  for (std::int64_t i = 0; i < 10; ++i) carrier.say_media(i * 20);
  EXPECT_EQ(seen.hangups, std::vector<std::string>{"slow reader"});
  EXPECT_TRUE(seen.destroyed);
  EXPECT_EQ(carrier.closed->code, 1013);
  EXPECT_EQ(stats.slow_readers, 1u);
  EXPECT_EQ(stats.live, 1) << "the socket is still closing";
  carrier.drop();
  expect_all_gone();
}

TEST_F(TwilioEdgeTest, a_cut_socket_hangs_up_once) {
  open_call();
  carrier.drop(false, "reset by peer");
  EXPECT_EQ(seen.hangups, std::vector<std::string>{"the socket broke: reset by peer"});
  expect_all_gone();
}

TEST_F(TwilioEdgeTest, a_cut_before_start_leaves_nothing) {
  open();
  carrier.drop(true, "");
  expect_all_gone();
  EXPECT_EQ(carrier.loop.armed_timers(), 0u);
}

TEST_F(TwilioEdgeTest, long_sound_goes_out_in_bounded_messages_and_whole) {
  open_call();
  seen.wire->send_audio(std::vector<std::uint8_t>(20'000, 0x55));
  ASSERT_EQ(carrier.got.size(), 3u);
  std::size_t sum = 0;
  for (const auto& message : carrier.got) {
    std::vector<std::uint8_t> sound(max_media_bytes);
    const auto value = boost::json::parse(message);
    const auto& payload = value.at("media").at("payload").as_string();
    sum += decode_base64({payload.data(), payload.size()}, sound).value();
    EXPECT_LT(message.size(), max_frame_bytes);
  }
  EXPECT_EQ(sum, 20'000u);
}

TEST_F(TwilioEdgeTest, a_line_that_hangs_up_while_being_answered_is_ended_properly) {
  carrier.closes_at_once = true;
  TwilioEdge::open(
      std::make_shared<FakeSocket>(carrier),
      [this](net::Loop&, call::CallStart, call::Wire& wire) -> Result<std::unique_ptr<call::Line>> {
        seen.wire = &wire;
        wire.hang_up("changed my mind");
        return std::unique_ptr<call::Line>(std::make_unique<FakeLine>(seen));
      },
      "", stats);
  carrier.say_start();
  EXPECT_EQ(seen.hangups, std::vector<std::string>{"changed my mind"});
  expect_all_gone();
}

}  // namespace
}  // namespace offhook::edge
