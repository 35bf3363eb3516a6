// A file of voices may be any file at all.
#include <cmath>
#include <cstdint>
#include <cstdlib>

#include "tts/kokoro_style.hpp"

using namespace offhook::tts;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto style = parse_kokoro_style({reinterpret_cast<const char*>(data), size}, "a");
  if (!style) return style.error().what.empty() ? std::abort(), 0 : 0;
  for (const std::size_t tokens : {std::size_t{0}, std::size_t{1}, std::size_t{510}, std::size_t{100'000}}) {
    if (style->of(tokens).size() != kStyleWidth) std::abort();
  }
  return 0;
}
