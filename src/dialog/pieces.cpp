#include "dialog/pieces.hpp"

#include <algorithm>
#include <cctype>

#include "dialog/lower_case.hpp"
#include "dialog/tables.hpp"

namespace offhook::dialog {
namespace {

using Kind = Piece::Kind;

constexpr std::string_view kUnits[] = {"zero", "one",   "two",   "three", "four", "five",
                                       "six",  "seven", "eight", "nine",  "oh"};
constexpr std::string_view kTeens[] = {"ten",     "eleven",  "twelve",    "thirteen", "fourteen",
                                       "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"};
constexpr std::string_view kTens[] = {"twenty", "thirty",  "forty",  "fourty", "fifty",
                                      "sixty",  "seventy", "eighty", "ninety"};
constexpr std::string_view kScales[] = {"hundred", "thousand", "million"};
constexpr std::string_view kOrdinals[] = {
    "first",     "second",    "third",       "fourth",     "fifth",      "sixth",      "seventh",
    "eighth",    "ninth",     "tenth",       "eleventh",   "twelfth",    "thirteenth", "fourteenth",
    "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth", "twentieth",  "thirtieth"};
constexpr std::string_view kFillers[] = {"um", "uh", "er", "erm", "uhm", "umm", "uhh", "hmm"};

bool digit(char c) {
  return std::isdigit(static_cast<unsigned char>(c)) != 0;
}
bool letter(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0;
}
bool all_digits(std::string_view s) {
  return !s.empty() && std::all_of(s.begin(), s.end(), digit);
}

Piece piece(std::string_view text) {
  const auto make = [&](Kind kind, int digits) { return Piece{kind, std::string(text), digits}; };
  if (all_digits(text)) return make(Kind::numeral, static_cast<int>(std::min<std::size_t>(text.size(), 99)));
  if (contains(kUnits, text)) return make(Kind::unit, 1);
  if (contains(kTeens, text) || contains(kTens, text)) return make(contains(kTeens, text) ? Kind::teen : Kind::tens, 2);
  if (contains(kScales, text)) return make(Kind::scale, text == "hundred" ? 2 : text == "thousand" ? 3 : 6);
  if (contains(kOrdinals, text)) return make(Kind::ordinal, 0);
  if (text.size() >= 3 && digit(text[0]) && all_digits(text.substr(0, text.size() - 2))) {
    const std::string_view end = text.substr(text.size() - 2);
    if (end == "st" || end == "nd" || end == "rd" || end == "th") return make(Kind::ordinal, 0);
  }
  if (text.size() == 1 && letter(text[0])) return make(Kind::letter, 0);
  if (text == "double" || text == "triple") return make(Kind::times, 0);
  if (text == "dash" || text == "hyphen") return make(Kind::hyphen, 0);
  if (contains(kFillers, text)) return make(Kind::filler, 0);
  return make(Kind::word, 0);
}

// "555-1212", "twenty-five", "s-m-i-t-h", "555.123.4567": in parts; "mm-hm", "3.50" and "a.m." stay whole.
bool parts(std::string_view chunk, char mark, std::vector<Piece>& out) {
  std::vector<Piece> found;
  for (std::size_t from = 0; from <= chunk.size();) {
    const std::size_t to = std::min(chunk.find(mark, from), chunk.size());
    if (to > from) found.push_back(piece(chunk.substr(from, to - from)));
    from = to + 1;
  }
  const auto fits = [&](const Piece& p) {
    if (mark == '.') return p.kind == Kind::numeral && p.digits >= 3;
    return p.kind == Kind::letter || p.kind == Kind::ordinal || is_numeric(p);
  };
  if (found.size() < 2 || !std::all_of(found.begin(), found.end(), fits)) return false;
  out.insert(out.end(), found.begin(), found.end());
  return true;
}

std::string_view without_marks(std::string_view chunk) {
  constexpr std::string_view kBefore = "\"'([{<-#", kBehind = ".,!?;:\"')]}>";
  while (!chunk.empty() && kBefore.find(chunk.front()) != std::string_view::npos) chunk.remove_prefix(1);
  for (;;) {
    if (!chunk.empty() && kBehind.find(chunk.back()) != std::string_view::npos)
      chunk.remove_suffix(1);
    else if (chunk.ends_with("…"))
      chunk.remove_suffix(std::string_view("…").size());
    else
      return chunk;
  }
}

// "oh" and "o" are zeros beside digits only: "oh five", "four o".
void settle_zeros(std::vector<Piece>& all) {
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].text != "oh" && all[i].text != "o") continue;
    const bool before = i > 0 && (is_numeric(all[i - 1]) || all[i - 1].kind == Kind::times);
    const bool behind = i + 1 < all.size() && is_numeric(all[i + 1]) && all[i + 1].text != "oh";
    if (before || behind)
      all[i] = {Kind::unit, "oh", 1};
    else
      all[i].kind = all[i].text == "o" ? Kind::letter : Kind::word;
    if (all[i].kind != Kind::unit) all[i].digits = 0;
  }
}

}  // namespace

bool is_numeric(const Piece& p) {
  return p.kind == Kind::unit || p.kind == Kind::numeral || p.kind == Kind::teen || p.kind == Kind::tens ||
         p.kind == Kind::scale;
}

std::vector<Piece> pieces_of(std::string_view transcript) {
  std::string text = lower_case(transcript);
  for (std::size_t at; (at = text.find("’")) != std::string::npos;) text.replace(at, std::string_view("’").size(), "'");
  std::vector<Piece> out;
  for (std::size_t i = 0; i < text.size();) {
    const auto space = [&](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0 || c == ','; };
    if (space(text[i]) &&
        !(text[i] == ',' && i > 0 && digit(text[i - 1]) && i + 1 < text.size() && digit(text[i + 1]))) {
      ++i;
      continue;
    }
    std::size_t to = i;
    while (to < text.size() && (!space(text[to]) || (text[to] == ',' && to > i && digit(text[to - 1]) &&
                                                     to + 1 < text.size() && digit(text[to + 1]))))
      ++to;
    std::string_view chunk = without_marks(std::string_view(text).substr(i, to - i));
    i = to;
    if (chunk.starts_with("+") && chunk.size() > 1) {
      out.push_back({Kind::word, "plus", 0});
      chunk.remove_prefix(1);
    }
    while (chunk.ends_with('-')) chunk.remove_suffix(1);
    if (chunk.empty()) continue;
    // "(555)123-4567"
    if (const auto close = chunk.find(')'); close != std::string_view::npos && all_digits(chunk.substr(0, close))) {
      out.push_back(piece(chunk.substr(0, close)));
      chunk.remove_prefix(close + 1);
      if (chunk.empty()) continue;
    }
    if (chunk == "e-mail" || chunk == "e-mail's" || (chunk == "mail" && !out.empty() && out.back().text == "e")) {
      if (chunk == "mail") out.pop_back();
      out.push_back({Kind::word, chunk.ends_with("'s") ? "email's" : "email", 0});
      continue;
    }
    if (parts(chunk, '-', out) || parts(chunk, '.', out)) continue;
    // "5,5,5" and "555,1212" are groups, "5,000" is a number
    if (chunk.find(',') != std::string_view::npos && chunk.substr(chunk.rfind(',')).size() != 4 &&
        parts(chunk, ',', out))
      continue;
    out.push_back(piece(chunk));
  }
  settle_zeros(out);
  return out;
}

}  // namespace offhook::dialog
