#include "knowledge/passages.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/utf8.hpp"
#include "knowledge/fitting.hpp"
#include "knowledge/markdown.hpp"

namespace offhook::knowledge {
namespace {

// Without blanks around its lines, and one for many within them.
std::string tidy(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string line = one_line(text.substr(0, end), end);
    if (!line.empty()) out.append(out.empty() ? "" : "\n").append(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

class Cutter {
 public:
  std::vector<Passage> cut(const std::vector<Block>& blocks) {
    for (const Block& block : blocks) {
      const std::string text = tidy(block.text);
      if (text.empty()) continue;
      if (block.level > 0)
        enter(block.level, one_line(text, kLongestHeading), block.line);
      else
        add(text, block.line);
    }
    leave(0);
    return std::move(passages_);
  }

 private:
  void enter(int level, std::string heading, int line) {
    leave(level);
    const auto first = static_cast<std::size_t>(level - 1);
    for (std::size_t i = first; i < headings_.size(); ++i) headings_[i].clear();
    headings_[first] = std::move(heading);
    bare_ = line;
    level_ = level;
  }

  // A heading with nothing below it says something itself: "## Dogs are welcome".
  void leave(int to_level) {
    flush();
    if (bare_ > 0 && to_level <= level_) {
      const std::string text = headings_[static_cast<std::size_t>(level_ - 1)];
      passages_.push_back({path(), text, bare_});
    }
    bare_ = 0;
  }

  void add(std::string_view text, int line) {
    bare_ = 0;
    while (!text.empty()) {
      const std::string_view piece = text.substr(0, fitting(text, kMostBytes, kMostWords));
      const int words = count_words(piece);
      if (words_ >= kEnough || words_ + words > kMostWords || open_.text.size() + 1 + piece.size() > kMostBytes)
        flush();
      if (open_.text.empty()) open_.line = line;
      open_.text.append(open_.text.empty() ? "" : "\n").append(piece);
      words_ += words;
      text.remove_prefix(piece.size());
      while (!text.empty() && (text[0] == ' ' || text[0] == '\n')) text.remove_prefix(1);
    }
  }

  void flush() {
    if (!open_.text.empty()) passages_.push_back({path(), std::move(open_.text), open_.line});
    open_ = {};
    words_ = 0;
  }

  std::string path() const {
    std::string all;
    for (const std::string& heading : headings_) {
      if (!heading.empty()) all.append(all.empty() ? "" : " › ").append(heading);
    }
    return all;
  }

  std::array<std::string, 6> headings_;  // of each level, empty where there is none
  int bare_ = 0;                         // the line of a heading that has nothing below it yet
  int level_ = 0;                        // its level
  Passage open_;
  int words_ = 0;
  std::vector<Passage> passages_;
};

}  // namespace

std::vector<Passage> cut(std::string_view text, Markup markup) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const std::string clean = clean_utf8(text);
  return Cutter().cut(markup == Markup::markdown ? markdown_blocks(clean) : plain_blocks(clean));
}

}  // namespace offhook::knowledge
