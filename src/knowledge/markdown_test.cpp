#include "knowledge/markdown.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace offhook::knowledge {
namespace {

using testing::ElementsAre;

std::vector<std::string> read(std::string_view text) {
  std::vector<std::string> all;
  for (const Block& b : markdown_blocks(text)) {
    all.push_back(std::to_string(b.line) + (b.level > 0 ? std::string(static_cast<std::size_t>(b.level), '#') : ":") +
                  " " + b.text);
  }
  return all;
}

TEST(Markdown, headings_are_told_from_text_in_both_of_their_forms) {
  EXPECT_THAT(
      read("# Bluebird\n\nPrices\n------\ntext\n### Teeth ###\nTwo\nlines\n====\n#5 is no heading\n"),
      ElementsAre("1# Bluebird", "3## Prices", "5: text", "6### Teeth", "7# Two lines", "10: #5 is no heading"));
}

TEST(Markdown, lines_of_a_paragraph_are_one_and_what_its_author_broke_stays_broken) {
  EXPECT_THAT(read("We are\nopen.\n\nMill Lane 4  \nOxford\\\nEngland\n\n---\n\nEnd"),
              ElementsAre("1: We are open.", "4: Mill Lane 4\nOxford\nEngland", "10: End"));
}

TEST(Markdown, items_of_lists_stand_alone_with_their_numbers) {
  EXPECT_THAT(read("Bring:\n- your *card*\n* a list of\n  medicines\n1. first\n2) second\n"),
              ElementsAre("1: Bring:", "2: your card", "3: a list of medicines", "5: 1. first", "6: 2) second"));
}

TEST(Markdown, each_row_of_a_table_says_its_columns) {
  EXPECT_THAT(read("Costs:\n| Treatment | Price |\n|---|--:|\n| **Check-up** | 40 € |\n| A \\| B | |\nEnd | of\n\n"),
              ElementsAre("1: Costs:", "4: Treatment: Check-up; Price: 40 €", "5: Treatment: A | B",
                          "6: Treatment: End; Price: of"));
}

TEST(Markdown, code_is_kept_as_it_stands) {
  EXPECT_THAT(read("```sh\n# *no* heading\n  <b>\n```\nUse `*x*` or ``a`b``.\n```one line```\n"),
              ElementsAre("2: # *no* heading\n  <b>\n", "5: Use *x* or a`b. one line"));
  EXPECT_THAT(read("~~~\nnever closed"), ElementsAre("2: never closed\n"));
}

TEST(Markdown, quotes_are_text_and_what_is_not_shown_is_not_told) {
  EXPECT_THAT(read("---\ntitle: x\n---\n> Quoted\n> text\n\n<!-- secret\nsecret -->\n[map]: https://x.y/z "
                   "\"Map\"\n[Note]: see\n"),
              ElementsAre("4: Quoted text", "10: [Note]: see"));
}

TEST(Markdown, marks_within_a_line_go_and_what_only_looks_like_them_stays) {
  EXPECT_EQ(without_markup("**Bold**, *it*, __b__, _i_, ~~old~~, ***both***"), "Bold, it, b, i, old, both");
  EXPECT_EQ(without_markup("3 * 4, 3*4, snake_case, ~5, 1\\*2, from 95 €*"),
            "3 * 4, 3*4, snake_case, ~5, 1*2, from 95 €");
  EXPECT_EQ(without_markup("See [our **map**](https://x.y/(a)) and ![a tooth](t.png) or [that][1] [not this]"),
            "See our map and a tooth or that [not this]");
  EXPECT_EQ(without_markup("[![logo](l.png)](/) <b>now</b><br/>at <https://x.y> or <a@b.de>, <5 kg"),
            "logo now at https://x.y or a@b.de, <5 kg");
  EXPECT_EQ(without_markup("Tea &amp; cake&nbsp;&lt;3 &unknown; [a ` \\"), "Tea & cake <3 &unknown; [a ` \\");
}

TEST(Markdown, text_without_markup_keeps_its_lines_and_its_marks) {
  const std::vector<Block> blocks = plain_blocks("\r\n# 1\r\n  *two*\r\n\r\n\r\nthree");
  ASSERT_EQ(blocks.size(), 2u);
  EXPECT_EQ(blocks[0].text, "# 1\n*two*");
  EXPECT_EQ(blocks[0].line, 2);
  EXPECT_EQ(blocks[1].line, 6);
}

}  // namespace
}  // namespace offhook::knowledge
