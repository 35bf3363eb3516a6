#include "turns/outcome.hpp"

namespace offhook::turns {

Outcome outcome_of(Kind kind, const CaseTimes& times, const SoundMap& heard, const std::vector<Samples>& cuts,
                   const Grading& by) {
  Outcome out;
  if (!times.said_from) return out;
  out.run = true;
  out.times = times;
  const Duration patience = kind == Kind::one_word ? by.short_answer : by.answer;
  out.answer = grade_answer(heard, *times.said_from, *times.said_to, patience);
  if (kind == Kind::pause && times.pause) out.cut_in = cut_in(heard, *times.pause, *times.said_to);
  if (times.over_from) {
    if (kind == Kind::interrupt)
      out.interrupted = grade_interruption(heard, *times.over_from, by);
    else
      out.disturbed = grade_noise(heard, *times.over_from, *times.over_to, by);
  }
  if (kind == Kind::complete || kind == Kind::echo) out.self = grade_reply(heard, cuts, *times.said_to, times.over, by);
  return out;
}

}  // namespace offhook::turns
