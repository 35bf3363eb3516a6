#include "turns/mixer.hpp"

#include <algorithm>
#include <utility>

namespace offhook::turns {

Mixer::Mixer(const LineSettings& line) : floor_(line.floor_dbfs, line.seed) {
  if (!line.echo) return;
  gain_ = gain_of(line.echo->db);
  dull_ = Biquad::low_pass(line.echo->low_pass);
  under_way_.resize(static_cast<std::size_t>(std::max(samples_of(line.echo->delay), kBeat)));
}

void Mixer::say(std::shared_ptr<const Sound> clip) {
  clip_ = std::move(clip);
  said_ = 0;
}

void Mixer::next(std::span<std::int16_t> out) {
  for (std::int16_t& sample : out) {
    if (clip_ && said_ == clip_->size()) clip_.reset();
    sample = clip_ ? (*clip_)[said_++] : floor_.next();
    if (gain_ > 0) sample = clipped(int{sample} + int{echo()});
  }
}

void Mixer::hear(std::span<const std::int16_t> heard) {
  if (gain_ > 0) under_way_.insert(under_way_.end(), heard.begin(), heard.end());
}

std::int16_t Mixer::echo() {
  const std::int16_t heard = under_way_.front();
  under_way_.pop_front();
  return clipped(dull_.next(static_cast<float>(heard)) * gain_);
}

}  // namespace offhook::turns
