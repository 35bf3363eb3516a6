#include "server/yaml_json.hpp"

#include <boost/json.hpp>
#include <charconv>
#include <cmath>
#include <string_view>

namespace offhook::server::yaml {
namespace {

namespace json = boost::json;

template <class T>
bool is_all_of(std::string_view text, T& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

json::value scalar(const Node& node) {
  const std::string_view text = node.text;
  if (node.quoted) return json::value(text);
  if (text.empty() || text == "~" || text == "null") return nullptr;
  if (text == "true") return true;
  if (text == "false") return false;
  std::int64_t whole = 0;
  double number = 0;
  if (is_all_of(text, whole)) return whole;
  const bool digits = text.find_first_not_of("0123456789+-.eE") == text.npos;  // no "inf", no "nan"
  if (digits && is_all_of(text, number) && std::isfinite(number)) return number;
  return json::value(text);
}

json::value value_of(const Node& node) {
  switch (node.kind) {
    case Node::Kind::nothing: return nullptr;
    case Node::Kind::scalar: return scalar(node);
    case Node::Kind::list: {
      json::array list;
      for (const Node& item : node.items) list.push_back(value_of(item));
      return list;
    }
    case Node::Kind::map: break;
  }
  json::object map;
  for (const Node& item : node.items) map[item.key] = value_of(item);
  return map;
}

}  // namespace

std::string to_json(const Node& node) {
  return json::serialize(value_of(node));
}

}  // namespace offhook::server::yaml
