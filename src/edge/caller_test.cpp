#include "edge/caller.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "audio/g711.hpp"
#include "audio/level.hpp"
#include "base/base64.hpp"
#include "net/virtual_loop.hpp"

namespace offhook::edge {
namespace {

namespace json = boost::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

constexpr std::int16_t kLoud = 4000;

Utterance tone(Duration length, std::int16_t level = kLoud) {
  Utterance out(static_cast<std::size_t>(length / 125us));
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = audio::mulaw_encode(static_cast<std::int16_t>(i % 2 == 0 ? level : -level));
  return out;
}

// The agent at the far end of the socket, who does what a test has scheduled, and notes what comes.
class Agent {
 public:
  struct Got {
    Time at;
    std::string event, text;  // of a mark: its name
    bool loud = false;
  };

  net::VirtualLoop loop;
  net::MediaClock clock{loop};
  std::vector<Got> got;
  std::vector<std::int16_t> sent, heard;  // what the caller recorded
  std::optional<CallerOutcome> outcome;
  std::optional<std::uint16_t> closed;
  std::size_t room = 1'000'000;
  std::function<void(const Got&)> on_message;
  std::unique_ptr<Caller> caller;

  Agent() { loop.advance(3ms); }

  void take_call(CallScript script) {
    script.stream_sid = "MZ1";
    script.call_sid = "CA1";
    caller = std::make_unique<Caller>(clock, std::make_shared<Socket>(*this), std::move(script),
                                      Caller::Tell{.beat =
                                                       [this](Caller::Beat s, Caller::Beat h) {
                                                         sent.insert(sent.end(), s.begin(), s.end());
                                                         heard.insert(heard.end(), h.begin(), h.end());
                                                       },
                                                   .over = [this](CallerOutcome o) { outcome = std::move(o); }});
  }

  void at(Time when, std::function<void()> act) {
    timers_.push_back(std::make_unique<net::Timer>(loop, std::move(act)));
    timers_.back()->at(when);
  }
  void say(const std::string& message) {
    if (handler_) handler_->on_text(message);
  }
  void media(std::int16_t level = kLoud, std::string_view sid = "MZ1") {
    std::string message;
    write_media(message, sid, tone(20ms, level));
    say(message);
  }
  void mark(std::string_view name) {
    std::string message;
    write_mark(message, "MZ1", name);
    say(message);
  }
  void clear() {
    std::string message;
    write_clear(message, "MZ1");
    say(message);
  }
  // One message each 20 ms, as long as nobody stops it.
  void speak(Time from, Duration length) {
    const int epoch = epoch_;
    for (Time t = from; t < from + length; t += 20ms)
      at(t, [this, epoch] {
        if (epoch == epoch_) media();
      });
  }
  void stop_speaking() { ++epoch_; }
  void hang_up(bool clean, std::string_view why) {
    if (auto* h = handler_) h->on_closed(clean, why);
  }
  void answer_each(Duration v2v, Duration length) {  // an utterance ends with a loud message, 20 ms before its end
    on_message = [this, v2v, length](const Got& m) {
      if (m.loud) last_loud_ = m.at;
      if (m.event == "media" && !m.loud && last_loud_ && m.at - *last_loud_ < 30ms) {
        speak(*last_loud_ + 20ms + v2v, length);
        last_loud_.reset();
      }
    };
  }
  std::vector<Time> times_of_loud() const {
    std::vector<Time> out;
    for (const auto& m : got)
      if (m.loud) out.push_back(m.at);
    return out;
  }
  // The first loud message of each utterance, where a pause of 300 ms divides them.
  std::vector<Time> utterances() const {
    std::vector<Time> out;
    Time last{};
    for (const Time t : times_of_loud()) {
      if (out.empty() || t - last > 300ms) out.push_back(t);
      last = t;
    }
    return out;
  }
  Time last_loud() const { return times_of_loud().back(); }
  const std::vector<CallerTurn>& turns() const { return caller->turns(); }

 private:
  class Socket final : public net::WebSocket {
   public:
    explicit Socket(Agent& agent) : agent_(agent) {}
    net::Loop& loop() override { return agent_.loop; }
    void set_handler(Handler* handler) override { agent_.handler_ = handler; }
    Result<void> send_text(std::string text) override {
      if (agent_.closed) return Error{Errc::closed, "closed"};
      if (agent_.got.size() >= agent_.room) return Error{Errc::full, "1 MiB waits"};
      agent_.receive(std::move(text));
      return {};
    }
    Result<void> send_binary(std::string) override { return Error{Errc::internal, "no binary here"}; }
    void close(std::uint16_t code, std::string_view) override {
      agent_.closed = code;
      agent_.hang_up(true, "code 1000");  // at once: the caller must bear it
    }

   private:
    Agent& agent_;
  };

  void receive(std::string text) {
    const auto o = json::parse(text).as_object();
    Got m{loop.now(), std::string(o.at("event").as_string()), text, false};
    if (m.event == "mark") m.text = o.at("mark").as_object().at("name").as_string();
    if (m.event == "media") {
      std::array<std::uint8_t, 160> mulaw;
      EXPECT_EQ(decode_base64(std::string(o.at("media").as_object().at("payload").as_string()), mulaw), 160u);
      std::array<std::int16_t, 160> linear;
      audio::mulaw_decode(mulaw, std::span<std::int16_t>(linear));
      m.loud = audio::rms(linear) > Earpiece::kAudibleRms;
    }
    got.push_back(m);
    if (on_message) on_message(m);
  }

  net::WebSocket::Handler* handler_ = nullptr;
  std::vector<std::unique_ptr<net::Timer>> timers_;
  std::optional<Time> last_loud_;
  int epoch_ = 0;
};

CallScript says(int n, Duration length = 1s) {
  CallScript script;
  script.greeting = false;
  script.says.assign(static_cast<std::size_t>(n), tone(length));
  return script;
}

TEST(Caller, introduces_itself_as_a_carrier_does) {
  Agent a;
  CallScript script = says(1);
  script.parameters = {{"from", "+1 \"5\""}, {"to", "+2"}};
  a.take_call(script);
  a.loop.advance(100ms);
  ASSERT_GE(a.got.size(), 6u);
  EXPECT_EQ(a.got[0].event, "connected");
  FrameBuffer buffer;
  const Frame frame = parse_frame(a.got[1].text, buffer);
  const auto& start = std::get<Start>(frame);
  EXPECT_EQ(start.stream_sid, "MZ1");
  EXPECT_EQ(start.call_sid, "CA1");
  EXPECT_EQ(start.encoding, "audio/x-mulaw");
  EXPECT_EQ(start.sample_rate, 8000);
  EXPECT_THAT(start.parameters, ElementsAre(testing::Pair("from", "+1 \"5\""), testing::Pair("to", "+2")));
  for (std::size_t i = 1; i < a.got.size(); ++i)
    EXPECT_EQ(json::parse(a.got[i].text).at("sequenceNumber").as_string(), std::to_string(i));
  EXPECT_THAT(a.got[3].text, HasSubstr(R"("chunk":"2","timestamp":"20")"));
}

TEST(Caller, sends_a_frame_every_20_ms_and_only_comfort_noise_while_it_is_silent) {
  Agent a;
  a.take_call(says(1));
  a.loop.advance(500ms);
  std::vector<Time> media;
  for (const auto& m : a.got)
    if (m.event == "media") media.push_back(m.at);
  ASSERT_THAT(media, SizeIs(25));
  for (std::size_t i = 1; i < media.size(); ++i) EXPECT_EQ(media[i] - media[i - 1], 20ms);
  EXPECT_TRUE(a.times_of_loud().empty());
  EXPECT_GT(audio::rms(std::span<const std::int16_t>(a.sent)), 1.0);
}

TEST(Caller, waits_for_the_greeting_and_600_ms_of_silence_behind_it) {
  Agent a;
  CallScript script = says(1);
  script.greeting = true;
  a.take_call(script);
  a.speak(Time{} + 3s, 2s);
  a.loop.advance(8s);
  const auto said = a.utterances();
  ASSERT_THAT(said, SizeIs(1));
  EXPECT_GE(said[0], Time{} + 5600ms);
  EXPECT_LT(said[0], Time{} + 5620ms);
}

TEST(Caller, speaks_first_where_no_greeting_comes_within_10_s) {
  Agent a;
  CallScript script = says(1);
  script.greeting = true;
  a.take_call(script);
  a.loop.advance(12s);
  ASSERT_THAT(a.utterances(), SizeIs(1));
  EXPECT_GE(a.utterances()[0], Time{} + 10s);
  EXPECT_LT(a.utterances()[0], Time{} + 10050ms);
}

TEST(Caller, measures_from_the_end_of_its_last_audible_sample_to_the_first_audible_message) {
  for (const Duration length : {1000ms, 1003ms, 1017ms}) {  // whatever part of a frame the utterance fills
    Agent a;
    a.take_call(says(1, length));
    a.loop.advance(600ms + length + 100ms);
    const Time end = a.last_loud() + 20ms;
    a.at(end + 300ms, [&] { a.media(100); });  // below the threshold: not heard
    a.speak(end + 450ms, 1s);
    a.loop.advance(5s);
    ASSERT_THAT(a.turns(), SizeIs(1));
    EXPECT_EQ(a.turns()[0].v2v, 450ms);
    EXPECT_EQ(a.turns()[0].said_to - a.turns()[0].said_from, length);
    EXPECT_FALSE(a.turns()[0].early);
    ASSERT_TRUE(a.outcome);
    EXPECT_FALSE(a.outcome->broken);
    EXPECT_TRUE(a.caller->answered());
  }
}

TEST(Caller, what_comes_before_it_has_ended_is_no_answer_yet) {
  Agent a;
  a.take_call(says(1));
  a.speak(Time{} + 1s, 3s);  // the agent breaks in
  a.loop.advance(10s);
  ASSERT_THAT(a.turns(), SizeIs(1));
  ASSERT_TRUE(a.turns()[0].v2v);
  EXPECT_GE(*a.turns()[0].v2v, 0ms);
  EXPECT_LE(*a.turns()[0].v2v, 20ms);
  EXPECT_TRUE(a.turns()[0].early);
}

TEST(Caller, says_the_next_600_ms_behind_each_answer_and_then_stops) {
  Agent a;
  a.answer_each(400ms, 1s);
  a.take_call(says(3));
  a.loop.advance(30s);
  ASSERT_THAT(a.turns(), SizeIs(3));
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(a.turns()[i].v2v, 400ms);
  for (std::size_t i = 1; i < 3; ++i) {
    const Duration pause = a.turns()[i].said_from - (a.turns()[i - 1].answered + 1s);
    EXPECT_GE(pause, 600ms);
    EXPECT_LT(pause, 620ms);
  }
  EXPECT_EQ(a.got.back().event, "stop");
  EXPECT_EQ(a.closed, 1000);
  ASSERT_TRUE(a.outcome);
  EXPECT_FALSE(a.outcome->broken) << a.outcome->why;
  EXPECT_EQ(a.caller->earpiece().underruns(), 0u);
}

TEST(Caller, an_agent_that_never_answers_has_missed_the_turn_after_12_s) {
  Agent a;
  a.take_call(says(2));
  a.loop.advance(40s);
  ASSERT_THAT(a.turns(), SizeIs(2));
  EXPECT_FALSE(a.turns()[0].v2v);
  EXPECT_FALSE(a.turns()[1].v2v);
  const Duration wait = a.turns()[1].said_from - a.turns()[0].said_to;
  EXPECT_GE(wait, 12s);
  EXPECT_LT(wait, 12020ms);
  ASSERT_TRUE(a.outcome);
  EXPECT_FALSE(a.caller->answered());
  EXPECT_FALSE(a.outcome->broken);
}

// ---- interruptions

struct Interruption : testing::Test {
  Agent a;
  Time began{};  // the interruption's first loud message came to the agent
  std::function<void()> then;

  // Answers the first utterance for `length`; when the second comes over it, `then`.
  void run(Duration length, CallScript script) {
    script.interrupt_after = 1200ms;
    const int first = static_cast<int>((script.says[0].size() + 159) / 160);
    a.on_message = [this, length, first, loud = 0, quiet = 0](const Agent::Got& m) mutable {
      if (m.event != "media") return;
      quiet = m.loud ? 0 : quiet + 1;
      loud += m.loud;
      if (loud == first && quiet == 1) a.speak(m.at + 400ms, length);
      if (loud == first + 1 && m.loud && began == Time{}) {
        began = m.at;
        if (then) then();
      }
    };
    a.take_call(std::move(script));
    a.loop.advance(60s);
  }
};

TEST_F(Interruption, begins_so_long_after_the_answer_and_ends_with_what_was_cleared) {
  then = [this] {
    a.at(began + 207ms, [this] {
      a.stop_speaking();
      a.clear();
    });
  };
  run(10s, says(2));
  ASSERT_THAT(a.turns(), SizeIs(2));
  const auto& first = a.turns()[0];
  const auto& second = a.turns()[1];
  EXPECT_TRUE(second.over_agent);
  EXPECT_GE(second.said_from - first.answered, 1200ms);
  EXPECT_LT(second.said_from - first.answered, 1220ms);
  ASSERT_TRUE(second.barge_in);
  EXPECT_EQ(*second.barge_in, 207ms);
  EXPECT_FALSE(second.talked_over);
}

TEST_F(Interruption, the_answer_to_it_is_measured_like_any_other) {
  then = [this] {
    a.at(began + 100ms, [this] {
      a.stop_speaking();
      a.clear();
      a.speak(began + 1s + 350ms, 1s);
    });
  };
  run(10s, says(2));
  ASSERT_THAT(a.turns(), SizeIs(2));
  EXPECT_EQ(a.turns()[1].v2v, 350ms);
  EXPECT_FALSE(a.turns()[1].early);
  EXPECT_EQ(a.caller->earpiece().underruns(), 0u);
}

TEST_F(Interruption, without_a_clear_it_ends_with_the_last_audible_sample) {
  then = [this] { a.at(began + 161ms, [this] { a.stop_speaking(); }); };
  run(10s, says(2));
  ASSERT_THAT(a.turns(), SizeIs(2));
  ASSERT_TRUE(a.turns()[1].barge_in);
  EXPECT_GT(*a.turns()[1].barge_in, 141ms);
  EXPECT_LE(*a.turns()[1].barge_in, 181ms);
  EXPECT_FALSE(a.turns()[1].v2v);  // 12 s of silence
}

TEST_F(Interruption, an_agent_that_talks_on_has_neither_stopped_nor_answered) {
  run(16500ms, says(2));
  ASSERT_THAT(a.turns(), SizeIs(2));
  EXPECT_TRUE(a.turns()[1].talked_over);
  EXPECT_FALSE(a.turns()[1].barge_in);
  EXPECT_FALSE(a.turns()[1].v2v);
}

TEST_F(Interruption, what_goes_on_after_a_hold_is_the_old_answer) {
  const auto tell = [this](CallEvent::Kind kind) {
    CallEvent event;
    event.kind = kind;
    a.caller->overhear(event);
  };
  then = [this, tell] {
    a.at(began + 161ms, [this, tell] {
      a.stop_speaking();
      tell(CallEvent::Kind::hold);
    });
    a.at(began + 560ms, [this, tell] {
      tell(CallEvent::Kind::resume);
      a.speak(began + 561ms, 1s);
      a.speak(began + 2500ms, 1s);
    });
  };
  run(10s, says(2, 200ms));  // an "mm-hm"
  ASSERT_THAT(a.turns(), SizeIs(2));
  EXPECT_EQ(a.turns()[1].barge_in, 1561ms) << "the agent was heard so long";
  EXPECT_EQ(a.turns()[1].v2v, 2300ms);
  EXPECT_EQ(a.caller->earpiece().underruns(), 0u);
}

TEST_F(Interruption, only_an_answer_that_lasts_is_interrupted) {
  run(1s, says(2));
  ASSERT_THAT(a.turns(), SizeIs(2));
  EXPECT_FALSE(a.turns()[1].over_agent);
  EXPECT_GE(a.turns()[1].said_from - a.turns()[0].answered, 1600ms);
}

TEST(Caller, interrupts_once_and_the_turn_it_was_told_to) {
  Agent a;
  a.answer_each(400ms, 4s);
  CallScript script = says(4);
  script.interrupt_after = 500ms;
  script.interrupt_turn = 2;
  a.take_call(script);
  a.loop.advance(80s);
  ASSERT_THAT(a.turns(), SizeIs(4));
  std::vector<bool> over;
  for (const auto& t : a.turns()) over.push_back(t.over_agent);
  EXPECT_THAT(over, ElementsAre(false, false, true, false));
}

TEST(Caller, interrupts_as_often_as_told_but_never_the_answer_to_an_interruption) {
  Agent a;
  a.answer_each(400ms, 3s);
  CallScript script = says(6);
  script.interrupt_after = 500ms;
  script.interruptions = 2;
  a.take_call(script);
  a.loop.advance(120s);
  ASSERT_THAT(a.turns(), SizeIs(6));
  std::vector<bool> over;
  for (const auto& t : a.turns()) over.push_back(t.over_agent);
  EXPECT_THAT(over, ElementsAre(false, true, false, true, false, false));
}

TEST(Caller, the_greeting_is_timed_from_the_start) {
  Agent a;
  CallScript script = says(1);
  script.greeting = true;
  a.take_call(script);
  EXPECT_FALSE(a.caller->greeted());
  a.speak(a.loop.now() + 333ms, 1s);
  a.loop.advance(1s);
  EXPECT_EQ(a.caller->greeted(), 333ms);
}

// ---- the line

TEST(Caller, a_mark_comes_back_when_its_sound_has_been_played_and_at_once_on_clear) {
  Agent a;
  a.take_call(says(1));
  std::vector<Agent::Got> marks;
  a.on_message = [&](const Agent::Got& m) {
    if (m.event == "mark") marks.push_back(m);
  };
  a.at(Time{} + 100ms, [&] { a.mark("nothing before"); });
  a.at(Time{} + 201ms, [&] {
    for (int i = 0; i < 5; ++i) a.media();
    a.mark("played");
    for (int i = 0; i < 50; ++i) a.media();
    a.mark("dropped");
  });
  a.at(Time{} + 407ms, [&] { a.clear(); });
  a.loop.advance(500ms);
  ASSERT_THAT(marks, SizeIs(3));
  EXPECT_EQ(marks[0].text, "nothing before");
  EXPECT_EQ(marks[0].at, Time{} + 100ms);
  EXPECT_EQ(marks[1].text, "played");  // 100 ms of sound, from the first beat behind 201 ms
  EXPECT_GE(marks[1].at, Time{} + 301ms);
  EXPECT_LE(marks[1].at, Time{} + 321ms);
  EXPECT_EQ(marks[2].text, "dropped");
  EXPECT_EQ(marks[2].at, Time{} + 407ms);
}

TEST(Caller, the_recording_holds_both_sides_on_one_time_line) {
  Agent a;
  a.take_call(says(1));
  a.loop.advance(1700ms);
  const Time end = a.last_loud() + 20ms;
  a.speak(end + 400ms, 1s);
  a.loop.advance(5s);
  ASSERT_EQ(a.sent.size(), a.heard.size());
  const auto first_loud = [](const std::vector<std::int16_t>& s) {
    return audio::first_audible(std::span<const std::int16_t>(s), 8000);
  };
  const std::size_t last = audio::last_audible(std::span<const std::int16_t>(a.sent), 8000);
  EXPECT_EQ(last - first_loud(a.sent), 8000u);
  const auto gap = static_cast<std::int64_t>(first_loud(a.heard)) - static_cast<std::int64_t>(last);
  EXPECT_GE(gap, 400 * 8);  // played from the next beat on
  EXPECT_LE(gap, 420 * 8);
}

TEST(Caller, the_agent_may_hang_up) {
  Agent a;
  a.take_call(says(2));
  a.at(Time{} + 2s, [&] { a.hang_up(true, "code 1000: goodbye"); });
  a.loop.advance(3s);
  ASSERT_TRUE(a.outcome);
  EXPECT_FALSE(a.outcome->broken);
  EXPECT_THAT(a.outcome->why, HasSubstr("goodbye"));
  EXPECT_EQ(a.clock.size(), 0u);
}

TEST(Caller, a_lost_line_and_an_error_code_are_a_broken_call) {
  for (const auto& [clean, why] : {std::pair(false, "reset by peer"), std::pair(true, "code 1013: busy")}) {
    Agent a;
    a.take_call(says(2));
    a.at(Time{} + 2s, [&] { a.hang_up(clean, why); });
    a.loop.advance(3s);
    ASSERT_TRUE(a.outcome);
    EXPECT_TRUE(a.outcome->broken) << why;
  }
}

TEST(Caller, a_server_that_does_not_read_breaks_the_call) {
  Agent a;
  a.room = 20;
  a.take_call(says(1));
  a.loop.advance(1s);
  ASSERT_TRUE(a.outcome);
  EXPECT_TRUE(a.outcome->broken);
  EXPECT_THAT(a.outcome->why, HasSubstr("does not read"));
}

TEST(Caller, hangs_up_with_a_stop_and_says_why) {
  Agent a;
  a.take_call(says(2));
  a.loop.advance(1s);
  a.caller->hang_up("interrupted");
  a.loop.advance(1s);
  EXPECT_EQ(a.got.back().event, "stop");
  ASSERT_TRUE(a.outcome);
  EXPECT_FALSE(a.outcome->broken);
  EXPECT_EQ(a.outcome->why, "interrupted");
}

TEST(Caller, a_script_that_does_not_fit_into_the_call_has_failed) {
  Agent a;
  CallScript script = says(9);
  script.longest = 20s;
  a.take_call(script);
  a.loop.advance(25s);
  ASSERT_TRUE(a.outcome);
  EXPECT_TRUE(a.outcome->broken);
  EXPECT_EQ(a.got.back().event, "stop");
}

TEST(Caller, messages_of_another_stream_and_nonsense_are_counted_not_heard) {
  Agent a;
  a.take_call(says(1));
  a.at(Time{} + 100ms, [&] {
    a.media(kLoud, "MZ2");
    a.say("{");
    a.say(R"({"event":"weather","streamSid":"MZ1"})");
  });
  a.loop.advance(200ms);
  EXPECT_EQ(a.caller->strange(), 3u);
  EXPECT_FALSE(a.caller->earpiece().audible_until());
}

TEST(Caller, may_be_destroyed_in_the_middle_and_when_it_is_over) {
  Agent a;
  a.take_call(says(1));
  a.loop.advance(1s);
  a.caller.reset();
  a.media();
  a.loop.advance(1s);
  EXPECT_FALSE(a.outcome);
  EXPECT_EQ(a.clock.size(), 0u);

  a.take_call(says(1));
  a.caller->hang_up("done");
  a.caller.reset();
  a.loop.advance(1s);
  EXPECT_FALSE(a.outcome) << "told after its end";
}

// ---- live speech

struct Microphone final : LiveVoice {
  std::deque<Took> takes;
  Took take(std::span<std::int16_t, Earpiece::kFrame> frame) override {
    if (takes.empty()) return Took::ended;
    const Took t = takes.front();
    takes.pop_front();
    const bool speech = t == Took::frame && speaks > 0 && speaks-- > 0;
    std::fill(frame.begin(), frame.end(), speech ? kLoud : std::int16_t{3});
    return t;
  }
  int speaks = 0;
};

TEST(Caller, a_live_voice_is_measured_from_its_last_audible_frame) {
  Agent a;
  Microphone mic;
  mic.takes.assign(300, LiveVoice::Took::frame);
  mic.takes[10] = LiveVoice::Took::nothing_yet;
  mic.speaks = 50;
  CallScript script;
  script.live = &mic;
  a.take_call(script);
  a.loop.advance(1500ms);
  const Time end = a.last_loud() + 20ms;
  a.speak(end + 700ms, 1s);
  a.loop.advance(20s);
  ASSERT_THAT(a.turns(), SizeIs(1));
  EXPECT_EQ(a.turns()[0].v2v, 700ms);
  ASSERT_TRUE(a.outcome);
  EXPECT_FALSE(a.outcome->broken);
}

// Hangs up once it has been interrupted, with a key pressed on the way.
class Keypad final : public LiveVoice {
 public:
  Took take(std::span<std::int16_t, Earpiece::kFrame>) override { return cuts > 0 ? Took::hung_up : Took::nothing_yet; }
  void hear(std::span<const std::int16_t, Earpiece::kFrame> heard, bool cut, Time now) override {
    if (audio::rms(heard) > Earpiece::kAudibleRms) heard_at.push_back(now);
    cuts += cut;
  }
  char key() override { return std::exchange(pressed, '\0'); }
  char pressed = '#';
  int cuts = 0;
  std::vector<Time> heard_at;
};

TEST(Caller, a_live_voice_hears_presses_keys_and_hangs_up) {
  Agent a;
  Keypad keypad;
  CallScript script;
  script.live = &keypad;
  a.take_call(script);
  const Time from = a.loop.now() + 500ms;
  a.speak(from, 1s);
  a.loop.advance(1s);
  const auto dtmf = std::ranges::find(a.got, "dtmf", &Agent::Got::event);
  ASSERT_NE(dtmf, a.got.end());
  EXPECT_EQ(json::parse(dtmf->text).at("dtmf").at("digit"), "#");
  ASSERT_FALSE(keypad.heard_at.empty());
  EXPECT_NEAR(to_ms(keypad.heard_at.front() - from), 10, 10);
  EXPECT_FALSE(a.outcome);
  a.stop_speaking();
  a.clear();
  a.loop.advance(100ms);
  ASSERT_TRUE(a.outcome);
  EXPECT_EQ(keypad.cuts, 1);
  EXPECT_FALSE(a.outcome->broken);
  EXPECT_FALSE(a.outcome->by_agent);
  EXPECT_EQ(a.outcome->why, "the caller hung up");
}

TEST(Caller, a_recording_is_trimmed_to_what_is_audible_at_8_kHz) {
  audio::Wav wav{16000, 2, {}};
  for (int i = 0; i < 16000; ++i) {
    const bool speech = i >= 4000 && i < 12000;  // 250 to 750 ms
    wav.samples.push_back(speech ? static_cast<std::int16_t>(i / 16 % 2 == 0 ? 6000 : -6000) : std::int16_t{0});
    wav.samples.push_back(20000);
  }
  const auto utterance = utterance_of(wav);
  ASSERT_TRUE(utterance);
  EXPECT_NEAR(static_cast<double>(utterance->size()), 4000, 80);
  const auto nothing = utterance_of({8000, 1, std::vector<std::int16_t>(8000)});
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error().code, Errc::invalid);
}

}  // namespace
}  // namespace offhook::edge
