// Is the call up?
//
//   ringing ──answered──▶ up ──goodbye, vanished──▶ ending ──hung up──▶ ended
//      └──────────────────┴────────hung up─────────────┴───────────────────▲
#include <algorithm>

#include "call/machines.hpp"

namespace offhook::call {
namespace {

constexpr Duration kClosing = 5s;  // for the edge to say that it has closed

void hang_up(LineState& line, Time now, Decisions& d, Actions& out, std::string why) {
  line.phase = LineState::Phase::ending;
  line.closed_by = Deadline(now + kClosing);
  d.ending = d.ended = true;
  out.push_back({action::HangUp{}, std::move(why)});
}

void end(LineState& line, const Settings& s, Time now, Decisions& d, Actions& out, Decisions::Say goodbye) {
  if (goodbye.text.empty()) return hang_up(line, now, d, out, goodbye.why);
  line.phase = LineState::Phase::ending;
  line.end_by = Deadline(later(now, s.goodbye_patience));
  d.ending = true;
  d.say = std::move(goodbye);
}

}  // namespace

void step_line(LineState& line, const State& all, const Event& event, Time now, Decisions& d, Actions& out) {
  using Phase = LineState::Phase;
  const Settings& s = all.settings;
  if (get<event::Window>(event)) line.last_sound = now;
  if (get<event::HungUp>(event) || line.closed_by.passed(now)) {
    line.phase = Phase::ended;
    d.ending = d.ended = true;
    return;
  }
  if (!line.closed_by.is_never()) return;
  switch (line.phase) {
    case Phase::ringing:
      if (get<event::Answered>(event)) {
        line.phase = Phase::up;
        line.answered_at = line.last_sound = now;
        if (!s.greeting.empty()) d.say = Decisions::Say{Reply::Kind::greeting, s.greeting, "the call was answered"};
      } else if (auto* e = get<event::EndRequested>(event)) {
        hang_up(line, now, d, out, e->why);
      }
      break;
    case Phase::up:
      if (d.end) {
        end(line, s, now, d, out, *d.end);
      } else if (auto* e = get<event::EndRequested>(event)) {
        end(line, s, now, d, out, {Reply::Kind::goodbye, s.goodbye_text, e->why});
      } else if (now >= later(line.last_sound, s.vanished)) {
        hang_up(line, now, d, out, "no sound has come from the caller's line");
      }
      break;
    case Phase::ending: {
      auto* drained = get<event::Drained>(event);
      if (drained && all.reply.kind == Reply::Kind::goodbye && drained->generation == all.reply.generation)
        hang_up(line, now, d, out, "the goodbye was heard");
      else if (line.end_by.passed(now))
        hang_up(line, now, d, out, "the goodbye took too long");
      break;
    }
    case Phase::ended: break;
  }
}

Time deadline_of(const LineState& line, const State& all) {
  if (!line.closed_by.is_never()) return line.closed_by.at();
  switch (line.phase) {
    case LineState::Phase::up: return later(line.last_sound, all.settings.vanished);
    case LineState::Phase::ending: return line.end_by.at();
    default: return Time::max();
  }
}

}  // namespace offhook::call
