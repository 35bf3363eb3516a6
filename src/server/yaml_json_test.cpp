#include "server/yaml_json.hpp"

#include <gtest/gtest.h>

namespace offhook::server::yaml {
namespace {

std::string json_of(const std::string& text) {
  const auto document = parse(text, "f");
  EXPECT_TRUE(document) << document.error().what;
  return document ? to_json(document->root) : "";
}

TEST(YamlJson, scalars_are_what_yaml_says) {
  EXPECT_EQ(json_of("a: 1\nb: -2.5\nc: true\nd: false\ne: null\nf: ~\ng: text\nh: \"1\"\ni: 'true'\nj: nan\nk: 1e400\n"
                    "l: 2026-01-02\n"),
            R"({"a":1,"b":-2.5E0,"c":true,"d":false,"e":null,"f":null,"g":"text","h":"1","i":"true","j":"nan",)"
            R"("k":"1e400","l":"2026-01-02"})");
}

TEST(YamlJson, maps_and_lists_keep_their_order) {
  EXPECT_EQ(json_of("z: [1, {b: [], a: {}}]\ny: |\n  two\n  lines\n"),
            R"({"z":[1,{"b":[],"a":{}}],"y":"two\nlines\n"})");
}

}  // namespace
}  // namespace offhook::server::yaml
