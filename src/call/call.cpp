#include "call/call.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include "base/log.hpp"
#include "base/wall_clock.hpp"
#include "call/builtin_tools.hpp"
#include "call/machines.hpp"
#include "call/publish.hpp"
#include "dialog/summary.hpp"

namespace offhook::call {
namespace {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

constexpr Duration kSummaryPatience = 30s;
constexpr Generation kSummary = 0;  // on the bill, where replies count from one

// What only the services know.
Settings with_traits(Settings settings, const stt::Recognizer& recognizer) {
  settings.words_usual = recognizer.traits().usual_final;
  return settings;
}

// Ids are the model's to choose, or to leave empty; ours are unique.
event::ToolAsked tool_asked(Generation generation, int number, const llm::ToolCall& call) {
  return {generation, std::to_string(generation) + ":" + std::to_string(number), call.name, call.arguments};
}

std::vector<llm::Message> messages_of(const Agent& agent, const action::Prompt& prompt,
                                      const dialog::Context& context) {
  return dialog::render((prompt.role.empty() ? agent.instructions : prompt.role) + prompt.notes, context, agent.room);
}

}  // namespace

llm::Request request_of(const Agent& agent, const action::Ask& ask) {
  llm::Request request;
  request.messages = messages_of(agent, ask.prompt, ask.context);
  request.tools = agent.tools;
  if (const Flow& flow = agent.settings.flow; flow.exists()) {
    const auto& offered = flow.nodes[std::min(ask.node, flow.nodes.size() - 1)].tools;
    std::erase_if(request.tools,
                  [&](const llm::Tool& tool) { return std::ranges::find(offered, tool.name) == offered.end(); });
  }
  request.may_call = ask.tools;
  request.max_tokens = agent.max_answer_tokens;
  request.temperature = agent.temperature;
  return request;
}

Call::Call(const Services& services, std::shared_ptr<const Agent> agent, CallStart start, Wire& wire)
    : services_(services),
      agent_(std::move(agent)),
      start_(std::move(start)),
      wire_(wire),
      born_(services.loop.now()),
      state_(begin(with_traits(agent_->settings, services.recognizer))),
      day_(utc_day()),
      recording_(open_recording()),
      spending_(services.prices),
      echo_(Echo::where_wanted(agent_->echo, start_.edge, services.loop, heard_wire())),
      ears_(
          services.loop, services.vad, services.detector, services.recognizer,
          [this](Event e) { dispatch(std::move(e)); },
          [this](std::string_view service, Duration audio) {
            spending_.listened(service, audio);
            tell_cost();
          },
          echo_.get(), services.noise ? services.noise->open() : nullptr),
      mouth_(
          services.loop, services.clock, echo_ ? *echo_ : heard_wire(), start_.edge, services.voice, services.phrases,
          agent_->settings.voice_patience, [this](Event e) { dispatch(std::move(e)); },
          [this](std::string_view service, std::int64_t characters) {
            spending_.spoken(service, characters);
            tell_cost();
          }),
      tick_(services.loop, [this] { dispatch(event::Tick{}); }),
      start_timer_(services.loop, [this] { dispatch(event::Answered{}); }) {
  if (services_.gate) pass_ = services_.gate->enter("call");
  if (services_.calls) services_.calls->insert(this);
  services_.metrics.calls_started.add();
  open_log();
  log::info(start_.call_id, "call_started", {{"agent", agent_->name}, {"stream", start_.stream_id}});
  services_.voice.warm(services_.loop);
  services_.llm.warm();
  start_timer_.at(services_.loop.now());  // the edge has to take us first
}

Call::~Call() {
  if (services_.calls) services_.calls->erase(this);
  services_.metrics.calls_ended.add();
  services_.metrics.underruns.add(static_cast<std::int64_t>(mouth_.playout().underruns()));
  if (recording_ && recording_->failed()) services_.metrics.recordings_failed.add();
  settle_bill();
  log::info(start_.call_id, "call_ended",
            {{"why", hangup_why_},
             {"length_ms", services_.loop.now() - born_},
             {"turns", state_.floor.turns},
             {"underruns", static_cast<std::int64_t>(mouth_.playout().underruns())},
             {"cost", telemetry::decimal(spending_.bill().micros()) + " " + spending_.bill().currency()}});
}

// Told where there is a budget: a hundredth of it at a time, and when it is spent.
void Call::tell_cost() {
  const std::int64_t budget = agent_->settings.budget_micros;
  if (budget <= 0) return;
  const std::int64_t micros = spending_.bill().micros();
  if (micros < cost_told_ + std::max<std::int64_t>(1, budget / 100) && !(micros >= budget && cost_told_ < budget))
    return;
  cost_told_ = micros;
  dispatch(event::Spent{micros});
}

void Call::settle_bill() {
  spending_.close();
  const auto entries = spending_.bill().entries();
  if (services_.service_metrics) services_.service_metrics->add(entries);
  for (const auto& e : entries) {
    const std::string cost = e.micros ? telemetry::decimal(*e.micros) : "unknown";
    log::info(start_.call_id, "service_used",
              {{"kind", telemetry::name(e.kind)},
               {"service", e.service},
               {"audio_ms", e.audio},
               {"prompt_tokens", e.tokens.prompt},
               {"cached_tokens", e.tokens.cached},
               {"completion_tokens", e.tokens.completion},
               {"speculated_tokens", e.speculated.prompt + e.speculated.completion},
               {"characters", e.characters},
               {"unheard", e.unheard},
               {"estimated", e.estimated},
               {"cost", cost}});
  }
}

void Call::open_log() {
  if (agent_->log_dir.empty()) return;
  Head head{start_.call_id, agent_->name, utc("%Y-%m-%dT%H:%M:%SZ"), agent_->record_words, state_.settings};
  auto log = EventLog::open(agent_->log_dir, day_, head);
  if (log) {
    log_ = std::move(*log);
  } else {  // a call without a log is better than no call
    services_.metrics.event_logs_failed.add();
    log::warn(start_.call_id, "event_log_failed", {{"error", log.error().what}});
  }
}

std::unique_ptr<Recording> Call::open_recording() {
  if (agent_->sound_dir.empty()) return nullptr;
  auto recording = Recording::open(agent_->sound_dir, day_, start_.call_id, services_.loop, wire_, start_.edge.clear);
  if (recording) return std::move(*recording);
  services_.metrics.recordings_failed.add();
  log::warn(start_.call_id, "recording_failed", {{"error", recording.error().what}});
  return nullptr;
}

// ---- what happens

void Call::on_audio(std::span<const std::uint8_t> mulaw, std::int64_t sample) {
  if (recording_) recording_->caller(mulaw, sample);
  ears_.audio(mulaw, sample);
}
void Call::on_mark(std::string_view name) {
  mouth_.mark(name);
}
void Call::on_digit(char digit) {
  dispatch(event::Digit{std::string(1, digit)});
}

void Call::on_hangup(std::string_view why) {
  if (hangup_why_.empty()) hangup_why_ = why;
  dispatch(event::HungUp{std::string(why), mouth_.heard()});
  tell(publish_ended(why, now()));
}

void Call::end(std::string why) {
  dispatch(event::EndRequested{std::move(why)});
}

// Events that an action causes at once are taken after that action's step, in order; what a flush answers comes first.
void Call::dispatch(Event event) {
  queue_.push_back(std::move(event));
  if (processing_) return;
  processing_ = true;
  while (!queue_.empty()) {
    const Event next = std::move(queue_.front());
    queue_.pop_front();
    process(next);
  }
  processing_ = false;
  const Time due = next_deadline(state_);
  if (due == Time::max())
    tick_.cancel();
  else
    tick_.at(std::max(services_.loop.now(), born_ + due.time_since_epoch()));
}

void Call::process(const Event& event) {
  const Time t = now();
  if (ended(state_)) return;
  if (log_) log_->event(t.time_since_epoch(), event, node());
  if (auto* r = std::get_if<event::ToolReturned>(&event); r && watched()) tell(publish_returned(*r, t, node()));
  const Actions actions = step(state_, event, t);
  if (log_)
    for (const auto& action : actions) log_->action(t.time_since_epoch(), action);
  for (const auto& action : actions) {
    count(action);
    publish(action);
    perform(action);
  }
  if (std::holds_alternative<event::MindFailed>(event)) {
    services_.metrics.mind_failures.add();
    log::warn(start_.call_id, "mind_failed", {{"error", std::get<event::MindFailed>(event).why}});
  } else if (auto* c = std::get_if<event::ClauseReady>(&event); c && !c->why.empty()) {
    services_.metrics.voice_failures.add();
    log::warn(start_.call_id, "voice_failed", {{"error", c->why}});
  } else if (auto* r = std::get_if<event::ToolReturned>(&event); r && !r->ok) {
    services_.metrics.tool_failures.add();
  } else if (auto* f = std::get_if<event::TranscriptFailed>(&event)) {
    services_.metrics.transcript_failures.add();
    log::warn(start_.call_id, "transcript_failed", {{"error", f->why}});
  }
}

// ---- what is done

void Call::perform(const Action& action) {
  std::visit(
      Overloaded{
          [&](const action::Listen& a) { ears_.listen(a.utterance, a.from); },
          [&](const action::Transcribe& a) { ears_.transcribe(a.utterance, a.upto); },
          [&](const action::ScoreTurn& a) { ears_.score(a.utterance, a.upto); },
          [&](const action::ScoreWords& a) { score_words(a); },
          [&](const action::StopListening& a) { ears_.stop_listening(a.utterance); },
          [&](const action::Ask& a) { ask(a); },
          [&](const action::Summarize& a) { summarize(a); },
          [&](const action::StopThinking& a) { stop_thinking(a.generation); },
          [&](const action::Abandon& a) {
            stop_thinking(a.generation);
            spending_.abandoned(a.generation);
            mouth_.abandon(a.generation);
          },
          [&](const action::Speak& a) { mouth_.speak(a.generation, a.clause, a.text); },
          [&](const action::Dial& a) { mouth_.dial(a.generation, a.clause, a.digits); },
          [&](const action::Release& a) {
            spending_.released(a.generation);
            mouth_.release(a.generation);
          },
          [&](const action::Close& a) { mouth_.close(a.generation, a.clauses); },
          [&](const action::Hold& a) { mouth_.hold(a.generation); },
          [&](const action::Resume& a) { mouth_.resume(a.generation); },
          [&](const action::Flush& a) { queue_.push_front(event::Flushed{a.generation, mouth_.flush(a.generation)}); },
          [&](const action::Enter&) {},
          [&](const action::CallTool& a) { call_tool(a); },
          [&](const action::CancelTool& a) { running_tools_.erase(a.id); },
          [&](const action::HangUp&) {
            hangup_why_ = action.why;
            wire_.hang_up(action.why);
          },
          [&](const action::CallerSaid&) {},
          [&](const action::AgentSaid& a) {
            spending_.heard(a.text);
            // Cut, it is the caller's turn already, and what they say is about to be asked.
            if (!a.cut && state_.line.phase == LineState::Phase::up)
              services_.llm.read_ahead(
                  [&] { return messages_of(*agent_, prompt_of(state_, state_.flow), told(state_, state_.flow)); });
          },
          [&](const action::TurnTook&) {},
          [&](const action::TurnMeant&) {},
      },
      action.what);
}

void Call::ask(const action::Ask& ask) {
  const Settings& s = agent_->settings;
  const Generation g = ask.generation;
  if (thinking_) stop_thinking(thinking_for_);
  if (ask.script) return recite(g, *ask.script);
  llm::Request request = request_of(*agent_, ask);
  request.first_token = Deadline::in(services_.loop.now(), s.mind_patience);
  request.deadline = Deadline::in(services_.loop.now(), s.longest_turn);
  thinking_for_ = g;
  spending_.asked(g, request);
  llm::Sink sink;
  sink.token = [this, g](std::string_view text) {
    spending_.token(g, text);
    dispatch(event::Token{g, std::string(text)});
  };
  sink.tool_call = [this, g, n = 0](llm::ToolCall call) mutable { dispatch(tool_asked(g, n++, call)); };
  sink.asked = [this, g](std::string_view service) { spending_.asked_of(g, service); };
  sink.done = [this, g](Result<llm::Answer> answer) {
    spending_.answered(g, answer ? answer->usage : llm::Usage());
    tell_cost();
    if (answer)
      dispatch(event::MindDone{g, answer->finish});
    else
      dispatch(event::MindFailed{g, answer.error().what});
  };
  thinking_ = services_.llm.chat(std::move(request), std::move(sink));
}

// Beside the call: nobody waits for it.
void Call::summarize(const action::Summarize& wanted) {
  llm::Request request;
  request.messages = dialog::summary_request(wanted.before, wanted.since);
  request.max_tokens = dialog::kSummaryTokens;
  request.temperature = 0;
  request.first_token = request.deadline = Deadline::in(services_.loop.now(), kSummaryPatience);
  spending_.asked(kSummary, request);
  spending_.released(kSummary);
  const auto text = std::make_shared<std::string>();
  llm::Sink sink;
  sink.token = [this, text](std::string_view more) {
    spending_.token(kSummary, more);
    *text += more;
  };
  sink.tool_call = [](llm::ToolCall) {};
  sink.asked = [this](std::string_view service) { spending_.asked_of(kSummary, service); };
  sink.done = [this, text, upto = wanted.upto](Result<llm::Answer> answer) {
    spending_.answered(kSummary, answer ? answer->usage : llm::Usage());
    if (!answer) log::warn(start_.call_id, "summary_failed", {{"error", answer.error().what}});
    tell_cost();
    dispatch(event::Summarized{upto, answer ? dialog::summary_in(*text) : ""});
  };
  llm::Client& model = services_.summarizer ? *services_.summarizer : services_.llm;
  summarizing_ = model.chat(std::move(request), std::move(sink));
}

void Call::recite(Generation generation, const action::Script& script) {
  if (!script.say.empty()) queue_.push_back(event::Token{generation, script.say});
  int n = 0;
  for (const auto& call : script.calls) queue_.push_back(tool_asked(generation, n++, call));
  queue_.push_back(event::MindDone{generation, "stop"});
}

void Call::call_tool(const action::CallTool& call) {
  const auto& known = agent_->settings.tools;
  const auto tool = std::ranges::find(known, call.tool, &ToolSettings::name);
  if (tool != known.end() && tool->builtin == Builtin::collect) {
    const auto wanted = read_builtin(Builtin::collect, call.arguments);
    if (wanted) queue_.push_back(event::Expecting{wanted->expects});
    queue_.push_back(event::ToolReturned{call.id, wanted.ok(), wanted ? "Noted." : wanted.error().what});
    return;
  }
  if (!services_.toolbox) {
    queue_.push_back(event::ToolReturned{call.id, false, "This tool is not available."});
    return;
  }
  running_tools_[call.id] = services_.toolbox->call(
      start_.call_id, call.tool, call.arguments,
      [this, id = call.id](tools::Told told) {
        running_tools_.erase(id);
        dispatch(event::ToolReturned{id, told.ok, std::move(told.text)});
      },
      [this, id = call.id](std::string text) { dispatch(event::ToolProgress{id, std::move(text)}); });
}

// One at a time: what was asked before is about words that are no longer the last.
void Call::score_words(const action::ScoreWords& score) {
  const auto tell = [this, utterance = score.utterance, upto = score.upto](Result<float> p) {
    const int permille = p ? std::clamp(static_cast<int>(std::lround(*p * 1000)), 0, 1000) : -1;
    dispatch(event::WordsScored{utterance, upto, permille});
  };
  if (!services_.word_scorer) {
    queue_.push_back(event::WordsScored{score.utterance, score.upto, -1});
    return;
  }
  scoring_words_ =
      services_.word_scorer->score(score.text, Deadline::in(services_.loop.now(), Ears::kScorePatience), tell);
}

void Call::stop_thinking(Generation generation) {
  if (generation != thinking_for_) return;
  spending_.stopped(generation);
  thinking_.reset();
}

// ---- what is seen

void Call::count(const Action& action) {
  auto& m = services_.metrics;
  std::visit(Overloaded{
                 [&](const action::TurnTook& t) {
                   m.turns.add();
                   m.v2v.observe(Duration(t.v2v_us));
                   m.hear.observe(Duration(t.hear_us));
                   m.transcribe.observe(Duration(t.transcribe_us));
                   m.decide.observe(Duration(t.decide_us));
                   m.think.observe(Duration(t.think_us));
                   m.clause.observe(Duration(t.clause_us));
                   m.voice.observe(Duration(t.voice_us));
                   m.wait.observe(Duration(t.wait_us));
                   m.send.observe(Duration(t.send_us));
                   log::info(start_.call_id, "turn",
                             {{"turn", t.turn},
                              {"v2v_ms", Duration(t.v2v_us)},
                              {"hear_ms", Duration(t.hear_us)},
                              {"transcribe_ms", Duration(t.transcribe_us)},
                              {"decide_ms", Duration(t.decide_us)},
                              {"think_ms", Duration(t.think_us)},
                              {"clause_ms", Duration(t.clause_us)},
                              {"voice_ms", Duration(t.voice_us)},
                              {"wait_ms", Duration(t.wait_us)},
                              {"send_ms", Duration(t.send_us)},
                              {"why", action.why}});
                 },
                 [&](const action::TurnMeant& t) { m.meant.observe(Duration(t.v2v_us)); },
                 [&](const action::Ask& a) {
                   if (!a.speculative) return;
                   m.speculations.add();
                   speculated_ = a.generation;
                 },
                 [&](const action::Release& a) {
                   if (a.generation == speculated_) speculated_ = 0;
                 },
                 [&](const action::Abandon& a) {
                   if (a.generation != speculated_) return;
                   m.speculations_wasted.add();
                   speculated_ = 0;
                 },
                 [&](const action::ScoreTurn&) { m.turn_scores.add(services_.detector ? 1 : 0); },
                 [&](const action::ScoreWords&) { m.word_scores.add(services_.word_scorer ? 1 : 0); },
                 [&](const action::Hold&) {
                   m.holds.add();
                   held_at_ = now();
                 },
                 [&](const action::Resume&) {
                   m.resumes.add();
                   m.hold.observe(now() - held_at_);
                 },
                 [&](const action::Flush&) { m.interruptions.add(); },
                 [&](const action::CallTool&) { m.tool_calls.add(); },
                 [&](const action::CancelTool&) { m.tool_cancels.add(); },
                 [&](const action::CallerSaid& a) {
                   if (a.final) log::debug(start_.call_id, "caller_said", {{"text", a.text}});
                 },
                 [&](const action::AgentSaid& a) {
                   log::debug(start_.call_id, "agent_said", {{"text", a.text}, {"cut", a.cut}});
                   if (a.generation == 1 && a.since_us > 0 && !agent_->settings.greeting.empty())
                     m.greeting.observe(Duration(a.since_us));
                 },
                 [&](const action::HangUp&) {
                   if (state_.line.last_sound + agent_->settings.vanished <= now()) m.vanished.add();
                 },
                 [](const auto&) {},
             },
             action.what);
}

void Call::publish(const Action& action) {
  if (auto* speak = std::get_if<action::Speak>(&action.what)) {
    // A speculated clause is told only once it will be heard.
    if (speak->generation == speculated_)
      unheard_clauses_.push_back(speak->text);
    else
      publish_clause(speak->generation, speak->text);
  } else if (auto* release = std::get_if<action::Release>(&action.what)) {
    for (const auto& text : std::exchange(unheard_clauses_, {})) publish_clause(release->generation, text);
  } else if (std::holds_alternative<action::Abandon>(action.what)) {
    unheard_clauses_.clear();
  }
  if (!watched()) return;
  if (std::string json = publish_action(action, now(), node()); !json.empty())
    services_.observers->tell(start_.stream_id, std::move(json));
}

// Where in its flow the call is; empty: there is none.
std::string_view Call::node() const {
  const Flow& flow = state_.settings.flow;
  return flow.exists() ? flow.nodes[std::min(state_.flow.node, flow.nodes.size() - 1)].name : std::string_view();
}

void Call::publish_clause(Generation generation, const std::string& text) {
  if (watched()) tell(call::publish_clause(generation, text, now(), node()));
}

void Call::tell(std::string json) {
  if (services_.observers) services_.observers->tell(start_.stream_id, std::move(json));
}

}  // namespace offhook::call
