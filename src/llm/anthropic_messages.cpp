#include "llm/anthropic_messages.hpp"

#include <algorithm>
#include <utility>

#include "base/json_fields.hpp"
#include "base/utf8.hpp"
#include "llm/history.hpp"
#include "llm/server_error.hpp"
#include "llm/tool_json.hpp"

namespace offhook::llm {

namespace {

const json::object& cache_here() {
  static const json::object mark = {{"type", "ephemeral"}};
  return mark;
}

json::object text_block(std::string_view text) {
  json::object out;
  out["type"] = "text";
  out["text"] = clean_utf8(text);
  return out;
}

void append_blocks(json::array& content, const Message& message) {
  const bool words = message.content.find_first_not_of(" \t\r\n") != std::string::npos;
  if (message.role == Role::tool) {
    json::object result;
    result["type"] = "tool_result";
    result["tool_use_id"] = message.tool_call_id;
    if (words) result["content"] = clean_utf8(message.content);
    content.push_back(std::move(result));
    return;
  }
  if (words) content.push_back(text_block(message.content));  // blank ones are refused
  for (const ToolCall& call : message.tool_calls) {
    json::object use;
    use["type"] = "tool_use";
    use["id"] = call.id;
    use["name"] = clean_utf8(call.name);
    use["input"] = parse_arguments(call.arguments);
    content.push_back(std::move(use));
  }
}

// A tool's results are the user's, before the words that follow them.
json::array encode_turns(const std::vector<Message>& messages) {
  json::array out;
  std::string_view role;
  for (const Message& message : messages) {
    const std::string_view now = message.role == Role::assistant ? "assistant" : "user";
    if (now != role) {
      json::object turn;
      turn["role"] = now;
      turn["content"] = json::array{};
      out.push_back(std::move(turn));
      role = now;
    }
    append_blocks(out.back().as_object()["content"].as_array(), message);
  }
  return out;
}

// "claude-haiku-4-5-20251001" is 4.5, "claude-sonnet-4-20250514" is 4.0. Of later ones some refuse any temperature, so
// what is not known gets none.
bool takes_temperature(std::string_view model) {
  if (model.find("claude-3") != std::string_view::npos) return true;
  const std::size_t four = model.find("-4");
  if (four == std::string_view::npos) return false;
  model.remove_prefix(four + 2);
  if (!model.starts_with('-') && !model.starts_with('.')) return model.empty() || model.starts_with('@');
  model.remove_prefix(1);
  const std::size_t digits = std::min(model.find_first_not_of("0123456789"), model.size());
  return digits > 2 || (digits == 1 && model[0] <= '6');
}

std::string_view finish_of(std::string_view stop_reason) {
  if (stop_reason == "end_turn" || stop_reason == "stop_sequence" || stop_reason == "pause_turn") return "stop";
  if (stop_reason == "max_tokens" || stop_reason == "model_context_window_exceeded") return "length";
  if (stop_reason == "tool_use") return "tool_calls";
  if (stop_reason == "refusal") return "content_filter";
  return stop_reason;
}

class AnthropicMessages final : public Dialect {
 public:
  explicit AnthropicMessages(Spec spec) : spec_(std::move(spec)) {}

  std::string url() const override { return spec_.base_url + "/messages"; }
  net::Headers headers() const override {
    net::Headers out = {{"anthropic-version", "2023-06-01"}};
    if (!spec_.api_key.empty()) out.emplace_back("x-api-key", spec_.api_key);
    return out;
  }
  Result<std::string> encode(const Request& request) const override {
    return encode_messages(request, spec_.model, spec_.reasoning);
  }
  std::unique_ptr<Decoder> decoder() const override { return std::make_unique<MessagesDecoder>(); }

 private:
  const Spec spec_;
};

}  // namespace

Result<std::string> encode_messages(const Request& request, std::string_view model, std::string_view reasoning) {
  const History history = history_of(request.messages, {.alternate = true});
  json::object body;  // keeps its keys in this order
  body["model"] = clean_utf8(model);
  body["max_tokens"] = request.max_tokens;
  if (!request.tools.empty()) {
    json::array tools;
    for (const Tool& tool : request.tools) {
      auto schema = parse_parameters(tool);
      if (!schema) return schema.error();
      json::object entry;
      entry["name"] = clean_utf8(tool.name);
      entry["description"] = clean_utf8(tool.description);
      entry["input_schema"] = std::move(*schema);
      tools.push_back(std::move(entry));
    }
    if (history.system.empty()) tools.back().as_object()["cache_control"] = cache_here();
    body["tools"] = std::move(tools);
    if (!request.may_call) body["tool_choice"] = {{"type", "none"}};
  }
  if (!history.system.empty()) {
    json::object block = text_block(history.system);
    block["cache_control"] = cache_here();  // of all before it: the tools too
    json::array system;
    system.push_back(std::move(block));
    body["system"] = std::move(system);
  }
  body["messages"] = encode_turns(history.messages);
  body["stream"] = true;
  if (takes_temperature(model)) body["temperature"] = std::clamp(request.temperature, 0.0, 1.0);
  if (reasoning == "none")
    body["thinking"] = {{"type", "disabled"}};
  else if (!reasoning.empty())
    body["output_config"] = {{"effort", clean_utf8(reasoning)}};
  return json::serialize(body);
}

Result<void> MessagesDecoder::feed(const net::SseEvent& event, Piece& out) {
  if (done_ || event.data.find_first_not_of(" \t\n") == std::string::npos) return {};
  unsigned char first_block[4096];
  json::monotonic_resource memory(first_block, sizeof first_block);
  boost::system::error_code ec;
  const json::value value = json::parse(event.data, ec, &memory, lenient());
  if (ec)
    return Error{Errc::invalid, "reading an event of the answer: its " + std::to_string(event.data.size()) +
                                    " bytes are no JSON (" + ec.message() + "), expected an event of a message"};
  const json::object* top = value.if_object();
  if (!top) return {};
  const std::string_view type = text_in(*top, "type").empty() ? std::string_view(event.event) : text_in(*top, "type");

  if (type == "error") return error_in_stream(*top);
  if (type == "message_start" || type == "message_delta") {
    const json::object* message = object_in(*top, "message");
    const json::object& holder = message ? *message : *top;
    if (message) builder_.id = text_in(*message, "id");
    if (const json::object* usage = object_in(holder, "usage")) {  // the later one counts all of it, or leaves it out
      Usage& told = builder_.answer.usage;
      input_tokens_ = count_in(*usage, "input_tokens", input_tokens_);
      written_tokens_ = count_in(*usage, "cache_creation_input_tokens", written_tokens_);
      told.cached_tokens = count_in(*usage, "cache_read_input_tokens", told.cached_tokens);
      told.completion_tokens = count_in(*usage, "output_tokens", told.completion_tokens);
      told.prompt_tokens = static_cast<int>(
          std::min<std::int64_t>(std::int64_t{input_tokens_} + written_tokens_ + told.cached_tokens, INT32_MAX));
    }
    const json::object* delta = object_in(*top, "delta");
    const std::string_view reason = delta ? text_in(*delta, "stop_reason") : std::string_view();
    if (reason.empty()) return {};
    builder_.answer.finish = one_line(finish_of(reason), 40);
    return builder_.complete_tool_calls(out);  // not at the end of their block: max_tokens may have cut them
  }
  const std::int64_t index = std::max<std::int64_t>(0, whole_in(*top, "index", 0));
  if (type == "content_block_start") {
    const json::object* block = object_in(*top, "content_block");
    if (!block) return {};
    if (text_in(*block, "type") == "text") return builder_.add_text(text_in(*block, "text"), out);
    if (text_in(*block, "type") != "tool_use") return {};
    const json::object* input = object_in(*block, "input");  // {} when it comes in pieces
    return builder_.add_tool_call(index, text_in(*block, "id"), text_in(*block, "name"),
                                  input && !input->empty() ? json::serialize(*input) : std::string());
  }
  if (type == "content_block_delta") {
    const json::object* delta = object_in(*top, "delta");
    if (!delta) return {};
    if (text_in(*delta, "type") == "text_delta") return builder_.add_text(text_in(*delta, "text"), out);
    if (text_in(*delta, "type") == "input_json_delta" && builder_.has_tool_call(index))
      return builder_.add_tool_call(index, {}, {}, text_in(*delta, "partial_json"));
    return {};
  }
  if (type == "message_stop") done_ = true;
  return {};
}

Result<Answer> MessagesDecoder::end(Piece& out) {
  return builder_.end(done_, out);
}

std::unique_ptr<Dialect> anthropic_messages(const Spec& spec) {
  return std::make_unique<AnthropicMessages>(spec);
}

}  // namespace offhook::llm
