#include "server/agent_tools.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>
#include <utility>

#include "call/builtin_tools.hpp"
#include "net/url.hpp"
#include "tools/http_request.hpp"
#include "tools/schema.hpp"

namespace offhook::server {
namespace {

using call::Builtin;
using call::Effect;

constexpr std::size_t kMostTools = 64;
constexpr const char* kQuestion =
    R"({"type":"object","properties":{"question":{"type":"string","minLength":1,"maxLength":300,"description":)"
    R"("What to look for, in the words of the caller's question."}},"required":["question"]})";
constexpr const char* kAnyObject = R"({"type":"object","properties":{}})";

bool is_function_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

void read_http(Fields http, tools::Http& out) {
  http.word("method", out.method, {"GET", "POST", "PUT", "PATCH", "DELETE"});
  http.text("url", out.url, {.least = 1, .most = 2000});
  http.secrets("headers", out.headers, out.secrets, 20);
  std::string token;
  http.secret("bearer", token);
  if (!token.empty()) {
    out.headers.emplace_back("Authorization", "Bearer " + token);
    out.secrets.push_back(std::move(token));
  }
  http.json("body", out.body);
  std::vector<std::string> allow;
  http.texts("allow", allow, 50);
  if (auto policy = tools::AddressPolicy::parse(allow))
    out.addresses = std::move(*policy);
  else
    http.complain("allow", policy.error().what);
}

// The schema as it may be used, whatever stands in the file.
boost::json::value read_parameters(Fields tool, std::string& out) {
  out = kAnyObject;
  tool.json("parameters", out);
  boost::json::value schema = boost::json::parse(out);
  if (const auto mistake = tools::mistake_in(schema)) {
    tool.complain("parameters", mistake->path, mistake->what);
    out = kAnyObject;
    schema = boost::json::parse(out);
  }
  return schema;
}

void check_http(Fields tool, Fields http, const tools::Tool& read, const boost::json::value& schema) {
  if (!tool.has("http") || !http.has("url"))
    return (tool.has("http") ? http : tool)
        .complain("", "expected builtin: NAME, http: { url: … } or knowledge: FOLDER: what happens when it is called");
  if (const auto mistake = tools::mistake_in(read.http, schema)) http.complain(mistake->key, mistake->what);
}

// A folder of texts, beside the agent's file unless it says otherwise.
void read_knowledge(Fields tool, const AgentFile& agent, call::ToolSettings& settings, tools::Tool& out) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::path(agent.file).parent_path() / out.knowledge;
  std::error_code failed;
  if (!fs::is_directory(folder, failed))
    tool.complain("knowledge", "found no folder " + folder.string() + "; expected one with .md or .txt files");
  for (const char* key : {"parameters", "http"})
    if (tool.has(key)) tool.complain(key, "is not looked at beside knowledge; remove one of them");
  if (!tool.has("effect")) settings.effect = Effect::none;
  if (!tool.has("interruptible")) settings.interruptible = true;
  if (!tool.has("name")) out.name = "look_up";
  if (!tool.has("description"))
    out.description =
        "Looks something up in what is written down. Call it before you answer a question about facts; never guess "
        "them.";
  out.knowledge = folder.lexically_normal().string();
  out.parameters = kQuestion;
}

void read_tool(Fields tool, AgentFile& out) {
  call::ToolSettings settings;
  tools::Tool read;
  std::string builtin;
  tool.word("builtin", builtin, {"end_call", "send_digits", "collect", "wait", "remember"});
  tool.text("name", read.name, {.least = 1, .most = 64});
  tool.text("description", read.description, {.least = 1, .most = 2000});
  const auto schema = read_parameters(tool, read.parameters);
  tool.text("knowledge", read.knowledge, {.least = 1, .most = 1000});
  Fields http = tool.map("http");
  read_http(http, read.http);
  Duration timeout = Duration(settings.timeout_us);
  tool.duration("timeout", timeout, 100ms, 5min);
  tool.choice<Effect>("effect", settings.effect,
                      {{"none", Effect::none}, {"idempotent", Effect::idempotent}, {"once", Effect::once}});
  settings.interruptible = settings.effect == Effect::none;
  tool.flag("interruptible", settings.interruptible);
  tool.text("say", settings.say, {.least = 0, .most = 300});

  const auto names = {"name", "parameters", "http", "knowledge", "timeout", "effect", "interruptible", "say"};
  if (!builtin.empty()) {
    for (const char* key : names)
      if (tool.has(key)) tool.complain(key, "is not looked at beside builtin: " + builtin + "; remove one of them");
    for (const Builtin b :
         {Builtin::end_call, Builtin::send_digits, Builtin::collect, Builtin::wait, Builtin::remember}) {
      llm::Tool known = call::described(b);
      if (known.name != builtin) continue;
      settings = {};
      settings.builtin = b;
      if (!read.description.empty()) known.description = read.description;
      read.name = known.name;
      read.description = known.description;
      read.parameters = known.parameters;
    }
  } else {
    if (!read.knowledge.empty()) read_knowledge(tool, out, settings, read);
    if (read.name.empty())
      tool.complain("", "expected a name, such as name: book, or builtin: NAME");
    else if (!is_function_name(read.name))
      tool.complain("name", "expected letters, digits, _ and -, at most 64, as models call it by this");
    if (read.description.empty())
      tool.complain("", "expected a description: when the model is to call it, and for what");
    if (read.knowledge.empty()) check_http(tool, http, read, schema);
  }
  if (std::ranges::find(out.agent.tools, read.name, &llm::Tool::name) != out.agent.tools.end())
    tool.complain(builtin.empty() ? "name" : "builtin", "found a second tool of this name; rename or remove one");
  settings.name = read.name;
  settings.timeout_us = timeout.count();
  read.timeout = timeout;
  out.agent.settings.tools.push_back(settings);
  out.agent.tools.push_back({read.name, read.description, read.parameters});
  if (builtin.empty()) out.tools.push_back(std::move(read));
}

}  // namespace

void read_tools(Fields root, AgentFile& out) {
  for (const Fields& tool : root.list("tools", kMostTools, "{ builtin: end_call }")) read_tool(tool, out);
  if (!out.agent.tools.empty() && out.thinks_here() && !root.has("flow"))
    root.complain("tools", "found tools, but the embedded language model calls none; name another under llm");
}

std::string in_words(Effect effect) {
  switch (effect) {
    case Effect::none: return "without effect";
    case Effect::idempotent: return "idempotent";
    case Effect::once: return "once";
  }
  return "once";
}

std::string described_tools(const AgentFile& agent) {
  std::string out;
  for (const call::ToolSettings& tool : agent.agent.settings.tools) {
    if (tool.builtin == Builtin::go_to || tool.builtin == Builtin::note) continue;  // the flow's own
    out += (out.empty() ? "" : ", ") + tool.name;
    const auto http = std::ranges::find(agent.tools, tool.name, &tools::Tool::name);
    if (http == agent.tools.end()) continue;
    if (!http->knowledge.empty()) {
      out += " (searches " + http->knowledge + ")";
      continue;
    }
    const auto host = http->http.url.substr(0, http->http.url.find_first_of("/?#", http->http.url.find("://") + 3));
    out += " (" + http->http.method + " " + host + ", " + in_words(tool.effect) + ")";
  }
  return out;
}

}  // namespace offhook::server
