#include "call/overlap.hpp"

#include <algorithm>

#include "call/machines.hpp"
#include "dialog/backchannels.hpp"
#include "dialog/words.hpp"

namespace offhook::call {
namespace {

constexpr Duration kShortSound = 100ms;  // a click, a cough: no word is shorter
constexpr Duration kMumble = 450ms;      // "stop" is shorter, but known
constexpr Duration kMemory = 10s;        // of holds for nothing
constexpr std::size_t kSomeWords = 3;
constexpr Duration kLatestEcho = 700ms;  // from a sound to its echo, noticed as speech
constexpr Duration kVadLag = 100ms;      // the VAD hears so late that a word is over

// A recogniser's first guess at a word or two is no word ("right" begins as "dirt", "I see" as "I, I, I"): those count
// by which it stands. While the agent is held, waiting for that costs nothing; while it goes on talking, some length
// will do.
int real_words(const Floor::Turn& turn, bool held) {
  if (dialog::is_backchannel(turn.words)) return 0;
  const auto words = dialog::words_of(turn.words).size();
  const bool likely = !held && words >= 2 && turn.spoken >= kMumble;
  return likely ? static_cast<int>(words) : std::min(static_cast<int>(words), turn.words_stable);
}

// A short word or two that nobody stops another with: a backchannel, whatever the recogniser has made of it.
bool mumbled(const Floor::Turn& turn) {
  const auto words = dialog::words_of(turn.words).size();
  return turn.spoken < kMumble && words >= 1 && words < kSomeWords && !dialog::asks_to_stop(turn.words);
}

bool words_due(const Floor::Turn& turn) {
  return turn.paused && !turn.words_final && !turn.words_failed;
}

Verdict flush(std::string why) {
  return {Verdict::Kind::flush, std::move(why)};
}
Verdict dismiss(std::string why) {
  return {Verdict::Kind::dismiss, std::move(why)};
}

Verdict judge_immediately(const Floor::Turn& turn, const Settings& s, int words) {
  const bool long_enough = turn.spoken >= s.min_duration;
  if (long_enough && words >= s.min_words)
    return flush("the caller spoke over the agent for " + std::to_string(turn.spoken / 1ms) + " ms");
  if (turn.paused && (!long_enough || turn.words_final || turn.words_failed)) return dismiss("too short to interrupt");
  return {};
}

}  // namespace

bool far_away(const Floor::Turn& turn, const State& all) {
  const int usual = all.floor.usual_level;
  return usual >= 0 && turn.level - usual > all.settings.far_voice;
}

bool interruptible(const State& all) {
  return all.settings.interruptions != Interruptions::never && all.reply.kind != Reply::Kind::goodbye;
}

Verdict judge_overlap(const Floor::Turn& turn, const State& all, Time now) {
  const Settings& s = all.settings;
  const bool hold = s.interruptions == Interruptions::hold;
  const bool open = turn.overlap == Floor::Overlap::undecided;
  const bool second_thought = turn.overlap == Floor::Overlap::dismissed && hold && !turn.tail;
  if (!open && !second_thought) return {};
  if (turn.first_echo && open) {
    if (all.floor.echo_at != Time::min()) return dismiss("the line brings the agent's own voice");
    if (now < echo_known_by(turn, all)) return {};
  }
  if (far_away(turn, all)) return open && (turn.paused || hold) ? dismiss("quieter than the caller") : Verdict{};
  const int words = hold && mumbled(turn) ? 0 : real_words(turn, all.reply.held);
  if (hold && words >= std::max(1, s.min_words)) return flush("words over the agent: " + std::to_string(words));
  if (!open) return {};
  if (!hold) return judge_immediately(turn, s, words);
  if (turn.paused) {
    if (turn.spoken < kShortSound) return dismiss("a short sound");
    if (turn.words_final)
      return dismiss(turn.words.empty() ? "no words" : words == 0 ? "a backchannel" : "too few words");
    if (turn.words_failed) return dismiss("no transcript of it");
  }
  if (now < judge_by(turn, s)) return {};
  if (turn.paused) return dismiss("no words in time");
  if (s.min_words > 0) return dismiss("too few words in time");
  if (turn.needs_words) return dismiss("the noise of before");
  if (turn.spoken < s.min_duration || dialog::is_backchannel(turn.words)) return dismiss("a backchannel");
  return flush("the caller goes on speaking, for " + std::to_string(turn.spoken / 1ms) + " ms");
}

Time judge_by(const Floor::Turn& turn, const Settings& s) {
  if (s.interruptions != Interruptions::hold) return Time::max();
  if (words_due(turn)) return later(turn.overlap_at, s.judge_words);
  return later(turn.overlap_at, std::min<Duration>(s.judge, 24h) + kVadLag);
}

bool may_be_first_echo(const Floor::Turn& turn, const State& all) {
  return all.settings.first_echo > Duration::zero() && all.floor.echo_at == Time::min() &&
         all.floor.agent_said.empty() && all.reply.audible && turn.started_at - all.reply.audible_at <= kLatestEcho;
}

Time echo_known_by(const Floor::Turn& turn, const State& all) {
  if (!turn.first_echo || all.floor.echo_at != Time::min()) return Time::min();
  return later(all.reply.audible_at, all.settings.first_echo);
}

bool worth_holding(const State& all, Time now) {
  const Floor& f = all.floor;
  if (far_away(*f.turn, all)) return false;
  const auto recent =
      std::count_if(f.empty_holds.begin(), f.empty_holds.end(), [&](Time t) { return now - t < kMemory; });
  if (recent == 0) return true;
  return recent < 2 && (!all.reply.audible || f.turn->level <= f.empty_level - 6);
}

}  // namespace offhook::call
