// The program and its commands. Exit status: 0 done, 1 it did not work, 2 it was asked wrongly.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "cli/commands.hpp"

int main(int argc, char** argv) {
  CLI::App app{"Offhook: software that answers the telephone."};
  app.name("offhook");
  app.set_version_flag("--version", OFFHOOK_VERSION);
  app.require_subcommand(1);
  app.footer("`offhook COMMAND --help` tells more.");
  int status = 0;
  offhook::cli::add_serve(app, status);
  offhook::cli::add_call(app, status);
  offhook::cli::add_eval(app, status);
  offhook::cli::add_check(app, status);
  offhook::cli::add_replay(app, status);
  offhook::cli::add_explain(app, status);
  offhook::cli::add_models(app, status);
  offhook::cli::add_flow(app, status);
  offhook::cli::add_bench(app, status);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // Help and version are no mistakes; everything else is the caller's.
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "offhook: %s\n", error.what());
    return 1;
  }
  return status;
}
