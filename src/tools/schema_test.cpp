#include "tools/schema.hpp"

#include <gtest/gtest.h>

#include "tools/arguments.hpp"

namespace offhook::tools {
namespace {

namespace json = boost::json;

std::string mistake(const std::string& schema) {
  const auto found = mistake_in(json::parse(schema));
  if (!found) return "";
  std::string path;
  for (const auto& step : found->path) path += (path.empty() ? "" : ".") + step;
  return path + ": " + found->what;
}

const char* const kBooking = R"({"type":"object","required":["when"],"additionalProperties":false,"properties":{
  "when":{"type":"string","minLength":3,"maxLength":10},
  "people":{"type":"integer","minimum":1,"maximum":8},
  "room":{"enum":["inside","terrace"]},
  "deposit":{"type":["number","null"],"exclusiveMinimum":0},
  "guest":{"type":"object","properties":{"name":{"type":"string"}},"required":["name"]},
  "dishes":{"type":"array","maxItems":2,"items":{"type":"string"}}}})";

std::string wrong(const std::string& arguments) {
  const json::value schema = json::parse(kBooking);
  EXPECT_EQ(mistake(kBooking), "");
  return misfit(schema, json::parse(arguments)).value_or("");
}

TEST(Schema, what_fits_fits) {
  for (const char* arguments :
       {R"({"when":"nine"})", R"({"when":"nine","people":8,"room":"terrace","deposit":null})",
        R"({"when":"nine","people":2.0,"deposit":0.5,"guest":{"name":"Ann","age":7},"dishes":["a","b"]})"})
    EXPECT_EQ(wrong(arguments), "") << arguments;
}

TEST(Schema, a_misfit_is_one_sentence_that_names_the_argument_what_was_found_and_what_was_expected) {
  const std::pair<const char*, const char*> kTable[] = {
      {R"({})", R"(The argument "when" is missing.)"},
      {R"([])", R"(The arguments are a list, expected an object.)"},
      {R"({"when":9})", R"(The argument "when" is 9, expected a string.)"},
      {R"({"when":"9"})", R"(The argument "when" is 1 characters long, expected at least 3.)"},
      {R"({"when":"nine o'clock"})", R"(The argument "when" is 12 characters long, expected at most 10.)"},
      {R"({"when":"nine","people":"four"})", R"(The argument "people" is "four", expected an integer.)"},
      {R"({"when":"nine","people":2.5})", R"(The argument "people" is 2.5E0, expected an integer.)"},
      {R"({"when":"nine","people":0})", R"(The argument "people" is 0, expected at least 1.)"},
      {R"({"when":"nine","people":9})", R"(The argument "people" is 9, expected at most 8.)"},
      {R"({"when":"nine","deposit":0})", R"(The argument "deposit" is 0, expected more than 0.)"},
      {R"({"when":"nine","deposit":"1"})", R"(The argument "deposit" is "1", expected a number or null.)"},
      {R"({"when":"nine","room":"roof"})", R"(The argument "room" is "roof", expected "inside" or "terrace".)"},
      {R"({"when":"nine","guest":{}})", R"(The argument "guest.name" is missing.)"},
      {R"({"when":"nine","dishes":["a",7]})", R"(The argument "dishes[1]" is 7, expected a string.)"},
      {R"({"when":"nine","dishes":["a","b","c"]})", R"(The argument "dishes" is 3 entries long, expected at most 2.)"},
      {R"({"when":"nine","roof":1})",
       R"(There is no argument "roof"; expected "when", "people", "room", "deposit", "guest" or "dishes".)"},
  };
  for (const auto& [arguments, sentence] : kTable) EXPECT_EQ(wrong(arguments), sentence);
}

TEST(Schema, a_mistake_names_its_place) {
  EXPECT_EQ(mistake(R"({"type":"object","properties":{"a":{"type":"strng"}}})"),
            "properties.a.type: found \"strng\", expected string, number, integer, boolean, array, object or null, or "
            "a list of these");
  EXPECT_EQ(mistake(R"({"type":"object","required":["b"],"properties":{"a":{}}})"),
            "required: found \"b\", expected a name that stands among the properties");
  EXPECT_EQ(mistake(R"({"type":"object","properties":{"a":{"anyOf":[]}}})"),
            "properties.a.anyOf: is a keyword of JSON Schema that is not checked here; leave it out, and say it in the "
            "description");
  EXPECT_EQ(mistake(R"({"type":"object","properties":{"a":{"items":7}}})"),
            "properties.a.items: found 7, expected a schema such as { type: string }");
  EXPECT_EQ(mistake(R"({"properties":{}})"), ": found no type, expected type: object at the top");
  EXPECT_EQ(mistake(R"({"type":"array"})"), "type: found \"array\", expected type: object at the top");
  EXPECT_EQ(mistake(R"({"type":"object","properties":{"a":{"minLength":-1}}})"),
            "properties.a.minLength: found -1, expected a whole number from 0 on");
  EXPECT_EQ(mistake(R"({"type":"object","properties":{"a":{"type":"string","format":"date","pattern":"x","default":1,
                        "title":"t","examples":[1],"deprecated":true,"description":"d"}}})"),
            "");
}

TEST(Schema, arguments_that_are_no_object_are_told_as_such) {
  EXPECT_TRUE(parse_arguments(""));
  EXPECT_TRUE(parse_arguments("{}"));
  EXPECT_EQ(parse_arguments("{").error().what, "The arguments are no JSON, expected a JSON object.");
  EXPECT_EQ(parse_arguments("[1]").error().what, "The arguments are a list, expected a JSON object.");
  EXPECT_EQ(parse_arguments("nine").error().what, "The arguments are no JSON, expected a JSON object.");
  EXPECT_EQ(parse_arguments("{\"a\":\"\xFF\"}").value().at("a").as_string(), "\xEF\xBF\xBD");
}

TEST(Schema, the_same_arguments_are_the_same_however_they_are_written) {
  EXPECT_TRUE(same_arguments(R"({"a":1,"b":"x"})", R"({ "b": "x", "a": 1 })"));
  EXPECT_TRUE(same_arguments("", "{}"));
  EXPECT_TRUE(same_arguments("no json", "no json"));
  EXPECT_FALSE(same_arguments(R"({"a":1})", R"({"a":2})"));
  EXPECT_FALSE(same_arguments("no json", "no json either"));
}

}  // namespace
}  // namespace offhook::tools
