// The stream of an answer as a stranger may send it, through the parser of events and cut in two.
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "llm/anthropic_messages.hpp"
#include "net/sse.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace offhook;
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  const std::size_t cut = (data[0] * 256u + data[1]) % (bytes.size() + 1);
  net::SseParser parser(64 << 10);
  std::vector<net::SseEvent> events;
  if (parser.feed(bytes.substr(0, cut), events)) (void)parser.feed(bytes.substr(cut), events);

  llm::MessagesDecoder decoder;
  llm::Decoder::Piece out;
  bool broken = false;
  for (const net::SseEvent& event : events)
    if (!decoder.feed(event, out)) {
      broken = true;
      break;
    }
  if (!broken) {
    const auto answer = decoder.end(out);
    if (answer && (answer->finish.empty() || answer->usage.prompt_tokens < answer->usage.cached_tokens)) std::abort();
  }
  if (out.text.size() > 3 * llm::AnswerBuilder::max_text) std::abort();  // a broken byte becomes three
  if (out.tool_calls.size() > llm::AnswerBuilder::max_tool_calls) std::abort();
  for (const llm::ToolCall& call : out.tool_calls)
    if (call.name.empty() || call.id.empty() || call.arguments.empty()) std::abort();
  return 0;
}
