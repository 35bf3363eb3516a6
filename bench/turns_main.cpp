// offhook-turns: how well an agent takes turns. Makes test calls to a server that speaks Twilio Media Streams and
// grades what the caller heard.
#include <pthread.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <map>

#include "base/log.hpp"
#include "edge/twilio_signature.hpp"
#include "net/event_loop.hpp"
#include "net/http_client.hpp"
#include "net/url.hpp"
#include "turns/corpus.hpp"
#include "turns/maker.hpp"
#include "turns/report.hpp"
#include "turns/runner.hpp"
#include "turns/voices.hpp"

namespace offhook::turns {
namespace {

constexpr int kPassed = 0, kFailed = 1, kUsage = 2;
constexpr Duration kDialPatience = 10s;
constexpr Duration kLook = 500ms;  // for signals
constexpr std::size_t kCasesOfACall = 6;

int fail(const std::string& what, int status) {
  std::fprintf(stderr, "offhook-turns: %s\n", what.c_str());
  return status;
}

// ---- make

std::string cache() {
  if (const char* set = std::getenv("OFFHOOK_CACHE"); set && *set) return set;
  const char* home = std::getenv("HOME");
  return std::string(home ? home : "") + "/.cache/offhook";
}

// A folder of our own while it lives.
class Scratch {
 public:
  Scratch() {
    std::string path = (std::filesystem::temp_directory_path() / "offhook-turns.XXXXXX").string();
    if (::mkdtemp(path.data())) path_ = path;
  }
  ~Scratch() {
    std::error_code ec;
    if (!path_.empty()) std::filesystem::remove_all(path_, ec);
  }
  const std::string& path() const { return path_; }  // empty: could not be made

 private:
  std::string path_;
};

int make(const MakeOptions& options, std::string piper) {
  log::set_level(log::Level::error);
  const Scratch scratch;
  if (scratch.path().empty()) return fail("cannot make a temporary folder", kFailed);
  const std::function<void(std::string)> told = [](const std::string& line) { std::printf("%s\n", line.c_str()); };
  if (piper.empty()) piper = cache() + "/models/piper-en_US-joe-medium/en_US-joe-medium.onnx";
  auto voices = Voices::open({scratch.path(), piper, piper + ".json"}, told);
  if (!voices) return fail(voices.error().what, kFailed);
  const auto written = make_corpus(options, **voices, scratch.path(), told);
  if (!written) return fail(written.error().what, kFailed);
  std::printf("%d cases in %s, %zu voices\n", *written, options.out.c_str(), (*voices)->names().size());
  return kPassed;
}

// ---- run

struct RunOptions {
  std::string url, corpus, json, label, auth_token;
  std::vector<std::string> kinds;
  int calls = 2, limit = 0;
  std::uint32_t seed = 1;
  double greet = 8, echo_delay = 0.25;  // s
  double echo_db = 12;
  bool verbose = false;
};

Duration seconds(double s) {
  return Duration(std::llround(s * 1e6));
}

Result<RunPlan> plan_of(const RunOptions& o) {
  const auto url = net::parse_url(o.url);
  if (!url) return url.error().within("--url");
  if (url->scheme != "ws" && url->scheme != "wss")
    return Error{Errc::invalid, "--url: expected ws://HOST:PORT/phone or wss://…"};
  std::vector<Kind> kinds;
  for (const std::string& word : o.kinds) {
    const auto kind = kind_of(word);
    if (!kind) return Error{Errc::invalid, "--kinds: there is no kind \"" + word + "\""};
    kinds.push_back(*kind);
  }
  const auto all = read_manifest(o.corpus);
  if (!all) return all.error().within("--corpus");
  RunPlan plan;
  plan.at_once = o.calls;
  plan.greeting = seconds(o.greet);
  plan.echo.delay = seconds(o.echo_delay);
  plan.echo.db = -o.echo_db;
  plan.seed = o.seed;
  plan.cases = chosen(*all, kinds, o.limit);
  if (plan.cases.empty()) return Error{Errc::invalid, "--corpus: it has no case of these kinds"};
  for (const Case& c : plan.cases) {
    const auto asked = std::ranges::find(*all, c.ask, &Case::id);
    auto say = read_clip(o.corpus, asked == all->end() ? c : *asked);
    if (!say) return say.error().within(c.id);
    CaseScript script{.say = std::move(*say), .over = {}};
    if (over_the_agent(c.kind)) {
      auto over = read_clip(o.corpus, c);
      if (!over) return over.error().within(c.id);
      script.over = std::move(*over);
      script.over_after = std::chrono::milliseconds(c.after_ms);
    }
    if (c.kind == Kind::one_word) script.answer = Grading{}.short_answer;
    if (c.kind == Kind::complete || c.kind == Kind::echo) script.silence = 3s;  // does it speak again?
    plan.scripts.push_back(std::move(script));
  }
  plan.calls = calls_of(plan.cases, kCasesOfACall, o.seed);
  return plan;
}

// The calls on a loop of their own; another thread waits for them.
class Running {
 public:
  Running(const RunOptions& o, RunPlan plan) : http_(net::HttpClient::create(loop_)) {
    loop_.start();
    loop_.post([this, &o, plan = std::move(plan)]() mutable {
      runner_ = std::make_unique<Runner>(
          loop_, loop_.media_clock(), std::move(plan),
          [this, &o](Runner::Opened opened) {
            net::HttpClient::SocketCall call;
            call.url = o.url;
            call.deadline = Deadline::in(loop_.now(), kDialPatience);
            if (!o.auth_token.empty())
              call.headers.emplace_back("X-Twilio-Signature", edge::twilio_signature(o.auth_token, o.url));
            return http_->connect(std::move(call), std::move(opened));
          },
          [verbose = o.verbose](std::size_t done, const Case& c, const Outcome& outcome) {
            if (verbose) std::fprintf(stderr, "%3zu  %s\n", done, line_of(c, outcome).c_str());
          },
          [this] { over_.set_value(runner_->result()); });
    });
  }
  ~Running() {
    std::promise<void> gone;
    loop_.post([&] {
      runner_.reset();
      gone.set_value();
    });
    gone.get_future().wait_for(std::chrono::seconds(10));
    loop_.stop();
    loop_.join();
  }

  std::future<RunResult> result() { return over_.get_future(); }
  void stop() {
    loop_.post([this] { runner_->stop(); });
  }

 private:
  net::EventLoop loop_{"turns"};
  std::unique_ptr<net::HttpClient> http_;
  std::promise<RunResult> over_;
  std::unique_ptr<Runner> runner_;  // touched on the loop only
};

int run(const RunOptions& o) {
  auto plan = plan_of(o);
  if (!plan) return fail(plan.error().what, kUsage);
  log::set_level(log::Level::error);
  sigset_t signals, before;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, &before);
  TurnsReport report;
  report.url = o.url;
  report.label = o.label;
  report.cases = plan->cases;
  report.echo = plan->echo;
  const SteadyClock clock;
  const Time began = clock.now();
  {
    Running running(o, std::move(*plan));
    auto result = running.result();
    while (result.wait_for(kLook) != std::future_status::ready) {
      const timespec at_once{};
      if (::sigtimedwait(&signals, nullptr, &at_once) <= 0) continue;
      pthread_sigmask(SIG_SETMASK, &before, nullptr);  // a second one ends the program
      running.stop();
    }
    report.result = result.get();
  }
  report.wall = clock.now() - began;
  if (!o.json.empty()) {
    std::ofstream out(o.json, std::ios::trunc);
    out << json_of_cases(report) << '\n';
    if (!out.flush()) return fail("--json: cannot write " + o.json, kFailed);
  }
  std::fputs(table(report).c_str(), stdout);
  std::printf("\n%s\n", json(report).c_str());
  std::fflush(stdout);
  return passed(report) ? kPassed : kFailed;
}

}  // namespace
}  // namespace offhook::turns

int main(int argc, char** argv) {
  using namespace offhook::turns;
  MakeOptions make_options;
  RunOptions o;
  std::string piper;
  CLI::App app{"Makes test calls as a telephone carrier would, and grades how the agent takes turns.", "offhook-turns"};
  app.require_subcommand(1);
  const auto duration = [](CLI::Option* option) {
    CLI::AsNumberWithUnit units(std::map<std::string, double>{{"ms", 1e-3}, {"s", 1}, {"m", 60}},
                                CLI::AsNumberWithUnit::UNIT_REQUIRED);
    option->transform(units.description(""))->type_name("TIME");
  };

  CLI::App* make_command = app.add_subcommand("make", "makes the corpus: recordings and a manifest of them");
  make_command->add_option("--out", make_options.out, "the folder to write it to")->required()->type_name("DIR");
  make_command->add_option("--seed", make_options.seed, "of pauses, noises and places (default 1)")->type_name("N");
  make_command->add_flag("--small", make_options.small, "a few of each kind");
  make_command
      ->add_option("--people", make_options.people,
                   "recordings of people too: a folder with manifest.jsonl, each line a file and its transcript")
      ->type_name("DIR");
  make_command->add_option("--piper", piper, "a Piper voice, its .json beside it (default: the agent's own)")
      ->type_name("ONNX");

  CLI::App* run_command = app.add_subcommand("run", "makes the calls and grades them");
  run_command->add_option("--url", o.url, "where the agent answers: ws://HOST:PORT/phone[/NAME]")
      ->required()
      ->type_name("URL");
  run_command->add_option("--corpus", o.corpus, "what `make` has written")->required()->type_name("DIR");
  run_command->add_option("--kinds", o.kinds, "only these: pause, complete, short, interrupt, backchannel, cough, …")
      ->delimiter(',')
      ->type_name("A,B");
  run_command->add_option("--limit", o.limit, "at most so many cases of each kind")
      ->type_name("N")
      ->check(CLI::Range(1, 100'000).description(""));
  run_command->add_option("--calls", o.calls, "at once (default 2)")
      ->type_name("N")
      ->check(CLI::Range(1, 1000).description(""));
  run_command->add_option("--seed", o.seed, "of the cases' order (default 1)")->type_name("N");
  duration(run_command->add_option("--greet", o.greet, "wait so long for a greeting (default 8s)"));
  duration(run_command->add_option("--echo-delay", o.echo_delay, "of the agent's voice, in echo (default 250ms)"));
  run_command->add_option("--echo-loss", o.echo_db, "… so much softer (default 12)")
      ->type_name("DB")
      ->check(CLI::Range(0, 60).description(""));
  run_command->add_option("--json", o.json, "writes the result and each case's outcome there")->type_name("FILE");
  run_command->add_option("--label", o.label, "of this run, for its report")->type_name("NAME");
  run_command->add_option("--auth-token", o.auth_token, "sign the calls with X-Twilio-Signature")->type_name("TOKEN");
  run_command->add_flag("--verbose", o.verbose, "tell each case as it is over");
  run_command->footer(
      "Audible is an rms above 200, in steps of 5 ms; both sides are counted in samples of the caller's own stream. A\n"
      "cut-in is sound of the agent between a pause's begin and the end of what follows it. An interruption has\n"
      "succeeded where the agent is silent for 600 ms from 1.5 s behind its first sample on, or earlier. A hitch is a\n"
      "break in which nothing at all is heard for more than 60 ms, and no more than 600; control is the same question\n"
      "with nothing said over the answer. Intervals are Wilson's, 95 %. Exit status: 0 if every case was run and this\n"
      "caller kept time, 1 if not, 2 for wrong usage.");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : offhook::turns::kUsage;
  }
  return *make_command ? offhook::turns::make(make_options, piper) : offhook::turns::run(o);
}
