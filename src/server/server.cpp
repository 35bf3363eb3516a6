#include "server/server.hpp"

#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>

#include <filesystem>
#include <optional>

#include "base/descriptor.hpp"
#include "base/log.hpp"
#include "base/wall_clock.hpp"
#include "call/event_log.hpp"
#include "net/event_loop.hpp"
#include "net/http_server.hpp"
#include "server/admission.hpp"
#include "server/engine.hpp"
#include "server/hub.hpp"
#include "server/router.hpp"
#include "server/takeover.hpp"

namespace offhook::server {
namespace {

constexpr Duration kGoodbye = 20s;  // for the calls that are told goodbye to be over
constexpr Duration kTidyEvery = 3600s;
constexpr Duration kIdleLook = 2s;
// A carrier sends 50 messages a second of some 300 bytes, and what a stalled network held back at once: calls end after
// ten seconds without sound.
constexpr TokenBucket::Limits kMessages{.rate = 200, .burst = 2000};
constexpr TokenBucket::Limits kBytes{.rate = 256 << 10, .burst = 2 << 20};
constexpr Duration kLastAnswers = 5s;  // for connections that came before a takeover to ask what they came for

// What the main thread waits for. Blocks these signals for all threads that are made from here on.
class Events {
 public:
  Events() {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGINT);
    sigaddset(&signals_, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
    readable_ = Descriptor(::signalfd(-1, &signals_, SFD_CLOEXEC | SFD_NONBLOCK));
  }

  // For at most `d`: one of the signals, else 0; sooner if one of `others` can be read.
  int wait(Duration d, const std::vector<int>& others = {}) {
    std::vector<pollfd> fds{{readable_.get(), POLLIN, 0}};
    for (const int fd : others) fds.push_back({fd, POLLIN, 0});
    ::poll(fds.data(), fds.size(), static_cast<int>(d / 1ms));
    signalfd_siginfo info{};
    return ::read(readable_.get(), &info, sizeof info) == sizeof info ? static_cast<int>(info.ssi_signo) : 0;
  }

 private:
  sigset_t signals_;
  Descriptor readable_;
};

bool beyond_loopback(const std::string& host) {
  return host != "127.0.0.1" && host != "::1" && host != "localhost";
}

}  // namespace

Result<void> run(const ServerConfig& config, std::vector<AgentFile> agents, Start start) {
  Events events;
  ::signal(SIGPIPE, SIG_IGN);

  std::error_code ec;
  std::filesystem::create_directories(config.data_dir, ec);
  if (ec)
    return Error{Errc::unavailable, "making the folder for logs " + config.data_dir + ": " + ec.message() +
                                        "; name another with data_dir in --config"};

  std::optional<Takeover> takeover;
  if (start == Start::take_over) {
    auto begun = Takeover::begin(config.data_dir, config.port);
    if (!begun) return begun.error();
    takeover = std::move(*begun);
    if (!takeover) log::info("nothing_to_take_over", {{"data_dir", config.data_dir}, {"port", int{config.port}}});
  }

  // Few arenas: memory that one thread has given back serves the others.
  ::mallopt(M_ARENA_MAX, 4);

  std::int64_t trimmed_at = 0;
  int keep_days = 0;
  for (const auto& a : agents) keep_days = std::max(keep_days, a.record.keep_days);

  Hub hub;
  Admission admission(config.admission, net::usable_cores());
  Engine engine(config, std::move(agents), hub, admission);
  Router router(config, engine, hub, admission);
  net::ServerOptions options;
  options.host = config.host;
  options.port = config.port;
  options.tls_certificate = config.tls_certificate;
  options.tls_key = config.tls_key;
  options.messages = kMessages;
  options.bytes = kBytes;
  auto http =
      net::HttpServer::listen(engine.loops(), options, router, takeover ? takeover->take_socket() : Descriptor());
  if (!http)
    return start == Start::take_over && !takeover
               ? http.error().within("no server of data_dir " + config.data_dir + " is there to take over from")
               : http.error();
  if (beyond_loopback(config.host) && config.auth_token.empty())
    log::warn("open_to_the_world",
              {{"listen", config.host},
               {"remedy", "anyone who reaches this port can place calls and read them: set auth_token"}});
  if (!takeover) (*http)->start();  // else once all is loaded: until then the predecessor serves
  log::info("listening", {{"host", config.host}, {"port", static_cast<int>((*http)->port())}});

  auto loaded = engine.load([](const std::string& step) { log::info("loading", {{"step", step}}); });
  if (loaded && takeover) {
    loaded = takeover->finish();
    if (loaded) (*http)->start();
  }
  if (!loaded) {
    http->reset();
    return loaded;
  }
  std::unique_ptr<TakeoverDoor> door;
  if (auto opened = TakeoverDoor::open(config.data_dir, (*http)->port(), [&] { return (*http)->share(); }))
    door = std::move(*opened);
  else  // a folder that bears no sockets is no reason not to take calls
    log::warn("no_takeover_possible", {{"why", opened.error().what}});
  log::info("ready", {{"agents", static_cast<int>(engine.agents().size())},
                      {"loops", static_cast<int>(engine.loops().size())},
                      {"port", static_cast<int>((*http)->port())},
                      {"taken_over", takeover.has_value()}});

  int signal = 0;
  bool taken = false;
  SteadyClock clock;
  for (Time tidied{}; signal == 0 && !taken;) {
    const Time now = clock.now();
    if (tidied == Time{} || now - tidied >= kTidyEvery) {
      tidied = now;
      call::forget_old_logs(config.data_dir + "/calls", utc_day(), keep_days);
    }
    // What calls have given back goes back to the machine once none is left; while one goes on this would hold it up.
    if (const auto calls = engine.calls_taken(); calls != trimmed_at && admission.calls() == 0) {
      trimmed_at = calls;
      ::malloc_trim(0);
    }
    signal = events.wait(kIdleLook, door ? door->waits_for() : std::vector<int>());
    taken = signal == 0 && door && door->look(clock.now());
  }

  // Calls in progress go on for a while, then hear a goodbye. A second signal does not wait.
  door.reset();
  if (taken)
    router.hand_over();  // who is connected already is served to the end
  else
    admission.close();
  (*http)->stop_accepting();
  log::info(taken ? "handed_over" : "draining", {{"calls", admission.calls()}, {"bound_ms", config.drain}});
  const auto until = [&](Time end, auto done) {
    while (!done() && clock.now() < end)
      if (events.wait(50ms)) break;
  };
  const auto quiet = [&] { return admission.calls() == 0; };
  const Time drained = clock.now() + config.drain;
  if (taken) until(clock.now() + kLastAnswers, [&] { return (*http)->connections() == 0; });
  admission.close();
  until(drained, quiet);
  if (!quiet()) {
    engine.end_calls("the server is shutting down");
    until(clock.now() + kGoodbye, quiet);
  }
  hub.close_all();
  http->reset();  // closes what is still open
  until(clock.now() + 6s, [&] { return router.stats().live.load() <= 0; });
  log::info("stopped", {{"calls_cut", admission.calls()}});
  return {};
}

}  // namespace offhook::server
