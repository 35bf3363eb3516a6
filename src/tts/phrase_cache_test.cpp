#include "tts/phrase_cache.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace offhook::tts {
namespace {

PhraseCache::Sound sound(std::size_t samples, std::int16_t value = 1) {
  return std::make_shared<const std::vector<std::int16_t>>(samples, value);
}

TEST(PhraseCache, finds_what_was_put_by_voice_rate_and_text) {
  PhraseCache cache(1 << 20);
  const PhraseCache::Sound hello = sound(800);
  cache.put({"joe", 8000, "Hello"}, hello);
  EXPECT_EQ(cache.find({"joe", 8000, "Hello"}), hello);  // the very buffer
  EXPECT_EQ(cache.find({"joe", 16000, "Hello"}), nullptr);
  EXPECT_EQ(cache.find({"amy", 8000, "Hello"}), nullptr);
  EXPECT_EQ(cache.find({"joe", 8000, "hello"}), nullptr);
  EXPECT_EQ(cache.counts().hits, 1u);
  EXPECT_EQ(cache.counts().misses, 3u);
}

TEST(PhraseCache, stays_within_its_bytes_and_drops_what_was_wanted_longest_ago) {
  PhraseCache cache(10'000);
  const std::size_t samples = 1000;  // 2000 bytes and their key: four fit
  for (const char* text : {"a", "b", "c", "d"}) cache.put({"joe", 8000, text}, sound(samples));
  const PhraseCache::Sound a = cache.find({"joe", 8000, "a"});
  ASSERT_TRUE(a);
  cache.put({"joe", 8000, "e"}, sound(samples));
  EXPECT_FALSE(cache.find({"joe", 8000, "b"}));
  EXPECT_TRUE(cache.find({"joe", 8000, "a"}));
  EXPECT_TRUE(cache.find({"joe", 8000, "e"}));
  EXPECT_EQ(cache.counts().dropped, 1u);
  EXPECT_EQ(cache.counts().phrases, 4u);
  for (int i = 0; i < 100; ++i) {
    cache.put({"joe", 8000, std::to_string(i)}, sound(samples));
    ASSERT_LE(cache.counts().bytes, 10'000u);
  }
  EXPECT_EQ(a->size(), samples);  // dropped, yet valid for who holds it
}

TEST(PhraseCache, replaces_instead_of_counting_twice) {
  PhraseCache cache(10'000);
  cache.put({"joe", 8000, "a"}, sound(100, 1));
  const std::size_t bytes = cache.counts().bytes;
  cache.put({"joe", 8000, "a"}, sound(100, 2));
  EXPECT_EQ(cache.counts().bytes, bytes);
  EXPECT_EQ(cache.counts().phrases, 1u);
  EXPECT_EQ(cache.find({"joe", 8000, "a"})->front(), 2);
}

TEST(PhraseCache, a_giant_does_not_push_out_all_others) {
  PhraseCache cache(10'000);
  cache.put({"joe", 8000, "a"}, sound(100));
  cache.put({"joe", 8000, "giant"}, sound(3000));
  EXPECT_FALSE(cache.find({"joe", 8000, "giant"}));
  EXPECT_TRUE(cache.find({"joe", 8000, "a"}));
}

TEST(PhraseCache, serves_loops_on_several_threads) {
  PhraseCache cache(25'000);
  const auto work = [&cache](int seed) {
    for (int i = 0; i < 2000; ++i) {
      const PhraseCache::Key key{"joe", 8000, std::to_string((seed + i * i) % 40)};  // some far more often than others
      if (!cache.find(key)) cache.put(key, sound(1000));
    }
  };
  std::thread other(work, 1);
  work(2);
  other.join();
  const PhraseCache::Counts counts = cache.counts();
  EXPECT_EQ(counts.hits + counts.misses, 4000u);
  EXPECT_LE(counts.bytes, 25'000u);
  EXPECT_GT(counts.hits, 0u);
  EXPECT_GT(counts.dropped, 0u);
}

}  // namespace
}  // namespace offhook::tts
