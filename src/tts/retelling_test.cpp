#include "tts/retelling.hpp"

#include <gmock/gmock.h>

#include "tts/voices_testing.hpp"

namespace offhook::tts {
namespace {

using testing::ElementsAre;
using testing::Pair;

SpeechEvent letters(std::string_view text, std::size_t bytes_of_sound) {
  SpeechEvent event;
  event.sound.assign(bytes_of_sound, 0xFF);
  event.letters = true;
  for (std::size_t i = 0; i < text.size(); ++i)
    event.words.push_back({std::string(text.substr(i, 1)), Duration((i + 1) * 1000)});  // 8 samples each
  return event;
}

struct RetellingTest : testing::Test {
  Listener listener;
  const Sink sink = listener.sink();
  bool over = false;
};

TEST_F(RetellingTest, words_that_are_told_twice_or_late_never_go_back) {
  Retelling retelling("one two three", {Encoding::mulaw, 8000}, 8000);
  SpeechEvent event;
  event.words = {{"one", 300ms}, {"two", 200ms}, {"one", 400ms}, {"three", 500ms}};
  retelling.tell(event, sink, over);
  EXPECT_THAT(listener.said, ElementsAre(Pair(3u, 2400), Pair(7u, 2400), Pair(13u, 4000)));
}

TEST_F(RetellingTest, letters_become_words_across_messages_and_at_the_end) {
  Retelling retelling("one two", {Encoding::mulaw, 8000}, 8000);
  retelling.tell(letters("on", 100), sink, over);
  EXPECT_TRUE(listener.said.empty());
  retelling.tell(letters("e two", 100), sink, over);
  EXPECT_THAT(listener.said, ElementsAre(Pair(3u, 108)));
  retelling.end(sink, over);
  EXPECT_THAT(listener.said, ElementsAre(Pair(3u, 108), Pair(7u, 140)));
  EXPECT_EQ(retelling.samples(), 200);
}

TEST_F(RetellingTest, nothing_is_told_to_who_has_gone) {
  Retelling retelling("one two", {Encoding::s16le, 24000}, 8000);
  Sink leaving = listener.sink();
  leaving.audio = [this](std::span<const std::int16_t>) { over = true; };
  retelling.tell(letters("one two ", 4800), leaving, over);
  retelling.end(leaving, over);
  EXPECT_TRUE(listener.said.empty());
}

}  // namespace
}  // namespace offhook::tts
