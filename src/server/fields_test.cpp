#include "server/fields.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace offhook::server {
namespace {

using ::testing::HasSubstr;

yaml::Document document(const std::string& text) {
  auto parsed = yaml::parse(text, "f");
  EXPECT_TRUE(parsed) << parsed.error().what;
  return parsed ? *parsed : yaml::Document{};
}

Environment environment(std::string name, std::string value) {
  return [name, value](const std::string& asked) -> std::optional<std::string> {
    if (asked == name) return value;
    return std::nullopt;
  };
}

// One reading of one line: what finish() says, empty if all is well.
template <class Read>
std::string told(const std::string& text, Read read, Environment env = environment("KEY", "sesame")) {
  const auto file = document(text);
  Reader reader(file, std::move(env));
  Fields root = reader.root();
  read(root);
  const auto finished = reader.finish();
  return finished ? "" : finished.error().what;
}

TEST(Fields, each_type_reads_its_values) {
  std::string text;
  bool flag = false;
  int integer = 0;
  double number = 0;
  Duration duration{};
  std::vector<std::string> texts;
  std::string secret, named;
  int word = 0;
  EXPECT_EQ(told("t: hello\nf: on\ni: 12\nn: 0.5\nd: 300ms\nl: [a, 2]\ns: opensesame\ne: {env: KEY}\nc: high\n",
                 [&](Fields& root) {
                   root.text("t", text, {});
                   root.flag("f", flag);
                   root.integer("i", integer, 0, 20);
                   root.number("n", number, 0, 1);
                   root.duration("d", duration, 0s, 1s);
                   root.texts("l", texts, 5);
                   root.secret("s", secret);
                   root.secret("e", named);
                   root.choice<int>("c", word, {{"low", 1}, {"high", 2}});
                 }),
            "");
  EXPECT_EQ(text, "hello");
  EXPECT_TRUE(flag);
  EXPECT_EQ(integer, 12);
  EXPECT_EQ(number, 0.5);
  EXPECT_EQ(duration, Duration(300ms));
  EXPECT_EQ(texts, (std::vector<std::string>{"a", "2"}));
  EXPECT_EQ(secret, "opensesame");
  EXPECT_EQ(named, "sesame");
  EXPECT_EQ(word, 2);
}

TEST(Fields, a_map_with_keys_of_its_own_is_read_in_its_order) {
  std::vector<std::pair<std::string, std::string>> words{{"before", "there"}};
  const auto read = [&](Fields& root) { root.pairs("w", words, 2); };
  EXPECT_EQ(told("w: {Siobhan: Shivawn, 'a.b': c}\n", read), "");
  EXPECT_EQ(words, (std::vector<std::pair<std::string, std::string>>{{"Siobhan", "Shivawn"}, {"a.b", "c"}}));
  EXPECT_THAT(told("w: [a]\n", read), HasSubstr("w: found a list, expected a map such as"));
  EXPECT_THAT(told("w: {a: [b]}\n", read), HasSubstr("w.a: found a list, expected a text of 1 to 200 bytes"));
  EXPECT_THAT(told("w: {a: ''}\n", read), HasSubstr("w.a: found \"\", expected a text of 1 to 200 bytes"));
  EXPECT_THAT(told("w: {a: b, c: d, e: f}\n", read), HasSubstr("found 3 entries, expected at most 2"));
}

TEST(Fields, what_is_missing_or_wrong_keeps_its_value) {
  Duration absent = 3s, wrong = 4s;
  int count = 5;
  const std::string said = told("turn: {min: soon, words: 1.5}\n", [&](Fields& root) {
    Fields turn = root.map("turn"), none = root.map("none");
    turn.duration("min", wrong, 0s, 5s);
    turn.duration("max", absent, 0s, 5s);
    turn.integer("words", count, 0, 20);
    none.duration("min", absent, 0s, 5s);
  });
  EXPECT_EQ(said,
            "f:1:13: turn.min: found \"soon\", expected a duration with its unit (ms, s, m, h, d) such as 4s\n"
            "f:1:26: turn.words: found \"1.5\", expected a whole number from 0 to 20");
  EXPECT_EQ(absent, Duration(3s));
  EXPECT_EQ(wrong, Duration(4s));
  EXPECT_EQ(count, 5);
}

TEST(Fields, bounds_are_told_with_the_value) {
  Duration duration = 1s;
  const auto read = [&](Fields& root) { root.duration("d", duration, 100ms, 30s); };
  EXPECT_EQ(told("d: 100ms", read), "");
  EXPECT_EQ(told("d: 30s", read), "");
  EXPECT_EQ(told("d: 99ms", read), "f:1:4: d: found \"99ms\", expected a duration from 100ms to 30s");
  EXPECT_EQ(told("d: 31s", read), "f:1:4: d: found \"31s\", expected a duration from 100ms to 30s");
  double number = 0;
  const auto read_number = [&](Fields& root) { root.number("n", number, 0, 2); };
  for (const char* text : {"n: -0.1", "n: 2.01", "n: nan", "n: inf", "n: 1x", "n: 0x1", "n: ''"})
    EXPECT_THAT(told(text, read_number), HasSubstr("expected a number from 0 to 2")) << text;
  int integer = 0;
  const auto read_integer = [&](Fields& root) { root.integer("i", integer, 0, 9); };
  for (const char* text : {"i: -1", "i: 10", "i: 99999999999999999999", "i: 1e1", "i: [1]", "i:"})
    EXPECT_THAT(told(text, read_integer), HasSubstr("expected a whole number from 0 to 9")) << text;
}

TEST(Fields, an_unknown_key_is_an_error_that_guesses_the_right_one) {
  Duration d = 1s;
  std::string s;
  const auto read = [&](Fields& root) {
    root.text("greeting", s, {});
    Fields turn = root.map("turn");
    turn.duration("min_delay", d, 0s, 5s);
    turn.duration("max_delay", d, 0s, 5s);
    root.not_built("tools");
  };
  EXPECT_EQ(told("turn: {min_dealy: 1s}", read), "f:1:8: turn: unknown key \"min_dealy\"; did you mean min_delay?");
  EXPECT_EQ(told("greting: a", read), "f:1:1: unknown key \"greting\"; did you mean greeting?");
  EXPECT_EQ(told("min_delay: 1s", read),
            "f:1:1: unknown key \"min_delay\"; did you mean turn.min_delay? Check the indentation");
  EXPECT_EQ(told("zebra: 1s", read), "f:1:1: unknown key \"zebra\"; remove it");
  EXPECT_EQ(told("turn.min_delay: 1s", read), "f:1:1: unknown key \"turn.min_delay\"; remove it");
  EXPECT_THAT(told("toolz: a", read), HasSubstr("remove it")) << "what is not built is no advice";
  EXPECT_THAT(told("tools: []", read),
              HasSubstr("f:1:1: tools: is part of the agent file's contract but not built yet"));
}

TEST(Fields, no_secret_stands_in_an_error) {
  std::string key;
  const auto read = [&](Fields& root) {
    Fields llm = root.map("llm");
    llm.secret("api_key", key);
  };
  for (const char* text : {"llm: sk-SECRET", "llm: {api_key: 'sk SECRET'}", "llm: {api_key: [sk-SECRET]}",
                           "llm: {api_key: {env: sk-SECRET}}", "llm: {api_key: {sk-SECRET: a}}",
                           "llm: {api_key: {env: SECRETs}}", "llm: {api_key: \"SECRET\\n\"}",
                           "llm: {api_key: {env: KEY, b: SECRET}}", "llm: {api_keyy: SECRET}", "api_key: SECRET"}) {
    const std::string said = told(text, read);
    EXPECT_NE(said, "") << text;
    EXPECT_EQ(said.find("SECRET"), said.npos) << said;
  }
  EXPECT_THAT(told("llm: {api_key: {env: KEY}}", read, environment("KEY", "SECRET\n")), Not(HasSubstr("SECRET")));
  EXPECT_EQ(told("llm: {api_key: {env: UNSET}}", read),
            "f:1:22: llm.api_key: the environment variable UNSET is not set; export it before the start");
  EXPECT_EQ(key, "");
}

TEST(Fields, on_and_off_are_words_and_booleans) {
  enum class Noise { off, high } noise = Noise::high;
  const auto read = [&](Fields& root) { root.choice<Noise>("noise", noise, {{"off", Noise::off}}, {"on"}); };
  EXPECT_EQ(told("noise: off", read), "");
  EXPECT_EQ(noise, Noise::off);
  noise = Noise::high;
  EXPECT_EQ(told("noise: false", read), "");
  EXPECT_EQ(noise, Noise::off);
  EXPECT_THAT(told("noise: on", read),
              HasSubstr("\"on\" is part of the agent file's contract but not built yet; expected off"));
  EXPECT_THAT(told("noise: true", read), HasSubstr("not built yet"));
  EXPECT_EQ(told("noise: low", read), "f:1:8: noise: found \"low\", expected off");
  bool flag = true;
  EXPECT_EQ(told("f: false", [&](Fields& root) { root.flag("f", flag); }), "");
  EXPECT_FALSE(flag);
  EXPECT_EQ(told("f: yes", [&](Fields& root) { root.flag("f", flag); }), "f:1:4: f: found \"yes\", expected on or off");
}

TEST(Fields, ten_mistakes_are_told_in_the_order_of_the_file_and_the_rest_counted) {
  std::string text;
  for (int i = 0; i < 13; ++i) text += "unknown_" + std::to_string(i) + ": x\n";
  int i = 0;
  const std::string said = told("n: x\n" + text, [&](Fields& root) { root.integer("n", i, 0, 1); });
  EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 10);
  EXPECT_THAT(said, testing::StartsWith("f:1:4: n: "));
  EXPECT_THAT(said, HasSubstr("f:10:1: "));
  EXPECT_THAT(said, testing::EndsWith("f: and 4 more like these"));
}

TEST(Fields, what_the_file_holds_cannot_reach_a_terminal) {
  int i = 0;
  const std::string said =
      told("n: \"\\x1b[31m\\n" + std::string(500, 'x') + "\"", [&](Fields& root) { root.integer("n", i, 0, 1); });
  EXPECT_EQ(said.find('\x1b'), said.npos);
  EXPECT_EQ(said.find('\n'), said.npos);
  EXPECT_LT(said.size(), 150u);
  std::string text;
  EXPECT_THAT(told("t: \"a\\x1b\"", [&](Fields& root) { root.text("t", text, {}); }), HasSubstr("control character"));
}

TEST(Fields, a_map_whose_lines_are_commented_out_is_no_mistake) {
  int i = 3;
  EXPECT_EQ(told("turn:\n# words: 4\n", [&](Fields& root) { root.map("turn").integer("words", i, 0, 9); }), "");
  EXPECT_EQ(told("# nothing\n", [&](Fields& root) { root.map("turn").integer("words", i, 0, 9); }), "");
  EXPECT_EQ(i, 3);
  EXPECT_THAT(told("turn: [a]", [&](Fields& root) { root.map("turn").integer("words", i, 0, 9); }),
              HasSubstr("found a list, expected a map"));
  EXPECT_THAT(told("just text", [&](Fields& root) { root.integer("words", i, 0, 9); }),
              HasSubstr("expected keys and their values"));
}

}  // namespace
}  // namespace offhook::server
