// A tool that a model may call: what it is told of it, and what a call becomes: an HTTP request, or a search.
#pragma once

#include <string>
#include <vector>

#include "base/clock.hpp"
#include "net/http.hpp"
#include "tools/address_policy.hpp"

namespace offhook::tools {

// A {name} in `url` or in the texts of `body` stands for the argument of that name.
struct Http {
  std::string method = "POST";
  std::string url;                   // placeholders only behind the host
  net::Headers headers;              // as they are sent
  std::string body;                  // JSON text; empty: the arguments that the URL does not hold
  AddressPolicy addresses;           // where it may go beside public addresses
  std::vector<std::string> secrets;  // values of headers: never told to a model
};

struct Tool {
  std::string name, description;
  std::string parameters;  // JSON text of a schema without mistakes (schema.hpp)
  Duration timeout = 10s;
  Http http;
  std::string knowledge;  // the folder that is searched for its argument "question"; empty: http
};

// For the model. Of a failure: one sentence without anything internal.
struct Told {
  bool ok = true;
  std::string text;
};

}  // namespace offhook::tools
