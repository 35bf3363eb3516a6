#include "knowledge/passages.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/utf8.hpp"
#include "knowledge/fitting.hpp"

namespace offhook::knowledge {
namespace {

std::string words(int count, const std::string& word = "word") {
  std::string all;
  for (int i = 0; i < count; ++i) all += (i > 0 ? " " : "") + word + std::to_string(i);
  return all;
}

TEST(Passages, each_section_is_a_passage_that_knows_its_headings) {
  const auto all = cut(
      "Intro.\n# Bluebird\n## Opening hours\nMonday 8 to 6.\n\nTuesday.\n### Holidays\nClosed.\n## Prices\n- A\n- B\n",
      Markup::markdown);
  ASSERT_EQ(all.size(), 4u);
  EXPECT_EQ(all[0].heading, "");
  EXPECT_EQ(all[1].heading, "Bluebird › Opening hours");
  EXPECT_EQ(all[1].text, "Monday 8 to 6.\nTuesday.");
  EXPECT_EQ(all[1].line, 4);
  EXPECT_EQ(all[2].heading, "Bluebird › Opening hours › Holidays");
  EXPECT_EQ(all[3].heading, "Bluebird › Prices");
  EXPECT_EQ(all[3].text, "A\nB");
}

TEST(Passages, a_heading_with_nothing_below_it_is_told_itself) {
  const auto all = cut("# Rules\n## Dogs are welcome\n## Cats too\n# Empty end\n", Markup::markdown);
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].heading, "Rules › Dogs are welcome");
  EXPECT_EQ(all[0].text, "Dogs are welcome");
  EXPECT_EQ(all[1].text, "Cats too");
  EXPECT_EQ(all[2].text, "Empty end");
  EXPECT_EQ(all[2].line, 4);
}

TEST(Passages, a_long_section_is_cut_between_paragraphs_and_loses_nothing) {
  std::string text, expected;
  for (int i = 0; i < 12; ++i) text += words(30, std::string(1, static_cast<char>('a' + i))) + "\n\n";
  for (const Passage& p : cut(text, Markup::none)) {
    EXPECT_EQ(count_words(p.text), 90) << p.text;
    expected += p.text + "\n";
  }
  EXPECT_EQ(count_words(expected), 360);
}

TEST(Passages, a_long_paragraph_is_cut_between_sentences) {
  std::string text;
  for (int i = 0; i < 20; ++i) text += words(29) + " end. ";
  const auto all = cut(text, Markup::none);
  ASSERT_EQ(all.size(), 4u);
  for (const Passage& p : all) {
    EXPECT_EQ(count_words(p.text), 150);
    EXPECT_TRUE(p.text.ends_with("end."));
  }
}

TEST(Passages, words_without_end_are_cut_between_characters) {
  std::string text;
  for (int i = 0; i < 3000; ++i) text += "歯";
  std::string together;
  for (const Passage& p : cut(text, Markup::markdown)) {
    EXPECT_LE(p.text.size(), kMostBytes);
    EXPECT_EQ(clean_utf8(p.text), p.text);
    together += p.text;
  }
  EXPECT_EQ(together, text);
}

TEST(Passages, what_is_no_utf8_and_a_mark_at_its_front_do_no_harm) {
  const auto all = cut("\xEF\xBB\xBF# \xFF Title\n\nText\x01\xC3", Markup::markdown);
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].heading, "\uFFFD Title");
  EXPECT_EQ(all[0].text, "Text \uFFFD");
  EXPECT_TRUE(cut("", Markup::markdown).empty());
  EXPECT_TRUE(cut(" \n\t\n", Markup::none).empty());
}

TEST(Passages, a_heading_is_kept_short) {
  const auto all = cut("# " + words(200) + "\ntext", Markup::markdown);
  ASSERT_EQ(all.size(), 1u);
  EXPECT_LE(all[0].heading.size(), kLongestHeading);
}

}  // namespace
}  // namespace offhook::knowledge
