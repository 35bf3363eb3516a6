#include "call/heard.hpp"

#include <algorithm>
#include <string_view>

namespace offhook::call {
namespace {

bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\t';
}

// Back to the end of the last whole word before the cut.
std::string_view whole_words(std::string_view text, std::size_t bytes) {
  if (bytes >= text.size()) return text;
  while (bytes > 0 && !is_space(text[bytes])) --bytes;
  while (bytes > 0 && is_space(text[bytes - 1])) --bytes;
  return text.substr(0, bytes);
}

// `left`: samples played of it.
std::string_view heard_of(const Clause& c, Sample left, double pace) {
  if (left <= 0 || !c.audible() || c.tones) return {};
  const bool known = c.samples > 0 && !c.broken;
  if (known && left >= c.samples) return c.text;
  if (!c.said.empty()) {
    std::size_t bytes = 0;
    for (const auto& said : c.said)
      if (said.upto <= left) bytes = std::max(bytes, said.bytes);
    return whole_words(c.text, bytes);
  }
  const auto size = static_cast<std::int64_t>(c.text.size());
  const auto share = known      ? size * left / c.samples
                     : pace > 0 ? static_cast<std::int64_t>(static_cast<double>(left) / pace)
                                : size;
  // What is not known to be over is not taken for over.
  return whole_words(c.text,
                     static_cast<std::size_t>(std::clamp<std::int64_t>(share, 0, std::max<std::int64_t>(0, size - 1))));
}

void append(std::string& text, std::string_view part) {
  if (part.empty()) return;
  if (!text.empty()) text += ' ';
  text += part;
}

}  // namespace

std::string heard_text(std::span<const Clause> clauses, Sample samples, double pace) {
  std::string heard;
  for (const auto& clause : clauses) {
    if (samples <= 0 || (clause.samples < 0 && !clause.begun)) break;
    append(heard, heard_of(clause, samples, pace));
    if (clause.samples < 0) break;  // nothing behind it has been played
    samples -= clause.samples;
  }
  return heard;
}

std::string whole_text(std::span<const Clause> clauses, double pace) {
  std::string text;
  for (const auto& clause : clauses)
    if (clause.samples > 0) append(text, heard_of(clause, clause.samples, pace));
  return text;
}

}  // namespace offhook::call
