#include "turns/report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace offhook::turns {
namespace {

using testing::HasSubstr;
using testing::Not;

Case of(Kind kind, std::string group = {}) {
  Case c;
  c.id = std::string(name(kind)) + "-001";
  c.kind = kind;
  c.group = std::move(group);
  if (kind == Kind::pause) c.pause_begin_ms = 1000, c.pause_end_ms = 1500;
  return c;
}

Outcome answered(std::int64_t ms) {
  Outcome o;
  o.run = true;
  o.answer.delay = samples_of_ms(ms);
  return o;
}

TurnsReport report() {
  TurnsReport r;
  r.url = "ws://127.0.0.1:8080/phone";
  r.wall = 83s;
  r.result.calls = 3;
  for (int i = 0; i < 4; ++i) {
    r.cases.push_back(of(Kind::pause, i < 2 ? "open" : "dictated"));
    Outcome o = answered(500 + 100 * i);
    o.cut_in = i == 3;
    r.result.outcomes.push_back(o);
  }
  r.cases.push_back(of(Kind::complete));
  r.result.outcomes.push_back(answered(640));
  for (int i = 0; i < 2; ++i) {
    r.cases.push_back(of(Kind::cough));
    Outcome o = answered(600);
    o.disturbed.spoke = true;
    if (i == 0) o.disturbed.hitch = samples_of_ms(240);
    o.disturbed.stopped = i == 1;
    r.result.outcomes.push_back(o);
  }
  for (int i = 0; i < 1000; ++i) r.result.lateness.add(150us);
  return r;
}

TEST(TurnsReport, a_row_holds_a_rate_and_how_sure_it_is) {
  const std::string text = table(report());
  EXPECT_THAT(text, HasSubstr("7 cases in 3 calls to ws://127.0.0.1:8080/phone, 83 s"));
  EXPECT_THAT(text, HasSubstr("  all               4  25.0% [4.6, 69.9]"));
  EXPECT_THAT(text, HasSubstr("  dictated          2  50.0%"));
  EXPECT_THAT(text, HasSubstr("  0.4 to 0.6 s      4  25.0%"));
  EXPECT_THAT(text, HasSubstr("  cough             2  50.0%"));
  EXPECT_THAT(text, Not(HasSubstr("interrupts"))) << "what was not asked for is not in it";
  EXPECT_THAT(text, Not(HasSubstr("BELIEVED")));
  EXPECT_TRUE(passed(report()));
}

TEST(TurnsReport, delays_of_answers_that_were_cut_in_or_early_are_no_delays) {
  TurnsReport r = report();
  const auto rows = rows_of(r.cases, r.result.outcomes);
  ASSERT_EQ(rows[0].name, "all");
  EXPECT_THAT(rows[0].times[0].second, testing::ElementsAre(500, 600, 700));
}

TEST(TurnsReport, the_same_in_json_with_each_case_beside_it) {
  const auto o = boost::json::parse(json(report())).as_object();
  EXPECT_EQ(o.at("pause").at("all").at("cut_in").at("count"), 1);
  EXPECT_EQ(o.at("pause").at("all").at("cut_in").at("n"), 4);
  EXPECT_EQ(o.at("over").at("cough").at("hitch_ms").at("p50"), 240);
  EXPECT_TRUE(o.at("believed").as_bool());
  EXPECT_FALSE(o.contains("outcomes"));
  EXPECT_THAT(json(report()), HasSubstr("\"percent\":25.0,\"interval\":[4.6,69.9]"));
  const auto whole = boost::json::parse(json_of_cases(report())).as_object();
  ASSERT_EQ(whole.at("outcomes").as_array().size(), 7u);
  EXPECT_TRUE(whole.at("outcomes").at(3).at("cut_in").as_bool());
}

TEST(TurnsReport, what_was_not_run_or_not_graded_is_counted_and_in_no_rate) {
  TurnsReport r = report();
  r.cases.push_back(of(Kind::cough));
  r.result.outcomes.emplace_back();
  r.cases.push_back(of(Kind::cough));
  r.result.outcomes.push_back(answered(500));  // the agent's answer was over by then
  EXPECT_THAT(table(r), HasSubstr("not run 1 · not graded, as the agent was silent 1"));
  EXPECT_THAT(table(r), HasSubstr("  cough             2  50.0%"));
  EXPECT_FALSE(passed(r));
}

TEST(TurnsReport, a_late_caller_is_not_to_be_believed) {
  TurnsReport r = report();
  for (int i = 0; i < 100; ++i) r.result.lateness.add(9ms);
  EXPECT_THAT(table(r), HasSubstr("NOT TO BE BELIEVED"));
  EXPECT_FALSE(passed(r));
}

TEST(TurnsReport, a_case_is_told_in_a_line) {
  Outcome o = answered(612);
  EXPECT_THAT(line_of(of(Kind::complete), o), HasSubstr("complete-001"));
  EXPECT_THAT(line_of(of(Kind::complete), o), HasSubstr("answered after 612 ms"));
  o.interrupted.spoke = true;
  EXPECT_THAT(line_of(of(Kind::interrupt), o), HasSubstr("DID NOT STOP"));
  EXPECT_THAT(line_of(of(Kind::interrupt), {}), HasSubstr("not run"));
}

}  // namespace
}  // namespace offhook::turns
