#include "tts/service_text.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "tts/phonemes.hpp"

namespace offhook::tts {

namespace json = boost::json;

namespace {

void append_utf8(std::string& out, char32_t c) {
  const auto tail = [&](int shift) { out += static_cast<char>(0x80 | (c >> shift & 0x3F)); };
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | c >> 6);
    tail(0);
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | c >> 12);
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xF0 | c >> 18);
    tail(12);
    tail(6);
    tail(0);
  }
}

constexpr std::u32string_view kMutePunctuation = U".,;:!?-'\"()[]{}<>*_|~`¿¡…–—‘’“”„«»。、，！？：；";

std::string one_line(std::string_view text) {
  std::string out;
  int left = 200;
  for (char32_t c : decode_utf8(text.substr(0, 800))) {
    if (left-- == 0) break;
    append_utf8(out, c < 0x20 || c == 0x7F ? U' ' : c);
  }
  return out;
}

}  // namespace

std::string clean(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (char32_t c : decode_utf8(text)) append_utf8(out, c);
  return out;
}

std::int64_t characters(std::string_view text) {
  return static_cast<std::int64_t>(decode_utf8(text).size());
}

bool anything_to_say(std::string_view text) {
  const std::u32string points = decode_utf8(text);
  return std::any_of(points.begin(), points.end(), [](char32_t c) {
    const bool blank = c <= 0x20 || c == 0x7F || c == 0xA0 || (c >= 0x2000 && c <= 0x200F) || c == 0x3000 ||
                       c == 0xFEFF || c == 0xFFFD;
    const bool picture = (c >= 0x2600 && c <= 0x27BF) || c == 0xFE0F || (c >= 0x1F000 && c <= 0x1FAFF);
    return !blank && !picture && kMutePunctuation.find(c) == std::u32string_view::npos;
  });
}

std::string url_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    const bool plain = (u >= '0' && u <= '9') || (u >= 'A' && u <= 'Z') || (u >= 'a' && u <= 'z') || c == '-' ||
                       c == '.' || c == '_' || c == '~';
    if (plain)
      out += c;
    else
      out.append({'%', digits[u >> 4], digits[u & 15]});
  }
  return out;
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

double number(const json::value* value, double otherwise) {
  if (!value) return otherwise;
  if (value->is_double()) return value->get_double();
  if (value->is_int64()) return static_cast<double>(value->get_int64());
  if (value->is_uint64()) return static_cast<double>(value->get_uint64());
  return otherwise;
}

// {"message":…}, {"error":"…"}, {"error":{"message":…}}, {"detail":{"message":…}}, {"title":…} and mixtures of them.
std::string service_words(const json::object& from) {
  const json::object* error = object_in(from, "error");
  const json::object* detail = object_in(from, "detail");
  for (const json::object* place : {error, detail, &from}) {
    if (!place) continue;
    for (const std::string_view key : {"message", "error", "description", "detail", "title", "code"})
      if (const std::string_view text = text_in(*place, key); !text.empty()) return one_line(text);
  }
  return {};
}

std::string service_words(std::string_view body) {
  boost::system::error_code ec;
  const json::value value = json::parse(body, ec, {}, lenient());
  const json::object* top = ec ? nullptr : value.if_object();
  const std::string words = top ? service_words(*top) : std::string();
  return words.empty() ? one_line(body) : words;
}

}  // namespace offhook::tts
