#include "edge/earpiece.hpp"

#include <algorithm>

#include "audio/g711.hpp"
#include "audio/level.hpp"

namespace offhook::edge {
namespace {

// One beyond the last sample of the last audible 20 ms; 0 if none is.
std::size_t audible_part(std::span<const std::uint8_t> mulaw) {
  std::array<std::int16_t, Earpiece::kFrame> linear;
  std::size_t end = 0;
  for (std::size_t at = 0; at < mulaw.size(); at += linear.size()) {
    const auto part = mulaw.subspan(at, std::min(linear.size(), mulaw.size() - at));
    const auto samples = std::span(linear).first(part.size());
    audio::mulaw_decode(part, samples);
    if (audio::rms(samples) > Earpiece::kAudibleRms) end = at + part.size();
  }
  return end;
}

Duration length_of(std::size_t samples) {
  return Duration(static_cast<std::int64_t>(samples) * 125);  // µs a sample of 8 kHz
}

}  // namespace

Earpiece::Arrival Earpiece::hear(std::span<const std::uint8_t> mulaw, Time now) {
  const std::size_t audible = audible_part(mulaw);
  const Time begins = std::max(plays_until_, now);
  Arrival arrival;
  if (audible > 0) {
    arrival.audible = true;
    arrival.fresh = !last_audible_ || now - *audible_until_ >= kSilence;
    if (last_audible_ && now - *last_audible_ < kSilence && now - plays_until_ > kUnderrun && !held_ && !excused_)
      ++underruns_;
    if (!held_) excused_ = false;
    last_audible_ = now;
    audible_until_ = begins + length_of(audible);
  }
  plays_until_ = begins + length_of(mulaw.size());

  const std::size_t room = kMostBytes - buffer_.size();
  const auto kept = mulaw.first(std::min(room, mulaw.size()));
  buffer_.insert(buffer_.end(), kept.begin(), kept.end());
  dropped_ += mulaw.size() - kept.size();
  return arrival;
}

Earpiece::Marks Earpiece::mark(std::string_view name) {
  marks_.push_back({taken_ + static_cast<std::int64_t>(buffer_.size()), std::string(name)});
  if (marks_.size() > kMostMarks) return due(marks_.front().position);
  return due(played_);
}

Earpiece::Marks Earpiece::clear(Time now) {
  if (!buffer_.empty()) ++cuts_;
  taken_ += static_cast<std::int64_t>(buffer_.size());
  played_ = taken_;
  buffer_.clear();
  plays_until_ = std::min(plays_until_, now);
  if (audible_until_) audible_until_ = std::min(*audible_until_, now);
  last_audible_.reset();
  unhold();
  return due(played_);
}

Earpiece::Marks Earpiece::play(std::span<std::int16_t, kFrame> out) {
  played_ = taken_;
  const std::size_t n = std::min(kFrame, buffer_.size());
  for (std::size_t i = 0; i < n; ++i) out[i] = audio::mulaw_decode(buffer_[i]);
  std::fill(out.begin() + static_cast<std::ptrdiff_t>(n), out.end(), std::int16_t{0});
  buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(n));
  taken_ += static_cast<std::int64_t>(n);
  given_ = n;
  return due(played_);
}

Earpiece::Marks Earpiece::due(std::int64_t played) {
  Marks names;
  while (!marks_.empty() && marks_.front().position <= played) {
    names.push_back(std::move(marks_.front().name));
    marks_.pop_front();
  }
  return names;
}

}  // namespace offhook::edge
