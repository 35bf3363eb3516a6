#include "tools/loose_schema.hpp"

#include <gtest/gtest.h>

#include "base/json_fields.hpp"
#include "tools/schema.hpp"

namespace offhook::tools {
namespace {

json::value checked(std::string_view schema) {
  return checkable(json::parse(schema).get_object());
}

TEST(LooseSchema, what_can_be_checked_is) {
  const json::value schema = checked(R"({"type":"object","required":["day"],"additionalProperties":false,
      "properties":{"day":{"type":"string","maxLength":10},"people":{"type":["integer","null"],"maximum":8}}})");
  EXPECT_FALSE(misfit(schema, json::parse(R"({"day":"Monday","people":null})")));
  for (const char* wrong : {R"({})", R"({"day":1})", R"({"day":"x","people":9})", R"({"day":"x","more":1})"})
    EXPECT_TRUE(misfit(schema, json::parse(wrong))) << wrong;
}

TEST(LooseSchema, what_cannot_be_checked_refuses_nothing) {
  const json::value schema = checked(R"({"type":"object","$ref":"#/x","allOf":[{}],"required":["a",1,"elsewhere"],
      "patternProperties":{"^x":{}},"additionalProperties":false,
      "properties":{"a":{"anyOf":[{"type":"string"},{"type":"null"}]},"b":true,"c":{"type":"date"},
        "d":{"type":"number","exclusiveMinimum":true,"minLength":-1},"e":{"type":"array","prefixItems":[{}],"items":{"type":"string"}},
        "f":{"enum":[]},"g":{"type":"string","pattern":"^a$"}}})");
  EXPECT_FALSE(misfit(schema, json::parse(R"({"a":7,"b":{},"c":"today","d":-1,"e":[1],"f":1,"g":"b","xray":1})")));
  EXPECT_TRUE(misfit(schema, json::parse(R"({})")));  // a
}

TEST(LooseSchema, what_is_left_is_without_mistakes) {
  for (const char* schema :
       {R"({"type":"object","properties":{"a":false,"b":{"properties":{"c":{"items":false}}}}})",
        R"({"type":"object","required":"a","properties":[],"items":[],"enum":1,"const":null,"additionalProperties":3})",
        R"({"type":"object","required":["a","b"],"properties":{"a":{"type":[]},"b":{"type":["string",1]}}})"})
    EXPECT_FALSE(mistake_in(checked(schema))) << schema;
}

}  // namespace
}  // namespace offhook::tools
