#include "base/utf8.hpp"

#include <gtest/gtest.h>

namespace offhook {
namespace {

TEST(Utf8, measures_the_shortest_and_longest_of_each_length) {
  for (const auto& [text, length] : {std::pair<std::string_view, std::size_t>{"a", 1},
                                     {"\x7F", 1},
                                     {"\xC2\x80", 2},
                                     {"\xDF\xBFz", 2},
                                     {"\xE0\xA0\x80", 3},
                                     {"\xED\x9F\xBF", 3},
                                     {"\xEF\xBF\xBF", 3},
                                     {"\xF0\x90\x80\x80", 4},
                                     {"\xF4\x8F\xBF\xBF", 4}})
    EXPECT_EQ(utf8_length(text), length);
}

TEST(Utf8, refuses_overlong_surrogate_broken_and_beyond) {
  for (const char* text : {"\x80", "\xC0\x80", "\xC1\xBF", "\xC2", "\xC2z", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xE1\x80",
                           "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", ""})
    EXPECT_EQ(utf8_length(text), 0u);
}

TEST(Utf8, characters_are_counted_and_not_bytes) {
  EXPECT_EQ(code_points(""), 0);
  EXPECT_EQ(code_points("caf\xC3\xA9 \xF0\x9F\x98\x80"), 6);
}

TEST(Utf8, what_is_none_becomes_the_replacement_character) {
  EXPECT_EQ(clean_utf8("café \xff\xc3"), "café \uFFFD\uFFFD");
  EXPECT_EQ(clean_utf8(""), "");
}

TEST(Utf8, a_line_for_a_log_has_no_controls_and_a_length_in_characters) {
  EXPECT_EQ(one_line(" a\r\nb\tc\x1b[31m ", 100), "a b c [31m");
  EXPECT_EQ(one_line("ééééé", 3), "ééé");
  EXPECT_EQ(one_line("\xff\n", 5), "\uFFFD");
}

TEST(Utf8, what_commands_a_terminal_is_not_printable) {
  EXPECT_EQ(printable("café  \xF0\x9F\x98\x80 ~"), "café  \xF0\x9F\x98\x80 ~");
  EXPECT_EQ(printable("\x1b[2J\a\x7F\r\n"), "\uFFFD[2J\uFFFD\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(printable(std::string_view("\0", 1)), "\uFFFD");
  EXPECT_EQ(printable("\xC2\x80\xC2\x9B\xC2\x9F\xC2\xA0"), "\uFFFD\uFFFD\uFFFD\xC2\xA0");
  EXPECT_EQ(printable("\x9B\xC2"), "\uFFFD\uFFFD");
  EXPECT_EQ(printable("\xEF\xBF\xBD\xEF\xBF\xBE\xEF\xBF\xBF"), "\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(printable(""), "");
}

}  // namespace
}  // namespace offhook
