#include "tts/pcm_stream.hpp"

#include <algorithm>
#include <cmath>

#include "audio/g711.hpp"

namespace offhook::tts {

namespace {

void append(std::span<const float> samples, std::vector<std::int16_t>& out) {
  for (const float s : samples)
    out.push_back(static_cast<std::int16_t>(std::lrint(std::clamp(s * 32768.0f, -32768.0f, 32767.0f))));
}

}  // namespace

PcmStream::PcmStream(Encoding encoding, int from, int to) : encoding_(encoding) {
  if (from != to) resampler_.emplace(from, to);
}

void PcmStream::feed(std::span<const std::uint8_t> bytes, std::vector<std::int16_t>& out) {
  samples_.clear();
  if (encoding_ == Encoding::mulaw) {
    samples_.resize(bytes.size());
    audio::mulaw_decode(bytes, samples_);
    return convert(samples_, out);
  }
  const auto sample = [](std::uint8_t low, std::uint8_t high) {
    return static_cast<std::int16_t>(static_cast<std::uint16_t>(low | high << 8));
  };
  if (odd_ && !bytes.empty()) {
    samples_.push_back(sample(*odd_, bytes.front()));
    odd_.reset();
    bytes = bytes.subspan(1);
  }
  for (; bytes.size() >= 2; bytes = bytes.subspan(2)) samples_.push_back(sample(bytes[0], bytes[1]));
  if (!bytes.empty()) odd_ = bytes.front();
  convert(samples_, out);
}

void PcmStream::convert(std::span<const std::int16_t> samples, std::vector<std::int16_t>& out) {
  if (!resampler_) {
    out.insert(out.end(), samples.begin(), samples.end());
    return;
  }
  in_.clear();
  out_.clear();
  for (const std::int16_t s : samples) in_.push_back(static_cast<float>(s) / 32768.0f);
  resampler_->process(in_, out_);
  append(out_, out);
}

void PcmStream::finish(std::vector<std::int16_t>& out) {
  odd_.reset();
  if (!resampler_) return;
  out_.clear();
  resampler_->finish(out_);
  append(out_, out);
}

}  // namespace offhook::tts
