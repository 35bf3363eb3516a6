#include "load/report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace offhook::load {
namespace {

using testing::HasSubstr;
using testing::Not;

LoadReport report() {
  LoadReport r;
  r.url = "ws://127.0.0.1:8080/phone";
  r.wall = 41500ms;
  r.own_cpu_s = 0.8;
  r.result.calls = r.result.at_once = 4;
  r.result.turns = 4;
  r.result.v2v = {510.5, 480, 530.25, 505};
  r.result.call_time = 160s;
  for (int i = 0; i < 1000; ++i) r.result.lateness.add(150us);
  return r;
}

TEST(LoadReport, a_table_holds_what_was_measured_and_no_more) {
  LoadReport r = report();
  const std::string text = table(r);
  EXPECT_THAT(text, HasSubstr("4 calls to ws://127.0.0.1:8080/phone, 41.5 s"));
  EXPECT_THAT(text, HasSubstr("voice to voice              4     510.5     530.2     530.2\n"));
  EXPECT_THAT(text, HasSubstr("5.00 ms CPU a call-second"));
  EXPECT_THAT(text, Not(HasSubstr("interruption")));
  EXPECT_THAT(text, Not(HasSubstr("server")));
  EXPECT_THAT(text, Not(HasSubstr("BELIEVED")));
  EXPECT_TRUE(passed(r));
  r.server = ServerUse{.cpu_s = 1.6, .before_mb = 200, .most_mb = 202, .after_mb = 201};
  EXPECT_THAT(table(r), HasSubstr("server: 10.00 ms CPU a call-second · memory 200.0 MB before, 202.0 at most, 201.0 "
                                  "after, 0.50 a call\n"));
}

TEST(LoadReport, the_same_in_json_where_what_was_not_measured_is_null) {
  LoadReport r = report();
  r.result.interruptions = 2;
  r.result.barge_in = {201.25, 190};
  r.server = ServerUse{.cpu_s = 1.6, .before_mb = 200, .most_mb = 202, .after_mb = 201};
  EXPECT_THAT(json(r), HasSubstr("\"wall_s\":41.5,"));
  const auto o = boost::json::parse(json(r)).as_object();
  EXPECT_EQ(o.at("v2v_n"), 4);
  EXPECT_EQ(o.at("v2v_p50").as_double(), 510.5);
  EXPECT_EQ(o.at("barge_p50").as_double(), 201.25);
  EXPECT_TRUE(o.at("greet_p50").is_null());
  EXPECT_EQ(o.at("cpu_ms_per_call_s"), 10);
  EXPECT_EQ(o.at("mb_per_call").as_double(), 0.5);
  EXPECT_EQ(o.at("late_ms_p99").as_double(), 0.15);
  EXPECT_TRUE(o.at("believed").as_bool());
  EXPECT_FALSE(o.contains("first_error"));
}

TEST(LoadReport, a_late_generator_is_not_to_be_believed) {
  LoadReport r = report();
  for (int i = 0; i < 12; ++i) r.result.lateness.add(8ms);  // more than one in a hundred
  EXPECT_THAT(doubt(r.result), HasSubstr("8.0 ms late"));
  EXPECT_THAT(table(r), HasSubstr("NOT TO BE BELIEVED"));
  EXPECT_FALSE(boost::json::parse(json(r)).at("believed").as_bool());
  EXPECT_FALSE(passed(r));

  LoadReport skipped = report();
  skipped.result.skipped = 1;
  EXPECT_FALSE(passed(skipped));
}

TEST(LoadReport, errors_and_silence_are_a_failure_and_reach_no_terminal_as_a_command) {
  LoadReport r = report();
  r.result.errors = 1;
  r.result.first_error = "HTTP 503: \x1b[2Jbusy";
  EXPECT_FALSE(passed(r));
  EXPECT_THAT(table(r), HasSubstr("first error: HTTP 503:  [2Jbusy\n"));
  LoadReport silent = report();
  silent.result.v2v.clear();
  EXPECT_FALSE(passed(silent));
  EXPECT_THAT(table(silent), HasSubstr("voice to voice              0         -"));
}

}  // namespace
}  // namespace offhook::load
