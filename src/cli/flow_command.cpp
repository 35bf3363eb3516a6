#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>

#include "call/flow_picture.hpp"
#include "cli/commands.hpp"
#include "server/agent_file.hpp"

namespace offhook::cli {
namespace {

struct Options {
  std::string file, out;
};

int draw(const Options& options) {
  const auto agent = server::read_agent(options.file);
  if (!agent) {
    std::fprintf(stderr, "%s\n", agent.error().what.c_str());
    return 2;
  }
  const call::Flow& flow = agent->agent.settings.flow;
  if (!flow.exists()) {
    std::fprintf(stderr, "offhook: %s has no flow; docs/flows.md shows one\n", options.file.c_str());
    return 2;
  }
  std::fputs(call::told_as_text(flow).c_str(), stdout);
  const std::string to = options.out.empty() ? agent->agent.name + "-flow.svg" : options.out;
  std::ofstream file(to, std::ios::binary);
  file << call::drawn(flow, agent->agent.name);
  if (!file.flush()) {
    std::fprintf(stderr, "offhook: writing %s failed; give another place with --svg\n", to.c_str());
    return 1;
  }
  std::printf("\ndrawn: %s\n", to.c_str());
  return 0;
}

}  // namespace

void add_flow(CLI::App& app, int& status) {
  auto options = std::make_shared<Options>();
  auto* flow = app.add_subcommand("flow", "Shows the flow of an agent's file.");
  flow->require_subcommand(1);
  auto* command = flow->add_subcommand("draw", "Draws it: as text here, and as a picture into a file.");
  command->add_option("FILE", options->file, "an agent's file")->required();
  command->add_option("--svg", options->out, "the picture (default NAME-flow.svg, here)")->type_name("FILE");
  command->callback([options, &status] { status = draw(*options); });
}

}  // namespace offhook::cli
