// Inside the room: the floor's machine, whose parts stand in floor.cpp (what it is told), floor_speech.cpp (speech and
// pauses), floor_overlap.cpp (speech over the agent) and floor_end.cpp (the end of a turn). Lives for one step.
#pragma once

#include <string>

#include "call/endpointing.hpp"
#include "call/machines.hpp"
#include "call/overlap.hpp"
#include "call/speech.hpp"

namespace offhook::call {

// Until when the words of a pause are waited for.
Time words_by(const Floor& floor, const Settings& settings);

// It is taken once the reply that is being heard is over.
inline bool waits_for_the_reply(const Floor::Turn& turn) {
  return turn.tail || turn.excused;
}

// "speech for 64 ms"
std::string with_ms(const char* what, Duration d);

class FloorMachine {
 public:
  // `reply_over`: this event ends the reply that is out.
  FloorMachine(Floor& floor, const State& all, Time now, bool reply_over, Decisions& decisions, Actions& actions)
      : f_(floor), all_(all), s_(all.settings), now_(now), reply_over_(reply_over), d_(decisions), out_(actions) {}

  void window(event::Window w);
  void partial(const event::Partial& p);
  void transcript(const event::Transcript& t);
  void transcript_failed(const event::TranscriptFailed& t);
  // The recogniser judges the turn itself. Where it owns turns its end is the end; elsewhere it is evidence.
  void signalled(const event::TurnSignalled& t);
  void scored(const event::TurnScored& t);
  void words_scored(const event::WordsScored& t);
  void time_passed();
  // The agent has just fallen silent: what the caller has said meanwhile is a turn like any other. What the agent has
  // asked says what to wait for.
  void reply_over(const std::string& heard);
  void expecting(const event::Expecting& e);
  void drop(const std::string& why);

 private:
  bool out() const { return all_.reply.out() && !reply_over_; }

  // ---- speech and pauses
  // What of a window counts as the caller's speech: nothing of what the agent's own voice explains.
  int counts(const event::Window& w) const;
  void sound(const event::Window& w);
  void speech_began(const event::Window& w);
  // A turn that was taken, and whose caller went on before there was an answer to go on about: it was a pause of
  // theirs.
  void learn_from_cut_in(Time from);
  void pause(Sample speech_end, Time speech_end_at);
  void score_turn();
  bool verdict_matters() const;
  // The language model is asked about the words once there is silence behind them.
  void score_words();
  // A service that finds the end of speech by itself may find it one window earlier than we do.
  bool covers(Sample upto) const;
  void set_words(const std::string& text);
  // A turn that began under the agent's voice, or in its afterglow, and says nothing but what the agent said.
  bool echoed(const std::string& text) const;
  // The recogniser owns the ends of turns, and has told of them so far.
  bool theirs() const { return s_.owner == Owner::stt && f_.finds_turns; }
  // Without a word of its end from whoever owns turns, the longest delay decides.
  void weigh();
  Evidence evidence() const { return {f_.turn->permille, f_.turn->words, f_.expects, f_.pace, f_.turn->word_permille}; }

  // ---- speech over the agent
  void overlap(Duration so_far);
  bool held() const { return (all_.reply.held || d_.hold) && !d_.resume && !d_.flush; }
  void judge();
  void flush(std::string why);
  void dismiss(std::string why);
  void remember_empty_hold();

  // ---- the end of the turn
  void prepare();
  void decide();
  void take(const std::string& why);
  // Noise is let go. But a caller who spoke and was not understood, or who made the agent fall silent, is not left in
  // silence. Where the recogniser finds no word in a voice, that is said once: the second time it is a noise.
  void take_without_words(const std::string& why);

  Floor& f_;
  const State& all_;
  const Settings& s_;
  const Time now_;
  const bool reply_over_;
  Decisions& d_;
  Actions& out_;
};

}  // namespace offhook::call
