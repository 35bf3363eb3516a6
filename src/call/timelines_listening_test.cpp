// What the agent knows of its caller, of what it has asked and of its own voice, and how that bends the turns.
#include "call/endpointing.hpp"
#include "call/timelines_testing.hpp"

namespace offhook::call {
namespace {

Rehearsal asked(std::string question) {
  Settings s;
  s.greeting = std::move(question);
  return world(s);
}

double commit(const Rehearsal& w) {
  for (const auto& [when, action] : w.actions())
    if (auto* said = std::get_if<action::CallerSaid>(&action.what); said && said->final)
      return to_ms(when.time_since_epoch()) / 1000;
  return -1;
}

}  // namespace

TEST(Expecting, a_question_for_a_number_waits_for_all_of_it) {
  for (const bool asks : {true, false}) {
    auto w = asked(asks ? "What is your phone number?" : "How can I help you today?");
    w.delays.permille = 950;
    w.speech = {{5s, 6s, "four one five"}, {7200ms, 8s, "two two one"}, {9200ms, 10s, "four four four nine"}};
    w.answers = {answer("Thanks"), answer("Thanks"), answer("Thanks")};
    w.run(14s);
    EXPECT_EQ(
        w.context().substr(w.context().find("caller")).find("caller: four one five two two one four four four nine"),
        0u)
        << w.context();
    EXPECT_LT(commit(w), 10.6) << "a whole number is not waited for";
  }
}

TEST(Expecting, a_flow_says_what_comes_next_and_one_turn_of_it_ends_that) {
  auto w = world();
  w.delays.permille = 950;
  w.at(100ms, event::Expecting{dialog::Expects::spelling});
  w.speech = {{1s, 2s, "s"}, {3s, 4s, "m i t h"}, {12s, 13s, "my dog ate the blue one"}};
  w.think = [](const std::string&, int) { return answer("Thanks"); };
  w.run(16s);
  EXPECT_EQ(w.context(), "caller: s m i t h | agent: Thanks | caller: my dog ate the blue one | agent: Thanks");
  EXPECT_EQ(w.state().floor.expects, dialog::Expects::none);
}

TEST(Pace, a_caller_who_pauses_for_long_is_given_longer) {
  Duration waits[2];
  for (const bool slow : {false, true}) {
    Settings s;
    Duration pace{-1};
    for (int i = 0; i < 6; ++i) pace = learn_pace(s, pace, slow ? 1400ms : 350ms);
    waits[slow] = endpoint_wait(s, {400, "my dog ate the blue one", dialog::Expects::none, pace});
    s.adaptive = false;
    EXPECT_EQ(endpoint_wait(s, {400, "my dog ate", dialog::Expects::none, pace}),
              endpoint_wait(s, {400, "my dog ate", dialog::Expects::none, Duration(-1)}));
  }
  EXPECT_GT(waits[true], waits[false] + 300ms);
  EXPECT_LE(waits[true], Settings{}.max_delay);
}

TEST(Pace, is_learnt_from_pauses_that_were_not_the_end) {
  auto w = world();
  w.delays.permille = 100;
  w.speech = {{500ms, 1500ms, "my dog"}, {2700ms, 3500ms, "ate the blue one"}};
  w.answers = {answer("I see")};
  w.run(8s);
  EXPECT_NEAR(to_ms(w.state().floor.pace), 600 + (1200 - 600) / 4, 30);
}

TEST(Pace, is_not_learnt_from_breaks_between_words) {
  Settings s;
  EXPECT_EQ(learn_pace(s, Duration(-1), s.min_delay - 1ms), Duration(-1));
  EXPECT_EQ(learn_pace(s, 800ms, 100ms), 800ms);
  EXPECT_LT(learn_pace(s, 800ms, s.min_delay), 800ms);
}

TEST(Pace, is_learnt_from_a_caller_who_was_cut_in_on) {
  auto w = world();
  w.delays.permille = 950;
  w.speech = {{500ms, 1500ms, "my dog"}, {2100ms, 3500ms, "ate the blue one"}};
  auto slow = answer("I see");
  slow.first = slow.all = 900ms;
  w.answers = {slow, answer("I see")};
  w.run(8s);
  EXPECT_GE(to_ms(w.state().floor.pace), 595) << w.timeline_text();
  EXPECT_EQ(w.count("speaking"), 1);
}

TEST(Threshold, the_detector_alone_decides_and_neither_words_nor_pace_count) {
  Settings s;
  s.rule = Rule::threshold;
  EXPECT_EQ(endpoint_wait(s, {500, "and then the", dialog::Expects::none, 2s}), 0s);
  EXPECT_EQ(endpoint_wait(s, {499, "yes please", dialog::Expects::none, 0s}), s.max_delay);
  EXPECT_EQ(endpoint_wait(s, {-1, "yes please", dialog::Expects::none, 0s}), s.min_delay);
  EXPECT_NE(endpoint_why(s, {499, "yes", dialog::Expects::none, 0s}).find("turn p=0.50 against 0.50"),
            std::string::npos);
}

TEST(WordScore, bends_the_wait_only_where_nothing_else_is_known_by_the_words) {
  Settings s;
  const auto wait = [&](int permille, const char* words, int word_permille) {
    return endpoint_wait(s, {permille, words, dialog::Expects::none, Duration(-1), word_permille});
  };
  EXPECT_GT(wait(950, "i need to change my appointment", 10), 1s) << "however sure the melody is";
  EXPECT_GT(wait(950, "i need to change my appointment", 60), 600ms);
  EXPECT_EQ(wait(950, "i need to change my appointment", 100), wait(950, "i need to change my appointment", -1));
  EXPECT_LT(wait(300, "my order has not arrived yet", 740), 400ms);
  EXPECT_EQ(wait(300, "yes please", 0), wait(300, "yes please", -1)) << "an answer that stands alone";
  EXPECT_EQ(wait(300, "and then the", 900), wait(300, "and then the", -1));
  EXPECT_GT(wait(950, "my order has not arrived yet,", -1), 1300ms) << "a comma";
  EXPECT_LT(wait(950, "my order has not arrived yet,", 740), 700ms);
  EXPECT_GT(wait(950, "my order has not arrived yet,", 740), 500ms);
  EXPECT_LT(wait(50, "can you tell me what time you open?", 500), 400ms);
  EXPECT_GT(wait(50, "can you tell me what time?", 80), 800ms) << "a question that would not end there";
  EXPECT_FALSE(words_leave_open({500, "my dog"})) << "too few to tell";
  EXPECT_TRUE(words_leave_open({500, "my order has not arrived yet"}));
  EXPECT_FALSE(words_leave_open({500, "yes please"}));
  EXPECT_FALSE(words_leave_open({500, ""}));
  EXPECT_NE(endpoint_why(s, {950, "my dog ate", dialog::Expects::none, Duration(-1), 10}).find("words p=0.01"),
            std::string::npos);
}

// "my dog ate" … "the blue one", with 0.8 s between: the melody says that the first is a whole turn.
Rehearsal hesitant(bool asked) {
  Settings s;
  s.word_scorer = asked;
  auto w = world(s);
  w.delays.permille = 950;
  w.delays.word_permille = {{"my dog ate", 10}, {"my dog ate the blue one", 700}};
  w.speech = {{500ms, 1500ms, "my dog ate"}, {2300ms, 3300ms, "the blue one"}};
  w.answers = {answer("I see"), answer("I see")};
  return w;
}

TEST(WordScore, a_message_that_would_not_end_there_is_waited_for) {
  for (const bool asked : {false, true}) {
    auto w = hesitant(asked);
    w.run(8s);
    EXPECT_EQ(w.context().find("caller: my dog ate the blue one | agent: I see") == 0, asked) << w.context();
    EXPECT_LT(w.when("speaking", asked ? 0 : 1), 4.4) << "the whole of it is answered at once";
  }
}

TEST(WordScore, an_answer_that_does_not_come_costs_200_ms_at_most) {
  double spoke[2];
  for (const bool never : {false, true}) {
    auto w = hesitant(true);
    w.delays.word_score_never = never;
    w.delays.word_permille = {{"my dog ate", 100}};
    w.speech = {{500ms, 1500ms, "my dog ate"}};
    w.run(8s);
    spoke[never] = w.when("speaking");
    EXPECT_EQ(w.count("speaking"), 1);
  }
  EXPECT_GE(spoke[true], spoke[false]);
  EXPECT_LE(spoke[true], spoke[false] + 0.2 + kWindow);
}

TEST(WordScore, of_words_that_have_changed_is_worth_nothing) {
  auto w = hesitant(true);
  w.speech = {{500ms, 1500ms, "my dog ate"}};
  w.at(1650ms, event::WordsScored{1, 0, 0});  // of another question
  w.at(1700ms, event::WordsScored{7, 0, 0});  // of another turn
  w.delays.word_permille = {{"my dog ate", 900}};
  w.run(8s);
  EXPECT_LT(w.when("speaking"), 2.2) << w.timeline_text();
}

TEST(Echo, the_agents_own_voice_is_no_turn_and_no_interruption) {
  for (const int echo : {0, 255}) {
    auto w = world();
    w.speech = {{500ms, 1500ms, "tell me a long story"}};
    w.answers = {answer("one two three four five six seven eight nine ten", 10s), answer("ok", 1s)};
    Rehearsal::Speech back{4s, 5500ms, "three four five"};
    back.echo = echo;
    w.speech.push_back(back);
    w.run(20s);
    EXPECT_EQ(w.count("cut"), echo == 0 ? 1 : 0) << w.timeline_text();
    EXPECT_EQ(w.count("hold"), echo == 0 ? 1 : 0) << w.timeline_text();
  }
}

TEST(Echo, its_transcript_is_not_taken_for_the_callers_words) {
  for (const std::string text : {"five from Monday to Friday", "and on Saturday"}) {
    auto w = world();
    w.speech = {{500ms, 1500ms, "tell me about the hours"}};
    w.answers = {answer("We open at nine and close at five from Monday to Friday", 3s), answer("No", 1s)};
    Rehearsal::Speech back{5200ms, 6200ms, text};  // the end of the answer, a quarter of a second late
    back.echo = 120;                               // more than half of it is left after the suppression
    w.speech.push_back(back);
    w.run(12s);
    EXPECT_EQ(w.context().find("agent: No") == std::string::npos, text[0] == 'f') << w.timeline_text() << w.context();
  }
}

TEST(Echo, where_the_line_brings_none_the_agents_words_are_an_answer) {
  auto w = world();
  w.speech = {{500ms, 1500ms, "when could I come"}};
  w.answers = {answer("Thursday at ten or Friday at half past two", 3s), answer("Gladly", 1s)};
  w.speech.push_back({5400ms, 6200ms, "Thursday at ten"});
  w.run(12s);
  EXPECT_NE(w.context().find("caller: Thursday at ten | agent: Gladly"), std::string::npos) << w.context();
}

TEST(FarVoice, a_television_does_not_stop_the_agent_but_the_caller_does) {
  for (const int level : {50, 32}) {
    auto w = world();
    w.delays.partial_every = 200ms;
    w.speech = {{500ms, 1500ms, "tell me a long story"}};
    w.answers = {answer("one two three four five six seven eight nine ten", 10s), answer("ok", 1s)};
    w.speech.push_back({5s, 8s, "and now the weather for tomorrow", 240, level});
    w.run(25s);
    EXPECT_EQ(w.count("cut"), level == 50 ? 0 : 1) << w.timeline_text();
    EXPECT_EQ(w.count("hold"), level == 50 ? 0 : 1) << w.timeline_text();
    EXPECT_EQ(w.context().find("weather") == std::string::npos, level == 50) << w.context();
  }
}

TEST(Filler, covers_a_slow_mind_once_and_is_told_apart_from_the_answer) {
  Settings s;
  s.filler = 700ms;
  auto w = world(s);
  w.speech = {{500ms, 1500ms, "what time do you open on monday"}};
  auto slow = answer("We open at nine", 1s);
  slow.first = slow.all = 3s;
  w.answers = {slow};
  w.run(9s);
  ASSERT_EQ(count_of<action::Speak>(w), 2) << said(w);
  EXPECT_NEAR(w.when("speaking"), 1.5 + 0.7 + 0.08, 0.06) << w.timeline_text();
  EXPECT_EQ(w.context(),
            "caller: what time do you open on monday | agent: " + nth<action::Speak>(w)->text + " We open at nine")
      << "what was heard";
  const auto* took = nth<action::TurnTook>(w);
  const auto* meant = nth<action::TurnMeant>(w);
  ASSERT_TRUE(took && meant);
  EXPECT_LT(took->v2v_us, 900'000);
  EXPECT_GT(meant->v2v_us, 3'000'000);
}

TEST(Apology, for_words_that_are_late_can_be_spoken_over) {
  Settings s;
  s.first_echo = {};  // it is the agent's first sound
  auto w = world(s);
  w.delays.stt_never = true;
  w.speech = {{500ms, 1500ms, "what are your hours"}};
  w.at(3300ms, event::Tick{});
  w.speech.push_back({3500ms, 5s, "what are your hours"});
  w.run(12s);
  EXPECT_EQ(w.count("hold"), 1) << w.timeline_text();
  EXPECT_EQ(w.count("cut"), 1) << w.timeline_text();
}

TEST(Filler, is_not_said_where_the_answer_is_near) {
  Settings s;
  s.filler = 700ms;
  auto w = world(s);
  w.speech = {{500ms, 1500ms, "what time do you open"}, {6s, 7s, "what time do you close"}};
  auto a = answer("At nine", 1s);
  a.first = a.all = 600ms;  // in all 0.74 s after the question: 40 ms behind the filler's time
  w.answers = {a, a};
  w.run(12s);
  EXPECT_EQ(nth<action::Speak>(w, count_of<action::Speak>(w) - 1)->text, "At nine") << said(w);
  EXPECT_EQ(count_of<action::TurnMeant>(w), count_of<action::Speak>(w) - 2) << said(w);
  EXPECT_LE(count_of<action::Speak>(w), 3) << "once the mind's pace is known, no filler";
}

TEST(Idle, asks_as_often_as_it_is_told) {
  for (const int prompts : {0, 1, 3}) {
    Settings s;
    s.idle_prompts = prompts;
    s.idle = 5s;
    auto w = world(s);
    w.run(60s);
    std::string all;
    for (int i = 0; i < prompts; ++i) all += "Are you still there? | ";
    EXPECT_EQ(said(w), all + "Goodbye.");
    EXPECT_TRUE(ended(w.state()));
  }
}

TEST(Speculation, waste_is_bounded) {
  Settings s;
  s.speculations = 2;
  auto w = world(s);
  w.delays.permille = 50;
  for (int i = 0; i < 6; ++i) w.speech.push_back({500ms + i * 900ms, 1s + i * 900ms, "more words"});
  w.answers = {answer("a"), answer("b"), answer("c"), answer("d"), answer("e"), answer("f")};
  w.run(12s);
  EXPECT_LE(w.count("speculating"), 2) << w.timeline_text();
  EXPECT_EQ(w.count("speaking"), 1);
}

TEST(Speculation, begins_at_the_pause_where_a_partial_is_stable) {
  auto w = world();
  w.delays.stt = 400ms;
  w.delays.partial_every = 100ms;
  w.delays.partial_stable = true;
  w.delays.permille = 950;
  w.speech = {{500ms, 1500ms, "tell me about it"}};
  w.answers = {answer("Gladly", 1s)};
  w.run(6s);
  EXPECT_LT(w.when("speculating"), 1.5 + 0.2) << w.timeline_text();
  EXPECT_EQ(w.count("speculating"), 1);
}

}  // namespace offhook::call
