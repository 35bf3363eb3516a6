// offhook-bench: how an agent bears more and more calls at once.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <utility>

#include "base/log.hpp"
#include "ladder/chart.hpp"
#include "ladder/getter.hpp"
#include "ladder/ladder.hpp"
#include "ladder/process.hpp"
#include "ladder/report.hpp"
#include "ladder/subject.hpp"
#include "load/measure.hpp"
#include "load/process_use.hpp"
#include "load/says.hpp"
#include "load/signals.hpp"

namespace offhook::ladder {
namespace {

constexpr int kPassed = 0, kFailed = 1, kUsage = 2;
constexpr const char* kAgent = "bench/agents/standins.yaml";
constexpr StatedDelays kStated{200ms, 90ms};
constexpr Duration kRampOfACall = 100ms;  // up to --ramp: so that a rung's calls neither begin at once nor take turns

struct Options {
  std::string agent, offhook, standins, url, auth_token, json, svg;
  std::vector<std::string> wavs;
  std::vector<int> calls{1, 10, 40, 80, 120};
  int turns = 3, pid = 0, port = 9300, server_core = 0, load_core = -1;
  double ramp = 10, greet = 10, wait = 12, barge_after = 0.9;  // s
  bool barge = false;
};

Duration seconds(double s) {
  return Duration(std::llround(s * 1e6));
}

int fail(const Error& error, int status) {
  std::fprintf(stderr, "offhook-bench: %s\n", error.what.c_str());
  return status;
}

std::string folder_of_this_program() {
  std::error_code ec;
  return std::filesystem::read_symlink("/proc/self/exe", ec).parent_path().string();
}

Result<std::string> found(const std::string& named, const std::vector<std::string>& otherwise, const char* option) {
  const std::vector<std::string> places = named.empty() ? otherwise : std::vector{named};
  std::error_code ec;
  for (const std::string& place : places)
    if (std::filesystem::is_regular_file(place, ec)) return place;
  return Error{Errc::not_found, "looking for " + places.back() + ": there is no such file; " + option + " names it"};
}

Result<Subject::Plan> subject_of(const Options& o) {
  const std::string here = folder_of_this_program();
  auto agent = found(o.agent, {kAgent, here + "/../" + kAgent}, "--agent");
  if (!agent) return agent.error();
  auto offhook = found(o.offhook, {here + "/offhook"}, "--offhook");
  if (!offhook) return offhook.error();
  auto standins = found(o.standins, {here + "/offhook-standins"}, "--standins");
  if (!standins) return standins.error();
  return Subject::Plan{.offhook = *offhook,
                       .standins = *standins,
                       .agent = *agent,
                       .port = o.port,
                       .server_core = o.server_core,
                       .load_core = o.load_core < 0 ? 1 : o.load_core,
                       .stated = kStated};
}

Result<load::LoadPlan> load_of(const Options& o) {
  load::LoadPlan plan;
  plan.turns = o.turns;
  plan.answer = seconds(o.wait);
  if (o.greet > 0) plan.greeting = seconds(o.greet);
  if (o.barge) plan.barge = seconds(o.barge_after);
  auto says = load::read_says(o.wavs);
  if (!says) return says.error().within("--wav");
  plan.says = std::move(*says);
  return plan;
}

// One load after the other. Stops where the server has ended, or a signal came.
class Climb {
 public:
  Climb(const Options& o, load::LoadPlan plan, load::Target target, Subject* subject, Getter& getter,
        load::Signals& signals)
      : options_(o),
        plan_(std::move(plan)),
        target_(std::move(target)),
        subject_(subject),
        getter_(getter),
        signals_(signals) {
    ladder_.agent = subject ? (o.agent.empty() ? kAgent : o.agent) : o.url;
    ladder_.turns = o.turns;
    ladder_.barge = o.barge;
    if (subject) {
      ladder_.ready = subject->ready_after();
      logs_.emplace(subject->logs());
    }
  }

  Ladder run() {
    for (const int calls : options_.calls) {
      std::fprintf(stderr, "offhook-bench: %d call%s …\n", calls, calls == 1 ? "" : "s");
      rung(calls);
      if (signals_.ever()) break;
      if (const auto how = subject_ ? subject_->ended() : std::nullopt) {
        fail({Errc::closed, "the server " + *how}, kFailed);
        break;
      }
    }
    return std::move(ladder_);
  }

 private:
  void rung(int calls) {
    const Series before = scrape();
    load::LoadPlan plan = plan_;
    plan.calls = calls;
    plan.ramp = std::min<Duration>(calls * kRampOfACall, seconds(options_.ramp));
    Rung rung;
    rung.load = load::measure(target_, std::move(plan), signals_);
    rung.told = told_between(before, scrape());
    if (logs_)
      for (const TurnParts& turn : logs_->fresh()) rung.told.overhead.push_back(to_ms(engine_overhead(turn, kStated)));
    ladder_.rungs.push_back(std::move(rung));
  }

  // Empty where there is none: another agent's server need not have one.
  Series scrape() {
    const auto url = beside(target_.url, "/metrics");
    const auto text = url ? getter_.get(*url) : url;
    return text ? parse_scrape(*text) : Series();
  }

  const Options& options_;
  const load::LoadPlan plan_;
  const load::Target target_;
  Subject* const subject_;  // null: it ran already
  Getter& getter_;
  load::Signals& signals_;
  std::optional<TurnLogs> logs_;
  Ladder ladder_;
};

Result<void> write(const std::string& path, const std::string& text) {
  std::ofstream out(path, std::ios::trunc);
  out << text;
  out.close();
  if (out) return {};
  return Error{Errc::invalid, "writing " + path + ": it could not be written; is there such a folder, and room in it?"};
}

int report(const Options& o, const Ladder& ladder) {
  std::fputs(table(ladder).c_str(), stdout);
  std::fflush(stdout);
  int status = passed(ladder) && ladder.rungs.size() == o.calls.size() ? kPassed : kFailed;
  const auto keep = [&](const std::string& path, const std::string& text) {
    if (path.empty()) return;
    if (auto written = write(path, text); !written) status = fail(written.error(), kFailed);
  };
  keep(o.json, json(ladder) + "\n");
  keep(o.svg, drawn(ladder));
  return status;
}

int run(const Options& o) {
  if (!o.url.empty()) {
    if (const auto url = load::check_url(o.url); !url) return fail(url.error().within("--url"), kUsage);
    if (o.pid > 0 && !load::process_use(o.pid))
      return fail({Errc::not_found, "--pid " + std::to_string(o.pid) + ": no such process on this machine"}, kUsage);
  }
  auto plan = load_of(o);
  if (!plan) return fail(plan.error(), kUsage);
  log::set_level(log::Level::error);
  load::Signals signals;
  std::unique_ptr<Subject> subject;  // its processes are this thread's: it goes last
  std::optional<Subject::Plan> to_start;
  if (o.url.empty()) {
    auto found = subject_of(o);
    if (!found) return fail(found.error(), kUsage);
    to_start = std::move(*found);
  }
  const int load_core = to_start ? to_start->load_core : o.load_core;
  if (load_core >= 0)
    if (auto pinned = pin_to_core(load_core); !pinned) return fail(pinned.error().within("--load-core"), kUsage);
  Getter getter;
  if (to_start) {
    auto started = Subject::start(*to_start, getter, signals);
    if (!started) return fail(started.error(), kFailed);
    subject = std::move(*started);
  }
  load::Target target{o.url, o.auth_token, o.pid};
  if (subject) target.url = subject->url(), target.pid = subject->pid();
  const Ladder ladder = Climb(o, std::move(*plan), target, subject.get(), getter, signals).run();
  return report(o, ladder);
}

}  // namespace
}  // namespace offhook::ladder

int main(int argc, char** argv) {
  using offhook::ladder::Options;
  Options o;
  CLI::App app{
      "Measures how an agent bears more and more calls at once: starts it with stand-ins for its services, or drives "
      "one that runs.",
      "offhook-bench"};
  const auto duration = [](CLI::Option* option) {
    CLI::AsNumberWithUnit units(std::map<std::string, double>{{"ms", 1e-3}, {"s", 1}, {"m", 60}},
                                CLI::AsNumberWithUnit::UNIT_REQUIRED);
    option->transform(units.description(""))->type_name("TIME");
  };
  app.add_option("--calls", o.calls, "at once, rung by rung (default 1,10,40,80,120)")
      ->type_name("N,…")
      ->delimiter(',')
      ->check(CLI::Range(1, 10'000).description(""));
  app.add_option("--turns", o.turns, "of each call (default 3)")
      ->type_name("N")
      ->check(CLI::Range(1, 1000).description(""));
  app.add_flag("--barge", o.barge, "interrupt the answer to each turn");
  duration(app.add_option("--barge-after", o.barge_after, "… so long after its first sound (default 900ms)"));
  duration(app.add_option("--ramp", o.ramp, "spread the calls' starts over 100 ms each, over so long at most (10s)"));
  duration(
      app.add_option("--greet", o.greet, "wait so long for a greeting (default 10s; 0s: the callers speak first)"));
  duration(app.add_option("--wait", o.wait, "… and for an answer (default 12s)"));
  app.add_option("--wav", o.wavs, "what the callers say (default: a question that is built in)")->type_name("WAV");
  app.add_option("--json", o.json, "write the result there, too: one object, the rungs in a list")->type_name("FILE");
  app.add_option("--svg", o.svg, "… and as a picture: v2v, CPU and lateness against calls")->type_name("FILE");
  auto* agent = app.add_option("--agent", o.agent, "its file (default bench/agents/standins.yaml)")->type_name("FILE");
  auto* offhook =
      app.add_option("--offhook", o.offhook, "the server (default: beside this program)")->type_name("PATH");
  auto* standins =
      app.add_option("--standins", o.standins, "the stand-ins (default: beside this program)")->type_name("PATH");
  app.add_option("--port", o.port, "of the server; the stand-ins take the next (default 9300)")
      ->type_name("N")
      ->check(CLI::Range(1, 65'534).description(""));
  app.add_option("--server-core", o.server_core, "the server and its children run there (default 0)")
      ->type_name("N")
      ->check(CLI::NonNegativeNumber.description(""));
  app.add_option("--load-core", o.load_core, "stand-ins and callers run there (default 1; with --url: anywhere)")
      ->type_name("N")
      ->check(CLI::NonNegativeNumber.description(""));
  app.add_option("--url", o.url, "drive an agent that runs already: ws://HOST:PORT/phone[/NAME]")
      ->type_name("URL")
      ->excludes(agent)
      ->excludes(offhook)
      ->excludes(standins);
  app.add_option("--pid", o.pid, "… whose process this is, on this machine: its CPU and memory")
      ->type_name("PID")
      ->check(CLI::PositiveNumber.description(""))
      ->needs("--url");
  app.add_option("--auth-token", o.auth_token, "sign the calls with X-Twilio-Signature")->type_name("TOKEN");
  app.footer(
      "Columns. v2v: voice to voice, as offhook-load measures it. Greet: from the answer to the greeting's first "
      "sound.\n"
      "Engine: what the program itself adds to a turn, from the server's event logs:\n"
      "    decide + send + (think beyond 200 ms) + (voice beyond 90 ms)\n"
      "where 200 and 90 ms are what the stand-ins state, and what was saved by preparing early offsets nothing.\n"
      "Barge-in: from an interruption's first sample to the agent's last audible one. Underruns: breaks of more than\n"
      "5 ms as the callers heard them. Late: 99 of 100 beats of the server's media clock were less late. CPU, MB a\n"
      "call: of the server and its children while the calls went on; MB after: 4 s behind the last call. Turn scores:\n"
      "questions to the turn model. Waste: replies prepared early and not used. What cannot be read is –.\n"
      "Exit status: 0 if all calls went through and this program kept time, 1 if not, 2 for wrong usage.");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : offhook::ladder::kUsage;
  }
  return offhook::ladder::run(o);
}
