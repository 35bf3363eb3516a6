#include "server/agent_file.hpp"

#include <algorithm>
#include <cstdio>
#include <set>
#include <utility>

#include "dialog/context.hpp"
#include "dialog/phrases.hpp"
#include "dialog/summary.hpp"
#include "llm/local_server.hpp"
#include "llm/windows.hpp"
#include "net/url.hpp"
#include "server/agent_flow.hpp"
#include "server/agent_tools.hpp"
#include "server/duration_text.hpp"

namespace offhook::server {
namespace {

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

// "+15550100" as carriers send it, or an extension.
bool is_number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  return text.size() >= 2 && text.size() <= 15 &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

void read_turn(Fields turn, call::Settings& settings) {
  using call::Owner;
  turn.choice<Owner>("owner", settings.owner, {{"offhook", Owner::offhook}, {"stt", Owner::stt}}, {"mind"});
  turn.choice<bool>("detector", settings.detector, {{"smart-turn", true}, {"none", false}});
  using call::Rule;
  turn.choice<Rule>("rule", settings.rule, {{"curve", Rule::curve}, {"threshold", Rule::threshold}});
  double threshold = settings.threshold / 1000.0;
  turn.number("threshold", threshold, 0, 1);
  settings.threshold = static_cast<int>(threshold * 1000 + 0.5);
  turn.flag("adaptive", settings.adaptive);
  turn.duration("vad_stop", settings.vad_stop, 64ms, 2s);
  turn.choice<int>("eagerness", settings.eagerness_percent, {{"low", 160}, {"normal", 100}, {"high", 60}});
  turn.duration("min_delay", settings.min_delay, 0s, 5s);
  turn.duration("max_delay", settings.max_delay, 100ms, 30s);
  if (settings.min_delay > settings.max_delay)
    turn.complain(turn.has("min_delay") ? "min_delay" : "max_delay",
                  "min_delay " + written(settings.min_delay) + " is longer than max_delay " +
                      written(settings.max_delay) + "; make it the shorter one");
  using call::Interruptions;
  turn.choice<Interruptions>(
      "interruptions", settings.interruptions,
      {{"hold", Interruptions::hold}, {"immediate", Interruptions::immediate}, {"never", Interruptions::never}});
  turn.integer("min_words", settings.min_words, 0, 20);
  turn.duration("filler", settings.filler, 0s, 10s);
  turn.duration("min_duration", settings.min_duration, 0s, 5s);
  using call::Mute;
  turn.choice<Mute>(
      "mute", settings.mute,
      {{"none", Mute::none}, {"greeting", Mute::greeting}, {"tools", Mute::tools}, {"always", Mute::always}});
}

void read_llm(Fields llm, AgentFile& out) {
  llm.number("temperature", out.agent.temperature, 0, 2);
  llm.integer("max_answer_tokens", out.agent.max_answer_tokens, 1, 4096);
  read_thinking(llm, out.llm);
}

// Made well before the room is full, so that it is there in time.
void read_summaries(Fields context, int turns, AgentFile& out) {
  call::Settings& settings = out.agent.settings;
  const std::size_t instructions =
      dialog::estimate_tokens({llm::Role::system, out.agent.instructions, {}, {}}) + dialog::kSummaryTokens;
  const std::size_t room = out.agent.room.max_tokens;
  settings.summarize_tokens = static_cast<int>(room > instructions ? (room - instructions) / 2 : 1);
  if (context.has("turns")) settings.summarize_keep = turns;
  const auto here = [](const llm::Spec& spec) { return spec.provider == "local"; };
  if (std::ranges::any_of(out.summarizing.empty() ? out.llm : out.summarizing, here))
    context.complain("strategy",
                     "found summarize, but the embedded language model is too small to sum up a call; name "
                     "another under context.llm, or use strategy: window");
}

void read_context(Fields context, AgentFile& out) {
  enum class Strategy { append, window, summarize } strategy = Strategy::append;
  context.choice<Strategy>(
      "strategy", strategy,
      {{"append", Strategy::append}, {"window", Strategy::window}, {"summarize", Strategy::summarize}});
  int turns = 20;
  context.integer("turns", turns, 1, 1000);
  if (strategy == Strategy::window || (strategy == Strategy::append && context.has("turns")))
    out.agent.room.turns = static_cast<std::size_t>(turns);
  int tokens = static_cast<int>(out.agent.room.max_tokens);
  context.integer("max_tokens", tokens, 200, 1'000'000);
  // The embedded model reads its prompt and writes its answer into one window.
  const int room = llm::LocalServer::Options{}.context - out.agent.max_answer_tokens;
  if (out.thinks_here() && room < 200)
    context.complain("", "llm.max_answer_tokens " + std::to_string(out.agent.max_answer_tokens) +
                             " leaves the embedded model no room to read; expected at most " +
                             std::to_string(llm::LocalServer::Options{}.context - 200));
  else if (out.thinks_here() && context.has("max_tokens") && tokens > room)
    context.complain("max_tokens", "found " + std::to_string(tokens) + ", but the embedded model reads at most " +
                                       std::to_string(room) + " beside its answer; lower it");
  for (const llm::Spec& spec : out.llm)
    if (const int window = llm::context_window(spec.model);
        window > 0 && tokens + out.agent.max_answer_tokens > window && context.has("max_tokens"))
      context.complain("max_tokens", "found " + std::to_string(tokens) + ", but " + spec.model + " reads " +
                                         std::to_string(window) + " tokens, its answer included; expected at most " +
                                         std::to_string(std::max(200, window - out.agent.max_answer_tokens)));
  if (out.thinks_here()) tokens = std::min(tokens, std::max(room, 200));
  out.agent.room.max_tokens = static_cast<std::size_t>(tokens);
  if (context.has("llm")) read_thinking(context.map("llm"), out.summarizing);
  if (strategy == Strategy::summarize) read_summaries(context, turns, out);
}

void read_limits(Fields limits, call::Settings& settings) {
  limits.duration("call", settings.longest_call, 10s, 24h);
  limits.duration("idle", settings.idle, 1s, 1h);
  limits.integer("idle_prompts", settings.idle_prompts, 0, 10);
  limits.duration("turn", settings.longest_turn, 1s, 1h);
  double cost = 0;
  limits.number("cost", cost, 0, 10'000);
  settings.budget_micros = static_cast<std::int64_t>(cost * 1'000'000 + 0.5);
}

// What the agent says on its own account. Empty: nothing.
void read_phrases(Fields phrases, const std::string& language, call::Settings& settings) {
  const dialog::Phrases& own = dialog::phrases_in(language);
  settings.idle_text = own.idle;
  settings.goodbye_text = own.goodbye;
  settings.apology_text = std::string(own.not_understood) + " " + std::string(own.say_again);
  settings.failure_text = own.failure;
  settings.tool_text = own.waiting;
  phrases.text("idle", settings.idle_text, {.least = 0, .most = 500});
  phrases.text("goodbye", settings.goodbye_text, {.least = 0, .most = 500});
  phrases.text("apology", settings.apology_text, {.least = 0, .most = 500});
  phrases.text("failure", settings.failure_text, {.least = 0, .most = 500});
  phrases.text("tool", settings.tool_text, {.least = 0, .most = 500});
}

void read_speech(Fields speech, AgentFile::Speech& out) {
  speech.flag("in_words", out.in_words);
  speech.text("language", out.language, {.least = 2, .most = 20});
  speech.pairs("lexicon", out.lexicon, 500);
  if (!out.in_words && speech.has("lexicon"))
    speech.complain("lexicon", "is not looked at with in_words: off; remove one of them");
}

void read_record(Fields record, AgentFile& out) {
  record.flag("events", out.record.events);
  record.flag("words", out.record.words);
  out.agent.record_words = out.record.words;
  record.flag("sound", out.record.sound);
  Duration keep = std::chrono::days(out.record.keep_days);
  record.duration("keep", keep, 24h, std::chrono::days(3650));
  if (keep % Duration(24h) != 0s)
    record.complain("keep", "found " + written(keep) + ", expected whole days such as 7d");
  out.record.keep_days = static_cast<int>(keep / Duration(24h));
}

void read_called(Fields root, std::vector<std::string>& called) {
  root.texts("called", called, 1000);
  std::set<std::string> seen;
  for (std::size_t i = 0; i < called.size(); ++i) {
    if (called[i].empty() || called[i].size() > 200) continue;  // told already
    if (!is_number(called[i]))
      root.complain(
          "called", i,
          "expected a number as the carrier writes it, such as \"+15550100\": 2 to 15 digits, nothing between them");
    else if (!seen.insert(called[i]).second)
      root.complain("called", i, "found this number a second time; keep one of them");
  }
}

void read_audio(Fields audio, AgentFile& out) {
  using Echo = AgentFile::Echo;
  audio.choice<Echo>("echo", out.echo, {{"auto", Echo::automatic}, {"off", Echo::off}}, {"on"});
  out.agent.echo = out.echo == Echo::automatic;
  if (out.echo == Echo::off) out.agent.settings.first_echo = {};
  using Noise = noise::Kind;
  audio.choice<Noise>("noise", out.noise,
                      {{"off", Noise::off}, {"rnnoise", Noise::rnnoise}, {"deepfilter", Noise::deepfilter}},
                      {"on", "auto"});
}

void read_all(Fields root, AgentFile& out) {
  call::Agent& agent = out.agent;
  root.text("name", agent.name, {.least = 1, .most = 64});
  if (!root.has("name"))
    root.complain("", "expected a name, such as name: receptionist");
  else if (!agent.name.empty() && !is_name(agent.name))
    root.complain("name", "expected small letters, digits, - and _, at most 64, as it becomes part of /phone/NAME");
  root.text("greeting", agent.settings.greeting, {.least = 0, .most = 1000});
  root.text("instructions", agent.instructions, {.least = 1, .most = 100'000});
  if (!root.has("instructions")) root.complain("", "expected instructions: who the agent is and how it answers");

  read_hearing(root.map("stt"), out.stt);
  read_llm(root.map("llm"), out);
  read_speaking(root.map("tts"), out.tts);

  Fields turn = root.map("turn");
  read_turn(turn, agent.settings);
  using Words = AgentFile::Words;
  turn.choice<Words>("words", out.words,
                     {{"auto", Words::automatic}, {"tables", Words::tables}, {"model", Words::model}});
  agent.settings.word_scorer =
      agent.settings.rule == call::Rule::curve && agent.settings.owner == call::Owner::offhook &&
      (out.words == Words::model || (out.words == Words::automatic && out.listens_or_thinks_here()));
  if (agent.settings.owner == call::Owner::stt && !finds_turns(out.stt.front().spec))
    turn.complain("owner", "found stt, but " + service_name(out.stt.front().spec) +
                               " does not find turns; use a model that does, such as deepgram's flux-general-en, or "
                               "owner: offhook");
  read_audio(root.map("audio"), out);
  read_limits(root.map("limits"), agent.settings);
  read_speech(root.map("speech"), out.speech);
  const std::string language = speech_language(out);
  if (agent.settings.filler > Duration::zero() && !language.starts_with("en"))
    turn.complain("filler", "what it says is English, and the agent speaks " + language + "; remove it");
  read_phrases(root.map("phrases"), language, agent.settings);
  read_record(root.map("record"), out);
  read_context(root.map("context"), out);
  read_tools(root, out);
  read_mcp(root, out.mcp);
  if (!out.mcp.empty() && out.thinks_here() && !root.has("flow"))
    root.complain("mcp", "found servers, but the embedded language model calls no tools; name another under llm");
  read_flow(root, out);
  read_called(root, out.called);
  for (const char* key : {"filters", "listeners", "app"}) root.not_built(key);

  // Nothing would be left for the conversation.
  const std::size_t cost = dialog::estimate_tokens({llm::Role::system, agent.instructions, {}, {}});
  if (cost + 100 > agent.room.max_tokens)
    root.complain("instructions", "they take about " + std::to_string(cost) + " tokens of the " +
                                      std::to_string(agent.room.max_tokens) + " that may be asked with; shorten them" +
                                      (out.thinks_here() ? "" : " or raise context.max_tokens"));
}

Result<AgentFile> checked(const yaml::Document& document, const Environment& environment) {
  Reader reader(document, environment);
  AgentFile out;
  out.file = document.file;
  read_all(reader.root(), out);
  if (auto finished = reader.finish(); !finished) return finished.error();
  return out;
}

std::string quantity(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", value);
  return text;
}

}  // namespace

bool AgentFile::thinks_here() const {
  return std::ranges::any_of(llm, [](const llm::Spec& spec) { return spec.provider == "local"; });
}

bool AgentFile::listens_or_thinks_here() const {
  return stt.front().spec.provider == "local" || llm.front().provider == "local";
}

Result<AgentFile> parse_agent(std::string_view text, const std::string& name, const Environment& environment) {
  const auto document = yaml::parse(text, name);
  if (!document) return document.error();
  return checked(*document, environment);
}

Result<AgentFile> read_agent(const std::string& path, const Environment& environment) {
  const auto document = yaml::read(path);
  if (!document) return document.error();
  return checked(*document, environment);
}

std::map<std::string, Reader::Key, std::less<>> agent_keys() {
  const auto all = yaml::parse(
      "context: {llm: {fallback: [{}]}}\nstt: {fallback: [{}]}\nllm: {fallback: [{}]}\ntts: {fallback: [{}]}\ntools: "
      "[{}]\nmcp: [{tools: [{}]}]\n"
      "flow: {nodes: [{collect: [{}], next: [{}]}], anywhere: [{}]}\n",
      "");
  Reader reader(*all, [](const std::string&) { return std::nullopt; });
  AgentFile out;
  read_all(reader.root(), out);
  return reader.keys();
}

std::string speech_language(const AgentFile& agent) {
  if (!agent.speech.language.empty()) return agent.speech.language;
  const Speaking& voice = agent.tts.front();
  if (!voice.spec.language.empty()) return voice.spec.language;
  if (voice.spec.provider == "local") return "en-US";
  if (voice.spec.provider == "kokoro") {  // the first letter of its voices' names
    constexpr std::pair<char, const char*> kLetters[] = {{'a', "en-US"}, {'b', "en-GB"}, {'e', "es"}, {'f', "fr"},
                                                         {'h', "hi"},    {'i', "it"},    {'p', "pt"}};
    for (const auto& [letter, language] : kLetters)
      if (voice.spec.voice.starts_with(letter)) return language;
  }
  const std::string& heard = agent.stt.front().spec.language;
  return heard.empty() ? "en-US" : heard;
}

std::vector<std::string> unpriced(const AgentFile& agent, const telemetry::Prices& prices) {
  std::vector<std::string> out;
  if (agent.agent.settings.budget_micros == 0) return out;
  using telemetry::ServiceKind;
  const auto look = [&](ServiceKind kind, const std::string& service, bool here) {
    if (!here && !prices.find(kind, service)) out.push_back(service);
  };
  for (const Hearing& h : agent.stt)
    look(ServiceKind::stt, service_name(h.spec), h.spec.provider == "local" || h.spec.provider == "sherpa");
  for (const llm::Spec& s : agent.llm) look(ServiceKind::llm, service_name(s), s.provider == "local");
  for (const Speaking& v : agent.tts)
    look(ServiceKind::tts, service_name(v.spec), v.spec.provider == "local" || v.spec.provider == "kokoro");
  return out;
}

std::string summary(const AgentFile& a) {
  const call::Settings& s = a.agent.settings;
  std::string out = "Agent " + a.agent.name + " ";
  out += s.greeting.empty() ? "lets the caller speak first" : "greets with \"" + s.greeting + "\"";
  out += ". It hears with " + described(a.stt);
  if (a.noise != noise::Kind::off) out += " behind noise suppression by " + std::string(name(a.noise));
  out += ", thinks with " + described(a.llm);
  out += " at temperature " + quantity(a.agent.temperature) + ", answers of at most " +
         std::to_string(a.agent.max_answer_tokens) + " tokens to at most " + std::to_string(a.agent.room.max_tokens) +
         ", and speaks with " + described(a.tts);
  if (!a.speech.in_words)
    out += ", as it is written";
  else if (!a.speech.lexicon.empty())
    out += ", " + std::to_string(a.speech.lexicon.size()) + (a.speech.lexicon.size() == 1 ? " word" : " words") +
           " by its lexicon";
  if (s.flow.exists()) out += ". It follows a flow " + described(s.flow);
  if (const std::string tools = described_tools(a); !tools.empty()) out += ". It may call " + tools;
  if (!a.mcp.empty())
    out += std::string(s.tools.empty() ? ". It may call" : ", and") + " the tools of " + described(a.mcp);
  out += ". ";
  if (s.owner == call::Owner::stt) out += "The recogniser ends turns; where it does not, the engine does. ";
  out += "A turn ends " + written(s.min_delay) + " to " + written(s.max_delay) + " after the caller's last word, ";
  out += s.detector ? "judged by smart-turn" : "by silence alone";
  if (s.detector && s.rule == call::Rule::threshold)
    out += " alone against a threshold of " + quantity(s.threshold / 1000.0);
  if (s.word_scorer) out += s.detector ? " and the embedded language model" : ", by the embedded language model";
  out += s.eagerness_percent < 100 ? ", eagerly" : s.eagerness_percent > 100 ? ", patiently" : "";
  switch (s.interruptions) {
    case call::Interruptions::hold:
      out += "; speech over the agent holds it, then a verdict stops or resumes it";
      break;
    case call::Interruptions::immediate: out += "; speech over the agent stops it at once"; break;
    case call::Interruptions::never: out += "; the agent is not interrupted"; break;
  }
  if (s.interruptions != call::Interruptions::never)
    out += " (from " + written(s.min_duration) +
           (s.min_words > 0 ? ", " + std::to_string(s.min_words) + " words" : "") + ")";
  switch (s.mute) {
    case call::Mute::none: break;
    case call::Mute::greeting: out += "; it does not listen during its greeting"; break;
    case call::Mute::tools: out += "; it does not listen while tools run"; break;
    case call::Mute::always: out += "; it does not listen while it speaks"; break;
  }
  if (s.filler > Duration::zero())
    out += ". Where no answer has come " + written(s.filler) + " after the caller's last word it says a filler";
  if (s.idle_prompts > 0)
    out += ". Silence of " + written(s.idle) + " makes it ask" +
           (s.idle_prompts > 1 ? ", " + std::to_string(s.idle_prompts) + " times" : std::string()) +
           ", as much again ends the call";
  else
    out += ". Silence of " + written(s.idle) + " ends the call";
  out += "; a turn lasts at most " + written(s.longest_turn) + ", a call " + written(s.longest_call);
  if (s.budget_micros > 0) out += ", and costs at most " + quantity(static_cast<double>(s.budget_micros) / 1e6);
  out += ". ";
  if (a.record.events)
    out += std::string("Each call leaves an event log ") +
           (a.record.words ? "with its words" : "with its words masked") + ", kept " +
           std::to_string(a.record.keep_days) + (a.record.keep_days == 1 ? " day" : " days");
  else
    out += "Calls leave no event log";
  out += a.record.sound ? "; its sound is recorded, both sides" : "; sound is not recorded";
  if (a.record.sound && !a.record.events)
    out += ", kept " + std::to_string(a.record.keep_days) + (a.record.keep_days == 1 ? " day" : " days");
  out += ".";
  if (!a.called.empty()) {
    out += " It answers calls to ";
    for (std::size_t i = 0; i < std::min<std::size_t>(a.called.size(), 5); ++i) out += (i ? ", " : "") + a.called[i];
    if (a.called.size() > 5) out += " and " + std::to_string(a.called.size() - 5) + " more";
    out += ".";
  }
  for (char& c : out)
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';  // of a greeting in several lines
  return out;
}

}  // namespace offhook::server
