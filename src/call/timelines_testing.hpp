// For tests: the settings and worlds that the timelines are told in.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "call/rehearsal.hpp"

namespace offhook::call {

// Windows of sound are 32 ms long, so a decision that waits for sound may come up to one window later than stated.
inline constexpr double kWindow = 0.033;

#define EXPECT_AT(world, what, nth, seconds) \
  EXPECT_NEAR((world).when(what, nth), seconds, kWindow) << (world).timeline_text()

// Of the peers' stories: silence .5, minimum delay .5, interruption after .5 of speech, no speculation.
inline Settings peers() {
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

inline Rehearsal peers_world(Settings s) {
  Rehearsal w(std::move(s));
  w.delays.stt = 200ms;
  w.delays.streaming_stt = true;
  w.delays.tts = 200ms;
  return w;
}

// Offhook's own defaults with local models' delays.
inline Rehearsal world(Settings s = {}) {
  Rehearsal w(std::move(s));
  w.delays.stt = 60ms;
  w.delays.score = 40ms;
  w.delays.tts = 80ms;
  return w;
}

inline Rehearsal::Answer answer(std::string text, Duration sound = 0ms) {
  Rehearsal::Answer a;
  a.tokens = {std::move(text)};
  a.sound = sound;
  return a;
}

inline Rehearsal::Answer failing(std::string why) {
  Rehearsal::Answer a;
  a.failure = std::move(why);
  return a;
}

inline Rehearsal::Answer calling(Rehearsal::Answer a, std::vector<llm::ToolCall> calls) {
  a.calls = std::move(calls);
  return a;
}

inline Settings with_tool(Settings s = {}) {
  s.tools = {{"book", Effect::once, 10'000'000}};
  return s;
}

// Of the nth action of a kind, in order; null if there is none.
template <class A>
const A* nth(const Rehearsal& w, int n = 0) {
  for (const auto& [when, action] : w.actions())
    if (auto* a = std::get_if<A>(&action.what); a && n-- == 0) return a;
  return nullptr;
}
template <class A>
int count_of(const Rehearsal& w) {
  int n = 0;
  while (nth<A>(w, n)) ++n;
  return n;
}
// All that was said by the agent, as it was ordered.
inline std::string said(const Rehearsal& w) {
  std::string text;
  for (int n = 0; auto* a = nth<action::Speak>(w, n); ++n) text += (text.empty() ? "" : " | ") + a->text;
  return text;
}

}  // namespace offhook::call
