// Conversations whose services are streams from elsewhere: voices whose sound comes piece by piece, recognisers that
// find the ends of turns themselves or are late, and a bill.
#include "call/endpointing.hpp"
#include "call/timelines_testing.hpp"

namespace offhook::call {
namespace {

event::TurnSignalled signal(event::TurnSignalled::Kind kind, std::string text) {
  return {1, kind, std::move(text), 900};
}
using Kind = event::TurnSignalled::Kind;

Settings theirs() {
  Settings s;
  s.owner = Owner::stt;
  return s;
}

TEST(Services, a_streaming_voice_is_heard_before_its_clause_is_whole) {
  Rehearsal w = world();
  w.delays.tts_streams = true;
  w.speech = {{1s, 2s, "what are your hours?"}};
  w.answers = {answer("We are open from nine to five on every day but Sunday.")};
  w.run(10s);
  const auto* took = nth<action::TurnTook>(w);
  ASSERT_TRUE(took);
  EXPECT_LT(took->v2v_us, 700'000);
  EXPECT_EQ(w.count("speaking"), 1);
  EXPECT_EQ(w.context(),
            "caller: what are your hours? | agent: We are open from nine to five on every day but Sunday.");
}

TEST(Services, an_interruption_in_a_stream_keeps_the_words_that_were_heard) {
  Rehearsal w = world();
  w.delays.tts_streams = true;
  w.speech = {{1s, 2s, "what are your hours?"}, {3200ms, 4200ms, "no wait"}};
  w.answers = {answer("We are open from nine to five on every single day but Sunday and on holidays too.", 12s),
               answer("Yes?")};
  w.run(8s);
  EXPECT_EQ(w.count("hold"), 1);
  const std::string context = w.context();
  EXPECT_NE(context.find("agent: We are"), std::string::npos) << context;
  EXPECT_NE(context.find("/ |"), std::string::npos) << context;
  EXPECT_EQ(context.find("holidays"), std::string::npos) << context;
}

TEST(Services, the_recognisers_own_end_of_turn_commits_at_once) {
  Rehearsal w = world(theirs());
  w.delays.stt_never = true;
  w.speech = {{1s, 2s, "what are your hours?"}};
  w.at(2250ms, signal(Kind::ended, "what are your hours?"));
  w.answers = {answer("Nine to five.")};
  w.run(6s);
  const auto* took = nth<action::TurnTook>(w);
  ASSERT_TRUE(took) << w.timeline_text();
  EXPECT_NEAR(to_ms(Duration(took->v2v_us)), 250 + 100 + 200 + 80, 40) << "the mind, then the voice";
  EXPECT_EQ(count_of<action::ScoreTurn>(w), 0) << "whoever owns the turns is not second-guessed";
}

TEST(Services, an_eager_end_is_thought_about_and_released_by_the_end) {
  Rehearsal w = world(theirs());
  w.delays.stt_never = true;
  w.speech = {{1s, 2s, "what are your hours?"}};
  w.at(2150ms, signal(Kind::eager, "what are your hours?"));
  w.at(2500ms, signal(Kind::ended, "what are your hours?"));
  w.answers = {answer("Nine to five."), answer("asked twice")};
  w.run(6s);
  const auto* took = nth<action::TurnTook>(w);
  ASSERT_TRUE(took) << w.timeline_text();
  EXPECT_TRUE(took->speculated);
  EXPECT_NEAR(to_ms(Duration(took->v2v_us)), 150 + 100 + 200 + 80, 60);
  EXPECT_EQ(count_of<action::Ask>(w), 1);
}

TEST(Services, a_turn_that_goes_on_withdraws_the_eager_answer) {
  Rehearsal w = world(theirs());
  w.delays.stt_never = true;
  w.speech = {{1s, 2s, "I want to"}, {2400ms, 3s, "book a table"}};
  w.at(2100ms, signal(Kind::eager, "I want to"));
  w.at(2500ms, signal(Kind::resumed, ""));
  w.at(3250ms, signal(Kind::ended, "I want to book a table"));
  w.answers = {answer("To what?"), answer("Gladly.")};
  w.run(7s);
  EXPECT_EQ(w.context(), "caller: I want to book a table | agent: Gladly.");
}

TEST(Services, a_recogniser_that_does_not_end_the_turn_costs_one_long_wait_and_no_more) {
  Rehearsal w = world(theirs());
  w.speech = {{1s, 2s, "what are your hours?"}, {9s, 10s, "and on Sunday?"}};
  w.answers = {answer("Nine to five."), answer("Closed.")};
  w.run(15s);
  const auto* first = nth<action::TurnTook>(w, 0);
  const auto* second = nth<action::TurnTook>(w, 1);
  ASSERT_TRUE(first && second) << w.timeline_text();
  EXPECT_NEAR(to_ms(Duration(first->v2v_us)), 3000, 80) << "the longest delay";
  EXPECT_LT(second->v2v_us, 700'000) << "then Offhook judges itself";
}

TEST(Services, elsewhere_the_recognisers_judgement_is_evidence) {
  Settings s;
  s.detector = true;
  Rehearsal w = world(s);
  w.delays.permille = 100;  // the turn model doubts it
  w.speech = {{1s, 2s, "what are your hours"}};
  w.at(2200ms, signal(Kind::ended, "what are your hours"));
  w.answers = {answer("Nine to five.")};
  w.run(6s);
  const auto* took = nth<action::TurnTook>(w);
  ASSERT_TRUE(took) << w.timeline_text();
  EXPECT_LT(took->v2v_us, 700'000);
}

TEST(Services, a_transcript_that_is_later_than_ever_before_is_not_waited_for_with_words_in_hand) {
  Settings s;
  s.detector = false;
  Rehearsal w = world(s);
  w.delays.stt_never = true;
  w.speech = {{1s, 2s, "what are your hours"}};
  w.at(1900ms, event::Partial{1, "what are your hours", 4});
  w.answers = {answer("Nine to five.")};
  w.run(6s);
  const auto* took = nth<action::TurnTook>(w);
  ASSERT_TRUE(took) << w.timeline_text();
  EXPECT_NEAR(to_ms(Duration(took->v2v_us)), 96 + 600, 60)
      << "twice what is usual, not 2.5 s; the answer was prepared meanwhile";
}

TEST(Services, a_recogniser_that_is_always_late_is_waited_for_after_a_turn_or_two) {
  Settings s;
  s.detector = false;
  Rehearsal w = world(s);
  w.delays.stt = 900ms;
  w.delays.partial_every = 200ms;
  for (int i = 0; i < 5; ++i) w.speech.push_back({i * 8s + 1s, i * 8s + 2s, "what are your hours on saturday"});
  w.think = [](const std::string&, int) { return answer("Nine to five.", 1s); };
  w.run(42s);
  const std::string context = w.context();
  EXPECT_EQ(context.substr(context.rfind("caller: ")).find("caller: what are your hours on saturday |"), 0u) << context;
  EXPECT_GE(w.state().floor.words_late, 600ms);
}

TEST(Services, a_signal_in_the_tail_of_a_reply_waits_for_its_last_word) {
  Rehearsal w = world(theirs());
  w.delays.stt_never = true;
  w.speech = {{1s, 2s, "is it open?"}, {4250ms, 4500ms, "yes please"}};
  w.answers = {answer("Shall I book it?", 2s), answer("Gladly.")};
  w.at(2250ms, signal(Kind::ended, "is it open?"));
  auto second = signal(Kind::ended, "yes please");
  second.utterance = 2;
  w.at(4550ms, second);  // the reply is heard until 4.63
  w.run(9s);
  EXPECT_NE(w.context().find("caller: yes please | agent: Gladly."), std::string::npos) << w.context() << "\n"
                                                                                        << w.timeline_text();
}

TEST(Services, a_noise_without_words_takes_no_turns_away_from_the_recogniser) {
  Rehearsal w = world(theirs());
  w.speech = {{1s, 1400ms, ""}, {6s, 7s, "what are your hours?"}};
  auto late = signal(Kind::ended, "what are your hours?");
  late.utterance = 2;
  w.at(7200ms, late);
  w.answers = {answer("Nine to five.")};
  w.run(12s);
  EXPECT_TRUE(w.state().floor.finds_turns);
  const auto* took = nth<action::TurnTook>(w);
  ASSERT_TRUE(took) << w.timeline_text();
  EXPECT_LT(took->v2v_us, 800'000);
}

TEST(Services, what_a_recogniser_takes_is_learnt) {
  Settings s;
  Duration known{-1};
  for (int i = 0; i < 40; ++i) known = learn_lateness(s, known, i % 10 == 0 ? 900ms : 700ms);
  EXPECT_GT(known, 700ms);
  EXPECT_LT(known, 900ms);
  EXPECT_EQ(words_wait(s, "", known), 2 * known);
  EXPECT_EQ(words_wait(s, "", 200ms), s.wordless) << "nobody is left in silence for longer";
  EXPECT_EQ(words_wait(s, "hello", known), 2 * known);
  EXPECT_EQ(words_wait(s, "hello", 5s), s.words_patience);
  EXPECT_EQ(words_wait(s, "hello", 10ms), 500ms) << "a partial is not the end of a sentence";
}

TEST(Services, a_call_that_has_cost_what_it_may_says_goodbye) {
  Settings s;
  s.budget_micros = 500'000;
  s.greeting = "Hello.";
  Rehearsal w = world(s);
  w.at(3s, event::Spent{499'999});
  w.at(5s, event::Spent{500'001});
  w.run(12s);
  EXPECT_GT(w.when("hang up"), 5.0);
  EXPECT_LT(w.when("hang up"), 8.0);
  EXPECT_NE(said(w).find("Goodbye."), std::string::npos);
}

TEST(Services, a_voice_that_breaks_off_claims_only_what_it_said) {
  Rehearsal w = world();
  w.delays.tts_never = true;
  w.speech = {{1s, 2s, "what are your hours?"}};
  w.answers = {answer("We are open from nine to five.")};
  w.at(2800ms, event::ClauseBegun{1, 0});
  w.at(3300ms, event::ClauseReady{1, 0, 5000, "connection lost"});
  w.at(3300ms, event::Audible{1});
  w.at(4s, event::Drained{1});
  w.run(5s);
  EXPECT_EQ(w.context().find("five"), std::string::npos) << w.context();
  EXPECT_NE(w.context().find("agent: We are"), std::string::npos) << w.context();
}

}  // namespace
}  // namespace offhook::call
