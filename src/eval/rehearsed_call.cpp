#include "eval/rehearsed_call.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>

#include "eval/actor.hpp"

namespace offhook::eval {
namespace {

using call::Rehearsal;
namespace action = call::action;

// What local models take, but for the language model, whose own time is not counted.
constexpr Duration kTranscript = 60ms, kPartial = 250ms, kScore = 40ms, kVoice = 80ms, kThought = 300ms, kTool = 100ms;
constexpr Duration kLetter = 60ms;    // of speech: as the rehearsal's own voice
constexpr Duration kLongest = 15min;  // of a call
constexpr Duration kAfterwards = 1s;  // for what follows from hanging up

std::vector<Duration> lengths_of(const std::vector<Step>& steps) {
  std::vector<Duration> lengths;
  for (const Step& step : steps) lengths.push_back(static_cast<int>(step.say.size()) * kLetter);
  return lengths;
}

// Tools that only the scenario knows are the agent's too: its model may be the scenario's as well.
call::Settings settings_of(const Scenario& scenario, const call::Agent& agent) {
  call::Settings settings = agent.settings;
  for (const auto& [name, result] : scenario.tools)
    if (std::ranges::find(settings.tools, name, &call::ToolSettings::name) == settings.tools.end())
      settings.tools.push_back({.name = name});
  return settings;
}

Rehearsal::Answer answer_of(Thought thought) {
  Rehearsal::Answer answer;
  answer.first = answer.all = kThought;
  if (!thought.text.empty()) answer.tokens = {std::move(thought.text)};
  answer.calls = std::move(thought.calls);
  answer.failure = std::move(thought.failure);
  return answer;
}

std::optional<std::string> found_in(const std::map<std::string, std::string>& texts, const std::string& key) {
  const auto found = texts.find(key);
  return found == texts.end() ? std::nullopt : std::optional(found->second);
}

// What the agent said is told when it has been heard, but stands where it began.
void add(std::vector<Account::Line>& lines, Account::Line line) {
  const auto at = std::ranges::upper_bound(lines, line.at, {}, &Account::Line::at);
  lines.insert(at, std::move(line));
}

void tell(const Rehearsal& world, Account& account) {
  std::map<std::string, std::string> returned;  // by the call's id
  for (const auto& [when, event] : world.events())
    if (const auto* of = std::get_if<call::event::ToolReturned>(&event)) returned.emplace(of->id, of->text);
  for (const auto& [when, done] : world.actions()) {
    const Duration at = when.time_since_epoch();
    if (const auto* said = std::get_if<action::CallerSaid>(&done.what); said && said->final)
      add(account.lines, {false, said->text, at, false});
    if (const auto* said = std::get_if<action::AgentSaid>(&done.what))
      add(account.lines, {true, said->text, Duration(said->since_us), said->cut});
    if (const auto* used = std::get_if<action::CallTool>(&done.what))
      account.tools.push_back({at, used->tool, used->arguments, found_in(returned, used->id)});
    if (std::holds_alternative<action::HangUp>(done.what)) {
      account.ended_by = Account::End::agent;
      account.why = done.why;
    }
  }
}

}  // namespace

Mind scripted_mind(std::vector<Scripted> answers) {
  // A speculation asks what the turn asks in the end: as many turns, as many rounds of tools.
  auto asked = std::make_shared<std::map<std::size_t, std::size_t>>();
  return [answers = std::move(answers), asked](const action::Ask& ask) {
    const auto rounds = static_cast<std::size_t>(std::ranges::count_if(ask.context, [](const dialog::ItemPtr& item) {
      return item->kind == dialog::Item::Kind::caller || !item->calls.empty();
    }));
    const std::size_t n = asked->emplace(rounds, asked->size()).first->second;
    if (n >= answers.size())
      return Thought{
          {},
          {},
          "the scenario's model has " + std::to_string(answers.size()) + " answers, and one more was asked for"};
    const Scripted& answer = answers[n];
    Thought thought{answer.says, {}, {}};
    if (!answer.calls.empty()) thought.calls.push_back({"", answer.calls, answer.arguments});
    return thought;
  };
}

Account rehearse(const Scenario& scenario, const call::Agent& agent, const Mind& think) {
  Account account;
  const Mind mind = scenario.model.empty() ? think : scripted_mind(scenario.model);
  Rehearsal world(settings_of(scenario, agent));
  world.delays.stt = kTranscript;
  world.delays.partial_every = kPartial;
  world.delays.score = kScore;
  world.delays.tts = kVoice;
  world.broken_promise = [&](const std::string& what) { account.troubles.push_back("a promise is broken: " + what); };
  world.mind = [&, asks = 0](const action::Ask& ask) mutable {
    Thought thought = mind(ask);
    if (!thought.failure.empty()) account.troubles.push_back("the model failed: " + thought.failure);
    ++asks;
    for (std::size_t i = 0; i < thought.calls.size(); ++i)
      thought.calls[i].id = std::to_string(asks) + ":" + std::to_string(i);
    return answer_of(std::move(thought));
  };
  world.use = [&](const action::CallTool& used) {
    const auto known = std::ranges::find(scenario.tools, used.tool, &std::pair<std::string, std::string>::first);
    if (known != scenario.tools.end()) return Rehearsal::Tool{.after = kTool, .result = known->second};
    account.troubles.push_back("the tool " + used.tool + " has no result in `tools:` of the scenario");
    return Rehearsal::Tool{.after = kTool, .result = "This tool is not available.", .ok = false};
  };

  Actor actor(scenario, lengths_of(scenario.caller), !agent.settings.greeting.empty(), {});
  Duration now{};
  std::size_t seen = 0;  // of the world's actions
  bool hung_up = false;
  for (; now < kLongest && !hung_up; now += Actor::kBeat) {
    world.run(now);
    if (call::ended(world.state())) break;
    bool cut = false;
    for (; seen < world.actions().size(); ++seen)
      cut |= std::holds_alternative<action::Flush>(world.actions()[seen].second.what);
    const auto act = actor.beat(now, {world.sounding(), cut});
    using Kind = Actor::Act::Kind;
    switch (act.kind) {
      case Kind::nothing: break;
      case Kind::say:
        world.speech.push_back({now, now + lengths_of(scenario.caller)[act.step], scenario.caller[act.step].say});
        break;
      case Kind::press: world.at(now, call::event::Digit{std::string(1, act.key)}); break;
      case Kind::hang_up: world.at(now, call::event::HungUp{"the caller hung up", 0}); hung_up = true;
    }
  }
  account.why = "the caller hung up";
  if (now >= kLongest) {
    account.ended_by = Account::End::broken;
    account.why = "it was not over after " + seconds(kLongest);
  }
  world.run(now + kAfterwards);
  account.played = actor.played();
  account.length = now;
  tell(world, account);
  return account;
}

}  // namespace offhook::eval
