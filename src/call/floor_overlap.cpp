// Speech over the agent: held, judged, resumed or flushed (overlap.hpp judges).
#include "call/floor_machine.hpp"

namespace offhook::call {
namespace {

constexpr std::size_t kMostHolds = 8;  // remembered

}  // namespace

void FloorMachine::overlap(Duration so_far) {
  auto& turn = *f_.turn;
  const Reply& reply = all_.reply;
  if (turn.tail) return;
  if (const auto left = left_of(reply, s_, now_ - so_far); left && *left <= s_.tail && !reply.held) {
    turn.tail = true;
    turn.overlap = Floor::Overlap::dismissed;
    return;
  }
  if (!interruptible(all_)) {
    turn.overlap = Floor::Overlap::dismissed;
    return;
  }
  if (turn.overlap == Floor::Overlap::none) turn.overlap_at = turn.started_at;
  if (turn.overlap == Floor::Overlap::dismissed) {  // it goes on: another chance, but see worth_holding
    turn.overlap_at = now_;
    turn.spoken = so_far;
  }
  turn.overlap = Floor::Overlap::undecided;
  if (reply.held) return;
  turn.first_echo = turn.first_echo || may_be_first_echo(turn, all_);
  if (now_ < echo_known_by(turn, all_)) return;
  turn.needs_words = !worth_holding(all_, now_);
  if (turn.needs_words) return;
  if (!reply.audible)
    d_.hold = "the caller speaks before the reply is heard";
  else if (s_.interruptions == Interruptions::hold)
    d_.hold = with_ms("speech over the agent for", so_far);
  if (d_.hold) turn.overlap_at = now_;
}

void FloorMachine::judge() {
  if (!f_.turn || d_.flush || d_.resume || !out() || !interruptible(all_)) return;
  Verdict verdict = judge_overlap(*f_.turn, all_, now_);
  if (verdict.kind == Verdict::Kind::flush) flush(std::move(verdict.why));
  if (verdict.kind != Verdict::Kind::dismiss) return;
  if (f_.turn->first_echo && f_.echo_at != Time::min()) {  // so are its words
    f_.turn->words.clear();
    f_.turn->words_stable = 0;
  }
  dismiss(std::move(verdict.why));
}

void FloorMachine::flush(std::string why) {
  auto& turn = *f_.turn;
  turn.overlap = Floor::Overlap::won;
  d_.flush = std::move(why);
  d_.hold.reset();
}

void FloorMachine::dismiss(std::string why) {
  auto& turn = *f_.turn;
  turn.overlap = Floor::Overlap::dismissed;
  if (!held()) return;
  if (turn.words.empty()) remember_empty_hold();
  if (d_.hold)
    d_.hold.reset();  // in the same step: it was never held
  else
    d_.resume = std::move(why);
}

void FloorMachine::remember_empty_hold() {
  if (f_.empty_holds.size() >= kMostHolds) f_.empty_holds.erase(f_.empty_holds.begin());
  f_.empty_holds.push_back(now_);
  f_.empty_level = f_.turn->level;
  f_.turn->empty_hold = true;
}

}  // namespace offhook::call
