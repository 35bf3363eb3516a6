#include <CLI/CLI.hpp>
#include <cstdio>

#include "cli/commands.hpp"
#include "inference/model_store.hpp"

namespace offhook::cli {
namespace {

int models(const std::string& cache, bool verify) {
  const std::string dir = cache.empty() ? inference::ModelStore::default_cache_dir() : cache;
  auto store = inference::ModelStore::open(dir);
  if (!store) {
    std::fprintf(stderr, "offhook: %s\n", store.error().what.c_str());
    return 1;
  }
  std::printf("models in %s\n", dir.c_str());
  bool whole = true;
  for (const auto& [file, state] : store->list(verify)) {
    std::printf("  %-9s %-30s %8.1f MB  %-14s %s\n", std::string(name(state)).c_str(), file.name.c_str(),
                static_cast<double>(file.size) / 1e6, file.licence.c_str(), file.what.c_str());
    whole = whole && state == inference::FileState::present;
  }
  if (!whole) std::printf("something is missing or damaged: `scripts/setup --for run` (or ./run) puts it in place\n");
  return whole ? 0 : 1;
}

}  // namespace

void add_models(CLI::App& app, int& status) {
  auto cache = std::make_shared<std::string>();
  auto verify = std::make_shared<bool>(false);
  auto* command = app.add_subcommand("models", "Lists the local models and whether they are there.");
  command->add_option("--cache", *cache, "where they lie (default $OFFHOOK_CACHE or ~/.cache/offhook)")->type_name("DIR");
  command->add_flag("--verify", *verify, "read every file through and compare its SHA-256");
  command->callback([cache, verify, &status] { status = models(*cache, *verify); });
}

}  // namespace offhook::cli
