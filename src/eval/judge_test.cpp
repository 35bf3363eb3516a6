#include "eval/judge.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace offhook::eval {
namespace {

using Outcome = Check::Outcome;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Scenario scenario = *parse_scenario(R"(
caller:
  - say: Have you time on Thursday?
    expect: { judge: offers a time }
  - Thank you.
  - say: Bye.
    expect: { judge: [ says goodbye, is short ] }
expect: { judge: never promises a price }
)",
                                          "s.yaml");

Account call() {
  Account a;
  a.played = {{.done = true, .from = 2s}, {.done = true, .from = 5s}, {.done = true, .from = 8s}};
  a.lines = {{true, "At nine.", 3s, false}, {true, "Goodbye.", 9s, false}};
  return a;
}

const std::string both =
    R"({"verdicts":[{"n":1,"met":true,"because":"so it does"},{"n":2,"met":false,"because":"it talks on"}]})";

// What becomes of it with a judge that gives these answers, one after the other, the last for ever.
struct Judged {
  std::vector<Thought> answers;
  Account account = call();
  std::vector<llm::Request> asked = {};

  std::vector<Check> checks() {
    return judge(scenario, account, [this](llm::Request request) {
      asked.push_back(std::move(request));
      return answers[std::min(asked.size(), answers.size()) - 1];
    });
  }
};
Thought saying(std::string text) {
  return {std::move(text), {}, {}};
}
std::vector<Outcome> outcomes(const std::vector<Check>& checks) {
  std::vector<Outcome> all;
  for (const Check& check : checks) all.push_back(check.outcome);
  return all;
}

TEST(Judge, is_asked_once_a_step_that_has_criteria_and_once_for_the_call) {
  Judged judged{{saying(both)}};
  const auto checks = judged.checks();
  EXPECT_EQ(judged.asked.size(), 3u);
  for (const auto& request : judged.asked) EXPECT_EQ(request.temperature, 0);
  EXPECT_THAT(judged.asked[1].messages.back().content, HasSubstr("1. says goodbye\n2. is short\n"));
  EXPECT_THAT(outcomes(checks), ElementsAre(Outcome::passed, Outcome::passed, Outcome::failed, Outcome::passed));
  EXPECT_EQ(checks[2].of, "\"Bye.\"");
  EXPECT_EQ(checks[2].expected, "is judged to meet \"is short\"");
  EXPECT_EQ(checks[2].found, "it talks on");
  EXPECT_EQ(checks[3].of, "");
  EXPECT_EQ(checks[3].found, "so it does");
}

TEST(Judge, who_gives_no_verdict_is_asked_once_more) {
  Judged judged{{saying("Let me think."), saying(both)}};
  EXPECT_EQ(judged.checks()[0].outcome, Outcome::passed);
  EXPECT_EQ(judged.asked.size(), 4u);

  Judged partly{{saying(both), saying(R"({"verdicts":[{"n":1,"met":true}]})"),
                 saying(R"({"verdicts":[{"n":1,"met":false},{"n":2,"met":true}]})")}};
  const auto checks = partly.checks();
  EXPECT_EQ(checks[1].outcome, Outcome::passed) << "what was said first holds";
  EXPECT_EQ(checks[1].found, "the judge gives no reason");
  EXPECT_EQ(checks[2].outcome, Outcome::passed);
}

TEST(Judge, who_gives_none_then_either_leaves_it_unknown) {
  Judged judged{{saying("I like\nthem all.")}};
  const auto checks = judged.checks();
  EXPECT_EQ(judged.asked.size(), 6u);
  for (const Check& check : checks) {
    EXPECT_EQ(check.outcome, Outcome::unknown);
    EXPECT_EQ(check.found, "the judge gives no verdict: it says \"I like them all.\"");
  }
}

TEST(Judge, who_fails_is_named_and_not_asked_again_for_this_call) {
  Judged judged{{saying(both), {"half an ans", {}, "openai m: 503"}}};
  const auto checks = judged.checks();
  EXPECT_EQ(judged.asked.size(), 2u);
  EXPECT_THAT(outcomes(checks), ElementsAre(Outcome::passed, Outcome::unknown, Outcome::unknown, Outcome::unknown));
  EXPECT_EQ(checks[1].found, "the judge failed: openai m: 503");
  EXPECT_EQ(checks[3].found, "the judge failed: openai m: 503");
}

TEST(Judge, nobody_is_asked_of_what_was_not_told_or_did_not_come_about) {
  Judged untold{{saying(both)}};
  untold.account.told = false;
  EXPECT_EQ(untold.checks()[0].found, "the agent's server does not tell what was said");
  EXPECT_THAT(untold.asked, IsEmpty());

  Judged cut{{saying(both)}};
  cut.account.played[2] = {};
  EXPECT_THAT(outcomes(cut.checks()), ElementsAre(Outcome::passed, Outcome::passed));

  const auto checks = judge(scenario, call(), {});
  EXPECT_EQ(checks.size(), 4u);
  EXPECT_EQ(checks[0].outcome, Outcome::unknown);
  EXPECT_THAT(checks[0].found, HasSubstr("no judge: name one under judged_by"));
}

TEST(Judge, is_the_one_that_is_named_else_the_agents_own_but_never_the_embedded_model) {
  const auto provider = [](std::string name) {
    llm::Spec spec;
    spec.provider = std::move(name);
    return spec;
  };
  const auto names = [](const std::vector<llm::Spec>& specs) {
    std::vector<std::string> all;
    for (const auto& spec : specs) all.push_back(spec.provider);
    return all;
  };
  Scenario named = scenario;
  named.judged_by = {provider("openai")};
  EXPECT_THAT(names(judges_of(named, {provider("groq")})), ElementsAre("openai"));
  EXPECT_THAT(names(judges_of(scenario, {provider("groq"), provider("local")})), ElementsAre("groq"));
  EXPECT_THAT(judges_of(scenario, {provider("local")}), IsEmpty());

  EXPECT_TRUE(needs_judge(scenario));
  EXPECT_FALSE(needs_judge(*parse_scenario("caller: [ a ]", "s.yaml")));
}

}  // namespace
}  // namespace offhook::eval
