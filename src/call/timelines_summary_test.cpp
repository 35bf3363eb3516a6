// Long calls: what was said before is summed up beside the conversation, which never waits for it.
#include "call/timelines_testing.hpp"

namespace offhook::call {
namespace {

Settings forgetful(int tokens = 30, int keep = 2) {
  Settings s = with_tool();
  s.summarize_tokens = tokens;
  s.summarize_keep = keep;
  return s;
}

// One turn every eight seconds.
Rehearsal talks(Settings s, int turns) {
  auto w = world(std::move(s));
  for (int i = 0; i < turns; ++i)
    w.speech.push_back({1s + i * 8s, 2s + i * 8s, "this is what I say in turn " + std::to_string(i)});
  w.think = [](const std::string&, int) { return answer("And this is what I answer.", 1s); };
  return w;
}

const action::Ask* last_ask(const Rehearsal& w) {
  const action::Ask* last = nullptr;
  for (int n = 0; auto* ask = nth<action::Ask>(w, n); ++n) last = ask;
  return last;
}

}  // namespace

TEST(Summaries, old_turns_are_summed_up_and_the_last_are_told_as_they_were_said) {
  auto w = talks(forgetful(), 5);
  w.run(40s);
  ASSERT_GE(count_of<action::Summarize>(w), 1) << w.timeline_text();
  const action::Ask* ask = last_ask(w);
  EXPECT_NE(ask->prompt.notes.find("in short: In short, of "), std::string::npos) << ask->prompt.notes;
  EXPECT_EQ(ask->context.front()->kind, dialog::Item::Kind::caller);
  EXPECT_LE(ask->context.size(), 6u);
  EXPECT_GE(w.state().task.context.size(), 9u) << "the call itself forgets nothing";
}

TEST(Summaries, the_next_takes_the_last_in) {
  auto w = talks(forgetful(), 9);
  w.run(75s);
  ASSERT_GE(count_of<action::Summarize>(w), 2) << w.timeline_text();
  EXPECT_FALSE(nth<action::Summarize>(w, 1)->before.empty());
}

TEST(Summaries, no_turn_waits_for_one) {
  auto w = talks(forgetful(), 5);
  w.delays.summary = 60s;
  w.run(40s);
  EXPECT_EQ(count_of<action::Summarize>(w), 1) << w.timeline_text();
  EXPECT_EQ(count_of<action::TurnTook>(w), 5);
  auto without = talks(with_tool(), 5);
  without.run(40s);
  for (int n = 0; n < 5; ++n)
    EXPECT_EQ(nth<action::TurnTook>(w, n)->v2v_us, nth<action::TurnTook>(without, n)->v2v_us) << n;
}

TEST(Summaries, one_that_fails_leaves_the_call_as_it_was_and_is_given_up_after_three) {
  auto w = talks(forgetful(), 9);
  w.delays.summary_fails = true;
  w.run(75s);
  EXPECT_EQ(count_of<action::Summarize>(w), 3) << w.timeline_text();
  EXPECT_EQ(last_ask(w)->prompt.notes, "");
  EXPECT_EQ(last_ask(w)->context.size(), 17u);
}

TEST(Summaries, a_result_is_never_orphaned_by_one) {
  auto s = forgetful(10, 1);
  s.tools[0].timeout_us = 60'000'000;
  auto w = talks(s, 4);
  int n = 0;
  w.think = [&](const std::string&, int) {
    auto a = answer("And this is what I answer.", 1s);
    if (n++ == 0) a.calls = {{"t1", "book", "{}"}};
    return a;
  };
  w.tools["t1"] = {.after = 12s, .result = "late"};
  w.run(40s);
  ASSERT_GE(count_of<action::Summarize>(w), 1) << w.timeline_text();
  for (int i = 0; auto* ask = nth<action::Ask>(w, i); ++i)
    for (const auto& item : ask->context)
      if (item->kind == dialog::Item::Kind::tool_result)
        EXPECT_TRUE(std::any_of(ask->context.begin(), ask->context.end(), [&](const auto& c) {
          return std::ranges::find(c->calls, item->call_id, &llm::ToolCall::id) != c->calls.end();
        })) << i;
  EXPECT_NE(w.context().find("late"), std::string::npos);
}

TEST(Summaries, a_short_call_has_none) {
  auto w = talks(forgetful(10'000), 5);
  w.run(40s);
  EXPECT_EQ(count_of<action::Summarize>(w), 0);
  EXPECT_EQ(last_ask(w)->context.size(), 9u);
}

TEST(Summaries, a_node_of_a_flow_may_want_one_and_goes_on_without_waiting) {
  Settings s;
  s.flow.language = "en";
  FlowNode talk{.name = "talk", .task = "Chat.", .talks = true};
  talk.next = {{.to = "book", .hears = {"appointment"}}};
  FlowNode book{.name = "book", .task = "Book.", .talks = true, .memory = FlowMemory::summary};
  s.flow.nodes = {talk, book};
  auto w = talks(s, 2);
  w.speech.push_back({17s, 18s, "I need an appointment"});
  w.speech.push_back({25s, 26s, "on Tuesday"});
  w.run(33s);
  ASSERT_EQ(count_of<action::Summarize>(w), 1) << w.timeline_text();
  EXPECT_EQ(nth<action::Summarize>(w)->since.size(), 4u);
  const action::Ask* ask = last_ask(w);
  EXPECT_EQ(ask->context.front()->text, "I need an appointment");
  EXPECT_NE(ask->prompt.notes.find("in short"), std::string::npos);
}

}  // namespace offhook::call
