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
  w.tools["t1"] = {.after = 3s};
  w.run(10s);
  EXPECT_NEAR(w.when("thinking"), w.when("tool book") + 3, 0.001) << w.timeline_text();
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
  EXPECT_EQ(
      w.context(),
      "caller: book a table | agent: Let me/ | tool: It is still running; its result will be told. | caller: are you "
      "there | agent: Yes. | note: The tool book, called earlier, is over. done | agent: And it is booked.")
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
    return silent({{"t" + std::to_string(n), "book", std::to_string(n)}});
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
    if (words == "book a table" && n <= 3) return silent({{"a" + std::to_string(n), "book", std::to_string(n)}});
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

// ---- what callers suffer from elsewhere

TEST(Tools, the_agent_is_not_silent_after_a_call) {
  auto w = asked();
  w.answers = {silent({{"t1", "book", "{}"}}), answer("Booked.", 1s)};
  w.tools["t1"] = {.after = 10ms};
  w.run(8s);
  EXPECT_EQ(said(w), "Booked.");
  EXPECT_LT(w.when("speaking"), 3) << w.timeline_text();
}

TEST(Tools, the_caller_is_answered_once) {
  auto w = asked();
  w.answers = {calling(answer("Let me look.", 1s), {{"t1", "book", "{}"}}), answer("Booked.", 1s),
               answer("Twice.", 1s)};
  w.tools["t1"] = {.after = 300ms};
  w.run(12s);
  EXPECT_EQ(said(w), "Let me look. | Booked.") << w.timeline_text();
}

TEST(Tools, the_same_call_again_is_told_and_not_made) {
  auto w = asked();
  w.answers = {silent({{"t1", "book", R"({"a":1,"b":2})"}}), silent({{"t2", "book", R"({ "b":2, "a":1 })"}}),
               answer("Booked.", 1s)};
  w.run(10s);
  EXPECT_EQ(count_of<action::CallTool>(w), 1) << w.timeline_text();
  EXPECT_EQ(said(w), "Booked.");
  EXPECT_NE(w.context().find("tool: This has been called with the same arguments already"), std::string::npos)
      << w.context();
}

TEST(Tools, a_slow_one_is_bridged_with_a_word_and_then_another) {
  auto s = with_tool();
  s.tools[0].timeout_us = 30'000'000;
  auto w = asked(s);
  w.answers = {silent({{"t1", "book", "{}"}}), answer("Booked.", 1s)};
  w.tools["t1"] = {.after = 14s};
  w.run(30s);
  EXPECT_EQ(said(w), "One moment, please. | One moment, please. | Booked.") << w.timeline_text();
  EXPECT_NEAR(w.when("speaking", 0), 1.5 + 2.5 + 0.08, kWindow);  // from the caller's last word
  EXPECT_NEAR(w.when("speaking", 1), w.when("listening", 0) + 8 + 0.08, kWindow);
  EXPECT_EQ(w.context(),
            "caller: book a table | agent:  | agent: One moment, please. | agent: One moment, please. | tool: done | "
            "agent: Booked.");
}

TEST(Tools, a_slow_answer_to_its_result_is_bridged_too) {
  auto w = asked();
  auto slow = answer("Booked.", 1s);
  slow.first = slow.all = 4s;
  w.answers = {silent({{"t1", "book", "{}"}}), slow};
  w.tools["t1"] = {.after = 1s};
  w.run(12s);
  EXPECT_EQ(said(w), "One moment, please. | Booked.") << w.timeline_text();
  EXPECT_NEAR(w.when("speaking"), 1.5 + 2.5 + 0.08, kWindow);
}

TEST(Tools, a_fast_one_is_not_bridged) {
  auto w = asked();
  w.answers = {calling(answer("Let me look.", 1s), {{"t1", "book", "{}"}}), answer("Booked.", 1s)};
  w.tools["t1"] = {.after = 3s};
  w.run(10s);
  EXPECT_EQ(said(w), "Let me look. | Booked.") << w.timeline_text();
}

TEST(Tools, what_is_said_before_one_runs_is_said_where_the_model_says_nothing) {
  auto s = with_tool();
  s.tools[0].say = "I am looking that up.";
  auto w = asked(s);
  w.answers = {silent({{"t1", "book", "{}"}}), answer("Booked.", 1s)};
  w.run(10s);
  EXPECT_EQ(w.context(), "caller: book a table | tool: done | agent: I am looking that up. | agent: Booked.")
      << w.timeline_text();
  auto speaks = asked(s);
  speaks.answers = {calling(answer("Let me see.", 1s), {{"t1", "book", "{}"}}), answer("Booked.", 1s)};
  speaks.run(10s);
  EXPECT_EQ(said(speaks), "Let me see. | Booked.");
}

TEST(Tools, what_an_abandoned_speculation_has_called_is_cancelled_and_told_to_nobody) {
  Settings s;
  s.tools = {{"look", Effect::none, 10'000'000, true}};
  auto w = asked(s);
  w.delays.permille = 100;
  w.speech.push_back({2200ms, 3s, "no a room"});
  w.answers = {silent({{"t1", "look", "{table}"}}), silent({{"t2", "look", "{room}"}}), answer("A room.", 1s)};
  w.tools["t1"] = {.after = 5s};
  w.run(12s);
  EXPECT_EQ(count_of<action::CallTool>(w), 2) << w.timeline_text();
  EXPECT_EQ(w.count("tool cancelled"), 1);
  EXPECT_EQ(w.context(), "caller: book a table no a room | tool: done | agent:  | agent: A room.");
}

TEST(Tools, one_without_effects_runs_while_the_turn_is_being_decided) {
  Settings s;
  s.tools = {{"look", Effect::none, 10'000'000, true}};
  auto w = asked(s);
  w.delays.permille = 300;  // a wait
  w.answers = {silent({{"t1", "look", "{}"}}), answer("Free.", 1s)};
  w.tools["t1"] = {.after = 100ms};
  w.run(8s);
  const auto* look = nth<action::CallTool>(w);
  ASSERT_TRUE(look);
  EXPECT_LT(w.when("tool look"), w.when("thinking")) << w.timeline_text();
  EXPECT_EQ(w.context(), "caller: book a table | tool: done | agent:  | agent: Free.");
  EXPECT_EQ(count_of<action::CallTool>(w), 1);
}

TEST(Tools, an_interruptible_one_is_cancelled_by_the_callers_next_words_and_never_spoken_of) {
  auto s = with_tool();
  s.tools[0].interruptible = true;
  auto w = asked(s);
  w.answers = {silent({{"t1", "book", "{}"}}), answer("Yes.", 1s)};
  w.speech.push_back({3s, 4s, "are you there"});
  w.tools["t1"] = {.after = 6s};
  w.run(12s);
  EXPECT_EQ(w.count("tool cancelled"), 1) << w.timeline_text();
  EXPECT_EQ(
      w.context(),
      "caller: book a table | agent:  | tool: It was cancelled, as the caller went on speaking. | caller: are you "
      "there | agent: Yes.");
}

TEST(Tools, an_okay_cancels_none) {
  auto s = with_tool();
  s.tools[0].interruptible = true;
  auto w = asked(s);
  w.answers = {silent({{"t1", "book", "{}"}}), answer("One moment.", 1s), answer("Booked.", 1s)};
  w.speech.push_back({3s, 3400ms, "mm-hm"});
  w.tools["t1"] = {.after = 6s};
  w.run(14s);
  EXPECT_EQ(w.count("tool cancelled"), 0) << w.timeline_text();
  EXPECT_NE(w.context().find("note: The tool book, called earlier, is over. done"), std::string::npos) << w.context();
}

// ---- built in

Settings with_builtins() {
  Settings s = with_tool();
  for (const auto& [name, builtin] : {std::pair{"end_call", Builtin::end_call},
                                      {"send_digits", Builtin::send_digits},
                                      {"wait", Builtin::wait},
                                      {"collect", Builtin::collect},
                                      {"remember", Builtin::remember}})
    s.tools.push_back({.name = name, .builtin = builtin});
  return s;
}

TEST(Tools, the_call_ends_once_the_goodbye_has_been_heard) {
  auto w = asked(with_builtins());
  w.answers = {calling(answer("Goodbye then.", 2s), {{"t1", "end_call", "{}"}})};
  w.run(10s);
  EXPECT_EQ(said(w), "Goodbye then.");
  EXPECT_NEAR(w.when("hang up"), w.when("listening"), 0.001) << w.timeline_text();
  EXPECT_EQ(w.context(), "caller: book a table | agent: Goodbye then. | tool: The call has ended.");
}

TEST(Tools, a_goodbye_given_with_the_end_is_said_and_else_the_agents_own) {
  auto w = asked(with_builtins());
  w.answers = {silent({{"t1", "end_call", R"({"words":"See you on Friday."})"}})};
  w.run(10s);
  EXPECT_EQ(said(w), "See you on Friday.");
  EXPECT_EQ(w.count("hang up"), 1) << w.timeline_text();
  auto own = asked(with_builtins());
  own.answers = {silent({{"t1", "end_call", ""}})};
  own.run(10s);
  EXPECT_EQ(said(own), "Goodbye.");
  EXPECT_EQ(own.count("hang up"), 1);
}

TEST(Tools, a_caller_who_speaks_into_the_goodbye_keeps_the_call) {
  auto w = asked(with_builtins());
  w.answers = {calling(answer("Goodbye then and have a nice day.", 4s), {{"t1", "end_call", "{}"}}),
               answer("Sure.", 1s)};
  w.speech.push_back({3s, 4s, "wait one more question"});
  w.run(10s);
  EXPECT_EQ(w.count("hang up"), 0) << w.timeline_text();
  EXPECT_NE(
      w.context().find("tool: The caller went on speaking, so the call goes on. | caller: wait one more question | "
                       "agent: Sure."),
      std::string::npos)
      << w.context();
}

TEST(Tools, waiting_asks_nothing_until_its_time_is_over) {
  auto s = with_builtins();
  s.idle = 5s;
  auto w = asked(s);
  w.answers = {calling(answer("Take your time.", 1s), {{"t1", "wait", R"({"seconds":20})"}}),
               answer("Still there?", 1s)};
  w.run(26s);
  EXPECT_EQ(said(w), "Take your time. | Still there?") << w.timeline_text();
  EXPECT_NEAR(w.when("thinking"), 1.5 + 20.4, 0.5);
  EXPECT_NE(w.context().find("tool: The caller has said nothing meanwhile."), std::string::npos);
}

TEST(Tools, waiting_ends_with_the_callers_words) {
  auto w = asked(with_builtins());
  w.answers = {calling(answer("Take your time.", 1s), {{"t1", "wait", "{}"}}), answer("Good.", 1s)};
  w.speech.push_back({8s, 9s, "I have it here"});
  w.run(14s);
  EXPECT_EQ(
      w.context(),
      "caller: book a table | agent: Take your time. | tool: The caller speaks. | caller: I have it here | agent: "
      "Good.")
      << w.timeline_text();
}

TEST(Tools, what_is_remembered_stands_behind_the_instructions_and_asks_no_second_answer) {
  auto w = asked(with_builtins());
  w.answers = {calling(answer("Thanks Ann.", 1s), {{"t1", "remember", R"({"key":"name","value":"Ann"})"}}),
               silent({{"t2", "remember", R"({"key":"people","value":4})"}}), answer("Four it is.", 1s)};
  w.speech.push_back({6s, 7s, "we are four"});
  w.run(12s);
  EXPECT_EQ(said(w), "Thanks Ann. | Four it is.") << w.timeline_text();
  std::string notes;
  for (int i = 0; auto* ask = nth<action::Ask>(w, i); ++i) notes = ask->prompt.notes;
  EXPECT_EQ(notes, "\n\nYou have noted in this call:\n- name: \"Ann\"\n- people: 4");
}

TEST(Tools, keys_are_pressed_behind_the_words_and_told_when_heard) {
  auto w = asked(with_builtins());
  w.answers = {calling(answer("One moment", 1s), {{"t1", "send_digits", R"({"digits":"12#"})"}}), answer("Done.", 1s)};
  w.run(10s);
  ASSERT_EQ(count_of<action::Dial>(w), 1);
  EXPECT_EQ(nth<action::Dial>(w)->digits, "12#");
  EXPECT_EQ(nth<action::Dial>(w)->clause, 1);
  EXPECT_EQ(w.context(), "caller: book a table | agent: One moment | tool: The keys have been pressed. | agent: Done.")
      << w.timeline_text();
}

TEST(Tools, a_builtin_that_is_called_wrongly_is_told_in_a_sentence) {
  auto w = asked(with_builtins());
  w.answers = {silent({{"t1", "wait", R"({"seconds":900})"}}), answer("Fine.", 1s)};
  w.run(8s);
  EXPECT_EQ(w.context(),
            "caller: book a table | tool: The argument \"seconds\" is 900, expected at most 120. | agent:  | agent: "
            "Fine.");
}

TEST(Tools, the_caller_is_heard_while_the_agent_only_waits) {
  auto s = with_builtins();
  s.mute = Mute::tools;
  auto w = asked(s);
  w.answers = {calling(answer("Take your time.", 1s), {{"t1", "wait", "{}"}}), answer("Good.", 1s)};
  w.speech.push_back({8s, 9s, "I have it here"});
  w.run(14s);
  EXPECT_EQ(said(w), "Take your time. | Good.") << w.timeline_text();
}

TEST(Tools, a_tools_own_words_on_its_progress_are_said_where_it_may_and_once) {
  auto s = with_tool();
  s.tools[0].progress = true;
  s.tools[0].timeout_us = 30'000'000;
  auto w = asked(s);
  w.answers = {silent({{"t1", "book", "{}"}}), answer("Booked", 1s)};
  w.tools["t1"] = {.after = 16s};
  w.at(3s, event::ToolProgress{"t1", "I am asking the kitchen."});
  w.run(26s);
  EXPECT_EQ(said(w), "I am asking the kitchen. | One moment, please. | Booked") << w.timeline_text();
}

TEST(Tools, progress_is_not_said_where_the_tool_may_not) {
  auto w = asked();
  w.answers = {silent({{"t1", "book", "{}"}}), answer("Booked", 1s)};
  w.tools["t1"] = {.after = 6s};
  w.at(3s, event::ToolProgress{"t1", "db-7: 3 of 10 rows"});
  w.run(20s);
  EXPECT_EQ(said(w), "One moment, please. | Booked") << w.timeline_text();
}

}  // namespace offhook::call
