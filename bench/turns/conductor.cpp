#include "turns/conductor.hpp"

#include <algorithm>
#include <utility>

namespace offhook::turns {
namespace {

constexpr Samples kNow = samples_of(60ms);  // heard within it: heard now

Samples length_of(const Clip& clip) {
  return clip.sound ? static_cast<Samples>(clip.sound->size()) : clip.last;
}

}  // namespace

Conductor::Conductor(CaseScript script, Samples begins, ConductorPatience patience)
    : script_(std::move(script)), patience_(patience), since_(begins) {}

bool Conductor::silent(Samples now, const SoundMap& heard, Duration length) const {
  const Samples quiet = samples_of(length);
  return now - since_ >= quiet && !heard.audible(now - quiet, now);
}

const Clip* Conductor::step(Samples now, const SoundMap& heard) {
  switch (phase_) {
    case Phase::settle:
      if (!silent(now, heard, patience_.settle) && now - since_ < samples_of(patience_.settle_most)) return nullptr;
      go(Phase::say, now);
      times_.began = now;
      times_.said_from = now + script_.say.first;
      times_.said_to = now + script_.say.last;
      if (script_.say.pause) times_.pause = now + *script_.say.pause;
      return &script_.say;
    case Phase::say:
      if (now - since_ < length_of(script_.say)) return nullptr;
      go(Phase::wait, now);
      [[fallthrough]];
    case Phase::wait:
      times_.answered = heard.first_audible(*times_.said_to, now);
      if (times_.answered) {
        go(script_.over ? Phase::speak : Phase::let_end, now);
      } else if (now - *times_.said_to >= samples_of(script_.answer)) {
        go(Phase::over, now);
        times_.over = now;
      }
      return nullptr;
    case Phase::speak:
      if (now >= *times_.answered + samples_of(script_.over_after) && heard.audible(now - kNow, now)) {
        go(Phase::watch, now);
        times_.over_from = now + script_.over->first;
        times_.over_to = now + script_.over->last;
        return &*script_.over;
      }
      if (silent(now, heard, script_.silence)) go(Phase::let_end, now);  // it was too short
      return nullptr;
    case Phase::watch:
      if (now - since_ < length_of(*script_.over) + samples_of(script_.watch)) return nullptr;
      go(Phase::let_end, now);
      return nullptr;
    case Phase::let_end:
      if (!silent(now, heard, script_.silence) && now - since_ < samples_of(patience_.let_end)) return nullptr;
      go(Phase::over, now);
      times_.over = now;
      return nullptr;
    case Phase::over: return nullptr;
  }
  return nullptr;
}

}  // namespace offhook::turns
