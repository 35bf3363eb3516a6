#include "eval/checks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace offhook::eval {
namespace {

using Outcome = Check::Outcome;
using testing::HasSubstr;

// A call in which the caller said one thing and interrupted the answer.
Account call() {
  Account a;
  a.played = {{.done = true, .from = 2s, .to = 4s, .answered = 1200ms},
              {.done = true, .from = 7s, .to = 8s, .answered = 900ms, .stopped = 250ms}};
  a.lines = {{true, "Bluebird Dental, how can I help?", 300ms, false},
             {false, "When are you open?", 4300ms, false},
             {true, "We open at Nine and", 5200ms, true},
             {false, "And on Sunday?", 8400ms, false},
             {true, "We are closed.", 8900ms, false}};
  a.tools = {{5s, "book", R"({"day":"Saturday, 3 May","seats":4})"}};
  a.why = "the caller hung up";
  return a;
}

// The outcome of the one check that the expectation brings.
Check only(const std::string& steps, const std::string& whole = "", const Account& account = call()) {
  const auto scenario = parse_scenario("caller:\n" + steps + "expect: {" + whole + "}\n", "s.yaml");
  EXPECT_TRUE(scenario) << (scenario ? "" : scenario.error().what);
  if (!scenario) return {};
  const auto checks = check(*scenario, account);
  EXPECT_EQ(checks.size(), 1u);
  return checks.empty() ? Check() : checks[0];
}
Check of_first(const std::string& expect) {
  return only("  - { say: a, expect: { " + expect + " } }\n  - { interrupt: { say: b } }\n");
}
Check of_second(const std::string& expect) {
  return only("  - a\n  - { interrupt: { say: b }, expect: { " + expect + " } }\n");
}
Check of_call(const std::string& expect, const Account& account = call()) {
  return only("  - a\n  - { interrupt: { say: b } }\n", expect, account);
}
bool passes(const Check& check) {
  return check.outcome == Outcome::passed;
}

TEST(Checks, an_answer_is_what_is_heard_until_the_callers_next_words) {
  EXPECT_TRUE(passes(of_first("says: nine")));
  EXPECT_FALSE(passes(of_first("says: closed")));
  EXPECT_TRUE(passes(of_second("says: CLOSED")));
  EXPECT_FALSE(passes(of_second("says_not: closed")));
  EXPECT_TRUE(passes(of_first("matches: '(9|nine)'")));
  EXPECT_FALSE(passes(of_first("matches: '^nine'")));
  EXPECT_THAT(of_first("says: ten").found, HasSubstr("We open at Nine and"));
  EXPECT_EQ(of_second("says: ten").of, "\"b\" 1 s into the answer");
}

TEST(Checks, times_are_held_to_their_bounds) {
  EXPECT_TRUE(passes(of_first("within: 1200ms")));
  EXPECT_FALSE(passes(of_first("within: 1100ms")));
  EXPECT_EQ(of_first("within: 1100ms").found, "1.20 s");
  EXPECT_TRUE(passes(of_second("stops_within: 250ms")));
  EXPECT_FALSE(passes(of_second("stops_within: 240ms")));
  EXPECT_TRUE(passes(of_call("max_v2v: 1200ms")));
  EXPECT_THAT(of_call("max_v2v: 1s").found, HasSubstr("1.20 s"));

  Account early = call();
  early.played[0].answered = -400ms;
  EXPECT_THAT(only("  - { say: a, expect: { within: 2s } }\n  - { interrupt: { say: b } }\n", "", early).found,
              HasSubstr("400 ms before the caller had ended"));
}

TEST(Checks, tools_are_compared_by_name_and_by_the_arguments_that_are_named) {
  EXPECT_TRUE(passes(of_call("tools: [ { name: book, arguments: { day: saturday, seats: 4 } } ]")));
  EXPECT_FALSE(passes(of_call("tools: [ { name: book, arguments: { day: Monday } } ]")));
  EXPECT_FALSE(passes(of_call("tools: [ { name: book, arguments: { name: Anna } } ]")));
  EXPECT_FALSE(passes(of_call("tools: [ { name: cancel } ]")));
  EXPECT_TRUE(passes(of_call("tools_not: [ cancel ]")));
  EXPECT_FALSE(passes(of_call("tools_not: [ book ]")));
}

TEST(Checks, who_ended_the_call_and_what_was_never_to_be_said) {
  EXPECT_TRUE(passes(of_call("ended_by: caller")));
  EXPECT_FALSE(passes(of_call("ended_by: agent")));
  EXPECT_TRUE(passes(of_call("says_not: sorry")));
  EXPECT_FALSE(passes(of_call("says_not: dental")));
}

TEST(Checks, what_nobody_tells_is_neither_passed_nor_failed) {
  Account untold = call();
  untold.told = false;
  untold.lines.clear();
  EXPECT_EQ(of_call("tools: [ { name: book } ]", untold).outcome, Outcome::unknown);
  EXPECT_EQ(of_call("says_not: sorry", untold).outcome, Outcome::unknown);
  EXPECT_EQ(of_call("max_v2v: 2s", untold).outcome, Outcome::passed);
}

TEST(Checks, what_nobody_expected_fails_the_scenario) {
  Account cut = call();
  cut.played[1] = {};
  cut.ended_by = Account::End::agent;
  cut.why = "the agent hung up";
  EXPECT_THAT(of_call("", cut).found, HasSubstr("the agent hung up"));

  Account missed = call();
  missed.played[1].missed = true;
  EXPECT_FALSE(passes(of_call("", missed)));

  Account broken = call();
  broken.ended_by = Account::End::broken;
  EXPECT_EQ(of_call("", broken).expected, "the call holds");

  Account troubled = call();
  troubled.troubles = {"the model failed: 503"};
  EXPECT_EQ(of_call("", troubled).found, "the model failed: 503");
}

TEST(Checks, who_is_hung_up_on_has_nothing_left_to_hang_up) {
  const auto scenario = parse_scenario("caller: [ a, { hang_up: true } ]", "s.yaml");
  Account account = call();
  account.played[1] = {};
  EXPECT_TRUE(check(*scenario, account).empty());
}

TEST(Checks, a_pattern_that_is_too_much_work_is_not_found_and_ends) {
  Account account = call();
  account.lines[2].text = std::string(20'000, 'a');
  const auto scenario = parse_scenario("caller: [ { say: a, expect: { matches: 'b$' } }, b ]", "s.yaml");
  EXPECT_EQ(check(*scenario, account)[0].outcome, Outcome::failed);
}

}  // namespace
}  // namespace offhook::eval
