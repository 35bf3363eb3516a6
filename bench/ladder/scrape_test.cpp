#include "ladder/scrape.hpp"

#include <gtest/gtest.h>

namespace offhook::ladder {
namespace {

constexpr const char* kBefore =
    "# HELP offhook_turns_total Turns of callers that were answered.\n"
    "# TYPE offhook_turns_total counter\n"
    "offhook_turns_total 5\n"
    "offhook_scores_total{model=\"turn\"} 7\n"
    "late_bucket{le=\"0.001\"} 100\n"
    "late_bucket{le=\"0.01\"} 100\n"
    "late_bucket{le=\"0.002\"} 100\n"
    "late_bucket{le=\"+Inf\"} 100\n";

TEST(Scrape, what_has_grown_is_told_and_nothing_else) {
  const Series before = parse_scrape(kBefore);
  const Series after =
      parse_scrape("offhook_turns_total 8\noffhook_scores_total{model=\"turn\"} 6\nnew_total 1\nbroken\n\nbroken 1x\n");
  EXPECT_EQ(grown(before, after, "offhook_turns_total"), 3);
  EXPECT_FALSE(grown(before, after, "offhook_scores_total{model=\"turn\"}"));  // the server began anew
  EXPECT_FALSE(grown(before, after, "new_total"));
  EXPECT_EQ(after.size(), 3u);
}

TEST(Scrape, a_percentile_is_of_what_came_between_whatever_came_before) {
  const Series before = parse_scrape(kBefore);
  const Series after = parse_scrape(
      "late_bucket{le=\"0.001\"} 190\n"  // 90
      "late_bucket{le=\"0.01\"} 200\n"   // 5
      "late_bucket{le=\"0.002\"} 195\n"  // 5
      "late_bucket{le=\"+Inf\"} 200\n");
  EXPECT_NEAR(percentile(before, after, "late", 0.45).value_or(0), 0.0005, 1e-9);
  EXPECT_NEAR(percentile(before, after, "late", 0.95).value_or(0), 0.002, 1e-9);
  EXPECT_NEAR(percentile(before, after, "late", 0.99).value_or(0), 0.002 + 0.008 * 0.8, 1e-9);
  EXPECT_FALSE(percentile(before, before, "late", 0.99));
  EXPECT_FALSE(percentile(before, after, "early", 0.99));
}

TEST(Scrape, what_is_beyond_all_bounds_is_told_as_the_last) {
  const Series none = parse_scrape("late_bucket{le=\"0.1\"} 0\nlate_bucket{le=\"+Inf\"} 0\n");
  const Series after = parse_scrape("late_bucket{le=\"0.1\"} 0\nlate_bucket{le=\"+Inf\"} 3\n");
  EXPECT_EQ(percentile(none, after, "late", 0.99), 0.1);
}

}  // namespace
}  // namespace offhook::ladder
