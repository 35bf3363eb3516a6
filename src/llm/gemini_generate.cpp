#include "llm/gemini_generate.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <limits>
#include <utility>

#include "base/json_fields.hpp"
#include "base/utf8.hpp"
#include "llm/history.hpp"
#include "llm/server_error.hpp"
#include "llm/tool_json.hpp"

namespace offhook::llm {

namespace {

bool is_before_three(std::string_view model) {
  return model.find("gemini-1") != std::string_view::npos || model.find("gemini-2") != std::string_view::npos;
}

json::object content_of(std::string_view role, json::array parts) {
  json::object out;
  out["role"] = role;
  out["parts"] = std::move(parts);
  return out;
}

json::object text_part(std::string_view text) {
  json::object out;
  out["text"] = clean_utf8(text);
  return out;
}

json::object call_part(const ToolCall& call, bool signature) {
  json::object function;
  function["name"] = clean_utf8(call.name);
  function["args"] = parse_arguments(call.arguments);
  json::object out;
  out["functionCall"] = std::move(function);
  if (signature) out["thoughtSignature"] = "skip_thought_signature_validator";
  return out;
}

// Results stand in the order of their calls and are matched by name and place: ids are the vendor's to give.
json::object result_part(const Message& result, const Message& asked) {
  const auto call = std::find_if(asked.tool_calls.begin(), asked.tool_calls.end(),
                                 [&](const ToolCall& c) { return c.id == result.tool_call_id; });
  boost::system::error_code ec;
  json::value value = json::parse(clean_utf8(result.content), ec);
  json::object response;
  if (!ec && value.is_object())
    response = std::move(value.get_object());
  else
    response["result"] = clean_utf8(result.content);
  json::object function;
  function["name"] = call == asked.tool_calls.end() ? std::string("tool") : clean_utf8(call->name);
  function["response"] = std::move(response);
  json::object out;
  out["functionResponse"] = std::move(function);
  return out;
}

// All results of one turn of calls are one content; the caller's words behind them are the next.
json::array encode_contents(const std::vector<Message>& messages, bool signature) {
  json::array out;
  const Message* asked = nullptr;
  const Message* before = nullptr;
  for (const Message& message : messages) {
    json::array parts;
    if (message.role == Role::tool) {
      if (!asked) continue;  // history.hpp gives each result a call
      parts.push_back(result_part(message, *asked));
      if (before && before->role == Role::tool)
        out.back().as_object()["parts"].as_array().push_back(std::move(parts[0]));
      else
        out.push_back(content_of("user", std::move(parts)));
    } else {
      if (message.content.find_first_not_of(" \t\r\n") != std::string::npos)
        parts.push_back(text_part(message.content));
      for (std::size_t i = 0; i < message.tool_calls.size(); ++i)  // only the first of a turn carries one
        parts.push_back(call_part(message.tool_calls[i], signature && i == 0));
      out.push_back(content_of(message.role == Role::assistant ? "model" : "user", std::move(parts)));
      if (!message.tool_calls.empty()) asked = &message;
    }
    before = &message;
  }
  return out;
}

// Google's own translation of the levels for the models that count tokens.
int budget_of(std::string_view level) {
  if (level == "none") return 0;
  if (level == "minimal" || level == "low") return 1024;
  if (level == "medium") return 8192;
  return 24576;
}

json::object thinking_of(std::string_view model, std::string_view reasoning) {
  json::object out;
  int tokens = 0;
  if (reasoning.empty()) {
    if (model.find("gemini-2.5-flash") != std::string_view::npos) out["thinkingBudget"] = 0;
    return out;
  }
  const auto number = std::from_chars(reasoning.data(), reasoning.data() + reasoning.size(), tokens);
  if (number.ec == std::errc() && number.ptr == reasoning.data() + reasoning.size())
    out["thinkingBudget"] = tokens;
  else if (is_before_three(model))
    out["thinkingBudget"] = budget_of(reasoning);
  else
    out["thinkingLevel"] = reasoning == "none" ? "minimal" : clean_utf8(reasoning);  // they cannot do without
  return out;
}

std::string finish_of(std::string_view reason) {
  if (reason == "STOP") return "stop";
  if (reason == "MAX_TOKENS") return "length";
  for (const std::string_view filter : {"SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "LANGUAGE"})
    if (reason == filter) return "content_filter";
  std::string out = one_line(reason, 40);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

class GeminiGenerate final : public Dialect {
 public:
  explicit GeminiGenerate(Spec spec) : spec_(std::move(spec)) {}

  std::string url() const override {
    std::string model = spec_.model.find('/') == std::string::npos ? "models/" + spec_.model : spec_.model;
    std::erase_if(model, [](char c) { return c <= ' ' || c == '?' || c == '#' || c == '%' || c > '~'; });
    return spec_.base_url + "/" + model + ":streamGenerateContent?alt=sse";
  }
  net::Headers headers() const override {
    if (spec_.api_key.empty()) return {};
    return {{"x-goog-api-key", spec_.api_key}};
  }
  Result<std::string> encode(const Request& request) const override {
    return encode_generate(request, spec_.model, spec_.reasoning);
  }
  std::unique_ptr<Decoder> decoder() const override { return std::make_unique<GenerateDecoder>(); }

 private:
  const Spec spec_;
};

}  // namespace

Result<std::string> encode_generate(const Request& request, std::string_view model, std::string_view reasoning) {
  const History history = history_of(request.messages, {.alternate = true});
  json::object body;  // keeps its keys in this order
  if (!history.system.empty()) {
    json::object system;
    system["parts"] = json::array{text_part(history.system)};
    body["systemInstruction"] = std::move(system);
  }
  if (!request.tools.empty()) {
    json::array declarations;
    for (const Tool& tool : request.tools) {
      auto schema = parse_parameters(tool);
      if (!schema) return schema.error();
      json::object entry;
      entry["name"] = clean_utf8(tool.name);
      entry["description"] = clean_utf8(tool.description);
      if (!tool.parameters.empty()) entry["parametersJsonSchema"] = std::move(*schema);
      declarations.push_back(std::move(entry));
    }
    json::object tools;
    tools["functionDeclarations"] = std::move(declarations);
    json::array list;
    list.push_back(std::move(tools));
    body["tools"] = std::move(list);
    if (!request.may_call) body["toolConfig"] = {{"functionCallingConfig", {{"mode", "NONE"}}}};
  }
  body["contents"] = encode_contents(history.messages, !is_before_three(model));
  json::object config;
  config["maxOutputTokens"] = request.max_tokens;
  config["temperature"] = request.temperature;
  if (json::object thinking = thinking_of(model, reasoning); !thinking.empty())
    config["thinkingConfig"] = std::move(thinking);
  body["generationConfig"] = std::move(config);
  return json::serialize(body);
}

Result<void> GenerateDecoder::feed(const net::SseEvent& event, Piece& out) {
  if (event.data.find_first_not_of(" \t\n") == std::string::npos) return {};
  unsigned char first_block[4096];
  json::monotonic_resource memory(first_block, sizeof first_block);
  boost::system::error_code ec;
  const json::value value = json::parse(event.data, ec, &memory, lenient());
  if (ec)
    return Error{Errc::invalid, "reading an event of the answer: its " + std::to_string(event.data.size()) +
                                    " bytes are no JSON (" + ec.message() + "), expected a GenerateContentResponse"};
  const json::object* top = value.if_object();
  if (!top) return {};
  if (const json::value* error = top->if_contains("error"); (error && !error->is_null()) || event.event == "error")
    return error_in_stream(*top);
  if (const json::object* feedback = object_in(*top, "promptFeedback"))
    if (const std::string_view reason = text_in(*feedback, "blockReason"); !reason.empty())
      return Error{Errc::invalid, "the conversation was blocked: " + one_line(reason, 40)};

  if (builder_.id.empty()) builder_.id = text_in(*top, "responseId");
  if (const json::object* usage = object_in(*top, "usageMetadata")) {  // of all so far
    Usage& told = builder_.answer.usage;
    told.prompt_tokens = count_in(*usage, "promptTokenCount", told.prompt_tokens);
    told.cached_tokens = count_in(*usage, "cachedContentTokenCount", told.cached_tokens);
    const std::int64_t written = std::int64_t{count_in(*usage, "candidatesTokenCount")} +
                                 count_in(*usage, "thoughtsTokenCount");  // paid for like words
    if (written > 0)
      told.completion_tokens = static_cast<int>(std::min<std::int64_t>(written, std::numeric_limits<int>::max()));
  }
  for (const json::value& entry : array_in(*top, "candidates")) {
    const json::object* candidate = entry.if_object();
    if (!candidate || whole_in(*candidate, "index", 0) != 0) continue;  // we ask for one answer
    if (const json::object* content = object_in(*candidate, "content"))
      for (const json::value& piece : array_in(*content, "parts")) {
        const json::object* part = piece.if_object();
        if (!part || flag_in(*part, "thought")) continue;
        if (auto added = builder_.add_text(text_in(*part, "text"), out); !added) return added;
        if (const json::object* call = object_in(*part, "functionCall"))
          if (auto added = add_call(*call); !added) return added;
      }
    const std::string_view reason = text_in(*candidate, "finishReason");
    if (reason.empty() || reason == "FINISH_REASON_UNSPECIFIED") continue;
    if (reason == "MALFORMED_FUNCTION_CALL" || reason == "UNEXPECTED_TOOL_CALL")
      return Error{Errc::unavailable, "the model failed to call a tool: " + one_line(reason, 40) + " " +
                                          one_line(text_in(*candidate, "finishMessage"), 120)};
    builder_.answer.finish = finish_of(reason);
    if (auto completed = builder_.complete_tool_calls(out); !completed) return completed;
  }
  return {};
}

// They come whole; only models asked to stream their arguments send pieces.
Result<void> GenerateDecoder::add_call(const json::object& call) {
  const json::object* arguments = object_in(call, "args");
  return builder_.add_tool_call(calls_++, text_in(call, "id"), text_in(call, "name"),
                                arguments ? json::serialize(*arguments) : std::string());
}

Result<Answer> GenerateDecoder::end(Piece& out) {
  return builder_.end(false, out);
}

std::unique_ptr<Dialect> gemini_generate(const Spec& spec) {
  return std::make_unique<GeminiGenerate>(spec);
}

}  // namespace offhook::llm
