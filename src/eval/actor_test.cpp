#include "eval/actor.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

namespace offhook::eval {
namespace {

using Kind = Actor::Act::Kind;

Scenario scenario(std::string_view text) {
  auto read = parse_scenario(text, "s.yaml");
  EXPECT_TRUE(read) << (read ? "" : read.error().what);
  return read ? *read : Scenario();
}

// An agent who speaks at stated times, and the actor on the other end of the line.
class Line {
 public:
  struct Speech {
    Duration from, to;
  };
  struct Done {
    Duration at;
    Kind kind;
    std::size_t step;
    char key;
  };

  explicit Line(const Scenario& s, Duration length = 1s, bool greeted = false)
      : actor(s, std::vector<Duration>(s.caller.size(), length), greeted, {}) {}

  std::vector<Speech> agent;
  std::vector<Duration> cuts;
  std::function<void(const Done&)> then;  // an agent who answers
  std::vector<Done> done;
  Actor actor;

  void run(Duration until) {
    for (; now_ < until; now_ += Actor::kBeat) {
      const bool sounds = std::ranges::any_of(agent, [this](const Speech& s) { return s.from <= now_ && now_ < s.to; });
      const bool cut = std::ranges::find(cuts, now_) != cuts.end();
      const auto act = actor.beat(now_, {sounds, cut});
      if (act.kind == Kind::nothing) continue;
      done.push_back({now_, act.kind, act.step, act.key});
      if (then) then(done.back());
      if (act.kind == Kind::hang_up) return;
    }
  }
  const Played& played(std::size_t i) const { return actor.played()[i]; }

 private:
  Duration now_{};
};

TEST(Actor, each_line_is_said_once_the_agent_has_answered_and_is_silent) {
  Line line(scenario("caller: [ a, b ]"), 1s, true);
  line.agent = {{200ms, 1s}};  // the greeting
  line.then = [&](const Line::Done& d) {
    if (d.kind == Kind::say) line.agent.push_back({d.at + 1s + 500ms, d.at + 1s + 1500ms});
  };
  line.run(30s);
  ASSERT_EQ(line.done.size(), 3u);
  EXPECT_EQ(line.done[0].at, 1600ms) << "600 ms behind the greeting";
  EXPECT_EQ(line.played(0).answered, 500ms);
  EXPECT_EQ(line.done[1].at, 1600ms + 2500ms + 600ms);
  EXPECT_EQ(line.played(1).from, line.done[1].at);
  EXPECT_EQ(line.done[2].kind, Kind::hang_up);
  EXPECT_EQ(line.done[2].at, line.done[1].at + 2500ms + 600ms);
}

TEST(Actor, a_greeting_that_does_not_come_is_waited_for_10_s_and_an_answer_12) {
  Line line(scenario("caller: [ a, b ]"), 1s, true);
  line.run(60s);
  ASSERT_EQ(line.done.size(), 3u);
  EXPECT_EQ(line.done[0].at, 10s);
  EXPECT_FALSE(line.played(0).answered);
  EXPECT_NEAR(to_ms(line.done[1].at), to_ms(10s + 1s + 12s), 40);
}

TEST(Actor, an_interruption_comes_so_long_into_the_answer_and_knows_when_the_agent_stopped) {
  Line line(scenario("caller: [ a, { interrupt: { after: 1s, say: b } } ]"));
  line.agent = {{2s, 3300ms}, {5s, 6s}};
  line.cuts = {3300ms};
  line.run(20s);
  ASSERT_EQ(line.done.size(), 3u);
  EXPECT_EQ(line.done[1].at, 3s);
  EXPECT_FALSE(line.played(1).missed);
  EXPECT_EQ(line.played(1).stopped, 300ms);
  EXPECT_EQ(line.played(1).answered, 1s) << "what was being said is no answer";
}

TEST(Actor, an_agent_who_falls_silent_by_itself_has_stopped_and_one_who_talks_on_has_not) {
  Line silent(scenario("caller: [ a, { interrupt: { after: 1s, say: b } } ]"));
  silent.agent = {{2s, 3500ms}};
  silent.run(20s);
  EXPECT_EQ(silent.played(1).stopped, 500ms);
  EXPECT_FALSE(silent.played(1).answered);

  Line stubborn(scenario("caller: [ a, { interrupt: { after: 1s, say: b } } ]"));
  stubborn.agent = {{2s, 3500ms}, {4s, 25s}};  // a hitch
  stubborn.run(20s);
  EXPECT_FALSE(stubborn.played(1).stopped);
  EXPECT_FALSE(stubborn.played(1).answered);
}

TEST(Actor, an_interruption_of_nothing_is_said_all_the_same_and_known) {
  Line line(scenario("caller: [ a, { interrupt: { after: 2s, say: b } } ]"));
  line.agent = {{2s, 3s}};
  line.run(10s);
  ASSERT_GE(line.done.size(), 2u);
  EXPECT_EQ(line.done[1].at, 3600ms);
  EXPECT_TRUE(line.played(1).missed);
}

TEST(Actor, keys_are_pressed_one_by_one_and_silence_is_kept) {
  Line line(scenario("caller: [ { dtmf: '12#' }, { wait: 3s }, { hang_up: true } ]"));
  line.agent = {{2s, 3s}, {5s, 6s}};
  line.run(30s);
  std::string keys;
  for (const auto& d : line.done)
    if (d.kind == Kind::press) keys += d.key;
  EXPECT_EQ(keys, "12#");
  ASSERT_EQ(line.done.size(), 4u);
  EXPECT_EQ(line.done[1].at - line.done[0].at, Actor::kKey);
  EXPECT_EQ(line.played(0).to - line.played(0).from, 600ms);
  EXPECT_EQ(line.played(1).from, 3600ms);
  EXPECT_EQ(line.played(1).to, 6600ms) << "what the agent says meanwhile does not prolong it";
  EXPECT_NEAR(to_ms(line.done[3].at), 6620, 20);
}

TEST(Actor, who_is_to_be_hung_up_on_waits_for_it) {
  Line line(scenario("caller: [ bye ]\nexpect: { ended_by: agent }"));
  line.agent = {{2s, 3s}};
  line.run(60s);
  ASSERT_EQ(line.done.size(), 2u);
  EXPECT_NEAR(to_ms(line.done[1].at), to_ms(1600ms + 30s), 40);
}

TEST(Actor, an_answer_into_the_callers_words_counts_from_their_end) {
  Line line(scenario("caller: [ a ]"));
  line.agent = {{1s, 3s}};  // the caller speaks from 600 ms to 1.6 s
  line.run(10s);
  EXPECT_EQ(line.played(0).answered, -600ms);
}

}  // namespace
}  // namespace offhook::eval
