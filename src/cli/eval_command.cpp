#include <poll.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <map>

#include "audio/wav.hpp"
#include "base/ids.hpp"
#include "base/log.hpp"
#include "cli/commands.hpp"
#include "cli/own_server.hpp"
#include "cli/placed_call.hpp"
#include "eval/agents_mind.hpp"
#include "eval/judge.hpp"
#include "eval/performer.hpp"
#include "eval/report.hpp"
#include "inference/model_store.hpp"
#include "net/url.hpp"
#include "tts/reciter.hpp"

namespace offhook::cli {
namespace {

constexpr int kPassed = 0, kFailed = 1, kUsage = 2;
constexpr int kRate = 8000;
constexpr Duration kLongest = 15min;  // of a call

struct Options {
  std::vector<std::string> files;
  std::string agent, url, auth_token, judge, json, junit;
  bool text = false;
};

int fail(const std::string& what, int status) {
  std::fprintf(stderr, "offhook eval: %s\n", what.c_str());
  return status;
}

// The callers' voice, loaded for the first words that no recording says.
class Sounds {
 public:
  Result<std::vector<edge::Utterance>> of(const eval::Scenario& scenario) {
    std::vector<edge::Utterance> sounds;
    for (const eval::Step& step : scenario.caller) {
      if (step.say.empty() && step.wav.empty()) {
        sounds.emplace_back();
        continue;
      }
      auto wav = step.wav.empty() ? spoken(step.say) : audio::read_wav(step.wav);
      if (!wav) return wav.error();
      auto utterance = edge::utterance_of(*wav);
      if (!utterance) return utterance.error().within(eval::described(step));
      sounds.push_back(std::move(*utterance));
    }
    return sounds;
  }

 private:
  Result<audio::Wav> spoken(const std::string& words) {
    if (!voice_) {
      auto store = inference::ModelStore::open(inference::ModelStore::default_cache_dir());
      if (!store) return store.error();
      const auto model = store->path("piper-en_US-joe-medium/voice");
      if (!model) return model.error();
      const auto config = store->path("piper-en_US-joe-medium/config");
      if (!config) return config.error();
      auto voice = tts::Reciter::open({*model, *config});
      if (!voice) return voice.error();
      voice_ = std::move(*voice);
    }
    auto sound = voice_->say(words, kRate);
    if (!sound) return sound.error();
    return audio::Wav{kRate, 1, std::move(*sound)};
  }

  std::unique_ptr<tts::Reciter> voice_;
};

eval::Account account_of(const CallResult& result, const eval::Performer& performer) {
  using End = eval::Account::End;
  const auto at = [](double ms) { return Duration(static_cast<std::int64_t>(ms * 1000)); };
  eval::Account account;
  account.played = performer.played();
  account.told = result.watched;
  for (const auto& line : result.transcript) account.lines.push_back({line.agent, line.text, at(line.at_ms), line.cut});
  for (const auto& tool : result.tools) {
    const auto returned = std::ranges::find(result.returned, tool.id, &edge::CallEvent::id);
    account.tools.push_back({at(tool.at_ms), tool.text, tool.arguments,
                             returned == result.returned.end() ? std::nullopt : std::optional(returned->text)});
  }
  account.ended_by = result.outcome.broken ? End::broken : result.outcome.by_agent ? End::agent : End::caller;
  account.why = result.outcome.why;
  account.length = performer.length();
  return account;
}

// One scenario on a real line. A signal is Errc::cancelled.
Result<eval::Account> place(const eval::Scenario& scenario, const std::string& url, bool greeted, const Options& o,
                            Sounds& sounds, Signals& signals) {
  auto to = net::parse_url(url);
  if (!to) return to.error();
  auto said = sounds.of(scenario);
  if (!said) return said.error();
  eval::Performer performer(scenario, std::move(*said), greeted);
  CallPlan plan;
  plan.url = url;
  plan.auth_token = o.auth_token;
  plan.script.stream_sid = "MZ" + random_hex(16);
  plan.script.call_sid = "CA" + random_hex(16);
  plan.script.live = &performer;
  plan.script.longest = kLongest;
  plan.events_url = to->scheme + "://" + to->authority() + "/api/events?stream=" + plan.script.stream_sid;
  bool stopped = false;
  std::unique_ptr<CallResult> result;
  {
    PlacedCall call(std::move(plan));
    while (!result) {
      pollfd fds[] = {{call.ready_fd(), POLLIN, 0}, {signals.fd(), POLLIN, 0}};
      ::poll(fds, 2, 1000);
      if (signals.came()) {
        stopped = true;
        call.hang_up("ended by a signal");
      }
      result = std::move(call.news().result);
    }
  }
  if (stopped) return Error{Errc::cancelled, "stopped by a signal"};
  return account_of(*result, performer);
}

// In virtual time, with the scenario's own model or the agent's.
Result<eval::Account> rehearse(const eval::Scenario& scenario, const server::AgentFile& agent) {
  for (const eval::Step& step : scenario.caller)
    if (step.say.empty() && !step.wav.empty())
      return Error{Errc::invalid,
                   "the recording " + step.wav + " has no words; write them beside it (say:) for --text"};
  if (!scenario.model.empty()) return eval::rehearse(scenario, agent.agent, {});
  auto mind = eval::AgentsMind::open(agent, inference::ModelStore::default_cache_dir());
  if (!mind) return mind.error();
  return eval::rehearse(scenario, agent.agent, [&](const call::action::Ask& ask) { return (*mind)->think(ask); });
}

// What a language model has to say of it, where the scenario has criteria for one.
std::vector<eval::Check> judged(const eval::Scenario& scenario, const eval::Account& account,
                                const std::vector<llm::Spec>& agents) {
  if (!eval::needs_judge(scenario)) return {};
  server::AgentFile judge;
  judge.llm = eval::judges_of(scenario, agents);
  if (judge.llm.empty()) return eval::judge(scenario, account, {});
  auto mind = eval::AgentsMind::open(judge, "");
  return eval::judge(scenario, account, [&](llm::Request request) {
    if (!mind) return eval::Thought{{}, {}, mind.error().what};
    return (*mind)->ask(std::move(request), eval::kJudgesPatience);
  });
}

class Run {
 public:
  explicit Run(const Options& o) : o_(o) {}

  int run() {
    std::vector<llm::Spec> judges;
    if (!o_.judge.empty()) {
      auto read = eval::read_judge(o_.judge);
      if (!read) return fail(read.error().what, kUsage);
      judges = std::move(*read);
    }
    for (const std::string& file : o_.files) {
      auto scenario = eval::read_scenario(file);
      if (!scenario) return fail(scenario.error().what, kUsage);
      if (!o_.agent.empty()) scenario->agent = o_.agent;
      if (!judges.empty()) scenario->judged_by = judges;
      if (!o_.url.empty() && !scenario->model.empty())
        return fail(file + ": brings its model's answers along, which no server gives; leave --url out for it", kUsage);
      if (o_.url.empty() && scenario->agent.empty())
        return fail(file + ": names no agent; name one with --agent FILE, or a server with --url", kUsage);
      scenarios_.push_back(std::move(*scenario));
    }
    if (o_.url.empty())
      for (const eval::Scenario& s : scenarios_) {
        if (agents_.contains(s.agent)) continue;
        auto agent = server::read_agent(s.agent);
        if (!agent) return fail(agent.error().what, kUsage);
        agents_.emplace(s.agent, std::move(*agent));
      }
    log::set_level(log::Level::error);  // what matters is in the report
    for (const eval::Scenario& s : scenarios_)
      if (!evaluate(s)) return kFailed;
    std::printf("%s\n", eval::summary(verdicts_).c_str());
    if (!written(o_.json, eval::as_json(verdicts_)) || !written(o_.junit, eval::as_junit(verdicts_))) return kFailed;
    return std::ranges::all_of(verdicts_, &eval::Verdict::passed) ? kPassed : kFailed;
  }

 private:
  // False: a signal came. What keeps a scenario from being played is a check that fails.
  bool evaluate(const eval::Scenario& scenario) {
    auto account = play(scenario);
    if (!account && account.error().code == Errc::cancelled) {
      fail(account.error().what, kFailed);
      return false;
    }
    eval::Verdict verdict{scenario.file, scenario.name, {}, {}};
    if (account) {
      verdict.account = std::move(*account);
      verdict.checks = eval::check(scenario, verdict.account);
      // The agent of a server that runs may think with anything.
      const auto agent = agents_.find(scenario.agent);
      std::ranges::move(
          judged(scenario, verdict.account, agent == agents_.end() ? std::vector<llm::Spec>() : agent->second.llm),
          std::back_inserter(verdict.checks));
    } else {
      verdict.checks = {{eval::Check::Outcome::failed, "", "is played", account.error().what, false}};
    }
    std::printf("%s\n", eval::as_text(verdict).c_str());
    std::fflush(stdout);
    verdicts_.push_back(std::move(verdict));
    return true;
  }

  Result<eval::Account> play(const eval::Scenario& scenario) {
    // Answers that stand in the scenario cannot be a server's.
    if (o_.text || !scenario.model.empty()) return rehearse(scenario, agents_.at(scenario.agent));
    if (!o_.url.empty()) return place(scenario, o_.url, true, o_, sounds_, signals_);
    if (serves_ != scenario.agent) {
      server_.reset();
      auto server = OwnServer::start(scenario.agent, signals_);
      if (!server) return server.error();
      server_ = std::move(*server);
      serves_ = scenario.agent;
    }
    const bool greeted = !agents_.at(scenario.agent).agent.settings.greeting.empty();
    return place(scenario, server_->url(), greeted, o_, sounds_, signals_);
  }

  static bool written(const std::string& path, const std::string& text) {
    if (path.empty()) return true;
    std::ofstream out(path, std::ios::binary);
    out << text;
    out.close();
    if (!out) fail("writing " + path + ": it cannot be written; name another file", kFailed);
    return static_cast<bool>(out);
  }

  const Options& o_;
  Signals signals_;
  std::vector<eval::Scenario> scenarios_;
  std::map<std::string, server::AgentFile> agents_;
  Sounds sounds_;
  std::unique_ptr<OwnServer> server_;
  std::string serves_;
  std::vector<eval::Verdict> verdicts_;
};

}  // namespace

void add_eval(CLI::App& app, int& status) {
  auto o = std::make_shared<Options>();
  auto* c = app.add_subcommand("eval", "Plays scenarios with an agent, and checks what comes of them.");
  c->add_option("FILE", o->files, "scenarios")->required();
  auto* agent = c->add_option("--agent", o->agent,
                              "the agent's file, instead of the one that a scenario names; a server "
                              "is started for it")
                    ->type_name("FILE");
  auto* url = c->add_option("--url", o->url, "call this server instead: ws://HOST:PORT/phone[/NAME]")
                  ->type_name("URL")
                  ->excludes(agent);
  c->add_flag("--text", o->text,
              "without sound, in virtual time, with the agent's language model or the scenario's own")
      ->excludes(url);
  c->add_option("--auth-token", o->auth_token, "sign the calls with X-Twilio-Signature")
      ->type_name("TOKEN")
      ->needs(url);
  c->add_option("--judge", o->judge,
                "the language model that judges, instead of what a scenario says: a file with its provider, model and "
                "so on")
      ->type_name("FILE");
  c->add_option("--json", o->json, "write the result there")->type_name("FILE");
  c->add_option("--junit", o->junit, "write the result there, as JUnit's XML")->type_name("FILE");
  c->footer("Exit status: 0 if every check passed, 1 if not, 2 for wrong usage or a mistake in a file.");
  c->callback([o, &status] { status = Run(*o).run(); });
}

}  // namespace offhook::cli
