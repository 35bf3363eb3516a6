#include "base/log.hpp"

#include <gtest/gtest.h>

#include <regex>

namespace offhook {
namespace {

TEST(Log, a_value_stands_bare_only_where_a_reader_cannot_err) {
  EXPECT_EQ(log::quoted("twilio"), "twilio");
  EXPECT_EQ(log::quoted("ws://host:8080/phone?a"), "ws://host:8080/phone?a");
  EXPECT_EQ(log::quoted("grün"), "grün");
  EXPECT_EQ(log::quoted(""), "\"\"");
  EXPECT_EQ(log::quoted("two words"), "\"two words\"");
  EXPECT_EQ(log::quoted("a=b"), "\"a=b\"");
  EXPECT_EQ(log::quoted("say \"hi\""), "\"say \\\"hi\\\"\"");
  EXPECT_EQ(log::quoted("back\\slash"), "\"back\\\\slash\"");
}

TEST(Log, nothing_a_stranger_sent_begins_a_line_or_reaches_a_terminal) {
  EXPECT_EQ(log::quoted("a\nerror forged"), "\"a\\nerror forged\"");
  EXPECT_EQ(log::quoted("\r\t"), "\"\\r\\t\"");
  EXPECT_EQ(log::quoted("\x1b[2J"), "\"\\x1b[2J\"");
  EXPECT_EQ(log::quoted(std::string_view("a\0b", 3)), "\"a\\x00b\"");
  EXPECT_EQ(log::quoted("\x7f"), "\"\\x7f\"");
  EXPECT_EQ(log::quoted("\xc2\x9b"
                        "2J"),
            "\"\\xc2\\x9b2J\"")
      << "a C1 control, which some terminals obey";
}

TEST(Log, bytes_that_are_no_utf8_are_escaped) {
  EXPECT_EQ(log::quoted("\xff"), "\"\\xff\"");
  EXPECT_EQ(log::quoted("\xc3"), "\"\\xc3\"") << "cut short";
  EXPECT_EQ(log::quoted("\xc0\x8a"), "\"\\xc0\\x8a\"") << "overlong line feed";
  EXPECT_EQ(log::quoted("\xed\xa0\x80"), "\"\\xed\\xa0\\x80\"") << "surrogate";
  EXPECT_EQ(log::quoted("\xf0\x9f\x98\x80"), "\xf0\x9f\x98\x80");
}

TEST(Log, a_long_value_is_cut_between_characters) {
  std::string umlauts;
  for (std::size_t i = 0; i < log::max_value; ++i) umlauts += "ü";
  const std::string cut = log::quoted("x" + umlauts);
  EXPECT_EQ(cut.size(), 1 + (log::max_value - 2) / 2 * 2 + std::string("…").size());
  EXPECT_EQ(cut.substr(cut.size() - 5), "ü…");
}

TEST(Log, fields_of_every_kind_follow_the_event_in_order) {
  const std::string name = "bluebird dental";
  EXPECT_EQ(log::format("6f", "call_started",
                        {{"agent", name},
                         {"legs", 1},
                         {"bytes", std::size_t{18446744073709551615ull}},
                         {"offset", -3},
                         {"p", 0.31},
                         {"took_ms", 7250us},
                         {"tls", true}}),
            "call_started call=6f agent=\"bluebird dental\" legs=1 bytes=18446744073709551615 offset=-3 p=0.31 "
            "took_ms=7.250 tls=true");
  EXPECT_EQ(log::format("", "ready", {}), "ready");
}

TEST(Log, a_line_is_time_level_event_and_fields) {
  testing::internal::CaptureStderr();
  log::warn("6f", "stt_failed", {{"why", "no route"}});
  const std::string line = testing::internal::GetCapturedStderr();
  EXPECT_TRUE(std::regex_match(
      line,
      std::regex("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z warn stt_failed call=6f why=\"no route\"\n")))
      << line;
}

TEST(Log, below_its_level_nothing_is_written) {
  testing::internal::CaptureStderr();
  log::debug("unseen");
  log::set_level(log::Level::error);
  log::warn("unseen");
  log::error("seen");
  log::set_level(log::Level::off);
  log::error("unseen");
  log::set_level(log::Level::info);
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_EQ(text.find("unseen"), std::string::npos) << text;
  EXPECT_NE(text.find(" error seen\n"), std::string::npos) << text;
}

TEST(Log, levels_are_read_by_name_and_a_wrong_one_is_shown_the_right_ones) {
  ASSERT_TRUE(log::parse_level("debug"));
  EXPECT_EQ(*log::parse_level("debug"), log::Level::debug);
  EXPECT_EQ(*log::parse_level("off"), log::Level::off);
  const auto wrong = log::parse_level("Verbose");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, Errc::invalid);
  EXPECT_NE(wrong.error().what.find("found Verbose, expected one of trace, debug"), std::string::npos);
}

}  // namespace
}  // namespace offhook
