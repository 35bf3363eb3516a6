#include "base/log.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "base/utf8.hpp"

namespace offhook::log {

namespace {

constexpr std::array<std::string_view, 6> names = {"trace", "debug", "info", "warn", "error", "off"};

spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::trace: return spdlog::level::trace;
    case Level::debug: return spdlog::level::debug;
    case Level::info: return spdlog::level::info;
    case Level::warn: return spdlog::level::warn;
    case Level::error: return spdlog::level::err;
    case Level::off: return spdlog::level::off;
  }
  return spdlog::level::off;
}

// Never destroyed: threads and static objects may log until the very end.
spdlog::logger& logger() {
  static spdlog::logger& instance = *[] {
    auto made = std::make_unique<spdlog::logger>("offhook", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %v", spdlog::pattern_time_type::utc);
    made->set_level(spdlog::level::info);
    return made.release();
  }();
  return instance;
}

bool is_control(std::string_view character) {
  const auto lead = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return lead < 0x20 || lead == 0x7F;
  return lead == 0xC2 && static_cast<unsigned char>(character[1]) < 0xA0;  // C1: U+0080 to U+009F
}

void append_escape(std::string& out, std::string_view bytes) {
  for (const char c : bytes) {
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else {
      std::array<char, 5> hex{};
      std::snprintf(hex.data(), hex.size(), "\\x%02x", static_cast<unsigned>(static_cast<unsigned char>(c)));
      out += hex.data();
    }
  }
}

}  // namespace

std::string quoted(std::string_view value) {
  std::string out;
  bool bare = !value.empty();
  std::size_t used = 0;
  while (used < value.size()) {
    const std::size_t length = utf8_length(value.substr(used));
    const std::string_view character = value.substr(used, length == 0 ? 1 : length);
    if (used + character.size() > max_value) {
      out += "…";
      break;
    }
    used += character.size();
    if (length == 0 || is_control(character)) {
      bare = false;
      append_escape(out, character);
    } else {
      const char c = character[0];
      if (c == ' ' || c == '=' || c == '"' || c == '\\') bare = false;
      if (c == '"' || c == '\\') out += '\\';
      out += character;
    }
  }
  return bare ? out : '"' + out + '"';
}

void Field::append_to(std::string& line) const {
  line += ' ';
  line += key_;
  line += '=';
  std::array<char, 32> digits{};
  const auto print = [&](const char* as, auto value) {
    std::snprintf(digits.data(), digits.size(), as, value);
    line += digits.data();
  };
  if (const auto* text = std::get_if<std::string_view>(&value_)) line += quoted(*text);
  if (const auto* flag = std::get_if<bool>(&value_)) line += *flag ? "true" : "false";
  if (const auto* real = std::get_if<double>(&value_)) print("%.6g", *real);
  if (const auto* time = std::get_if<Duration>(&value_)) print("%.3f", to_ms(*time));
  if (const auto* whole = std::get_if<std::int64_t>(&value_)) line += std::to_string(*whole);
  if (const auto* whole = std::get_if<std::uint64_t>(&value_)) line += std::to_string(*whole);
}

std::string format(std::string_view call_id, std::string_view event, Fields fields) {
  std::string line(event);
  if (!call_id.empty()) Field("call", call_id).append_to(line);
  for (const Field& field : fields) field.append_to(line);
  return line;
}

void write(Level level, std::string_view call_id, std::string_view event, Fields fields) {
  if (!enabled(level)) return;
  std::string line(names[static_cast<std::size_t>(level)]);
  line += ' ';
  line += format(call_id, event, fields);
  logger().log(to_spdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

void fatal(std::string_view event, Fields fields) {
  write(Level::error, {}, event, fields);
  logger().flush();
  std::abort();
}

void set_level(Level level) {
  logger().set_level(to_spdlog(level));
}

bool enabled(Level level) {
  return level != Level::off && logger().should_log(to_spdlog(level));
}

Result<Level> parse_level(std::string_view name) {
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == name) return static_cast<Level>(i);
  return Error{Errc::invalid,
               "reading a log level: found " + quoted(name) + ", expected one of trace, debug, info, warn, error, off"};
}

}  // namespace offhook::log
