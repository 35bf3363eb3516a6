#include "dialog/speakable.hpp"

#include <gtest/gtest.h>

#include "base/utf8.hpp"

namespace offhook::dialog {
namespace {

// What has been said of the text as it was written once the voice has come to the end of `spoken`.
std::string heard(std::string_view written, std::string_view spoken, std::string_view language = "en",
                  const Lexicon& lexicon = {}) {
  const Speakable s = speakable(written, language, lexicon);
  EXPECT_TRUE(s.text.starts_with(spoken)) << s.text;
  return std::string(written.substr(0, s.written(spoken.size())));
}

void expect_whole(std::string_view written, const Speakable& s) {
  Speakable::Stretch before{};
  before.same = false;
  for (const auto& stretch : s.map) {
    EXPECT_GE(stretch.spoken, before.spoken);
    EXPECT_GE(stretch.written, before.written);
    if (stretch.same) {
      const std::size_t n = stretch.spoken - before.spoken;
      ASSERT_EQ(n, stretch.written - before.written);
      EXPECT_EQ(s.text.substr(before.spoken, n), written.substr(before.written, n));
    }
    before = stretch;
  }
  EXPECT_EQ(before.spoken, s.text.size());
  EXPECT_EQ(before.written, written.size());
  EXPECT_EQ(s.written(s.text.size()), written.size());
  EXPECT_EQ(clean_utf8(s.text), s.text);
}

}  // namespace

TEST(Speakable, what_was_heard_is_told_in_the_words_that_were_written) {
  const std::string_view text = "That is $12.50 for **both** of you.";
  EXPECT_EQ(heard(text, "That is"), "That is");
  EXPECT_EQ(heard(text, "That is twelve"), "That is ");  // not all of it was said
  EXPECT_EQ(heard(text, "That is twelve dollars and fifty cents"), "That is $12.50");
  EXPECT_EQ(heard(text, "That is twelve dollars and fifty cents for"), "That is $12.50 for");
  EXPECT_EQ(heard(text, "That is twelve dollars and fifty cents for both"), "That is $12.50 for **both**");
  EXPECT_EQ(heard(text, "That is twelve dollars and fifty cents for both of you."), text);
}

TEST(Speakable, every_byte_that_was_written_has_its_place) {
  for (const std::string_view language : {"en", "en-GB", "de", "fr", ""})
    for (const std::string_view text :
         {"", " ", "Hello there.", "**a** $5 😀 [x](http://a.b/c) 9:05, U.S.", "  two   blanks  ",
          "|a|b|\n|-|-|\n|1|2|", "😀", "x 😀", "# 1\n- 2 &amp; 3", "3½ & ½", "<b>", "\xFF\xC3 5 \xE2\x82", "a\nb\n\nc",
          "0 0 0 0", "Müller & Söhne, 1.234,56 € am 29.11.2026"})
      expect_whole(text, speakable(text, language));
}

TEST(Speakable, what_needs_nothing_stays_as_it_is) {
  for (const std::string_view text : {"Hello, how can I help?", "Let me see.", "Ja, gern!"}) {
    const Speakable s = speakable(text, "en");
    EXPECT_EQ(s.text, text);
    EXPECT_FALSE(s.changed());
  }
}

TEST(Speakable, in_a_language_without_a_table_only_what_nobody_says_goes) {
  EXPECT_EQ(speakable("**12** pommes à 3,50 € 😀, [ici](http://x.fr) & FAQ", "fr").text,
            "12 pommes à 3,50 €, ici & FAQ");
  EXPECT_EQ(speakable("Siobhan a 12 ans", "fr", {{"Siobhan", "Chivonne"}}).text, "Chivonne a 12 ans");
}

TEST(Speakable, the_day_comes_first_where_it_does) {
  EXPECT_EQ(speakable("3/11/2026", "en-GB").text, "the third of November twenty twenty-six");
  EXPECT_EQ(speakable("3/11/2026", "en-US").text, "March eleventh, twenty twenty-six");
  EXPECT_EQ(speakable("3/11/2026", "en").text, "March eleventh, twenty twenty-six");
  EXPECT_EQ(speakable("3,5 km", "DE_at").text, "drei Komma fünf Kilometer");
}

TEST(Lexicon, says_whole_words_as_it_is_told) {
  const Lexicon words{
      {"Siobhan", "Shivawn"}, {"GmbH", "G m b H"}, {"sql", "sequel"}, {"COVID-19", "covid"}, {"FAQ", "fack"}};
  EXPECT_EQ(speakable("Siobhan's FAQ of Bird GmbH.", "en", words).text, "Siobhan's fack of Bird G m b H.");
  EXPECT_EQ(speakable("Ask Siobhan, siobhan.", "en", words).text, "Ask Shivawn, siobhan.");
  EXPECT_EQ(speakable("SQL, Sql and sql; MySQL", "en", words).text, "sequel, sequel and sequel; MySQL");
  EXPECT_EQ(speakable("COVID-19 and FAQs", "en", words).text, "covid and F A Qs");
  EXPECT_EQ(heard("Ask Siobhan now", "Ask Shivawn", "en", words), "Ask Siobhan");
}

TEST(Lexicon, what_it_gives_is_not_changed_again) {
  EXPECT_EQ(speakable("Dial X1", "en", {{"X1", "extension 1"}}).text, "Dial extension 1");
}

TEST(Speakable, what_grows_too_much_is_left_as_it_is) {
  std::string text;
  for (int i = 0; i < 3000; ++i) text += "$7 ";
  const Speakable s = speakable(text, "en");
  EXPECT_LT(s.text.size(), text.size() + 5000);
  EXPECT_TRUE(s.text.ends_with("$7"));
  expect_whole(text, s);
}

TEST(Speakable, any_bytes_become_well_formed_text) {
  std::string text;
  std::uint32_t seed = 1;
  for (int round = 0; round < 300; ++round) {
    text.clear();
    for (int i = 0; i < 60; ++i) {
      seed = seed * 1664525 + 1013904223;
      constexpr std::string_view kBites = "0123456789.,:/-$% #@&*_[](){}<>|+AaZzt\n\xE2\x82\xAC\xC3\xA4\xFF";
      text += kBites[(seed >> 16) % kBites.size()];
    }
    for (const std::string_view language : {"en", "de", "fr"}) expect_whole(text, speakable(text, language));
  }
}

}  // namespace offhook::dialog
