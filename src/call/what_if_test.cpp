#include "call/what_if.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <sstream>

#include "call/timelines_testing.hpp"

namespace offhook::call {
namespace {

// The log of a rehearsal, as a call would have written it.
std::string log_of(const Rehearsal& w, bool words = true) {
  std::string log;
  write_head(log, {"call-1", "receptionist", "2026-11-21T05:00:00Z", words, w.state().settings});
  State state = begin(w.state().settings);
  for (const auto& [when, event] : w.events()) {
    const Duration t = when.time_since_epoch();
    if (auto* window = std::get_if<event::Window>(&event))
      write_windows(log, t, {{t, *window}});
    else
      write_event(log, t, event, words);
    for (const auto& action : step(state, event, when)) write_action(log, t, action, words);
  }
  return log;
}

PastCall past(const std::string& log) {
  std::istringstream in(log);
  auto call = read_past_call(in);
  EXPECT_TRUE(call) << call.error().what;
  return std::move(*call);
}
PastCall past(const Rehearsal& w) {
  return past(log_of(w));
}

WhatIf tried(const PastCall& call, const std::function<void(Settings&)>& change) {
  Settings s = call.head.settings;
  change(s);
  auto result = what_if(call, s);
  EXPECT_TRUE(result) << result.error().what;
  return *result;
}

std::string told(const WhatIf& w) {
  std::string text;
  for (const auto& d : w.differences) {
    text += "turn " + std::to_string(d.turn);
    for (const auto* m : {&d.recorded, &d.changed})
      text += *m ? " | " + std::to_string(to_ms((*m)->at - Time{}) / 1000) + " " + std::string(name((*m)->kind)) + " " +
                       (*m)->why
                 : " | nothing";
    for (const auto& n : d.not_known) text += "\n  not known: " + n;
    text += "\n";
  }
  return text;
}

int cut_ins(const std::vector<Taken>& turns) {
  return static_cast<int>(std::count_if(turns.begin(), turns.end(), [](const Taken& t) { return t.cut_in; }));
}

// The caller stops for 0.7 s in mid-sentence; a turn model that is half sure has the agent answer into that.
Rehearsal hesitant(Settings s = {}) {
  auto w = world(std::move(s));
  w.speech = {{500ms, 1500ms, "I would like to order"}, {2200ms, 3s, "a large pizza"}};
  w.delays.permille = 700;
  w.think = [](const std::string&, int) { return answer("Of course", 1s); };
  w.run(8s);
  return w;
}
Rehearsal finished(Settings s = {}) {
  auto w = world(std::move(s));
  w.speech = {{500ms, 1500ms, "my dog ate the blue one"}};
  w.delays.permille = 500;
  w.think = [](const std::string&, int) { return answer("Thank you", 1s); };
  w.run(6s);
  return w;
}
Rehearsal interrupted(const std::string& words, Duration length, Settings s = {}) {
  auto w = world(std::move(s));
  w.speech = {{1s, 2s, "book a table"}, {5s, 5s + length, words}};
  w.think = [n = 0](const std::string&, int) mutable {
    return n++ == 0 ? answer("one two three four five six seven eight nine ten", 10s) : answer("ok", 1s);
  };
  w.run(16s);
  return w;
}
Rehearsal silent() {
  auto w = world();
  w.speech = {{500ms, 1500ms, "hello"}, {17s, 18s, "are you there"}};
  w.think = [](const std::string&, int) { return answer("Hello", 1s); };
  w.run(25s);
  return w;
}

}  // namespace

TEST(WhatIf, unchanged_settings_change_nothing) {
  Settings greeting = with_tool();
  greeting.greeting = "Hello";
  auto tools = world(greeting);
  tools.speech = {{1s, 2s, "book a table"}, {5s, 5350ms, "mm-hm"}, {7s, 8s, "stop it"}};
  tools.answers = {calling(answer("one two three four five six seven eight nine ten", 10s), {{"t1", "book", "{}"}}),
                   answer("ok", 1s)};
  tools.run(12s);
  auto late = finished();
  auto ticks = world();
  ticks.delays.tick = 7ms;
  ticks.delays.stt_never = true;
  ticks.speech = {{500ms, 1500ms, "hello"}, {9s, 10s, "hello again"}};
  ticks.run(20s);
  std::vector<Rehearsal*> all;
  Rehearsal stories[] = {std::move(tools),
                         hesitant(),
                         std::move(late),
                         interrupted("no stop that", 900ms),
                         interrupted("mm-hm", 350ms),
                         interrupted("", 350ms),
                         silent(),
                         std::move(ticks)};
  for (const auto& w : stories) {
    const auto call = past(w);
    EXPECT_EQ(call.misfits, 0u);
    const auto same = tried(call, [](Settings&) {});
    EXPECT_TRUE(same.differences.empty()) << told(same);
    EXPECT_EQ(same.uncertain, 0);
    ASSERT_EQ(same.turns.size(), call.turns.size());
    for (std::size_t i = 0; i < same.turns.size(); ++i) {
      EXPECT_EQ(same.turns[i].at, call.turns[i].at);
      EXPECT_EQ(same.turns[i].wait, call.turns[i].wait);
      EXPECT_EQ(same.turns[i].cut_in, call.turns[i].cut_in);
    }
    EXPECT_EQ(same.tally.held, call.tally.held);
    EXPECT_EQ(same.tally.resumed, call.tally.resumed);
    EXPECT_EQ(same.tally.stopped, call.tally.stopped);
    EXPECT_EQ(same.tally.prompted, call.tally.prompted);
  }
}

TEST(WhatIf, what_the_language_model_made_of_the_words_is_known_where_it_was_asked) {
  for (const bool asked : {false, true}) {
    Settings s;
    s.word_scorer = asked;
    auto w = world(s);
    w.speech = {{500ms, 1500ms, "I would like to order"}, {2200ms, 3s, "a large pizza"}};
    w.delays.permille = 700;
    w.delays.word_permille = {{"I would like to order", 10}, {"I would like to order a large pizza", 600}};
    w.think = [](const std::string&, int) { return answer("Of course", 1s); };
    w.run(8s);
    const auto call = past(w);
    EXPECT_EQ(call.misfits, 0u);
    EXPECT_EQ(cut_ins(call.turns), asked ? 0 : 1);
    EXPECT_EQ(told(tried(call, [](Settings&) {})), "");
    const auto other = tried(call, [&](Settings& x) { x.word_scorer = !asked; });
    if (asked)
      EXPECT_EQ(cut_ins(other.turns), 1) << told(other);
    else
      EXPECT_GE(other.uncertain, 1) << told(other);
  }
}

TEST(WhatIf, a_caller_who_was_cut_in_on_would_not_have_been_with_a_patient_agent) {
  const auto w = hesitant();
  const auto call = past(w);
  ASSERT_EQ(call.turns.size(), 2u) << w.timeline_text();
  EXPECT_TRUE(call.turns[0].cut_in) << w.timeline_text();
  EXPECT_FALSE(call.turns[1].cut_in);
  const auto patient = tried(call, [](Settings& s) { s.min_delay = 800ms; });
  ASSERT_EQ(patient.turns.size(), 1u) << told(patient);
  EXPECT_FALSE(patient.turns[0].cut_in);
  EXPECT_NEAR(to_ms(patient.turns[0].at - Time{}), 3000 + 870, 110) << told(patient);
  ASSERT_EQ(patient.differences.size(), 1u) << told(patient);
  EXPECT_EQ(patient.differences[0].cut_ins(), -1);
  EXPECT_EQ(patient.differences[0].turn, 1);
  EXPECT_EQ(patient.differences[0].recorded_turns.size(), 2u);
  EXPECT_EQ(patient.differences[0].changed_turns.size(), 1u);
  EXPECT_EQ(patient.uncertain, 1);  // the recogniser was never given the whole turn
}

TEST(WhatIf, a_patient_agent_would_have_cut_in_had_it_been_eager) {
  Settings s;
  s.min_delay = 900ms;
  const auto w = hesitant(s);
  const auto call = past(w);
  ASSERT_EQ(call.turns.size(), 1u) << w.timeline_text();
  EXPECT_FALSE(call.turns[0].cut_in);
  const auto eager = tried(call, [](Settings& t) { t.min_delay = 300ms; });
  ASSERT_EQ(eager.differences.size(), 1u) << told(eager);
  EXPECT_EQ(eager.differences[0].cut_ins(), 1);
  EXPECT_EQ(cut_ins(eager.turns), 1);
  EXPECT_LT(eager.turns[0].at, call.turns[0].at - 1s);
}

TEST(WhatIf, a_wait_shrinks_with_an_eager_agent_and_grows_with_a_patient_one) {
  const auto call = past(finished());
  ASSERT_EQ(call.turns.size(), 1u);
  const auto eager = tried(call, [](Settings& s) { s.eagerness_percent = 60; });
  const auto patient = tried(call, [](Settings& s) { s.eagerness_percent = 250; });
  ASSERT_EQ(eager.turns.size(), 1u) << told(eager);
  ASSERT_EQ(patient.turns.size(), 1u) << told(patient);
  EXPECT_LT(eager.turns[0].wait, call.turns[0].wait - 100ms);
  EXPECT_GT(patient.turns[0].wait, call.turns[0].wait + 100ms);
  EXPECT_EQ(cut_ins(eager.turns) + cut_ins(patient.turns), 0);
  EXPECT_EQ(eager.uncertain, 0) << told(eager);
  EXPECT_EQ(patient.uncertain, 1) << told(patient);  // it would have asked the turn model once more
  EXPECT_NE(told(patient).find("verdict"), std::string::npos) << told(patient);
}

// The changed run would have taken the same turn in the same way in a call that had been recorded with its settings.
TEST(WhatIf, what_it_says_is_what_a_call_with_these_settings_does) {
  const auto call = past(hesitant());
  for (const Duration delay : {200ms, 500ms, 700ms, 900ms, 1200ms}) {
    Settings s;
    s.min_delay = delay;
    const auto really = past(hesitant(s));
    const auto supposed = tried(call, [&](Settings& t) { t.min_delay = delay; });
    ASSERT_EQ(supposed.turns.size(), really.turns.size()) << to_ms(delay) << "\n" << told(supposed);
    for (std::size_t i = 0; i < really.turns.size(); ++i) {
      EXPECT_EQ(supposed.turns[i].cut_in, really.turns[i].cut_in) << to_ms(delay) << " turn " << i;
      if (!really.turns[i].cut_in)
        EXPECT_NEAR(to_ms(supposed.turns[i].wait), to_ms(really.turns[i].wait), 80) << to_ms(delay) << " turn " << i;
    }
  }
}

TEST(WhatIf, an_interruption_that_needs_two_words_is_not_won_by_one) {
  const auto call = past(interrupted("stop", 600ms));
  EXPECT_EQ(call.tally.stopped, 1);
  const auto two = tried(call, [](Settings& s) { s.min_words = 2; });
  EXPECT_EQ(two.tally.stopped, 0) << told(two);
  ASSERT_FALSE(two.differences.empty());
  EXPECT_EQ(two.turns.size(), call.turns.size() - 1) << told(two);
  const auto never = tried(call, [](Settings& s) { s.interruptions = Interruptions::never; });
  EXPECT_EQ(never.tally.held + never.tally.stopped, 0) << told(never);
}

TEST(WhatIf, an_agent_that_is_stopped_at_once_is_stopped_by_a_backchannel) {
  const auto call = past(interrupted("mm-hm", 350ms));
  EXPECT_EQ(call.tally.stopped, 0);
  EXPECT_EQ(call.tally.held, 1);
  EXPECT_EQ(call.tally.resumed, 1);
  const auto at_once = tried(call, [](Settings& s) { s.interruptions = Interruptions::immediate; });
  EXPECT_EQ(at_once.tally.stopped, 1) << told(at_once);
  EXPECT_EQ(at_once.tally.empty_stops, 1) << told(at_once);
  EXPECT_EQ(at_once.tally.held, 0);
  // It is taken for a turn then, which the recorded call never had.
  ASSERT_EQ(at_once.turns.size(), 2u) << told(at_once);
  EXPECT_LT(at_once.turns[1].wait, 1s);
  EXPECT_FALSE(at_once.turns[1].cut_in);
}

TEST(WhatIf, a_backchannel_behind_a_turn_makes_no_cut_in) {
  auto w = world();
  w.speech = {{500ms, 1500ms, "book a table"}, {2400ms, 2750ms, "mm-hm"}};
  w.think = [](const std::string&, int) { return answer("one two three four five", 5s); };
  w.run(9s);
  const auto call = past(w);
  ASSERT_EQ(call.turns.size(), 1u) << w.timeline_text();
  EXPECT_FALSE(call.turns[0].cut_in);
}

TEST(WhatIf, what_the_caller_says_to_the_answer_is_not_part_of_the_turn) {
  auto w = world();
  w.speech = {{500ms, 1500ms, "book a table"}, {2900ms, 3500ms, "no not that"}};
  w.think = [](const std::string&, int) { return answer("one two three four five", 5s); };
  w.run(9s);
  const auto call = past(w);
  ASSERT_EQ(call.turns.size(), 2u) << w.timeline_text();
  // It would have answered after 1.8 s; the caller's words at 1.4 s were about the answer.
  const auto slow = tried(call, [](Settings& s) { s.min_delay = 1800ms; });
  ASSERT_EQ(slow.turns.size(), 2u) << told(slow);
  EXPECT_FALSE(slow.turns[0].cut_in) << told(slow);
  EXPECT_NEAR(to_ms(slow.turns[0].wait), 1800, 100) << told(slow) << w.timeline_text();
}

TEST(WhatIf, a_prompt_comes_earlier_with_less_patience) {
  const auto call = past(silent());
  EXPECT_EQ(call.tally.prompted, 0);
  const auto hasty = tried(call, [](Settings& s) { s.idle = 8s; });
  EXPECT_EQ(hasty.tally.prompted, 1) << told(hasty);
  ASSERT_EQ(hasty.differences.size(), 1u) << told(hasty);
  EXPECT_EQ(hasty.turns.size(), call.turns.size());
  // … and with still less the caller is never heard again.
  const auto rude = tried(call, [](Settings& s) { s.idle = 4s; });
  EXPECT_EQ(rude.turns.size(), 1u) << told(rude);
}

TEST(WhatIf, sound_that_is_no_speech_any_more_begins_no_turn) {
  auto w = world();
  w.speech = {{500ms, 1500ms, "hello", 150}};
  w.think = [](const std::string&, int) { return answer("Hello", 1s); };
  w.run(6s);
  const auto call = past(w);
  ASSERT_EQ(call.turns.size(), 1u);
  const auto deaf = tried(call, [](Settings& s) { s.speech_start = 200; });
  EXPECT_TRUE(deaf.turns.empty()) << told(deaf);
  ASSERT_EQ(deaf.differences.size(), 1u);
  EXPECT_FALSE(deaf.differences[0].changed);
}

TEST(WhatIf, a_pause_that_was_none_has_no_transcript_and_says_so) {
  Settings s;
  s.vad_stop = 500ms;
  auto w = world(s);
  w.speech = {{500ms, 1500ms, "I would like to order"}, {1900ms, 3s, "a large pizza"}};
  w.think = [](const std::string&, int) { return answer("Of course", 1s); };
  w.run(8s);
  const auto call = past(w);
  ASSERT_EQ(call.turns.size(), 1u) << w.timeline_text();
  const auto quick = tried(call, [](Settings& t) { t.vad_stop = 96ms; });
  EXPECT_EQ(quick.uncertain, 1) << told(quick);
}

TEST(WhatIf, masked_words_refuse_rules_about_words_and_nothing_else) {
  const auto call = past(log_of(finished(), false));
  Settings s = call.head.settings;
  s.min_words = 2;
  auto refused = what_if(call, s);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().what.find("record.words: off"), std::string::npos);
  EXPECT_NE(refused.error().what.find("min_words"), std::string::npos);
  s.min_words = 0;
  s.min_delay = 1s;
  EXPECT_TRUE(what_if(call, s));
  // Where the words have decided something, the log is none to learn from.
  std::istringstream in(log_of(interrupted("stop", 350ms), false));
  auto masked = read_past_call(in);
  ASSERT_FALSE(masked);
  EXPECT_NE(masked.error().what.find("record.words: off"), std::string::npos);
}

TEST(WhatIf, half_an_hour_is_tried_well_within_a_second) {
  auto w = world();
  for (Duration at = 500ms; at < 30min - 10s; at += 8s) w.speech.push_back({at, at + 2s, "what about it"});
  w.delays.permille = 500;
  w.think = [](const std::string&, int) { return answer("It is like this", 2s); };
  w.run(30min - 5s);
  const auto call = past(w);
  ASSERT_GT(call.turns.size(), 200u);
  const auto begun = std::chrono::steady_clock::now();
  const auto eager = tried(call, [](Settings& s) { s.eagerness_percent = 60; });
  const auto took = std::chrono::steady_clock::now() - begun;
  EXPECT_EQ(eager.turns.size(), call.turns.size());
  EXPECT_LT(took, 5s);  // with the sanitizers; the program itself takes a tenth of a second
}

TEST(WhatIf, settings_that_differ_are_named) {
  Settings a, b;
  EXPECT_TRUE(differing(a, b).empty());
  b.min_delay = 1s, b.interruptions = Interruptions::never, b.tools = {{"book"}};
  EXPECT_EQ(differing(a, b), (std::vector<std::string>{"min_delay", "interruptions", "tools"}));
}

}  // namespace offhook::call
