#include "server/agent_mcp.hpp"

#include <algorithm>
#include <set>

#include "net/http.hpp"
#include "net/url.hpp"

namespace offhook::server {
namespace {

using call::Effect;

constexpr std::size_t kMostName = 64;     // of a function, with every maker of models
constexpr std::size_t kMostNames = 4096;  // ever given

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

bool is_server_name(std::string_view name) {
  return !name.empty() && name.size() <= 32 && std::ranges::all_of(name, is_letter);
}

bool is_variable(std::string_view name) {
  return !name.empty() && !(name.front() >= '0' && name.front() <= '9') && name.find('-') == name.npos &&
         std::ranges::all_of(name, is_letter);
}

void read_manner(Fields from, McpManner& out) {
  enum class Said { nothing, none, idempotent, once } said = Said::nothing;
  from.choice<Said>("effect", said, {{"none", Said::none}, {"idempotent", Said::idempotent}, {"once", Said::once}});
  if (said == Said::none) out.effect = Effect::none;
  if (said == Said::idempotent) out.effect = Effect::idempotent;
  if (said == Said::once) out.effect = Effect::once;
  bool interruptible = out.interruptible.value_or(false);
  from.flag("interruptible", interruptible);
  if (from.has("interruptible")) out.interruptible = interruptible;
  from.duration("timeout", out.timeout, 100ms, 5min);
  from.text("say", out.say, {.least = 0, .most = 300});
  from.flag("progress", out.progress);
}

void read_place(Fields server, tools::McpAddress& out) {
  server.texts("command", out.command, 50);
  server.secrets("env", out.environment, out.secrets, 50);
  server.text("url", out.url, {.least = 1, .most = 2000});
  server.secrets("headers", out.headers, out.secrets, 20);
  std::string token;
  server.secret("bearer", token);
  if (!token.empty()) {
    out.headers.emplace_back("Authorization", "Bearer " + token);
    out.secrets.push_back(std::move(token));
  }
  std::vector<std::string> allow;
  server.texts("allow", allow, 50);
  if (auto policy = tools::AddressPolicy::parse(allow))
    out.addresses = std::move(*policy);
  else
    server.complain("allow", policy.error().what);

  const bool runs = server.has("command"), asks = server.has("url");
  if (runs == asks)
    server.complain("", std::string(runs ? "found a command and a url" : "found neither a command nor a url") +
                            ", expected one of them: command: [npx, -y, PACKAGE], or url: https://…");
  for (const char* key : {"headers", "bearer", "allow"})
    if (runs && !asks && server.has(key)) server.complain(key, "is not looked at beside command; remove it");
  if (asks && !runs && server.has("env")) server.complain("env", "is not looked at beside url; remove it");
  if (runs && out.command.empty())
    server.complain("command", "found an empty list, expected a program and its arguments");
  for (const auto& [name, value] : out.environment)
    if (!is_variable(name)) server.complain("env", "found the name \"" + name + "\", expected letters, digits and _");
  for (const auto& [name, value] : out.headers)
    if (!net::fits_header(name, value)) server.complain("headers", "found a name or value that HTTP does not allow");
  if (!asks) return;
  const auto url = net::parse_url(out.url);
  if (!url)
    server.complain("url", url.error().what);
  else if (url->scheme != "http" && url->scheme != "https")
    server.complain("url", "found " + url->scheme + "://, expected http:// or https://");
}

void read_server(Fields server, std::vector<McpEntry>& out) {
  McpEntry entry;
  server.text("name", entry.address.name, {.least = 1, .most = 32});
  if (!server.has("name"))
    server.complain("", "expected a name, such as name: crm");
  else if (!is_server_name(entry.address.name))
    server.complain("name", "expected letters, digits, _ and -, at most 32, as it may stand before a tool's name");
  else if (std::ranges::find(out, entry.address.name, [](const McpEntry& e) { return e.address.name; }) != out.end())
    server.complain("name", "found a second server of this name; rename or remove one");
  read_place(server, entry.address);
  server.texts("only", entry.only, kMostOffered);
  read_manner(server, entry.manner);
  for (Fields& tool : server.list("tools", kMostOffered, "{ name: find, effect: none }")) {
    std::string name;
    tool.text("name", name, {.least = 1, .most = 200});
    if (!tool.has("name")) tool.complain("", "expected a name, as its server calls the tool");
    McpManner manner = entry.manner;
    read_manner(tool, manner);
    if (!entry.only.empty() && tool.has("name") && std::ranges::find(entry.only, name) == entry.only.end())
      tool.complain("name", "found \"" + name + "\", which is not among only; add it there or remove it here");
    if (!entry.tools.emplace(name, std::move(manner)).second)
      tool.complain("name", "found a second tool of this name; remove one");
  }
  out.push_back(std::move(entry));
}

std::string function_name(std::string name) {
  std::ranges::replace_if(name, [](char c) { return !is_letter(c); }, '_');
  return name.substr(0, kMostName);
}

call::ToolSettings settings_of(const McpManner& manner, tools::McpTool::Effect said) {
  using Said = tools::McpTool::Effect;
  call::ToolSettings out;
  out.effect = manner.effect.value_or(said == Said::none         ? Effect::none
                                      : said == Said::idempotent ? Effect::idempotent
                                                                 : Effect::once);
  out.interruptible = manner.interruptible.value_or(out.effect == Effect::none);
  out.timeout_us = manner.timeout.count();
  out.say = manner.say;
  out.progress = manner.progress;
  return out;
}

}  // namespace

void read_mcp(Fields root, std::vector<McpEntry>& out) {
  for (const Fields& server : root.list("mcp", kMostMcpServers, "{ name: crm, url: https://… }"))
    read_server(server, out);
}

std::string described(const std::vector<McpEntry>& entries) {
  std::string out;
  for (const McpEntry& entry : entries) {
    const auto url = net::parse_url(entry.address.url);
    out += (out.empty() ? "" : ", ") + entry.address.name + " (" +
           (url ? url->scheme + "://" + url->authority() : entry.address.command.front()) + ")";
  }
  return out;
}

McpOffer offered(const std::vector<McpEntry>& entries, const std::vector<std::vector<tools::McpTool>>& listed,
                 const std::vector<llm::Tool>& own, McpNames& names) {
  const auto wanted = [&](std::size_t server, const std::string& tool) {
    const auto& only = entries[server].only;
    return only.empty() || std::ranges::find(only, tool) != only.end();
  };
  std::multiset<std::string> plain;  // how often each name would be told
  std::set<std::string> taken;
  for (const llm::Tool& tool : own) plain.insert(tool.name), taken.insert(tool.name);
  for (std::size_t s = 0; s < listed.size(); ++s) {
    std::set<std::string> once;
    for (const tools::McpTool& tool : listed[s])
      if (wanted(s, tool.name) && once.insert(tool.name).second) plain.insert(function_name(tool.name));
  }
  for (const auto& [key, name] : names) taken.insert(name);

  McpOffer out;
  std::set<std::pair<std::size_t, std::string>> seen;
  for (std::size_t s = 0; s < listed.size(); ++s) {
    const std::string& server = entries[s].address.name;
    const auto leave_out = [&](const std::string& tool, const std::string& why) {
      out.left_out.push_back(server + ": " + tool + ": " + why);
    };
    for (const std::string& tool : entries[s].only)
      if (!listed[s].empty() && std::ranges::find(listed[s], tool, &tools::McpTool::name) == listed[s].end())
        leave_out(tool, "its server does not list it");
    for (const tools::McpTool& tool : listed[s]) {
      if (!wanted(s, tool.name)) continue;
      const std::pair key(s, tool.name);
      if (!seen.insert(key).second) {
        leave_out(tool.name, "its server lists it twice");
        continue;
      }
      if (own.size() + out.tools.size() >= kMostOffered) {
        leave_out(tool.name, "it is one of more than " + std::to_string(kMostOffered) + "; name the wanted with only");
        continue;
      }
      auto known = names.find(key);
      if (known == names.end()) {
        std::string name = function_name(tool.name);
        if (plain.count(name) > 1 || taken.contains(name)) name = function_name(server + "_" + name);
        if (taken.contains(name) || names.size() >= kMostNames) {
          leave_out(tool.name, "its name is taken");
          continue;
        }
        taken.insert(name);
        known = names.emplace(key, std::move(name)).first;
      }
      const auto other = entries[s].tools.find(tool.name);
      McpOffered offer{settings_of(other == entries[s].tools.end() ? entries[s].manner : other->second, tool.effect),
                       {known->second, tool.description, tool.parameters},
                       s,
                       tool.name};
      offer.settings.name = known->second;
      out.tools.push_back(std::move(offer));
    }
  }
  return out;
}

}  // namespace offhook::server
