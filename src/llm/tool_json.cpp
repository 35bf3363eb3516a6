#include "llm/tool_json.hpp"

#include <string>
#include <utility>

#include "base/json_fields.hpp"
#include "base/utf8.hpp"

namespace offhook::llm {

Result<json::value> parse_parameters(const Tool& tool) {
  boost::system::error_code ec;
  json::value parameters = tool.parameters.empty()
                               ? json::value(json::object{{"type", "object"}, {"properties", json::object{}}})
                               : json::parse(tool.parameters, ec);
  if (ec || !parameters.is_object())
    return Error{Errc::invalid, "encoding tool '" + tool.name + "': its parameters are " +
                                    (ec ? "no JSON (" + ec.message() + ")" : std::string("JSON but no object")) +
                                    ", expected a JSON Schema such as {\"type\":\"object\",\"properties\":{}}"};
  return parameters;
}

json::object parse_arguments(std::string_view arguments) {
  if (arguments.empty()) return {};
  boost::system::error_code ec;
  json::value value = json::parse(clean_utf8(arguments), ec);
  if (!ec && value.is_object()) return std::move(value.get_object());
  json::object out;
  out["text"] = clean_utf8(arguments);
  return out;
}

}  // namespace offhook::llm
