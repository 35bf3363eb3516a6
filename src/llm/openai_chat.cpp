#include "llm/openai_chat.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "base/json_fields.hpp"
#include "base/utf8.hpp"
#include "llm/history.hpp"
#include "llm/server_error.hpp"
#include "llm/tool_json.hpp"

namespace offhook::llm {

namespace {

std::string_view role_name(Role role) {
  switch (role) {
    case Role::system: return "system";
    case Role::user: return "user";
    case Role::assistant: return "assistant";
    case Role::tool: return "tool";
  }
  return "user";
}

json::object encode_message(const Message& message) {
  json::object out;
  out["role"] = role_name(message.role);
  out["content"] = clean_utf8(message.content);
  if (message.role == Role::tool) out["tool_call_id"] = clean_utf8(message.tool_call_id);
  if (message.tool_calls.empty()) return out;
  json::array calls;
  for (const ToolCall& call : message.tool_calls)
    calls.push_back({{"id", clean_utf8(call.id)},
                     {"type", "function"},
                     {"function", {{"name", clean_utf8(call.name)}, {"arguments", clean_utf8(call.arguments)}}}});
  out["tool_calls"] = std::move(calls);
  return out;
}

json::array encode_messages(const std::vector<Message>& messages, const ChatQuirks& quirks) {
  const History history =
      history_of(messages, {.alternate = quirks.takes_turns, .nine_character_ids = quirks.nine_character_ids});
  json::array out;
  if (!history.system.empty()) out.push_back(encode_message({Role::system, history.system, {}, {}}));
  const Message* before = nullptr;
  for (const Message& message : history.messages) {
    // The least that an assistant can say: the caller spoke on while the tool was at work.
    if (quirks.takes_turns && before && before->role == Role::tool && message.role == Role::user)
      out.push_back(encode_message({Role::assistant, ".", {}, {}}));
    out.push_back(encode_message(message));
    before = &message;
  }
  return out;
}

Result<json::array> encode_tools(const std::vector<Tool>& tools) {
  json::array out;
  for (const Tool& tool : tools) {
    auto parameters = parse_parameters(tool);
    if (!parameters) return parameters.error();
    json::object function;
    function["name"] = clean_utf8(tool.name);
    function["description"] = clean_utf8(tool.description);
    function["parameters"] = std::move(*parameters);
    json::object entry;
    entry["type"] = "function";
    entry["function"] = std::move(function);
    out.push_back(std::move(entry));
  }
  return out;
}

// OpenAI's models that think before they answer: o1, o3-mini, gpt-5, gpt-5.1 …, but not gpt-5-chat-latest.
bool thinks(std::string_view model) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (model.size() > 1 && model[0] == 'o' && digit(model[1])) return true;
  if (!model.starts_with("gpt-") || model.find("-chat") != std::string_view::npos) return false;
  model.remove_prefix(4);
  return (model.size() > 1 && digit(model[0]) && digit(model[1])) ||  // gpt-10
         (!model.empty() && model[0] >= '5' && model[0] <= '9');
}

std::string chat_url(const std::string& base_url) {
  const std::size_t path = std::min(base_url.find('?'), base_url.size());
  std::string url = base_url.substr(0, path);
  while (url.ends_with('/')) url.pop_back();
  return url + "/chat/completions" + base_url.substr(path);
}

class OpenAiChat final : public Dialect {
 public:
  OpenAiChat(Spec spec, const ChatQuirks& quirks) : spec_(std::move(spec)), quirks_(quirks) {}

  std::string url() const override { return chat_url(spec_.base_url); }
  net::Headers headers() const override {
    if (spec_.api_key.empty()) return {};
    if (quirks_.key_in_api_key) return {{"api-key", spec_.api_key}};
    return {{"Authorization", "Bearer " + spec_.api_key}};
  }
  Result<std::string> encode(const Request& request) const override {
    return encode_chat(request, {.model = spec_.model,
                                 .reasoning = spec_.reasoning,
                                 .quirks = quirks_,
                                 .cache_prompt = spec_.cache_prompt,
                                 .presence_penalty = spec_.presence_penalty,
                                 .frequency_penalty = spec_.frequency_penalty});
  }
  std::unique_ptr<Decoder> decoder() const override { return std::make_unique<ChatDecoder>(); }

 private:
  const Spec spec_;
  const ChatQuirks quirks_;
};

}  // namespace

Result<std::string> encode_chat(const Request& request, const ChatOptions& options) {
  const ChatQuirks& quirks = options.quirks;
  json::object body;  // keeps its keys in this order
  if (!options.model.empty()) body["model"] = clean_utf8(options.model);
  body["messages"] = encode_messages(request.messages, quirks);
  if (!request.tools.empty()) {
    auto tools = encode_tools(request.tools);
    if (!tools) return tools.error();
    body["tools"] = std::move(*tools);
    if (!request.may_call) body["tool_choice"] = "none";
  }
  body["stream"] = true;
  if (quirks.asks_for_usage) body["stream_options"] = {{"include_usage", true}};
  body[quirks.max_completion_tokens ? "max_completion_tokens" : "max_tokens"] = request.max_tokens;
  if (!quirks.fixed_temperature || !thinks(options.model)) body["temperature"] = request.temperature;
  if (!options.reasoning.empty()) {
    if (quirks.reasoning_object)
      body["reasoning"] = {{"effort", clean_utf8(options.reasoning)}};
    else
      body["reasoning_effort"] = clean_utf8(options.reasoning);
  }
  if (!quirks.llama) return json::serialize(body);
  if (options.presence_penalty != 0) body["presence_penalty"] = options.presence_penalty;
  if (options.frequency_penalty != 0) body["frequency_penalty"] = options.frequency_penalty;
  if (options.cache_prompt) body["cache_prompt"] = true;
  if (options.slot >= 0) body["id_slot"] = options.slot;
  return json::serialize(body);
}

Result<void> ChatDecoder::feed(const net::SseEvent& event, Piece& out) {
  if (done_) return {};
  if (event.data == "[DONE]") {
    done_ = true;
    return {};
  }
  if (event.data.find_first_not_of(" \t\n") == std::string::npos) return {};  // a keep-alive
  unsigned char first_block[4096];                                            // a chunk is a few hundred bytes
  json::monotonic_resource memory(first_block, sizeof first_block);
  boost::system::error_code ec;
  const json::value chunk = json::parse(event.data, ec, &memory, lenient());
  if (ec)
    return Error{Errc::invalid, "reading an event of the answer: its " + std::to_string(event.data.size()) +
                                    " bytes are no JSON (" + ec.message() + "), expected a chat.completion.chunk"};
  const json::object* top = chunk.if_object();
  if (!top) return {};
  if (const json::value* error = top->if_contains("error"); (error && !error->is_null()) || event.event == "error")
    return error_in_stream(*top);

  if (builder_.id.empty()) builder_.id = text_in(*top, "id");
  if (const json::object* usage = object_in(*top, "usage")) {
    Usage& told = builder_.answer.usage;
    told.prompt_tokens = count_in(*usage, "prompt_tokens");
    told.completion_tokens = count_in(*usage, "completion_tokens");
    told.cached_tokens = count_in(*usage, "prompt_cache_hit_tokens");  // DeepSeek's name
    if (const json::object* details = object_in(*usage, "prompt_tokens_details"))
      told.cached_tokens = count_in(*details, "cached_tokens", told.cached_tokens);
  }
  for (const json::value& entry : array_in(*top, "choices")) {
    const json::object* choice = entry.if_object();
    if (!choice || whole_in(*choice, "index", 0) != 0) continue;  // we ask for one answer
    if (const json::object* delta = object_in(*choice, "delta")) {
      // A refusal is what the model says instead of an answer. Reasoning stands in fields of its own, which nobody
      // reads.
      for (const std::string_view key : {"content", "refusal"})
        if (auto added = builder_.add_text(text_in(*delta, key), out); !added) return added;
      for (const json::value& piece : array_in(*delta, "tool_calls")) {
        const json::object* call = piece.if_object();
        if (!call) continue;
        const json::object* function = object_in(*call, "function");
        const json::value* arguments = function ? function->if_contains("arguments") : nullptr;
        const std::string written = arguments && arguments->is_object() ? json::serialize(*arguments) : std::string();
        if (auto added =
                builder_.add_tool_call(whole_in(*call, "index", -1), text_in(*call, "id"),
                                       function ? text_in(*function, "name") : std::string_view(),
                                       !written.empty() || !function ? written : text_in(*function, "arguments"));
            !added)
          return added;
      }
    }
    if (const std::string_view finish = text_in(*choice, "finish_reason"); !finish.empty()) {
      builder_.answer.finish = one_line(finish, 40);
      if (auto completed = builder_.complete_tool_calls(out); !completed) return completed;
    }
  }
  return {};
}

Result<Answer> ChatDecoder::end(Piece& out) {
  return builder_.end(done_, out);
}

std::unique_ptr<Dialect> openai_chat(const Spec& spec, const ChatQuirks& quirks) {
  return std::make_unique<OpenAiChat>(spec, quirks);
}

}  // namespace offhook::llm
