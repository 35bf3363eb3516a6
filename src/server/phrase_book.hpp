// Greetings, apologies and goodbyes are ready before they are needed: an apology must not depend on what has just
// failed. Fillers follow, while calls may come already. What cannot be rendered at the start (the voice's service does
// not answer) is tried again until it can. Lives on its loop.
#pragma once

#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "call/call.hpp"
#include "net/loop.hpp"
#include "tts/phrase_cache.hpp"
#include "tts/render.hpp"
#include "tts/tts.hpp"

namespace offhook::server {

class PhraseBook {
 public:
  struct Agent {
    std::shared_ptr<const call::Agent> agent;
    tts::Voice* voice;  // outlives the book
  };
  static constexpr Duration kPatience = 20s;  // for one phrase
  static constexpr Duration kAtStart = 30s;   // the server does not wait longer
  static constexpr std::size_t kAtOnce = 4;
  static constexpr Duration kTryAgain = 15s;  // doubling, up to ten minutes
  static constexpr Duration kLongestWait = 10min;

  // `tried` is told once: when each phrase but the fillers has been tried, or the time is over. Later, from the loop.
  PhraseBook(net::Loop& loop, tts::PhraseCache& cache, std::vector<Agent> agents, std::function<void()> tried);

  std::size_t missing() const { return missing_.size(); }

 private:
  struct Phrase {
    tts::Voice* voice;
    int rate;
    std::string text;
    bool at_start;         // calls wait for it
    bool replace = false;  // it is there, but said by another voice
  };
  struct Rendering {
    Phrase phrase;
    std::vector<std::int16_t> sound;
    std::unique_ptr<net::Pending> pending;
  };
  void next();
  void begin(Phrase phrase);
  void rendered(std::list<Rendering>::iterator which, Result<tts::Spoken> result);
  void tell();

  net::Loop& loop_;
  tts::PhraseCache& cache_;
  std::deque<Phrase> waiting_, missing_;  // of this round, and for the next
  std::list<Rendering> under_way_;
  std::function<void()> tried_;
  Duration wait_ = kTryAgain;
  net::Timer again_, at_start_;
};

}  // namespace offhook::server
