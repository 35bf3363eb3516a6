#include "dialog/phrases.hpp"

#include <gtest/gtest.h>

#include <string>

#include "base/utf8.hpp"

namespace offhook::dialog {
namespace {

constexpr const char* kLanguages[] = {"en", "de", "fr", "es", "it", "pt", "nl", "pl", "sv", "da",
                                      "nb", "cs", "tr", "ja", "zh", "ko", "ru", "uk", "hi"};

TEST(Phrases, are_in_the_language_of_the_tag_and_else_in_english) {
  EXPECT_EQ(phrases_in("de-AT").waiting, "Einen Moment bitte.");
  EXPECT_EQ(phrases_in("pt_BR").idle, "Ainda está aí?");
  for (const char* other : {"en-US", "en", "", "xx", "den"})
    EXPECT_EQ(phrases_in(other).idle, "Are you still there?") << other;
}

TEST(Phrases, each_language_has_all_of_its_own) {
  for (const char* language : kLanguages) {
    const Phrases& one = phrases_in(language);
    EXPECT_EQ(one.language, language);
    for (const char* other : kLanguages) {
      if (one.language == other) continue;
      EXPECT_NE(one.idle, phrases_in(other).idle) << language << other;
      EXPECT_NE(one.failure, phrases_in(other).failure) << language << other;
    }
    for (const auto text : {one.idle, one.goodbye, one.not_understood, one.say_again, one.failure, one.waiting}) {
      EXPECT_FALSE(text.empty()) << language;
      EXPECT_EQ(clean_utf8(text), text) << language;
    }
  }
}

}  // namespace
}  // namespace offhook::dialog
