#include "call/endpointing.hpp"

#include <algorithm>
#include <cstdio>

#include "dialog/endings.hpp"
#include "dialog/words.hpp"

namespace offhook::call {
namespace {

using dialog::Ending;
using dialog::Entity;
using dialog::Expects;
using dialog::Progress;

// Probabilities of 1000 that the words alone speak for. Each is where the curve gives the wait that was wanted:
constexpr std::int64_t kSaidWhole = 900;  // what was asked for, or an answer that stands alone: the least delay
constexpr std::int64_t kQuestion = 700;   // 0.37 s
constexpr std::int64_t kOpen = 250;       // 1.4 s at least: nobody stops after "and the" on purpose
constexpr std::int64_t kHalf = 120;       // 2.1 s: digits are read out in groups, with a breath between them
constexpr std::int64_t kOpenAlone = 400;  // 0.88 s, where no turn model is asked
// What the language model gives to an end behind the words, of 1000, and where the turn's probability is bent to:
constexpr int kUnlikely = 30, kDoubtful = 70, kPossible = 100, kLikely = 200;
constexpr std::int64_t kUnlikelyTurn = 350;                  // below kUnlikely at most: 1.0 s
constexpr std::int64_t kDoubtfulTurn = 500;                  // below kDoubtful at most: 0.64 s
constexpr std::int64_t kPossibleTurn = 400;                  // from kPossible on, at least: 0.88 s
constexpr std::int64_t kLikelyTurn = 700;                    // from kLikely on, at least: 0.37 s
constexpr std::int64_t kLeastComma = 350, kMostComma = 500;  // … but behind a comma: 1.0 to 0.64 s
constexpr Duration kUsualPace = 600ms;                       // of a caller of whom nothing is known
constexpr std::int64_t kLeastPace = 700, kMostPace = 1600;   // of 1000: how far a caller's pace bends the wait

struct Judgement {
  std::int64_t permille = 1000;
  std::string reason;      // of the words'; empty: none
  bool words_tell = true;  // … and no model is asked about them
};

// ", words p=0.21"
std::string told(int word_permille) {
  char text[48] = "";
  if (word_permille >= 0) std::snprintf(text, sizeof text, ", words p=%.2f", word_permille / 1000.0);
  return text;
}

// Too few for a language model: any name may end behind them, and any sentence go on.
bool few_words(std::string_view words) {
  return dialog::words_of(words).size() < 3;
}

// What the language model makes of words that tell nothing else.
Judgement bent(std::int64_t permille, const Evidence& e, const std::string& reason) {
  const int l = e.word_permille;
  if (l >= kPossible)
    permille = std::max(permille, l >= kLikely ? kLikelyTurn : kPossibleTurn);
  else if (l >= 0 && l < kDoubtful)
    permille = std::min(permille, l < kUnlikely ? kUnlikelyTurn : kDoubtfulTurn);
  return {permille, reason + told(l), few_words(e.words)};
}

Judgement judge(const Evidence& e) {
  const std::int64_t p = e.permille < 0 ? 1000 : std::clamp(e.permille, 0, 1000);
  // A recogniser's comma says that more is coming, but behind an answer of a word or two it says nothing.
  std::string_view words = e.words;
  while (!words.empty() && (words.back() == ' ' || words.back() == ',')) words.remove_suffix(1);
  Ending ending = dialog::ending_of(words);
  const bool comma = words.size() < e.words.size() && ending != Ending::complete && dialog::words_of(words).size() > 2;
  if (ending == Ending::none) return {p, ""};
  const Progress progress = dialog::progress_of(e.expects, e.words);
  if (progress == Progress::partial)
    return {std::min(p, kHalf), "a part of the " + std::string(dialog::name(e.expects))};
  if (const Entity half = dialog::half_said(e.words); half != Entity::none && progress != Progress::whole)
    return {std::min(p, kHalf), "half a " + std::string(dialog::name(half))};
  if (progress == Progress::whole && ending != Ending::open && !comma)
    return {std::max(p, kSaidWhole), "the whole " + std::string(dialog::name(e.expects))};
  // Without a verdict the silence alone decides: min_delay, unless the words say that more is coming.
  const std::int64_t open = e.permille < 0 ? kOpenAlone : std::min(p * 4 / 10, kOpen);
  if (comma && ending != Ending::open)  // the words would do
    return {e.word_permille >= kLikely ? std::clamp(p, kLeastComma, kMostComma) : open,
            "a comma" + told(e.word_permille), false};
  switch (ending) {
    case Ending::open: return {open, "open ending"};
    case Ending::complete: return {std::max(p, kSaidWhole), "complete ending"};
    case Ending::question: {
      const bool doubted = e.word_permille >= 0 && e.word_permille < kPossible;
      return bent(std::max(p, doubted ? kPossibleTurn : kQuestion), e, "question");
    }
    default: return bent(p, e, std::string(dialog::name(ending)) + " ending");
  }
}

std::int64_t pace_permille(const Settings& s, Duration pace) {
  if (!s.adaptive || pace < Duration::zero()) return 1000;
  return std::clamp(std::clamp<Duration>(pace, 0s, 1h) * 1000 / kUsualPace, kLeastPace, kMostPace);
}

}  // namespace

bool words_leave_open(const Evidence& e) {
  return !judge(e).words_tell;
}

Duration endpoint_wait(const Settings& s, const Evidence& e) {
  const std::int64_t least = std::clamp<Duration>(s.min_delay, 0s, 1h).count();
  const std::int64_t most = std::clamp<Duration>(s.max_delay, Duration(least), 1h).count();
  if (s.rule == Rule::threshold) {
    if (e.permille < 0) return Duration(least);
    return e.permille >= s.threshold ? Duration::zero() : Duration(most);
  }
  const std::int64_t doubt = 1000 - judge(e).permille;
  const std::int64_t eagerness = std::clamp(s.eagerness_percent, 0, 1000);
  // Integers: a replay on another machine must take the same decision.
  const std::int64_t wait = least + (most - least) * doubt / 1000 * doubt / 1000 * doubt / 1000 * eagerness / 100 *
                                        pace_permille(s, e.pace) / 1000;
  return Duration(std::min(wait, most));
}

std::string endpoint_why(const Settings& s, const Evidence& e) {
  char number[64];
  std::string why = "no turn verdict";
  if (e.permille >= 0) {
    std::snprintf(number, sizeof number, "turn p=%.2f", e.permille / 1000.0);
    why = number;
  }
  if (s.rule == Rule::threshold) {
    std::snprintf(number, sizeof number, " against %.2f", s.threshold / 1000.0);
    if (e.permille >= 0) why += number;
  } else {
    if (const Judgement words = judge(e); !words.reason.empty()) why += ", " + words.reason;
    if (const auto pace = pace_permille(s, e.pace); pace != 1000) {
      std::snprintf(number, sizeof number, ", this caller's pauses x%.1f", static_cast<double>(pace) / 1000);
      why += number;
    }
  }
  std::snprintf(number, sizeof number, ", waits %.2f s", to_ms(endpoint_wait(s, e)) / 1000);
  return why + number;
}

Duration learn_pace(const Settings& s, Duration known, Duration length) {
  if (length < s.min_delay) return known;
  if (known < Duration::zero()) known = kUsualPace;
  known = std::clamp<Duration>(known, 0s, 1h);
  return known + (std::clamp<Duration>(length, 0s, 1h) - known) / 4;
}

Duration words_wait(const Settings& s, std::string_view words, Duration known) {
  constexpr Duration kLeast = 500ms;  // a partial is not the end of a sentence: its last words are worth this much
  const Duration usual = std::clamp<Duration>(known < Duration::zero() ? s.words_usual : known, 0s, 1h);
  const Duration least = dialog::words_of(words).empty() ? s.wordless : kLeast;
  return std::min(s.words_patience, std::max(least, 2 * usual));
}

Duration learn_lateness(const Settings& s, Duration known, Duration late) {
  if (known < Duration::zero()) known = s.words_usual;
  late = std::clamp<Duration>(late, 0s, 1h);
  known = std::clamp<Duration>(known, 0s, 1h);
  return known + (late > known ? (late - known) * 9 / 20 : (late - known) / 20);
}

}  // namespace offhook::call
