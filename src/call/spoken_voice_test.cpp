#include "call/spoken_voice.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "call/mouth.hpp"
#include "net/virtual_loop.hpp"
#include "tts/voices_testing.hpp"

namespace offhook::call {
namespace {

using testing::ElementsAre;
using testing::Pair;

struct SpokenVoice : testing::Test {
  net::VirtualLoop loop;
  tts::FakeVoice inner{"fake"};
  std::unique_ptr<tts::Voice> voice = spoken_voice(inner, "en", {{"Siobhan", "Shivawn"}});
  tts::Listener listener;

  tts::FakeVoice::Asked& say(std::string text, Deadline deadline = {}) {
    listener.handle = voice->synthesize(loop, {std::move(text), 8000, {}, deadline}, listener.sink());
    return inner.last();
  }
};

}  // namespace

TEST_F(SpokenVoice, the_voice_is_given_what_is_said_and_tells_what_was_written) {
  auto& asked = say("Siobhan, that is $12.50 today.");
  EXPECT_EQ(asked.speech.text, "Shivawn, that is twelve dollars and fifty cents today.");
  asked.audio(8000);
  asked.said(16, 1000);
  asked.said(23, 2000);  // "twelve" alone is nothing that was written
  asked.said(47, 4000);
  asked.said(54, 5000);
  asked.done(tts::Spoken{"fake"});
  EXPECT_THAT(listener.said, ElementsAre(Pair(16, 1000), Pair(17, 2000), Pair(23, 4000), Pair(30, 5000)));
  ASSERT_TRUE(listener.ok());
  EXPECT_EQ((*listener.done)->voice, voice->key());
  EXPECT_EQ(listener.sound.size(), 8000u);
}

TEST_F(SpokenVoice, a_voice_that_tells_nothing_is_told_by_the_share_of_its_sound) {
  auto& asked = say("It is $1,234.56 now.");
  asked.audio(1000, 0);
  asked.audio(8000, 9000);
  asked.audio(1000, 0);
  EXPECT_TRUE(listener.said.empty());
  asked.done(tts::Spoken{"fake"});
  ASSERT_EQ(listener.said.size(), 5u);
  EXPECT_THAT(listener.said[1], Pair(5, testing::Lt(2000)));   // "It is"
  EXPECT_THAT(listener.said[3], Pair(15, testing::Gt(8000)));  // all of the amount
  EXPECT_EQ(listener.said.back().first, 20u);
  EXPECT_LE(listener.said.back().second, 9000);
}

TEST_F(SpokenVoice, what_is_said_as_written_is_left_to_the_voice) {
  auto& asked = say("Hello there.");
  EXPECT_EQ(asked.speech.text, "Hello there.");
  asked.audio(8000, 9000);
  asked.done(tts::Spoken{"other"});
  EXPECT_TRUE(listener.said.empty());
  EXPECT_EQ((*listener.done)->voice, "other");
}

TEST_F(SpokenVoice, longer_words_get_longer_time) {
  const Deadline deadline = Deadline::in(loop.now(), 10s);
  EXPECT_EQ(say("Hello.", deadline).speech.deadline.at(), deadline.at());
  EXPECT_GT(say("$1,234.56", deadline).speech.deadline.at(), deadline.at() + 5s);
}

TEST_F(SpokenVoice, nothing_is_told_after_the_handle_is_gone) {
  auto& asked = say("That is $5.");
  const auto sink = asked.sink;
  listener.handle.reset();
  EXPECT_FALSE(asked.open);
  sink.audio(std::vector<std::int16_t>(80, 9000));
  sink.said(4, 10);
  sink.used("fake", 3);
  sink.done(tts::Spoken{"fake"});
  EXPECT_TRUE(listener.sound.empty());
  EXPECT_TRUE(listener.said.empty());
  EXPECT_TRUE(listener.used.empty());
  EXPECT_EQ(listener.dones, 0);
}

TEST_F(SpokenVoice, phrases_of_another_lexicon_or_language_are_others) {
  const auto german = spoken_voice(inner, "de", {}), plain = spoken_voice(inner, "en", {});
  EXPECT_NE(german->key(), plain->key());
  EXPECT_NE(voice->key(), plain->key());
  EXPECT_NE(plain->key(), inner.key());
}

}  // namespace offhook::call
