// Phrases that were spoken before (greetings, fillers, "one moment"), ready for the wire. Bounded by memory; the phrase
// that was wanted longest ago goes first. Shared by all loops; any thread. A sound found stays valid after it has been
// dropped.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace offhook::tts {

class PhraseCache {
 public:
  using Sound = std::shared_ptr<const std::vector<std::int16_t>>;  // mono, at the wire's rate

  struct Key {
    std::string voice;  // Voice::key()
    int rate = 0;       // Hz of the wire
    std::string text;   // exactly as it was given to the voice
    auto operator<=>(const Key&) const = default;
  };

  struct Counts {
    std::uint64_t hits = 0, misses = 0, dropped = 0;
    std::size_t bytes = 0, phrases = 0;
  };

  // `max_bytes`: of samples and keys together. 30 s of 8 kHz sound are 480 kB.
  explicit PhraseCache(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  Sound find(const Key& key);  // null if there is none
  // Replaces what was there. A sound larger than a quarter of the bound is not kept: it would push out all others.
  void put(Key key, Sound sound);
  Counts counts() const;

 private:
  struct Phrase {
    Sound sound;
    std::size_t bytes;
    std::list<const Key*>::iterator used;
  };
  using Phrases = std::map<Key, Phrase>;
  void drop(Phrases::iterator phrase);

  const std::size_t max_bytes_;
  mutable std::mutex mutex_;  // over all below
  Phrases phrases_;
  std::list<const Key*> by_use_;  // last used in front; keys of phrases_
  Counts counts_;
};

}  // namespace offhook::tts
