#include "llm/think_filter.hpp"

namespace offhook::llm {

namespace {
constexpr std::string_view open_tag = "<think>";
constexpr std::string_view close_tag = "</think>";
}  // namespace

void ThinkFilter::feed(std::string_view text, std::string& spoken) {
  for (const char c : text) {
    const std::string_view tag = thinking_ ? close_tag : open_tag;
    if (c != tag[matched_]) {
      // '<' stands only at the front of either tag, so what was held cannot hide the beginning of another one.
      if (!thinking_) put(tag.substr(0, matched_), spoken);
      matched_ = c == '<' ? 1 : 0;
      if (!thinking_ && matched_ == 0) put({&c, 1}, spoken);
      continue;
    }
    if (++matched_ < tag.size()) continue;
    matched_ = 0;
    thinking_ = !thinking_;
    if (!thinking_) trim_ = !spoke_;
  }
}

void ThinkFilter::end(std::string& spoken) {
  if (!thinking_) put(open_tag.substr(0, matched_), spoken);
  matched_ = 0;
}

void ThinkFilter::put(std::string_view text, std::string& spoken) {
  if (trim_) {
    const std::size_t word = text.find_first_not_of(" \t\r\n");
    if (word == std::string_view::npos) return;
    text.remove_prefix(word);
    trim_ = false;
  }
  spoke_ = spoke_ || !text.empty();
  spoken.append(text);
}

}  // namespace offhook::llm
