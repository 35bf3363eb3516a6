#include "eval/scenario.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

namespace offhook::eval {
namespace {

namespace json = boost::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;
using Kind = Step::Kind;

const std::string evals_dir = OFFHOOK_SOURCE_DIR "/evals";

Scenario good(std::string_view text) {
  auto scenario = parse_scenario(text, "dir/s.yaml");
  EXPECT_TRUE(scenario) << (scenario ? "" : scenario.error().what);
  return scenario ? *scenario : Scenario();
}
std::string bad(std::string_view text) {
  const auto scenario = parse_scenario(text, "s.yaml");
  EXPECT_FALSE(scenario);
  return scenario ? "" : scenario.error().what;
}

TEST(Scenario, everything_that_can_be_said_is_read) {
  const Scenario s = good(R"yaml(
name: asks for the hours
agent: ../agents/receptionist.yaml
caller:
  - Hello
  - say: When are you open?
    expect: { says: nine, says_not: closed, matches: "(9|nine)", within: 1500ms, judge: names the hours }
  - wait: 2s
  - interrupt: { after: 500ms, say: Wait }
    expect: { stops_within: 400ms }
  - dtmf: "12#"
  - wav: hum.wav
  - hang_up: true
model: [ "From nine to five.", { call: book, arguments: { day: Saturday } } ]
tools: { book: Booked. }
expect:
  tools: [ { name: book, arguments: { day: Saturday } }, { name: look } ]
  tools_not: [ cancel ]
  says_not: sorry
  ended_by: caller
  max_v2v: 3s
  judge: [ is friendly, never promises a price ]
judged_by: { provider: openai, model: m, base_url: "http://h/v1", api_key: k, fallback: [ { provider: ollama, model: n } ] }
)yaml");
  EXPECT_EQ(s.name, "asks for the hours");
  EXPECT_EQ(s.agent, "agents/receptionist.yaml") << "beside the scenario, which lies in dir/";
  ASSERT_EQ(s.caller.size(), 7u);
  EXPECT_EQ(s.caller[0].say, "Hello");
  EXPECT_EQ(s.caller[1].say, "When are you open?");
  EXPECT_EQ(s.caller[1].expect.says, "nine");
  EXPECT_EQ(s.caller[1].expect.says_not, "closed");
  EXPECT_EQ(s.caller[1].expect.matches, "(9|nine)");
  EXPECT_EQ(s.caller[1].expect.within, 1500ms);
  EXPECT_THAT(s.caller[1].expect.judge, ElementsAre("names the hours"));
  EXPECT_EQ(s.caller[2].kind, Kind::wait);
  EXPECT_EQ(s.caller[2].wait, 2s);
  EXPECT_EQ(s.caller[3].kind, Kind::interrupt);
  EXPECT_EQ(s.caller[3].say, "Wait");
  EXPECT_EQ(s.caller[3].wait, 500ms);
  EXPECT_EQ(s.caller[3].expect.stops_within, 400ms);
  EXPECT_EQ(s.caller[4].keys, "12#");
  EXPECT_EQ(s.caller[5].wav, "dir/hum.wav");
  EXPECT_EQ(s.caller[6].kind, Kind::hang_up);
  ASSERT_EQ(s.model.size(), 2u);
  EXPECT_EQ(s.model[0].says, "From nine to five.");
  EXPECT_EQ(s.model[1].calls, "book");
  EXPECT_EQ(s.model[1].arguments, R"({"day":"Saturday"})");
  EXPECT_THAT(s.tools, ElementsAre(Pair("book", "Booked.")));
  ASSERT_EQ(s.uses.size(), 2u);
  EXPECT_THAT(s.uses[0].arguments, ElementsAre(Pair("day", "Saturday")));
  EXPECT_THAT(s.uses_not, ElementsAre("cancel"));
  EXPECT_EQ(s.says_not, "sorry");
  EXPECT_EQ(s.ended_by, Scenario::End::caller);
  EXPECT_EQ(s.max_v2v, 3s);
  EXPECT_THAT(s.judge, ElementsAre("is friendly", "never promises a price"));
  ASSERT_EQ(s.judged_by.size(), 2u);
  EXPECT_EQ(s.judged_by[0].provider, "openai");
  EXPECT_EQ(s.judged_by[0].base_url, "http://h/v1");
  EXPECT_EQ(s.judged_by[0].api_key, "k");
  EXPECT_EQ(s.judged_by[1].model, "n");
}

TEST(Scenario, one_line_is_enough) {
  const Scenario s = good("caller: [ Hello ]");
  EXPECT_EQ(s.name, "s");
  ASSERT_EQ(s.caller.size(), 1u);
  EXPECT_EQ(s.caller[0].say, "Hello");
  EXPECT_FALSE(s.caller[0].expect.within);
  EXPECT_TRUE(s.judge.empty() && s.judged_by.empty());
}

TEST(Scenario, a_mistake_is_told_with_its_place_and_what_was_expected) {
  EXPECT_THAT(bad("name: x"), HasSubstr("caller is missing"));
  EXPECT_THAT(bad("caller: []"), HasSubstr("expected what the caller does"));
  EXPECT_THAT(bad("caller:\n  - sya: Hello"), AllOf(HasSubstr("s.yaml:2:5"), HasSubstr("did you mean say?")));
  EXPECT_THAT(bad("caller:\n  - { say: Hello, wait: 1s }"), HasSubstr("write a step for each"));
  EXPECT_THAT(bad("caller: [ { interrupt: { after: 1s } } ]"), HasSubstr("says nothing"));
  EXPECT_THAT(bad("caller: [ { wait: long } ]"), HasSubstr("expected a duration"));
  EXPECT_THAT(bad("caller: [ { dtmf: 12x } ]"), HasSubstr("expected keys of a telephone"));
  EXPECT_THAT(bad("caller: [ { say: a, expect: { stops_within: 1s } } ]"), HasSubstr("for `interrupt` only"));
  EXPECT_THAT(bad("caller: [ { wait: 1s, expect: { within: 1s } } ]"), HasSubstr("what the caller says or presses"));
  EXPECT_THAT(bad("caller: [ { say: a, expect: { matches: '(' } } ]"), HasSubstr("no regular expression"));
  EXPECT_THAT(bad("caller: [ { hang_up: true }, a ]"), HasSubstr("stands behind hang_up"));
  EXPECT_THAT(bad("caller: [ { hang_up: off } ]"), HasSubstr("expected true"));
  EXPECT_THAT(bad("caller: [ { hang_up: true } ]\nexpect: { ended_by: agent }"), HasSubstr("the caller hangs up"));
  EXPECT_THAT(bad("caller: [ a ]\nexpect: { ended_by: me }"), HasSubstr("anyone, caller or agent"));
  EXPECT_THAT(bad("caller: [ a ]\nexpect: { tools: [ { arguments: { a: b } } ] }"), HasSubstr("has no name"));
  EXPECT_THAT(bad("caller: [ a ]\nmodel: [ {} ]"), HasSubstr("expected what the model says"));
  EXPECT_THAT(bad("caller: [ a ]\nexpect: { judge: { is: friendly } }"), HasSubstr("expect.judge: found a map"));
  EXPECT_THAT(bad("caller: [ { say: a, expect: { judge: '' } } ]"), HasSubstr("expected a text of 1 to 500 bytes"));
  EXPECT_THAT(bad("caller: [ a ]\njudged_by: { provider: local }"), HasSubstr("too small to judge"));
  EXPECT_THAT(bad("caller: [ a ]\njudged_by: { provider: openai, base_url: \"http://h/v1\" }"),
              HasSubstr("judged_by: expected model"));
  EXPECT_THAT(bad("caller: [ a ]\njudged_by: { provider: ollama, model: m, temperature: 1 }"),
              HasSubstr("unknown key \"temperature\""));
}

TEST(Scenario, a_judge_may_stand_in_a_file_of_its_own) {
  const std::string path = testing::TempDir() + "offhook_judge_" + std::to_string(::getpid()) + ".yaml";
  std::ofstream(path) << "provider: openai\nmodel: m\nbase_url: http://h/v1\n";
  const auto judge = read_judge(path);
  ASSERT_TRUE(judge) << judge.error().what;
  EXPECT_EQ(judge->at(0).model, "m");
  std::ofstream(path) << "provder: openai\n";
  const auto mistaken = read_judge(path);
  ASSERT_FALSE(mistaken);
  EXPECT_THAT(mistaken.error().what, HasSubstr("did you mean provider?"));
  EXPECT_FALSE(read_judge("/nowhere/judge.yaml"));
}

TEST(Scenario, every_example_is_one_that_names_the_schema) {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(evals_dir)) {
    if (entry.path().extension() != ".yaml") continue;
    ++count;
    const auto scenario = read_scenario(entry.path().string());
    ASSERT_TRUE(scenario) << (scenario ? "" : scenario.error().what);
    EXPECT_TRUE(std::filesystem::exists(scenario->agent)) << scenario->agent;
    std::string first;
    std::getline(std::ifstream(entry.path()) >> std::ws, first);
    EXPECT_EQ(first, "# yaml-language-server: $schema=scenario.schema.json") << entry.path();
  }
  EXPECT_GE(count, 2);
}

// Paths of all keys below `schema`, as the reader names them; each says what it is for.
void walk(const json::object& schema, const std::string& path, std::set<std::string>& keys) {
  const json::value* properties = schema.if_contains("properties");
  if (!properties) return;
  EXPECT_EQ(schema.at("additionalProperties"), json::value(false)) << path;
  for (const auto& [name, value] : properties->as_object()) {
    const std::string here = path + std::string(name);
    keys.insert(here);
    const json::object& said = value.as_object();
    EXPECT_GT(said.at("description").as_string().size(), 10u) << here;
    walk(said, here + ".", keys);
    if (const json::value* items = said.if_contains("items")) {
      walk(items->as_object(), here + "[].", keys);
      if (const json::value* any = items->as_object().if_contains("anyOf"))
        for (const json::value& one : any->as_array()) walk(one.as_object(), here + "[].", keys);
    }
  }
}

TEST(Scenario, the_schema_knows_what_the_reader_knows) {
  std::ifstream in(evals_dir + "/scenario.schema.json");
  std::stringstream text;
  text << in.rdbuf();
  std::set<std::string> in_schema, read;
  walk(json::parse(text.str()).as_object(), "", in_schema);
  for (const auto& [path, key] : scenario_keys()) read.insert(path);
  EXPECT_EQ(in_schema, read);
}

}  // namespace
}  // namespace offhook::eval
