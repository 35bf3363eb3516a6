// A world around the pure conversation, on virtual time: what timelines are tested in, and `offhook eval --text`. A
// caller speaks at stated times; recogniser, turn model, mind, voice, playout and tools answer after stated delays.
// What happened is written down as a timeline.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "call/conversation.hpp"
#include "call/promises.hpp"

namespace offhook::call {

class Rehearsal {
 public:
  struct Speech {
    Duration from, to;
    std::string text;       // empty: noise
    int probability = 240;  // of each window, of 255
    int level = 30;         // dB below full scale
    int echo = 0;           // how much of each window the agent's voice explains, of 255
  };
  struct Answer {
    std::vector<std::string> tokens;
    Duration first = 100ms, all = 300ms;  // after the ask; all < 0: it never ends
    Duration sound = 0ms;                 // of the whole reply; 0: 60 ms a letter
    std::vector<llm::ToolCall> calls;     // at `all`, before done
    std::string finish = "stop";
    std::string failure;  // instead of done
  };
  struct Tool {
    Duration after = 100ms;
    std::string result = "done";
    bool ok = true;
    bool never = false;
  };
  struct Delays {
    Duration stt = 200ms;          // from the request (or the end of speech, if streaming) to the transcript
    bool streaming_stt = false;    // finals come by themselves after each stretch of speech
    Duration partial_every = 0ms;  // 0: no partials
    bool partial_stable = false;   // … by which the recogniser stands
    Duration score = 40ms;
    int permille = 900;                        // of every score
    std::map<std::string, int> word_permille;  // of these words; of all others -1
    bool word_score_never = false;
    Duration summary = 500ms;
    bool summary_fails = false;
    bool stt_fails = false, stt_never = false, score_never = false, tts_fails = false, tts_never = false;
    Duration tts = 200ms;
    bool tts_streams = false;  // the first sound after `tts`, all of it five times as fast as it is heard
    Duration tick = 0ms;       // how late ticks come
  };
  struct Gap {
    Duration from, to;
  };

  explicit Rehearsal(Settings settings) : state_(begin(std::move(settings))) {}

  Delays delays;
  std::vector<Speech> speech;
  std::deque<Answer> answers;         // for committed and speculative asks alike, by the words asked
  std::map<std::string, Tool> tools;  // by call id
  std::function<Answer(const std::string& asked, int n)> think;  // instead of `answers`
  std::function<Answer(const action::Ask& ask)> mind;            // … instead of both
  std::function<Tool(const action::CallTool& call)> use;         // instead of `tools`
  bool edge_answers = true;                                      // our hanging up
  std::vector<Gap> gaps;                                         // no windows come in them
  Duration sound_stops = Duration::max();                        // the caller's line goes dead at

  void at(Duration when, Event event);  // anything, by hand
  void run(Duration until);
  // Told of each promise that was broken on the way, with the timeline; else that ends the program.
  std::function<void(const std::string& what)> broken_promise;

  const State& state() const { return state_; }
  Time now() const { return now_; }
  bool sounding() const { return mouth_.audible && !mouth_.over && !mouth_.held; }  // the agent is heard
  // "3.01 thinking", "3.51 speaking", "5.00 cut 1.49 s", "5.51 listening", "… hold", "… resume", "… hang up".
  const std::vector<std::string>& timeline() const { return timeline_; }
  std::string timeline_text() const;
  // When `what` happened for the nth time (0: first), in seconds; -1 if it did not.
  double when(const std::string& what, int nth = 0) const;
  int count(const std::string& what) const;
  std::string context() const;  // "caller: … | agent: … / | …", "/" marks a cut
  const std::vector<std::pair<Time, Action>>& actions() const { return log_; }
  const std::vector<std::pair<Time, Event>>& events() const { return events_; }

 private:
  struct Playout {
    Generation generation = 0;
    bool released = false, held = false, audible = false, over = true;
    int closed = -1;  // clauses to come in all
    std::map<int, Sample> ready;
    int failed = 0;
    Sample played = 0;
    Time since{};
  };

  void feed(const Event& event);
  void perform(const Action& action);
  void speak(Generation generation, int clause, std::size_t bytes);
  void note(const std::string& what);
  void windows(Time until);
  Sample available() const;
  void settle();  // brings the playout's position up to now
  void watch();   // schedules the playout's next moment
  void playout_moment();
  std::string words(Utterance utterance, Sample upto) const;

  struct Scheduled {
    Time at;
    std::uint64_t order;
    Event event;
    std::function<void()> run;
    bool operator<(const Scheduled& o) const { return std::tie(at, order) < std::tie(o.at, o.order); }
  };
  void later(Duration after, Event event) { queue_.insert({now_ + after, ++order_, std::move(event), {}}); }
  void later(Duration after, std::function<void()> run) {
    queue_.insert({now_ + after, ++order_, event::Tick{}, std::move(run)});
  }

  State state_;
  Time now_{};
  Time next_window_{Time{} + 32ms};
  std::uint64_t order_ = 0;
  std::multiset<Scheduled> queue_;
  std::deque<Event> first_;  // what an action caused at once: before anything else
  bool feeding_ = false;
  Playout mouth_;
  std::map<Utterance, Sample> heard_from_;
  std::set<Generation> abandoned_, stopped_;
  int asked_ = 0;
  std::vector<std::string> timeline_;
  std::vector<std::pair<Time, Action>> log_;
  std::vector<std::pair<Time, Event>> events_;
  Promises promises_;
  std::size_t reported_ = 0;
  std::map<Generation, Duration> sound_;  // of a whole reply, where the answer says so
};

}  // namespace offhook::call
