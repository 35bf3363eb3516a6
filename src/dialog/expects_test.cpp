#include "dialog/expects.hpp"

#include <gtest/gtest.h>

namespace offhook::dialog {
namespace {

struct Row {
  std::string_view agent_said;
  Expects expects;
};
using enum Expects;

constexpr Row kRows[] = {
    {"What's your phone number?", phone},
    {"Sure, I can do that. And what's the best number to reach you?", phone},
    {"Could I get a callback number?", phone},
    {"Can I have your number, please?", phone},
    {"What number should we call?", phone},
    {"May I have a contact number in case we get disconnected?", phone},
    {"Please tell me your mobile number.", phone},
    {"And your phone number?", phone},
    {"I'll need your phone number.", phone},
    {"What's a good phone number for you", phone},
    {"Could you spell your last name?", spelling},
    {"How do you spell that?", spelling},
    {"How is that spelled?", spelling},
    {"Can you spell your email address for me, please?", spelling},
    {"Please spell your last name.", spelling},
    {"What's the best e-mail?", email},
    {"What is your email address?", email},
    {"And your email?", email},
    {"Do you have an email address where I can send it?", email},
    {"Which e-mail should the confirmation go to?", email},
    {"Could I have your e mail, please?", email},
    {"What date works for you?", date},
    {"When would you like to come in?", date},
    {"What day and time would you prefer?", date},
    {"Your date of birth?", date},
    {"Please tell me your date of birth.", date},
    {"What's your birthday?", date},
    {"When were you born?", date},
    {"What time works best?", date},
    {"Which day suits you?", date},
    {"And when is a good time?", date},
    {"For what date?", date},
    {"When did that happen?", date},
    {"How soon do you need it?", date},
    {"How many people?", number},
    {"And for how many guests?", number},
    {"What is your account number?", number},
    {"Could you read me the card number?", number},
    {"What's your zip code?", number},
    {"What are the last four digits of your social security number?", number},
    {"How old is your daughter?", number},
    {"How much was the charge?", number},
    {"May I have your order number?", number},
    {"What's the confirmation code?", number},
    {"How large is your party?", number},
    {"How many phone lines do you have?", number},
    {"How can I help?", none},
    {"Hi, this is Bluebird Dental. How can I help you today?", none},
    {"What's your name?", none},
    {"And your last name?", none},
    {"What can I do for you?", none},
    {"Is there anything else?", none},
    {"Is Tuesday all right?", none},
    {"Is that the right phone number?", none},
    {"Did I get your number right?", none},
    {"Are you calling about an appointment?", none},
    {"Would you like me to send you an email?", none},
    {"Should I call you back at this number?", none},
    {"Do you want to keep the same date?", none},
    {"So that's Tuesday at five, correct?", none},
    {"What's your phone number? Actually, what is this about?", none},
    {"We are open from nine to five on weekdays.", none},
    {"Thanks, I have your phone number.", none},
    {"I'll send an email to you.", none},
    {"What brings you in?", none},
    {"Which doctor do you usually see?", none},
    {"And your number is 555-1234, right?", none},
    {"Your date of birth is the fifth of March, correct?", none},
    {"Okay.", none},
    {"", none},
    {"What's your date of birth? And the phone number?", phone},
    {"What is your phone number? I need it for the booking.", phone},
};

}  // namespace

TEST(Expects, the_last_question_tells_what_value_the_caller_will_say) {
  static_assert(std::size(kRows) >= 40);
  for (const auto& [said, expects] : kRows)
    EXPECT_EQ(expected_by(said), expects) << said << " → " << name(expected_by(said)) << ", not " << name(expects);
}

}  // namespace offhook::dialog
