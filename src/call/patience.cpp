// Limits and failures: the caller who says nothing, the call that goes on for too long, the mind or voice that does not
// answer. It only decides; line and reply carry out.
#include <algorithm>

#include "call/builtin_tools.hpp"
#include "call/machines.hpp"
#include "dialog/fillers.hpp"

namespace offhook::call {
namespace {

constexpr Duration kNear = 1s;  // an answer to tools' results is mostly there within

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

// Since when neither has said anything.
Time silent_since(const Patience& p, const State& all) {
  return std::max(p.agent_heard, all.floor.taken_end);
}

// When a filler is due: so long after the caller's last word, and not where the answer is known to be near; behind
// tools, so long after anybody's.
Time filler_at(const Patience& p, const State& all) {
  const Reply& r = all.reply;
  const Settings& s = all.settings;
  if (r.kind != Reply::Kind::answer || !r.released || r.held || r.flushing || r.filled) return Time::max();
  if (r.first_token || !r.clauses.empty() || !r.calls.empty() || r.mind_done) return Time::max();
  if (all.task.steps > 0) return std::max(later(silent_since(p, all), s.tool_filler), later(r.asked_at, kNear));
  if (s.filler <= Duration::zero() || !r.speech_end) return Time::max();
  const Time due = later(*r.speech_end, s.filler);
  if (p.mind_takes < Duration::zero()) return due;
  const Time near = later(r.asked_at, p.mind_takes);
  return due > near - s.filler_gain && due < near ? later(near, s.filler_gain) : due;
}

// The agent has asked for the call's end, and what it said with that has been heard.
const Task::Running* asks_for_end(const State& all) {
  if (all.reply.exists() || all.floor.turn) return nullptr;
  for (const auto& r : all.task.running)
    if (r.settings.builtin == Builtin::end_call) return &r;
  return nullptr;
}

// The tool's own words on its progress, where it may say them and has any.
const std::string& waiting_words(const State& all) {
  for (const auto& r : all.task.running)
    if (all.task.works(r) && !r.progress.empty()) return r.progress;
  return all.settings.tool_text;
}

// When something is said because a tool takes long: nobody has said anything for so long.
Time tool_filler_at(const Patience& p, const State& all) {
  const Settings& s = all.settings;
  if (!all.task.working() || all.reply.exists() || all.floor.turn || waiting_words(all).empty()) return Time::max();
  return later(silent_since(p, all), p.tool_fillers ? s.tool_filler_again : s.tool_filler);
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
  if (r.exists() && r.audible) p.agent_heard = now;
  if (!all.task.working()) p.tool_fillers = 0;
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
  } else if (const auto* end = asks_for_end(all); end && !d.commit) {
    const auto asked = read_builtin(Builtin::end_call, end->arguments);
    const std::string words = asked && !asked->words.empty() ? asked->words : end->spoken ? "" : s.goodbye_text;
    d.end = Decisions::Say{Reply::Kind::goodbye, words, "the agent ends the call"};
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
  if (now >= tool_filler_at(p, all) && !get<event::ToolReturned>(event) && !d.commit && !d.say && !d.end) {
    ++p.tool_fillers;
    d.say = Decisions::Say{Reply::Kind::prompt, waiting_words(all), kToolWaits};
  }
  // Of what was asked before this step; a token that has just come makes it unnecessary.
  if (now >= filler_at(p, all) && !from_mind(event, r.generation) && !d.fail && !d.commit && !d.flush && !d.hold &&
      !d.say && !d.end) {
    if (all.task.steps > 0)
      d.filler = s.tool_text;
    else if (const auto filler = dialog::filler_for(r.asked, static_cast<unsigned>(all.floor.turns)))
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
  next = std::min({next, filler_at(p, all), tool_filler_at(p, all)});
  if (asks_for_end(all)) next = all.line.answered_at;  // at once
  return next;
}

}  // namespace offhook::call
