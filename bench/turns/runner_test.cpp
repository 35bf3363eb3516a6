#include "turns/runner.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "audio/g711.hpp"
#include "audio/level.hpp"
#include "edge/twilio_frames.hpp"
#include "net/virtual_loop.hpp"
#include "turns/sound_testing.hpp"

namespace offhook::turns {
namespace {

using testing::SizeIs;

// An agent that hears levels and no words, beat by beat. It greets, takes a silence of `patience` for the caller's end,
// and talks for 8 s; what it does when it hears something meanwhile is its manners.
struct Manners {
  enum class Disturbed { talks_on, stops, pauses };
  Duration patience = 500ms;
  Disturbed disturbed = Disturbed::stops;  // 200 ms behind the sound's first; a pause is of 300 ms
  bool hangs_up = false;                   // when it is first disturbed
};

class Agent final : public net::WebSocket {
 public:
  Agent(net::Loop& loop, Manners manners) : loop_(loop), manners_(manners) {}

  net::Loop& loop() override { return loop_; }
  void set_handler(Handler* handler) override { handler_ = handler; }
  Result<void> send_text(std::string text) override {
    const edge::Frame frame = edge::parse_frame(text, buffer_);
    if (const auto* start = std::get_if<edge::Start>(&frame)) {
      sid_ = start->stream_sid;
      talk_ = 50;  // 1 s
    } else if (const auto* media = std::get_if<edge::Media>(&frame)) {
      std::vector<std::int16_t> linear(media->audio.size());
      audio::mulaw_decode(media->audio, linear);
      beat(audio::rms(std::span<const std::int16_t>(linear)) > 200);
    }
    return {};
  }
  Result<void> send_binary(std::string) override { return Error{Errc::internal, "no binary here"}; }
  void close(std::uint16_t, std::string_view) override { leave(true, "code 1000"); }

 private:
  void leave(bool clean, std::string_view why) {
    if (auto* h = std::exchange(handler_, nullptr)) h->on_closed(clean, why);
  }
  void beat(bool loud) {
    if (loud) {
      quiet_ = 0;
      spoke_ = true;
      if (talk_ > 0 && disturbed_ == 0) disturbed_ = 1;
    } else if (spoke_ && ++quiet_ * 20ms >= manners_.patience && talk_ == 0) {
      spoke_ = false;
      disturbed_ = 0;
      talk_ = 400;  // 8 s
    }
    if (disturbed_ > 0) disturb(++disturbed_);
    if (talk_ == 0 || hold_ > 0) {
      hold_ = std::max(0, hold_ - 1);
      return;
    }
    --talk_;
    std::string message;
    std::vector<std::uint8_t> sound(160);
    audio::mulaw_encode(sound_of({{Level::loud, 20}}), sound);
    edge::write_media(message, sid_, sound);
    if (handler_) handler_->on_text(message);
  }
  void disturb(int beats) {
    if (beats != 11 || talk_ == 0) return;  // 200 ms
    if (manners_.hangs_up) loop_.post([this] { leave(false, "reset by peer"); });
    if (manners_.disturbed == Manners::Disturbed::stops) talk_ = 0;
    if (manners_.disturbed == Manners::Disturbed::pauses) hold_ = 15;
    if (manners_.disturbed != Manners::Disturbed::stops) spoke_ = false;
  }

  net::Loop& loop_;
  const Manners manners_;
  Handler* handler_ = nullptr;
  edge::FrameBuffer buffer_;
  std::string sid_;
  int talk_ = 0, hold_ = 0, quiet_ = 0, disturbed_ = 0;  // beats
  bool spoke_ = false;
};

Clip clip(std::initializer_list<Part> parts) {
  Clip out;
  out.sound = std::make_shared<Sound>(sound_of(parts));
  out.last = static_cast<Samples>(out.sound->size());
  return out;
}

struct RunnerTest : testing::Test {
  net::VirtualLoop loop;
  net::MediaClock clock{loop};
  std::vector<std::shared_ptr<Agent>> agents;
  Manners manners;
  RunPlan plan;
  int refuse = 0;
  bool over = false;
  std::unique_ptr<Runner> runner;

  void add(Kind kind, CaseScript script) {
    Case c;
    c.id = std::string(name(kind));
    c.kind = kind;
    plan.cases.push_back(c);
    plan.scripts.push_back(std::move(script));
  }
  void add(Kind kind, std::optional<Clip> over_it = {}) {
    add(kind, {.say = clip({{Level::loud, 1000}}), .over = std::move(over_it), .over_after = 1500ms});
  }
  const RunResult& run() {
    if (plan.calls.empty()) plan.calls = calls_of(plan.cases, 3, 1);
    runner = std::make_unique<Runner>(
        loop, clock, plan,
        [this](Runner::Opened opened) -> std::unique_ptr<net::Pending> {
          if (refuse > 0) {
            --refuse;
            loop.post([opened] { opened(Error{Errc::refused, "busy"}); });
            return nullptr;
          }
          agents.push_back(std::make_shared<Agent>(loop, manners));
          loop.post([opened, agent = agents.back()] { opened(std::shared_ptr<net::WebSocket>(agent)); });
          return nullptr;
        },
        nullptr, [this] { over = true; });
    for (int i = 0; i < 6000 && !over; ++i) loop.advance(100ms);
    EXPECT_TRUE(over) << "a run ends";
    return runner->result();
  }
};

TEST_F(RunnerTest, an_agents_delay_is_measured_to_the_beat) {
  add(Kind::complete);
  const RunResult& r = run();
  ASSERT_THAT(r.outcomes, SizeIs(1));
  EXPECT_TRUE(r.outcomes[0].run);
  EXPECT_EQ(r.outcomes[0].answer.delay, samples_of_ms(500));
  EXPECT_FALSE(r.outcomes[0].answer.early);
  EXPECT_TRUE(r.outcomes[0].self.replied);
  EXPECT_EQ(r.outcomes[0].self.pauses + r.outcomes[0].self.broken + r.outcomes[0].self.again, 0);
  EXPECT_EQ(r.errors, 0);
}

TEST_F(RunnerTest, a_hasty_agent_cuts_in_where_a_patient_one_does_not) {
  Clip say = clip({{Level::loud, 800}, {Level::quiet, 700}, {Level::loud, 900}});
  say.pause = samples_of_ms(800);
  for (const auto& [patience, cuts_in] : {std::pair(500ms, true), std::pair(900ms, false)}) {
    plan = {};
    over = false;
    manners.patience = patience;
    add(Kind::pause, {.say = say, .over = {}});
    EXPECT_EQ(run().outcomes[0].cut_in, cuts_in);
  }
}

TEST_F(RunnerTest, what_an_agent_does_when_it_is_disturbed_is_what_its_grade_says) {
  using Disturbed = Manners::Disturbed;
  manners.patience = 800ms;  // else it has answered the cough before its silence is one
  for (const auto& [does, stopped, hitch] :
       {std::tuple(Disturbed::stops, true, 0), std::tuple(Disturbed::pauses, false, 300),
        std::tuple(Disturbed::talks_on, false, 0)}) {
    plan = {};
    over = false;
    manners.disturbed = does;
    add(Kind::interrupt, clip({{Level::loud, 900}}));
    add(Kind::cough, clip({{Level::loud, 300}}));
    const RunResult& r = run();
    ASSERT_TRUE(r.outcomes[0].interrupted.spoke && r.outcomes[1].disturbed.spoke);
    EXPECT_EQ(r.outcomes[0].interrupted.stopped, stopped);
    EXPECT_EQ(r.outcomes[1].disturbed.stopped, stopped);
    EXPECT_EQ(ms_of(r.outcomes[1].disturbed.hitch.value_or(0)), hitch);
    if (stopped) EXPECT_NEAR(static_cast<double>(ms_of(*r.outcomes[0].interrupted.silent)), 200, 20);
  }
}

TEST_F(RunnerTest, nothing_over_the_agent_leaves_it_undisturbed) {
  Clip nothing;
  nothing.last = samples_of_ms(300);
  add(Kind::control, nothing);
  const Outcome o = run().outcomes[0];
  EXPECT_TRUE(o.disturbed.spoke);
  EXPECT_FALSE(o.disturbed.stopped);
  EXPECT_FALSE(o.disturbed.hitch);
}

TEST_F(RunnerTest, an_agent_that_takes_its_echo_for_the_caller_is_found_out) {
  add(Kind::echo);
  manners.disturbed = Manners::Disturbed::pauses;
  plan.echo = {.delay = 250ms, .db = -12, .low_pass = 3300};
  EXPECT_GE(run().outcomes[0].self.pauses, 1);
}

TEST_F(RunnerTest, cases_go_on_in_another_call_when_one_breaks_but_not_for_ever) {
  manners.hangs_up = true;
  for (int i = 0; i < 3; ++i) add(Kind::complete);
  add(Kind::cough, clip({{Level::loud, 300}}));
  plan.calls = {{0, 3, 1, 2}};
  const RunResult& r = run();
  EXPECT_EQ(r.calls, 2);
  EXPECT_EQ(r.errors, 2);
  EXPECT_THAT(r.first_error, testing::HasSubstr("reset by peer"));
  EXPECT_TRUE(r.outcomes[0].run);
  EXPECT_FALSE(r.outcomes[3].run);
}

TEST_F(RunnerTest, a_call_that_is_refused_is_told_and_the_others_are_made) {
  for (int i = 0; i < 6; ++i) add(Kind::complete);
  refuse = 1;
  plan.at_once = 1;
  const RunResult& r = run();
  EXPECT_EQ(r.errors, 1);
  EXPECT_EQ(r.first_error, "busy");
  EXPECT_EQ(std::ranges::count_if(r.outcomes, &Outcome::run), 3);
}

TEST(Calls, mix_the_kinds_and_keep_lines_with_echo_apart) {
  std::vector<Case> cases(20);
  for (std::size_t i = 0; i < cases.size(); ++i)
    cases[i].kind = i < 8 ? Kind::pause : i < 14 ? Kind::cough : Kind::echo;
  const auto calls = calls_of(cases, 5, 7);
  EXPECT_EQ(calls, calls_of(cases, 5, 7));
  EXPECT_NE(calls, calls_of(cases, 5, 8));
  std::vector<int> times(cases.size());
  int mixed = 0;
  for (const auto& call : calls) {
    EXPECT_LE(call.size(), 5u);
    bool kinds[kKinds] = {};
    for (const std::size_t i : call) {
      ++times[i];
      kinds[static_cast<int>(cases[i].kind)] = true;
      EXPECT_EQ(cases[i].kind == Kind::echo, cases[call[0]].kind == Kind::echo);
    }
    mixed += kinds[static_cast<int>(Kind::pause)] && kinds[static_cast<int>(Kind::cough)];
  }
  EXPECT_THAT(times, testing::Each(1));
  EXPECT_GE(mixed, 1);
}

}  // namespace
}  // namespace offhook::turns
