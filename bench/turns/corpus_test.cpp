#include "turns/corpus.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace offhook::turns {
namespace {

using testing::HasSubstr;

Case pause() {
  Case c;
  c.id = "pause-003";
  c.kind = Kind::pause;
  c.group = "open";
  c.file = "pause-003.wav";
  c.text = "my name | is \"Ann\"";
  c.voice = "flite:rms";
  c.made = {"flite -voice rms", "level -22 dBFS"};
  c.seed = 4'000'000'000;
  c.first_ms = 30;
  c.last_ms = 2500;
  c.pause_begin_ms = 900;
  c.pause_end_ms = 1600;
  return c;
}

TEST(Corpus, a_case_is_read_as_it_was_written) {
  const auto read = parse_case(line_of(pause()));
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_EQ(*read, pause());
  EXPECT_EQ(line_of(pause()).find('\n'), std::string::npos);
}

TEST(Corpus, every_kind_has_a_name_of_its_own) {
  for (int i = 0; i < kKinds; ++i) {
    const auto kind = static_cast<Kind>(i);
    EXPECT_EQ(kind_of(name(kind)), kind) << name(kind);
  }
  EXPECT_FALSE(kind_of("sneeze"));
}

TEST(Corpus, a_case_that_cannot_be_played_is_refused_by_name) {
  const auto refused = [](auto change) {
    Case c = pause();
    change(c);
    const auto read = parse_case(line_of(c));
    return read ? std::string() : read.error().what;
  };
  EXPECT_THAT(refused([](Case& c) { c.file.clear(); }), HasSubstr("pause-003: no file"));
  EXPECT_THAT(refused([](Case& c) { c.file = "../x.wav"; }), HasSubstr("in the folder itself"));
  EXPECT_THAT(refused([](Case& c) { c.pause_end_ms.reset(); }), HasSubstr("pause_end_ms"));
  EXPECT_THAT(refused([](Case& c) { c.pause_end_ms = 9000; }), HasSubstr("pause_end_ms"));
  EXPECT_THAT(refused([](Case& c) { c.kind = Kind::cough; }), HasSubstr("\"ask\""));
  EXPECT_THAT(refused([](Case& c) { c.last_ms = 30; }), HasSubstr("last_ms"));
  for (const char* line : {"", "[]", "{", R"({"id":"x"})", R"({"id":"x","kind":"sneeze"})"})
    EXPECT_FALSE(parse_case(line)) << line;
}

TEST(Corpus, of_each_kind_so_many_are_chosen) {
  std::vector<Case> cases(5, pause());
  cases[1].kind = cases[3].kind = cases[4].kind = Kind::complete;
  EXPECT_EQ(chosen(cases, {}, 0).size(), 5u);
  EXPECT_EQ(chosen(cases, {}, 2).size(), 4u);
  const std::vector only{Kind::complete};
  EXPECT_EQ(chosen(cases, only, 1).size(), 1u);
  EXPECT_EQ(chosen(cases, only, 1)[0].kind, Kind::complete);
  for (std::size_t i = 0; i < cases.size(); ++i) cases[i].kind = Kind::complete, cases[i].id = std::to_string(i);
  const auto two = chosen(cases, {}, 2);
  ASSERT_EQ(two.size(), 2u);
  EXPECT_EQ(two[0].id + two[1].id, "24") << "spread over all, for neighbours are alike";
}

TEST(Corpus, a_folder_without_a_manifest_says_what_makes_one) {
  const auto read = read_manifest("/nowhere");
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().what, HasSubstr("offhook-turns make"));
}

}  // namespace
}  // namespace offhook::turns
