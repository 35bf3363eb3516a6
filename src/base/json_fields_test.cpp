#include "base/json_fields.hpp"

#include <gtest/gtest.h>

namespace offhook {
namespace {

TEST(JsonFields, what_is_absent_null_or_of_another_type_is_nothing) {
  const auto object = parse_object(R"({"n":null,"s":"text","i":-3,"d":2.5,"b":true,"a":[1],"o":{"k":1},"big":1e300})");
  ASSERT_TRUE(object);
  for (const char* key : {"n", "absent", "i"}) {
    EXPECT_EQ(text_in(*object, key), "") << key;
    EXPECT_EQ(object_in(*object, key), nullptr) << key;
    EXPECT_TRUE(array_in(*object, key).empty()) << key;
    EXPECT_FALSE(flag_in(*object, key)) << key;
  }
  EXPECT_EQ(text_in(*object, "s"), "text");
  EXPECT_EQ(number_in(*object, "s"), std::nullopt);
  EXPECT_EQ(number_in(*object, "d"), 2.5);
  EXPECT_EQ(number_in(*object, "i"), -3);
  EXPECT_EQ(whole_in(*object, "d", 7), 7);
  EXPECT_EQ(count_in(*object, "i", 7), 0) << "a count is none below none";
  EXPECT_EQ(seconds_in(*object, "d"), Duration(2500ms));
  EXPECT_EQ(seconds_in(*object, "big"), std::nullopt);
  EXPECT_EQ(seconds_in(*object, "i"), std::nullopt);
  EXPECT_TRUE(flag_in(*object, "b"));
  EXPECT_EQ(array_in(*object, "a").size(), 1u);
  EXPECT_EQ(number_or(nullptr, 4), 4);
  EXPECT_FALSE(parse_object("[1]"));
  EXPECT_FALSE(parse_object("{\"a\":"));
  EXPECT_FALSE(parse_object("{\"a\":\"\xff\"}"));
}

TEST(JsonFields, a_message_that_is_none_says_what_it_is) {
  const auto read = read_message("{\"text\":\"a\xff\"}");
  ASSERT_TRUE(read) << "one bad byte does not lose it";
  EXPECT_TRUE(text_in(*read, "text").starts_with("a"));
  for (const char* text : {"[1]", "{not json", ""}) EXPECT_EQ(read_message(text).error().code, Errc::invalid) << text;
  EXPECT_EQ(read_message("{not json").error().what, "a message of 9 bytes is no JSON object: {not json");
}

TEST(JsonFields, a_services_own_words_are_found_wherever_it_put_them) {
  for (const char* body : {R"({"error":{"message":"no such voice"}})", R"({"error":"no such voice"})",
                           R"({"detail":{"status":"x","message":"no such voice"}})", R"({"message":"no such voice"})",
                           R"({"err_code":"E","err_msg":"no such voice"})", "no such\nvoice\n"})
    EXPECT_EQ(service_words(body), "no such voice") << body;
  EXPECT_EQ(service_words(R"({"a":1})"), R"({"a":1})");
  EXPECT_EQ(service_words(std::string(900, 'x')).size(), 200u);
}

}  // namespace
}  // namespace offhook
