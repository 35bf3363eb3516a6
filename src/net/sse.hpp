// Server-Sent Events as they arrive, cut anywhere: HTML Living Standard, 9.2.6 "Interpreting an event stream".
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace offhook::net {

struct SseEvent {
  std::string event;  // empty: "message"
  std::string data;   // its lines joined by '\n'; never an event without a data line
  std::string id;     // the last one seen on the stream, it need not be this event's
};

class SseParser {
 public:
  // `max_event` bounds the bytes of one event between its blank lines, comments apart.
  explicit SseParser(std::size_t max_event = 1 << 20) : max_event_(max_event) {}

  // Appends the events that `bytes` completed to `events`. Errc::full when an event outgrows the bound: events before
  // it have been appended, the stream cannot be read on. An event without its blank line at the end of the stream is
  // none.
  Result<void> feed(std::string_view bytes, std::vector<SseEvent>& events);

 private:
  void end_line(std::vector<SseEvent>& events);

  std::size_t max_event_;
  std::size_t size_ = 0;  // of the event so far
  std::string line_;      // without its end; of a comment only the colon is kept
  SseEvent event_;
  bool has_data_ = false;
  bool first_line_ = true;  // may begin with a byte order mark
  bool after_cr_ = false;   // a '\n' now belongs to the line that has ended
  bool broken_ = false;
};

}  // namespace offhook::net
