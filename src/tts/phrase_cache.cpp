#include "tts/phrase_cache.hpp"

namespace offhook::tts {

PhraseCache::Sound PhraseCache::find(const Key& key) {
  const std::scoped_lock lock(mutex_);
  const auto found = phrases_.find(key);
  if (found == phrases_.end()) {
    ++counts_.misses;
    return nullptr;
  }
  ++counts_.hits;
  by_use_.splice(by_use_.begin(), by_use_, found->second.used);
  return found->second.sound;
}

void PhraseCache::put(Key key, Sound sound) {
  if (!sound) return;
  constexpr std::size_t kBookkeeping = 200;  // of the map, the list and the shared pointer, about
  const std::size_t bytes = sound->size() * sizeof(std::int16_t) + key.voice.size() + key.text.size() + kBookkeeping;
  const std::scoped_lock lock(mutex_);
  if (const auto old = phrases_.find(key); old != phrases_.end()) drop(old);
  if (bytes > max_bytes_ / 4) return;
  while (counts_.bytes + bytes > max_bytes_) {
    drop(phrases_.find(*by_use_.back()));
    ++counts_.dropped;
  }
  const auto at = phrases_.emplace(std::move(key), Phrase{std::move(sound), bytes, {}}).first;
  by_use_.push_front(&at->first);
  at->second.used = by_use_.begin();
  counts_.bytes += bytes;
  ++counts_.phrases;
}

void PhraseCache::drop(Phrases::iterator phrase) {
  counts_.bytes -= phrase->second.bytes;
  --counts_.phrases;
  by_use_.erase(phrase->second.used);
  phrases_.erase(phrase);
}

PhraseCache::Counts PhraseCache::counts() const {
  const std::scoped_lock lock(mutex_);
  return counts_;
}

}  // namespace offhook::tts
