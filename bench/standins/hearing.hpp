// What a recogniser's stand-in hears: speech is where there is energy, and its words are lent from a list.
//
//   audio    ....######..####.........     # louder than the threshold, in steps of 10 ms
//   utterance    |--- open ---|            ends where whoever asks closes it, after the silence of his vendor
//   heard        1234567  8901             loud time only: words appear in proportion to it
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "standins/settings.hpp"

namespace offhook::standins {

enum class Sound { linear16, mulaw, alaw };

struct HeardWord {
  std::string text;
  double start = 0, end = 0;  // seconds since the stream began
};

class Hearing {
 public:
  Hearing(const Settings& settings, Sound sound, int rate) : settings_(settings), sound_(sound), rate_(rate) {}

  // Calls `step` after every 10 ms. A sample may be cut between two feeds.
  void feed(std::string_view bytes, const std::function<void()>& step);

  double position() const;  // seconds fed
  bool open() const { return heard_ >= least_speech; }
  double heard() const { return heard_; }  // loud seconds of the utterance
  double begun() const { return begun_; }  // where it began, seconds since the stream began
  double silence() const;                  // since its last loud step; 0 before it began
  double last_loud() const { return last_loud_; }
  // Of the utterance so far: interim, those that fit what was heard (one at least); whole, all there are.
  std::vector<HeardWord> words(bool whole) const;
  void close();        // the next loud step begins the next utterance
  void forget_blip();  // what was too short to be speech

  static constexpr double least_speech = 0.1;  // seconds

 private:
  void sample(std::int16_t value, const std::function<void()>& step);

  const Settings& settings_;
  const Sound sound_;
  const int rate_;
  std::int64_t samples_ = 0;
  std::int64_t in_step_ = 0;
  double energy_ = 0;
  int half_ = -1;  // the first byte of a sample
  int utterance_ = 0;
  double heard_ = 0, begun_ = 0, last_loud_ = 0;
};

std::string joined(const std::vector<HeardWord>& words, std::size_t from = 0);

// What a whole recording says: empty without speech in it.
std::string heard_in(const Settings& settings, const std::vector<std::int16_t>& samples, int rate, int utterance);

}  // namespace offhook::standins
