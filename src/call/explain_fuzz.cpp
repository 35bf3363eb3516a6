// An event log may come from anywhere: it is told and drawn within bounds, as well-formed as a browser wants it.
#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <string>

#include "base/utf8.hpp"
#include "call/explain_picture.hpp"
#include "call/explain_text.hpp"

using namespace offhook;
using namespace offhook::call;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::istringstream log(std::string(reinterpret_cast<const char*>(data), size));
  const auto story = read_story(log);
  if (!story) return story.error().what.empty() ? std::abort(), 0 : 0;
  const std::string text = explained(*story), svg = drawn(*story, nullptr);
  if (clean_utf8(text) != text || clean_utf8(svg) != svg) std::abort();
  for (const std::string& out : {text, svg})
    for (char c : out)
      if (static_cast<unsigned char>(c) < 0x20 && c != '\n') std::abort();
  if (svg.size() > 100'000 + 200 * size) std::abort();
  const auto last = static_cast<int>(story->turns.size());
  if (last > 0 && explained(*story, last).empty()) std::abort();
  if (last > 0 && drawn(*story, nullptr, last).empty()) std::abort();
  return 0;
}
