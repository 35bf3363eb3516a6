// What the decoders of all protocols share: an answer that comes in pieces, and its bounds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "llm/dialect.hpp"
#include "llm/think_filter.hpp"

namespace offhook::llm {

class AnswerBuilder {
 public:
  static constexpr std::size_t max_text = 256 << 10;  // bytes of one answer, thoughts included
  static constexpr std::size_t max_tool_calls = 32;
  static constexpr std::size_t max_tool_bytes = 256 << 10;  // ids, names and arguments of one answer

  // All errors: Errc::full, the answer has outgrown a bound, unless said otherwise.
  Result<void> add_text(std::string_view text, Decoder::Piece& out);
  // Begins a call or goes on with one: that of the same index, unless it says another id. -1: no index was sent, the id
  // counts; no id either, the latest one.
  Result<void> add_tool_call(std::int64_t index, std::string_view id, std::string_view name,
                             std::string_view arguments);
  bool has_tool_call(std::int64_t index) const;  // one begun and not complete
  // Errc::invalid: one names no function.
  Result<void> complete_tool_calls(Decoder::Piece& out);
  // `whole`: the server said that the answer is complete, though it may not have said how it finished. Errc::closed if
  // neither.
  Result<Answer> end(bool whole, Decoder::Piece& out);

  bool started() const { return started_; }

  Answer answer;   // its finish and usage are the decoder's to fill in
  std::string id;  // the server's for this answer; calls that come without one are named after it

 private:
  // Indices distinguish parallel calls; servers that leave them out, or number every call 0, send whole calls with ids.
  struct PartialCall {
    std::int64_t index = -1;
    ToolCall call;
  };

  std::string made_up_id() const;

  ThinkFilter filter_;
  std::vector<PartialCall> calls_;
  std::size_t text_bytes_ = 0, tool_bytes_ = 0;
  int begun_calls_ = 0, emitted_calls_ = 0;
  bool started_ = false;
};

}  // namespace offhook::llm
