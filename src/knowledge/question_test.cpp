#include "knowledge/question.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace offhook::knowledge {
namespace {

using testing::ElementsAre;
using Words = std::vector<std::string>;

TEST(Question, only_words_that_say_what_it_is_about_are_asked_for_each_once) {
  EXPECT_THAT(telling_words(Words{"what", "do", "you", "charge", "for", "a", "check", "up", "check"}),
              ElementsAre("charge", "check", "up"));
  EXPECT_THAT(telling_words(Words{"wie", "sind", "die", "preise", "fur", "kinder"}), ElementsAre("preise", "kinder"));
}

TEST(Question, one_without_such_words_is_asked_as_it_is) {
  EXPECT_THAT(telling_words(Words{"who", "are", "you", "who"}), ElementsAre("who", "are", "you"));
  EXPECT_TRUE(telling_words(Words{}).empty());
}

TEST(Question, a_long_one_is_bounded) {
  Words many;
  for (int i = 0; i < 1000; ++i) many.push_back("word" + std::to_string(i));
  EXPECT_EQ(telling_words(many).size(), kMostQuestionWords);
}

TEST(Question, a_word_is_never_syntax) {
  EXPECT_EQ(all_of(Words{"near", "a\"b", "or", "*"}), R"("near" "a""b" "or" "*")");
}

TEST(Question, a_beginning_loses_an_inflection_and_never_too_much) {
  EXPECT_EQ(all_begun_with(Words{"parken", "kostet", "open", "80", "eu"}), R"("park" * "kost" * "open" * "80" "eu")");
  EXPECT_EQ(any_begun_with(Words{"termine", "preis"}), R"("termin" * OR "prei" *)");
}

TEST(Question, the_german_sharp_s_is_two) {
  EXPECT_EQ(folded("Straße, STRAẞE, Maß"), "Strasse, STRAssE, Mass");
}

}  // namespace
}  // namespace offhook::knowledge
