#include "tts/render.hpp"

#include <algorithm>

#include "audio/level.hpp"
#include "audio/resampler.hpp"

namespace offhook::tts {
namespace {

std::size_t samples_in(Duration d, int rate) {
  return static_cast<std::size_t>(d.count() * rate / 1'000'000);
}

}  // namespace

std::vector<std::int16_t> to_wire(std::span<const std::int16_t> clause, int from_rate, int wire_rate, Edges edges) {
  const std::size_t heard = audio::first_audible(clause, from_rate);
  const std::size_t heard_end = audio::last_audible(clause, from_rate);
  if (heard >= heard_end) return {};
  const std::size_t begin = heard - std::min(heard, samples_in(edges.before, from_rate));
  const std::size_t after = samples_in(edges.after, from_rate);
  const std::size_t end = std::min(clause.size(), heard_end + after);
  std::vector<std::int16_t> out = audio::resample(clause.subspan(begin, end - begin), from_rate, wire_rate);
  const std::size_t missing = after - (end - heard_end);
  out.resize(out.size() + missing * static_cast<std::size_t>(wire_rate) / static_cast<std::size_t>(from_rate));
  return out;
}

}  // namespace offhook::tts
