#include "dialog/words.hpp"

#include <gtest/gtest.h>

namespace offhook::dialog {

TEST(Words, sameness_ignores_case_punctuation_and_fillers) {
  EXPECT_TRUE(same_words("Um, I'd like to BOOK.", "I'd like to book"));
  EXPECT_FALSE(same_words("I'd like to book", "I'd like to look"));
  EXPECT_FALSE(same_words("two", "two two"));
  EXPECT_TRUE(same_words("", "uh…"));
}

TEST(Words, backchannels_say_go_on) {
  for (auto text : {"Mm-hm.", "Yeah", "okay, right", "Uh-huh", "I see", "mhm mhm"})
    EXPECT_TRUE(is_backchannel(text)) << text;
  for (auto text : {"Stop", "no", "yeah but wait", "", "I see what you mean there", "wait"})
    EXPECT_FALSE(is_backchannel(text)) << text;
}

TEST(Words, endings_tell_unfinished_from_complete) {
  EXPECT_EQ(ending_of("I would like to"), Ending::open);
  EXPECT_EQ(ending_of("my number is"), Ending::open);
  EXPECT_EQ(ending_of("I want it, and, um"), Ending::open);
  EXPECT_EQ(ending_of("Yes."), Ending::complete);
  EXPECT_EQ(ending_of("No, thank you!"), Ending::complete);
  EXPECT_EQ(ending_of("When do you open on Saturday?"), Ending::question);
  EXPECT_EQ(ending_of("I would like to book a cleaning."), Ending::plain);
  EXPECT_EQ(ending_of("My name is Alex, thank you."), Ending::complete);
  EXPECT_EQ(ending_of("What is the?"), Ending::open);
  EXPECT_EQ(ending_of(" … "), Ending::none);
}

TEST(Words, letters_beyond_ascii_survive) {
  EXPECT_EQ(words_of("Grüß Gott!"), (std::vector<std::string>{"grüß", "gott"}));
}

}  // namespace offhook::dialog
