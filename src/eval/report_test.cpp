#include "eval/report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace offhook::eval {
namespace {

using testing::HasSubstr;
using testing::Not;
using Outcome = Check::Outcome;

Verdict good() {
  Verdict v{"evals/a.yaml", "asks", {{Outcome::passed, "\"Hello\"", "answers within 2 s", "1.20 s", true}}, {}};
  v.account.why = "the caller hung up";
  return v;
}
Verdict ill() {
  Verdict v = good();
  v.name = "books <& \"more\"";
  v.checks.push_back({Outcome::failed, "\"Book\"", "the answer says \"nine\"", "\"\x1b[31mten\n\"", false});
  v.checks.push_back({Outcome::unknown, "", "calls book", "the agent's server does not tell", false});
  v.account.lines = {{true, "We open at ten.", 5200ms, true}, {false, "Book it", 4s, false}};
  v.account.tools = {{6s, "book", "{}"}, {7s, "look", "{}", "no \x1b room"}};
  v.account.length = 8s;
  return v;
}

TEST(Report, a_scenario_that_passed_is_a_line_a_check) {
  EXPECT_EQ(as_text(good()), "asks (evals/a.yaml)\n  ok      \"Hello\": answers within 2 s (1.20 s)\n");
}

TEST(Report, one_that_failed_shows_what_was_found_and_what_was_said_by_time) {
  const std::string text = as_text(ill());
  EXPECT_THAT(text, HasSubstr("  FAILED  \"Book\": the answer says \"nine\"\n          found: "));
  EXPECT_THAT(text, Not(HasSubstr("\x1b"))) << "nothing that an agent says reaches the terminal as a command";
  EXPECT_THAT(text, HasSubstr("  ?       calls book: the agent's server does not tell\n"));
  EXPECT_THAT(text,
              HasSubstr("   4.00 s  caller  Book it\n   5.20 s  agent   We open at ten. —\n   6.00 s  tool    "
                        "book {}\n   7.00 s  tool    look {} → no room\n   8.00 s          the caller hung up\n"));
}

TEST(Report, the_last_line_counts) {
  const std::vector<Verdict> all{good(), ill()};
  EXPECT_EQ(summary(all), "1 of 2 scenarios passed, 2 of 4 checks; 1 could not be checked");
  EXPECT_EQ(summary(std::span(all).first(1)), "1 of 1 scenarios passed, 1 of 1 checks");
}

TEST(Report, the_json_says_all_of_it) {
  const std::vector<Verdict> all{good(), ill()};
  const auto root = boost::json::parse(as_json(all)).as_object();
  EXPECT_FALSE(root.at("passed").as_bool());
  const auto& second = root.at("scenarios").as_array().at(1).as_object();
  EXPECT_EQ(second.at("checks").as_array().at(1).at("outcome"), "failed");
  EXPECT_EQ(second.at("checks").as_array().at(2).at("outcome"), "unknown");
  EXPECT_EQ(second.at("transcript").as_array().at(0).at("text"), "We open at ten.");
  const auto& tools = second.at("tools").as_array();
  EXPECT_EQ(tools.at(0).at("name"), "book");
  EXPECT_FALSE(tools.at(0).as_object().contains("result"));
  EXPECT_EQ(tools.at(1).at("result"), "no \x1b room");
  EXPECT_EQ(second.at("length_ms").to_number<double>(), 8000);
}

TEST(Report, junit_is_well_formed_whatever_was_said) {
  const std::vector<Verdict> all{ill()};
  const std::string xml = as_junit(all);
  EXPECT_THAT(xml, HasSubstr("<testsuite name=\"books &lt;&amp; &quot;more&quot;\" file=\"evals/a.yaml\" tests=\"3\" "
                             "failures=\"1\" skipped=\"1\" time=\"8.000\">"));
  EXPECT_THAT(xml, HasSubstr("<failure message=\"found &quot;"));
  EXPECT_THAT(xml, HasSubstr("<skipped message="));
  EXPECT_THAT(xml, HasSubstr("answers within 2 s\"><system-out>1.20 s</system-out></testcase>"));
  EXPECT_THAT(xml, Not(HasSubstr("\x1b")));
  EXPECT_THAT(xml, HasSubstr("agent   We open at ten. —\n"));
}

}  // namespace
}  // namespace offhook::eval
