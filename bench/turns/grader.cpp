#include "turns/grader.hpp"

#include <algorithm>

namespace offhook::turns {

Answered grade_answer(const SoundMap& heard, Samples begin, Samples end, Duration patience) {
  Answered out;
  out.early = heard.audible(begin, end);
  if (const auto at = heard.first_audible(end, end + samples_of(patience))) out.delay = *at - end;
  return out;
}

bool cut_in(const SoundMap& heard, Samples pause, Samples end) {
  return heard.audible(pause, end);
}

Interrupted grade_interruption(const SoundMap& heard, Samples begin, const Grading& by) {
  Interrupted out;
  out.spoke = heard.audible(begin - samples_of(by.speaking), begin);
  if (!out.spoke) return out;
  for (const Break& b : heard.breaks(begin, begin + samples_of(by.silence_by), samples_of(by.end))) {
    const Samples from = std::max(b.begin, begin);  // it may have been between two words
    if (b.end - from <= samples_of(by.end)) continue;
    out.silent = from - begin;
    out.stopped = *out.silent <= samples_of(by.stopped_by);
    break;
  }
  return out;
}

Disturbed grade_noise(const SoundMap& heard, Samples begin, Samples end, const Grading& by) {
  Disturbed out;
  out.spoke = heard.audible(begin - samples_of(by.speaking), begin);
  if (!out.spoke) return out;
  for (const Break& b : heard.breaks(begin, end + samples_of(by.stop_within), samples_of(by.hitch))) {
    if (b.end - std::max(b.begin, begin) > samples_of(by.end)) {
      out.stopped = true;
      out.hitch.reset();
      return out;
    }
    if (b.begin < begin || b.begin >= end + samples_of(by.hitch_within)) continue;
    if (b.goes_on && b.dead > samples_of(by.hitch)) out.hitch = std::max(out.hitch.value_or(0), b.length());
  }
  return out;
}

SelfInterrupted grade_reply(const SoundMap& heard, const std::vector<Samples>& cuts, Samples from, Samples to,
                            const Grading& by) {
  SelfInterrupted out;
  const auto first = heard.first_audible(from, to);
  if (!first) return out;
  out.replied = true;
  for (const Break& b : heard.breaks(*first, to, samples_of(by.hitch))) {
    if (b.end > to || !b.goes_on) continue;
    if (b.length() > samples_of(by.end))
      ++out.again;
    else if (b.dead > samples_of(by.hitch))
      ++out.pauses;
  }
  out.broken = static_cast<int>(std::ranges::count_if(cuts, [&](Samples c) { return c > *first && c < to; }));
  return out;
}

}  // namespace offhook::turns
