#include "knowledge/markdown.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <utility>

#include "base/utf8.hpp"

namespace offhook::knowledge {
namespace {

constexpr std::size_t kFarthest = 1000;  // bytes that a link, tag or code may be long; longer is text: keeps it linear

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || (static_cast<unsigned char>(c) & 0x80) != 0;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool consists_of(std::string_view text, std::string_view characters) {
  return !text.empty() && text.find_first_not_of(characters) == std::string_view::npos;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

// Where in `text` the `close` is that belongs to the `open` at its front.
std::size_t partner(std::string_view text, char open, char close) {
  int depth = 0;
  text = text.substr(0, kFarthest);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == open) {
      ++depth;
    } else if (text[i] == close && --depth == 0) {
      return i;
    }
  }
  return std::string_view::npos;
}

// Bytes of the tag or address in angle brackets at the front of `text`, 0 if there is none.
std::size_t tag_length(std::string_view text) {
  const std::size_t end = text.substr(0, kFarthest).find('>');
  if (end == std::string_view::npos || end < 2) return 0;
  const char first = text[1];  // "<5 kg" is none
  return std::isalpha(static_cast<unsigned char>(first)) || first == '/' || first == '!' ? end + 1 : 0;
}

struct Entity {
  std::string_view written, means;
};
constexpr auto kEntities = std::to_array<Entity>({{"&amp;", "&"},
                                                  {"&nbsp;", " "},
                                                  {"&lt;", "<"},
                                                  {"&gt;", ">"},
                                                  {"&quot;", "\""},
                                                  {"&#39;", "'"},
                                                  {"&euro;", "€"},
                                                  {"&ndash;", "–"}});

class Inline {
 public:
  explicit Inline(std::string_view line) : rest_(line) {}

  std::string read() {
    while (!rest_.empty()) {
      if (!take_escape() && !take_code() && !take_link() && !take_tag() && !take_entity() && !take_emphasis()) copy(1);
    }
    return std::move(out_);
  }

 private:
  void copy(std::size_t bytes) {
    out_ += rest_.substr(0, bytes);
    skip(bytes);
  }
  void skip(std::size_t bytes) {
    before_ = rest_[bytes - 1];
    rest_.remove_prefix(bytes);
  }

  bool take_escape() {
    if (rest_[0] != '\\' || rest_.size() < 2 || !std::ispunct(static_cast<unsigned char>(rest_[1]))) return false;
    skip(1);
    copy(1);
    return true;
  }

  bool take_code() {
    if (rest_[0] != '`') return false;
    const std::size_t marks = std::min(rest_.find_first_not_of('`'), rest_.size());
    const std::size_t end = rest_.substr(0, kFarthest).find(rest_.substr(0, marks), marks);
    if (end != std::string_view::npos) {
      out_ += trimmed(rest_.substr(marks, end - marks));
      skip(end + marks);
    } else {
      copy(marks);
    }
    return true;
  }

  // [text](where), [text][name], ![what it shows](where)
  bool take_link() {
    const bool image = rest_.starts_with("![");
    const std::string_view link = rest_.substr(image ? 1 : 0);
    if (link[0] != '[') return false;
    const std::size_t end = partner(link, '[', ']');
    if (end == std::string_view::npos) return false;
    const std::string_view behind = link.substr(end + 1);
    std::size_t target = std::string_view::npos;
    if (behind.starts_with('(')) target = partner(behind, '(', ')');
    if (behind.starts_with('[')) target = partner(behind, '[', ']');
    if (target == std::string_view::npos) return false;
    out_ += Inline(link.substr(1, end - 1)).read();
    skip((image ? 1 : 0) + end + 1 + target + 1);
    return true;
  }

  bool take_tag() {
    if (rest_[0] != '<') return false;
    const std::size_t length = tag_length(rest_);
    if (length == 0) return false;
    const std::string_view inside = rest_.substr(1, length - 2);
    const bool address =
        inside.find_first_of(":@") != std::string_view::npos && inside.find(' ') == std::string_view::npos;
    if (address)
      out_ += inside;
    else if (inside.starts_with("br"))
      out_ += ' ';
    skip(length);
    return true;
  }

  bool take_entity() {
    for (const auto& [written, means] : kEntities) {
      if (!rest_.starts_with(written)) continue;
      out_ += means;
      skip(written.size());
      return true;
    }
    return false;
  }

  // "3 * 4", "3*4", "snake_case" and "about ~5" stay.
  bool take_emphasis() {
    const char mark = rest_[0];
    if (mark != '*' && mark != '_' && mark != '~') return false;
    const std::size_t marks = std::min(rest_.find_first_not_of(mark), rest_.size());
    const char after = marks < rest_.size() ? rest_[marks] : ' ';
    const bool free = before_ == ' ' && after == ' ', within = is_word(before_) && is_word(after);
    const bool product = mark == '*' && marks == 1 && is_digit(before_) && is_digit(after);
    const bool emphasis = marks <= 3 && !free && !product && (mark == '*' || (mark == '~' ? marks == 2 : !within));
    if (emphasis)
      rest_.remove_prefix(marks);
    else
      copy(marks);
    return true;
  }

  std::string_view rest_;
  char before_ = ' ';
  std::string out_;
};

// The level of a heading "## Prices ##", 0 if it is none.
int heading_level(std::string_view line) {
  const std::size_t marks = std::min(line.find_first_not_of('#'), line.size());
  const bool heading = marks >= 1 && marks <= 6 && (marks == line.size() || line[marks] == ' ' || line[marks] == '\t');
  return heading ? static_cast<int>(marks) : 0;
}

std::string_view heading_text(std::string_view line) {
  line = trimmed(line.substr(std::min(line.find_first_not_of('#'), line.size())));
  const std::size_t last = line.find_last_not_of('#');
  if (last == std::string_view::npos) return {};
  return last + 1 < line.size() && line[last] == ' ' ? trimmed(line.substr(0, last)) : line;
}

bool is_rule(std::string_view line) {
  for (const char mark : {'-', '*', '_'}) {
    if (std::ranges::count(line, mark) >= 3 && consists_of(line, std::string{mark, ' ', '\t'})) return true;
  }
  return false;
}

// Bytes of "- ", "12. " and their like at the front of `line`; a number stays in the text.
std::optional<std::size_t> item_mark(std::string_view line) {
  if (line.size() >= 2 && consists_of(line.substr(0, 1), "-*+") && line[1] == ' ') return 2;
  const std::size_t digits = line.find_first_not_of("0123456789");
  if (digits == std::string_view::npos || digits == 0 || digits > 9 || digits + 1 >= line.size()) return {};
  return (line[digits] == '.' || line[digits] == ')') && line[digits + 1] == ' ' ? std::optional<std::size_t>(0)
                                                                                 : std::nullopt;
}

std::vector<std::string> cells(std::string_view row) {
  row = trimmed(row);
  if (row.starts_with('|')) row.remove_prefix(1);
  if (row.ends_with('|') && !row.ends_with("\\|")) row.remove_suffix(1);
  std::vector<std::string> all;
  for (std::size_t from = 0, at = 0; at <= row.size(); ++at) {
    const bool bar = at < row.size() && row[at] == '|' && (at == 0 || row[at - 1] != '\\');
    if (at < row.size() && !bar) continue;
    all.push_back(without_markup(trimmed(row.substr(from, at - from))));
    from = at + 1;
  }
  return all;
}

bool is_table_rule(std::string_view line) {
  line = trimmed(line);
  return consists_of(line, "|-: \t") && line.find('-') != std::string_view::npos &&
         line.find('|') != std::string_view::npos;
}

// "[name]: https://…", the address of a link that is written elsewhere
bool is_definition(std::string_view line) {
  const std::size_t end = line.find("]: ");
  if (!line.starts_with('[') || end == std::string_view::npos) return false;
  const std::string_view target = trimmed(line.substr(end + 3));
  return target.substr(0, target.find(' ')).find_first_of("/#") != std::string_view::npos;
}

class Reader {
 public:
  explicit Reader(std::string_view text) : lines_(lines_of(text)) {}

  std::vector<Block> read() {
    skip_front_matter();
    while (at_ < lines_.size()) {
      const std::string_view line = without_quote(lines_[at_]);
      if (trimmed(line).empty()) {
        flush(), ++at_;
      } else if (!take_comment(line) && !take_code(line) && !take_heading(line) && !take_underline(line) &&
                 !take_table(line)) {
        take_text(line);
      }
    }
    flush();
    return std::move(blocks_);
  }

 private:
  int number() const { return static_cast<int>(at_) + 1; }

  static std::string_view without_quote(std::string_view line) {
    for (std::string_view t = trimmed(line); t.starts_with('>'); t = trimmed(line)) line = t.substr(1);
    return line;
  }

  void skip_front_matter() {
    if (lines_.empty() || lines_[0] != "---") return;
    const auto end = std::find(lines_.begin() + 1, lines_.end(), "---");
    if (end != lines_.end()) at_ = static_cast<std::size_t>(end - lines_.begin()) + 1;
  }

  // What an author does not want to be seen is not told either.
  bool take_comment(std::string_view line) {
    if (!trimmed(line).starts_with("<!--")) return false;
    flush();
    while (at_ < lines_.size() && lines_[at_].find("-->") == std::string_view::npos) ++at_;
    ++at_;
    return true;
  }

  bool take_code(std::string_view line) {
    const std::string_view fence = trimmed(line).substr(0, 3);
    if (fence != "```" && fence != "~~~") return false;
    if (trimmed(line).find('`', trimmed(line).find_first_not_of(fence[0])) != std::string_view::npos) return false;
    flush();
    Block code{0, number() + 1, {}};
    for (++at_; at_ < lines_.size() && !trimmed(without_quote(lines_[at_])).starts_with(fence); ++at_) {
      code.text.append(lines_[at_]).append("\n");
    }
    ++at_;
    put(std::move(code));
    return true;
  }

  bool take_heading(std::string_view line) {
    const int level = heading_level(trimmed(line));
    if (level == 0) return false;
    flush();
    put({level, number(), without_markup(heading_text(trimmed(line)))});
    ++at_;
    return true;
  }

  // "Prices" above "======" is a heading; "---" without text above it is a line across the page.
  bool take_underline(std::string_view line) {
    line = trimmed(line);
    const bool under = !paragraph_.text.empty() && !is_item_ && (consists_of(line, "=") || consists_of(line, "-"));
    if (!under && !is_rule(line)) return false;
    if (under) {
      paragraph_.level = line[0] == '=' ? 1 : 2;
      std::ranges::replace(paragraph_.text, '\n', ' ');
    }
    flush();
    ++at_;
    return true;
  }

  // Each row says its columns' names, so that it can stand alone.
  bool take_table(std::string_view line) {
    if (line.find('|') == std::string_view::npos || at_ + 1 >= lines_.size() ||
        !is_table_rule(without_quote(lines_[at_ + 1]))) {
      return false;
    }
    flush();
    const std::vector<std::string> names = cells(line);
    for (at_ += 2; at_ < lines_.size(); ++at_) {
      const std::string_view row = without_quote(lines_[at_]);
      if (row.find('|') == std::string_view::npos) break;
      Block block{0, number(), {}};
      const std::vector<std::string> values = cells(row);
      for (std::size_t i = 0; i < values.size(); ++i) {
        if (values[i].empty()) continue;
        if (!block.text.empty()) block.text += "; ";
        if (i < names.size() && !names[i].empty()) block.text += names[i] + ": ";
        block.text += values[i];
      }
      put(std::move(block));
    }
    return true;
  }

  void take_text(std::string_view line) {
    const std::string_view text = trimmed(line);
    if (const auto mark = item_mark(text)) {
      flush();
      start(text.substr(*mark));
      is_item_ = true;
    } else if (paragraph_.text.empty()) {
      if (!is_definition(text)) start(text);
    } else {
      paragraph_.text.append(broken_ ? "\n" : " ").append(text);
    }
    broken_ = line.ends_with("  ") || line.ends_with("\\");
    if (line.ends_with("\\") && paragraph_.text.ends_with("\\")) paragraph_.text.pop_back();
    ++at_;
  }

  void start(std::string_view text) { paragraph_ = {0, number(), std::string(text)}; }

  void flush() {
    if (!paragraph_.text.empty()) {
      paragraph_.text = without_markup(paragraph_.text);
      put(std::move(paragraph_));
    }
    paragraph_ = {};
    is_item_ = broken_ = false;
  }

  void put(Block block) { blocks_.push_back(std::move(block)); }

  std::vector<std::string_view> lines_;
  std::size_t at_ = 0;
  Block paragraph_;  // as written, until it ends
  bool is_item_ = false;
  bool broken_ = false;  // the line before ended in a break
  std::vector<Block> blocks_;
};

}  // namespace

std::string without_markup(std::string_view line) {
  return Inline(line).read();
}

std::vector<Block> markdown_blocks(std::string_view text) {
  return Reader(text).read();
}

std::vector<Block> plain_blocks(std::string_view text) {
  std::vector<Block> blocks;
  int number = 0;
  bool begun = false;
  for (const std::string_view line : lines_of(text)) {
    ++number;
    if (trimmed(line).empty()) {
      begun = false;
    } else if (std::exchange(begun, true)) {
      blocks.back().text.append("\n").append(trimmed(line));
    } else {
      blocks.push_back({0, number, std::string(trimmed(line))});
    }
  }
  return blocks;
}

}  // namespace offhook::knowledge
