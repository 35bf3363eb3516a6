// The peers' own stories, with their settings, and the same stories with Offhook's defaults.
#include "call/timelines_testing.hpp"

namespace offhook::call {
namespace {

constexpr const char* kStory = "one two three four five six seven eight nine ten";

// Of a turn's answer: from the caller's last sound to the agent's first.
double v2v(const Rehearsal& w, int n = 0) {
  auto* took = nth<action::TurnTook>(w, n);
  return took ? static_cast<double>(took->v2v_us) / 1e6 : -1;
}

}  // namespace

TEST(PeersTimeline, plain) {
  auto w = peers_world(peers());
  w.speech = {{500ms, 2500ms, "hello how are you today"}};
  w.answers = {answer("I am fine thank you", 2s)};
  w.run(6s);
  EXPECT_AT(w, "thinking", 0, 3.0);
  EXPECT_AT(w, "speaking", 0, 3.5);
  EXPECT_AT(w, "listening", 0, 5.5);
  EXPECT_NEAR(v2v(w), 1.0, kWindow);
  EXPECT_EQ(w.context(), "caller: hello how are you today | agent: I am fine thank you");
}

TEST(PeersTimeline, interruption) {
  auto w = peers_world(peers());
  w.speech = {{500ms, 2500ms, "tell me a long story"}, {5s, 6s, "Stop!"}};
  w.answers = {answer(kStory, 10s), answer("ok", 1s)};
  w.run(9s);
  EXPECT_AT(w, "cut", 0, 5.5);
  EXPECT_NE(w.timeline_text().find("cut 2.0"), std::string::npos) << w.timeline_text();
  EXPECT_AT(w, "thinking", 1, 6.5);
  EXPECT_EQ(w.context(), "caller: tell me a long story | agent: one two/ | caller: Stop! | agent: ok")
      << w.timeline_text();
}

TEST(PeersTimeline, too_few_words_do_not_cut) {
  auto s = peers();
  s.min_words = 3;
  auto w = peers_world(s);
  w.speech = {{500ms, 2500ms, "tell me a long story"}, {5s, 6s, "Stop!"}};
  w.answers = {answer("one two three four five six", 10s)};
  w.run(15s);
  EXPECT_EQ(w.count("cut"), 0) << w.timeline_text();
  EXPECT_AT(w, "listening", 0, 13.5);
}

TEST(PeersTimeline, enough_words_cut) {
  auto s = peers();
  s.min_words = 3;
  auto w = peers_world(s);
  w.speech = {{500ms, 2500ms, "tell me a long story"}, {5s, 6s, "please stop right now"}};
  w.answers = {answer(kStory, 10s), answer("ok", 1s)};
  w.run(15s);
  EXPECT_EQ(w.count("cut"), 1) << w.timeline_text();
  EXPECT_AT(w, "cut", 0, 6.2);
}

TEST(PeersTimeline, interruptions_off_plays_on) {
  auto s = peers();
  s.interruptions = Interruptions::never;
  auto w = peers_world(s);
  w.speech = {{500ms, 2500ms, "tell me a long story"}, {5s, 7s, "stop stop please stop"}};
  w.answers = {answer("one two three four five six", 10s)};
  w.run(15s);
  EXPECT_EQ(w.count("cut"), 0) << w.timeline_text();
  EXPECT_EQ(w.count("hold"), 0) << w.timeline_text();
  EXPECT_AT(w, "listening", 0, 13.5);
}

TEST(PeersTimeline, the_caller_speaks_again_before_the_answer) {
  auto w = peers_world(peers());
  w.speech = {{500ms, 2500ms, "I want a table"}, {3s, 4s, "for two people"}};
  w.answers = {answer("first", 2s), answer("second", 1s)};
  w.run(8s);
  EXPECT_EQ(w.count("speaking"), 1) << w.timeline_text();
  EXPECT_AT(w, "thinking", 1, 4.5);
  EXPECT_EQ(w.context(), "caller: I want a table | caller: for two people | agent: second");
}

TEST(PeersTimeline, noise_before_the_answer_delays_it_whole) {
  auto w = peers_world(peers());
  w.speech = {{500ms, 2500ms, "hello there"}, {3s, 3300ms, ""}};
  w.answers = {answer("I am fine thank you", 2s)};
  w.run(8s);
  EXPECT_AT(w, "speaking", 0, 3.8);
  EXPECT_AT(w, "listening", 0, 5.8);
  EXPECT_EQ(w.context(), "caller: hello there | agent: I am fine thank you");
}

TEST(PeersTimeline, speculation_takes_point_seven_and_none_one_point_one) {
  for (const bool speculate : {true, false}) {
    auto s = peers();
    s.speculate = speculate;
    auto w = peers_world(s);
    w.speech = {{500ms, 2s, "hello there"}};
    w.delays.stt = 100ms;
    w.delays.tts = 300ms;
    auto a = answer("I am", 1s);
    a.tokens.push_back(" fine");
    w.answers = {a};
    w.run(6s);
    EXPECT_NEAR(v2v(w), speculate ? 0.7 : 1.1, kWindow) << w.timeline_text();
  }
}

TEST(PeersTimeline, tool) {
  auto w = peers_world(with_tool(peers()));
  w.speech = {{500ms, 2500ms, "book me a table"}};
  w.answers = {calling(answer("let me check", 2s), {{"t1", "book", "{}"}}), answer("it is booked", 3s)};
  w.run(12s);
  EXPECT_AT(w, "thinking", 0, 3.0);
  EXPECT_AT(w, "thinking", 1, 5.5);
  EXPECT_AT(w, "speaking", 1, 6.0);
  EXPECT_AT(w, "listening", 1, 9.0);
  EXPECT_EQ(w.context(), "caller: book me a table | tool: done | agent: let me check | agent: it is booked");
}

TEST(PeersTimeline, a_tool_that_fails_tells_the_model_so) {
  auto w = peers_world(with_tool(peers()));
  w.speech = {{500ms, 2500ms, "book me a table"}};
  w.answers = {calling(answer("let me check", 2s), {{"t1", "book", "{}"}}), answer("that did not work", 3s)};
  w.tools["t1"] = {.result = "The tool failed.", .ok = false};
  w.run(12s);
  EXPECT_EQ(w.context(),
            "caller: book me a table | tool: The tool failed. | agent: let me check | agent: that did not work");
}

// ---- the same with Offhook's defaults

TEST(Timeline, plain) {
  auto w = world();
  w.speech = {{500ms, 2500ms, "hello how are you today"}};
  w.answers = {answer("I am fine thank you", 2s)};
  w.run(6s);
  EXPECT_EQ(w.count("thinking"), 0) << w.timeline_text();
  EXPECT_LE(v2v(w), 0.6) << w.timeline_text();
  EXPECT_NEAR(w.when("listening"), w.when("speaking") + 2, 0.001);
  EXPECT_EQ(w.context(), "caller: hello how are you today | agent: I am fine thank you");
}

TEST(Timeline, stop_silences_the_agent_within_200_ms) {
  auto w = world();
  w.speech = {{500ms, 1500ms, "tell me a long story"}, {5s, 6s, "Stop right there!"}};
  w.answers = {answer(kStory, 10s), answer("ok", 1s)};
  w.delays.partial_every = 300ms;
  w.run(9s);
  EXPECT_LE(w.when("hold"), 5.0 + 0.2) << w.timeline_text();
  EXPECT_GE(w.when("cut"), 5.0) << w.timeline_text();
  EXPECT_LE(w.when("cut"), 5.0 + 0.6) << w.timeline_text();
  EXPECT_EQ(w.count("resume"), 0);
  EXPECT_EQ(w.context(),
            "caller: tell me a long story | agent: one two three/ | caller: Stop right there! | agent: ok");
}

TEST(Timeline, with_min_words_stop_alone_resumes_and_more_flushes) {
  Settings s;
  s.min_words = 3;
  auto w = world(s);
  w.speech = {{500ms, 1500ms, "tell me a long story"}, {4s, 4500ms, "Stop!"}, {7s, 8s, "please stop right now"}};
  w.answers = {answer(kStory, 10s), answer("ok", 1s)};
  w.run(12s);
  EXPECT_EQ(w.count("resume"), 2) << w.timeline_text();  // the second time the words come only after 400 ms
  EXPECT_EQ(w.count("cut"), 1) << w.timeline_text();
  EXPECT_GE(w.when("cut"), 8.0);
  EXPECT_EQ(w.when("speculating", 1), w.when("cut")) << "no window is waited for";
}

TEST(Timeline, the_caller_speaks_again_before_the_answer) {
  auto w = world();
  w.speech = {{500ms, 2500ms, "I want a table"}, {2900ms, 4s, "for two people"}};
  auto slow = answer("first", 2s);
  slow.first = slow.all = 600ms;
  w.answers = {slow, answer("second", 1s)};
  w.run(8s);
  EXPECT_EQ(w.count("speaking"), 1) << w.timeline_text();
  EXPECT_EQ(w.context(), "caller: I want a table | caller: for two people | agent: second");
}

TEST(Timeline, noise_before_the_answer_delays_it_whole) {
  auto w = world();
  w.speech = {{500ms, 2500ms, "hello there"}, {2850ms, 3s, ""}};
  auto slow = answer("I am fine thank you", 2s);
  slow.first = slow.all = 500ms;
  w.answers = {slow};
  w.run(8s);
  EXPECT_EQ(w.count("hold"), 1) << w.timeline_text();
  EXPECT_EQ(w.count("resume"), 1);
  EXPECT_LE(w.when("speaking"), 3.3);
  EXPECT_NEAR(w.when("listening"), w.when("speaking") + 2, 0.001) << w.timeline_text();
  EXPECT_EQ(w.context(), "caller: hello there | agent: I am fine thank you");
}

TEST(Timeline, a_prepared_answer_is_heard_as_soon_as_the_turn_is_decided) {
  auto w = world();
  w.speech = {{500ms, 2s, "when do you open on saturday"}};
  auto a = answer("At nine. ", 1s);
  a.tokens.push_back("We close at five.");
  w.answers = {a};
  w.run(5s);
  EXPECT_EQ(w.count("thinking"), 0) << w.timeline_text();
  EXPECT_EQ(w.count("speculating"), 1);
  EXPECT_LE(w.when("speaking"), 2.0 + 0.45) << w.timeline_text();
}

TEST(Timeline, tool) {
  auto w = world(with_tool());
  w.speech = {{500ms, 2500ms, "book me a table"}};
  w.answers = {calling(answer("let me check", 2s), {{"t1", "book", "{}"}}), answer("it is booked", 3s)};
  w.run(12s);
  EXPECT_LT(w.when("speaking"), 3.2) << w.timeline_text();
  EXPECT_GT(w.when("tool book"), 2.8) << "before the commit no tool runs\n" << w.timeline_text();
  EXPECT_NEAR(w.when("thinking"), w.when("listening"), 0.001);
  EXPECT_EQ(w.context(), "caller: book me a table | tool: done | agent: let me check | agent: it is booked");
}

}  // namespace offhook::call
