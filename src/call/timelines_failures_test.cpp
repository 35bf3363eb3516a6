// What breaks, and how calls end.
#include "call/timelines_testing.hpp"

namespace offhook::call {
namespace {

constexpr const char* kSorry = "Sorry, I didn't get that. Could you say it again?";

Rehearsal::Answer never() {
  Rehearsal::Answer a;
  a.all = -1ms;
  return a;
}

}  // namespace

TEST(Failure, a_mind_that_never_answers_gets_an_apology_after_five_seconds) {
  auto w = world();
  w.speech = {{500ms, 1500ms, "what are your hours"}};
  w.answers = {never()};
  w.run(12s);
  EXPECT_EQ(said(w), kSorry) << w.timeline_text();
  EXPECT_NEAR(w.when("speaking"), 1.5 + 0.16 + 5 + 0.08, 0.1);
}

TEST(Failure, a_mind_that_stalls_in_mid_answer_keeps_what_was_said) {
  auto w = world();
  w.speech = {{500ms, 1500ms, "what are your hours"}};
  auto a = never();
  a.tokens = {"We open at nine. ", "And we cl"};
  w.answers = {a};
  w.run(12s);
  EXPECT_EQ(w.context(), std::string("caller: what are your hours | agent: We open at nine. ") + kSorry)
      << w.timeline_text();
}

TEST(Failure, a_word_that_comes_late_but_before_the_tick_is_no_stall) {
  auto w = world();
  w.delays.tick = 2s;
  w.speech = {{500ms, 1500ms, "what are your hours"}};
  auto a = answer("We open at nine.", 2s);
  a.first = a.all = 5500ms;
  w.gaps = {{5s, 9s}};  // or a window would notice
  Settings s;
  w.answers = {a};
  w.run(12s);
  EXPECT_EQ(said(w), "We open at nine.") << w.timeline_text();
}

TEST(Failure, a_mind_that_fails_three_times_in_a_row_ends_the_call_politely) {
  auto w = world();
  w.think = [](const std::string&, int) { return failing("503"); };
  for (int i = 0; i < 3; ++i) w.speech.push_back({Duration(i * 8s + 500ms), Duration(i * 8s + 1500ms), "hello there"});
  w.run(40s);
  const std::string end = "I'm sorry, I'm having trouble right now.";
  EXPECT_EQ(said(w).rfind(std::string(kSorry) + " | " + kSorry + " | " + end, 0), 0u) << said(w);
  EXPECT_TRUE(ended(w.state())) << w.timeline_text();
}

TEST(Failure, a_service_that_is_away_for_ten_seconds_ends_no_call) {
  auto w = world();
  w.think = [](const std::string&, int n) { return n < 4 ? failing("503") : answer("We are open.", 1s); };
  for (int i = 0; i < 6; ++i) w.speech.push_back({Duration(i * 4s + 500ms), Duration(i * 4s + 1s), "hello there"});
  w.run(30s);
  EXPECT_FALSE(ended(w.state())) << w.timeline_text();
  EXPECT_NE(said(w).find("We are open."), std::string::npos) << said(w);
}

TEST(Failure, an_answer_in_between_forgives_the_failures_before) {
  auto w = world();
  Settings s;
  s.speculate = false;
  auto w2 = world(s);
  w2.think = [](const std::string&, int n) { return n == 2 ? answer("fine", 1s) : failing("503"); };
  for (int i = 0; i < 5; ++i) w2.speech.push_back({Duration(i * 8s + 500ms), Duration(i * 8s + 1500ms), "hello there"});
  w2.run(38s);
  EXPECT_FALSE(ended(w2.state())) << w2.timeline_text();
  w2.run(60s);
}

TEST(Failure, an_empty_answer_gets_an_apology) {
  auto w = world();
  w.speech = {{500ms, 1500ms, "what are your hours"}};
  w.answers = {answer("")};
  w.answers.front().tokens = {" ", "\n"};
  w.run(8s);
  EXPECT_EQ(said(w), kSorry) << w.timeline_text();
}

TEST(Failure, a_voice_that_fails_thrice_ends_the_call_and_nothing_is_claimed_as_said) {
  Settings s;
  s.greeting = "Hello";
  auto w = world(s);
  w.delays.tts_fails = true;
  w.speech = {{2s, 3s, "what are your hours"}};
  w.answers = {answer("Nine to five", 1s)};
  w.run(60s);
  EXPECT_TRUE(ended(w.state())) << w.timeline_text();
  EXPECT_LE(w.when("hang up"), 45.0) << "as soon as it has failed three times and for fifteen seconds";
  EXPECT_EQ(w.context(), "caller: what are your hours");
}

TEST(Failure, a_voice_that_never_answers_is_ended_by_the_longest_call) {
  Settings s;
  s.greeting = "Hello";
  s.longest_call = 60s;
  auto w = world(s);
  w.delays.tts_never = true;
  w.run(120s);
  EXPECT_TRUE(ended(w.state())) << w.timeline_text();
  EXPECT_LE(w.now(), Time{} + 60s + s.goodbye_patience + 6s);
  EXPECT_EQ(w.context(), "");
}

TEST(Failure, a_transcript_that_fails_gets_an_apology) {
  auto w = world();
  w.delays.stt_fails = true;
  w.speech = {{500ms, 1500ms, "what are your hours"}};
  w.run(5s);
  EXPECT_EQ(said(w), kSorry) << w.timeline_text();
  EXPECT_LE(w.when("speaking"), 2.2);
}

TEST(Failure, a_transcript_that_never_comes_gets_an_apology_not_dead_air) {
  auto w = world();
  w.delays.stt_never = true;
  w.speech = {{500ms, 1500ms, "what are your hours"}};
  w.run(6s);
  EXPECT_EQ(said(w), kSorry) << w.timeline_text();
  EXPECT_NEAR(w.when("speaking"), 1.5 + 0.096 + 1.2 + 0.08, 0.06);
}

TEST(Failure, words_that_come_behind_the_apology_for_them_are_answered_all_the_same) {
  auto w = world();
  w.delays.stt = 2s;
  w.speech = {{500ms, 1500ms, "what are your hours"}};
  w.answers = {answer("Nine to five", 1s)};
  w.run(9s);
  EXPECT_EQ(said(w), std::string(kSorry) + " | Nine to five") << w.timeline_text();
  EXPECT_LE(w.when("speaking"), 1.5 + 1.5) << "no dead air";
  EXPECT_NE(w.context().find("caller: what are your hours | agent: Nine to five"), std::string::npos) << w.context();
}

TEST(Failure, without_a_last_transcript_the_partial_words_are_taken) {
  auto w = world();
  w.delays.stt_fails = true;
  w.delays.partial_every = 200ms;
  w.speech = {{500ms, 1500ms, "what are your hours"}};
  w.answers = {answer("Nine to five", 1s)};
  w.run(6s);
  EXPECT_EQ(w.context().rfind("caller: what are", 0), 0u) << w.context();
  EXPECT_EQ(said(w), "Nine to five");
}

TEST(Failure, a_recogniser_slower_than_the_longest_wait_delays_no_further) {
  Settings s;
  s.max_delay = 1s;
  s.words_patience = 2s;
  s.words_usual = 1s;  // known to be slow
  auto w = world(s);
  w.delays.stt = 1500ms;  // slower than max_delay: its words are waited for
  w.speech = {{500ms, 1500ms, "what are your hours"}};
  w.answers = {answer("Nine to five", 1s)};
  w.run(6s);
  EXPECT_EQ(w.context(), "caller: what are your hours | agent: Nine to five") << w.timeline_text();
  EXPECT_LE(w.when("speaking"), 1.5 + 0.1 + 1.5 + 0.5);
}

TEST(Failure, a_transcript_of_an_earlier_pause_does_not_replace_a_later_one) {
  auto w = world();
  w.delays.permille = 100;
  w.speech = {{500ms, 1500ms, "I want a table"}, {1800ms, 2500ms, "for two"}};
  w.answers = {answer("Done", 1s)};
  w.at(2800ms, event::Transcript{1, 12000, "stale"});
  w.at(2810ms, event::TurnScored{1, 12000, 1000});
  w.at(2820ms, event::TranscriptFailed{1, 12000, "stale"});
  w.at(2830ms, event::Transcript{7, 99999, "of another turn"});
  w.run(9s);
  EXPECT_EQ(w.context(), "caller: I want a table for two | agent: Done") << w.timeline_text();
}

TEST(Failure, no_windows_for_ten_seconds_is_a_caller_who_has_gone) {
  auto w = world();
  w.sound_stops = 3s;
  w.speech = {{500ms, 1500ms, "what are your hours"}};
  w.answers = {answer("one two three four five six seven eight nine ten", 20s)};
  w.run(30s);
  EXPECT_NEAR(w.when("hang up"), 3 + 10, 0.1) << w.timeline_text();
  EXPECT_TRUE(ended(w.state()));
  EXPECT_NE(w.context().find("/"), std::string::npos) << "what was heard stays: " << w.context();
}

TEST(Failure, a_caller_who_vanishes_in_mid_word_is_let_go_too) {
  auto w = world();
  w.sound_stops = 1s;
  w.speech = {{500ms, 1500ms, "what are"}};
  w.run(30s);
  EXPECT_TRUE(ended(w.state()));
}

TEST(Failure, an_edge_that_never_says_that_it_has_closed_is_not_waited_for) {
  auto w = world();
  w.edge_answers = false;
  w.at(2s, event::EndRequested{"drain"});
  w.run(30s);
  EXPECT_TRUE(ended(w.state())) << w.timeline_text();
  EXPECT_NEAR(to_ms(w.now().time_since_epoch()) / 1000, w.when("hang up") + 5, 0.1);
}

TEST(Failure, a_goodbye_that_is_not_over_in_time_is_cut) {
  auto w = world();
  w.delays.tts_never = true;
  w.at(2s, event::EndRequested{"drain"});
  w.run(30s);
  EXPECT_NEAR(w.when("hang up"), 2 + 12, 0.1) << w.timeline_text();
  EXPECT_TRUE(ended(w.state()));
}

TEST(Failure, limits_beyond_all_time_are_no_overflow) {
  Settings s;
  s.greeting = "Hello";
  for (Duration* d :
       {&s.idle, &s.longest_call, &s.longest_turn, &s.vanished, &s.no_sound, &s.words_patience, &s.mind_patience,
        &s.score_patience, &s.goodbye_patience, &s.judge, &s.judge_words, &s.max_delay, &s.tail, &s.run_up})
    *d = Duration::max();
  auto w = world(s);
  w.speech = {{3s, 4s, "what are your hours"}, {8s, 9s, "stop"}};
  w.answers = {answer("one two three four five six", 10s), answer("ok")};
  w.run(30s);
  EXPECT_EQ(
      w.context(),
      "agent: Hello | caller: what are your hours | agent: one two three four five six | caller: stop | agent: ok")
      << "with an endless tail every overlap is an answer\n"
      << w.timeline_text();
}

// ---- the end, in every state

struct Moment {
  const char* name;
  Duration when;
};
// One story that passes through all states; see the times in the test below.
Rehearsal eventful() {
  auto s = with_tool();
  s.greeting = "Hello, this is Bluebird.";  // 0.08 .. 1.5
  auto w = world(s);
  w.delays.permille = 300;
  w.speech = {{2s, 3s, "book a table"}, {7500ms, 7700ms, ""}, {12s, 13s, "please stop it"}};
  auto first = calling(answer("Let me look."), {{"t1", "book", "{}"}});           // committed 4.0, heard 4.1 .. 4.8
  auto second = answer("one two three four five six seven eight nine ten", 10s);  // asked 6.0
  second.first = second.all = 1s;
  w.answers = {first, second, answer("ok", 1s)};
  w.tools["t1"] = {.after = 2s};
  return w;
}
const Moment kMoments[] = {{"greeting", 500ms},      {"listening", 1800ms},   {"caller speaking", 2500ms},
                           {"paused", 3140ms},       {"speculating", 3300ms}, {"speaking", 4300ms},
                           {"tool running", 5400ms}, {"thinking", 6500ms},    {"answering", 7400ms},
                           {"held", 7650ms},         {"again", 8500ms},       {"interrupted", 12600ms},
                           {"second turn", 13500ms}};

TEST(Ending, the_eventful_story_is_in_the_states_that_it_claims) {
  auto w = eventful();
  auto at = [&](const char* name) {
    for (const auto& m : kMoments)
      if (std::string(m.name) == name) w.run(m.when);
    return w.state();
  };
  EXPECT_EQ(at("greeting").reply.kind, Reply::Kind::greeting);
  EXPECT_FALSE(at("listening").reply.exists());
  EXPECT_TRUE(at("caller speaking").floor.speech.on);
  EXPECT_TRUE(at("paused").floor.turn && w.state().floor.turn->paused);
  EXPECT_TRUE(at("speculating").reply.exists() && !w.state().reply.released);
  EXPECT_TRUE(at("speaking").reply.audible) << w.timeline_text();
  EXPECT_TRUE(at("tool running").task.running.size() == 1 && !w.state().reply.exists()) << w.timeline_text();
  EXPECT_TRUE(at("thinking").reply.released && !w.state().reply.audible) << w.timeline_text();
  EXPECT_TRUE(at("answering").reply.audible) << w.timeline_text();
  EXPECT_TRUE(at("held").reply.held) << w.timeline_text();
  EXPECT_TRUE(at("again").reply.audible && !w.state().reply.held) << w.timeline_text();
  EXPECT_TRUE(at("interrupted").floor.turn) << w.timeline_text();
}

TEST(Ending, a_hang_up_in_every_state_leaves_nothing) {
  for (const auto& m : kMoments) {
    SCOPED_TRACE(m.name);
    auto w = eventful();
    w.at(m.when, event::HungUp{"the caller", 0});
    w.run(60s);
    EXPECT_TRUE(ended(w.state()));
    EXPECT_EQ(w.now(), Time{} + m.when);
    EXPECT_TRUE(w.state().task.running.empty());
  }
}

TEST(Ending, an_end_that_is_asked_for_in_every_state_says_goodbye_and_hangs_up) {
  for (const auto& m : kMoments) {
    SCOPED_TRACE(m.name);
    auto w = eventful();
    w.at(m.when, event::EndRequested{"drain"});
    w.at(m.when + 1ms, event::EndRequested{"drain again"});
    w.run(60s);
    EXPECT_TRUE(ended(w.state())) << w.timeline_text();
    EXPECT_EQ(w.count("hang up"), 1) << w.timeline_text();
    EXPECT_LE(w.now(), Time{} + m.when + 12s + 1s);
    EXPECT_NE(said(w).find("Goodbye."), std::string::npos) << said(w);
    EXPECT_TRUE(w.state().task.running.empty());
  }
}

TEST(Ending, a_hang_up_while_ringing_and_while_ending) {
  State ringing = begin({});
  EXPECT_TRUE(step(ringing, event::HungUp{}, Time{}).empty());
  EXPECT_TRUE(ended(ringing));
  EXPECT_TRUE(step(ringing, event::Answered{}, Time{} + 1s).empty());

  auto w = world();
  w.at(2s, event::EndRequested{"drain"});
  w.at(2200ms, event::HungUp{"the caller", 0});
  w.run(30s);
  EXPECT_TRUE(ended(w.state()));
  EXPECT_EQ(w.now(), Time{} + 2200ms);
  EXPECT_EQ(w.count("hang up"), 0);
}

TEST(Ending, an_end_that_is_asked_for_while_ringing_hangs_up_at_once) {
  State s = begin({});
  const auto actions = step(s, event::EndRequested{"drain"}, Time{});
  ASSERT_EQ(actions.size(), 1u);
  EXPECT_TRUE(std::holds_alternative<action::HangUp>(actions[0].what));
}

TEST(Ending, a_hang_up_right_behind_a_flush_keeps_what_was_heard) {
  auto first = eventful();
  first.run(14s);
  const double cut = first.when("cut");
  ASSERT_GT(cut, 0) << first.timeline_text();
  auto w = eventful();
  w.at(Duration(static_cast<std::int64_t>(cut * 1e6)), event::HungUp{"the caller", 0});
  w.run(60s);
  EXPECT_NE(w.context().find("agent: one two three four five/"), std::string::npos) << w.context();
}

TEST(Ending, an_empty_goodbye_hangs_up_without_a_word) {
  Settings s;
  s.goodbye_text.clear();
  auto w = world(s);
  w.at(2s, event::EndRequested{"drain"});
  w.run(30s);
  EXPECT_EQ(said(w), "");
  EXPECT_NEAR(w.when("hang up"), 2, 0.001);
}

TEST(Ending, a_turn_that_is_committed_in_the_step_that_ends_the_call_stands_in_the_context_unanswered) {
  Settings s;
  s.longest_call = 2s;
  s.detector = s.speculate = false;
  auto w = world(s);
  w.sound_stops = 1590ms;  // so that only the tick below steps
  w.speech = {{500ms, 1500ms, "book a table"}};
  w.delays.tick = 500ms;
  w.answers = {answer("never said", 1s)};
  w.run(1500ms);
  w.delays.stt = 10ms;
  w.run(30s);
  EXPECT_TRUE(ended(w.state())) << w.timeline_text();
  EXPECT_EQ(said(w), "Goodbye.") << w.timeline_text();
}

}  // namespace offhook::call
