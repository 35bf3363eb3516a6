#include "stt/json_fields.hpp"

#include <algorithm>
#include <utility>

namespace offhook::stt {
namespace {

// The length of the well-formed UTF-8 sequence at the front (RFC 3629), surrogates and overlong ones aside; 0: none.
std::size_t sequence(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t n = lead < 0x80                   ? 1
                        : lead >= 0xC2 && lead < 0xE0 ? 2
                        : lead >= 0xE0 && lead < 0xF0 ? 3
                        : lead >= 0xF0 && lead < 0xF5 ? 4
                                                      : 0;
  if (n == 0 || n > text.size()) return 0;
  for (std::size_t i = 1; i < n; ++i)
    if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) return 0;
  const auto second = n > 2 ? static_cast<unsigned char>(text[1]) : 0u;
  const bool bad = (lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) ||
                   (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F);
  return bad ? 0 : n;
}

}  // namespace

std::optional<json::object> parse_object(std::string_view text) {
  boost::system::error_code ec;
  json::value value = json::parse(text, ec);
  if (ec || !value.is_object()) return {};
  return std::move(value.get_object());
}

const json::object* object_in(const json::object& from, std::string_view key) {
  const json::value* v = from.if_contains(key);
  return v ? v->if_object() : nullptr;
}

const json::array& array_in(const json::object& from, std::string_view key) {
  static const json::array none;
  const json::value* v = from.if_contains(key);
  return v && v->is_array() ? v->get_array() : none;
}

std::string_view text_in(const json::object& from, std::string_view key) {
  const json::value* v = from.if_contains(key);
  const json::string* s = v ? v->if_string() : nullptr;
  return s ? std::string_view(*s) : std::string_view();
}

bool flag_in(const json::object& from, std::string_view key) {
  const json::value* v = from.if_contains(key);
  return v && v->is_bool() && v->get_bool();
}

std::optional<double> number_in(const json::object& from, std::string_view key) {
  const json::value* v = from.if_contains(key);
  if (!v || !v->is_number()) return {};
  return v->is_double()  ? v->get_double()
         : v->is_int64() ? static_cast<double>(v->get_int64())
                         : static_cast<double>(v->get_uint64());
}

std::optional<Duration> seconds_in(const json::object& from, std::string_view key) {
  const auto seconds = number_in(from, key);
  if (!seconds || !(*seconds >= 0 && *seconds <= 1e6)) return {};
  return Duration(static_cast<Duration::rep>(*seconds * 1e6 + 0.5));
}

std::string in_one_line(std::string_view words) {
  constexpr std::size_t kLongest = 200;
  std::string out;
  for (std::size_t n = 0; !words.empty(); words.remove_prefix(std::max<std::size_t>(1, n))) {
    n = sequence(words);
    const auto c = static_cast<unsigned char>(words[0]);
    const bool blank = n == 0 || c <= 0x20 || c == 0x7F;
    if (out.size() + std::max<std::size_t>(1, n) > kLongest) break;
    if (!blank)
      out.append(words.substr(0, n));
    else if (!out.empty() && out.back() != ' ')
      out += ' ';
  }
  while (out.ends_with(' ')) out.pop_back();
  return out;
}

std::string words_of_failure(std::string_view body) {
  const auto top = parse_object(body);
  if (!top) return in_one_line(body);
  const json::object* error = object_in(*top, "error");
  for (const json::object* place : {error, &*top})
    for (const std::string_view key : {"message", "error", "detail", "err_msg"})
      if (place && !text_in(*place, key).empty()) return in_one_line(text_in(*place, key));
  return in_one_line(body);
}

}  // namespace offhook::stt
