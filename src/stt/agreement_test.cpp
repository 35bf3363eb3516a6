#include "stt/agreement.hpp"

#include <gtest/gtest.h>

namespace offhook::stt {
namespace {

TEST(Agreement, counts_the_words_before_the_first_change) {
  EXPECT_EQ(agreeing_words("I want to", "I want two tickets"), 2);
  EXPECT_EQ(agreeing_words("I want to", "I want to go"), 3);
  EXPECT_EQ(agreeing_words("Iwant", "I want"), 0);
}

TEST(Agreement, case_and_punctuation_do_not_matter) {
  EXPECT_EQ(agreeing_words("Well, I don't.", "well i dont know"), 3);
  EXPECT_EQ(agreeing_words("forty-two", "forty two"), 0);
}

TEST(Agreement, dash_between_words_is_counted_with_the_word_after_it) {
  EXPECT_EQ(agreeing_words("well yes", "well - yes please"), 3);
  EXPECT_EQ(agreeing_words("well - yes", "well yes please"), 2);
  EXPECT_EQ(agreeing_words("well", "well - yes"), 1);
}

TEST(Agreement, nothing_agrees_with_nothing) {
  EXPECT_EQ(agreeing_words("", "hello"), 0);
  EXPECT_EQ(agreeing_words("hello", ""), 0);
  EXPECT_EQ(agreeing_words("", ""), 0);
}

TEST(Agreement, words_of_other_scripts_are_compared_by_their_bytes) {
  EXPECT_EQ(agreeing_words("où est", "où est-ce"), 1);
  EXPECT_EQ(agreeing_words("où est", "où est la gare"), 2);
}

}  // namespace
}  // namespace offhook::stt
