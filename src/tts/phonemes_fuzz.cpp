// What a language model may hand over: any bytes at all. Everything between its text and the voice's numbers.
#include <cstdint>
#include <cstdlib>

#include "tts/phonemes.hpp"

using namespace offhook::tts;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const PhonemeIds ids = {{U'^', {1}}, {U'_', {0}}, {U'$', {2}}, {U'a', {3}}, {U'.', {4}}, {U' ', {5}}};
  if (size < 2) return 0;
  const std::size_t longest = 2 + data[0];
  const std::string text =
      readable({reinterpret_cast<const char*>(data + 1), size - 1}, data[0] % 2 ? Script::any : Script::latin);
  const std::u32string decoded = decode_utf8(text);
  const std::size_t half = decoded.size() / 2;
  const std::u32string_view front = std::u32string_view(decoded).substr(0, half);
  const std::u32string_view back = std::u32string_view(decoded).substr(half);
  for (const std::u32string& sentence :
       sentences({{cleaned(front), closing_mark(front, true)}, {cleaned(back), closing_mark(back, false)}}, longest)) {
    if (sentence.empty() || sentence.size() > longest || to_ids(sentence, ids).size() < 3) std::abort();
  }
  return 0;
}
