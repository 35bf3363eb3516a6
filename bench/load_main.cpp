// offhook-load: many calls at once to a server that speaks Twilio Media Streams, and what their callers measured.
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <future>
#include <span>

#include "audio/wav.hpp"
#include "base/log.hpp"
#include "edge/twilio_signature.hpp"
#include "load/load.hpp"
#include "load/process_use.hpp"
#include "load/report.hpp"
#include "net/event_loop.hpp"
#include "net/http_client.hpp"
#include "net/url.hpp"

namespace offhook::embedded {
extern const std::string_view question;  // a recording: three seconds of someone who wants to know something
}

namespace offhook::load {
namespace {

constexpr int kPassed = 0, kFailed = 1, kUsage = 2;
constexpr Duration kDialPatience = 10s;
constexpr Duration kLook = 500ms;  // at the server's memory
constexpr Duration kSettle = 4s;   // behind the last call, before the memory that is left is read

struct Options {
  std::string url, auth_token;
  std::vector<std::string> wavs;
  int calls = 1, turns = 3, pid = 0;
  double ramp = 3, greet = 0, wait = 12, barge_after = 0.9;  // s
  bool barge = false, json = false;
};

Duration seconds(double s) {
  return Duration(std::llround(s * 1e6));
}

int fail(const std::string& what, int status) {
  std::fprintf(stderr, "offhook-load: %s\n", what.c_str());
  return status;
}

Result<LoadPlan> plan_of(const Options& o) {
  const auto url = net::parse_url(o.url);
  if (!url) return url.error().within("--url");
  if (url->scheme != "ws" && url->scheme != "wss")
    return Error{Errc::invalid, "--url: expected ws://HOST:PORT/phone or wss://…"};
  if (o.pid > 0 && !process_use(o.pid))
    return Error{Errc::not_found, "--pid " + std::to_string(o.pid) + ": no such process on this machine"};
  LoadPlan plan;
  plan.calls = o.calls;
  plan.turns = o.turns;
  plan.ramp = seconds(o.ramp);
  plan.answer = seconds(o.wait);
  if (o.greet > 0) plan.greeting = seconds(o.greet);
  if (o.barge) plan.barge = seconds(o.barge_after);
  const auto say = [&plan](const Result<audio::Wav>& wav, const std::string& name) -> Result<void> {
    if (!wav) return wav.error().within("--wav");
    auto utterance = edge::utterance_of(*wav);
    if (!utterance) return utterance.error().within("--wav " + name);
    plan.says.push_back(std::move(*utterance));
    return {};
  };
  for (const std::string& path : o.wavs)
    if (auto said = say(audio::read_wav(path), path); !said) return said.error();
  if (o.wavs.empty()) {
    const auto bytes = std::as_bytes(std::span(embedded::question));
    const auto wav = audio::parse_wav({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
    if (auto said = say(wav, "of this program"); !said) return said.error();
  }
  return plan;
}

// The load on a loop of its own; another thread waits for it.
class Running {
 public:
  Running(const Options& o, LoadPlan plan) : http_(net::HttpClient::create(loop_)) {
    loop_.start();
    loop_.post([this, &o, plan = std::move(plan)]() mutable {
      load_ = std::make_unique<Load>(
          loop_, loop_.media_clock(), std::move(plan),
          [this, &o](Load::Opened opened) {
            net::HttpClient::SocketCall call;
            call.url = o.url;
            call.deadline = Deadline::in(loop_.now(), kDialPatience);
            if (!o.auth_token.empty())
              call.headers.emplace_back("X-Twilio-Signature", edge::twilio_signature(o.auth_token, o.url));
            return http_->connect(std::move(call), std::move(opened));
          },
          [this] { over_.set_value(load_->result()); });
    });
  }
  ~Running() {
    std::promise<void> gone;
    loop_.post([&] {
      load_.reset();
      gone.set_value();
    });
    gone.get_future().wait_for(std::chrono::seconds(10));
    loop_.stop();
    loop_.join();
  }

  std::future<LoadResult> result() { return over_.get_future(); }
  void stop() {
    loop_.post([this] { load_->stop(); });
  }

 private:
  net::EventLoop loop_{"load"};
  std::unique_ptr<net::HttpClient> http_;
  std::promise<LoadResult> over_;
  std::unique_ptr<Load> load_;  // touched on the loop only
};

double own_cpu_s() {
  rusage use{};
  ::getrusage(RUSAGE_SELF, &use);
  const auto s = [](const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6; };
  return s(use.ru_utime) + s(use.ru_stime);
}

// Blocked in this thread and all that it starts: asked for, so that a load ends with its report.
class Signals {
 public:
  Signals() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGINT);
    sigaddset(&set_, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set_, &before_);
  }
  bool came(Duration within = 0s) {
    const timespec bound{static_cast<time_t>(within / 1s), static_cast<long>(within % 1s / 1us * 1000)};
    if (::sigtimedwait(&set_, nullptr, &bound) <= 0) return false;
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);  // a second one ends the program
    return true;
  }

 private:
  sigset_t set_, before_;
};

int run(const Options& o) {
  auto plan = plan_of(o);
  if (!plan) return fail(plan.error().what, kUsage);
  log::set_level(log::Level::error);
  Signals signals;
  const SteadyClock clock;
  LoadReport report;
  report.url = o.url;
  const auto before = o.pid > 0 ? process_use(o.pid) : std::nullopt;
  if (before) report.server = ServerUse{0, before->rss_mb, before->rss_mb, before->rss_mb};
  const auto look = [&] {
    const auto use = o.pid > 0 ? process_use(o.pid) : std::nullopt;
    if (!use || !before) return;
    report.server->cpu_s = use->cpu_s - before->cpu_s;
    report.server->most_mb = std::max(report.server->most_mb, use->rss_mb);
    report.server->after_mb = use->rss_mb;
  };
  const Time began = clock.now();
  const double own_before = own_cpu_s();
  {
    Running running(o, std::move(*plan));
    auto result = running.result();
    while (result.wait_for(kLook) != std::future_status::ready) {
      look();
      if (signals.came()) running.stop();
    }
    report.result = result.get();
    report.wall = clock.now() - began;
    report.own_cpu_s = own_cpu_s() - own_before;
    look();
  }
  if (report.server) {  // what it does once they have ended is not what the calls cost
    const double cpu_s = report.server->cpu_s;
    signals.came(kSettle);
    look();
    report.server->cpu_s = cpu_s;
  }
  std::fputs(o.json ? (json(report) + "\n").c_str() : table(report).c_str(), stdout);
  std::fflush(stdout);
  return passed(report) ? kPassed : kFailed;
}

}  // namespace
}  // namespace offhook::load

int main(int argc, char** argv) {
  using offhook::load::Options;
  Options o;
  CLI::App app{"Places many calls at once, as a telephone carrier would, and reports what the callers heard.",
               "offhook-load"};
  const auto duration = [](CLI::Option* option) {
    CLI::AsNumberWithUnit units(std::map<std::string, double>{{"ms", 1e-3}, {"s", 1}, {"m", 60}},
                                CLI::AsNumberWithUnit::UNIT_REQUIRED);
    option->transform(units.description(""))->type_name("TIME");
  };
  app.add_option("--url", o.url, "where the agent answers: ws://HOST:PORT/phone[/NAME]")->required()->type_name("URL");
  app.add_option("--wav", o.wavs,
                 "what the callers say: one recording after the other, each call begins with another (default: a "
                 "question that is built in)")
      ->type_name("WAV");
  app.add_option("--calls", o.calls, "at once (default 1)")
      ->type_name("N")
      ->check(CLI::Range(1, 10'000).description(""));
  app.add_option("--turns", o.turns, "of each call (default 3)")
      ->type_name("N")
      ->check(CLI::Range(1, 1000).description(""));
  duration(app.add_option("--ramp", o.ramp, "spread the calls' starts over it (default 3s)"));
  duration(app.add_option("--greet", o.greet, "wait so long for a greeting (default: the callers speak first)"));
  duration(app.add_option("--wait", o.wait, "… and for an answer (default 12s)"));
  app.add_flag("--barge", o.barge, "interrupt the answer to each turn");
  duration(app.add_option("--barge-after", o.barge_after, "… so long after its first sound (default 900ms)"));
  app.add_option("--pid", o.pid, "the server's process, on this machine: its CPU and memory, children included")
      ->type_name("PID")
      ->check(CLI::PositiveNumber.description(""));
  app.add_option("--auth-token", o.auth_token, "sign the calls with X-Twilio-Signature")->type_name("TOKEN");
  app.add_flag("--json", o.json, "the result as one line of JSON");
  app.footer(
      "Times are measured on sound above an rms of 200: voice to voice from the end of what the caller said to the\n"
      "arrival of the first audible message, an interruption from its first sample to the agent's last audible one. "
      "An\n"
      "underrun is heard sound that breaks for more than 5 ms; one that the agent meant, a hold, looks the same from\n"
      "here. Exit status: 0 if all calls went through and this generator kept time, 1 if not, 2 for wrong usage.");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : offhook::load::kUsage;
  }
  return offhook::load::run(o);
}
