#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>

#include "call/replay.hpp"
#include "cli/commands.hpp"

namespace offhook::cli {
namespace {

int replay(const std::string& path, bool decisions) {
  std::ifstream file(path);
  if (!file) {
    std::fprintf(stderr, "offhook: reading %s: it cannot be opened; give the path of an event log (….jsonl)\n",
                 path.c_str());
    return 2;
  }
  auto result = call::replay(file, [&](Duration t, const call::Action& action) {
    if (decisions) std::printf("%10.3f  %s\n", to_ms(t) / 1000, call::describe(action).c_str());
  });
  if (!result) {
    std::fprintf(stderr, "offhook: reading %s: %s\n", path.c_str(), result.error().what.c_str());
    return 2;
  }
  std::printf("call %s, agent %s, %.1f s: %zu events, %zu decisions", result->head.call.c_str(),
              result->head.agent.c_str(), to_ms(result->length) / 1000, result->events, result->decisions);
  if (result->divergences.empty()) {
    std::printf(", all of them taken again\n");
    return 0;
  }
  std::printf(", NOT all of them taken again:\n");
  for (const auto& d : result->divergences)
    std::printf("  line %zu\n    recorded  %s\n    replayed  %s\n", d.line,
                d.recorded.empty() ? "(nothing)" : d.recorded.c_str(),
                d.replayed.empty() ? "(nothing)" : d.replayed.c_str());
  return 1;
}

}  // namespace

void add_replay(CLI::App& app, int& status) {
  auto path = std::make_shared<std::string>();
  auto decisions = std::make_shared<bool>(false);
  auto* command = app.add_subcommand("replay", "Takes a recorded call's decisions again and compares.");
  command->add_option("LOG", *path, "an event log")->required();
  command->add_flag("--decisions", *decisions, "print every decision with its reason");
  command->callback([path, decisions, &status] { status = replay(*path, *decisions); });
}

}  // namespace offhook::cli
