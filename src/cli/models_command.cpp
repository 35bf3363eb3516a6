#include <CLI/CLI.hpp>
#include <cstdio>

#include "cli/commands.hpp"
#include "inference/model_fetch.hpp"
#include "inference/model_store.hpp"

namespace offhook::cli {
namespace {

// What is missing and has a public home; the rest says where it comes from.
bool fetch(const inference::ModelStore& store) {
  net::EventLoop loop("fetch");
  auto http = net::HttpClient::create(loop);
  loop.start();
  bool all = true;
  for (const auto& [file, state] : store.list(false)) {
    if (state == inference::FileState::present) continue;
    auto got = inference::fetch_model(loop, *http, file, [&, size = file.size](std::uint64_t bytes) {
      std::fprintf(stderr, "\r  %s %5.1f of %.1f MB", file.name.c_str(), static_cast<double>(bytes) / 1e6,
                   static_cast<double>(size) / 1e6);
    });
    std::fprintf(stderr, "\n");
    if (!got) std::fprintf(stderr, "offhook: %s\n", got.error().what.c_str());
    all = all && got.ok();
  }
  loop.stop();
  loop.join();
  return all;
}

int models(const std::string& cache, bool verify, bool fetch_missing) {
  const std::string dir = cache.empty() ? inference::ModelStore::default_cache_dir() : cache;
  auto store = inference::ModelStore::open(dir);
  if (!store) {
    std::fprintf(stderr, "offhook: %s\n", store.error().what.c_str());
    return 1;
  }
  if (fetch_missing && !fetch(*store)) std::fprintf(stderr, "offhook: not everything could be fetched\n");
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
  command->add_option("--cache", *cache, "where they lie (default $OFFHOOK_CACHE or ~/.cache/offhook)")
      ->type_name("DIR");
  command->add_flag("--verify", *verify, "read every file through and compare its SHA-256");
  auto fetch = std::make_shared<bool>(false);
  command->add_flag("--fetch", *fetch, "fetch what is missing from its public home; needs internet");
  command->callback([cache, verify, fetch, &status] { status = models(*cache, *verify, *fetch); });
}

}  // namespace offhook::cli
