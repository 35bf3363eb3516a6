#include "server/setting_by_name.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

namespace offhook::server {
namespace {

std::string error_of(const std::string& name, const std::string& value) {
  call::Settings s;
  auto set = set_by_name(s, name, value);
  return set ? "" : set.error().what;
}

}  // namespace

TEST(SettingByName, the_agents_files_names_and_values_are_understood) {
  call::Settings s;
  EXPECT_TRUE(set_by_name(s, "turn.min_delay", "0.45s"));
  EXPECT_EQ(s.min_delay, 450ms);
  EXPECT_TRUE(set_by_name(s, "turn.eagerness", "low"));
  EXPECT_EQ(s.eagerness_percent, 160);
  EXPECT_TRUE(set_by_name(s, "turn.eagerness", "85"));
  EXPECT_EQ(s.eagerness_percent, 85);
  EXPECT_TRUE(set_by_name(s, "turn.detector", "none"));
  EXPECT_FALSE(s.detector);
  EXPECT_TRUE(set_by_name(s, "turn.interruptions", "never"));
  EXPECT_EQ(s.interruptions, call::Interruptions::never);
  EXPECT_TRUE(set_by_name(s, "limits.call", "10m"));
  EXPECT_EQ(s.longest_call, 10min);
}

TEST(SettingByName, a_number_has_the_unit_of_the_name_it_is_set_by) {
  call::Settings s;
  EXPECT_TRUE(set_by_name(s, "turn.threshold", "0.6"));
  EXPECT_EQ(s.threshold, 600);
  EXPECT_TRUE(set_by_name(s, "threshold", "650"));
  EXPECT_EQ(s.threshold, 650);
  EXPECT_TRUE(set_by_name(s, "limits.cost", "0.25"));
  EXPECT_EQ(s.budget_micros, 250'000);
  EXPECT_TRUE(set_by_name(s, "limits.cost", "10000"));
  EXPECT_EQ(s.budget_micros, 10'000'000'000);
  EXPECT_TRUE(set_by_name(s, "budget_micros", "70"));
  EXPECT_EQ(s.budget_micros, 70);
}

TEST(SettingByName, flags_are_on_or_off_and_also_true_or_false) {
  for (const char* name : {"turn.adaptive", "adaptive", "turn.detector", "detector", "speculate"})
    for (const auto& [value, is] : {std::pair{"on", true}, {"off", false}, {"true", true}, {"false", false}}) {
      call::Settings s;
      s.adaptive = s.detector = s.speculate = !is;
      EXPECT_TRUE(set_by_name(s, name, value)) << name;
      const std::string_view n = name;
      EXPECT_EQ(n.ends_with("adaptive") ? s.adaptive : n.ends_with("detector") ? s.detector : s.speculate, is) << name;
    }
}

TEST(SettingByName, the_agents_files_phrases_and_rules_are_settings) {
  call::Settings s;
  for (const char* name : {"phrases.idle", "phrases.goodbye", "phrases.apology", "phrases.failure"})
    EXPECT_TRUE(set_by_name(s, name, name)) << name;
  EXPECT_EQ(s.idle_text, "phrases.idle");
  EXPECT_EQ(s.goodbye_text, "phrases.goodbye");
  EXPECT_EQ(s.apology_text, "phrases.apology");
  EXPECT_EQ(s.failure_text, "phrases.failure");
  EXPECT_TRUE(set_by_name(s, "turn.rule", "threshold"));
  EXPECT_EQ(s.rule, call::Rule::threshold);
  EXPECT_TRUE(set_by_name(s, "turn.filler", "2s"));
  EXPECT_EQ(s.filler, 2s);
  EXPECT_TRUE(set_by_name(s, "limits.idle_prompts", "3"));
  EXPECT_EQ(s.idle_prompts, 3);
}

TEST(SettingByName, every_name_of_the_settings_is_one) {
  call::Settings s;
  EXPECT_TRUE(set_by_name(s, "speech_start", "140"));
  EXPECT_EQ(s.speech_start, 140);
  EXPECT_TRUE(set_by_name(s, "vad_stop", "160ms"));
  EXPECT_EQ(s.vad_stop, 160ms);
  EXPECT_TRUE(set_by_name(s, "turn.vad_stop", "200ms"));
  EXPECT_EQ(s.vad_stop, 200ms);
  EXPECT_TRUE(set_by_name(s, "speculate", "false"));
  EXPECT_FALSE(s.speculate);
  EXPECT_TRUE(set_by_name(s, "goodbye_text", "Bye!"));
  EXPECT_EQ(s.goodbye_text, "Bye!");
  for (const auto& name : setting_names()) {
    call::Settings t;
    const auto known = [&](const char* value) { return bool(set_by_name(t, name, value)); };
    EXPECT_TRUE(known("1s") || known("1") || known("true") || known("never") || known("offhook") || known("none") ||
                known("curve"))
        << name;
  }
}

TEST(SettingByName, an_unknown_name_tells_the_nearest) {
  EXPECT_NE(error_of("turn.min_dealy", "1s").find("turn.min_delay"), std::string::npos);
  EXPECT_NE(error_of("eagernes", "low").find("eagerness"), std::string::npos);
  EXPECT_NE(error_of("", "1").find("no setting"), std::string::npos);
  // Positions in a log are counted in its rate, and tools are no value.
  EXPECT_NE(error_of("rate", "16000").find("no setting"), std::string::npos);
  EXPECT_NE(error_of("tools", "x").find("no setting"), std::string::npos);
}

TEST(SettingByName, a_value_that_does_not_fit_tells_what_was_expected) {
  EXPECT_NE(error_of("turn.min_delay", "soon").find("found \"soon\", expected a duration"), std::string::npos);
  EXPECT_NE(error_of("min_delay", "-1s").find("duration"), std::string::npos);
  EXPECT_NE(error_of("turn.eagerness", "medium").find("low, normal, high"), std::string::npos);
  EXPECT_NE(error_of("turn.interruptions", "maybe").find("maybe"), std::string::npos);
  EXPECT_NE(error_of("turn.interruptions", "x\"y").find("expected one of"), std::string::npos);
  EXPECT_NE(error_of("speculate", "yes").find("on or off"), std::string::npos);
  EXPECT_NE(error_of("speech_start", "12x").find("whole number"), std::string::npos);
  for (const char* value : {"600", "-0.1", "1.01", "nan", "0.5x", ""})
    EXPECT_NE(error_of("turn.threshold", value).find("a number from 0 to 1"), std::string::npos) << value;
  EXPECT_NE(error_of("threshold", "0.6").find("whole number"), std::string::npos);
  EXPECT_NE(error_of("limits.cost", "10001").find("a number from 0 to 10000"), std::string::npos);
}

}  // namespace offhook::server
