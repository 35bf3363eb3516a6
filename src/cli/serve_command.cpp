#include <CLI/CLI.hpp>
#include <cstdio>
#include <vector>

#include "base/log.hpp"
#include "cli/commands.hpp"
#include "server/agent_file.hpp"
#include "server/config.hpp"
#include "server/server.hpp"

namespace offhook::cli {
namespace {

struct Options {
  std::vector<std::string> agents;
  std::string config, listen, log_level;
  bool take_over = false;
};

int serve(const Options& options) {
  auto fail = [](const Error& error, int status) {
    std::fprintf(stderr, "offhook: %s\n", error.what.c_str());
    return status;
  };
  auto config = options.config.empty() ? Result(server::default_config()) : server::read_config(options.config);
  if (!config) return fail(config.error(), 2);
  if (!options.listen.empty()) {
    auto at = server::parse_host_port(options.listen);
    if (!at) return fail(at.error(), 2);
    config->host = at->host;
    config->port = at->port;
  }
  if (!options.log_level.empty()) {
    auto level = log::parse_level(options.log_level);
    if (!level) return fail(level.error(), 2);
    config->log_level = *level;
  }
  log::set_level(config->log_level);
  std::vector<server::AgentFile> agents;
  for (const auto& path : options.agents) {
    auto agent = server::read_agent(path);
    if (!agent) return fail(agent.error(), 2);
    for (const auto& other : agents)
      if (other.agent.name == agent->agent.name)
        return fail({Errc::invalid,
                     path + ": there is an agent named \"" + other.agent.name + "\" already; give it another name"},
                    2);
    agents.push_back(std::move(*agent));
  }
  auto ran =
      server::run(*config, std::move(agents), options.take_over ? server::Start::take_over : server::Start::fresh);
  return ran ? 0 : fail(ran.error(), 1);
}

}  // namespace

void add_serve(CLI::App& app, int& status) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("serve", "Takes calls.");
  command->add_option("--agent", options->agents, "an agent's file; several: /phone is the first, /phone/NAME any")
      ->required()
      ->type_name("FILE");
  command->add_option("--config", options->config, "the server's own settings")->type_name("FILE");
  command->add_option("--listen", options->listen, "where (default 127.0.0.1:8080)")->type_name("HOST:PORT");
  command
      ->add_option("--log", options->log_level,
                   "trace, debug, info, warn, error or off; words are logged from debug on")
      ->type_name("LEVEL");
  command->add_flag("--take-over", options->take_over,
                    "takes over from the server that runs on this address and data_dir, once all is loaded; the other "
                    "lets its calls end");
  command->callback([options, &status] { status = serve(*options); });
}

}  // namespace offhook::cli
