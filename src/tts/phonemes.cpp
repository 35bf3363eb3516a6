#include "tts/phonemes.hpp"

#include <algorithm>
#include <array>

namespace offhook::tts {
namespace {

bool is_space(char32_t c) {
  return c == U' ' || (c >= U'\t' && c <= U'\r') || c == 0xA0 || c == 0x2028 || c == 0x2029;
}

bool closes_quote(char32_t c) {
  return std::u32string_view(U"\"')]}’”»›*_").find(c) != std::u32string_view::npos;
}

char32_t as_mark(char32_t c) {
  switch (c) {
    case U',':
    case U'、':
    case U'，':
    case U'–':
    case U'—': return U',';
    case U';':
    case U'；': return U';';
    case U':':
    case U'：': return U':';
    case U'.':
    case U'…':
    case U'。': return U'.';
    case U'?':
    case U'？': return U'?';
    case U'!':
    case U'！': return U'!';
    default: return 0;
  }
}

bool ends_sentence(char32_t mark) {
  return mark == U'.' || mark == U'?' || mark == U'!';
}

// Letters that dictionaries write in one code point and voices know as two.
struct Accented {
  char32_t letter, base, accent;
};
constexpr std::array kAccented = {
    Accented{U'ç', U'c', 0x327}, Accented{U'ã', U'a', 0x303}, Accented{U'õ', U'o', 0x303}, Accented{U'ñ', U'n', 0x303},
    Accented{U'ĩ', U'i', 0x303}, Accented{U'ũ', U'u', 0x303}, Accented{U'ẽ', U'e', 0x303}, Accented{U'ỹ', U'y', 0x303},
    Accented{U'á', U'a', 0x301}, Accented{U'é', U'e', 0x301}, Accented{U'í', U'i', 0x301}, Accented{U'ó', U'o', 0x301},
    Accented{U'ú', U'u', 0x301}, Accented{U'à', U'a', 0x300}, Accented{U'è', U'e', 0x300}, Accented{U'ì', U'i', 0x300},
    Accented{U'ò', U'o', 0x300}, Accented{U'ù', U'u', 0x300}, Accented{U'ä', U'a', 0x308}, Accented{U'ö', U'o', 0x308},
    Accented{U'ü', U'u', 0x308}};

bool is_readable(char32_t c, Script script) {
  if (c == U'\n') return true;
  if (c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xFFFD) return false;
  if (c < 0x250) return true;                                                       // Latin
  if (c >= 0x2010 && c < 0x2070) return c < 0x2028 || (c >= 0x2030 && c < 0x205F);  // punctuation, not what steers text
  if (c >= 0x1F000 || (c >= 0x2190 && c < 0x2C00)) return script == Script::any && c >= 0x20000 && c < 0x40000;
  if (c >= 0x300 && c < 0x370) return true;    // accents
  if (c >= 0x1E00 && c < 0x1F00) return true;  // Latin
  if (c >= 0x20A0 && c < 0x20D0) return true;  // currencies
  return script == Script::any && (c < 0xE000 || c >= 0xF900);
}

void append_utf8(std::string& out, char32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
    return;
  }
  const int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
  out += static_cast<char>((0xF0 << (3 - more) & 0xFF) | c >> 6 * more);
  for (int i = more - 1; i >= 0; --i) out += static_cast<char>(0x80 | (c >> 6 * i & 0x3F));
}

// After a clause where one ends in the second half of what is allowed, else before a word.
std::size_t place_to_cut(std::u32string_view sentence, std::size_t longest) {
  std::size_t word = 0;
  for (std::size_t i = longest; i > longest / 2; --i) {
    if (sentence[i - 1] != U' ') continue;
    if (i >= 2 && as_mark(sentence[i - 2])) return i;
    if (word == 0) word = i;
  }
  return word > 0 ? word : longest;
}

}  // namespace

std::u32string decode_utf8(std::string_view text) {
  constexpr char32_t kSmallest[] = {0, 0x80, 0x800, 0x10000};
  std::u32string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i++]);
    if (lead < 0x80) {
      out.push_back(lead);
      continue;
    }
    const int more = lead >= 0xF8 ? 0 : lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0;
    char32_t c = lead & (0x3F >> more);
    int got = 0;
    for (; got < more && i < text.size() && (static_cast<unsigned char>(text[i]) & 0xC0) == 0x80; ++got, ++i) {
      c = c << 6 | (static_cast<unsigned char>(text[i]) & 0x3F);
    }
    const bool sound = more > 0 && got == more && c >= kSmallest[more] && c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF);
    out.push_back(sound ? c : 0xFFFD);
  }
  return out;
}

std::string readable(std::string_view text, Script script) {
  static constexpr std::string_view kTitles[] = {"Dr", "Mr", "Mrs", "Ms", "Prof", "St", "Rev", "Capt", "Sgt", "Lt"};
  const auto upper = [](char32_t c) { return c >= U'A' && c <= U'Z'; };
  const auto letter = [&](char32_t c) { return upper(c) || (c >= U'a' && c <= U'z'); };
  const std::u32string in = decode_utf8(text);
  std::string out;
  out.reserve(text.size());
  std::size_t word = 0;  // where in `out` the last word began
  for (std::size_t i = 0; i < in.size(); ++i) {
    const char32_t c = in[i];
    const bool after_title = std::ranges::find(kTitles, std::string_view(out).substr(word)) != std::end(kTitles);
    if (c == U'.' && after_title && i + 2 < in.size() && in[i + 1] == U' ' && upper(in[i + 2])) continue;
    append_utf8(out, is_readable(c, script) ? c : U' ');
    if (!letter(c)) word = out.size();
  }
  return out;
}

char32_t closing_mark(std::u32string_view clause, bool looked_ahead) {
  std::size_t end = clause.size();
  if (looked_ahead && end > 0 && !is_space(clause[end - 1]) && !closes_quote(clause[end - 1]) &&
      !as_mark(clause[end - 1])) {
    --end;
  }
  int lines = 0;
  for (; end > 0 && (is_space(clause[end - 1]) || closes_quote(clause[end - 1])); --end)
    lines += clause[end - 1] == U'\n';
  if (end == 0) return 0;
  char32_t mark = as_mark(clause[end - 1]);
  for (; end > 0 && as_mark(clause[end - 1]); --end) {
    if (as_mark(clause[end - 1]) == U'?') mark = U'?';  // "?!" asks
  }
  return mark ? mark : lines > 1 ? U'.' : 0;
}

std::u32string cleaned(std::u32string_view ipa) {
  std::u32string out;
  for (std::size_t i = 0; i < ipa.size(); ++i) {
    if (ipa[i] == U'(') {
      const std::size_t close = ipa.find(U')', i);
      if (close == std::u32string_view::npos) break;
      i = close;
      continue;
    }
    if (ipa[i] == U'_' || ipa[i] == U'^' || ipa[i] == U'$') continue;  // the voice's own signs
    const auto accented = std::ranges::find(kAccented, ipa[i], &Accented::letter);
    if (accented == kAccented.end()) {
      out.push_back(is_space(ipa[i]) ? U' ' : ipa[i]);
    } else {
      out += {accented->base, accented->accent};
    }
  }
  const std::size_t first = out.find_first_not_of(U' ');
  return first == std::u32string::npos ? std::u32string() : out.substr(first, out.find_last_not_of(U' ') + 1 - first);
}

std::vector<std::u32string> sentences(const std::vector<ClausePhonemes>& clauses, std::size_t longest) {
  std::vector<std::u32string> whole;
  bool open = false;
  for (const ClausePhonemes& clause : clauses) {
    if (clause.ipa.empty()) continue;
    if (!open) whole.emplace_back();
    std::u32string& sentence = whole.back();
    if (!sentence.empty()) sentence.push_back(U' ');
    sentence += clause.ipa;
    if (clause.mark) sentence.push_back(clause.mark);
    open = !ends_sentence(clause.mark);
  }
  std::vector<std::u32string> out;
  for (const std::u32string& sentence : whole) {
    std::u32string_view rest = sentence;
    while (rest.size() > longest) {
      const std::size_t cut = place_to_cut(rest, longest);
      out.emplace_back(rest.substr(0, cut));
      rest.remove_prefix(cut);
    }
    if (!rest.empty()) out.emplace_back(rest);
  }
  return out;
}

std::vector<std::int64_t> to_ids(std::u32string_view sentence, const PhonemeIds& ids) {
  std::vector<std::int64_t> out;
  out.reserve(2 * sentence.size() + 4);
  const auto add = [&](char32_t phoneme) {
    const auto found = ids.find(phoneme);
    if (found == ids.end()) return false;
    out.insert(out.end(), found->second.begin(), found->second.end());
    return true;
  };
  add(U'^');
  add(U'_');
  for (const char32_t phoneme : sentence) {
    if (add(phoneme)) add(U'_');
  }
  add(U'$');
  return out;
}

}  // namespace offhook::tts
