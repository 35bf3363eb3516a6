#include <CLI/CLI.hpp>
#include <cstdio>

#include "base/log.hpp"
#include "cli/commands.hpp"
#include "knowledge/knowledge.hpp"
#include "server/agent_file.hpp"
#include "server/online_check.hpp"
#include "server/prices.hpp"

namespace offhook::cli {
namespace {

// A line for each service that is asked over the network; false if one of them does not work.
bool ask_services(const server::AgentFile& agent) {
  log::set_level(log::Level::error);  // what matters is told below
  const auto checks = server::check_online(agent);
  if (checks.empty()) std::printf("All of it runs on this machine: there is no service to ask.\n");
  bool all = true;
  for (const auto& check : checks) {
    all = all && check.result.ok();
    if (check.result)
      std::printf("%s %s: works (%.0f ms)\n", check.kind.c_str(), check.service.c_str(), to_ms(check.took));
    else
      std::printf("%s %s: %s: %s\n", check.kind.c_str(), check.service.c_str(),
                  std::string(name(check.result.error().code)).c_str(), check.result.error().what.c_str());
  }
  return all;
}

// What the folders hold that tools search; false if one of them cannot be used.
bool look_into_folders(const server::AgentFile& agent) {
  bool all = true;
  for (const auto& tool : agent.tools) {
    if (tool.knowledge.empty()) continue;
    const auto report = knowledge::inspect(tool.knowledge);
    all = all && report.ok();
    std::printf("%s: %s\n", tool.name.c_str(),
                report ? knowledge::describe(*report).c_str() : report.error().what.c_str());
  }
  return all;
}

// A line for each MCP server, with its tools; false if one of them offers none.
bool ask_mcp(const server::AgentFile& agent) {
  bool all = true;
  for (const auto& check : server::check_mcp(agent)) {
    all = all && check.why.empty();
    std::string tools = check.why;
    for (const std::string& tool : check.tools) tools += (tools.empty() ? "" : ", ") + tool;
    std::printf("mcp %s: %s\n", check.server.c_str(), tools.empty() ? "no tools" : tools.c_str());
    for (const std::string& left_out : check.left_out)
      std::printf("mcp %s: left out: %s\n", check.server.c_str(), left_out.c_str());
  }
  return all;
}

}  // namespace

void add_check(CLI::App& app, int& status) {
  auto path = std::make_shared<std::string>();
  auto* command =
      app.add_subcommand("check", "Reads an agent's file and says what it would do, or what is wrong with it.");
  auto online = std::make_shared<bool>(false);
  command->add_option("FILE", *path, "an agent's file")->required();
  command->add_flag(
      "--online", *online,
      "also ask each service that it names: do its key, model and address work, and which tools does it offer?");
  command->callback([path, online, &status] {
    auto agent = server::read_agent(*path);
    if (!agent) {
      std::fprintf(stderr, "%s\n", agent.error().what.c_str());
      status = 2;
      return;
    }
    std::printf("%s\n", server::summary(*agent).c_str());
    if (agent->noise == noise::Kind::deepfilter)
      std::printf(
          "audio.noise: deepfilter takes longer for a frame of 20 ms than the 2 ms that sound may take on a loop, "
          "and 13 MB a call; rnnoise takes less.\n");
    for (const auto& service : server::unpriced(*agent, server::bundled_prices()))
      std::printf("limits.cost does not see %s: prices.yaml has no price for it.\n", service.c_str());
    if (!look_into_folders(*agent)) status = 1;
    if (!*online) return;
    const bool answers = ask_services(*agent), offers = ask_mcp(*agent);
    if (!answers || !offers) status = 1;
  });
}

}  // namespace offhook::cli
