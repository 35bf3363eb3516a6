#include "dialog/speakable_markup.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <optional>

#include "base/utf8.hpp"
#include "dialog/lower_case.hpp"
#include "dialog/speakable_map.hpp"

namespace offhook::dialog {
namespace {

constexpr std::size_t kLongestTag = 300;  // bytes; also of a link's text and address

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
bool is_alnum(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || static_cast<unsigned char>(c) >= 0x80;
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

char32_t decoded(std::string_view s) {  // of one well-formed character
  const auto u = [&](std::size_t i) { return static_cast<char32_t>(static_cast<unsigned char>(s[i])); };
  if (s.size() == 1) return u(0);
  if (s.size() == 2) return (u(0) & 0x1F) << 6 | (u(1) & 0x3F);
  if (s.size() == 3) return (u(0) & 0x0F) << 12 | (u(1) & 0x3F) << 6 | (u(2) & 0x3F);
  return (u(0) & 0x07) << 18 | (u(1) & 0x3F) << 12 | (u(2) & 0x3F) << 6 | (u(3) & 0x3F);
}

std::string encoded(char32_t c) {
  if (c < 0x20 || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000)) return " ";
  std::string out;
  const auto byte = [&](char32_t b) { out += static_cast<char>(b); };
  if (c < 0x80) {
    byte(c);
  } else if (c < 0x800) {
    byte(0xC0 | c >> 6), byte(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    byte(0xE0 | c >> 12), byte(0x80 | (c >> 6 & 0x3F)), byte(0x80 | (c & 0x3F));
  } else {
    byte(0xF0 | c >> 18), byte(0x80 | (c >> 12 & 0x3F)), byte(0x80 | (c >> 6 & 0x3F)), byte(0x80 | (c & 0x3F));
  }
  return out;
}

// Pictures, and what only joins or colours them.
bool is_picture(char32_t c) {
  return (c >= 0x1F000 && c <= 0x1FAFF) || (c >= 0x2600 && c <= 0x27BF) || (c >= 0x2B00 && c <= 0x2BFF) ||
         (c >= 0x2300 && c <= 0x23FF) || (c >= 0x25A0 && c <= 0x25FF) || (c >= 0xE0000 && c <= 0xE007F) ||
         (c >= 0xFE00 && c <= 0xFE0F) || c == 0x20E3;
}
// Without a width, or not a character at all.
bool is_unseen(char32_t c) {
  return (c < 0x20 && c != '\n' && c != '\t' && c != '\r') || (c >= 0x7F && c < 0xA0) || c == 0xAD ||
         (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF ||
         c == 0xFFFD || (c >= 0xE000 && c <= 0xF8FF) || (c & 0xFFFE) == 0xFFFE;
}

struct Entity {
  std::string_view name, character;
};
constexpr std::array kEntities{
    Entity{"amp", "&"},    Entity{"lt", "<"},     Entity{"gt", ">"},     Entity{"quot", "\""},  Entity{"apos", "'"},
    Entity{"nbsp", " "},   Entity{"euro", "€"},   Entity{"pound", "£"},  Entity{"cent", "¢"},   Entity{"yen", "¥"},
    Entity{"deg", "°"},    Entity{"ndash", "–"},  Entity{"mdash", "—"},  Entity{"hellip", "…"}, Entity{"copy", "©"},
    Entity{"reg", "®"},    Entity{"trade", "™"},  Entity{"times", "×"},  Entity{"plusmn", "±"}, Entity{"frac12", "½"},
    Entity{"frac14", "¼"}, Entity{"frac34", "¾"}, Entity{"sect", "§"},   Entity{"middot", "·"}, Entity{"bull", "•"},
    Entity{"lsquo", "‘"},  Entity{"rsquo", "’"},  Entity{"ldquo", "“"},  Entity{"rdquo", "”"},  Entity{"laquo", "«"},
    Entity{"raquo", "»"},  Entity{"auml", "ä"},   Entity{"ouml", "ö"},   Entity{"uuml", "ü"},   Entity{"Auml", "Ä"},
    Entity{"Ouml", "Ö"},   Entity{"Uuml", "Ü"},   Entity{"szlig", "ß"},  Entity{"eacute", "é"}, Entity{"egrave", "è"},
    Entity{"agrave", "à"}, Entity{"ccedil", "ç"}, Entity{"ntilde", "ñ"}, Entity{"aacute", "á"}, Entity{"iacute", "í"},
    Entity{"oacute", "ó"}, Entity{"uacute", "ú"}, Entity{"rarr", "→"},   Entity{"minus", "−"},  Entity{"shy", ""},
};

constexpr std::array<std::string_view, 12> kSmileys{":-)", ":)",  ";-)", ";)", ":-(", ":(",
                                                    ":D",  ":-D", ":P",  "<3", "^^",  "xD"};
constexpr std::array<std::string_view, 7> kBullets{"-", "*", "+", "•", "‣", "·", "–"};

class Markup {
 public:
  explicit Markup(std::string_view text) : text_(text), from_(as_written(text)), out_(from_) {}

  Speakable run() {
    while (at_ < text_.size()) step();
    if (pending_ > 0) out_.drop(pending_);
    return out_.done();
  }

 private:
  std::string_view rest(std::size_t n = 0) const { return text_.substr(std::min(text_.size(), at_ + n)); }
  char peek(std::size_t n = 0) const { return at_ + n < text_.size() ? text_[at_ + n] : '\0'; }
  char before() const { return at_ > 0 ? text_[at_ - 1] : '\0'; }
  std::string_view line() const { return rest().substr(0, rest().find('\n')); }

  void blank(std::size_t n) {
    pending_ += n;
    at_ += n;
  }
  void drop(std::size_t n) {
    at_ += n;
    if (pending_ == 0) return out_.drop(n);
    pending_ += n;
    gone_ = true;
  }
  void flush(std::string_view next) {
    if (pending_ == 0) return;
    const std::string_view closing = ".,;:!?)";
    const bool closes = gone_ && !next.empty() && closing.find(next.front()) != closing.npos;
    if (!out_.text().empty() && !closes) {
      if (text_[out_.at()] == ' ') {
        out_.keep(1);
        if (pending_ > 1) out_.drop(pending_ - 1);
      } else {
        out_.say(pending_, " ");
      }
    } else {
      out_.drop(pending_);
    }
    pending_ = 0;
    gone_ = false;
  }
  void keep(std::size_t n) {
    flush(rest());
    out_.keep(n);
    at_ += n;
  }
  void say(std::size_t n, std::string_view instead) {
    if (instead.empty()) return drop(n);
    if (instead == " ") return blank(n);
    flush(instead);
    out_.say(n, instead);
    at_ += n;
  }

  void step();
  bool line_begins();
  bool address();
  bool tag();
  bool entity();
  bool link();
  bool emphasis();
  bool smiley();

  const std::string_view text_;
  const Speakable from_;
  Rewrite out_;
  std::size_t at_ = 0;
  std::size_t pending_ = 0;  // bytes from the first of some blanks, with what went among them
  bool gone_ = false;
  bool table_ = false;  // the line has cells
};

// What only the beginning of a line means.
bool Markup::line_begins() {
  const std::string_view all = line();
  table_ = all.starts_with('|') || (std::count(all.begin(), all.end(), '|') >= 2);
  // Rules and a table's second line: nothing but strokes.
  const auto other = all.find_first_not_of("-=_*|: \t\r");
  if (other == all.npos && std::count_if(all.begin(), all.end(), [](char c) { return c != ' ' && c != '\r'; }) >= 3)
    return drop(all.size()), true;
  if (all.starts_with("```") || all.starts_with("~~~")) {
    if (all.find_first_of("`~", 3) == all.npos) return drop(all.size()), true;  // with the language's name
    return drop(3), true;
  }
  if (all.starts_with('#')) {
    const auto marks = std::min(all.size(), all.find_first_not_of('#'));
    if (marks <= 6 && (marks == all.size() || is_blank(all[marks]))) return drop(marks), true;
  }
  if (all.starts_with("> ")) return drop(2), true;
  for (const std::string_view bullet : kBullets) {
    if (!all.starts_with(bullet) || all.size() <= bullet.size() || all[bullet.size()] != ' ') continue;
    drop(bullet.size());
    blank(1);
    for (const std::string_view box : {"[ ] ", "[x] ", "[X] "})
      if (rest().starts_with(box)) drop(box.size());
    return true;
  }
  return false;
}

// An address is no markup, whatever stands in it; <https://…> is one in brackets.
bool Markup::address() {
  const bool word = at_ > 0 && is_alnum(before());
  const std::string_view here = rest();
  if (word || !(here.starts_with("http://") || here.starts_with("https://") || here.starts_with("www."))) return false;
  std::size_t n = 0;
  while (n < here.size() && static_cast<unsigned char>(here[n]) > 0x20 && static_cast<unsigned char>(here[n]) < 0x7F &&
         std::string_view("<>()[]|\"`*").find(here[n]) == std::string_view::npos)
    ++n;
  keep(n);
  return true;
}

bool Markup::tag() {
  const std::string_view here = rest();
  if (here.starts_with("<!--")) {
    const auto end = here.find("-->");
    return drop(end == here.npos ? here.size() : end + 3), true;
  }
  const char next = peek(1);
  const char after = next == '/' ? peek(2) : next;
  if (!std::isalpha(static_cast<unsigned char>(after)) && after != '!') return false;
  const auto end = here.substr(0, kLongestTag).find('>');
  if (end == here.npos || here.substr(1, end - 1).find('<') != here.npos) return false;
  const std::string_view inner = here.substr(1, end - 1);
  const bool plain = std::all_of(inner.begin(), inner.end(), [](char d) { return d > 0x20 && d < 0x7F; });
  if (plain && (inner.starts_with("http") || inner.find('@') != inner.npos)) {
    drop(1);
    keep(inner.size());
    return drop(1), true;
  }
  const auto name_end = std::min(inner.size(), inner.find_first_of(" \t\n/", next == '/' ? 1 : 0));
  const std::string name = lower_case(inner.substr(0, name_end));
  if (name == "spell") {
    const std::string_view body = here.substr(end + 1, here.substr(end + 1).find("</spell>"));
    std::string spelled;
    for (std::size_t i = 0; i < body.size() && spelled.size() < kLongestTag;) {
      const std::size_t n = std::max<std::size_t>(1, utf8_length(body.substr(i)));
      if (is_alnum(body[i]) && utf8_length(body.substr(i)) > 0)
        spelled += (spelled.empty() ? "" : ", ") + std::string(body.substr(i, n));
      i += n;
    }
    return say(end + 1 + body.size(), spelled), true;
  }
  if (name == "break" && !out_.text().empty() && is_alnum(out_.text().back()) && pending_ <= 1) {
    pending_ = 0;  // the comma stands at the word
    return say(out_.at() < at_ ? at_ - out_.at() + end + 1 : end + 1, ","), at_ = out_.at(), true;
  }
  constexpr std::array<std::string_view, 10> kApart{"br", "br/", "p", "/p", "li", "/li", "div", "/div", "td", "tr"};
  const bool apart = std::find(kApart.begin(), kApart.end(), name) != kApart.end();
  say(end + 1, apart ? " " : "");
  return true;
}

bool Markup::entity() {
  const std::string_view here = rest().substr(0, 12);
  const auto end = here.find(';');
  if (end == here.npos || end < 2) return false;
  const std::string_view name = here.substr(1, end - 1);
  if (name.front() == '#') {
    const bool hex = name.size() > 1 && (name[1] == 'x' || name[1] == 'X');
    char32_t c = 0;
    if (name.size() < (hex ? 3u : 2u)) return false;
    for (const char d : name.substr(hex ? 2 : 1)) {
      if (!(hex ? std::isxdigit(static_cast<unsigned char>(d)) != 0 : is_digit(d))) return false;
      c = c * (hex ? 16 : 10) + static_cast<char32_t>(is_digit(d) ? d - '0' : (d | 0x20) - 'a' + 10);
      if (c > 0x10FFFF) return drop(end + 1), true;
    }
    return say(end + 1, is_picture(c) || is_unseen(c) ? "" : c == 0xA0 ? " " : encoded(c)), true;
  }
  const auto found = std::find_if(kEntities.begin(), kEntities.end(), [&](const Entity& e) { return e.name == name; });
  if (found == kEntities.end()) return false;
  return say(end + 1, found->character), true;
}

// [text](address), ![text](address), [text][reference], [^1], [1], and what a cut has left of one.
bool Markup::link() {
  const std::string_view here = rest();
  if (here.starts_with("![")) return drop(1), true;
  if (here.front() == '[') {
    const std::string_view most = here.substr(0, kLongestTag);
    const auto end = most.find(']');
    if (end == most.npos) return drop(1), true;
    const std::string_view inner = here.substr(1, end - 1);
    const bool note = inner.starts_with('^') ||
                      (!inner.empty() && std::all_of(inner.begin(), inner.end(), is_digit) && inner.size() <= 3);
    return drop(note && !here.substr(end + 1).starts_with('(') ? end + 1 : 1), true;
  }
  // at "]"
  if (peek(1) == '(' || peek(1) == '[') {
    const char close = peek(1) == '(' ? ')' : ']';
    int depth = 0;
    for (std::size_t i = 1; i < std::min(here.size(), kLongestTag); ++i) {
      if (here[i] == peek(1)) ++depth;
      if (here[i] == close && --depth == 0) return drop(i + 1), true;
      if (here[i] == '\n') break;
    }
  }
  return drop(1), true;
}

bool Markup::emphasis() {
  const char c = peek();
  if (c == '`') return drop(1), true;
  if (c == '~') return peek(1) == '~' ? (drop(2), true) : false;
  if (c == '*') {
    const auto digit_before = text_.find_last_not_of(' ', at_ == 0 ? 0 : at_ - 1);
    const bool factor = peek(1) != '*' && before() != '*' && at_ > 0 && digit_before != text_.npos &&
                        is_digit(text_[digit_before]) && is_blank(before()) == is_blank(peek(1)) &&
                        is_digit(is_blank(peek(1)) ? peek(2) : peek(1));
    return factor ? false : (drop(1), true);
  }
  if (c == '_') {
    const bool inside = at_ > 0 && is_alnum(before()) && is_alnum(peek(1)) && peek(1) != '\0';
    return inside ? false : (drop(1), true);
  }
  return false;
}

bool Markup::smiley() {
  if (at_ > 0 && !is_blank(before())) return false;
  for (const std::string_view s : kSmileys)
    if (rest().starts_with(s) && (rest().size() == s.size() || is_blank(peek(s.size())) || peek(s.size()) == '.'))
      return drop(s.size()), true;
  return false;
}

void Markup::step() {
  const std::string_view here = rest();
  const char c = here.front();
  if ((at_ == 0 || before() == '\n') && line_begins()) return;
  if (is_blank(c)) return blank(1);
  if (address() || smiley()) return;
  switch (c) {
    case '<':
      if (tag()) return;
      break;
    case '&':
      if (entity()) return;
      break;
    case '!':
      if (!here.starts_with("![")) break;
      [[fallthrough]];
    case '[':
    case ']':
      if (link()) return;
      break;
    case '*':
    case '_':
    case '`':
    case '~':
      if (emphasis()) return;
      break;
    case '|': {
      if (!table_) return blank(1);
      const bool edge =
          out_.text().empty() || at_ + 1 == text_.size() || before() == '\n' || peek(1) == '\n' || at_ == 0;
      if (edge) return drop(1);
      pending_ = 0, gone_ = false;  // the comma stands at the word
      out_.say(at_ + 1 - out_.at(), ",");
      ++at_;
      return;
    }
    case '\\': return drop(1);
    default: break;
  }
  const std::size_t n = utf8_length(here);
  if (n == 0) return drop(1);  // damage
  const char32_t point = decoded(here.substr(0, n));
  if (is_unseen(point) || is_picture(point)) return drop(n);
  if (point == 0xA0 || point == 0x202F || (point >= 0x2000 && point <= 0x200A) || point == 0x3000) return blank(n);
  keep(n);
}

}  // namespace

Speakable without_markup(std::string_view text) {
  return Markup(text).run();
}

}  // namespace offhook::dialog
