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
  if (left <= 0 || !c.audible()) return {};
  const bool known = c.samples > 0 && !c.broken;
  if (known && left >= c.samples) return c.text;
  if (!c.said.empty()) {
    std::size_t bytes = 0;
    for (const auto& said : c.said)
      if (said.upto <= left) bytes = std::max(bytes, said.bytes);
    return whole_words(c.text, bytes);
  }
  const double all = known ? static_cast<double>(c.samples) : pace * static_cast<double>(c.text.size());
  const double share = all > 0 ? static_cast<double>(left) / all : 1;
  // What is not known to be over is not taken for over.
  const auto bytes = static_cast<std::size_t>(static_cast<double>(c.text.size()) * std::min(share, 1.0));
  return whole_words(c.text, std::min(bytes, c.text.size() - (c.text.empty() ? 0 : 1)));
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
