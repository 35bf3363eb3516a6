// From the language model's stream to clauses for the voice.
#include <array>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "dialog/clauses.hpp"
#include "guard/section.hpp"
#include "llm/openai_chat.hpp"
#include "net/sse.hpp"

namespace offhook::guard {
namespace {

constexpr std::array<std::string_view, 24> kTokens{
    "Of",     " course", ",",         " we", " are", " open", " from", " 8",   ":",  "30",    " to",   " five",
    " today", " and",    " tomorrow", ".",   " Dr",  ".",     " Lee",  " has", " a", " free", " hour", "."};

std::string as_sent() {
  std::string stream;
  for (const std::string_view token : kTokens)
    stream += R"(data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"m",)"
              R"("system_fingerprint":"fp","choices":[{"index":0,"delta":{"content":")" +
              std::string(token) + R"("},"logprobs":null,"finish_reason":null}]})" + "\n\n";
  return stream;
}

}  // namespace

Once cut_clauses(const std::string&) {
  return [] {
    dialog::ClauseCutter cutter;
    std::size_t bytes = 0;
    for (const std::string_view token : kTokens)
      for (const std::string& clause : cutter.feed(token)) bytes += clause.size();
    if (const auto rest = cutter.finish()) bytes += rest->size();
    return bytes;
  };
}

// Each chunk as one read from the socket.
Once read_tokens(const std::string&) {
  auto events = std::make_shared<std::vector<net::SseEvent>>();
  return [stream = as_sent(), events] {
    net::SseParser parser;
    llm::ChatDecoder decoder;
    llm::ChatDecoder::Piece said;
    for (std::size_t at = 0; at < stream.size();) {
      const std::size_t end = stream.find("\n\n", at) + 2;
      events->clear();
      if (!parser.feed(std::string_view(stream).substr(at, end - at), *events)) return std::size_t{0};
      for (const net::SseEvent& event : *events)
        if (!decoder.feed(event, said)) return std::size_t{0};
      at = end;
    }
    return said.text.size();
  };
}

}  // namespace offhook::guard
