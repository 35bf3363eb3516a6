// A call's result as text: where the time of each turn went, and one line of JSON. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "edge/call_events.hpp"
#include "edge/caller.hpp"

namespace offhook::edge {

// What the agent's server told of a turn, and when that came here.
struct ToldTurn {
  CallEvent turn;
  Time came{};
};
// The one told nearest to the turn's answer, at most 1 s from it; none: nullptr.
const ToldTurn* told_of(const CallerTurn& turn, std::span<const ToldTurn> told);

// The server's parts and one more, `line`, so that they add up to what the caller measured, to the tenth of a
// millisecond that is shown. `line` is the way there and back, less what the two ends disagree about where speech ends:
// a carrier's frame is sent at its beginning here and heard at its end there, and a voice detector hears in steps of
// 32 ms. It may be negative.
struct Part {
  std::string name;
  double ms = 0;
};
std::vector<Part> parts_of(const CallerTurn& turn, const ToldTurn* told);

// Lines, each with its end; those of a turn's parts are bars on one scale, each beginning where the one before ends.
std::string waterfall(const CallerTurn& turn, const ToldTurn* told);

struct TranscriptLine {
  bool agent = false;
  std::string text;
  double at_ms = 0;
  bool cut = false;
};
// {"turns":…,"v2v_ms":[…],"barge_in_ms":[…],"underruns":…,"transcript":[…]}, without a line's end.
std::string result_json(std::span<const CallerTurn> turns, std::uint64_t underruns,
                        std::span<const TranscriptLine> transcript);

// For a terminal: without control characters; bytes that are not UTF-8 become U+FFFD.
std::string printable(std::string_view text);

}  // namespace offhook::edge
