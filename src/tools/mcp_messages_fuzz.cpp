#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/json_fields.hpp"
#include "base/utf8.hpp"
#include "tools/loose_schema.hpp"
#include "tools/mcp_messages.hpp"
#include "tools/schema.hpp"

using namespace offhook;

namespace {

void must(bool holds) {
  if (!holds) std::abort();
}
bool fit_to_tell(const std::string& text) {
  return text == clean_utf8(text) && text.size() < (20u << 10) && !text.empty();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto message = tools::mcp::read({reinterpret_cast<const char*>(data), size});
  if (!message) return 0;
  if (const auto* question = std::get_if<tools::mcp::Question>(&*message)) {
    must(parse_object(question->reply).has_value());
    must(question->reply.find('\n') == std::string::npos);
  }
  if (const auto* failure = std::get_if<tools::mcp::Failure>(&*message))
    must(fit_to_tell(tools::mcp::told_of(*failure, {}).text));
  const auto* answer = std::get_if<tools::mcp::Answer>(&*message);
  if (!answer) return 0;
  (void)tools::mcp::greeting_of(answer->result);
  must(fit_to_tell(tools::mcp::told_of(answer->result, {}).text));
  for (const auto& tool : tools::mcp::page_of(answer->result).tools) {
    const auto schema = parse_object(tool.parameters);
    must(schema.has_value());
    const json::value checked = tools::checkable(*schema);
    must(!tools::mistake_in(checked));
    (void)tools::misfit(checked, answer->result);
  }
  return 0;
}
