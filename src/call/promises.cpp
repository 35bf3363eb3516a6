#include "call/promises.hpp"

#include <algorithm>
#include <sstream>

#include "call/machines.hpp"

namespace offhook::call {
namespace {

constexpr int kMostTicks = 4;  // at one moment: a late tick may have several things to do, one after the other

std::vector<std::string> split(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> words;
  for (std::string w; in >> w;) words.push_back(w);
  return words;
}

std::size_t bytes_of(const std::vector<std::string>& words, std::size_t n) {  // joined by one space
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < n; ++i) bytes += words[i].size() + (i > 0);
  return bytes;
}

bool way_exists(const Flow& flow, const std::string& from, const std::string& to) {
  if (from.empty()) return flow.exists() && to == flow.nodes.front().name;
  const auto leads = [&](const FlowWay& way) { return way.to == to; };
  if (std::ranges::any_of(flow.anywhere, leads)) return true;
  const auto node = std::ranges::find(flow.nodes, from, &FlowNode::name);
  return node != flow.nodes.end() && (node->unclear == to || std::ranges::any_of(node->next, leads));
}

}  // namespace

void Promises::expect(bool kept, const std::string& what) {
  if (kept || broken_.size() >= 10) return;
  broken_.push_back(std::to_string(to_ms(now_.time_since_epoch()) / 1000) + " s: " + what);
}

void Promises::saw(Time now, const Event& event, const Actions& actions, const State& state) {
  now_ = now;
  expect(!ended_ || actions.empty(), "an action after the end");
  if (ended_) return;
  before(event);
  settings_ = &state.settings;
  for (const auto& action : actions) act(action);
  check_flow(actions, state);
  if (std::exchange(called_, false))
    expect(replies_.count(newest_) && replies_[newest_].released,
           "a tool that has an effect runs before its reply is committed");
  check_heard(event, state);
  check_context(state);
  if (get<event::Tick>(event)) {
    ticks_ = ticked_ == now ? ticks_ + 1 : 1;
    ticked_ = now;
    expect(ticks_ < kMostTicks || next_deadline(state) > now, "a deadline that ticks do not clear");
  }
  if (ended(state)) check_end(state);
  ended_ = ended(state);
}

void Promises::before(const Event& event) {
  over_.reset();
  Generation g = get<event::HungUp>(event) ? newest_ : 0;
  if (auto* f = get<event::Flushed>(event)) g = f->generation;
  if (auto* d = get<event::Drained>(event)) g = d->generation;
  if (auto it = replies_.find(g); it != replies_.end() && !it->second.dead) {
    over_ = g;
    it->second.dead = get<event::Drained>(event) != nullptr;  // a reply may follow it in this very step
  }
  if (auto* s = get<event::Summarized>(event); s && summarizing_ == s->upto) summarizing_.reset();
  if (auto* m = get<event::MindDone>(event))
    if (auto it = replies_.find(m->generation); it != replies_.end()) it->second.thinking = false;
  if (auto* m = get<event::MindFailed>(event))
    if (auto it = replies_.find(m->generation); it != replies_.end()) it->second.thinking = false;
  auto clause = [&](Generation g, int number) -> Clause* {
    const auto it = replies_.find(g);
    const bool there =
        it != replies_.end() && number >= 0 && static_cast<std::size_t>(number) < it->second.clauses.size();
    return there ? &it->second.clauses[static_cast<std::size_t>(number)] : nullptr;
  };
  if (auto* e = get<event::ClauseBegun>(event))
    if (Clause* c = clause(e->generation, e->clause)) c->begun = true;
  if (auto* e = get<event::ClauseSaid>(event))
    if (Clause* c = clause(e->generation, e->clause); c && e->bytes > 0)
      c->said.push_back({static_cast<std::size_t>(e->bytes), e->upto});
  if (auto* e = get<event::ClauseReady>(event))
    if (Clause* c = clause(e->generation, e->clause)) {
      c->samples = e->samples;
      c->broken = !e->why.empty();
    }
  if (auto* t = get<event::ToolReturned>(event))
    if (auto it = tools_.find(t->id); it != tools_.end()) it->second = Tool::returned;
}

Promises::Reply* Promises::reply(Generation g, const char* what) {
  const auto it = replies_.find(g);
  const bool fine = it != replies_.end() && g == newest_ && !it->second.dead && !it->second.flushed;
  expect(fine, std::string(what) + " of generation " + std::to_string(g) + ", which is not the one alive");
  return fine ? &it->second : nullptr;
}

void Promises::act(const Action& a) {
  const bool quiet =
      std::holds_alternative<action::StopListening>(a.what) || std::holds_alternative<action::Abandon>(a.what) ||
      std::holds_alternative<action::Flush>(a.what) || std::holds_alternative<action::AgentSaid>(a.what) ||
      std::holds_alternative<action::StopThinking>(a.what) || std::holds_alternative<action::TurnTook>(a.what) ||
      std::holds_alternative<action::CancelTool>(a.what);
  expect(!hung_up_ || quiet, "after hanging up, action " + std::to_string(a.what.index()) + ": " + a.why);
  expect(!a.why.empty(), "an action without a reason");
  auto begin = [&](Generation g) -> Reply& {
    if (auto it = replies_.find(newest_); it != replies_.end())
      expect(it->second.dead, "a reply began while another was alive");
    expect(g == newest_ + 1, "generations do not count up");
    newest_ = std::max(newest_, g);
    return replies_[g];
  };
  if (auto* x = std::get_if<action::Listen>(&a.what)) {
    expect(listening_ == 0, "Listen while listening");
    expect(x->utterance > utterances_, "an utterance for the second time");
    expect(x->from >= 0, "Listen from before the beginning");
    listening_ = utterances_ = x->utterance;
  } else if (auto* x = std::get_if<action::Transcribe>(&a.what)) {
    expect(listening_ == x->utterance, "Transcribe of what is not listened to");
  } else if (auto* x = std::get_if<action::ScoreTurn>(&a.what)) {
    expect(listening_ == x->utterance, "ScoreTurn of what is not listened to");
  } else if (auto* x = std::get_if<action::ScoreWords>(&a.what)) {
    expect(listening_ == x->utterance, "ScoreWords of what is not listened to");
  } else if (auto* x = std::get_if<action::StopListening>(&a.what)) {
    expect(listening_ == x->utterance, "StopListening without Listen");
    listening_ = 0;
  } else if (auto* x = std::get_if<action::Ask>(&a.what)) {
    begin(x->generation).thinking = true;
    if (!x->speculative) check_results(x->context);
  } else if (auto* x = std::get_if<action::Summarize>(&a.what)) {
    expect(!summarizing_, "Summarize while another summary is made");
    summarizing_ = x->upto;
    check_results(x->since);
  } else if (auto* x = std::get_if<action::StopThinking>(&a.what)) {
    if (auto* r = reply(x->generation, "StopThinking")) r->thinking = false;
  } else if (auto* x = std::get_if<action::Abandon>(&a.what)) {
    const auto it = replies_.find(x->generation);
    expect(it != replies_.end() && !it->second.dead, "Abandon of what is not alive");
    if (it == replies_.end()) return;
    it->second.thinking = it->second.held = false;
    it->second.dead = true;
  } else if (auto* x = std::get_if<action::Speak>(&a.what)) {
    if (!replies_.count(x->generation)) begin(x->generation);
    if (auto* r = reply(x->generation, "Speak")) {
      expect(x->clause == static_cast<int>(r->clauses.size()), "a clause out of order");
      expect(r->released || x->clause == 0, "more than the first clause before the commit");
      expect(!x->text.empty(), "a clause without text");
      r->clauses.emplace_back().text = x->text;
    }
  } else if (auto* x = std::get_if<action::Dial>(&a.what)) {
    if (!replies_.count(x->generation)) begin(x->generation);
    if (auto* r = reply(x->generation, "Dial")) {
      expect(x->clause == static_cast<int>(r->clauses.size()), "a clause out of order");
      expect(r->released, "keys are pressed before the commit");
      r->clauses.emplace_back().tones = true;
    }
  } else if (auto* x = std::get_if<action::Release>(&a.what)) {
    if (auto* r = reply(x->generation, "Release")) {
      expect(!r->released, "released twice");
      r->released = true;
    }
  } else if (auto* x = std::get_if<action::Close>(&a.what)) {
    if (auto* r = reply(x->generation, "Close")) {
      expect(r->released, "closed but not released");
      expect(x->clauses == static_cast<int>(r->clauses.size()), "Close counts other clauses than were ordered");
      r->closed = x->clauses;
    }
  } else if (auto* x = std::get_if<action::Hold>(&a.what)) {
    if (auto* r = reply(x->generation, "Hold")) {
      expect(!r->held, "held twice");
      r->held = true;
    }
  } else if (auto* x = std::get_if<action::Resume>(&a.what)) {
    if (auto* r = reply(x->generation, "Resume")) {
      expect(r->held && r->released, "Resume of what is not held");
      r->held = false;
    }
  } else if (auto* x = std::get_if<action::Flush>(&a.what)) {
    if (auto* r = reply(x->generation, "Flush")) {
      expect(r->released, "Flush of what is not released");
      r->flushed = true;
      r->held = false;
    }
  } else if (auto* x = std::get_if<action::CallTool>(&a.what)) {
    expect(!tools_.count(x->id), "tool call " + x->id + " runs twice");
    tools_[x->id] = Tool::running;
    const auto& tools = settings_->tools;
    const auto tool = std::ranges::find(tools, x->tool, &ToolSettings::name);
    expect(tool != tools.end(), "a tool is called that there is not");
    if (tool == tools.end() || tool->effect == Effect::none) return;
    called_ = true;
    expect(called_so_.insert(x->tool + " " + x->arguments).second || tool->builtin != Builtin::none,
           "a tool with an effect is called twice for one turn with the same arguments");
  } else if (std::holds_alternative<action::CallerSaid>(a.what)) {
    if (std::get<action::CallerSaid>(a.what).final) called_so_.clear();
  } else if (auto* x = std::get_if<action::Enter>(&a.what)) {
    expect(way_exists(settings_->flow, node_, x->node), "from \"" + node_ + "\" no way leads to \"" + x->node + "\"");
    node_ = x->node;
  } else if (auto* x = std::get_if<action::CancelTool>(&a.what)) {
    const auto it = tools_.find(x->id);
    expect(it != tools_.end() && it->second == Tool::running, "CancelTool of " + x->id + ", which does not run");
    if (it != tools_.end()) it->second = Tool::returned;
  } else if (std::holds_alternative<action::HangUp>(a.what)) {
    expect(!hung_up_, "hung up twice");
    hung_up_ = true;
  } else if (auto* x = std::get_if<action::TurnTook>(&a.what)) {
    expect(turns_.insert(x->turn).second, "a turn's waterfall twice");
    std::int64_t sum = 0;
    for (const auto part :
         {x->hear_us, x->transcribe_us, x->decide_us, x->think_us, x->clause_us, x->voice_us, x->wait_us, x->send_us}) {
      expect(part >= 0, "a part of the waterfall is negative");
      sum += part;
    }
    expect(sum == x->v2v_us, "the waterfall's parts do not add up");
  }
}

void Promises::check_flow(const Actions& actions, const State& state) {
  const Flow& flow = state.settings.flow;
  if (!flow.exists() || node_.empty()) return;
  expect(flow.nodes[state.flow.node].name == node_, "the flow is elsewhere than the last Enter");
  for (const auto& a : actions)
    if (std::get_if<action::Release>(&a.what) && state.reply.kind == call::Reply::Kind::answer)
      expect(state.reply.node == state.flow.node || state.flow.entering, "an answer of another node is released");
}

// The item that this event has appended, against what the mouth played.
void Promises::check_heard(const Event& event, const State& state) {
  if (!over_) return;
  Reply& r = replies_[*over_];
  std::optional<Sample> heard;  // none: all of it
  if (auto* f = get<event::Flushed>(event)) heard = f->heard;
  if (auto* h = get<event::HungUp>(event)) heard = h->heard;
  std::string text;
  for (std::size_t i = items_; i < state.task.context.size(); ++i)
    if (state.task.context[i]->kind == dialog::Item::Kind::agent) text = state.task.context[i]->text;
  if (!r.released) return expect(text.empty(), "words of a reply that was never released: " + text);
  r.dead = true;
  r.held = false;
  // Walk along the clauses for as long as they were played.
  std::vector<std::string> rest = split(text);
  Sample left = heard.value_or(0);
  for (const auto& clause : r.clauses) {
    if (clause.samples < 0 && !clause.begun) break;
    if (clause.samples == 0) continue;
    const auto words = split(clause.text);
    const bool known = clause.samples > 0 && !clause.broken;
    const bool whole = known && (!heard || left >= clause.samples);
    if (!heard && clause.broken) left = clause.samples;
    std::size_t n = 0;
    while (n < words.size() && n < rest.size() && rest[n] == words[n]) ++n;
    // Of a clause of which a share was played, the words that end within the same share of its text.
    // Where the voice has told, what it told; where the length is not known, by its pace so far.
    auto played = [&](std::size_t words_n) {
      if (!clause.said.empty())
        return std::any_of(clause.said.begin(), clause.said.end(), [&](const Clause::Said& s) {
          return s.upto <= left && s.bytes >= bytes_of(words, words_n);
        });
      if (!known) {  // its last word is not known to be over
        const double bytes = static_cast<double>(left) / state.reply.pace;
        return static_cast<double>(bytes_of(words, words_n)) <= bytes && words_n < words.size();
      }
      return static_cast<std::int64_t>(bytes_of(words, words_n)) * clause.samples <=
             left * static_cast<std::int64_t>(clause.text.size());
    };
    if (whole) {
      if (n < words.size())
        return expect(false, "heard, but not in the context: \"" + clause.text + "\" of \"" + text + "\"");
    } else {
      // The next clause may begin with the words that this one would have gone on with; what is left is checked there.
      while (n > 0 && !played(n)) --n;
      expect(n == words.size() || !played(n + 1) || bytes_of(words, n + 1) == clause.text.size(),
             "heard in part, but less stands in the context: \"" + text + "\"");
    }
    rest.erase(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(n));
    if (clause.samples < 0) break;
    left -= clause.samples;
    if (heard && left <= 0) break;
  }
  expect(rest.empty(), "in the context, but never played: \"" + text + "\"");
}

void Promises::check_context(const State& state) {
  const auto& context = state.task.context;
  for (; items_ < context.size(); ++items_) {
    const auto& item = *context[items_];
    for (const auto& call : item.calls) ++calls_[call.id];
    if (item.kind != dialog::Item::Kind::tool_result) continue;
    expect(++results_[item.call_id] == 1, "two results of " + item.call_id);
    const auto it = tools_.find(item.call_id);
    if (it != tools_.end() && item.text != dialog::still_running)
      expect(it->second == Tool::returned, "a result of a tool that still runs");
  }
}

// What the model is asked with: each call has one result.
void Promises::check_results(const dialog::Context& context) {
  std::map<std::string, int> results;
  for (const auto& item : context)
    if (item->kind == dialog::Item::Kind::tool_result) ++results[item->call_id];
  for (const auto& item : context)
    for (const auto& call : item->calls)
      expect(results[call.id] == 1, "asked with " + std::to_string(results[call.id]) + " results of " + call.id);
}

void Promises::check_end(const State& state) {
  expect(listening_ == 0, "the call ended listening");
  for (const auto& [g, r] : replies_) {
    expect(!r.thinking, "the call ended thinking of " + std::to_string(g));
    expect(!r.held, "the call ended holding " + std::to_string(g));
  }
  for (const auto& [id, tool] : tools_) {
    expect(tool == Tool::returned, "the call ended with tool " + id + " running");
    expect(results_.count(id) == calls_.count(id), "tool " + id + " has no result in the context");
  }
  for (const auto& [id, n] : results_) expect(calls_[id] == 1, "the result of " + id + " has no call in the context");
  for (const auto& [id, n] : calls_) expect(results_[id] == 1, "the call " + id + " has no result in the context");
  expect(state.task.running.empty() && !state.floor.turn && !state.reply.exists(),
         "the call ended with something left");
  expect(next_deadline(state) == Time::max(), "the call ended with a deadline");
}

}  // namespace offhook::call
