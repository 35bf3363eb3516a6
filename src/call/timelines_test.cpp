// Stories that a conversation must keep, on the virtual clock. Windows of sound are 32 ms long, so a decision that waits for
// sound may come up to one window later than its stated time.
#include <gtest/gtest.h>

#include "call/rehearsal.hpp"

namespace offhook::call {
namespace {

constexpr double kWindow = 0.033;

#define EXPECT_AT(world, what, nth, seconds) \
  EXPECT_NEAR((world).when(what, nth), seconds, kWindow) << (world).timeline_text()

// The settings of the peers' stories: silence .5, minimum delay .5, interruption after .5 of speech, no speculation.
Settings peers() {
  Settings s;
  s.vad_stop = 500ms;
  s.min_delay = 500ms;
  s.interruptions = Interruptions::immediate;
  s.min_duration = 500ms;
  s.speculate = false;
  s.detector = false;
  s.overlap_windows = s.start_windows;
  return s;
}

Rehearsal::Answer answer(std::string text, Duration sound) {
  Rehearsal::Answer a;
  a.tokens = {std::move(text)};
  a.sound = sound;
  return a;
}

Rehearsal peers_world(Settings s) {
  Rehearsal w(std::move(s));
  w.delays.stt = 200ms;
  w.delays.streaming_stt = true;
  w.delays.tts = 200ms;
  return w;
}

// Offhook's own defaults with local models' delays.
Rehearsal world(Settings s = {}) {
  Rehearsal w(std::move(s));
  w.delays.stt = 60ms;
  w.delays.score = 40ms;
  w.delays.tts = 80ms;
  return w;
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
  EXPECT_EQ(w.context(), "caller: hello how are you today | agent: I am fine thank you");
}

TEST(PeersTimeline, interruption) {
  auto w = peers_world(peers());
  w.speech = {{500ms, 2500ms, "tell me a long story"}, {5s, 6s, "Stop!"}};
  w.answers = {answer("one two three four five six seven eight nine ten", 10s), answer("ok", 1s)};
  w.run(9s);
  EXPECT_AT(w, "cut", 0, 5.5);
  EXPECT_NE(w.timeline_text().find("cut 2.0"), std::string::npos) << w.timeline_text();
  EXPECT_AT(w, "thinking", 1, 6.5);
  EXPECT_EQ(w.context(), "caller: tell me a long story | agent: one two/ | caller: Stop! | agent: ok") << w.timeline_text();
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

TEST(PeersTimeline, speculation_of_mind_and_voice) {
  auto s = peers();
  s.speculate = true;
  auto w = peers_world(s);
  w.speech = {{500ms, 2s, "hello there"}};
  w.delays.stt = 100ms;
  w.delays.tts = 300ms;
  w.answers = {answer("I am fine", 1s)};
  w.run(6s);
  // Here the transcript may only be used once the pause is noticed, at 2.5: the answer comes .1 + .3 + .3 later at most.
  EXPECT_LE(w.when("speaking"), 2.0 + 1.1 + kWindow) << w.timeline_text();
}

TEST(PeersTimeline, tool) {
  auto s = peers();
  s.tools = {{"book", Effect::once, 10'000'000}};
  auto w = peers_world(s);
  w.speech = {{500ms, 2500ms, "book me a table"}};
  auto first = answer("let me check", 2s);
  first.calls = {{"t1", "book", "{}"}};
  w.answers = {first, answer("it is booked", 3s)};
  w.run(12s);
  EXPECT_AT(w, "thinking", 0, 3.0);
  EXPECT_AT(w, "thinking", 1, 5.5);
  EXPECT_AT(w, "speaking", 1, 6.0);
  EXPECT_AT(w, "listening", 1, 9.0);
  EXPECT_EQ(w.context(), "caller: book me a table | tool: done | agent: let me check | agent: it is booked");
}

TEST(Timeline, stop_silences_the_agent_within_200_ms) {
  auto w = world();
  w.speech = {{500ms, 1500ms, "tell me a long story"}, {5s, 6s, "Stop right there!"}};
  w.answers = {answer("one two three four five six seven eight nine ten", 10s), answer("ok", 1s)};
  w.delays.partial_every = 300ms;
  w.run(9s);
  EXPECT_LE(w.when("hold"), 5.0 + 0.2) << w.timeline_text();
  EXPECT_GE(w.when("cut"), 5.0) << w.timeline_text();
  EXPECT_LE(w.when("cut"), 5.0 + 0.6) << w.timeline_text();
  EXPECT_EQ(w.count("resume"), 0);
}

TEST(Timeline, a_backchannel_resumes_at_the_same_word) {
  auto w = world();
  w.speech = {{500ms, 1500ms, "tell me a long story"}, {5s, 5350ms, "mm-hm"}};
  w.answers = {answer("one two three four five six seven eight nine ten", 10s)};
  w.run(20s);
  EXPECT_EQ(w.count("hold"), 1) << w.timeline_text();
  EXPECT_EQ(w.count("resume"), 1) << w.timeline_text();
  EXPECT_LE(w.when("resume") - w.when("hold"), 0.6);
  EXPECT_EQ(w.count("cut"), 0);
  EXPECT_EQ(w.context(), "caller: tell me a long story | agent: one two three four five six seven eight nine ten");
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

}  // namespace offhook::call
