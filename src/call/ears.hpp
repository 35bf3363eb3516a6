// Hears the caller: wire sound to windows of speech probability, and on demand to words and turn scores. It measures;
// the conversation decides. Home thread; the models' work happens elsewhere.
//
//   µ-law 8 kHz ─▶ echo ─▶ noise ─┬─▶ history (8 s)
//                                 └─▶ 16 kHz ─┬─▶ windows of 32 ms ─▶ vad ─▶ event Window
//                                             └─▶ recogniser, between Listen and StopListening (at 8 kHz if it wants
//                                                 so; all of it if it is continuous)
// Where the agent's echo or the line's noise is taken out, all of them get what is left, later by what that takes and
// each sample in its place.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "audio/history.hpp"
#include "audio/resampler.hpp"
#include "call/echo.hpp"
#include "call/event.hpp"
#include "net/loop.hpp"
#include "noise/noise.hpp"
#include "stt/stt.hpp"
#include "turn/turn.hpp"
#include "vad/vad.hpp"

namespace offhook::call {

class Ears {
 public:
  static constexpr Duration kScorePatience = 1s;

  // `detector` may be null: then no turn is scored; `echo` and `noise` too: then sound is heard as it comes.
  Ears(net::Loop& loop, vad::Batcher& vad, turn::Detector* detector, stt::Recognizer& recognizer,
       std::function<void(Event)> tell, stt::Used used = {}, Echo* echo = nullptr,
       std::unique_ptr<noise::Stream> noise = nullptr);
  ~Ears();

  void audio(std::span<const std::uint8_t> mulaw, std::int64_t sample);
  void listen(Utterance utterance, Sample from);
  void transcribe(Utterance utterance, Sample upto);
  void score(Utterance utterance, Sample upto);
  void stop_listening(Utterance utterance);

 private:
  static constexpr std::int64_t kLongestGap = 8000;                 // samples of the wire, 1 s
  static constexpr std::int64_t kFarthest = std::int64_t{1} << 50;  // no call is so long: such a position is a mistake

  void feed();
  void remember(std::span<const float> sound);

  net::Loop& loop_;
  turn::Detector* detector_;
  Echo* echo_;
  std::function<void(Event)> tell_;
  audio::History history_;
  audio::Resampler up_{8000, 16000};
  std::int64_t next_ = 0;      // expected of the wire
  std::int64_t heard_ = 0;     // what came before it has been listened to, or is
  std::vector<float> linear_;  // 8 kHz
  std::unique_ptr<noise::Stream> noise_;
  std::vector<float> clean_;  // … without the echo, as it comes from there
  std::vector<float> quiet_;  // … and without the noise
  std::vector<std::uint8_t> coded_;
  std::vector<float> block_;  // 16 kHz, as it comes from the resampler
  std::array<float, vad::kWindow> window_{};
  std::size_t window_fill_ = 0;
  struct Measured {
    std::uint8_t level = 0, echo = 0;
  };
  std::array<Measured, vad::Batcher::kMaxQueued> measured_{};  // of windows under way in the batcher, by number
  std::int64_t position_ = 0;                                  // of the next sample at 16 kHz
  bool began_ = false;
  std::unique_ptr<vad::Batcher::Stream> vad_;
  const stt::Traits traits_;  // of the recogniser
  std::unique_ptr<stt::Session> session_;
  Utterance utterance_ = 0;  // being recognised; 0: none
  Sample from_ = 0;          // where that begins, its run-up included
  std::uint32_t pause_ = 0;
  Sample upto_ = 0;  // of the pause asked last
  std::shared_ptr<bool> alive_ =
      std::make_shared<bool>(true);  // answers of the detector that come after us find it false
};

}  // namespace offhook::call
