// From what a caller heard, and when he spoke, to what the agent did. Pure; positions are samples of the caller's own
// stream, so that both sides of a call are counted alike.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "turns/sound_map.hpp"

namespace offhook::turns {

// What counts as what.
struct Grading {
  Duration end = 600ms;          // a longer silence is the end of a reply
  Duration hitch = 60ms;         // a longer stretch of nothing within a reply is heard as a break
  Duration hitch_within = 1s;    // of the noise's end, begun
  Duration stop_within = 2s;     // of the noise's end, begun
  Duration stopped_by = 1500ms;  // from an interruption's first sample: it has succeeded
  Duration silence_by = 4s;      // … and a later silence has nothing to do with it
  Duration speaking = 400ms;     // before a noise: the agent was heard in it, else there is nothing to disturb
  Duration answer = 12s;         // without any by then, the turn was missed
  Duration short_answer = 4s;    // … that was one word
};

struct Answered {
  bool early = false;            // the agent spoke before the caller's end
  std::optional<Samples> delay;  // from the caller's last audible sample to the agent's first; none: missed
};
// The caller said [begin, end), and waited until `patience` behind it. A sound before `end` is early and still counts
// as no answer: only what is heard behind it does.
Answered grade_answer(const SoundMap& heard, Samples begin, Samples end, Duration patience);

// A pause from `pause` on, after which the caller went on to `end`.
bool cut_in(const SoundMap& heard, Samples pause, Samples end);

struct Interrupted {
  bool spoke = false;             // the agent, before; else the rest means nothing
  bool stopped = false;           // silent for good by Grading::stopped_by
  std::optional<Samples> silent;  // … after so long; set also where it was too late
};
Interrupted grade_interruption(const SoundMap& heard, Samples begin, const Grading& by = {});

struct Disturbed {
  bool spoke = false;            // as above
  bool stopped = false;          // a silence longer than Grading::end
  std::optional<Samples> hitch;  // … else the longest break that an agent made, if any
};
// A noise of [begin, end) over the agent, which ought to go on.
Disturbed grade_noise(const SoundMap& heard, Samples begin, Samples end, const Grading& by = {});

struct SelfInterrupted {
  bool replied = false;
  int pauses = 0;  // breaks that the agent made, no longer than Grading::end
  int broken = 0;  // times that sound was dropped (a clear) while it spoke
  int again = 0;   // utterances behind the first: to nothing that the caller said
};
// From the end of a question to the moment before the next. `cuts`: where the agent had sound dropped.
SelfInterrupted grade_reply(const SoundMap& heard, const std::vector<Samples>& cuts, Samples from, Samples to,
                            const Grading& by = {});

}  // namespace offhook::turns
