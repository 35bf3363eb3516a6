#include "call/heard.hpp"

#include <gtest/gtest.h>

namespace offhook::call {
namespace {

constexpr double kPace = 500;  // samples a byte

Clause clause(std::string text, Sample samples) {
  Clause c;
  c.text = std::move(text);
  c.samples = samples;
  c.begun = samples > 0;
  return c;
}

TEST(Heard, whole_clauses_and_whole_words_by_their_share) {
  const Clause c[] = {clause("One two.", 8000), clause("Three four five.", 16000)};
  EXPECT_EQ(heard_text(c, 0, kPace), "");
  EXPECT_EQ(heard_text(c, 7999, kPace), "One");
  EXPECT_EQ(heard_text(c, 8000, kPace), "One two.");
  EXPECT_EQ(heard_text(c, 8000 + 5000, kPace), "One two. Three");
  EXPECT_EQ(heard_text(c, 8000 + 15999, kPace), "One two. Three four");
  EXPECT_EQ(heard_text(c, 24000, kPace), "One two. Three four five.");
}

TEST(Heard, what_the_voice_tells_goes_before_any_share) {
  Clause c[] = {clause("One two three.", 14000)};
  c[0].said = {{3, 6000}, {7, 12000}};
  EXPECT_EQ(heard_text(c, 5999, kPace), "");  // its share would say "One"
  EXPECT_EQ(heard_text(c, 6000, kPace), "One");
  EXPECT_EQ(heard_text(c, 13999, kPace), "One two");
  EXPECT_EQ(heard_text(c, 14000, kPace), "One two three.");
}

TEST(Heard, of_a_clause_that_is_still_being_made_the_pace_tells) {
  Clause c[] = {clause("One two three.", -1), clause("Four.", -1)};
  EXPECT_EQ(heard_text(c, 5000, kPace), "");  // no sound of it is here
  c[0].begun = true;
  EXPECT_EQ(heard_text(c, 4 * 500, kPace), "One");
  EXPECT_EQ(heard_text(c, 8 * 500, kPace), "One two");
  EXPECT_EQ(heard_text(c, 99 * 500, kPace), "One two");  // its end has not been heard
}

TEST(Heard, of_a_voice_that_broke_off_only_what_it_said) {
  Clause c[] = {clause("One two three.", 8 * 500), clause("Four.", 2500)};
  c[0].broken = true;
  EXPECT_EQ(heard_text(c, 8 * 500, kPace), "One two");
  EXPECT_EQ(heard_text(c, 8 * 500 + 2500, kPace), "One two Four.");
  EXPECT_EQ(whole_text(c, kPace), "One two Four.");
  c[0].said = {{3, 1000}};
  EXPECT_EQ(whole_text(c, kPace), "One Four.");
}

TEST(Heard, clauses_that_could_not_be_spoken_are_left_out) {
  const Clause c[] = {clause("One.", 0), clause("Two.", 100)};
  EXPECT_EQ(heard_text(c, 100, kPace), "Two.");
  EXPECT_EQ(whole_text(c, kPace), "Two.");
}

}  // namespace
}  // namespace offhook::call
