// A call that is over, as its log tells it: every event, and what follows from taking its decisions once more. What
// `what_if` compares with.
#pragma once

#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "call/cut_in.hpp"
#include "call/move.hpp"
#include "call/record.hpp"

namespace offhook::call {

struct PastCall {
  // What recogniser and turn model were asked, and what became of it.
  struct Asked {
    enum class What { words, score, word_score };
    What what = What::words;
    std::size_t event = 0;  // asked when this one had come
    Time at{};
    Sample upto = 0;
    std::optional<std::size_t> answer;  // the event
  };

  Head head;
  std::vector<EventLine> events;
  Duration length{};

  std::vector<Asked> asked;                                  // in order
  std::vector<std::optional<std::size_t>> answer_to;         // of each event: the Asked
  Duration words_take{}, score_takes{}, word_score_takes{};  // half of the answers came sooner

  SpeechTrack speech;
  std::vector<Taken> turns;
  std::vector<Answered> answered;  // of each turn
  Tally tally;
  std::size_t misfits = 0;  // recorded decisions that this version takes otherwise
};

// Errors name the line. A log whose words are masked is an error if that changes what is decided.
Result<PastCall> read_past_call(std::istream& log);

}  // namespace offhook::call
