#include "tts/phonemizer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace offhook::tts {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::u32string> said(std::string_view text) {
  Result<Phonemizer> phonemizer = Phonemizer::open("en-us");
  EXPECT_TRUE(phonemizer.ok()) << phonemizer.error().what;
  return phonemizer ? sentences(phonemizer->clauses(text), 200) : std::vector<std::u32string>();
}

TEST(Phonemizer, keeps_the_punctuation_that_shapes_the_melody) {
  EXPECT_THAT(said("Bluebird Dental, how can I help?"), ElementsAre(U"blˈuːbɜːd dˈɛntəl, hˌaʊ kæn aɪ hˈɛlp?"));
  EXPECT_THAT(said("Yes! One: two; three"), ElementsAre(U"jˈɛs!", U"wˈʌn: tˈuː; θɹˈiː,"));
}

TEST(Phonemizer, a_short_last_word_that_was_read_ahead_is_not_lost) {
  EXPECT_THAT(said("Hello, a"), ElementsAre(U"həlˈoʊ, ˈeɪ,"));
}

TEST(Phonemizer, titles_and_numbers_do_not_end_a_sentence) {
  EXPECT_THAT(said("I am Dr. Smith."), ElementsAre(U"aɪɐm dˈɑːktɚ smˈɪθ."));
  EXPECT_EQ(said("It is 3.5 at 10:30 a.m. today.").size(), 1u);
}

TEST(Phonemizer, nothing_speakable_gives_nothing) {
  for (const char* text : {"", "  \n ", "...", "?!", "\"\"", "😀", "你好。"})
    EXPECT_THAT(said(text), IsEmpty()) << text;
}

TEST(Phonemizer, survives_bytes_that_are_no_text) {
  said("\xff\xfe(\xc3 hello \x01");
  said("x<\xd5\x9d\xc1\xdf\xa4\xa4\x9e\xa2] a.m. 09:30");  // Armenian: made espeak-ng 1.51 read freed memory
  EXPECT_THAT(said("Hello"), ElementsAre(U"həlˈoʊ,"));
}

TEST(Phonemizer, threads_and_voices_do_not_mix_their_clauses) {
  Result<Phonemizer> english = Phonemizer::open("en-us"), german = Phonemizer::open("de");
  ASSERT_TRUE(english.ok() && german.ok());
  const auto say = [](const Phonemizer& voice) { return sentences(voice.clauses("Ja, ja. Nein"), 200); };
  const auto en = say(*english), de = say(*german);
  ASSERT_NE(en, de);
  const auto repeat = [&](const Phonemizer& voice, const std::vector<std::u32string>& expected) {
    for (int i = 0; i < 50; ++i) EXPECT_EQ(say(voice), expected);
  };
  std::thread other([&] { repeat(*german, de); });
  repeat(*english, en);
  other.join();
}

TEST(Phonemizer, a_missing_library_or_voice_says_what_to_install) {
  const Result<Phonemizer> none = Phonemizer::open("en-us", "libespeak-ng-that-is-not-there.so");
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().code, Errc::not_found);
  EXPECT_THAT(none.error().what, HasSubstr("apt-get install libespeak-ng1 espeak-ng-data"));
  const Result<Phonemizer> tongue = Phonemizer::open("no-such-tongue");
  ASSERT_FALSE(tongue.ok());
  EXPECT_THAT(tongue.error().what, HasSubstr("no-such-tongue"));
}

}  // namespace
}  // namespace offhook::tts
