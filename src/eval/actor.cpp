#include "eval/actor.hpp"

#include <algorithm>

namespace offhook::eval {

Actor::Actor(const Scenario& scenario, std::vector<Duration> lengths, bool greeted, Patience patience)
    : steps_(scenario.caller),
      lengths_(std::move(lengths)),
      waits_for_end_(scenario.ended_by == Scenario::End::agent),
      patience_(patience),
      phase_(greeted ? Phase::greeting : Phase::turn),
      played_(steps_.size()) {}

void Actor::hear(Duration now, Heard heard) {
  const bool over = heard.cut || (stretch_ && quiet(now));
  if (spoken_) {
    Played& p = played_[*spoken_];
    // What was heard when the interruption began is over.
    if (over && stretch_ && *stretch_ < p.from && steps_[*spoken_].kind == Step::Kind::interrupt && !p.stopped)
      p.stopped = std::max(Duration(0), last_sound_ - p.from);
  }
  if (over) stretch_.reset();
  if (!heard.sounds) return;
  if (!stretch_) stretch_ = now;
  last_sound_ = now + kBeat;
  if (!spoken_) return;
  Played& p = played_[*spoken_];
  if (!p.answered && now >= p.to && *stretch_ >= p.from) p.answered = *stretch_ - p.to;
}

Actor::Act Actor::beat(Duration now, Heard heard) {
  hear(now, heard);
  switch (phase_) {
    case Phase::greeting:
      if (!stretch_ && now < patience_.greeting) return {};
      phase_ = Phase::turn;
      [[fallthrough]];
    case Phase::turn: return take_turn(now);
    case Phase::act: {
      const Step& step = steps_[next_];
      const Played& p = played_[next_];
      if (step.kind == Step::Kind::press && pressed_ < step.keys.size() &&
          now >= p.from + static_cast<int>(pressed_) * kKey)
        return {Act::Kind::press, next_, step.keys[pressed_++]};
      if (now < p.to) return {};
      phase_ = step.kind == Step::Kind::wait ? Phase::turn : Phase::answer;
      free_since_ = now;
      ++next_;
      return {};
    }
    case Phase::answer: {
      const Played& p = played_[*spoken_];
      if (p.answered || now - p.to >= patience_.answer) phase_ = Phase::turn;
      return {};
    }
  }
  return {};
}

Actor::Act Actor::take_turn(Duration now) {
  if (next_ == steps_.size()) {
    if (!quiet(now) || (waits_for_end_ && now - free_since_ < patience_.ending)) return {};
    return {Act::Kind::hang_up, next_, 0};
  }
  if (steps_[next_].kind == Step::Kind::interrupt && stretch_) {
    if (now - *stretch_ >= steps_[next_].wait) return begin(now);
    return {};
  }
  return quiet(now) ? begin(now) : Act{};
}

Actor::Act Actor::begin(Duration now) {
  const Step& step = steps_[next_];
  Played& p = played_[next_];
  p.done = true;
  p.from = p.to = now;
  if (step.kind == Step::Kind::hang_up) return {Act::Kind::hang_up, next_++, 0};
  phase_ = Phase::act;
  pressed_ = 0;
  if (step.kind == Step::Kind::wait) {
    p.to += step.wait;
    return {};
  }
  spoken_ = next_;
  p.missed = step.kind == Step::Kind::interrupt && !stretch_;
  if (step.kind == Step::Kind::press) {
    p.to += static_cast<int>(step.keys.size()) * kKey;
    return {Act::Kind::press, next_, step.keys[pressed_++]};
  }
  p.to += lengths_[next_];
  return {Act::Kind::say, next_, 0};
}

}  // namespace offhook::eval
