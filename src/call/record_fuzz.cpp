// An event log may come from anywhere. A line that is read is written and read again as the same, and can be stepped
// through.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "call/conversation.hpp"
#include "call/record.hpp"

using namespace offhook;
using namespace offhook::call;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  State state = begin({});
  Duration last{};
  step(state, event::Answered{}, Time{});
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  while (!rest.empty()) {
    const auto end = rest.find('\n');
    auto read = read_line(rest.substr(0, end));
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    if (!read) {
      if (read.error().what.empty()) std::abort();
      continue;
    }
    if (auto* head = std::get_if<Head>(&*read)) {
      std::string once, twice;
      write_head(once, *head);
      auto again = read_line(once);
      if (!again || !std::get_if<Head>(&*again)) std::abort();
      write_head(twice, *std::get_if<Head>(&*again));
      if (once != twice) std::abort();
      state = begin(head->settings);
      last = {};
      step(state, event::Answered{}, Time{});
      continue;
    }
    auto* events = std::get_if<std::vector<EventLine>>(&*read);
    if (!events) continue;
    for (const auto& e : *events) {
      std::string line;
      write_event(line, e.t < Duration::zero() ? Duration::zero() : e.t, e.event, true);
      auto again = read_line(line);
      if (!again) std::abort();
      auto* back = std::get_if<std::vector<EventLine>>(&*again);
      if (!back || back->size() != 1 || !(back->front().event == e.event)) std::abort();
      if (e.t < last) continue;
      last = e.t;
      step(state, e.event, Time{} + e.t);
      (void)next_deadline(state);
    }
  }
  return 0;
}
