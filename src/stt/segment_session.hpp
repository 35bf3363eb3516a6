// A Session over a recogniser that knows only whole utterances (Moonshine, Whisper, a transcription endpoint): decides
// what is decoded and when, so that partials come while speech goes on, a pause is answered at once, and the cost of a
// decode stays bounded however long a turn becomes.
//
//   begin                     pause 1 (over 10 s)             20 s without a pause       pause 2      end
//     │ speech … partials … speech │ silence │ speech …            ▼ quietest 100 ms of 3 s │           │
//     ├────────── segment 0 ───────┼──────────── segment 1 ────────┼─── segment 2, open ────┤
//       decoded once, for pause 1    decoded once, when it closes    decoded again by each partial and pause
//
// A partial or transcript is the text of all closed segments and of the open one.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/deadline.hpp"
#include "base/result.hpp"
#include "net/loop.hpp"
#include "stt/stt.hpp"

namespace offhook::stt {

// One stretch of speech to be made text.
struct Decode {
  std::vector<float> samples;  // kRate
  Time wanted;
  Deadline deadline;                              // to have begun by
  std::shared_ptr<const std::atomic<bool>> moot;  // true: nobody wants the answer any more; it need not go on
};
// Called on the session's loop, must not block. Answers exactly once, from any thread, Errc::cancelled if it was moot;
// the loop must outlive it.
using Transcribed = std::function<void(Result<std::string>)>;
using Transcriber = std::function<void(Decode, Transcribed)>;

struct SegmentPolicy {
  Duration first_partial = 500ms;  // less speech than this is guesswork
  Duration partial_every = 300ms;  // of new sound …
  double partial_growth = 0.08;    // … or this share of the open segment if that is more: a decode costs by its length
  double partial_rest = 2;        // … and not before this many times what the last one took: a starved pool gets relief
  Duration close_at_pause = 10s;  // an open segment longer than this closes at the next pause
  Duration close_without_pause = 20s;
  Duration close_search = 3s;  // where in the end of it the quietest 100 ms are looked for
  Duration keep = 60s;         // sound waiting for a starved recogniser; the oldest is dropped beyond
  Duration shortest = 100ms;   // less is no word: an empty transcript without asking
  float silence_dbfs = -55;    // the loudest 100 ms quieter than this: the same
  float speech_range_db = 30;  // sound further than this below the turn's loudest asks for no partial
  // When answers are wanted and when work on them is not worth beginning any more, from when they are asked.
  Duration pause_wanted = 50ms, pause_deadline = 5s;
  Duration partial_wanted = 300ms, partial_deadline = 1s;
  Duration segment_wanted = 500ms, segment_deadline = 15s;
};

// Transcripts fail with the transcriber's error; with Errc::cancelled if a later pause came before work on this one had
// begun; with Errc::full if sound had to be dropped (`keep`). It calls neither `failed` nor `used` of its sink: a
// transcriber that cannot work any more says so each time.
//
// `mooted` is called, on the loop and also by the session's destructor, whenever something asked for has become moot:
// for those who can break it off.
std::unique_ptr<Session> open_segment_session(net::Loop& loop, Session::Sink sink, Transcriber transcriber,
                                              SegmentPolicy policy = {}, std::function<void()> mooted = {});

}  // namespace offhook::stt
