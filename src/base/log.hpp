// One line an event, to stderr, in logfmt: `2026-01-31T12:00:00.123Z info call_started call=6f… edge=twilio`. An event
// is a fixed word in snake_case, never a sentence and never made of data; what varies goes into fields. Any thread.
//
// What a caller said, or a number that names a caller, is never logged above debug: logs leave the machine.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace offhook::log {

enum class Level { trace, debug, info, warn, error, off };

// Borrows text until the end of the statement; a duration is written in milliseconds, so its key ends in _ms.
class Field {
 public:
  Field(std::string_view key, std::string_view value) : key_(key), value_(value) {}
  Field(std::string_view key, const char* value) : key_(key), value_(std::string_view(value)) {}
  Field(std::string_view key, bool value) : key_(key), value_(value) {}
  Field(std::string_view key, double value) : key_(key), value_(value) {}
  Field(std::string_view key, Duration value) : key_(key), value_(value) {}
  Field(std::string_view key, std::signed_integral auto value) : key_(key), value_(std::int64_t{value}) {}
  Field(std::string_view key, std::unsigned_integral auto value) : key_(key), value_(std::uint64_t{value}) {}

  void append_to(std::string& line) const;  // " key=value"

 private:
  std::string_view key_;
  std::variant<std::string_view, bool, double, Duration, std::int64_t, std::uint64_t> value_;
};
using Fields = std::initializer_list<Field>;

void write(Level level, std::string_view call_id, std::string_view event, Fields fields);

inline void debug(std::string_view event, Fields f = {}) {
  write(Level::debug, {}, event, f);
}
inline void debug(std::string_view call_id, std::string_view event, Fields f) {
  write(Level::debug, call_id, event, f);
}
inline void info(std::string_view event, Fields f = {}) {
  write(Level::info, {}, event, f);
}
inline void info(std::string_view call_id, std::string_view event, Fields f) {
  write(Level::info, call_id, event, f);
}
inline void warn(std::string_view event, Fields f = {}) {
  write(Level::warn, {}, event, f);
}
inline void warn(std::string_view call_id, std::string_view event, Fields f) {
  write(Level::warn, call_id, event, f);
}
inline void error(std::string_view event, Fields f = {}) {
  write(Level::error, {}, event, f);
}
inline void error(std::string_view call_id, std::string_view event, Fields f) {
  write(Level::error, call_id, event, f);
}

// A programmer's mistake that cannot be outlived: says so, then aborts.
[[noreturn]] void fatal(std::string_view event, Fields fields = {});

void set_level(Level level);  // info until set
bool enabled(Level level);
Result<Level> parse_level(std::string_view name);

// The value as logfmt wants it: bare if it can be, else in quotes. Line breaks, controls and bytes that are no UTF-8
// are escaped, so that nothing a stranger sent can begin a line or reach a terminal; cut at max_value bytes.
std::string quoted(std::string_view value);
inline constexpr std::size_t max_value = 2048;

// The line without time and level.
std::string format(std::string_view call_id, std::string_view event, Fields fields);

}  // namespace offhook::log
