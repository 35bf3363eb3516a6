#include "tts/service_text.hpp"

#include <gtest/gtest.h>

namespace offhook::tts {
namespace {

TEST(ServiceText, characters_are_counted_as_vendors_count_them) {
  EXPECT_EQ(characters("caf\xC3\xA9 \xF0\x9F\x98\x80"), 6);
  EXPECT_EQ(characters("a\xFFz"), 3);
}

TEST(ServiceText, punctuation_alone_is_nothing_to_say) {
  for (const char* text : {"", "  \n", "...", " \xE2\x80\xA6 ", "\xE2\x80\x94", "\"!?\"", "\xF0\x9F\x98\x80!"})
    EXPECT_FALSE(anything_to_say(text));
  for (const char* text : {"a", "- 5", "&", "\xE5\xA5\xBD", "$"}) EXPECT_TRUE(anything_to_say(text)) << text;
}

TEST(ServiceText, names_cannot_change_the_url_they_stand_in) {
  EXPECT_EQ(url_encoded("a-Z_0.~"), "a-Z_0.~");
  EXPECT_EQ(url_encoded("x/../y?z&=\xC3\xA9"), "x%2F..%2Fy%3Fz%26%3D%C3%A9");
}

}  // namespace
}  // namespace offhook::tts
