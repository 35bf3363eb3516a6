#include "call/rehearsal.hpp"

#include <algorithm>
#include <cstdio>
#include <tuple>

#include "base/log.hpp"
#include "call/machines.hpp"

namespace offhook::call {
namespace {

constexpr Sample kRate = 8000;
Sample samples(Duration d) {
  return d.count() * kRate / 1'000'000;
}
Duration span(Sample s) {
  return Duration(s * 1'000'000 / kRate);
}

std::string last_words(const dialog::Context& context) {
  for (auto it = context.rbegin(); it != context.rend(); ++it)
    if ((*it)->kind == dialog::Item::Kind::caller) return (*it)->text;
  return "";
}

Rehearsal::Answer recited(const action::Ask& ask) {
  Rehearsal::Answer answer;
  answer.first = answer.all = 0ms;
  if (!ask.script->say.empty()) answer.tokens = {ask.script->say};
  answer.calls = ask.script->calls;
  int n = 0;
  for (auto& call : answer.calls) call.id = std::to_string(ask.generation) + "/" + std::to_string(n++);
  return answer;
}

}  // namespace

void Rehearsal::at(Duration when, Event event) {
  queue_.insert({Time{} + when, ++order_, std::move(event), {}});
}

void Rehearsal::note(const std::string& what) {
  char text[160];
  std::snprintf(text, sizeof text, "%.3f %s", to_ms(now_.time_since_epoch()) / 1000, what.c_str());
  timeline_.push_back(text);
}

std::string Rehearsal::timeline_text() const {
  std::string text;
  for (const auto& line : timeline_) text += line + "\n";
  return text;
}

double Rehearsal::when(const std::string& what, int nth) const {
  for (const auto& line : timeline_) {
    const auto space = line.find(' ');
    if (line.compare(space + 1, what.size(), what) == 0 && nth-- == 0) return std::stod(line.substr(0, space));
  }
  return -1;
}

int Rehearsal::count(const std::string& what) const {
  int n = 0;
  while (when(what, n) >= 0) ++n;
  return n;
}

std::string Rehearsal::context() const {
  std::string text;
  for (const auto& item : state_.task.context) {
    if (!text.empty()) text += " | ";
    switch (item->kind) {
      case dialog::Item::Kind::caller: text += "caller: "; break;
      case dialog::Item::Kind::agent: text += "agent: "; break;
      case dialog::Item::Kind::tool_result: text += "tool: "; break;
      case dialog::Item::Kind::note: text += "note: "; break;
    }
    text += item->text;
    if (item->cut) text += "/";
  }
  return text;
}

void Rehearsal::run(Duration until) {
  const Time end = Time{} + until;
  if (events_.empty()) feed(event::Answered{});
  while (true) {
    const Time queued = queue_.empty() ? Time::max() : queue_.begin()->at;
    const Time due = next_deadline(state_);
    const Time tick = due == Time::max() ? due : std::max(due + delays.tick, now_);
    const Time window = next_window_ <= Time{} + sound_stops ? next_window_ : Time::max();
    const Time next = std::min({queued, tick, window});
    if (next > end || ended(state_)) break;
    now_ = std::max(now_, next);
    if (next == queued) {
      const auto it = queue_.begin();
      const Scheduled s = *it;
      queue_.erase(it);
      if (s.run)
        s.run();
      else
        feed(s.event);
    } else if (next == window) {
      windows(now_);
    } else {
      feed(event::Tick{});
      if (!promises_.broken().empty()) break;  // it may spin
    }
  }
  if (!ended(state_)) now_ = std::max(now_, end);
  for (; reported_ < promises_.broken().size(); ++reported_) {
    const std::string what = promises_.broken()[reported_] + "\n" + timeline_text() + context();
    if (!broken_promise) log::fatal("broken_promise", {{"what", what}});
    broken_promise(what);
  }
}

void Rehearsal::windows(Time until) {
  while (next_window_ <= until) {
    const Duration end = next_window_.time_since_epoch(), middle = end - 16ms;
    event::Window w{5, 80, samples(end)};
    for (const auto& s : speech)
      if (middle >= s.from && middle < s.to) w.speech = s.probability, w.level = s.level, w.echo = s.echo;
    next_window_ += 32ms;
    if (std::none_of(gaps.begin(), gaps.end(), [&](const Gap& g) { return end >= g.from && end < g.to; })) feed(w);
  }
}

// What a recogniser would have made of the turn: the texts of all stretches of speech in it; of one under way, its
// share.
std::string Rehearsal::words(Utterance utterance, Sample upto) const {
  const auto from = heard_from_.find(utterance);
  if (from == heard_from_.end()) return "";
  std::string text;
  for (const auto& s : speech) {
    if (samples(s.to) <= from->second || samples(s.from) >= upto) continue;
    std::string part = s.text;
    if (upto + samples(40ms) < samples(s.to)) {
      auto bytes = part.size() * static_cast<std::size_t>(upto - samples(s.from)) /
                   static_cast<std::size_t>(samples(s.to - s.from));
      while (bytes > 0 && bytes < part.size() && part[bytes] != ' ') --bytes;
      part.resize(std::min(bytes, part.size()));
    }
    if (part.empty()) continue;
    if (!text.empty()) text += ' ';
    text += part;
  }
  return text;
}

void Rehearsal::feed(const Event& event) {
  first_.push_back(event);
  if (feeding_) return;
  feeding_ = true;
  while (!first_.empty()) {
    Event e = first_.front();
    first_.pop_front();
    settle();
    if (auto* h = std::get_if<event::HungUp>(&e); h && !mouth_.over) h->heard = mouth_.played;
    events_.emplace_back(now_, e);
    const Actions actions = step(state_, e, now_);
    promises_.saw(now_, e, actions, state_);
    for (const auto& action : actions) {
      log_.emplace_back(now_, action);
      perform(action);
    }
    watch();
  }
  feeding_ = false;
}

void Rehearsal::perform(const Action& a) {
  if (auto* x = std::get_if<action::Listen>(&a.what)) {
    heard_from_[x->utterance] = state_.floor.turn ? state_.floor.turn->start : x->from;
    if (delays.streaming_stt)
      for (const auto& s : speech)
        if (Time{} + s.to > now_) {
          const auto u = x->utterance;
          const Sample upto = samples(s.to);
          queue_.insert({Time{} + s.to + delays.stt, ++order_, event::Tick{}, [this, u, upto] {
                           if (state_.floor.turn && state_.floor.turn->utterance == u)
                             feed(event::Transcript{u, upto, words(u, upto)});
                         }});
        }
    if (delays.partial_every > 0ms)
      for (Duration d = delays.partial_every; d < 10s; d += delays.partial_every) {
        const auto u = x->utterance;
        const Sample upto = samples((now_ + d).time_since_epoch());
        later(d + delays.stt, [this, u, upto] {
          if (state_.floor.turn && state_.floor.turn->utterance == u && !state_.floor.turn->paused)
            feed(event::Partial{u, words(u, upto), delays.partial_stable ? 1000 : 0});
        });
      }
  } else if (auto* x = std::get_if<action::Transcribe>(&a.what)) {
    if (delays.stt_never) return;
    if (delays.stt_fails)
      later(delays.stt, event::TranscriptFailed{x->utterance, x->upto, "it broke"});
    else if (!delays.streaming_stt)
      later(delays.stt, event::Transcript{x->utterance, x->upto, words(x->utterance, x->upto)});
  } else if (auto* x = std::get_if<action::ScoreTurn>(&a.what)) {
    if (!delays.score_never) later(delays.score, event::TurnScored{x->utterance, x->upto, delays.permille});
  } else if (auto* x = std::get_if<action::ScoreWords>(&a.what)) {
    const auto known = delays.word_permille.find(x->text);
    if (!delays.word_score_never)
      later(delays.score,
            event::WordsScored{x->utterance, x->upto, known == delays.word_permille.end() ? -1 : known->second});
  } else if (auto* x = std::get_if<action::Ask>(&a.what)) {
    note(x->speculative ? "speculating" : "thinking");
    Answer answer;
    if (x->script)
      answer = recited(*x);
    else if (mind)
      answer = mind(*x);
    else if (think)
      answer = think(last_words(x->context), asked_);
    else if (!answers.empty()) {
      answer = answers.front();
      if (!x->speculative || answers.size() > 1) answers.pop_front();
    }
    if (!x->script) ++asked_;
    const Generation g = x->generation;
    if (answer.sound > 0ms) sound_[g] = answer.sound;
    auto alive = [this, g] { return !abandoned_.count(g) && !stopped_.count(g); };
    const auto n = static_cast<int>(answer.tokens.size());
    const Duration all = answer.all < 0ms ? answer.first : answer.all;
    for (int i = 0; i < n; ++i) {
      const Duration when = answer.first + (n > 1 ? (all - answer.first) * i / (n - 1) : 0ms);
      later(when, [this, g, alive, text = answer.tokens[static_cast<std::size_t>(i)]] {
        if (alive()) feed(event::Token{g, text});
      });
    }
    if (answer.all >= 0ms)
      later(answer.all, [this, g, alive, answer] {
        for (const auto& call : answer.calls)
          if (alive()) feed(event::ToolAsked{g, call.id, call.name, call.arguments});
        if (!alive()) return;
        if (answer.failure.empty())
          feed(event::MindDone{g, answer.finish});
        else
          feed(event::MindFailed{g, answer.failure});
      });
  } else if (auto* x = std::get_if<action::Summarize>(&a.what)) {
    note("summarizing");
    const std::string text =
        "In short, of " + std::to_string(x->since.size()) + (x->before.empty() ? "." : ", behind: " + x->before);
    later(delays.summary, event::Summarized{x->upto, delays.summary_fails ? "" : text});
  } else if (auto* x = std::get_if<action::StopThinking>(&a.what)) {
    stopped_.insert(x->generation);
  } else if (auto* x = std::get_if<action::Abandon>(&a.what)) {
    abandoned_.insert(x->generation);
    if (mouth_.generation == x->generation) mouth_.over = true;
  } else if (auto* x = std::get_if<action::Speak>(&a.what)) {
    speak(x->generation, x->clause, x->text.size());
  } else if (auto* x = std::get_if<action::Dial>(&a.what)) {
    note("dials " + x->digits);
    speak(x->generation, x->clause, x->digits.size());
  } else if (auto* x = std::get_if<action::Release>(&a.what)) {
    if (mouth_.generation != x->generation) {
      mouth_ = Playout{};
      mouth_.generation = x->generation;
      mouth_.over = false;
    }
    mouth_.released = true;
    mouth_.since = now_;
  } else if (auto* x = std::get_if<action::Close>(&a.what)) {
    if (mouth_.generation == x->generation) mouth_.closed = x->clauses;
  } else if (auto* x = std::get_if<action::Hold>(&a.what)) {
    note("hold");
    if (mouth_.generation == x->generation) mouth_.held = true;
  } else if (auto* x = std::get_if<action::Resume>(&a.what)) {
    note("resume");
    if (mouth_.generation == x->generation) mouth_.held = false, mouth_.since = now_;
  } else if (auto* x = std::get_if<action::Flush>(&a.what)) {
    char text[64];
    std::snprintf(text, sizeof text, "cut %.2f s", to_ms(span(mouth_.played)) / 1000);
    note(text);
    mouth_.over = true;
    first_.push_front(event::Flushed{x->generation, mouth_.played});
  } else if (auto* x = std::get_if<action::CallTool>(&a.what)) {
    note("tool " + x->tool);
    const Tool tool = use ? use(*x) : tools.count(x->id) ? tools[x->id] : Tool{};
    if (!tool.never) later(tool.after, event::ToolReturned{x->id, tool.ok, tool.result});
  } else if (std::holds_alternative<action::CancelTool>(a.what)) {
    note("tool cancelled");
  } else if (std::holds_alternative<action::HangUp>(a.what)) {
    note("hang up");
    if (edge_answers) later(10ms, event::HungUp{"we hung up", 0});
  }
}

void Rehearsal::speak(Generation generation, int clause, std::size_t bytes) {
  if (mouth_.generation != generation) {
    mouth_ = Playout{};
    mouth_.generation = generation;
    mouth_.over = false;
  }
  Sample length = samples(Duration(60ms) * static_cast<int>(bytes));
  if (auto s = sound_.find(generation); s != sound_.end()) length = clause == 0 ? samples(s->second) : 80;
  if (delays.tts_fails) length = 0;
  const auto e = event::ClauseReady{generation, clause, length, delays.tts_fails ? "no voice" : ""};
  if (!delays.tts_never)
    later(delays.tts, [this, e] {
      if (mouth_.generation != e.generation || mouth_.over) return;
      settle();
      mouth_.ready[e.clause] = e.samples;
      if (!delays.tts_streams || e.samples == 0) return feed(e);
      feed(event::ClauseBegun{e.generation, e.clause});
      later(span(e.samples) / 5, [this, e] {
        if (mouth_.generation == e.generation && !mouth_.over) feed(e);
      });
    });
}

Sample Rehearsal::available() const {
  Sample sum = 0;
  for (int i = 0; mouth_.ready.count(i); ++i) sum += mouth_.ready.at(i);
  return sum;
}

void Rehearsal::settle() {
  if (mouth_.over || !mouth_.released || mouth_.held || mouth_.played >= available()) {
    mouth_.since = now_;
    return;
  }
  const Sample played = std::min(available() - mouth_.played, samples(now_ - mouth_.since));
  mouth_.played += played;
  mouth_.since += span(played);  // what is less than a sample is not lost
}

void Rehearsal::watch() {
  if (mouth_.over || !mouth_.released || mouth_.held) return;
  const bool all_ready = mouth_.closed >= 0 && static_cast<int>(mouth_.ready.size()) >= mouth_.closed;
  if (!mouth_.audible && available() > 0) return later(0ms, [this] { playout_moment(); });
  if (all_ready) later(std::max(Duration::zero(), span(available() - mouth_.played)), [this] { playout_moment(); });
}

void Rehearsal::playout_moment() {
  settle();
  if (mouth_.over || !mouth_.released || mouth_.held) return;
  if (!mouth_.audible && available() > 0) {
    mouth_.audible = true;
    note("speaking");
    return feed(event::Audible{mouth_.generation});
  }
  const bool all_ready = mouth_.closed >= 0 && static_cast<int>(mouth_.ready.size()) >= mouth_.closed;
  if (all_ready && mouth_.played >= available()) {
    mouth_.over = true;
    note("listening");
    feed(event::Drained{mouth_.generation});
  }
}

}  // namespace offhook::call
