// Any bytes that a language model hands over become text that a voice can be given, of a bounded length, and every
// place in it leads back to one in them.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/utf8.hpp"
#include "dialog/speakable.hpp"

using namespace offhook;
using namespace offhook::dialog;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1 || size > 2000) return 0;
  constexpr std::string_view kLanguages[] = {"en", "de", "en-GB", "fr"};
  static const Lexicon lexicon{{"GmbH", "G m b H"}, {"sql", "sequel"}};
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  const Speakable s = speakable(text, kLanguages[data[0] % 4], lexicon);
  if (clean_utf8(s.text) != s.text || s.text.size() > text.size() + 5'000) std::abort();
  Speakable::Stretch last{};
  for (const auto& stretch : s.map) {
    if (stretch.spoken < last.spoken || stretch.written < last.written) std::abort();
    if (stretch.same && s.text.compare(last.spoken, stretch.spoken - last.spoken, text, last.written,
                                       stretch.written - last.written) != 0)
      std::abort();
    last = stretch;
  }
  if (last.spoken != s.text.size() || last.written != text.size()) std::abort();
  std::size_t before = 0;
  for (std::size_t i = 0; i <= s.text.size(); ++i) {
    const std::size_t here = s.written(i);
    if (here < before || here > text.size()) std::abort();
    before = here;
  }
  return 0;
}
