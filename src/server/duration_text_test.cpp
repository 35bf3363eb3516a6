#include "server/duration_text.hpp"

#include <gtest/gtest.h>

namespace offhook::server {
namespace {

TEST(DurationText, a_number_and_its_unit_are_a_duration) {
  EXPECT_EQ(parse_duration("300ms"), Duration(300ms));
  EXPECT_EQ(parse_duration("0.3s"), Duration(300ms));
  EXPECT_EQ(parse_duration("15s"), Duration(15s));
  EXPECT_EQ(parse_duration("30m"), Duration(30min));
  EXPECT_EQ(parse_duration("1.5h"), Duration(90min));
  EXPECT_EQ(parse_duration("7d"), Duration(7 * 24h));
  EXPECT_EQ(parse_duration("0s"), Duration(0s));
}

TEST(DurationText, anything_else_is_none) {
  for (const char* text : {"", "s", "5", "soon", "-1s", "+1s", "1 s", "1s ", "1e3s", "infs", "nans", "1.2.3s", ".s",
                           "1ms2s", "1S", "36501d", "99999999999999999999999999999999s", "1us", "0x1s"})
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
}

TEST(DurationText, what_is_written_reads_back) {
  for (const Duration d : {Duration(0s), Duration(1ms), Duration(300ms), Duration(1500ms), Duration(90s),
                           Duration(2min), Duration(36h), Duration(7 * 24h), Duration(1250us)})
    EXPECT_EQ(parse_duration(written(d)), d) << written(d);
  EXPECT_EQ(written(90s), "90s");
  EXPECT_EQ(written(7 * 24h), "7d");
  EXPECT_EQ(written(300ms), "300ms");
}

}  // namespace
}  // namespace offhook::server
