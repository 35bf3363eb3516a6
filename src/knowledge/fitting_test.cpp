#include "knowledge/fitting.hpp"

#include <gtest/gtest.h>

#include <string>

namespace offhook::knowledge {
namespace {

std::string_view fit(std::string_view text, std::size_t bytes, int words = 1000) {
  return text.substr(0, fitting(text, bytes, words));
}

TEST(Fitting, what_fits_stays_whole) {
  EXPECT_EQ(fit("We open at eight", 16), "We open at eight");
  EXPECT_EQ(fit("", 0), "");
}

TEST(Fitting, a_text_is_cut_behind_a_sentence_or_a_line) {
  EXPECT_EQ(fit("We open at 8. We close at 6 in the evening.", 20), "We open at 8.");
  EXPECT_EQ(fit("Is it open? (Yes, it is.) And then there is more", 40), "Is it open? (Yes, it is.)");
  EXPECT_EQ(fit("Monday 8 to 6\nTuesday 9 to 5", 20), "Monday 8 to 6");
  EXPECT_EQ(fit("We open at 8. We close at 6 in the evening.", 1000, 6), "We open at 8.");
}

TEST(Fitting, a_long_sentence_is_cut_behind_a_word_and_a_long_word_behind_a_character) {
  EXPECT_EQ(fit("parking is behind the house", 14), "parking is");
  EXPECT_EQ(fit("parking is behind the house", 1000, 3), "parking is behind");
  EXPECT_EQ(fit("ääää", 5), "ää");
  EXPECT_EQ(fit("ä", 1), "");
}

TEST(Fitting, words_stand_between_blanks) {
  EXPECT_EQ(count_words(" one\ttwo \n three"), 3);
  EXPECT_EQ(count_words(""), 0);
}

}  // namespace
}  // namespace offhook::knowledge
