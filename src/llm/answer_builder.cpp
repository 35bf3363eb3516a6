#include "llm/answer_builder.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "base/utf8.hpp"

namespace offhook::llm {

Result<void> AnswerBuilder::add_text(std::string_view text, Decoder::Piece& out) {
  if (text.empty()) return {};
  text_bytes_ += text.size();
  if (text_bytes_ > max_text)
    return Error{Errc::full,
                 "reading the answer: more than " + std::to_string(max_text) + " bytes of text; lower max_tokens"};
  const std::size_t before = out.text.size();
  filter_.feed(clean_utf8(text), out.text);
  started_ = started_ || out.text.size() > before;
  return {};
}

Result<void> AnswerBuilder::add_tool_call(std::int64_t index, std::string_view id, std::string_view name,
                                          std::string_view arguments) {
  started_ = true;
  auto call = calls_.rend();
  if (index >= 0) {
    call = std::find_if(calls_.rbegin(), calls_.rend(), [&](const PartialCall& c) { return c.index == index; });
    if (call != calls_.rend() && !id.empty() && !call->call.id.empty() && call->call.id != id) call = calls_.rend();
  } else {
    call = id.empty()
               ? calls_.rbegin()
               : std::find_if(calls_.rbegin(), calls_.rend(), [&](const PartialCall& c) { return c.call.id == id; });
  }
  if (call == calls_.rend()) {
    if (static_cast<std::size_t>(begun_calls_) == max_tool_calls)
      return Error{Errc::full,
                   "reading the answer: more than " + std::to_string(max_tool_calls) + " tool calls at once"};
    ++begun_calls_;
    calls_.push_back({index, {}});
    call = calls_.rbegin();
  }
  tool_bytes_ += id.size() + name.size() + arguments.size();
  if (tool_bytes_ > max_tool_bytes)
    return Error{Errc::full,
                 "reading the answer: its tool calls have more than " + std::to_string(max_tool_bytes) + " bytes"};
  if (call->call.id.empty()) call->call.id = clean_utf8(id);
  if (call->call.name.empty()) call->call.name = clean_utf8(name);
  call->call.arguments.append(arguments);
  return {};
}

bool AnswerBuilder::has_tool_call(std::int64_t index) const {
  return std::any_of(calls_.begin(), calls_.end(), [&](const PartialCall& c) { return c.index == index; });
}

Result<void> AnswerBuilder::complete_tool_calls(Decoder::Piece& out) {
  for (PartialCall& partial : calls_) {
    ToolCall& call = partial.call;
    if (call.name.empty()) return Error{Errc::invalid, "reading the answer: a tool call names no function"};
    ++emitted_calls_;
    if (call.id.empty()) call.id = made_up_id();
    call.arguments = call.arguments.empty() ? "{}" : clean_utf8(call.arguments);
    out.tool_calls.push_back(std::move(call));
  }
  calls_.clear();
  if (emitted_calls_ > 0 && answer.finish == "stop") answer.finish = "tool_calls";  // some servers say so
  return {};
}

// Unlike that of any other answer in the conversation, where results find their calls by it; at most 40 characters, as
// OpenAI takes no more.
std::string AnswerBuilder::made_up_id() const {
  std::string out;
  for (const char c : id)
    if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) out += c;
  if (out.size() > 24) out.erase(0, out.size() - 24);
  return "call_" + std::to_string(emitted_calls_) + (out.empty() ? "" : "_" + out);
}

Result<Answer> AnswerBuilder::end(bool whole, Decoder::Piece& out) {
  filter_.end(out.text);
  if (answer.finish.empty() && !whole)
    return Error{Errc::closed, "reading the answer: the stream ended after " + std::to_string(text_bytes_) +
                                   " bytes of text without saying that it was complete"};
  if (answer.finish.empty()) answer.finish = "stop";
  if (auto completed = complete_tool_calls(out); !completed) return completed.error();
  return answer;
}

}  // namespace offhook::llm
