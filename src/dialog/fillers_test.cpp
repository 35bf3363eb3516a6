#include "dialog/fillers.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace offhook::dialog {
namespace {

std::string at(std::string_view said, unsigned turn = 0) {
  return std::string(filler_for(said, turn).value_or("nothing"));
}

}  // namespace

TEST(Fillers, a_question_is_thought_about_and_a_request_is_granted) {
  for (auto text : {"When do you open?", "what time do you close", "How much does it cost?", "do you take insurance",
                    "is it open on sunday", "so where are you located"})
    EXPECT_EQ(at(text), "Let me see.") << text;
  for (auto text : {"I'd like to book an appointment", "Hi, I want to cancel my order.", "Can you help me?",
                    "could you send me a receipt", "I need to reschedule", "can I get a table for two",
                    "Please change it to Tuesday."})
    EXPECT_EQ(at(text), "Sure, one moment.") << text;
  for (auto text : {"My name is Alex Johnson.", "It's five five five one two one two", "the internet is down"})
    EXPECT_EQ(at(text), "Okay.") << text;
}

TEST(Fillers, greetings_thanks_goodbyes_and_a_yes_or_no_get_none) {
  for (auto text : {"", "um", "Hello.", "Hi there", "hello how are you", "Good morning!", "Thanks.",
                    "Thank you so much, bye", "goodbye", "okay thanks that's all", "Have a nice day, bye", "yes", "No.",
                    "No, thank you.", "mm-hm", "okay", "yes please", "I think so"})
    EXPECT_EQ(at(text), "nothing") << text;
}

TEST(Fillers, two_turns_in_a_row_never_get_the_same) {
  constexpr std::string_view kSaid[] = {"When do you open?", "I'd like to book", "My name is Alex."};
  for (unsigned turn = 0; turn < 12; ++turn)
    for (auto now : kSaid)
      for (auto next : kSaid) EXPECT_NE(at(now, turn), at(next, turn + 1)) << turn;
  EXPECT_EQ(at("When do you open?", 5), at("When do you open?", 5));
}

TEST(Fillers, all_that_can_be_said_are_listed_once) {
  const auto all = all_fillers();
  EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), all.size());
  for (auto text : {"When do you open?", "I'd like to book", "My name is Alex."})
    for (unsigned turn = 0; turn < 20; ++turn) EXPECT_NE(std::find(all.begin(), all.end(), at(text, turn)), all.end());
}

}  // namespace offhook::dialog
