#include "dialog/clauses.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace offhook::dialog {
namespace {

using testing::ElementsAre;

std::vector<std::string> cut(std::string_view text, std::size_t step) {
  ClauseCutter cutter;
  std::vector<std::string> out;
  for (std::size_t i = 0; i < text.size(); i += step)
    for (auto& c : cutter.feed(text.substr(i, step))) out.push_back(c);
  if (auto rest = cutter.finish()) out.push_back(*rest);
  return out;
}

}  // namespace

TEST(ClauseCutter, cuts_do_not_depend_on_how_the_tokens_were_cut) {
  const std::string text =
      "Sure, I can help. We open at 9 a.m. on Saturday, and Dr. Smith is in. It costs $3.50, mail us at a.b@c.de! Bye";
  const auto whole = cut(text, text.size());
  for (std::size_t step : {1u, 2u, 3u, 7u}) EXPECT_EQ(cut(text, step), whole) << step;
}

TEST(ClauseCutter, never_inside_a_number_an_abbreviation_or_an_address) {
  EXPECT_THAT(
      cut("It costs 3.50 now. Ask Dr. Miller at info@bluebird.com or www.bluebird.com today. Ok", 1),
      ElementsAre("It costs 3.50 now.", "Ask Dr. Miller at info@bluebird.com or www.bluebird.com today.", "Ok"));
  EXPECT_THAT(cut("No. We are at No. 5. Fine", 1), ElementsAre("No.", "We are at No. 5.", "Fine"));
  EXPECT_THAT(cut("We open at 9 a.m. tomorrow. Fine", 1), ElementsAre("We open at 9 a.m. tomorrow.", "Fine"));
  EXPECT_THAT(cut("That is 1,000 dollars on July 4, 2026 then.", 1),
              ElementsAre("That is 1,000 dollars on July 4, 2026 then."));
}

TEST(ClauseCutter, the_first_clause_ends_at_a_phrase_where_it_is_wanted_soon) {
  const auto first = [](std::string_view text) {
    ClauseCutter cutter;
    const auto clauses = cutter.feed(text, true);
    return clauses.empty() ? std::string() : clauses.front();
  };
  EXPECT_EQ(first("We're currently open from 8:00"), "We're currently open");
  EXPECT_EQ(first("We're currently open from"), "") << "it may be frommage";
  EXPECT_EQ(first("I can help with that. Yes"), "I can help with that.") << "too short before";
  EXPECT_EQ(first("Unfortunately not for now"), "") << "two words";
  EXPECT_EQ(first("Write to the <a title=\"one from two\"> man"), "");
  ClauseCutter cutter;
  EXPECT_THAT(cutter.feed("We're currently open from 8:00 AM to 12:30 PM on Saturday for you", true),
              ElementsAre("We're currently open"))
      << "only the first";
  EXPECT_THAT(cutter.feed("."), ElementsAre());
}

TEST(ClauseCutter, never_inside_what_is_said_as_one) {
  EXPECT_THAT(cut("That is $12.50, for 3.5 km, e.g., to Main St. 5. Ok then", 1),
              ElementsAre("That is $12.50, for 3.5 km,", "e.g., to Main St. 5.", "Ok then"));
  EXPECT_THAT(cut("Your appointment is on Nov. 29, 2026 at 9. We see you then. Ok", 1),
              ElementsAre("Your appointment is on Nov. 29, 2026 at 9.", "We see you then.", "Ok"));
  EXPECT_THAT(cut("Take #12 or C# at 5 min. 3 of it. # Ok", 1), ElementsAre("Take #12 or C# at 5 min. 3 of it.", "Ok"));
  EXPECT_THAT(cut("Das kostet ca. 3,50 € inkl. MwSt. am 29. November, z. B. um 9. Danke sehr", 1),
              ElementsAre("Das kostet ca. 3,50 € inkl. MwSt. am 29. November,", "z. B. um 9.", "Danke sehr"));
  EXPECT_THAT(cut("Am 29.11. um neun ist der 3. Termin frei. Gut", 1),
              ElementsAre("Am 29.11. um neun ist der 3. Termin frei.", "Gut"));
  EXPECT_THAT(cut("You are number 3. Please wait", 1), ElementsAre("You are number 3.", "Please wait"));
}

TEST(ClauseCutter, a_long_stretch_is_not_cut_behind_a_number) {
  const std::string words(ClauseCutter::kLongest - 6, 'x');
  const auto clauses = cut("word " + words.substr(0, words.size() - 5) + " 3.5 kilometers without an end", 1);
  ASSERT_GE(clauses.size(), 2u);
  for (const auto& clause : clauses) EXPECT_FALSE(clause.ends_with("3.5")) << clause;
}

TEST(ClauseCutter, never_inside_a_tag) {
  EXPECT_THAT(cut("Wait <break time=\"1. s\"/> here. Now", 1), ElementsAre("Wait <break time=\"1. s\"/> here.", "Now"));
}

TEST(ClauseCutter, the_first_clause_comes_early) {
  EXPECT_THAT(cut("Of course I can, let me see what we have. Ok", 1),
              ElementsAre("Of course I can,", "let me see what we have.", "Ok"));
  EXPECT_THAT(cut("Yes, we do. Ok", 1), ElementsAre("Yes, we do.", "Ok"));
}

TEST(ClauseCutter, a_stream_without_punctuation_is_cut_at_words) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "word ";
  for (const auto& clause : cut(text, 3)) EXPECT_LE(clause.size(), ClauseCutter::kLongest);
  const auto joined =
      cut("I can see that you would like to come in on Thursday morning and we have two slots for that day", 1);
  EXPECT_THAT(joined, ElementsAre("I can see that you would like to come in on Thursday morning",
                                  "and we have two slots for that day"));
}

TEST(ClauseCutter, nothing_is_lost_and_markdown_is_not_spoken) {
  EXPECT_THAT(cut("**Bold** and `code`.\n# Title\n1. First thing. 2. Second", 1),
              ElementsAre("Bold and code.", "Title", "1. First thing.", "2. Second"));
  EXPECT_THAT(cut("  \n \n", 1), ElementsAre());
}

TEST(Clauses, a_text_without_spaces_is_never_cut_inside_a_character) {
  std::string text;
  for (int i = 0; i < 400; ++i) text += "語";
  ClauseCutter cutter;
  auto clauses = cutter.feed(text);
  if (auto rest = cutter.finish()) clauses.push_back(*rest);
  std::string all;
  for (const auto& clause : clauses) {
    EXPECT_EQ(clause.size() % 3, 0u);
    all += clause;
  }
  EXPECT_EQ(all, text);
  EXPECT_GT(clauses.size(), 3u);
}

}  // namespace offhook::dialog
