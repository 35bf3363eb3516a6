#include "tts/service_text.hpp"

#include <gtest/gtest.h>

namespace offhook::tts {
namespace {

TEST(ServiceText, what_is_no_utf8_cannot_reach_a_socket) {
  EXPECT_EQ(clean("caf\xC3\xA9 \xF0\x9F\x98\x80"), "caf\xC3\xA9 \xF0\x9F\x98\x80");
  EXPECT_EQ(clean("a\xFFz"), "a\xEF\xBF\xBDz");
  EXPECT_EQ(characters("caf\xC3\xA9"), 4);
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

TEST(ServiceText, a_failure_is_told_in_the_services_own_words) {
  EXPECT_EQ(service_words(R"({"error":{"message":"no credit","type":"x"}})"), "no credit");
  EXPECT_EQ(service_words(R"({"detail":{"status":"q","message":"quota gone"}})"), "quota gone");
  EXPECT_EQ(service_words(R"({"title":"Bad","message":"voice is unknown"})"), "voice is unknown");
  EXPECT_EQ(service_words(R"({"error":"old style"})"), "old style");
  EXPECT_EQ(service_words("<html>\r\nBad gateway"), "<html>  Bad gateway");
  EXPECT_EQ(service_words(std::string(5000, 'x')).size(), 200u);
}

}  // namespace
}  // namespace offhook::tts
