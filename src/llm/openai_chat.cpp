#include "llm/openai_chat.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <limits>

namespace offhook::llm {

namespace json = boost::json;

namespace {

constexpr json::parse_options lenient() {
  json::parse_options options;
  options.allow_invalid_utf8 = true;  // made clean by clean(), instead of losing the answer for one byte
  return options;
}

// The length of the well-formed UTF-8 sequence at the front (RFC 3629), 0 if there is none.
std::size_t sequence(std::string_view text) {
  const auto at = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const auto tail = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
    return at(i) >= low && at(i) <= high;
  };
  const unsigned c = at(0);
  if (c < 0x80) return 1;
  if (c >= 0xC2 && c <= 0xDF) return tail(1) ? 2 : 0;
  if (c >= 0xE0 && c <= 0xEF) return tail(1, c == 0xE0 ? 0xA0 : 0x80, c == 0xED ? 0x9F : 0xBF) && tail(2) ? 3 : 0;
  if (c >= 0xF0 && c <= 0xF4)
    return tail(1, c == 0xF0 ? 0x90 : 0x80, c == 0xF4 ? 0x8F : 0xBF) && tail(2) && tail(3) ? 4 : 0;
  return 0;
}

std::string clean(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = sequence(text);
    if (length == 0)
      out += "\xEF\xBF\xBD";
    else
      out.append(text.substr(0, length));
    text.remove_prefix(std::max<std::size_t>(1, length));
  }
  return out;
}

std::string one_line(std::string_view text, std::size_t characters) {
  std::string out = clean(text.substr(0, 4 * characters));
  for (char& c : out)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  std::size_t end = 0;
  for (std::size_t n = 0; n < characters && end < out.size(); ++n) end += sequence(std::string_view(out).substr(end));
  out.resize(end);
  return out;
}

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
  out["content"] = clean(message.content);
  if (message.role == Role::tool) out["tool_call_id"] = clean(message.tool_call_id);
  if (message.tool_calls.empty()) return out;
  json::array calls;
  for (const ToolCall& call : message.tool_calls)
    calls.push_back({{"id", clean(call.id)},
                     {"type", "function"},
                     {"function", {{"name", clean(call.name)}, {"arguments", clean(call.arguments)}}}});
  out["tool_calls"] = std::move(calls);
  return out;
}

json::array encode_messages(const std::vector<Message>& messages) {
  json::array out;
  const Message* before = nullptr;
  const auto joins = [](const Message& m) { return m.role != Role::tool && m.tool_calls.empty(); };
  for (const Message& message : messages) {
    if (joins(message) && message.content.empty()) continue;
    if (before && before->role == message.role && joins(*before) && joins(message)) {
      json::string& content = out.back().as_object()["content"].as_string();
      content += "\n";
      content += clean(message.content);
    } else {
      out.push_back(encode_message(message));
    }
    before = &message;
  }
  return out;
}

Result<json::array> encode_tools(const std::vector<Tool>& tools) {
  json::array out;
  for (const Tool& tool : tools) {
    boost::system::error_code ec;
    json::value parameters = tool.parameters.empty()
                                 ? json::value(json::object{{"type", "object"}, {"properties", json::object{}}})
                                 : json::parse(tool.parameters, ec);
    if (ec || !parameters.is_object())
      return Error{Errc::invalid, "encoding tool '" + tool.name + "': its parameters are " +
                                      (ec ? "no JSON (" + ec.message() + ")" : std::string("JSON but no object")) +
                                      ", expected a JSON Schema such as {\"type\":\"object\",\"properties\":{}}"};
    json::object function;
    function["name"] = clean(tool.name);
    function["description"] = clean(tool.description);
    function["parameters"] = std::move(parameters);
    json::object entry;
    entry["type"] = "function";
    entry["function"] = std::move(function);
    out.push_back(std::move(entry));
  }
  return out;
}

// Readers of what a stranger sent: absent, null and of another type are all the same.
const json::object* object_in(const json::object& from, std::string_view key) {
  const json::value* v = from.if_contains(key);
  return v ? v->if_object() : nullptr;
}

const json::array& array_in(const json::object& from, std::string_view key) {
  static const json::array none;
  const json::value* v = from.if_contains(key);
  return v && v->is_array() ? v->get_array() : none;
}

std::string_view text_in(const json::object& from, std::string_view key) {
  const json::value* v = from.if_contains(key);
  const json::string* s = v ? v->if_string() : nullptr;
  return s ? std::string_view(*s) : std::string_view();
}

std::int64_t number_in(const json::object& from, std::string_view key, std::int64_t otherwise) {
  const json::value* v = from.if_contains(key);
  if (v && v->is_int64()) return v->get_int64();
  return otherwise;
}

int count_in(const json::object& from, std::string_view key, int otherwise = 0) {
  return static_cast<int>(
      std::clamp<std::int64_t>(number_in(from, key, otherwise), 0, std::numeric_limits<int>::max()));
}

// The description of a failure wherever it stands: {"error":{…}}, {"error":"…"}, {"message":…} or {"detail":…}.
std::string_view message_in(const json::object& from) {
  const json::object* error = object_in(from, "error");
  for (const json::object* place : {error, &from}) {
    if (!place) continue;
    for (const std::string_view key : {"message", "error", "detail"})
      if (const std::string_view text = text_in(*place, key); !text.empty()) return text;
  }
  return {};
}

Error error_in(const json::object& from) {
  const json::object* error = object_in(from, "error");
  const json::object& place = error ? *error : from;
  const std::string kind = std::string(text_in(place, "type")) + " " + std::string(text_in(place, "code"));
  const auto says = [&](std::string_view word) { return kind.find(word) != std::string::npos; };
  const std::int64_t status = number_in(place, "code", number_in(place, "status", 0));
  Errc code = Errc::unavailable;
  if (status >= 400 && status < 600)
    code = errc_of_status(static_cast<int>(status));
  else if (says("authentication") || says("permission"))
    code = Errc::refused;
  else if (says("rate_limit") || says("quota"))
    code = Errc::full;
  else if (says("invalid_request") || says("BadRequest"))
    code = Errc::invalid;
  const std::string text = one_line(message_in(from), 200);
  return {code, "the server broke the answer off: " + (text.empty() ? std::string("(no message)") : text)};
}

}  // namespace

Result<std::string> encode_chat(const Request& request, const ChatDialect& dialect) {
  json::object body;  // keeps its keys in this order
  if (!dialect.model.empty()) body["model"] = clean(dialect.model);
  body["messages"] = encode_messages(request.messages);
  if (!request.tools.empty()) {
    auto tools = encode_tools(request.tools);
    if (!tools) return tools.error();
    body["tools"] = std::move(*tools);
  }
  body["stream"] = true;
  body["stream_options"] = {{"include_usage", true}};
  body[dialect.max_completion_tokens ? "max_completion_tokens" : "max_tokens"] = request.max_tokens;
  body["temperature"] = request.temperature;
  if (dialect.presence_penalty != 0) body["presence_penalty"] = dialect.presence_penalty;
  if (dialect.frequency_penalty != 0) body["frequency_penalty"] = dialect.frequency_penalty;
  if (dialect.cache_prompt) body["cache_prompt"] = true;
  if (dialect.slot >= 0) body["id_slot"] = dialect.slot;
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
    return error_in(*top);

  if (const json::object* usage = object_in(*top, "usage")) {
    answer_.usage.prompt_tokens = count_in(*usage, "prompt_tokens");
    answer_.usage.completion_tokens = count_in(*usage, "completion_tokens");
    if (const json::object* details = object_in(*usage, "prompt_tokens_details"))
      answer_.usage.cached_tokens = count_in(*details, "cached_tokens");
  }
  for (const json::value& entry : array_in(*top, "choices")) {
    const json::object* choice = entry.if_object();
    if (!choice || number_in(*choice, "index", 0) != 0) continue;  // we ask for one answer
    if (const json::object* delta = object_in(*choice, "delta")) {
      // A refusal is what the model says instead of an answer. Reasoning stands in fields of its own, which nobody
      // reads.
      for (const std::string_view key : {"content", "refusal"})
        if (auto added = add_text(text_in(*delta, key), out); !added) return added;
      for (const json::value& piece : array_in(*delta, "tool_calls")) {
        const json::object* call = piece.if_object();
        if (!call) continue;
        const json::object* function = object_in(*call, "function");
        const json::value* arguments = function ? function->if_contains("arguments") : nullptr;
        const std::string written = arguments && arguments->is_object() ? json::serialize(*arguments) : std::string();
        if (auto added = add_tool_call(number_in(*call, "index", -1), text_in(*call, "id"),
                                       function ? text_in(*function, "name") : std::string_view(),
                                       !written.empty() || !function ? written : text_in(*function, "arguments"));
            !added)
          return added;
      }
    }
    if (const std::string_view finish = text_in(*choice, "finish_reason"); !finish.empty()) {
      answer_.finish = one_line(finish, 40);
      if (auto completed = complete_tool_calls(out); !completed) return completed;
    }
  }
  return {};
}

Result<void> ChatDecoder::add_text(std::string_view text, Piece& out) {
  if (text.empty()) return {};
  text_bytes_ += text.size();
  if (text_bytes_ > max_text)
    return Error{Errc::full,
                 "reading the answer: more than " + std::to_string(max_text) + " bytes of text; lower max_tokens"};
  const std::size_t before = out.text.size();
  filter_.feed(clean(text), out.text);
  started_ = started_ || out.text.size() > before;
  return {};
}

Result<void> ChatDecoder::add_tool_call(std::int64_t index, std::string_view id, std::string_view name,
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
    if (calls_.size() == max_tool_calls)
      return Error{Errc::full,
                   "reading the answer: more than " + std::to_string(max_tool_calls) + " tool calls at once"};
    calls_.push_back({index, {}});
    call = calls_.rbegin();
  }
  tool_bytes_ += id.size() + name.size() + arguments.size();
  if (tool_bytes_ > max_tool_bytes)
    return Error{Errc::full,
                 "reading the answer: its tool calls have more than " + std::to_string(max_tool_bytes) + " bytes"};
  if (call->call.id.empty()) call->call.id = clean(id);
  if (call->call.name.empty()) call->call.name = clean(name);
  call->call.arguments.append(arguments);
  return {};
}

Result<void> ChatDecoder::complete_tool_calls(Piece& out) {
  for (PartialCall& partial : calls_) {
    ToolCall& call = partial.call;
    if (call.name.empty()) return Error{Errc::invalid, "reading the answer: a tool call names no function"};
    ++emitted_calls_;
    if (call.id.empty()) call.id = "call_" + std::to_string(emitted_calls_);
    call.arguments = call.arguments.empty() ? "{}" : clean(call.arguments);
    out.tool_calls.push_back(std::move(call));
  }
  calls_.clear();
  if (emitted_calls_ > 0 && answer_.finish == "stop") answer_.finish = "tool_calls";  // some servers say so
  return {};
}

Result<Answer> ChatDecoder::end(Piece& out) {
  filter_.end(out.text);
  if (answer_.finish.empty() && !done_)
    return Error{Errc::closed, "reading the answer: the stream ended after " + std::to_string(text_bytes_) +
                                   " bytes of text without a finish_reason or [DONE]; the answer is incomplete"};
  if (answer_.finish.empty()) answer_.finish = "stop";
  if (auto completed = complete_tool_calls(out); !completed) return completed.error();
  return answer_;
}

Errc errc_of_status(int status) {
  switch (status) {
    case 401:
    case 403: return Errc::refused;
    case 404: return Errc::not_found;
    case 408: return Errc::timeout;
    case 429: return Errc::full;
    default: return status >= 500 ? Errc::unavailable : Errc::invalid;
  }
}

std::string server_message(std::string_view body) {
  boost::system::error_code ec;
  const json::value value = json::parse(body, ec, {}, lenient());
  const json::object* top = ec ? nullptr : value.if_object();
  const std::string_view message = top ? message_in(*top) : std::string_view();
  return one_line(message.empty() ? body : message, 200);
}

}  // namespace offhook::llm
