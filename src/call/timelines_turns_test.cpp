// Where a turn of the caller begins and ends, and what becomes of it.
#include "call/timelines_testing.hpp"

namespace offhook::call {

TEST(TurnTimeline, a_pause_in_mid_sentence_is_one_turn) {
  auto w = world();
  w.speech = {{500ms, 1500ms, "I would like to"}, {2000ms, 3s, "book a table"}};
  w.answers = {answer("Sure", 1s)};
  w.delays.permille = 200;
  w.run(8s);
  EXPECT_EQ(count_of<action::Listen>(w), 1) << w.timeline_text();
  EXPECT_EQ(w.context(), "caller: I would like to book a table | agent: Sure");
}

TEST(TurnTimeline, an_unsure_detector_waits_longer_than_a_sure_one) {
  double at[2];
  for (int i = 0; i < 2; ++i) {
    auto w = world();
    w.speech = {{500ms, 1500ms, "my dog ate the blue one"}};
    w.delays.permille = i == 0 ? 950 : 100;
    w.answers = {answer("Thanks", 1s)};
    w.run(8s);
    at[i] = w.when("speaking");
    ASSERT_GT(at[i], 0) << w.timeline_text();
  }
  EXPECT_LT(at[0], 1.5 + 0.6);
  EXPECT_GT(at[1], 1.5 + 1.5);
  EXPECT_LT(at[1], 1.5 + 3.2);
}

TEST(TurnTimeline, a_doubtful_turn_is_scored_again_as_the_pause_grows) {
  auto w = world();
  w.speech = {{500ms, 1500ms, "my dog ate the blue one"}};
  w.delays.permille = 100;
  w.answers = {answer("Thanks", 1s)};
  w.at(1900ms, event::TurnScored{1, 12000, 950});  // as if the second verdict were sure
  w.run(8s);
  EXPECT_GE(count_of<action::ScoreTurn>(w), 2) << w.timeline_text();
  EXPECT_LT(w.when("speaking"), 2.1) << w.timeline_text();
}

TEST(TurnTimeline, the_turn_model_is_asked_once_about_a_sure_end_and_not_about_a_break_between_words) {
  auto w = world();
  w.speech = {{500ms, 1000ms, "my dog"}, {1150ms, 2s, "ate the blue one"}};
  w.delays.permille = 950;
  w.answers = {answer("Thanks", 1s)};
  w.run(8s);
  EXPECT_EQ(count_of<action::ScoreTurn>(w), 1) << w.timeline_text();
  EXPECT_LT(w.when("speaking"), 2.0 + 0.6);
}

TEST(TurnTimeline, the_turn_model_is_not_asked_where_the_words_tell) {
  auto w = world();
  w.speech = {{500ms, 1500ms, "yes please"}};
  w.delays.permille = 0;
  w.answers = {answer("Goodbye then", 1s)};
  w.run(8s);
  EXPECT_EQ(count_of<action::ScoreTurn>(w), 0) << w.timeline_text();
  EXPECT_LT(w.when("speaking"), 1.5 + 0.6);
}

TEST(TurnTimeline, a_slow_model_is_heard_from_its_first_phrase_on_and_a_quick_one_clause_by_clause) {
  const auto first_clause = [](Duration all) {
    auto w = world();
    w.speech = {{500ms, 1500ms, "yes please"}};
    Rehearsal::Answer a;
    a.tokens = {"We ", "are ", "open ", "today ", "from ", "eight ", "to ", "five ", "and ", "so ", "on, ", "sir."};
    a.all = a.first + all;
    w.answers = {a};
    w.run(12s);
    const auto* speak = nth<action::Speak>(w);
    return speak ? speak->text : w.timeline_text();
  };
  EXPECT_EQ(first_clause(50ms), "We are open today from eight to five and so on,");
  EXPECT_EQ(first_clause(600ms), "We are open today");
}

TEST(TurnTimeline, an_answer_that_hits_its_bound_ends_with_a_whole_sentence) {
  auto w = world();
  w.speech = {{500ms, 1500ms, "tell me about it"}};
  auto a = answer("We are open today. We also");
  a.finish = "length";
  w.answers = {a};
  w.run(8s);
  EXPECT_EQ(w.context(), "caller: tell me about it | agent: We are open today.") << w.timeline_text();
}

TEST(TurnTimeline, a_score_that_never_comes_is_waited_for_400_ms) {
  auto w = world();
  w.speech = {{500ms, 1500ms, "what are your hours"}};
  w.delays.score_never = true;
  w.answers = {answer("Nine to five", 1s)};
  w.run(5s);
  EXPECT_NEAR(w.when("speaking"), 1.5 + 0.096 + 0.4, 0.06) << w.timeline_text();
}

TEST(TurnTimeline, two_quick_turns_are_two_messages_and_one_answer) {
  auto w = world();
  w.speech = {{500ms, 1500ms, "hello"}, {1850ms, 2600ms, "are you there"}};
  auto slow = answer("Yes hello", 1s);
  slow.first = slow.all = 500ms;
  w.answers = {slow, answer("I am here", 1s)};
  w.run(6s);
  EXPECT_EQ(w.count("speaking"), 1) << w.timeline_text();
  EXPECT_EQ(w.context(), "caller: hello | caller: are you there | agent: I am here");
}

TEST(TurnTimeline, speech_during_thinking_takes_the_answer_back) {
  auto w = world();
  w.speech = {{500ms, 1500ms, "book a table"}, {2500ms, 3500ms, "no wait make that a room"}};
  auto slow = answer("A table it is", 1s);
  slow.first = slow.all = 3s;
  w.answers = {slow, answer("A room it is", 1s)};
  w.run(8s);
  EXPECT_EQ(w.count("speaking"), 1) << w.timeline_text();
  EXPECT_EQ(w.context(), "caller: book a table | caller: no wait make that a room | agent: A room it is");
}

TEST(TurnTimeline, a_voice_without_words_is_told_once_and_is_noise_after_that) {
  auto w = world();
  w.speech = {{500ms, 1500ms, ""}, {8s, 9s, ""}, {12s, 13s, "hello"}, {20s, 21s, ""}};
  w.answers = {answer("Hi", 1s)};
  w.run(28s);
  EXPECT_EQ(said(w),
            "Sorry, I didn't get that. Could you say it again? | Hi | Sorry, I didn't get that. Could you say it "
            "again?");
  EXPECT_LE(w.when("speaking"), 1.5 + 1.5) << "no dead air";
  EXPECT_FALSE(w.state().floor.turn);
}

TEST(TurnTimeline, a_short_sound_without_words_is_noise) {
  auto w = world();
  w.speech = {{500ms, 900ms, ""}};
  w.run(5s);
  EXPECT_EQ(w.context(), "");
  EXPECT_EQ(count_of<action::StopListening>(w), 1);
  EXPECT_EQ(count_of<action::Speak>(w), 0) << said(w);
  EXPECT_FALSE(w.state().floor.turn);
}

TEST(TurnTimeline, the_longest_turn_is_taken_in_mid_speech_with_its_words) {
  Settings s;
  s.longest_turn = 5s;
  auto w = world(s);
  w.speech = {
      {500ms, 20s, "and then and then and then and then and then and then and then and then and then and then"}};
  w.answers = {answer("Let me stop you there", 1s)};
  w.run(6s);
  EXPECT_EQ(w.count("thinking"), 1) << w.timeline_text();
  EXPECT_NEAR(w.when("thinking"), 0.5 + 5 + 0.06, 0.05);
  EXPECT_EQ(w.context().rfind("caller: and then", 0), 0u) << w.context();
}

TEST(TurnTimeline, sound_that_stutters_in_mid_speech_is_a_pause_and_goes_on) {
  auto w = world();
  w.speech = {{500ms, 3500ms, "I would like a table for two people at eight"}};
  w.gaps = {{1500ms, 2200ms}};
  w.answers = {answer("Sure", 1s)};
  w.delays.permille = 100;  // it heard that more would come
  w.run(9s);
  EXPECT_EQ(count_of<action::Listen>(w), 1) << w.timeline_text();
  EXPECT_EQ(w.context(), "caller: I would like a table for two people at eight | agent: Sure");
}

TEST(TurnTimeline, a_late_tick_commits_late_but_once) {
  auto w = world();
  w.delays.tick = 3s;
  w.gaps = {{2s, 5s}};  // the loop stood still: no windows either
  w.speech = {{500ms, 1900ms, "what are your hours"}};
  w.answers = {answer("Nine to five", 1s)};
  w.run(9s);
  EXPECT_EQ(w.count("speaking"), 1) << w.timeline_text();
  EXPECT_EQ(w.context(), "caller: what are your hours | agent: Nine to five");
}

TEST(TurnTimeline, extra_ticks_change_nothing) {
  auto story = [](bool extra) {
    auto w = world(with_tool());
    w.speech = {{500ms, 1500ms, "tell me a story"}, {4s, 4350ms, "mm-hm"}, {6s, 7s, "stop it now"}};
    w.answers = {answer("one two three four five six seven eight nine ten", 10s), answer("ok", 1s)};
    if (extra)
      for (Duration t = 100ms; t < 9s; t += 7ms) w.at(t, event::Tick{});
    w.run(9s);
    return w.timeline_text();
  };
  EXPECT_EQ(story(false), story(true));
}

TEST(TurnTimeline, speculation_with_changed_words_is_asked_again) {
  auto w = world();
  w.delays.permille = 150;
  w.speech = {{500ms, 1500ms, "I want a table"}, {2s, 2800ms, "for four"}};
  w.answers = {answer("For how many?", 1s), answer("Done", 1s)};
  w.run(8s);
  EXPECT_EQ(w.count("speculating"), 2) << w.timeline_text();
  EXPECT_EQ(w.count("thinking"), 0);
  EXPECT_EQ(count_of<action::Abandon>(w), 1);
  EXPECT_EQ(w.context(), "caller: I want a table for four | agent: Done");
}

TEST(TurnTimeline, speculation_is_kept_when_only_fillers_and_case_change) {
  auto w = world();
  w.delays.permille = 150;
  w.delays.streaming_stt = true;
  w.speech = {{500ms, 1500ms, "I want a table"}, {2s, 2200ms, "Um."}};
  w.answers = {answer("For how many?", 1s), answer("wrong", 1s)};
  w.run(8s);
  EXPECT_EQ(w.count("speculating"), 1) << w.timeline_text();
  EXPECT_EQ(w.count("thinking"), 0);
  EXPECT_EQ(w.context(), "caller: I want a table Um. | agent: For how many?");
}

TEST(TurnTimeline, speculation_is_withdrawn_as_soon_as_a_partial_says_more) {
  auto w = world();
  w.delays.permille = 100;
  w.delays.partial_every = 200ms;
  w.speech = {{500ms, 1500ms, "I want a table"}, {1800ms, 4s, "for four people tomorrow evening"}};
  w.answers = {answer("For how many?", 1s), answer("Done", 1s)};
  w.run(9s);
  auto* abandon = nth<action::Abandon>(w);
  ASSERT_TRUE(abandon);
  EXPECT_EQ(w.context(), "caller: I want a table for four people tomorrow evening | agent: Done");
}

TEST(TurnTimeline, speculation_that_fails_is_asked_again_at_the_commit_without_an_apology) {
  auto w = world();
  w.delays.permille = 300;
  w.speech = {{500ms, 1500ms, "my dog ate the blue one"}};
  int n = 0;
  w.think = [&](const std::string&, int) { return n++ == 0 ? failing("503") : answer("Nine to five", 1s); };
  w.run(6s);
  EXPECT_EQ(w.count("speculating"), 1) << w.timeline_text();
  EXPECT_EQ(w.count("thinking"), 1);
  EXPECT_EQ(w.context(), "caller: my dog ate the blue one | agent: Nine to five");
  EXPECT_EQ(w.state().patience.failures, 0);
}

TEST(TurnTimeline, a_speculated_reply_is_not_heard_before_the_commit) {
  auto w = world();
  w.delays.permille = 0;  // sure that more is coming: three seconds
  w.speech = {{500ms, 1500ms, "my dog ate the blue one"}};
  w.answers = {answer("Nine to five", 1s)};
  w.run(8s);
  EXPECT_LT(w.when("speculating"), 1.8) << w.timeline_text();
  EXPECT_NEAR(w.when("speaking"), 4.5, kWindow) << w.timeline_text();
}

TEST(TurnTimeline, idle_asks_once_and_then_says_goodbye) {
  Settings s;
  s.greeting = "Hello";
  auto w = world(s);
  w.run(60s);
  EXPECT_EQ(said(w), "Hello | Are you still there? | Goodbye.");
  EXPECT_NEAR(w.when("speaking", 1), w.when("listening") + 15, 0.2) << w.timeline_text();
  EXPECT_NEAR(w.when("speaking", 2), w.when("listening", 1) + 15, 0.2);
  EXPECT_TRUE(ended(w.state()));
  EXPECT_EQ(w.context(), "agent: Hello | agent: Are you still there? | agent: Goodbye.");
}

TEST(TurnTimeline, a_digit_and_a_turn_both_begin_the_idle_time_anew) {
  auto w = world();
  w.at(14s, event::Digit{"5"});
  w.speech = {{28s, 29s, "hello"}};
  w.answers = {answer("Hi", 1s)};
  w.run(44s);
  EXPECT_EQ(said(w), "Hi") << w.timeline_text();
  w.run(80s);
  EXPECT_EQ(said(w), "Hi | Are you still there? | Goodbye.");
}

TEST(TurnTimeline, the_longest_call_ends_with_goodbye_even_in_mid_answer) {
  Settings s;
  s.longest_call = 4s;
  auto w = world(s);
  w.speech = {{500ms, 1500ms, "tell me a story"}};
  w.answers = {answer("one two three four", 4s)};
  w.run(30s);
  EXPECT_EQ(said(w), "one two three four | Goodbye.") << w.timeline_text();
  EXPECT_EQ(w.context(), "caller: tell me a story | agent: one two three four Goodbye.");
  EXPECT_TRUE(ended(w.state()));
}

}  // namespace offhook::call
