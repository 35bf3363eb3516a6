#include "tools/mcp_messages.hpp"

#include <algorithm>
#include <utility>

#include "base/json_fields.hpp"
#include "base/secret.hpp"
#include "base/utf8.hpp"

namespace offhook::tools::mcp {
namespace {

constexpr std::string_view kRevisions[] = {kRevision, "2025-11-25", "2025-03-26", "2024-11-05"};
constexpr std::size_t kMostName = 128, kMostCursor = 4096, kMostId = 256, kMostMethod = 200;
constexpr std::size_t kTold = 16 << 10;                                    // bytes that a model is told
constexpr std::size_t kTroubleTold = 500;                                  // characters of what went wrong
constexpr std::size_t kProgressRead = 2000;                                // characters
constexpr std::size_t kMostContent = 1000;                                 // parts of an answer
constexpr std::int64_t kMethodNotFound = -32601, kInvalidParams = -32602;  // JSON-RPC 2.0, 5.1

std::string message(std::optional<std::int64_t> id, std::string_view method, json::object params) {
  json::object out{{"jsonrpc", "2.0"}};
  if (id) out["id"] = *id;
  out["method"] = method;
  if (!params.empty()) out["params"] = std::move(params);
  return json::serialize(out);
}

// Its id is echoed as it came: a text or a number.
std::string reply_to(const json::value& id, std::string_view method) {
  json::object out{{"jsonrpc", "2.0"}, {"id", id}};
  if (method == "ping")
    out["result"] = json::object();
  else
    out["error"] = json::object{{"code", kMethodNotFound}, {"message", "Method not found"}};
  return json::serialize(out);
}

std::string without(std::string text, const std::vector<std::string>& secrets) {
  for (const std::string& secret : secrets) text = without_secret(std::move(text), secret);
  return text;
}

std::optional<bool> hint(const json::object& annotations, std::string_view key) {
  const json::value* value = annotations.if_contains(key);
  return value && value->is_bool() ? std::optional(value->get_bool()) : std::nullopt;
}

Result<Listed> listed(const json::object& tool) {
  Listed out;
  out.name = text_in(tool, "name");
  if (out.name.empty() || code_points(clean_utf8(out.name)) > static_cast<std::int64_t>(kMostName) ||
      clean_utf8(out.name) != out.name)
    return Error{Errc::invalid, "expected a name of 1 to " + std::to_string(kMostName) + " characters"};
  out.description = text_in(tool, "description");
  if (out.description.empty()) out.description = text_in(tool, "title");
  out.description = utf8_front(clean_utf8(out.description), kMostDescription);
  const json::object* schema = object_in(tool, "inputSchema");
  if (!schema) return Error{Errc::invalid, "found no inputSchema, expected a JSON Schema"};
  json::object parameters = *schema;
  parameters.erase("$schema");  // tells a model nothing
  parameters["type"] = "object";
  if (!parameters.contains("properties")) parameters["properties"] = json::object();
  out.parameters = clean_utf8(json::serialize(parameters));
  if (out.parameters.size() > kMostSchema)
    return Error{Errc::full, "found a schema of " + std::to_string(out.parameters.size()) +
                                 " bytes, expected at most " + std::to_string(kMostSchema)};
  if (const json::object* annotations = object_in(tool, "annotations")) {
    out.read_only = hint(*annotations, "readOnlyHint");
    out.idempotent = hint(*annotations, "idempotentHint");
  }
  return out;
}

// A part of an answer as text: what is none is named.
std::string part(const json::object& content) {
  const std::string_view type = text_in(content, "type");
  if (type == "text") return std::string(text_in(content, "text"));
  if (type == "resource_link")
    return "[resource " + std::string(text_in(content, "name")) + ": " + std::string(text_in(content, "uri")) + "]";
  const json::object* resource = object_in(content, "resource");
  if (const std::string_view text = resource ? text_in(*resource, "text") : ""; !text.empty()) return std::string(text);
  return "[" + one_line(type.empty() ? "something" : type, 40) + "]";
}

}  // namespace

std::string initialize(std::int64_t id) {
  return message(id, "initialize",
                 {{"protocolVersion", kRevision},
                  {"capabilities", json::object()},
                  {"clientInfo", json::object{{"name", "offhook"}, {"version", "0.1.0"}}}});
}

std::string initialized() {
  return message(std::nullopt, "notifications/initialized", {});
}

std::string list_tools(std::int64_t id, std::string_view cursor) {
  return message(id, "tools/list", cursor.empty() ? json::object() : json::object{{"cursor", cursor}});
}

std::string call_tool(std::int64_t id, std::string_view name, std::string_view arguments) {
  std::string out = message(id, "tools/call", {{"name", name}});
  out.resize(out.size() - 2);  // "}}" of params and of the message
  return out.append(",\"arguments\":")
      .append(arguments)
      .append(",\"_meta\":{\"progressToken\":" + std::to_string(id) + "}}}");
}

std::string cancelled(std::int64_t id, std::string_view why) {
  return message(std::nullopt, "notifications/cancelled", {{"requestId", id}, {"reason", why}});
}

Result<Message> read(std::string_view text) {
  if (text.size() > kMostMessage)
    return Error{Errc::full, "a message of " + std::to_string(text.size()) + " bytes, expected at most " +
                                 std::to_string(kMostMessage)};
  auto object = read_message(text);
  if (!object) return object.error();
  const std::string_view method = text_in(*object, "method");
  const json::value* id = object->if_contains("id");
  if (!method.empty()) {
    if (method.size() > kMostMethod) return Error{Errc::invalid, "a message whose method is longer than 200 bytes"};
    if ((!id || id->is_null()) && method == "notifications/progress")
      if (const json::object* params = object_in(*object, "params"))
        return Message(
            Progress{whole_in(*params, "progressToken", -1), one_line(text_in(*params, "message"), kProgressRead)});
    if (!id || id->is_null()) return Message(Notice{clean_utf8(method)});
    if (!id->is_number() && !(id->is_string() && id->get_string().size() <= kMostId))
      return Error{Errc::invalid, "a request whose id is no number and no text of at most 256 bytes"};
    return Message(Question{clean_utf8(method), clean_utf8(reply_to(*id, method))});
  }
  const std::int64_t ours = whole_in(*object, "id", -1);
  if (const json::object* error = object_in(*object, "error"))
    return Message(Failure{ours, whole_in(*error, "code", 0), one_line(text_in(*error, "message"), kTroubleTold)});
  json::value* result = object->if_contains("result");
  if (!result || !result->is_object() || ours < 0)
    return Error{Errc::invalid,
                 "a message that is no request, no notification and no answer to one of ours: " + one_line(text, 80)};
  return Message(Answer{ours, std::move(result->get_object())});
}

Result<Greeting> greeting_of(const json::object& result) {
  Greeting out{one_line(text_in(result, "protocolVersion"), 40), {}};
  if (std::ranges::find(kRevisions, out.revision) == std::end(kRevisions))
    return Error{Errc::invalid, "it speaks revision \"" + out.revision + "\" of the protocol, expected " +
                                    std::string(kRevision) + "; use a version of it that does"};
  if (const json::object* info = object_in(result, "serverInfo"))
    out.server = one_line(std::string(text_in(*info, "name")) + " " + std::string(text_in(*info, "version")), 100);
  const json::object* capabilities = object_in(result, "capabilities");
  if (!capabilities || !object_in(*capabilities, "tools"))
    return Error{Errc::invalid, "it offers no tools (its capabilities name none); name another server"};
  return out;
}

Page page_of(const json::object& result) {
  Page out;
  for (const json::value& one : array_in(result, "tools")) {
    const json::object* tool = one.if_object();
    auto read = tool ? listed(*tool) : Result<Listed>(Error{Errc::invalid, "found no object"});
    if (out.tools.size() + out.left_out.size() >= kMostTools)
      read = Error{Errc::full, "it is one of more than " + std::to_string(kMostTools)};
    if (read)
      out.tools.push_back(std::move(*read));
    else
      out.left_out.push_back(one_line(tool ? text_in(*tool, "name") : "", 60) + ": " + read.error().what);
    if (out.left_out.size() > kMostTools) break;
  }
  if (const std::string_view cursor = text_in(result, "nextCursor"); cursor.size() <= kMostCursor)
    out.cursor = clean_utf8(cursor);
  return out;
}

Told told_of(const json::object& result, const std::vector<std::string>& secrets) {
  std::string text;
  std::size_t parts = 0;
  for (const json::value& one : array_in(result, "content")) {
    const json::object* content = one.if_object();
    if (!content || text.size() > kTold || ++parts > kMostContent) continue;
    if (!text.empty()) text += "\n";
    text += part(*content);
  }
  const json::object* structured = object_in(result, "structuredContent");
  if (structured && text.find_first_not_of(" \t\r\n") == text.npos) text = json::serialize(*structured);
  text = without(clean_utf8(text), secrets);
  if (flag_in(result, "isError")) {
    text = one_line(text, kTroubleTold);
    return {false, text.empty() ? "The tool failed on its side; it may work later." : "The tool refused this: " + text};
  }
  if (text.find_first_not_of(" \t\r\n") == text.npos) return {true, "The tool succeeded and returned nothing."};
  if (text.size() <= kTold) return {true, std::move(text)};
  return {true, std::string(utf8_front(text, kTold)) + " … (the rest is left out)"};
}

Told told_of(const Failure& failure, const std::vector<std::string>& secrets) {
  if (failure.code != kInvalidParams || failure.message.empty())
    return {false, "The tool failed on its side; it may work later."};
  return {false, "The tool refused this: " + without(failure.message, secrets)};
}

}  // namespace offhook::tools::mcp
