#include "net/sse.hpp"

#include <algorithm>
#include <utility>

namespace offhook::net {

Result<void> SseParser::feed(std::string_view bytes, std::vector<SseEvent>& events) {
  // Each is looked for again only once it is passed: the bytes are gone through once for either, whatever they are.
  std::size_t lf = bytes.find('\n'), cr = bytes.find('\r');
  for (std::size_t at = 0; at < bytes.size() && !broken_;) {
    if (lf < at) lf = bytes.find('\n', at);
    if (cr < at) cr = bytes.find('\r', at);
    if (std::exchange(after_cr_, false) && lf == at) {
      ++at;
      continue;
    }
    const std::size_t end = std::min(lf, cr);
    const std::string_view piece = bytes.substr(at, end - at);
    const bool comment = line_.empty() ? piece.starts_with(':') : line_.front() == ':';
    if (comment) {
      line_ = ':';
    } else {
      size_ += piece.size();
      broken_ = size_ > max_event_;
      if (broken_) break;
      line_ += piece;
    }
    if (end == std::string_view::npos) break;
    after_cr_ = end == cr;
    at = end + 1;
    end_line(events);
  }
  if (!broken_) return {};
  return Error{Errc::full, "reading server-sent events: one event is larger than " + std::to_string(max_event_) +
                               " bytes; a server that sends such events is not supported"};
}

void SseParser::end_line(std::vector<SseEvent>& events) {
  if (std::exchange(first_line_, false) && line_.starts_with("\xEF\xBB\xBF")) line_.erase(0, 3);
  if (line_.empty()) {
    if (has_data_) events.push_back(event_);
    event_.event.clear();
    event_.data.clear();
    has_data_ = false;
    size_ = 0;
    return;
  }
  const std::string_view line = line_;
  const std::string_view name = line.substr(0, line.find(':'));
  std::string_view value = line.substr(std::min(line.size(), name.size() + 1));
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (name == "data") {
    if (std::exchange(has_data_, true)) event_.data += '\n';
    event_.data += value;
  } else if (name == "event") {
    event_.event = value;
  } else if (name == "id" && value.find('\0') == std::string_view::npos) {
    event_.id = value;
  }
  line_.clear();
}

}  // namespace offhook::net
