#include <cstdint>
#include <cstdlib>

#include "base/utf8.hpp"
#include "knowledge/fitting.hpp"
#include "knowledge/passages.hpp"

// Whatever a file holds, its passages are UTF-8, keep to their bounds and stand in the order of the file.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace offhook::knowledge;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const Markup markup : {Markup::none, Markup::markdown}) {
    int line = 1;
    for (const Passage& p : cut(text, markup)) {
      if (p.text.empty() || p.text.size() > kMostBytes || count_words(p.text) > kMostWords) std::abort();
      if (p.line < line || offhook::clean_utf8(p.text) != p.text) std::abort();
      if (offhook::clean_utf8(p.heading) != p.heading || p.heading.size() > 6 * 4 * (kLongestHeading + 2)) std::abort();
      line = p.line;
    }
  }
  return 0;
}
