#include "server/duration_text.hpp"

#include <charconv>
#include <cmath>

namespace offhook::server {
namespace {

struct Unit {
  std::string_view name;
  Duration length;
};
constexpr Unit units[] = {{"d", 24h}, {"h", 1h}, {"m", 1min}, {"s", 1s}, {"ms", 1ms}};
constexpr double longest = 100.0 * 365 * 24 * 3600 * 1e6;  // µs

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) {
  for (const Unit& unit : units) {
    if (!text.ends_with(unit.name) || text == unit.name) continue;
    const std::string_view digits = text.substr(0, text.size() - unit.name.size());
    if (digits.find_first_not_of("0123456789.") != digits.npos) continue;  // no sign, no exponent; "300m" of "300ms"
    double value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    const double length = value * static_cast<double>(unit.length.count());
    if (error != std::errc() || end != digits.data() + digits.size() || !(length <= longest)) return std::nullopt;
    return Duration(std::llround(length));
  }
  return std::nullopt;
}

std::string written(Duration duration) {
  if (duration == Duration::zero()) return "0s";
  for (const Unit& unit : units)
    if (duration % unit.length == Duration::zero())
      return std::to_string(duration / unit.length) + std::string(unit.name);
  char digits[32];
  return std::string(digits, std::to_chars(digits, digits + sizeof digits, to_ms(duration)).ptr) + "ms";
}

}  // namespace offhook::server
