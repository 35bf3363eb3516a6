// The program's commands. Each adds itself to the app and, when it is the one asked for, runs and sets the exit status.
#pragma once

namespace CLI {
class App;
}

namespace offhook::cli {

void add_serve(CLI::App& app, int& status);
void add_call(CLI::App& app, int& status);
void add_eval(CLI::App& app, int& status);
void add_check(CLI::App& app, int& status);
void add_replay(CLI::App& app, int& status);
void add_explain(CLI::App& app, int& status);
void add_models(CLI::App& app, int& status);
void add_bench(CLI::App& app, int& status);
void add_flow(CLI::App& app, int& status);

}  // namespace offhook::cli
