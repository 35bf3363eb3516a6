#include "telemetry/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace offhook::telemetry {

using testing::HasSubstr;

TEST(Metrics, a_scrape_adds_up_the_loops) {
  CallMetrics a, b;
  a.turns.add(2);
  b.turns.add(3);
  a.v2v.observe(450ms);
  b.v2v.observe(20s);
  Scrape scrape;
  scrape_calls(scrape, {&a, &b});
  const std::string text = std::move(scrape).text();
  EXPECT_THAT(text, HasSubstr("offhook_turns_total 5\n"));
  EXPECT_THAT(text, HasSubstr("offhook_v2v_seconds_bucket{le=\"0.4\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("offhook_v2v_seconds_bucket{le=\"0.5\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("offhook_v2v_seconds_bucket{le=\"+Inf\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("offhook_v2v_seconds_sum 20.45\n"));
  EXPECT_THAT(text, HasSubstr("offhook_v2v_seconds_count 2\n"));
  EXPECT_THAT(text, HasSubstr("offhook_stage_seconds_count{stage=\"think\"} 0\n"));
}

TEST(Metrics, each_name_has_one_head) {
  CallMetrics m;
  Scrape scrape;
  scrape_calls(scrape, {&m});
  const std::string text = std::move(scrape).text();
  const std::string head = "# TYPE offhook_stage_seconds histogram";
  const auto first = text.find(head);
  ASSERT_NE(first, std::string::npos);
  EXPECT_EQ(text.find(head, first + 1), std::string::npos);
}

TEST(Metrics, lateness_of_beats_is_told_apart_where_it_begins_to_matter) {
  CallMetrics a, b;
  a.beat.observe(1200us);
  a.beat.observe(1500us);  // a bound belongs to its bucket
  b.beat.observe(9ms);
  Scrape scrape;
  scrape_calls(scrape, {&a, &b});
  const std::string text = std::move(scrape).text();
  EXPECT_THAT(text, HasSubstr("offhook_beat_lateness_seconds_bucket{le=\"0.001\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("offhook_beat_lateness_seconds_bucket{le=\"0.0015\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("offhook_beat_lateness_seconds_bucket{le=\"0.008\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("offhook_beat_lateness_seconds_bucket{le=\"0.01\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("offhook_beat_lateness_seconds_sum 0.0117\n"));
}

TEST(Metrics, questions_to_the_models_are_counted_by_model) {
  CallMetrics m;
  m.turn_scores.add(3);
  m.word_scores.add();
  Scrape scrape;
  scrape_calls(scrape, {&m});
  const std::string text = std::move(scrape).text();
  EXPECT_THAT(text, HasSubstr("offhook_scores_total{model=\"turn\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("offhook_scores_total{model=\"words\"} 1\n"));
}

TEST(Metrics, a_label_is_what_it_was_whatever_it_holds) {
  EXPECT_EQ(label("service", "openai gpt-4.1"), R"(service="openai gpt-4.1")");
  EXPECT_EQ(label("service", "a\\\"b\nc"), R"(service="a\\\"b\nc")");
}

}  // namespace offhook::telemetry
