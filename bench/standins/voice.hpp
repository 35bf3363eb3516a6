// What a voice's stand-in makes: a tone, so long for each character, in pieces, faster than real time.
//
//   say("Hello. ")          say("Yes.")
//      |-- first --|p p p p p p p|p p p p       p: a piece of 100 ms, each after 100 ms / speed
//                            after(f) runs here ─┘ if it was called behind both
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "net/loop.hpp"
#include "standins/settings.hpp"

namespace offhook::standins {

enum class Encoding { pcm_s16le, pcm_f32le, mulaw, alaw };

struct Character {
  std::string text;              // UTF-8
  double start = 0, length = 0;  // seconds since the voice began
};

struct Piece {
  std::string bytes;
  double start = 0, length = 0;         // seconds since the voice began
  std::vector<Character> characters{};  // that begin in it
};

std::vector<std::string> characters_of(std::string_view utf8);

class Voice {
 public:
  struct Format {
    Encoding encoding = Encoding::pcm_s16le;
    int rate = 24000;
  };
  Voice(net::Loop& loop, const Settings& settings, Format format, std::function<void(const Piece&)> piece);

  void say(std::string_view text);
  void after(std::function<void()> then);  // when all that was said before has been made; soon
  // Drops what waits. What is being made may still yield `more` pieces: a vendor does not stop at once.
  void stop(int more = 0);
  bool busy() const;  // there is text to be spoken yet
  double pace = 1;    // of the speech: 2 says each character in half the time

 private:
  struct Entry {
    std::vector<std::string> characters;
    Time ready;
    std::function<void()> then;
  };
  void run();
  void make();
  void wake();

  net::Loop& loop_;
  const Settings& settings_;
  const Format format_;
  const std::function<void(const Piece&)> piece_;
  std::deque<Entry> queue_;
  net::Timer timer_{loop_, [this] { run(); }};
  std::int64_t made_ = 0;   // samples
  std::int64_t begin_ = 0;  // of the front entry, in samples
  bool begun_ = false;
  Time next_{};    // no piece before
  int left_ = -1;  // pieces; -1: no end
};

}  // namespace offhook::standins
