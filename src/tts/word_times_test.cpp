#include "tts/word_times.hpp"

#include <gmock/gmock.h>

namespace offhook::tts {
namespace {

using testing::ElementsAre;

// What is said of `text` after each word of `voice`.
std::vector<std::string> heard(const std::string& text, const std::vector<std::string>& voice) {
  WordTimes times(text);
  std::vector<std::string> out;
  for (const std::string& word : voice)
    if (const auto bytes = times.said(word)) out.push_back(text.substr(0, *bytes));
  return out;
}

TEST(WordTimes, each_word_reaches_its_own_end) {
  EXPECT_THAT(heard("Hello, my  friend.", {"hello", "my", "friend"}),
              ElementsAre("Hello,", "Hello, my", "Hello, my  friend."));
}

TEST(WordTimes, what_is_spelt_otherwise_is_skipped) {
  EXPECT_THAT(heard("I have $20 and more", {"I", "have", "twenty", "dollars", "and", "more"}),
              ElementsAre("I", "I have", "I have $20 and", "I have $20 and more"));
}

TEST(WordTimes, it_never_goes_back) {
  EXPECT_THAT(heard("to be or not to be", {"to", "be", "or", "be", "to", "or"}),
              ElementsAre("to", "to be", "to be or", "to be or not to be"));
}

TEST(WordTimes, a_word_far_ahead_is_another_one) {
  EXPECT_THAT(heard("one two three four five the end", {"one", "the"}), ElementsAre("one"));
  // But the longer the voice is not understood, the farther it has come.
  EXPECT_THAT(heard("1 2 3 4 5 6 the end", {"one", "two", "three", "four", "five", "six", "the"}),
              ElementsAre("1 2 3 4 5 6 the"));
}

TEST(WordTimes, parts_of_a_word_make_the_whole_word) {
  EXPECT_THAT(heard("a well-known man", {"a", "well", "known", "man"}),
              ElementsAre("a", "a well-known", "a well-known man"));
  EXPECT_THAT(heard("and then", {"a", "and", "then"}), ElementsAre("and", "and then"));
  EXPECT_THAT(heard("New York now", {"New York", "now"}), ElementsAre("New York", "New York now"));
}

TEST(WordTimes, each_ideograph_is_a_word) {
  EXPECT_THAT(heard("\xE4\xBD\xA0\xE5\xA5\xBD\xEF\xBC\x8C\xE5\x90\x97",  // nǐ hǎo, ma
                    {"\xE4\xBD\xA0", "\xE5\xA5\xBD", "\xE5\x90\x97"}),
              ElementsAre("\xE4\xBD\xA0", "\xE4\xBD\xA0\xE5\xA5\xBD\xEF\xBC\x8C",
                          "\xE4\xBD\xA0\xE5\xA5\xBD\xEF\xBC\x8C\xE5\x90\x97"));
}

TEST(WordTimes, broken_utf8_and_punctuation_do_no_harm) {
  EXPECT_THAT(heard("a \xE4\xBD \xFF \x80 --- b", {"\xE4", "---", "", " ", "b"}),
              ElementsAre("a \xE4\xBD \xFF \x80 --- b"));
}

}  // namespace
}  // namespace offhook::tts
