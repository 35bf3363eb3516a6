// Tools: each call has one result, whatever is said meanwhile.
#include "call/timelines_testing.hpp"

namespace offhook::call {
namespace {

using Calls = std::vector<llm::ToolCall>;

Rehearsal::Answer silent(Calls calls) {
  Rehearsal::Answer a;
  a.calls = std::move(calls);
  return a;
}

Rehearsal asked(Settings s = with_tool()) {
  auto w = world(std::move(s));
  w.speech = {{500ms, 1500ms, "book a table"}};
  return w;
}

}  // namespace

TEST(Tools, a_silent_tool_reply_is_over_without_a_sound_and_its_turn_takes_one_waterfall) {
  auto w = asked();
  w.answers = {silent({{"t1", "book", "{}"}}), answer("Booked", 1s)};
  w.tools["t1"] = {.after = 700ms};
  w.run(8s);
  EXPECT_EQ(w.context(), "caller: book a table | agent:  | tool: done | agent: Booked") << w.timeline_text();
  ASSERT_EQ(count_of<action::TurnTook>(w), 1);
  EXPECT_NEAR(static_cast<double>(nth<action::TurnTook>(w)->v2v_us) / 1e6, w.when("speaking") - 1.5, kWindow);
}

TEST(Tools, words_before_the_tool_are_heard_while_it_runs) {
  auto w = asked();
  w.answers = {calling(answer("Let me look.", 2s), {{"t1", "book", "{}"}}), answer("Booked", 1s)};
  w.tools["t1"] = {.after = 500ms};
  w.run(8s);
  EXPECT_LT(w.when("tool book"), w.when("listening")) << w.timeline_text();
  EXPECT_NEAR(w.when("thinking"), w.when("listening"), 0.001);
}

TEST(Tools, a_tool_slower_than_the_words_is_waited_for) {
  auto w = asked();
  w.answers = {calling(answer("Let me look.", 1s), {{"t1", "book", "{}"}}), answer("Booked", 1s)};
  w.tools["t1"] = {.after = 4s};
  w.run(10s);
  EXPECT_NEAR(w.when("thinking"), w.when("tool book") + 4, 0.001) << w.timeline_text();
}

TEST(Tools, an_unknown_tool_is_told_to_the_model) {
  auto w = asked();
  w.answers = {silent({{"t1", "fly", "{}"}}), answer("I cannot", 1s)};
  w.run(8s);
  EXPECT_EQ(w.context(), "caller: book a table | tool: There is no tool of that name. | agent:  | agent: I cannot");
  EXPECT_EQ(count_of<action::CallTool>(w), 0);
}

TEST(Tools, one_that_does_not_return_in_time_is_cancelled_and_told) {
  auto s = with_tool();
  s.tools[0].timeout_us = 2'000'000;
  auto w = asked(s);
  w.answers = {silent({{"t1", "book", "{}"}}), answer("It did not work", 1s)};
  w.tools["t1"] = {.after = 3s};  // its late result is dropped
  w.run(8s);
  EXPECT_EQ(w.count("tool cancelled"), 1) << w.timeline_text();
  EXPECT_EQ(w.context(),
            "caller: book a table | agent:  | tool: The tool did not return in time. | agent: It did not work");
}

TEST(Tools, a_result_after_an_interruption_is_not_lost) {
  auto w = asked();
  w.answers = {calling(answer("Let me look for a table for you in the book.", 5s), {{"t1", "book", "{}"}}),
               answer("Yes.", 500ms), answer("And it is booked.", 1s)};
  w.speech.push_back({3s, 4s, "are you there"});
  w.tools["t1"] = {.after = 4s};  // 5.9: in or after the second answer
  w.run(12s);
  EXPECT_EQ(w.count("cut"), 1) << w.timeline_text();
  EXPECT_EQ(w.context(),
            "caller: book a table | agent: Let me/ | caller: are you there | agent: Yes. | tool: done | agent: And it "
            "is booked.")
      << w.timeline_text();
}

TEST(Tools, a_result_that_comes_while_the_next_answer_is_prepared_is_in_that_answer) {
  auto w = asked();
  w.answers = {silent({{"t1", "book", "{}"}}), answer("early", 1s), answer("with the result", 1s)};
  w.speech.push_back({3s, 4s, "is it done and"});  // an open end: a long wait
  w.tools["t1"] = {.after = 2350ms};               // 4.2: after the speculation, before the commit
  w.run(9s);
  EXPECT_EQ(w.count("speculating"), 3) << w.timeline_text();
  EXPECT_EQ(w.context(),
            "caller: book a table | agent:  | tool: done | caller: is it done and | agent: with the result")
      << w.timeline_text();
  EXPECT_EQ(w.count("speaking"), 1);
}

TEST(Tools, two_in_parallel_are_answered_together) {
  auto s = with_tool();
  s.tools.push_back({"look", Effect::none, 10'000'000});
  auto w = asked(s);
  w.answers = {silent({{"t1", "book", "{}"}, {"t2", "look", "{}"}}), answer("Both", 1s)};
  w.tools["t1"] = {.after = 900ms, .result = "one"};
  w.tools["t2"] = {.after = 300ms, .result = "two"};
  w.run(8s);
  EXPECT_EQ(w.context(), "caller: book a table | agent:  | tool: two | tool: one | agent: Both") << w.timeline_text();
  EXPECT_EQ(w.count("thinking"), 1);
}

TEST(Tools, an_id_twice_runs_once) {
  auto w = asked();
  w.answers = {silent({{"t1", "book", "{}"}, {"t1", "book", "{}"}}), answer("Booked", 1s)};
  w.run(8s);
  EXPECT_EQ(count_of<action::CallTool>(w), 1);
}

TEST(Tools, after_three_steps_the_model_must_answer) {
  auto w = asked();
  int n = 0;
  w.think = [&](const std::string&, int) {
    ++n;
    return silent({{"t" + std::to_string(n), "book", "{}"}});
  };
  w.run(14s);
  EXPECT_EQ(count_of<action::CallTool>(w), 3) << w.timeline_text();
  auto* last = nth<action::Ask>(w, 3);
  ASSERT_TRUE(last);
  EXPECT_FALSE(last->tools);
  EXPECT_TRUE(nth<action::Ask>(w, 2)->tools);
  EXPECT_EQ(said(w), Settings{}.apology_text);  // it would not
}

TEST(Tools, a_new_turn_has_its_own_steps_even_when_speculated) {
  auto w = asked();
  int n = 0;
  w.think = [&](const std::string& words, int) {
    ++n;
    if (words == "book a table" && n <= 3) return silent({{"a" + std::to_string(n), "book", "{}"}});
    if (words == "and a room" && n == 5) return silent({{"b", "book", "{}"}});
    return answer("ok", 500ms);
  };
  w.speech.push_back({6s, 7s, "and a room"});
  w.run(12s);
  EXPECT_EQ(count_of<action::CallTool>(w), 4) << w.timeline_text();
  for (int i = 0; auto* ask = nth<action::Ask>(w, i); ++i)
    if (ask->speculative) {
      EXPECT_TRUE(ask->tools) << i;
    }
}

TEST(Tools, a_speculated_reply_calls_none_before_the_commit_and_none_if_withdrawn) {
  auto w = asked();
  w.delays.permille = 100;
  w.speech.push_back({2200ms, 3s, "no a room"});
  w.answers = {silent({{"t1", "book", "{table}"}}), silent({{"t2", "book", "{room}"}}), answer("A room.", 1s)};
  w.run(12s);
  ASSERT_EQ(count_of<action::CallTool>(w), 1) << w.timeline_text();
  EXPECT_EQ(nth<action::CallTool>(w)->arguments, "{room}");
  EXPECT_GT(w.when("tool book"), 3.3);
}

TEST(Tools, a_mind_that_breaks_off_after_its_call_is_told_the_result) {
  auto w = asked();
  auto broken = silent({{"t1", "book", "{}"}});
  broken.failure = "the connection closed";
  Settings s = with_tool();
  s.speculate = false;
  w = asked(s);
  w.answers = {broken, answer("Booked", 1s)};
  w.tools["t1"] = {.after = 500ms};
  w.run(8s);
  EXPECT_EQ(w.context(), "caller: book a table | agent:  | tool: done | agent: Booked") << w.timeline_text();
  EXPECT_EQ(count_of<action::CallTool>(w), 1);
}

TEST(Tools, running_ones_are_cancelled_when_the_call_ends_and_have_their_result) {
  auto w = asked();
  w.answers = {silent({{"t1", "book", "{}"}})};
  w.tools["t1"] = {.never = true};
  w.at(4s, event::HungUp{"the caller", 0});
  w.run(8s);
  EXPECT_EQ(w.context(), "caller: book a table | agent:  | tool: The call ended before the tool returned.");
  EXPECT_EQ(w.count("tool cancelled"), 1);
}

TEST(Tools, a_call_that_ends_in_the_very_step_in_which_its_reply_is_done_names_it_once) {
  Settings s = with_tool();
  s.mind_patience = 60s;
  auto w = asked(s);
  Rehearsal::Answer by_hand;
  by_hand.all = -1ms;
  w.answers = {by_hand};
  w.sound_stops = 3s;  // gone at 13, but …
  w.delays.tick = 5s;  // … that is not noticed
  w.tools["t1"] = {.never = true};
  w.at(12s, event::ToolAsked{1, "t1", "book", "{}"});
  w.at(14s, event::MindDone{1, "tool_calls"});
  w.run(30s);
  EXPECT_NEAR(w.when("hang up"), 14, 0.001) << w.timeline_text();
  EXPECT_EQ(w.context(), "caller: book a table | tool: The call ended before the tool returned. | agent: /");
}

TEST(Tools, noise_while_one_runs_does_not_lose_its_result) {
  auto w = asked();
  w.answers = {silent({{"t1", "book", "{}"}}), answer("Booked", 1s)};
  w.speech.push_back({3s, 3400ms, ""});
  w.tools["t1"] = {.after = 1300ms};  // 3.2: in the noise
  w.run(8s);
  EXPECT_EQ(w.context(), "caller: book a table | agent:  | tool: done | agent: Booked") << w.timeline_text();
  EXPECT_LE(w.when("speaking"), 4.5);
}

}  // namespace offhook::call
