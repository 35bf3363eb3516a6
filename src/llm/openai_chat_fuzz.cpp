// The stream of an answer as a stranger may send it, through the parser of events and cut in two.
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "llm/openai_chat.hpp"
#include "llm/server_error.hpp"
#include "net/sse.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace offhook;
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  const std::size_t cut = (data[0] * 256u + data[1]) % (bytes.size() + 1);
  net::SseParser parser(64 << 10);
  std::vector<net::SseEvent> events;
  if (parser.feed(bytes.substr(0, cut), events)) (void)parser.feed(bytes.substr(cut), events);

  llm::ChatDecoder decoder;
  llm::ChatDecoder::Piece out;
  bool broken = false;
  for (const net::SseEvent& event : events)
    if (!decoder.feed(event, out)) {
      broken = true;
      break;
    }
  if (!broken) (void)decoder.end(out);
  if (out.text.size() > 3 * llm::AnswerBuilder::max_text) std::abort();  // a broken byte becomes three
  for (const llm::ToolCall& call : out.tool_calls)
    if (call.name.empty() || call.id.empty() || call.arguments.empty()) std::abort();
  if (llm::server_message(bytes).size() > 800) std::abort();
  return 0;
}
