// Of a JSON Schema that a stranger wrote: the part that arguments can be held to (schema.hpp). What is left out allows
// more, never less. For .cpp files: the library behind it is slow to compile.
#pragma once

#include <boost/json.hpp>

namespace offhook::tools {

// A schema without mistakes. References, patterns, combinations (anyOf …) and whatever is malformed are left out.
boost::json::value checkable(const boost::json::object& schema);

}  // namespace offhook::tools
