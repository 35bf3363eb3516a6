#include <cstdint>
#include <cstdlib>

#include "audio/wav.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto wav = offhook::audio::parse_wav({data, size});
  if (!wav) return wav.error().what.empty() ? std::abort(), 0 : 0;
  const bool sane = wav->rate >= 1000 && wav->rate <= 384000 && (wav->channels == 1 || wav->channels == 2) &&
                    wav->samples.size() % static_cast<std::size_t>(wav->channels) == 0 && wav->samples.size() <= size;
  if (!sane) std::abort();
  return 0;
}
