// From a tool's definition and a model's arguments to the request.
//
//   GET https://api.example/tables/{table}?day={day}    {table} and {day}: percent-encoded, the rest into the query
//   POST https://api.example/book                       all arguments, as a JSON object
//   POST …  with body {"slot": "{when}", "by": "{name} on the phone"}
//        a text that is nothing but a placeholder becomes the argument itself, with its type; other texts are filled in
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "net/http_client.hpp"
#include "tools/tool.hpp"

namespace offhook::tools {

// What of a definition cannot work, as found and expected: a placeholder in the host or of no argument, one in the path
// whose argument may be missing, a body that its method does not send. `schema`: without mistakes.
struct HttpMistake {
  std::string key;  // "url", "body", "method", "headers"
  std::string what;
};
std::optional<HttpMistake> mistake_in(const Http& http, const boost::json::value& schema);

// `arguments` fit the schema. The error is the sentence to tell the model. Without deadline and limits.
Result<net::HttpCall> request_of(const Http& http, const boost::json::object& arguments);

}  // namespace offhook::tools
