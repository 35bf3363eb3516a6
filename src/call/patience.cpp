// Limits and failures: the caller who says nothing, the call that goes on for too long, the mind or voice that does not
// answer. It only decides; line and reply carry out.
#include <algorithm>

#include "call/machines.hpp"

namespace offhook::call {
namespace {

bool busy(const State& all) { return all.floor.turn || all.reply.exists() || !all.task.running.empty(); }

bool thinking(const Reply& r) { return r.kind == Reply::Kind::answer && !r.mind_done && !r.flushing; }

Time stalls_at(const Reply& r, const Settings& s) { return std::max(r.asked_at, r.last_token) + s.mind_patience; }

// Why the answer under way will not come, if so.
std::optional<std::string> failure(const State& all, const Event& event, Time now) {
  const Reply& r = all.reply;
  if (auto* f = get<event::MindFailed>(event); f && thinking(r) && f->generation == r.generation) return f->why;
  if (auto* m = get<event::MindDone>(event); m && thinking(r) && m->generation == r.generation && r.clauses.empty() &&
                                             r.cutter.empty() && r.calls.empty())
    return "the answer was empty";
  if (thinking(r) && now >= stalls_at(r, all.settings)) return r.first_token ? "the answer stalled" : "no answer in time";
  return std::nullopt;
}

}  // namespace

void step_patience(Patience& p, const State& all, const Event& event, Time now, Decisions& d) {
  const Settings& s = all.settings;
  if (get<event::Answered>(event)) p.quiet_since = now;
  if (all.line.phase != LineState::Phase::up) return;
  if (get<event::Digit>(event)) {
    p.quiet_since = now;
    p.prompts = 0;
  }
  if (d.commit) p.prompts = 0;
  if (busy(all) || d.commit) p.quiet_since = now;

  const Reply& r = all.reply;
  if (auto* a = get<event::Audible>(event); a && a->generation == r.generation && r.kind == Reply::Kind::answer && !r.failed)
    p.failures = 0;

  std::string failed;
  if (auto why = failure(all, event, now)) {
    d.fail = failed = *why;
  } else if (auto* end = get<event::Drained>(event); end && r.exists() && end->generation == r.generation && !r.audible &&
                                                     r.kind != Reply::Kind::goodbye) {
    failed = "the voice made no sound";
  }
  if (!failed.empty() && r.released) {
    if (++p.failures >= s.failures) {
      d.end = Decisions::Say{Reply::Kind::goodbye, s.failure_text, failed + ", " + std::to_string(p.failures) + " times in a row"};
    } else if (r.clauses.empty() || !d.fail) {
      // An answer that broke off gets its apology as a last clause; here there is nothing to add it to.
      const bool worth_saying = r.kind == Reply::Kind::answer && !all.floor.turn;
      if (worth_saying) d.say = Decisions::Say{Reply::Kind::apology, s.apology_text, failed};
    }
    return;
  }
  if (now - all.line.answered_at >= s.longest_call) {
    d.end = Decisions::Say{Reply::Kind::goodbye, s.goodbye_text, "the longest call is over"};
    return;
  }
  if (!busy(all) && !d.commit && !d.say && now - p.quiet_since >= s.idle) {
    p.quiet_since = now;
    if (p.prompts++ == 0)
      d.say = Decisions::Say{Reply::Kind::prompt, s.idle_text, "the caller has been silent"};
    else
      d.end = Decisions::Say{Reply::Kind::goodbye, s.goodbye_text, "the caller stayed silent"};
  }
}

Time deadline_of(const Patience& p, const State& all) {
  const Settings& s = all.settings;
  if (all.line.phase != LineState::Phase::up) return Time::max();
  Time next = all.line.answered_at + s.longest_call;
  if (!busy(all)) next = std::min(next, p.quiet_since + s.idle);
  if (thinking(all.reply)) next = std::min(next, stalls_at(all.reply, s));
  return next;
}

}  // namespace offhook::call
