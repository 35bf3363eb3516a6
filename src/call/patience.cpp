// Limits and failures: the caller who says nothing, the call that goes on for too long, the mind or voice that does not
// answer. It only decides; line and reply carry out.
#include <algorithm>

#include "call/machines.hpp"
#include "dialog/fillers.hpp"

namespace offhook::call {
namespace {

bool busy(const State& all) {
  return all.floor.turn || all.reply.exists() || !all.task.running.empty();
}

bool thinking(const Reply& r) {
  return r.kind == Reply::Kind::answer && !r.mind_done && !r.flushing;
}

Time stalls_at(const Reply& r, const Settings& s) {
  return later(std::max(r.asked_at, r.last_token), s.mind_patience);
}

bool from_mind(const Event& event, Generation generation) {
  if (auto* t = get<event::Token>(event)) return t->generation == generation;
  if (auto* t = get<event::ToolAsked>(event)) return t->generation == generation;
  if (auto* m = get<event::MindDone>(event)) return m->generation == generation;
  return false;
}

bool fills(const Reply& r) {
  return !r.clauses.empty() && r.clauses.front().filler;
}

// When a filler is due: so long after the caller's last word, and not where the answer is known to be near.
Time filler_at(const Patience& p, const State& all) {
  const Reply& r = all.reply;
  const Settings& s = all.settings;
  if (s.filler <= Duration::zero() || r.kind != Reply::Kind::answer || !r.released || r.held || r.flushing || r.filled)
    return Time::max();
  if (!r.speech_end || r.first_token || !r.clauses.empty() || !r.calls.empty() || r.mind_done) return Time::max();
  const Time due = later(*r.speech_end, s.filler);
  if (p.mind_takes < Duration::zero()) return due;
  const Time near = later(r.asked_at, p.mind_takes);
  return due > near - s.filler_gain && due < near ? later(near, s.filler_gain) : due;
}

// Why the answer under way will not come, if so.
std::optional<std::string> failure(const State& all, const Event& event, Time now) {
  const Reply& r = all.reply;
  if (auto* f = get<event::MindFailed>(event); f && thinking(r) && f->generation == r.generation) return f->why;
  if (auto* m = get<event::MindDone>(event);
      m && thinking(r) && m->generation == r.generation && r.says_nothing() && r.cutter.empty() && r.calls.empty())
    return "the answer was empty";
  // What comes late but before our tick has come.
  if (thinking(r) && now >= stalls_at(r, all.settings) && !from_mind(event, r.generation))
    return r.first_token ? "the answer stalled" : "no answer in time";
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
  if (auto* a = get<event::Audible>(event);
      a && a->generation == r.generation && r.kind == Reply::Kind::answer && !r.failed)
    p.failures = 0;

  const int first = fills(r) ? 1 : 0;  // of the answer's own clauses
  auto sounds = [&](auto* e) { return e && e->generation == r.generation && e->clause == first; };
  const auto* ready = get<event::ClauseReady>(event);
  if ((sounds(get<event::ClauseBegun>(event)) || (sounds(ready) && ready->samples > 0)) &&
      r.kind == Reply::Kind::answer && !(fills(r) ? r.meant_at : r.first_sound)) {
    const Duration took = now - r.asked_at;
    p.mind_takes = p.mind_takes < Duration::zero() ? took : p.mind_takes + (took - p.mind_takes) / 4;
  }

  std::string failed;
  if (auto why = failure(all, event, now)) {
    d.fail = failed = *why;
  } else if (auto* end = get<event::Drained>(event);
             end && r.exists() && end->generation == r.generation && !r.audible && r.kind != Reply::Kind::goodbye) {
    failed = "the voice made no sound";
  }
  const bool counts = !failed.empty() && r.released;
  if (counts && p.failures++ == 0) p.failing_since = now;
  if (auto* spent = get<event::Spent>(event)) p.spent_micros = std::max(p.spent_micros, spent->micros);
  if (s.budget_micros > 0 && p.spent_micros >= s.budget_micros) {
    d.end = Decisions::Say{Reply::Kind::goodbye, s.goodbye_text, "what this call may cost is spent"};
  } else if (now >= later(all.line.answered_at, s.longest_call)) {
    d.end = Decisions::Say{Reply::Kind::goodbye, s.goodbye_text, "the longest call is over"};
  } else if (counts && p.failures >= s.failures && now - p.failing_since >= s.failing) {
    d.end = Decisions::Say{Reply::Kind::goodbye, s.failure_text,
                           failed + ", " + std::to_string(p.failures) + " times in a row"};
  } else if (counts) {
    // An answer that broke off gets its apology as a last clause; one that has called tools goes on when they return.
    const bool silent = !d.fail || (r.clauses.empty() && r.calls.empty());
    if (silent && r.kind == Reply::Kind::answer && !d.commit && !d.flush)
      d.say = Decisions::Say{Reply::Kind::apology, s.apology_text, failed};
  } else if (!busy(all) && !d.commit && !d.say && now >= later(p.quiet_since, s.idle)) {
    p.quiet_since = now;
    if (p.prompts++ < s.idle_prompts)
      d.say = Decisions::Say{Reply::Kind::prompt, s.idle_text, "the caller has been silent"};
    else
      d.end = Decisions::Say{Reply::Kind::goodbye, s.goodbye_text, "the caller stayed silent"};
  }
  // Of what was asked before this step; a token that has just come makes it unnecessary.
  if (now >= filler_at(p, all) && !from_mind(event, r.generation) && !d.fail && !d.commit && !d.flush && !d.hold &&
      !d.say && !d.end) {
    if (const auto filler = dialog::filler_for(r.asked, static_cast<unsigned>(all.floor.turns)))
      d.filler = *filler;
    else
      d.filler = "";
  }
}

Time deadline_of(const Patience& p, const State& all) {
  const Settings& s = all.settings;
  if (all.line.phase != LineState::Phase::up) return Time::max();
  Time next = later(all.line.answered_at, s.longest_call);
  if (!busy(all)) next = std::min(next, later(p.quiet_since, s.idle));
  if (thinking(all.reply)) next = std::min(next, stalls_at(all.reply, s));
  next = std::min(next, filler_at(p, all));
  return next;
}

}  // namespace offhook::call
