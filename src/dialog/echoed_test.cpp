#include "dialog/echoed.hpp"

#include <gtest/gtest.h>

#include <string>

namespace offhook::dialog {
namespace {

constexpr auto kSaid =
    "Thank you for calling. I have Thursday at ten or Friday at half past two. Which of the two would you like? I can "
    "also send you a message with your appointment and the address.";

TEST(Echoed, the_agents_own_words_are_an_echo) {
  for (auto text :
       {"Thank you for calling.", "which of the two would you like", "I have Thursday at 10 or Friday at half past two",
        "send you a message with your appointment and the address"})
    EXPECT_TRUE(echoed(text, kSaid)) << text;
}

TEST(Echoed, what_a_recogniser_mishears_of_them_is_one_too) {
  for (auto text : {"thank you four calling I have thirsty at ten", "also sent you a messages with you're appointment",
                    "of the too would you like", "can also send your message with your appointment in the address"})
    EXPECT_TRUE(echoed(text, kSaid)) << text;
}

TEST(Echoed, a_short_answer_is_an_answer_though_the_agent_said_it_too) {
  for (auto text : {"Thursday.", "Friday", "Ten.", "two", "the two", "you", "Friday, please",
                    "Thursday at ten, please.", "okay Friday at half past two", "yes", "message"})
    EXPECT_FALSE(echoed(text, kSaid)) << text;
}

TEST(Echoed, pieces_that_answer_nothing_are_an_echo) {
  for (auto text : {"and the", "with your", "I"}) EXPECT_TRUE(echoed(text, kSaid)) << text;
  EXPECT_FALSE(echoed("but my", kSaid));
}

TEST(Echoed, an_answer_in_the_agents_words_is_none) {
  for (auto text : {"no, Thursday at ten", "I have not got your message", "can you send me the address please",
                    "I would like Friday at three", "wait, which of the two would you like",
                    "what time do you close on Thursday", "do you have anything at half past four on Monday"})
    EXPECT_FALSE(echoed(text, kSaid)) << text;
}

TEST(Echoed, the_same_words_in_another_order_or_far_apart_are_none) {
  EXPECT_FALSE(echoed("address the and appointment your with", kSaid));
  EXPECT_FALSE(echoed("calling Thursday Friday message address", kSaid));
}

TEST(Echoed, nothing_is_an_echo_of_nothing) {
  EXPECT_FALSE(echoed("", kSaid));
  EXPECT_FALSE(echoed("thank you for calling", ""));
  EXPECT_FALSE(echoed("uh, um", kSaid));
}

TEST(Echoed, long_texts_are_compared_with_the_end_of_what_was_said) {
  std::string said;
  for (int i = 0; i < 2000; ++i) said += "word" + std::to_string(i) + " ";
  EXPECT_TRUE(echoed("word1990 word1991 word1992 word1993", said));
}

}  // namespace
}  // namespace offhook::dialog
