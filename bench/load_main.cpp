// offhook-load: many calls at once to a server that speaks Twilio Media Streams, and what their callers measured.
#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdio>
#include <map>
#include <utility>

#include "base/log.hpp"
#include "load/load.hpp"
#include "load/measure.hpp"
#include "load/process_use.hpp"
#include "load/report.hpp"
#include "load/says.hpp"
#include "load/signals.hpp"

namespace offhook::load {
namespace {

constexpr int kPassed = 0, kFailed = 1, kUsage = 2;

struct Options {
  std::string url, auth_token;
  std::vector<std::string> wavs;
  int calls = 1, turns = 3, pid = 0;
  double keep_up = 0, ramp = 3, greet = 0, wait = 12, barge_after = 0.9;  // s
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
  if (const auto url = check_url(o.url); !url) return url.error().within("--url");
  if (o.pid > 0 && !process_use(o.pid))
    return Error{Errc::not_found, "--pid " + std::to_string(o.pid) + ": no such process on this machine"};
  LoadPlan plan;
  plan.calls = o.calls;
  plan.turns = o.turns;
  plan.ramp = seconds(o.ramp);
  plan.answer = seconds(o.wait);
  if (o.keep_up > 0) plan.keep_up = seconds(o.keep_up);
  if (o.greet > 0) plan.greeting = seconds(o.greet);
  if (o.barge) plan.barge = seconds(o.barge_after);
  auto says = read_says(o.wavs);
  if (!says) return says.error().within("--wav");
  plan.says = std::move(*says);
  return plan;
}

int run(const Options& o) {
  auto plan = plan_of(o);
  if (!plan) return fail(plan.error().what, kUsage);
  log::set_level(log::Level::error);
  Signals signals;
  const LoadReport report = measure({o.url, o.auth_token, o.pid}, std::move(*plan), signals);
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
  duration(app.add_option("--for", o.keep_up,
                          "keep up so many: a call that ends is followed by another (default: each is placed once)"));
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
