// A schema and arguments, divided by a zero byte; both may be anything. A sentence told to a model is one line, and not
// long.
#include <cstdint>
#include <cstdlib>

#include "tools/schema.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace json = boost::json;
  namespace tools = offhook::tools;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t cut = text.find('\0');
  const auto arguments = tools::parse_arguments(cut == text.npos ? text : text.substr(cut + 1));
  if (!arguments) {
    if (arguments.error().what.find('\n') != std::string::npos) std::abort();
    return 0;
  }
  boost::system::error_code ec;
  const json::value schema = json::parse(cut == text.npos ? "{\"type\":\"object\"}" : text.substr(0, cut), ec);
  if (ec || tools::mistake_in(schema)) return 0;
  const auto sentence = tools::misfit(schema, *arguments);
  if (sentence && (sentence->empty() || sentence->back() != '.')) std::abort();
  return 0;
}
