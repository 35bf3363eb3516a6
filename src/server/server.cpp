#include "server/server.hpp"

#include <malloc.h>
#include <signal.h>

#include <cstdio>
#include <ctime>
#include <filesystem>

#include "base/log.hpp"
#include "base/wall_clock.hpp"
#include "call/event_log.hpp"
#include "net/http_server.hpp"
#include "server/engine.hpp"
#include "server/hub.hpp"
#include "server/router.hpp"

namespace offhook::server {
namespace {

constexpr Duration kGoodbye = 20s;  // for the calls that are told goodbye to be over
constexpr Duration kTidyEvery = 3600s;
constexpr Duration kIdleLook = 2s;

// Waits for one of the signals for at most `d`; 0 if none came.
int wait_for(const sigset_t& signals, Duration d) {
  const timespec bound{static_cast<time_t>(d.count() / 1'000'000), static_cast<long>(d.count() % 1'000'000 * 1000)};
  const int signal = sigtimedwait(&signals, nullptr, &bound);
  return signal > 0 ? signal : 0;
}

bool beyond_loopback(const std::string& host) {
  return host != "127.0.0.1" && host != "::1" && host != "localhost";
}

}  // namespace

Result<void> run(const ServerConfig& config, std::vector<AgentFile> agents) {
  // Signals are waited for here and nowhere else; every thread inherits this mask.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  ::signal(SIGPIPE, SIG_IGN);

  std::error_code ec;
  std::filesystem::create_directories(config.data_dir, ec);
  if (ec)
    return Error{Errc::unavailable, "making the folder for logs " + config.data_dir + ": " + ec.message() +
                                        "; name another with data_dir in --config"};

  // Few arenas: memory that one thread has given back serves the others.
  ::mallopt(M_ARENA_MAX, 4);

  std::int64_t trimmed_at = 0;
  int keep_days = 0;
  for (const auto& a : agents) keep_days = std::max(keep_days, a.record.keep_days);

  Hub hub;
  Engine engine(config, std::move(agents), hub);
  Router router(config, engine, hub);
  net::ServerOptions options;
  options.host = config.host;
  options.port = config.port;
  options.tls_certificate = config.tls_certificate;
  options.tls_key = config.tls_key;
  auto http = net::HttpServer::listen(engine.loops(), options, router);
  if (!http) return http.error();
  if (beyond_loopback(config.host) && config.auth_token.empty())
    log::warn("open_to_the_world",
              {{"listen", config.host},
               {"remedy", "anyone who reaches this port can place calls and read them: set auth_token"}});
  (*http)->start();
  log::info("listening", {{"host", config.host}, {"port", static_cast<int>((*http)->port())}});

  auto loaded = engine.load([](const std::string& step) { log::info("loading", {{"step", step}}); });
  if (!loaded) {
    http->reset();
    return loaded;
  }
  log::info("ready", {{"agents", static_cast<int>(engine.agents().size())},
                      {"loops", static_cast<int>(engine.loops().size())},
                      {"port", static_cast<int>((*http)->port())}});

  int signal = 0;
  SteadyClock clock;
  for (Time tidied{}; signal == 0; signal = wait_for(signals, kIdleLook)) {
    if (tidied == Time{} || clock.now() - tidied >= kTidyEvery) {
      tidied = clock.now();
      call::forget_old_logs(config.data_dir + "/calls", utc_day(), keep_days);
    }
    // What calls have given back goes back to the machine once none is left; while one goes on this would hold it up.
    if (const auto taken = engine.calls_taken(); taken != trimmed_at && engine.calls() == 0) {
      trimmed_at = taken;
      ::malloc_trim(0);
    }
  }

  // No new calls; those in progress go on for a while, then hear a goodbye. A second signal does not wait.
  router.drain();
  engine.refuse_calls();
  (*http)->stop_accepting();
  log::info("draining", {{"calls", engine.calls()}, {"bound_ms", config.drain}});
  auto until_quiet = [&](Duration bound) {
    const Time end = clock.now() + bound;
    while (engine.calls() > 0 && clock.now() < end)
      if (wait_for(signals, 50ms)) break;
  };
  until_quiet(config.drain);
  if (engine.calls() > 0) {
    engine.end_calls("the server is shutting down");
    until_quiet(kGoodbye);
  }
  hub.close_all();
  http->reset();  // closes what is still open
  const Time end = clock.now() + 6s;
  while (router.stats().live.load() > 0 && clock.now() < end) wait_for(signals, 10ms);
  log::info("stopped", {{"calls_cut", engine.calls()}});
  return {};
}

}  // namespace offhook::server
