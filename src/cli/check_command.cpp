#include <CLI/CLI.hpp>
#include <cstdio>

#include "cli/commands.hpp"
#include "server/agent_file.hpp"

namespace offhook::cli {

void add_check(CLI::App& app, int& status) {
  auto path = std::make_shared<std::string>();
  auto* command =
      app.add_subcommand("check", "Reads an agent's file and says what it would do, or what is wrong with it.");
  command->add_option("FILE", *path, "an agent's file")->required();
  command->callback([path, &status] {
    auto agent = server::read_agent(*path);
    if (!agent) {
      std::fprintf(stderr, "%s\n", agent.error().what.c_str());
      status = 2;
      return;
    }
    std::printf("%s\n", server::summary(*agent).c_str());
  });
}

}  // namespace offhook::cli
