#include "base/lines.hpp"

#include <gtest/gtest.h>

#include <sstream>
#include <string>

namespace offhook {
namespace {

// Each line in brackets, "…" behind one that is too long.
std::string lines_of(const std::string& text, std::size_t longest) {
  std::istringstream in(text);
  Lines lines(in, longest);
  std::string all;
  std::size_t count = 0;
  while (lines.next()) {
    EXPECT_EQ(lines.number(), ++count);
    all += "[" + std::string(lines.line()) + (lines.too_long() ? "…" : "") + "]";
  }
  EXPECT_FALSE(lines.next());
  return all;
}

// Has no end, and counts what was taken of it.
struct Endless : std::streambuf {
  int_type underflow() override {
    setg(block, block, block + sizeof block);
    taken += sizeof block;
    return 'x';
  }
  char block[1000] = {};
  std::size_t taken = 0;
};

}  // namespace

TEST(Lines, come_one_after_the_other_with_or_without_a_last_end) {
  EXPECT_EQ(lines_of("", 10), "");
  EXPECT_EQ(lines_of("\n", 10), "[]");
  EXPECT_EQ(lines_of("a\n\nbc", 10), "[a][][bc]");
  EXPECT_EQ(lines_of("a\nbc\n", 10), "[a][bc]");
  EXPECT_EQ(lines_of(std::string("a\0b\n", 4), 10), std::string("[a\0b]", 5));
}

TEST(Lines, one_that_is_too_long_is_told_and_its_rest_passed_over) {
  EXPECT_EQ(lines_of("abcd\nabcde\nabcdef", 4), "[abcd][abcd…][abcd…]");
  EXPECT_EQ(lines_of("abcde\n\nb", 4), "[abcd…][][b]");
  EXPECT_EQ(lines_of("abcd", 4), "[abcd]");
  EXPECT_EQ(lines_of("abcde\n", 4), "[abcd…]");
  EXPECT_EQ(lines_of("abcdefghijklmnop\nx\n", 1), "[a…][x]");
}

TEST(Lines, one_without_an_end_is_not_read_to_it) {
  Endless endless;
  std::istream in(&endless);
  Lines lines(in, 5000);
  ASSERT_TRUE(lines.next());
  EXPECT_TRUE(lines.too_long());
  EXPECT_EQ(lines.line().size(), 5000u);
  EXPECT_LE(endless.taken, 6000u);
}

}  // namespace offhook
