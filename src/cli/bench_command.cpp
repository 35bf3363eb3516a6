#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "cli/commands.hpp"

namespace offhook::cli {
namespace {

// Becomes the program beside this one, as git does for its commands: what measures is no part of what serves.
int become_bench(std::vector<std::string> arguments) {
  std::error_code ec;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", ec);
  const std::string path = (self.parent_path() / "offhook-bench").string();
  arguments.insert(arguments.begin(), path);
  std::vector<char*> words;
  for (std::string& argument : arguments) words.push_back(argument.data());
  words.push_back(nullptr);
  ::execv(path.c_str(), words.data());
  std::fprintf(stderr,
               "offhook: bench: running %s: %s; expected the program that measures beside this one: `scripts/build "
               "release offhook-bench` makes it\n",
               path.c_str(), std::strerror(errno));
  return 1;
}

}  // namespace

void add_bench(CLI::App& app, int& status) {
  auto* command = app.add_subcommand(
      "bench", "Measures how an agent bears more and more calls at once; `offhook bench --help` tells how.");
  command->set_help_flag();  // it is the other program's to answer
  command->prefix_command();
  command->callback([command, &status] { status = become_bench(command->remaining()); });
}

}  // namespace offhook::cli
