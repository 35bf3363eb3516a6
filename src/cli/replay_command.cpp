#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <fstream>

#include "base/utf8.hpp"
#include "call/replay.hpp"
#include "cli/commands.hpp"
#include "cli/log_files.hpp"
#include "cli/what_if.hpp"

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
    if (decisions) std::printf("%10.3f  %s\n", to_ms(t) / 1000, printable(call::describe(action)).c_str());
  });
  if (!result) {
    std::fprintf(stderr, "offhook: reading %s: %s\n", path.c_str(), printable(result.error().what).c_str());
    return 2;
  }
  std::printf("call %s, agent %s, %.1f s: %zu events, %zu decisions", printable(result->head.call).c_str(),
              printable(result->head.agent).c_str(), to_ms(result->length) / 1000, result->events, result->decisions);
  if (result->divergences.empty()) {
    std::printf(", all of them taken again\n");
    return 0;
  }
  std::printf(", NOT all of them taken again:\n");
  for (const auto& d : result->divergences)
    std::printf("  line %zu\n    recorded  %s\n    replayed  %s\n", d.line,
                d.recorded.empty() ? "(nothing)" : printable(d.recorded).c_str(),
                d.replayed.empty() ? "(nothing)" : printable(d.replayed).c_str());
  return 1;
}

}  // namespace

void add_replay(CLI::App& app, int& status) {
  struct Options {
    std::vector<std::string> paths;
    bool decisions = false;
    WhatIfRequest what_if;
  };
  auto o = std::make_shared<Options>();
  auto* command = app.add_subcommand(
      "replay", "Takes a recorded call's decisions again and compares; or tells what other settings would have done.");
  command->add_option("LOG", o->paths, "event logs, or folders of them")->required();
  command->add_flag("--decisions", o->decisions, "print every decision with its reason");
  command
      ->add_option("--set", o->what_if.set,
                   "KEY=VALUE: what would have come of it? Names as in the agent's file (turn.min_delay=0.4s)")
      ->allow_extra_args(false);
  command->add_option("--sweep", o->what_if.sweep, "KEY=A,B,C: a row for each value");
  command->add_flag("--json", o->what_if.json, "with --set or --sweep: for machines");
  command->callback([o, &status] {
    auto logs = find_logs(o->paths);
    if (!logs) {
      std::fprintf(stderr, "offhook: %s\n", logs.error().what.c_str());
      status = 2;
      return;
    }
    if (o->what_if.asked()) {
      status = what_if(*logs, o->what_if);
      return;
    }
    if (o->what_if.json) {
      std::fprintf(stderr, "offhook: --json needs --set or --sweep\n");
      status = 2;
      return;
    }
    status = 0;
    for (const auto& path : *logs) status = std::max(status, replay(path, o->decisions));
  });
}

}  // namespace offhook::cli
