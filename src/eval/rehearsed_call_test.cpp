#include "eval/rehearsed_call.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "eval/checks.hpp"
#include "eval/report.hpp"

namespace offhook::eval {
namespace {

using testing::HasSubstr;

call::Agent receptionist() {
  call::Agent agent;
  agent.settings.greeting = "Bluebird Dental, how can I help?";
  return agent;
}

Account play(const std::string& text, const call::Agent& agent = receptionist(), const Mind& think = {}) {
  const auto scenario = parse_scenario(text, "s.yaml");
  EXPECT_TRUE(scenario) << (scenario ? "" : scenario.error().what);
  if (!scenario) return {};
  Account account = rehearse(*scenario, agent, think);
  Verdict verdict{"s.yaml", scenario->name, check(*scenario, account), account};
  EXPECT_TRUE(verdict.passed()) << as_text(verdict);
  return account;
}

TEST(RehearsedCall, a_conversation_is_had_with_the_scenarios_own_answers) {
  const Account account = play(R"(
caller:
  - say: When are you open on Saturday?
    expect: { says: nine, within: 2s }
  - say: Thank you.
    expect: { says: welcome }
model: [ "From nine to five.", "You are welcome." ]
expect: { ended_by: caller, max_v2v: 2s, says_not: closed }
)");
  ASSERT_EQ(account.lines.size(), 5u);
  EXPECT_EQ(account.lines[0].text, "Bluebird Dental, how can I help?");
  EXPECT_EQ(account.lines[1].text, "When are you open on Saturday?");
  EXPECT_EQ(account.lines[3].text, "Thank you.");
  EXPECT_LT(account.length, 20s);
}

TEST(RehearsedCall, an_interruption_stops_the_agent_and_is_answered) {
  const Account account = play(R"(
caller:
  - When are you open on Saturday?
  - interrupt: { after: 1s, say: "Wait, and what about Sunday?" }
    expect: { stops_within: 1500ms, says: closed }
model: [ "On Saturday we are open from nine in the morning until five in the afternoon.", "On Sunday we are closed." ]
)");
  EXPECT_TRUE(account.lines[2].cut);
}

TEST(RehearsedCall, tools_are_played_by_the_scenario_and_the_model_is_asked_again) {
  const Account account = play(R"(
caller:
  - say: Book me in on Saturday.
    expect: { says: booked }
model: [ { call: book, arguments: { day: Saturday } }, "You are booked." ]
tools: { book: "done" }
expect: { tools: [ { name: book, arguments: { day: Saturday } } ], tools_not: [ cancel ] }
)");
  ASSERT_EQ(account.tools.size(), 1u);
  EXPECT_EQ(account.tools[0].result, "done");
}

TEST(RehearsedCall, a_silent_caller_is_asked_and_hung_up_on) {
  const Account account = play(R"(
caller:
  - Hello there.
  - wait: 50s
    expect: { says: still there }
model: [ "Hi." ]
expect: { ended_by: agent }
)");
  EXPECT_LT(account.length, 60s);
}

TEST(RehearsedCall, the_agents_own_model_is_asked_with_the_context) {
  std::vector<std::string> asked;
  play(R"(
caller:
  - say: When are you open?
    expect: { says: nine }
)",
       receptionist(), [&](const call::action::Ask& ask) {
         asked.push_back(ask.context.back()->text);
         return Thought{"From nine to five.", {}, {}};
       });
  ASSERT_FALSE(asked.empty());
  EXPECT_EQ(asked.back(), "When are you open?");
}

TEST(RehearsedCall, an_agent_who_does_not_greet_is_spoken_to_at_once) {
  const Account account = play("caller: [ Hello ]\nmodel: [ Hi. ]", call::Agent());
  EXPECT_LT(account.played[0].from, 1s);
}

TEST(RehearsedCall, what_goes_wrong_is_told) {
  const auto troubles = [](const std::string& text) {
    const auto scenario = parse_scenario(text, "s.yaml");
    return testing::PrintToString(rehearse(*scenario, receptionist(), {}).troubles);
  };
  EXPECT_THAT(troubles("caller: [ Hello, Bye ]\nmodel: [ Hi. ]"), HasSubstr("has 1 answers, and one more was asked"));
  call::Agent agent = receptionist();
  agent.settings.tools = {{.name = "book"}};
  const auto scenario = parse_scenario("caller: [ Book ]\nmodel: [ { call: book }, Done. ]", "s.yaml");
  EXPECT_THAT(testing::PrintToString(rehearse(*scenario, agent, {}).troubles), HasSubstr("has no result in `tools:`"));
}

TEST(RehearsedCall, the_same_scenario_ends_the_same_way) {
  const auto scenario = parse_scenario(
      "caller: [ Hello, { interrupt: { after: 300ms, say: Wait } } ]\nmodel: [ \"Hi, how are you "
      "today?\", Yes. ]",
      "s.yaml");
  const auto once = rehearse(*scenario, receptionist(), {}), again = rehearse(*scenario, receptionist(), {});
  EXPECT_EQ(once.length, again.length);
  ASSERT_EQ(once.lines.size(), again.lines.size());
  for (std::size_t i = 0; i < once.lines.size(); ++i) EXPECT_EQ(once.lines[i].at, again.lines[i].at);
}

}  // namespace
}  // namespace offhook::eval
