// Events, actions and settings as lines of JSON, and back. One line each:
//
//   {"offhook":1,"call":"…","agent":"…","words":true,"settings":{…}}      the head
//   {"t":1234567,"e":"token","gen":3,"text":"We "}                        an event, t in µs since the call began
//   {"t":1234567,"e":"windows","w":[0,12,61,10240,0, 32010,9,62,10496,0, …]}  windows: µs since t, speech, level, end,
//   echo
//   {"t":1234567,"a":"speak","gen":3,"clause":0,"text":"…","why":"…"}     what was decided on the event before it
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "call/action.hpp"
#include "call/event.hpp"
#include "call/settings.hpp"

namespace offhook::call {

struct Head {
  std::string call, agent, started;  // started: wall clock, ISO 8601
  bool words = true;                 // false: every letter and digit of what was said is masked
  Settings settings;
};

// What is read of a log from anywhere: bytes of a line, and events and decisions together, a day and a half of windows.
inline constexpr std::size_t kLongestLogLine = 1 << 20, kMostLogged = 4'000'000;

// Each appends one line to `out`, its end included.
void write_head(std::string& out, const Head& head);
// `node`: of the flow, where the call is.
void write_event(std::string& out, Duration t, const Event& event, bool words, std::string_view node = {});
void write_windows(std::string& out, Duration t, const std::vector<std::pair<Duration, event::Window>>& windows);
void write_action(std::string& out, Duration t, const Action& action, bool words);

struct EventLine {
  Duration t{};
  Event event;
};
struct ActionLine {
  Duration t{};
  std::string text;  // the line as it stands: actions are compared as text
  std::string name;
};
// What a line says; windows come as several events. Never throws: a bad line is an error that says what is wrong with
// it.
using LogLine = std::variant<Head, std::vector<EventLine>, ActionLine>;
Result<LogLine> read_line(std::string_view line);

// The action of such a line, but for what is not logged of it. An error if it is not known to this version.
Result<Action> read_action(const ActionLine& line);

// One action as JSON without a time: what observers are sent, and what replay compares.
std::string describe(const Action& action);

// "The café opens at 9." → "xxx xxxx xxxxx xx 0.": letters and digits of any word are masked, the shape stays.
std::string masked(std::string_view text);

}  // namespace offhook::call
