#include "stt/tidy.hpp"

#include <gtest/gtest.h>

namespace offhook::stt {
namespace {

std::string repeat(std::string_view text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

TEST(Tidy, ordinary_speech_is_left_alone) {
  EXPECT_EQ(tidy_transcript("  No, no, no, no.\tI said  Tuesday.\n"), "No, no, no, no. I said Tuesday.");
  EXPECT_EQ(tidy_transcript(""), "");
  EXPECT_EQ(tidy_transcript(" \n"), "");
}

TEST(Tidy, word_in_a_loop_is_said_once) {
  EXPECT_EQ(tidy_transcript("I was" + repeat(" the", 5)), "I was the");
  EXPECT_EQ(tidy_transcript("Yes." + repeat(" yes,", 30) + " we can"), "Yes. we can");
}

TEST(Tidy, phrase_in_a_loop_is_said_once_and_its_unfinished_round_goes_too) {
  EXPECT_EQ(tidy_transcript("Hello." + repeat(" Thank you very much.", 6) + " Thank you"),
            "Hello. Thank you very much.");
  EXPECT_EQ(tidy_transcript(repeat("and so on ", 7) + "we went home"), "and so on we went home");
}

TEST(Tidy, case_and_punctuation_do_not_hide_a_loop) {
  EXPECT_EQ(tidy_transcript("Bye. bye, bye! BYE bye"), "Bye.");
}

TEST(Tidy, four_rounds_are_speech_and_five_are_a_loop) {
  EXPECT_EQ(tidy_transcript("go on go on go on go on"), "go on go on go on go on");
  EXPECT_EQ(tidy_transcript("go on go on go on go on go on"), "go on");
}

TEST(Tidy, digits_of_a_telephone_number_are_no_loop) {
  const std::string number = "eight oh oh five five five five five five five";
  EXPECT_EQ(tidy_transcript(number), number);
  EXPECT_EQ(tidy_transcript("0 0 0 0 0 0"), "0 0 0 0 0 0");
  EXPECT_EQ(tidy_transcript(repeat("nine ", 17)), "nine");
}

TEST(Tidy, letter_that_will_not_end_is_cut_but_a_number_is_not) {
  EXPECT_EQ(tidy_transcript("mmmm, mmmmmmmmmm. Well....... yes"), "mmmm, mmm. Well... yes");
  EXPECT_EQ(tidy_transcript("ééééééé well"), "ééé well");
  EXPECT_EQ(tidy_transcript("call 00000000"), "call 00000000");
}

TEST(Tidy, music_is_no_word) {
  EXPECT_EQ(tidy_transcript("♪♪♪♪♪♪♪♪"), "");
  EXPECT_EQ(tidy_transcript("♪ Hello? ♪"), "Hello?");
}

TEST(Tidy, what_comes_out_is_valid_utf8) {
  EXPECT_EQ(tidy_transcript("caf\xC3\xA9 \xE0\xB8"), "café");
  EXPECT_EQ(tidy_transcript("a\xFF\x80z \xED\xA0\x80 \xC0\xAF"), "az");
}

TEST(Tidy, tidying_twice_changes_nothing_more) {
  for (const char* text :
       {"ha ha ha ha ha ha", "Mmmmmmm. ♪♪ Mmmmmm.", "so so so so so la la la la la la", "a b a b a b a b a b a"})
    EXPECT_EQ(tidy_transcript(tidy_transcript(text)), tidy_transcript(text)) << text;
}

TEST(Noise, other_alphabets_and_a_lone_you_are_noise_to_an_english_recogniser) {
  EXPECT_TRUE(is_noise_heard_as_english("2-3ตวบนลาง วดโอ 01/01/2566"));
  EXPECT_TRUE(is_noise_heard_as_english("You"));
  EXPECT_TRUE(is_noise_heard_as_english("you."));
}

TEST(Noise, english_with_borrowed_letters_is_speech) {
  for (const char* text : {"You are early.", "Thank you.", "A café – “naïve”, €5, №7, 20° or ½…", "Yes", ""})
    EXPECT_FALSE(is_noise_heard_as_english(text)) << text;
}

}  // namespace
}  // namespace offhook::stt
