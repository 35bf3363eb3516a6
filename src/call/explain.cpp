#include "call/explain.hpp"

#include <algorithm>
#include <cstdio>
#include <istream>
#include <iterator>
#include <optional>
#include <utility>

#include "base/json_fields.hpp"
#include "base/lines.hpp"
#include "base/utf8.hpp"

namespace offhook::call {
namespace {

constexpr std::size_t kLongestText = 400;
constexpr Duration kWindow = 32ms;

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

std::string shown(std::string_view text) {
  return printable(one_line(text, kLongestText));
}

std::string quoted(std::string_view text) {
  return "\"" + shown(text) + "\"";
}
std::string because(std::string_view why) {
  return why.empty() ? "" : ": " + shown(why);
}
std::string seconds(Duration d) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f s", to_ms(d) / 1000);
  return text;
}
std::string ms(Duration d) {
  char text[32];
  std::snprintf(text, sizeof text, "%.0f ms", to_ms(d));
  return text;
}

class Teller {
 public:
  explicit Teller(Head head) {
    head.call = shown(head.call), head.agent = shown(head.agent), head.started = shown(head.started);
    rate_ = std::clamp(head.settings.rate, 1000, 384'000);
    s_.head = std::move(head);
  }

  void event(const EventLine& line, std::string_view text) {
    now_ = std::max(Duration::zero(), line.t);
    s_.length = std::max(s_.length, now_);
    std::visit(Overloaded{
                   [](const event::Tick&) {},
                   [](const event::Spent&) {},
                   [](const event::ClauseSaid&) {},
                   [&](const event::Window& e) { window(e); },
                   [&](const event::Answered&) { tell(Who::line, "is up"); },
                   [&](const event::HungUp& e) { ended("closed", e.why); },
                   [&](const event::Digit& e) { tell(Who::caller, "types " + quoted(e.digit)); },
                   [&](const event::EndRequested& e) { tell(Who::line, "is to end" + because(e.why)); },
                   [&](const event::Partial& e) { words(e.utterance, e.text, true); },
                   [&](const event::Transcript& e) { words(e.utterance, e.text, false); },
                   [&](const event::TranscriptFailed& e) { failed(Who::hears, "", e.why); },
                   [&](const event::TurnSignalled& e) { signalled(e); },
                   [&](const event::TurnScored& e) { scored(e); },
                   [&](const event::WordsScored& e) { words_scored(e); },
                   [&](const event::Token& e) { token(e); },
                   [&](const event::ToolAsked& e) {
                     tell(Who::mind, "wants " + shown(e.tool) + " " + shown(e.arguments) + of(e.generation));
                   },
                   [&](const event::MindDone& e) { mind_done(e); },
                   [&](const event::MindFailed& e) {
                     if (Reply* r = reply(e.generation)) r->failed = true, r->done = now_;
                     failed(Who::mind, of(e.generation), e.why);
                   },
                   [&](const event::ToolReturned& e) { tool_returned(e); },
                   [&](const event::ToolProgress& e) { tell(Who::tool, "tells that " + quoted(e.text)); },
                   [&](const event::Summarized& e) {
                     tell(Who::mind, e.text.empty() ? "has not summed it up" : "has summed up: " + quoted(e.text));
                   },
                   [&](const event::ClauseBegun& e) {
                     if (Clause* c = clause(e.generation, e.clause)) c->begun = now_;
                   },
                   [&](const event::ClauseReady& e) { clause_ready(e); },
                   [&](const event::Audible& e) { audible(e.generation); },
                   [&](const event::Drained& e) {
                     if (Reply* r = reply(e.generation)) r->over = now_;
                   },
                   [&](const event::Flushed& e) {
                     tell(Who::agent,
                          "fell silent: " + seconds(span(e.heard)) + " of its sound were heard" + of(e.generation));
                   },
                   [&](const auto&) { other(text); },
               },
               line.event);
  }

  void action(const ActionLine& line) {
    now_ = line.t;
    s_.length = std::max(s_.length, now_);
    const auto action = read_action(line);
    if (!action) {
      other(line.text);
      return;
    }
    const std::string& why = action->why;
    std::visit(
        Overloaded{
            [](const action::Close&) {},
            [&](const action::Listen& a) { listen(a, why); },
            [&](const action::Transcribe& a) { pause(a, why); },
            [&](const action::ScoreTurn&) { score_why_ = why; },
            [&](const action::ScoreWords&) { word_score_why_ = why; },
            [&](const action::StopListening& a) { stop_listening(a, why); },
            [&](const action::CallerSaid& a) {
              if (a.final) taken(a, why);
            },
            [&](const action::Ask& a) { ask(a, why); },
            [&](const action::StopThinking& a) {
              tell(Who::mind, "is stopped" + of(a.generation) + because(why), flag("stop thinking", why));
            },
            [&](const action::Abandon& a) { abandon(a.generation, why); },
            [&](const action::Speak& a) { speak(a); },
            [&](const action::Dial& a) {
              tell(Who::agent, "presses " + shown(a.digits) + of(a.generation) + because(why));
            },
            [&](const action::Release& a) { release(a.generation, why); },
            [&](const action::Hold& a) { hold(a.generation, why); },
            [&](const action::Resume& a) { resume(a.generation, why); },
            [&](const action::Flush& a) { flush(a.generation, why); },
            [&](const action::Enter& a) { tell(Who::mind, "goes on at " + shown(a.node) + because(why), "node"); },
            [&](const action::Summarize&) { tell(Who::mind, "sums up what was said" + because(why)); },
            [&](const action::CallTool& a) {
              called_[a.id] = now_;
              tell(Who::tool, shown(a.tool) + " is called with " + shown(a.arguments) + because(why), "tool");
            },
            [&](const action::CancelTool& a) {
              ++s_.failures;
              tell(Who::tool, "is cancelled" + tool_took(a.id) + because(why), flag("cancel tool", why));
            },
            [&](const action::HangUp&) { ended("is hung up", why); },
            [&](const action::AgentSaid& a) { agent_said(a, why); },
            [&](const action::TurnTook& a) { turn_took(a, why); },
            [&](const auto&) { other(line.text); },
        },
        action->what);
  }

  // Of a later version, or broken: by its own name, if it has one.
  bool other(std::string_view text) {
    const auto object = read_message(text);
    if (!object) return false;
    const std::int64_t t = whole_in(*object, "t", -1);
    const bool decided = object->contains("a");
    const std::string_view name = text_in(*object, decided ? "a" : "e");
    if (t < 0 || t > (std::int64_t{1} << 53) || name.empty()) return false;
    now_ = Duration(t);
    s_.length = std::max(s_.length, now_);
    std::string rest;
    for (const auto& [key, value] : *object) {
      if (key == "t" || key == "e" || key == "a" || key == "why") continue;
      rest += " " + std::string(key) + "=" + json::serialize(value);
      if (rest.size() > kLongestText) break;
    }
    tell(Who::other, shown(name) + shown_after(rest) + because(text_in(*object, "why")), decided ? shown(name) : "");
    return true;
  }

  void not_understood(std::size_t line, const std::string& why) {
    if (s_.not_understood++ == 0) s_.first_of_them = "line " + std::to_string(line) + ": " + shown(why);
  }

  Story finish() && {
    for (auto& [generation, reply] : s_.replies) {
      if (reply.over == kNever) reply.over = std::max(s_.length, reply.released);
      for (auto& hold : reply.holds)
        if (hold.until == kNever) hold.until = reply.over;
      if (reply.speculative && reply.released == kNever) ++s_.wasted;
    }
    for (auto& [number, u] : s_.utterances)
      if (u.over == kNever) u.over = s_.length;
    in_order();
    for (std::size_t i = 0; i < s_.turns.size(); ++i) {
      auto& turn = s_.turns[i];
      turn.until = turn.taken;
      const Duration next = i + 1 < s_.turns.size() ? s_.turns[i + 1].began : Duration::max();
      const auto after = moments_from(s_, next);
      if (after == s_.moments.begin()) continue;
      if (const Duration last = std::prev(after)->at; last >= turn.began) turn.until = std::max(turn.until, last);
    }
    return std::move(s_);
  }

 private:
  // What was noticed late stands where it happened; what happened at once, as it was written.
  void in_order() {
    std::vector<std::pair<Duration, std::size_t>> order;
    for (std::size_t i = 0; i < s_.moments.size(); ++i) order.emplace_back(s_.moments[i].at, i);
    std::sort(order.begin(), order.end());
    std::vector<Story::Moment> moments;
    for (const auto& [at, i] : order) moments.push_back(std::move(s_.moments[i]));
    s_.moments = std::move(moments);
  }

  using Who = Story::Who;
  using Reply = Story::Reply;
  using Clause = Story::Clause;
  static constexpr Duration kNever = Story::kNever;

  Story::Moment& tell(Who who, std::string text, std::string flag = "") { return tell_at(now_, who, text, flag); }
  Story::Moment& tell_at(Duration at, Who who, std::string text, std::string flag = "") {
    s_.moments.push_back({std::clamp(at, Duration::zero(), now_), who, std::move(text), std::move(flag)});
    return s_.moments.back();
  }
  static std::string flag(const char* word, std::string_view why) {
    if (why.starts_with("endpoint: ")) why.remove_prefix(10);
    return word + because(why);
  }
  void failed(Who who, std::string of_what, std::string_view why) {
    ++s_.failures;
    tell(who, "FAILED" + of_what + because(why), flag("failed", why));
  }
  static std::string shown_after(const std::string& rest) { return rest.empty() ? "" : " " + shown(rest); }

  Reply* reply(Generation generation) {
    const auto it = s_.replies.find(generation);
    return it == s_.replies.end() ? nullptr : &it->second;
  }
  Story::Utterance* utterance(call::Utterance number) {
    const auto it = s_.utterances.find(number);
    return it == s_.utterances.end() ? nullptr : &it->second;
  }
  Clause* clause(Generation generation, int number) {
    Reply* r = reply(generation);
    if (!r) return nullptr;
    const auto it =
        std::find_if(r->clauses.begin(), r->clauses.end(), [&](const Clause& c) { return c.number == number; });
    return it == r->clauses.end() ? nullptr : &*it;
  }
  static std::string of(Generation generation) { return " (reply " + std::to_string(generation) + ")"; }

  Duration span(Sample samples) const {
    constexpr Sample kMost = Sample{1} << 40;
    return Duration(std::clamp(samples, -kMost, kMost) * 1'000'000 / rate_);
  }
  // A position of the caller's stream, as the newest window shows it.
  Duration time_of(Sample sample) const {
    if (s_.windows.empty()) return now_;
    return std::clamp(now_ - span(heard_to_ - sample), Duration::zero(), now_);
  }

  // ---- the caller

  void window(const event::Window& w) {
    heard_to_ = w.end;
    s_.windows.push_back({now_, std::clamp(w.speech, 0, 255), std::clamp(w.level, 0, 127), std::clamp(w.echo, 0, 255)});
  }

  void listen(const action::Listen& a, const std::string& why) {
    auto& u = s_.utterances[a.utterance];
    u = {};
    const auto run_up =
        static_cast<Sample>(to_ms(std::clamp<Duration>(s_.head.settings.run_up, 0s, 1h)) * rate_ / 1000);
    u.began = std::min(now_, time_of(a.from + run_up));
    tell_at(u.began, Who::caller,
            "begins to speak" + (why.empty() ? "" : " (taken for a beginning after " + shown(why) + ")"));
  }

  void pause(const action::Transcribe& a, const std::string& why) {
    Story::Utterance* u = utterance(a.utterance);
    if (!u) return;
    if (!u->pauses.empty() && u->pauses.back().until == kNever) went_on(u->pauses.back());
    u->pauses.push_back({std::max(u->began, time_of(a.upto)), now_});
    tell_at(u->pauses.back().from, Who::caller, "pauses" + (why.empty() ? "" : " (" + shown(why) + ")"));
  }

  // No decision tells that a caller goes on: the windows do.
  void went_on(Story::Pause& pause) {
    const auto& w = s_.windows;
    const auto from =
        std::upper_bound(w.begin(), w.end(), pause.noticed, [](Duration t, const auto& x) { return t < x.at; });
    int loud = 0;
    pause.until = now_;
    for (auto it = from; it != w.end(); ++it) {
      loud = it->speech >= s_.head.settings.speech_start ? loud + 1 : 0;
      if (loud == 1) pause.until = std::max(pause.noticed, it->at - kWindow);
      if (loud >= s_.head.settings.start_windows) break;
    }
    tell_at(pause.until, Who::caller, "goes on, after a pause of " + seconds(pause.until - pause.from));
  }

  void words(call::Utterance number, const std::string& text, bool partial) {
    Story::Utterance* u = utterance(number);
    const std::string said = shown(text);
    const bool same = u && !u->words.empty() && u->words.back().text == said;
    if (u) u->words.push_back({now_, said, partial});
    if (partial) {
      if (!same) tell(Who::hears, "so far: " + quoted(said));
      return;
    }
    std::string after;
    if (u && !u->pauses.empty()) after = ", " + ms(now_ - u->pauses.back().noticed) + " after the pause was noticed";
    tell(Who::hears, (said.empty() ? "no words" : quoted(said)) + after);
  }

  void signalled(const event::TurnSignalled& e) {
    using Kind = event::TurnSignalled::Kind;
    const char* kind = e.kind == Kind::eager ? "may be over" : e.kind == Kind::resumed ? "goes on" : "is over";
    char p[32] = "";
    if (e.permille >= 0) std::snprintf(p, sizeof p, ", p=%.2f", e.permille / 1000.0);
    tell(Who::hears,
         std::string("the recogniser says that the turn ") + kind + p + (e.text.empty() ? "" : ": " + quoted(e.text)));
    if (Story::Utterance* u = utterance(e.utterance); u && !e.text.empty())
      u->words.push_back({now_, shown(e.text), true});
  }

  void scored(const event::TurnScored& e) {
    if (Story::Utterance* u = utterance(e.utterance)) u->scores.push_back({now_, std::clamp(e.permille, -1, 1000)});
    if (e.permille < 0) return failed(Who::turn, " to be scored", "");
    char p[64];
    std::snprintf(p, sizeof p, "p=%.2f that it is over", std::min(e.permille, 1000) / 1000.0);
    tell(Who::turn, p + (score_why_.empty() ? "" : " (" + shown(score_why_) + ")"));
  }

  void words_scored(const event::WordsScored& e) {
    if (e.permille < 0) return failed(Who::turn, " of words to be scored", "");
    char p[64];
    std::snprintf(p, sizeof p, "p=%.2f that the words are a whole message", std::min(e.permille, 1000) / 1000.0);
    tell(Who::turn, p + (word_score_why_.empty() ? "" : " (" + shown(word_score_why_) + ")"));
  }

  void stop_listening(const action::StopListening& a, const std::string& why) {
    if (Story::Utterance* u = utterance(a.utterance)) u->over = now_;
    tell(Who::turn, flag("let go", why), flag("let go", why));
    let_go_ = s_.moments.size() - 1;
    let_go_of_ = a.utterance;
  }

  // What was stopped to be listened to was taken.
  void taken(const action::CallerSaid& a, const std::string& why) {
    Story::Turn turn;
    turn.taken = turn.speech_end = turn.began = now_;
    turn.words = shown(a.text), turn.why = shown(why);
    if (Story::Utterance* u = utterance(a.utterance)) {
      u->turn = static_cast<int>(s_.turns.size()) + 1;
      turn.began = u->began;
      if (!u->pauses.empty()) turn.speech_end = u->pauses.back().from;
    }
    if (!s_.turns.empty()) turn.began = std::max(turn.began, s_.turns.back().taken);
    const std::string text =
        "TAKEN " + seconds(now_ - turn.speech_end) + " after the last sound, as " + quoted(a.text) + because(why);
    if (let_go_ < s_.moments.size() && let_go_of_ == a.utterance && s_.moments[let_go_].at == now_) {
      s_.moments[let_go_].text = text;
      s_.moments[let_go_].flag = flag("taken", why);
    } else {
      tell(Who::turn, text, flag("taken", why));
    }
    s_.turns.push_back(std::move(turn));
  }

  // ---- the mind

  void ask(const action::Ask& a, const std::string& why) {
    auto& r = s_.replies[a.generation];
    r.asked = now_;
    r.speculative = a.speculative;
    if (a.speculative) ++s_.speculations;
    tell(Who::mind,
         (a.speculative ? "is asked before the turn is decided" : "is asked") + of(a.generation) + because(why),
         a.speculative ? "ask early" : "ask");
  }

  void token(const event::Token& e) {
    Reply* r = reply(e.generation);
    if (!r || r->first_token != kNever) return;
    r->first_token = now_;
    tell(Who::mind,
         "first word after " + ms(r->asked == kNever ? Duration::zero() : now_ - r->asked) + of(e.generation));
  }

  void mind_done(const event::MindDone& e) {
    std::string took;
    if (Reply* r = reply(e.generation)) {
      r->done = now_;
      if (r->asked != kNever) took = " after " + ms(now_ - r->asked);
    }
    tell(Who::mind, "is done" + took + of(e.generation) + (e.finish == "stop" ? "" : because(e.finish)));
  }

  void abandon(Generation generation, const std::string& why) {
    Reply* r = reply(generation);
    if (r && r->over != kNever) return;  // told already
    const bool unheard = !r || r->released == kNever;
    if (r) {
      r->over = now_;
      r->cut = !unheard;
    }
    tell(Who::mind,
         (unheard ? "its reply is withdrawn, unheard" : "its reply is dropped") + of(generation) + because(why),
         flag(unheard ? "withdraw" : "drop", why));
  }

  std::string tool_took(const std::string& id) const {
    const auto it = called_.find(id);
    return it == called_.end() ? "" : " after " + ms(now_ - it->second);
  }

  void tool_returned(const event::ToolReturned& e) {
    if (!e.ok) return failed(Who::tool, tool_took(e.id), e.text);
    tell(Who::tool, "returned" + tool_took(e.id) + because(e.text));
  }

  // ---- the mouth

  void speak(const action::Speak& a) {
    auto& r = s_.replies[a.generation];
    Clause c;
    c.number = a.clause;
    c.ordered = now_;
    c.text = shown(a.text);
    tell(Who::voice, "is to say " + quoted(a.text) + of(a.generation));
    told_[{a.generation, a.clause}] = s_.moments.size() - 1;
    r.clauses.push_back(std::move(c));
  }

  void clause_ready(const event::ClauseReady& e) {
    if (Clause* c = clause(e.generation, e.clause)) {
      c->ready = now_;
      c->sound = span(std::max<Sample>(0, e.samples));
      c->failed = !e.why.empty();
      const Duration first = c->begun == kNever ? now_ : c->begun;
      if (const auto it = told_.find({e.generation, e.clause}); it != told_.end() && e.samples > 0)
        s_.moments[it->second].text += ", sound after " + ms(first - c->ordered) + ", " + seconds(c->sound) + " of it";
    }
    if (!e.why.empty()) failed(Who::voice, of(e.generation), e.why);
  }

  void release(Generation generation, const std::string& why) {
    auto& r = s_.replies[generation];
    r.released = now_;
    if (r.asked == kNever)
      tell(Who::agent, "speaks for the engine" + of(generation) + because(why), flag("say", why));
    else if (r.speculative)
      tell(Who::agent, "may be heard: what was prepared fits what was said" + of(generation), "keep");
  }

  void audible(Generation generation) {
    Reply* r = reply(generation);
    if (r && r->audible == kNever) r->audible = now_;
    std::string after;
    if (r && r->asked != kNever && !s_.turns.empty())
      after = ", " + ms(now_ - s_.turns.back().speech_end) + " after the caller's last sound";
    tell(Who::agent, "is heard" + after + of(generation));
  }

  void hold(Generation generation, const std::string& why) {
    if (Reply* r = reply(generation)) r->holds.push_back({now_});
    tell(Who::agent, "HELD" + of(generation) + because(why), flag("hold", why));
  }

  // For how long it was held.
  std::string release_hold(Reply* r, bool resumed) {
    if (!r || r->holds.empty() || r->holds.back().until != kNever) return "";
    auto& hold = r->holds.back();
    hold.until = now_;
    hold.resumed = resumed;
    return " after " + ms(now_ - hold.from);
  }

  void resume(Generation generation, const std::string& why) {
    const std::string held = release_hold(reply(generation), true);
    tell(Who::agent, "RESUMED" + held + of(generation) + because(why), flag("resume", why));
  }

  void flush(Generation generation, const std::string& why) {
    const std::string held = release_hold(reply(generation), false);
    if (!ending_) ++s_.interruptions;
    tell(Who::agent, "STOPPED" + held + of(generation) + because(why), flag("stop", why));
  }

  void agent_said(const action::AgentSaid& a, const std::string& why) {
    if (Reply* r = reply(a.generation)) {
      r->over = now_;
      r->cut = a.cut;
      release_hold(r, false);
    }
    tell(Who::agent, (a.cut ? "was heard as far as " : "was heard to say ") + quoted(a.text) + (a.cut ? ", CUT" : "") +
                         of(a.generation) + (a.cut ? because(why) : ""));
  }

  void turn_took(const action::TurnTook& a, const std::string& why) {
    if (a.turn < 1 || static_cast<std::size_t>(a.turn) > s_.turns.size()) return;
    auto& turn = s_.turns[static_cast<std::size_t>(a.turn) - 1];
    turn.audible = now_;
    turn.v2v_us = a.v2v_us;
    turn.how = shown(why);
    turn.parts.clear();
    constexpr std::int64_t kMost = std::int64_t{1} << 53;
    std::int64_t sum = 0;
    for (const Story::Part part : {Story::Part{"hear", a.hear_us},
                                   {"transcribe", a.transcribe_us},
                                   {"decide", a.decide_us},
                                   {"think", a.think_us},
                                   {"clause", a.clause_us},
                                   {"voice", a.voice_us},
                                   {"wait", a.wait_us},
                                   {"send", a.send_us}}) {
      if (part.us != 0) turn.parts.push_back({part.name, std::clamp(part.us, -kMost, kMost)});
      sum += std::clamp(part.us, -kMost, kMost);
    }
    turn.adds_up = sum == a.v2v_us;
  }

  void ended(const char* how, const std::string& why) {
    ending_ = true;
    if (s_.end.empty()) s_.end = why.empty() ? how : shown(why);
    tell(Who::line, how + because(why), flag("end", why));
  }

  Story s_;
  Duration now_{};
  int rate_ = 8000;
  Sample heard_to_ = 0;
  std::string score_why_, word_score_why_;
  std::size_t let_go_ = SIZE_MAX;  // its moment
  call::Utterance let_go_of_ = 0;
  std::map<std::string, Duration> called_;
  std::map<std::pair<Generation, int>, std::size_t> told_;  // a clause's moment
  bool ending_ = false;
};

}  // namespace

std::vector<Story::Moment>::const_iterator moments_from(const Story& story, Duration at) {
  return std::lower_bound(story.moments.begin(), story.moments.end(), at,
                          [](const Story::Moment& m, Duration t) { return m.at < t; });
}

const char* name(Story::Who who) {
  constexpr const char* kNames[] = {"line", "caller", "hears", "turn", "mind", "tool", "voice", "agent", "?"};
  return kNames[static_cast<std::size_t>(who)];
}

Result<Story> read_story(std::istream& log) {
  std::optional<Teller> teller;
  Lines lines(log, kLongestLogLine);
  for (std::size_t told = 0; lines.next();) {
    const std::string_view line = lines.line();
    if (line.empty()) continue;
    const std::size_t number = lines.number();
    auto read = lines.too_long() ? Result<LogLine>(Error{Errc::invalid, "it is longer than 1 MB"}) : read_line(line);
    if (!teller) {
      if (!read) return read.error().within("line " + std::to_string(number));
      auto* head = std::get_if<Head>(&*read);
      if (!head)
        return Error{Errc::invalid,
                     "line " + std::to_string(number) + ": an event log begins with its head, {\"offhook\":1,…}"};
      teller.emplace(std::move(*head));
    } else if (!read) {
      if (lines.too_long() || !teller->other(line))
        teller->not_understood(number, read.error().what);
      else
        ++told;
    } else if (auto* action = std::get_if<ActionLine>(&*read)) {
      ++told;
      teller->action(*action);
    } else if (auto* events = std::get_if<std::vector<EventLine>>(&*read)) {
      told += events->size();
      for (const auto& e : *events) teller->event(e, line);
    }
    if (told > kMostLogged)
      return Error{Errc::full, "line " + std::to_string(number) + ": more than 4 million events and decisions"};
  }
  if (!teller) return Error{Errc::invalid, "the file is empty: an event log begins with its head, {\"offhook\":1,…}"};
  return std::move(*teller).finish();
}

Duration median(std::vector<Duration> durations) {
  if (durations.empty()) return {};
  const auto middle = durations.begin() + static_cast<std::ptrdiff_t>((durations.size() - 1) / 2);
  std::nth_element(durations.begin(), middle, durations.end());
  return *middle;
}

std::vector<Duration> hitches(const Story& story) {
  std::vector<Duration> all;
  for (const auto& [generation, reply] : story.replies)
    for (const auto& hold : reply.holds)
      if (hold.resumed) all.push_back(hold.until - hold.from);
  return all;
}

}  // namespace offhook::call
