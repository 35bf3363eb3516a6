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

TEST(Metrics, a_label_is_what_it_was_whatever_it_holds) {
  EXPECT_EQ(label("service", "openai gpt-4.1"), R"(service="openai gpt-4.1")");
  EXPECT_EQ(label("service", "a\\\"b\nc"), R"(service="a\\\"b\nc")");
}

}  // namespace offhook::telemetry
