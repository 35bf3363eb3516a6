#include "load/load.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "audio/g711.hpp"
#include "audio/level.hpp"
#include "edge/twilio_frames.hpp"
#include "net/virtual_loop.hpp"

namespace offhook::load {
namespace {

using testing::Each;
using testing::HasSubstr;
using testing::SizeIs;

edge::Utterance tone(Duration length) {
  edge::Utterance out(static_cast<std::size_t>(length / 125us));
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = audio::mulaw_encode(static_cast<std::int16_t>(i % 2 == 0 ? 4000 : -4000));
  return out;
}

// How an agent behaves, exactly to the microsecond.
struct Manners {
  Duration greeting = 300ms;  // from the start to its first sound, 1 s long; 0: none
  Duration answer = 400ms;    // from the end of the caller's sound
  Duration talks = 1s;
  Duration stops = 207ms;  // from an interruption's first frame, which it tells with a clear; 0: talks on
  int breaks = 0;          // late frames in each answer
  int deaf_to = 0;         // this turn of the caller is not answered
  int hangs_up_in = 0;     // … and here the line breaks
};

// The agent at the far end of one call.
class Agent final : public net::WebSocket {
 public:
  Agent(net::Loop& loop, Manners manners) : loop_(loop), manners_(manners) {}

  net::Loop& loop() override { return loop_; }
  void set_handler(Handler* handler) override { handler_ = handler; }
  Result<void> send_text(std::string text) override {
    const edge::Frame frame = edge::parse_frame(text, buffer_);
    if (const auto* start = std::get_if<edge::Start>(&frame)) {
      sid_ = start->stream_sid;
      if (manners_.greeting > 0s) speak(loop_.now() + manners_.greeting, 1s);
    } else if (const auto* media = std::get_if<edge::Media>(&frame)) {
      first_frame_ = first_frame_ == Time{} ? loop_.now() : first_frame_;
      hear(*media);
    }
    return {};
  }
  Result<void> send_binary(std::string) override { return Error{Errc::internal, "no binary here"}; }
  void close(std::uint16_t, std::string_view) override { leave(true, "code 1000"); }

  Time first_frame() const { return first_frame_; }

 private:
  void leave(bool clean, std::string_view why) {
    if (auto* h = std::exchange(handler_, nullptr)) h->on_closed(clean, why);
  }

  void at(Time when, std::function<void()> act) {
    timers_.push_back(std::make_unique<net::Timer>(loop_, std::move(act)));
    timers_.back()->at(when);
  }

  void hear(const edge::Media& media) {
    std::vector<std::int16_t> linear(media.audio.size());
    audio::mulaw_decode(media.audio, linear);
    const bool loud = audio::rms(std::span<const std::int16_t>(linear)) > 200;
    if (loud && !hearing_) {
      ++turn_;
      if (manners_.hangs_up_in == turn_) at(loop_.now(), [this] { leave(false, "reset by peer"); });
      if (loop_.now() < speaks_until_ && manners_.stops > 0s) at(loop_.now() + manners_.stops, [this] { stop(); });
    }
    if (!loud && hearing_ && manners_.deaf_to != turn_)
      speak(heard_until_ + manners_.answer, manners_.talks, manners_.breaks);
    hearing_ = loud;
    if (loud) heard_until_ = loop_.now() + 20ms;
  }

  void speak(Time from, Duration length, int breaks = 0) {
    const int epoch = epoch_;
    speaks_until_ = from + length;
    for (Time t = from; t < from + length; t += 20ms) {
      if (t > from && breaks-- > 0) from += 7ms, t += 7ms;  // and so all behind it
      at(t, [this, epoch] {
        if (epoch != epoch_) return;
        std::string message;
        edge::write_media(message, sid_, tone(20ms));
        tell(message);
      });
    }
  }
  void stop() {
    ++epoch_;
    std::string message;
    edge::write_clear(message, sid_);
    tell(message);
  }
  void tell(const std::string& message) {
    if (handler_) handler_->on_text(message);
  }

  net::Loop& loop_;
  const Manners manners_;
  Handler* handler_ = nullptr;
  edge::FrameBuffer buffer_;
  std::string sid_;
  std::vector<std::unique_ptr<net::Timer>> timers_;
  Time heard_until_{}, speaks_until_{}, first_frame_{};
  bool hearing_ = false;
  int turn_ = 0, epoch_ = 0;
};

struct LoadTest : testing::Test {
  net::VirtualLoop loop;
  net::MediaClock clock{loop};
  std::vector<std::shared_ptr<Agent>> agents;
  std::function<Manners(int call)> manners = [](int) { return Manners{}; };
  std::vector<Time> dialled;
  std::set<int> refused;
  bool over = false;
  std::unique_ptr<Load> load;

  static LoadPlan plan(int calls, int turns) {
    LoadPlan p;
    p.calls = calls;
    p.turns = turns;
    p.says = {tone(1s)};
    p.greeting = 10s;
    return p;
  }
  const LoadResult& run(LoadPlan p, Duration at_most = 300s) {
    load = std::make_unique<Load>(
        loop, clock, std::move(p), [this](Load::Opened opened) { return dial(opened); }, [this] { over = true; });
    for (Duration waited{}; !over && waited < at_most; waited += 1s) loop.advance(1s);
    return load->result();
  }

  struct Dialling final : net::Pending {
    Dialling(net::Loop& loop, std::function<void()> then) : timer(loop, std::move(then)) { timer.after(1ms); }
    net::Timer timer;
  };
  std::unique_ptr<net::Pending> dial(const Load::Opened& opened) {
    const int call = static_cast<int>(dialled.size());
    dialled.push_back(loop.now());
    return std::make_unique<Dialling>(loop, [this, call, opened] {
      if (refused.contains(call)) return opened(Error{Errc::refused, "HTTP 503: full"});
      agents.push_back(std::make_shared<Agent>(loop, manners(call)));
      opened(std::shared_ptr<net::WebSocket>(agents.back()));
    });
  }
};

TEST_F(LoadTest, measures_every_turn_of_every_call_and_nothing_else) {
  const auto& r = run(plan(6, 3));
  EXPECT_TRUE(over);
  EXPECT_EQ(r.calls, 6);
  EXPECT_EQ(r.turns, 18);
  EXPECT_THAT(r.v2v, SizeIs(18));
  EXPECT_THAT(r.v2v, Each(400));
  EXPECT_THAT(r.greeting, SizeIs(6));
  EXPECT_THAT(r.greeting, Each(300));
  EXPECT_EQ(r.missed + r.errors + r.interruptions + r.talked_over, 0);
  EXPECT_EQ(r.underruns, 0u);
  EXPECT_EQ(r.lateness.worst(), Duration(0));
  EXPECT_GT(r.lateness.count(), 6 * 50 * 10u);
  EXPECT_EQ(clock.size(), 0u);
}

TEST_F(LoadTest, calls_begin_spread_over_the_ramp_and_their_frames_over_the_phases) {
  LoadPlan p = plan(8, 1);
  p.ramp = 4s;
  run(p);
  ASSERT_THAT(dialled, SizeIs(8));
  for (std::size_t i = 0; i < 8; ++i) EXPECT_EQ(dialled[i], Time{} + 500ms * static_cast<int>(i));
  std::map<Duration, int> phases;
  for (const auto& agent : agents) ++phases[agent->first_frame().time_since_epoch() % 20ms];
  EXPECT_THAT(phases, SizeIs(4));
  for (const auto& [phase, calls] : phases) EXPECT_EQ(calls, 2) << phase.count();
}

TEST_F(LoadTest, calls_are_kept_up_and_those_there_at_the_end_are_not_cut) {
  LoadPlan p = plan(3, 1);
  p.ramp = 1s;
  p.keep_up = 60s;
  refused = {1};
  const auto& r = run(p);
  EXPECT_TRUE(over);
  EXPECT_GT(r.calls, 3 * 5);
  EXPECT_EQ(r.at_once, 3);
  EXPECT_EQ(r.errors, 1) << "the place of one that was refused is taken again";
  EXPECT_EQ(r.turns, r.calls - 1);
  EXPECT_THAT(r.v2v, SizeIs(r.calls - 1));
  EXPECT_THAT(dialled, SizeIs(r.calls));
  EXPECT_GT(dialled.back(), Time{} + 50s);
  EXPECT_LT(dialled.back(), Time{} + 61s);
  EXPECT_EQ(clock.size(), 0u);
}

TEST_F(LoadTest, calls_that_are_kept_up_stop_when_told) {
  LoadPlan p = plan(3, 1);
  p.keep_up = 600s;
  load = std::make_unique<Load>(
      loop, clock, std::move(p), [this](Load::Opened opened) { return dial(opened); }, [this] { over = true; });
  loop.advance(60s);
  load->stop();
  loop.advance(1s);
  EXPECT_TRUE(over);
  EXPECT_EQ(load->result().errors, 0);
}

TEST_F(LoadTest, an_interruption_of_each_turn_is_measured_apart_from_the_turns) {
  manners = [](int) { return Manners{.talks = 8s}; };
  LoadPlan p = plan(2, 3);
  p.barge = 900ms;
  const auto& r = run(p);
  EXPECT_EQ(r.turns, 6);
  EXPECT_THAT(r.v2v, Each(400));
  EXPECT_EQ(r.interruptions, 6);
  EXPECT_THAT(r.barge_in, SizeIs(6));
  EXPECT_THAT(r.barge_in, Each(207));
  EXPECT_THAT(r.after_barge, SizeIs(6));
  EXPECT_THAT(r.after_barge, Each(400));
  EXPECT_EQ(r.talked_over, 0);
  EXPECT_EQ(r.underruns, 0u) << "a clear is no break";
}

TEST_F(LoadTest, an_agent_that_talks_on_has_been_talked_over) {
  manners = [](int) { return Manners{.talks = 9s, .stops = 0s}; };
  LoadPlan p = plan(1, 1);
  p.barge = 900ms;
  const auto& r = run(p);
  EXPECT_EQ(r.talked_over, 1);
  EXPECT_THAT(r.barge_in, SizeIs(0));
}

TEST_F(LoadTest, breaks_in_the_sound_and_turns_without_an_answer_are_counted) {
  manners = [](int call) { return call == 1 ? Manners{.breaks = 2} : call == 2 ? Manners{.deaf_to = 2} : Manners{}; };
  const auto& r = run(plan(3, 3));
  EXPECT_EQ(r.underruns, 6u);
  EXPECT_EQ(r.missed, 1);
  EXPECT_EQ(r.turns, 9);
  EXPECT_THAT(r.v2v, SizeIs(8));
  EXPECT_EQ(r.errors, 0) << "the call went on";
}

TEST_F(LoadTest, a_call_that_fails_does_not_touch_the_others) {
  refused = {0};
  manners = [](int call) { return call == 2 ? Manners{.hangs_up_in = 2} : Manners{}; };
  const auto& r = run(plan(4, 3));
  EXPECT_TRUE(over);
  EXPECT_EQ(r.errors, 2);
  EXPECT_THAT(r.first_error, HasSubstr("503"));
  EXPECT_EQ(r.turns, 3 + 2 + 3);
  EXPECT_THAT(r.v2v, SizeIs(7));
}

TEST_F(LoadTest, a_generator_that_was_late_says_so) {
  load = std::make_unique<Load>(
      loop, clock, plan(4, 3), [this](Load::Opened opened) { return dial(opened); }, [this] { over = true; });
  loop.advance(5s);
  loop.stall(63ms);
  loop.advance(1s);
  EXPECT_GE(load->result().lateness.worst(), 58ms);
  EXPECT_LE(load->result().lateness.worst(), 63ms);
  EXPECT_LE(load->result().lateness.percentile(0.5), Lateness::kStep);
  loop.stall(400ms);
  for (int s = 0; !over && s < 100; ++s) loop.advance(1s);
  EXPECT_GT(load->result().skipped, 10u);
}

TEST_F(LoadTest, a_frame_is_late_by_what_the_calls_before_it_in_the_same_beat_took) {
  struct Slow final : net::MediaClock::Listener {
    explicit Slow(net::VirtualLoop& l) : loop(l) {}
    void on_frame(Time) override { loop.stall(1ms); }
    net::VirtualLoop& loop;
  };
  std::vector<std::unique_ptr<Slow>> slow;
  for (int i = 0; i < 4; ++i) clock.add(*slow.emplace_back(std::make_unique<Slow>(loop)));  // one in each phase
  const auto& r = run(plan(1, 1));
  for (auto& s : slow) clock.remove(*s);
  EXPECT_EQ(r.lateness.percentile(0.01), 1ms);
  EXPECT_EQ(r.lateness.worst(), 1ms);
}

TEST_F(LoadTest, stops_when_told_and_does_not_call_that_an_error) {
  load = std::make_unique<Load>(
      loop, clock, plan(8, 3), [this](Load::Opened opened) { return dial(opened); }, [this] { over = true; });
  loop.advance(1500ms);  // of a ramp of 3 s
  load->stop();
  loop.advance(100ms);
  EXPECT_TRUE(over);
  EXPECT_EQ(load->result().calls, 5);
  EXPECT_EQ(load->result().errors, 0);
  EXPECT_EQ(clock.size(), 0u);
}

TEST_F(LoadTest, may_be_destroyed_in_the_middle) {
  load = std::make_unique<Load>(
      loop, clock, plan(8, 3), [this](Load::Opened opened) { return dial(opened); }, [this] { over = true; });
  loop.advance(2s);
  load.reset();
  loop.advance(10s);
  EXPECT_FALSE(over);
  EXPECT_EQ(clock.size(), 0u);
}

}  // namespace
}  // namespace offhook::load
