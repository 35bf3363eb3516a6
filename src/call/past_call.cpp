#include "call/past_call.hpp"

#include <algorithm>
#include <istream>
#include <utility>

#include "base/lines.hpp"

namespace offhook::call {
namespace {

using Asked = PastCall::Asked;

Error empty() {
  return {Errc::invalid, "the file is empty: an event log begins with its head, {\"offhook\":1,…}"};
}
Error too_many(const std::string& where) {
  return {Errc::full, where + ": more than 4 million events and decisions"};
}

using Decisions = std::vector<std::pair<std::size_t, std::string>>;  // how many events stood before it, and the line

Result<Decisions> read_lines(std::istream& log, PastCall& call) {
  Decisions decisions;
  Lines lines(log, kLongestLogLine);
  bool begun = false;
  while (lines.next()) {
    if (lines.line().empty()) continue;
    const std::string where = "line " + std::to_string(lines.number());
    if (lines.too_long()) return Error{Errc::invalid, where + " is longer than 1 MB"};
    auto read = read_line(lines.line());
    if (!read) return read.error().within(where);
    if (auto* head = std::get_if<Head>(&*read)) {
      if (std::exchange(begun, true)) return Error{Errc::invalid, where + ": a second head; a log holds one call"};
      call.head = std::move(*head);
      continue;
    }
    if (!begun) return Error{Errc::invalid, where + ": an event log begins with its head, {\"offhook\":1,…}"};
    if (auto* action = std::get_if<ActionLine>(&*read)) {
      if (call.events.size() + decisions.size() >= kMostLogged) return too_many(where);
      decisions.emplace_back(call.events.size(), std::move(action->text));
      continue;
    }
    for (auto& e : std::get<std::vector<EventLine>>(*read)) {
      if (e.t < call.length)
        return Error{Errc::invalid, where + ": time goes back, from " + std::to_string(call.length.count()) + " to " +
                                        std::to_string(e.t.count()) + " µs"};
      if (call.events.size() + decisions.size() >= kMostLogged) return too_many(where);
      call.length = e.t;
      call.events.push_back(std::move(e));
    }
  }
  if (!begun) return empty();
  return decisions;
}

Duration median(std::vector<Duration> all, Duration without) {
  if (all.empty()) return without;
  const auto middle = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
  std::nth_element(all.begin(), middle, all.end());
  return *middle;
}

// Steps through the events as the call did, and notes what there is to know.
class Reader {
 public:
  Reader(PastCall& call, const Decisions& decisions)
      : call_(call), decisions_(decisions), state_(begin(call.head.settings)) {}

  void run() {
    call_.answer_to.resize(call_.events.size());
    for (std::size_t i = 0; i < call_.events.size(); ++i) step(i);
    misfits(call_.events.size());
    call_.misfits += decisions_.size() - met_;
    call_.speech.finish();
    call_.tally = counter_.tally();
    for (std::size_t i = 0; i < taken_.size(); ++i)
      call_.turns.push_back(
          call_.speech.judged(static_cast<int>(i) + 1, taken_[i].at, taken_[i].why, call_.answered[i]));
    call_.words_take = usually(Asked::What::words, 200ms);
    call_.score_takes = usually(Asked::What::score, 40ms);
    call_.word_score_takes = usually(Asked::What::word_score, 80ms);
  }

 private:
  Time time(std::size_t event) const { return Time{} + call_.events[event].t; }

  Duration usually(Asked::What what, Duration without) const {
    std::vector<Duration> took;
    for (const auto& a : call_.asked)
      if (a.answer && a.what == what) took.push_back(time(*a.answer) - a.at);
    return median(std::move(took), without);
  }

  void step(std::size_t i) {
    const auto& [t, event] = call_.events[i];
    const Time now = Time{} + t;
    answers(i, event);
    const std::string words = state_.floor.turn ? state_.floor.turn->words : "";
    const Utterance utterance = state_.floor.turn ? state_.floor.turn->utterance : 0;
    const Moves moves = step_and_tell(state_, event, now);
    call_.speech.saw(state_, event, now);
    counter_.saw(moves.list, words);
    for (const auto& move : moves.list)
      if (move.kind == Move::Kind::taken) {
        taken_.push_back(move);
        call_.answered.push_back({now, {}, utterance});
      }
    misfits(i);
    for (const auto& action : moves.actions) note(i, now, action);
    if (std::holds_alternative<event::Audible>(event) && state_.reply.kind == Reply::Kind::answer &&
        state_.reply.audible_at == now && !call_.answered.empty() && !call_.answered.back().audible)
      call_.answered.back().audible = now;
  }

  void note(std::size_t i, Time now, const Action& action) {
    if (auto* a = std::get_if<action::Transcribe>(&action.what))
      call_.asked.push_back({Asked::What::words, i, now, a->upto, {}});
    if (auto* a = std::get_if<action::ScoreTurn>(&action.what))
      call_.asked.push_back({Asked::What::score, i, now, a->upto, {}});
    if (auto* a = std::get_if<action::ScoreWords>(&action.what))
      call_.asked.push_back({Asked::What::word_score, i, now, a->upto, {}});
    std::string text;
    write_action(text, call_.events[i].t, action, call_.head.words);
    text.pop_back();
    due_.push_back(std::move(text));
  }

  // Compares what was decided before event `i` came with what the log says.
  void misfits(std::size_t i) {
    std::size_t n = 0;
    for (; met_ < decisions_.size() && decisions_[met_].first <= i; ++met_, ++n)
      if (n >= due_.size() || due_[n] != decisions_[met_].second) ++call_.misfits;
    if (n < due_.size()) call_.misfits += due_.size() - n;
    due_.clear();
  }

  void answers(std::size_t i, const Event& event) {
    auto what = Asked::What::words;
    Sample upto = 0;
    if (auto* t = std::get_if<event::Transcript>(&event)) {
      upto = t->upto;
    } else if (auto* f = std::get_if<event::TranscriptFailed>(&event)) {
      upto = f->upto;
    } else if (auto* s = std::get_if<event::TurnScored>(&event)) {
      what = Asked::What::score;
      upto = s->upto;
    } else if (auto* s = std::get_if<event::WordsScored>(&event)) {
      what = Asked::What::word_score;
      upto = s->upto;
    } else {
      return;
    }
    for (std::size_t n = call_.asked.size(), looked = 0; n-- > 0 && looked < 16; ++looked) {
      auto& asked = call_.asked[n];
      if (asked.what != what || asked.upto != upto || asked.answer) continue;
      asked.answer = i;
      call_.answer_to[i] = n;
      return;
    }
  }

  PastCall& call_;
  const Decisions& decisions_;
  State state_;
  Counter counter_;
  std::vector<Move> taken_;
  std::vector<std::string> due_;  // decided, not yet met in the log
  std::size_t met_ = 0;
};

}  // namespace

Result<PastCall> read_past_call(std::istream& log) {
  PastCall call;
  auto decisions = read_lines(log, call);
  if (!decisions) return decisions.error();
  Reader(call, *decisions).run();
  if (!call.head.words && call.misfits > 0)
    return Error{Errc::invalid,
                 "this log was recorded with `record.words: off`: decisions that took words cannot be taken again"};
  return call;
}

}  // namespace offhook::call
