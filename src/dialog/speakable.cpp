#include "dialog/speakable.hpp"

#include <array>
#include <optional>

#include "dialog/lower_case.hpp"
#include "dialog/speakable_map.hpp"
#include "dialog/speakable_markup.hpp"
#include "dialog/speakable_rules.hpp"

namespace offhook::dialog {
namespace {

constexpr std::size_t kMostGrowth = 4000;  // bytes; a clause has 240 and seldom doubles

// What looks like more than it is stands before what it looks like.
constexpr std::array<Rule, 13> kRules{address,  small_word, date,         phone, spelled_number, fraction, version,
                                      quantity, code,       abbreviation, roman, sign,           acronym};

bool is_word_end(std::string_view text) {
  if (text.empty()) return false;
  const auto c = static_cast<unsigned char>(text.back());
  return c >= 0x80 || (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}
bool is_word_begin(std::string_view text) {
  return !text.empty() && is_word_end(text.substr(0, 1));
}

// May these begin the same word? No only where they cannot: spares a lexicon of hundreds at each word.
bool may_begin_alike(char a, char b) {
  const auto x = static_cast<unsigned char>(a), y = static_cast<unsigned char>(b);
  return x >= 0x80 || y >= 0x80 || (x | 0x20) == (y | 0x20);
}

std::optional<Said> in_lexicon(const Tokens& t, std::size_t i, const Lexicon& lexicon) {
  if (lexicon.empty() || t.blank(i) || (i > 0 && t.glued(i) && t.glued(i - 1))) return std::nullopt;
  for (const auto& [word, spoken] : lexicon) {
    const std::string_view here = t.from(i).substr(0, word.size());
    if (word.empty() || here.size() < word.size() || !may_begin_alike(here[0], word[0])) continue;
    if (const bool any_case = lower_case(word) == word; any_case ? lower_case(here) != word : here != word) continue;
    const std::size_t end = t.at_byte(t.begin(i) + word.size());
    const bool inside = t.begin(end) != t.begin(i) + word.size();
    if (inside || end == i || (t.glued(end - 1) && t.glued(end))) continue;
    return Said{end - i, spoken};
  }
  return std::nullopt;
}

std::optional<Said> said_at(const Tokens& t, std::size_t i, const Tongue* tongue, const Lexicon& lexicon) {
  if (auto said = in_lexicon(t, i, lexicon)) return said;
  if (!tongue || t.blank(i)) return std::nullopt;
  for (const Rule rule : tongue->own)
    if (auto said = rule(t, i, *tongue)) return said;
  for (const Rule rule : kRules)
    if (auto said = rule(t, i, *tongue)) return said;
  return std::nullopt;
}

}  // namespace

Speakable speakable(std::string_view text, std::string_view language, const Lexicon& lexicon) {
  const Speakable plain = without_markup(text);
  const Tongue* tongue = tongue_of(language);
  if (!tongue && lexicon.empty()) return plain;
  const Tokens t(plain.text);
  Rewrite out(plain);
  bool replaced = false;  // the last thing said
  for (std::size_t i = 0; i < t.size();) {
    auto said = out.text().size() < t.begin(i) + kMostGrowth ? said_at(t, i, tongue, lexicon) : std::nullopt;
    const std::size_t end = i + (said && said->tokens > 0 ? said->tokens : 1);
    const std::size_t bytes = t.begin(end) - t.begin(i);
    std::string_view words = said ? std::string_view(said->words) : t.text(i);
    // Nothing in place of a sign between blanks: one of the two is enough.
    const bool wide = out.text().empty() || out.text().ends_with(' ');
    if (said && wide)
      while (words.starts_with(' ')) words.remove_prefix(1);
    if (t.blank(i) && wide) words = {};
    // What a sign has become stands as a word of its own.
    if ((said || replaced) && is_word_end(out.text()) && is_word_begin(words)) out.say(0, " ");
    if (!said && words.size() == bytes)
      out.keep(bytes);
    else
      out.say(bytes, words);
    replaced = said.has_value();
    i = end;
  }
  return out.done();
}

}  // namespace offhook::dialog
