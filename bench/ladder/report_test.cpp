#include "ladder/report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <sstream>

#include "base/utf8.hpp"
#include "ladder/ladder_testing.hpp"

namespace offhook::ladder {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::vector<std::string> words_of_line(const std::string& text, int number) {
  std::istringstream lines(text);
  std::string line, word;
  for (int i = 0; i <= number; ++i) std::getline(lines, line);
  std::istringstream in(line);
  std::vector<std::string> words;
  while (in >> word) words.push_back(word);
  return words;
}

TEST(LadderReport, a_row_for_each_rung) {
  const std::string text = table(ladder_of_two());
  EXPECT_THAT(text, HasSubstr("bench/agents/standins.yaml, 3 turns a call, the answer to each interrupted, ready after "
                              "2.35 s\n"));  // 2.345 s
  EXPECT_THAT(words_of_line(text, 4), ElementsAre("10", "420", "440", "3.5", "2.5", "9.0", "110", "110", "0", "0", "0",
                                                  "1.25", "10.00", "0.50", "104.0", "12", "1.50", "10.0"));
  EXPECT_THAT(words_of_line(text, 5)[0], "40");
  EXPECT_THAT(text, Not(HasSubstr("BELIEVED")));
  EXPECT_TRUE(passed(ladder_of_two()));
}

TEST(LadderReport, columns_stand_below_each_other_whatever_was_not_measured) {
  Ladder ladder = ladder_of_two();
  ladder.ready.reset();
  ladder.rungs[1].load.server.reset();
  ladder.rungs[1].load.result.barge_in.clear();
  ladder.rungs[1].told = {};
  const std::string text = table(ladder);
  EXPECT_THAT(text, Not(HasSubstr("ready")));
  EXPECT_THAT(words_of_line(text, 5), ElementsAre("40", "420", "470", "3.5", "–", "–", "–", "–", "0", "0", "0", "–",
                                                  "–", "–", "–", "–", "–", "–"));
  std::istringstream lines(text);
  std::set<std::size_t> widths;
  std::string line;
  for (int i = 0; std::getline(lines, line); ++i)
    if (i >= 2) widths.insert(code_points(line));
  EXPECT_EQ(widths.size(), 1u) << text;
}

TEST(LadderReport, what_spoils_a_rung_is_said_of_it) {
  Ladder ladder = ladder_of_two();
  ladder.rungs[1].load.result.errors = 2;
  ladder.rungs[1].load.result.first_error = "HTTP 503: \x1b[2Jbusy";
  ladder.rungs[1].load.result.skipped = 7;
  ladder.rungs[1].told.refused = 2;
  const std::string text = table(ladder);
  EXPECT_THAT(text, HasSubstr("40 calls: 2 errors, the first: HTTP 503:  [2Jbusy\n"));
  EXPECT_THAT(text, HasSubstr("40 calls: the server refused 2"));
  EXPECT_THAT(text, HasSubstr("40 calls: NOT TO BE BELIEVED"));
  EXPECT_FALSE(passed(ladder));
  EXPECT_FALSE(passed(Ladder()));
}

TEST(LadderReport, one_object_in_json_with_its_rungs_in_a_list) {
  Ladder ladder = ladder_of_two();
  ladder.rungs[1].told = {};
  const auto o = boost::json::parse(json(ladder)).as_object();
  EXPECT_EQ(o.at("agent"), "bench/agents/standins.yaml");
  EXPECT_EQ(o.at("ready_s").as_double(), 2.345);
  const auto& rungs = o.at("rungs").as_array();
  ASSERT_EQ(rungs.size(), 2u);
  EXPECT_EQ(rungs[0].at("load").at("calls"), 10);
  EXPECT_EQ(rungs[0].at("engine_ms_p50").as_double(), 2.5);
  EXPECT_EQ(rungs[0].at("beat_late_ms_p99").as_double(), 1.25);
  EXPECT_EQ(rungs[0].at("waste").as_double(), 0.1);
  EXPECT_TRUE(rungs[1].at("beat_late_ms_p99").is_null());
  EXPECT_TRUE(rungs[1].at("engine_ms_p50").is_null());
}

TEST(LadderReport, what_a_server_tells_is_what_grew_during_the_rung) {
  const Series before = parse_scrape(
      "offhook_turns_total 2\noffhook_speculations_total 4\noffhook_speculations_wasted_total 1\n"
      "offhook_calls_refused_total{reason=\"ramp\"} 1\noffhook_calls_refused_total{reason=\"lateness\"} 0\n"
      "offhook_beat_lateness_seconds_bucket{le=\"0.001\"} 0\noffhook_beat_lateness_seconds_bucket{le=\"+Inf\"} 0\n");
  const Series after = parse_scrape(
      "offhook_turns_total 10\noffhook_speculations_total 14\noffhook_speculations_wasted_total 3\n"
      "offhook_calls_refused_total{reason=\"ramp\"} 2\noffhook_calls_refused_total{reason=\"lateness\"} 3\n"
      "offhook_beat_lateness_seconds_bucket{le=\"0.001\"} 50\noffhook_beat_lateness_seconds_bucket{le=\"+Inf\"} 50\n");
  const Told told = told_between(before, after);
  EXPECT_EQ(told.turns, 8);
  EXPECT_EQ(told.waste(), 0.2);
  EXPECT_EQ(told.refused, 4);
  EXPECT_NEAR(told.late_p99.value_or(0), 0.99, 1e-9);
  EXPECT_FALSE(told.turn_scores);
  EXPECT_FALSE(told.scores_a_turn());
  EXPECT_FALSE(told_between({}, {}).refused);
}

}  // namespace
}  // namespace offhook::ladder
