#include "call/ears.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "audio/g711.hpp"
#include "audio/level.hpp"

namespace offhook::call {

Ears::Ears(net::Loop& loop, vad::Batcher& vad, turn::Detector* detector, stt::Recognizer& recognizer,
           std::function<void(Event)> tell, stt::Used used, Echo* echo, std::unique_ptr<noise::Stream> noise)
    : loop_(loop),
      detector_(detector),
      echo_(echo),
      tell_(std::move(tell)),
      noise_(std::move(noise)),
      traits_(recognizer.traits()) {
  vad_ = vad.open([this](float probability, std::int64_t end) {
    event::Window w;
    w.speech = std::clamp(static_cast<int>(std::lround(probability * 255)), 0, 255);
    const Measured& measured = measured_[static_cast<std::size_t>(end / vad::kWindow) % measured_.size()];
    w.level = measured.level;
    w.echo = measured.echo;
    w.end = end / 2;  // 16 kHz to the wire's 8
    tell_(w);
  });
  stt::Session::Sink sink;
  sink.partial = [this](const stt::Hypothesis& h) {
    if (utterance_ != 0) tell_(event::Partial{utterance_, h.text, h.stable_words});
  };
  sink.transcript = [this](std::uint32_t pause, Result<std::string> text) {
    if (utterance_ == 0 || pause != pause_) return;  // an earlier pause: speech went on
    if (text)
      tell_(event::Transcript{utterance_, upto_, *text});
    else
      tell_(event::TranscriptFailed{utterance_, upto_, text.error().what});
  };
  sink.turn = [this](const stt::TurnSignal& t) {
    using Kind = stt::TurnSignal::Kind;
    if (utterance_ == 0) return;
    const auto kind = t.kind == Kind::eager     ? event::TurnSignalled::Kind::eager
                      : t.kind == Kind::resumed ? event::TurnSignalled::Kind::resumed
                                                : event::TurnSignalled::Kind::ended;
    tell_(event::TurnSignalled{utterance_, kind, t.text, t.permille});
  };
  sink.used = std::move(used);
  session_ = recognizer.open(loop_, std::move(sink));
}

Ears::~Ears() {
  *alive_ = false;
}

void Ears::audio(std::span<const std::uint8_t> mulaw, std::int64_t sample) {
  if (sample < 0 || sample > kFarthest) return;
  if (!noise_) history_.append(sample, mulaw);
  if (!began_) {
    began_ = true;
    next_ = heard_ = sample;
    position_ = 2 * sample;
  }
  if (sample < next_) {  // late: it has mended the history, but what it was a gap in has been heard
    const auto old =
        static_cast<std::size_t>(std::min<std::int64_t>(next_ - sample, static_cast<std::int64_t>(mulaw.size())));
    mulaw = mulaw.subspan(old);
    if (mulaw.empty()) return;
  } else if (sample - next_ > kLongestGap) {  // too long to be heard as silence: the line begins anew
    up_.reset();
    if (echo_) echo_->interrupt();
    if (noise_) noise_->reset();
    window_fill_ = 0;
    heard_ = next_ = sample;
    position_ = 2 * sample;
  } else if (sample > next_) {
    linear_.assign(static_cast<std::size_t>(sample - next_), 0.0f);
    feed();
  }
  linear_.resize(mulaw.size());
  audio::mulaw_decode(mulaw, std::span<float>(linear_));
  feed();
}

// What is in linear_, at 8 kHz, onwards at 16.
void Ears::feed() {
  std::span<const float> narrow = linear_;
  if (echo_) {
    clean_.clear();
    echo_->hear(linear_, next_, clean_);
    narrow = clean_;
  }
  next_ += static_cast<std::int64_t>(linear_.size());
  if (noise_) {
    quiet_.clear();
    noise_->process(narrow, quiet_);
    narrow = quiet_;
  }
  if (noise_ || (echo_ && echo_->guards())) remember(narrow);
  heard_ += static_cast<std::int64_t>(narrow.size());
  block_.clear();
  up_.process(narrow, block_);
  if (utterance_ != 0 || traits_.continuous) {
    const std::span<const float> sound = traits_.rate == audio::History::kRate ? narrow : block_;
    if (!sound.empty()) session_->audio(sound);
  }
  std::span<const float> rest = block_;
  while (!rest.empty()) {
    const std::size_t n = std::min(rest.size(), window_.size() - window_fill_);
    std::copy_n(rest.begin(), n, window_.begin() + static_cast<std::ptrdiff_t>(window_fill_));
    window_fill_ += n;
    position_ += static_cast<std::int64_t>(n);
    rest = rest.subspan(n);
    if (window_fill_ < window_.size()) continue;
    window_fill_ = 0;
    const double db = audio::dbfs(std::span<const float>(window_));
    Measured& measured = measured_[static_cast<std::size_t>(position_ / vad::kWindow) % measured_.size()];
    measured.level = static_cast<std::uint8_t>(std::clamp(static_cast<int>(std::lround(-db)), 0, 127));
    measured.echo =
        echo_ ? static_cast<std::uint8_t>(echo_->likelihood((position_ - vad::kWindow) / 2, position_ / 2)) : 0;
    vad_->push(window_, position_);
  }
}

// In the history too, over what came: the turn model and a turn's first words want neither echo nor noise.
void Ears::remember(std::span<const float> sound) {
  coded_.clear();
  for (const float x : sound)
    coded_.push_back(audio::mulaw_encode(static_cast<std::int16_t>(std::clamp(x * 32768.0f, -32768.0f, 32767.0f))));
  history_.append(heard_, coded_);
}

void Ears::listen(Utterance utterance, Sample from) {
  session_->begin();
  utterance_ = utterance;
  from_ = from;
  pause_ = 0;
  upto_ = 0;
  if (traits_.continuous) return;
  const auto run_up = traits_.rate == audio::History::kRate ? history_.read_float8k(from, heard_)
                                                            : history_.read_float16k(from, position_ / 2);
  if (!run_up.empty()) session_->audio(run_up);
}

void Ears::transcribe(Utterance utterance, Sample upto) {
  if (utterance != utterance_) return;
  upto_ = upto;
  session_->pause(++pause_);
}

void Ears::score(Utterance utterance, Sample upto) {
  if (!detector_) return tell_(event::TurnScored{utterance, upto, -1});
  // The turn, and not what was said before it: the model was trained on one with nothing in front.
  static constexpr std::int64_t kMost = turn::Detector::kMaxSamples / 2;  // 16 kHz to the wire's 8
  const std::int64_t from = std::max(from_, history_.end() - kMost);
  detector_->score(loop_, history_.read_float16k(from, history_.end()), Deadline::in(loop_.now(), kScorePatience),
                   [this, alive = alive_, utterance, upto](Result<float> score) {
                     if (!*alive) return;
                     const int permille =
                         score ? std::clamp(static_cast<int>(std::lround(*score * 1000)), 0, 1000) : -1;
                     tell_(event::TurnScored{utterance, upto, permille});
                   });
}

void Ears::stop_listening(Utterance utterance) {
  if (utterance != utterance_) return;
  session_->end();
  utterance_ = 0;
}

}  // namespace offhook::call
