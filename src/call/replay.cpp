#include "call/replay.hpp"

#include <deque>
#include <istream>
#include <optional>

#include "base/lines.hpp"
#include "call/conversation.hpp"

namespace offhook::call {
namespace {

constexpr std::size_t kMostDivergences = 20;

std::string stripped(std::string line) {
  while (!line.empty() && line.back() == '\n') line.pop_back();
  return line;
}

}  // namespace

Result<Replay> replay(std::istream& log, const std::function<void(Duration, const Action&)>& watch) {
  Replay result;
  std::optional<State> state;
  std::deque<std::string> due;  // actions taken again, not yet met in the log
  Lines lines(log, kLongestLogLine);
  auto differs = [&](std::string recorded, std::string replayed) {
    if (result.divergences.size() < kMostDivergences)
      result.divergences.push_back({lines.number(), std::move(recorded), std::move(replayed)});
  };
  while (lines.next()) {
    if (lines.line().empty()) continue;
    const std::string where = "line " + std::to_string(lines.number());
    if (lines.too_long()) return Error{Errc::invalid, where + " is longer than 1 MB"};
    auto read = read_line(lines.line());
    if (!read) return read.error().within(where);
    if (auto* head = std::get_if<Head>(&*read)) {
      if (!head->words)
        return Error{Errc::invalid,
                     "this log was recorded with `record.words: off`: decisions that took words cannot be taken again"};
      result.head = *head;
      state = begin(head->settings);
      continue;
    }
    if (!state) return Error{Errc::invalid, "line 1: an event log begins with its head, {\"offhook\":1,…}"};
    if (auto* action = std::get_if<ActionLine>(&*read)) {
      if (due.empty()) {
        differs(action->text, "");
      } else {
        if (due.front() != action->text) differs(action->text, due.front());
        due.pop_front();
      }
      continue;
    }
    for (auto& e : std::get<std::vector<EventLine>>(*read)) {
      for (; !due.empty(); due.pop_front()) differs("", due.front());
      if (e.t < result.length)
        return Error{Errc::invalid, where + ": time goes back, from " + std::to_string(result.length.count()) + " to " +
                                        std::to_string(e.t.count()) + " µs"};
      ++result.events;
      result.length = e.t;
      for (const auto& action : step(*state, e.event, Time{} + e.t)) {
        ++result.decisions;
        if (watch) watch(e.t, action);
        std::string text;
        write_action(text, e.t, action, true);
        due.push_back(stripped(std::move(text)));
      }
    }
  }
  for (; !due.empty(); due.pop_front()) differs("", due.front());
  if (!state) return Error{Errc::invalid, "the file is empty: an event log begins with its head, {\"offhook\":1,…}"};
  return result;
}

}  // namespace offhook::call
