#include "dialog/words.hpp"

#include <gtest/gtest.h>

namespace offhook::dialog {

TEST(Words, sameness_ignores_case_punctuation_and_fillers) {
  EXPECT_TRUE(same_words("Um, I'd like to BOOK.", "I'd like to book"));
  EXPECT_FALSE(same_words("I'd like to book", "I'd like to look"));
  EXPECT_FALSE(same_words("two", "two two"));
  EXPECT_TRUE(same_words("", "uh…"));
}

TEST(Words, letters_beyond_ascii_survive) {
  EXPECT_EQ(words_of("Grüß Gott!"), (std::vector<std::string>{"grüß", "gott"}));
  EXPECT_EQ(words_of("ÄRGER, ¿Qué? «Да»"), (std::vector<std::string>{"ärger", "qué", "да"}));
}

TEST(Words, marks_of_every_script_separate) {
  EXPECT_EQ(words_of("はい。うん、そうですね！"), (std::vector<std::string>{"はい", "うん", "そうですね"}));
  EXPECT_EQ(words_of("हाँ, ठीक है।"), (std::vector<std::string>{"हाँ", "ठीक", "है"}));
  EXPECT_EQ(words_of("نعم، شكراً؟"), (std::vector<std::string>{"نعم", "شكراً"}));
  EXPECT_EQ(words_of("don’t — I’m…"), (std::vector<std::string>{"don't", "i'm"}));
}

TEST(Words, fillers_count_only_where_asked_for) {
  EXPECT_EQ(spoken_words("Um, yes uh"), (std::vector<std::string>{"um", "yes", "uh"}));
  EXPECT_EQ(words_of("Um, yes uh"), (std::vector<std::string>{"yes"}));
}

TEST(Words, bytes_that_are_no_text_do_no_harm) {
  EXPECT_EQ(words_of("a \xFF\xC3 b \xE2\x80").size(), 4u);
}

}  // namespace offhook::dialog
