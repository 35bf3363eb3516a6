#include "load/text.hpp"

#include <boost/json.hpp>
#include <cmath>
#include <cstdarg>
#include <cstdio>

namespace offhook::load {

std::string format(const char* how, ...) {
  char text[512];
  va_list args;
  va_start(args, how);
  std::vsnprintf(text, sizeof text, how, args);
  va_end(args);
  return text;
}

void JsonObject::put(std::string_view name, std::optional<double> value) {
  std::string text = value && std::isfinite(*value) ? format("%.3f", *value) : "null";
  while (text.find('.') != text.npos && (text.back() == '0' || text.back() == '.')) text.pop_back();
  put_json(name, text);
}

void JsonObject::put(std::string_view name, const std::string& text) {
  put_json(name, boost::json::serialize(boost::json::string(text)));
}

void JsonObject::put_json(std::string_view name, std::string_view json) {
  if (text_.size() > 1) text_ += ',';
  text_ += '"';
  text_ += name;
  text_ += "\":";
  text_ += json;
}

}  // namespace offhook::load
