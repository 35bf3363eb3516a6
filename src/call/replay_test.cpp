#include "call/replay.hpp"

#include <gtest/gtest.h>

#include <sstream>

#include "call/log_testing.hpp"
#include "call/timelines_testing.hpp"

namespace offhook::call {
namespace {

Rehearsal eventful() {
  Settings s = with_tool();
  s.greeting = "Hello";
  auto w = world(s);
  w.speech = {{1s, 2s, "book a table"}, {5s, 5350ms, "mm-hm"}, {7s, 8s, "stop it"}};
  w.answers = {calling(answer("one two three four five six seven eight nine ten", 10s), {{"t1", "book", "{}"}}),
               answer("ok", 1s)};
  w.run(12s);
  return w;
}

Result<Replay> replayed(const std::string& log) {
  std::istringstream in(log);
  return replay(in);
}

}  // namespace

TEST(Replay, a_recorded_call_takes_the_same_decisions_again) {
  auto w = eventful();
  auto again = replayed(log_of(w));
  ASSERT_TRUE(again) << again.error().what;
  EXPECT_TRUE(again->divergences.empty()) << again->divergences[0].recorded << "\n" << again->divergences[0].replayed;
  EXPECT_EQ(again->events, w.events().size());
  EXPECT_EQ(again->decisions, w.actions().size());
  EXPECT_EQ(again->head.agent, "receptionist");
  EXPECT_GT(again->length, 11s);
}

TEST(Replay, whoever_watches_sees_every_decision) {
  auto w = eventful();
  std::istringstream in(log_of(w));
  std::vector<std::string> seen;
  auto again = replay(in, [&](Duration, const Action& a) { seen.push_back(describe(a)); });
  ASSERT_TRUE(again);
  ASSERT_EQ(seen.size(), w.actions().size());
  for (std::size_t i = 0; i < seen.size(); ++i) EXPECT_EQ(seen[i], describe(w.actions()[i].second));
}

TEST(Replay, a_changed_decision_is_found_with_its_line) {
  auto log = log_of(eventful());
  const auto at = log.find("\"a\":\"hold\"");
  ASSERT_NE(at, std::string::npos);
  const auto line =
      static_cast<std::size_t>(std::count(log.begin(), log.begin() + static_cast<std::ptrdiff_t>(at), '\n')) + 1;
  log.replace(at, 10, "\"a\":\"flush\"");
  auto again = replayed(log);
  ASSERT_TRUE(again);
  ASSERT_EQ(again->divergences.size(), 1u);
  EXPECT_EQ(again->divergences[0].line, line);
  EXPECT_NE(again->divergences[0].recorded.find("flush"), std::string::npos);
  EXPECT_NE(again->divergences[0].replayed.find("hold"), std::string::npos);
}

TEST(Replay, a_changed_setting_diverges) {
  auto log = log_of(eventful());
  const std::string was = "\"greeting\":\"Hello\"";
  log.replace(log.find(was), was.size(), "\"greeting\":\"Howdy\"");
  auto again = replayed(log);
  ASSERT_TRUE(again);
  EXPECT_FALSE(again->divergences.empty());
}

TEST(Replay, a_missing_and_an_invented_decision_are_found) {
  auto log = log_of(eventful());
  const auto at = log.find("{\"t\":", log.find("\"a\":\"hold\"") - 30);
  const auto end = log.find('\n', at) + 1;
  auto missing = log;
  missing.erase(at, end - at);
  auto a = replayed(missing);
  ASSERT_TRUE(a);
  ASSERT_EQ(a->divergences.size(), 1u);
  EXPECT_EQ(a->divergences[0].recorded, "");
  auto twice = log;
  twice.insert(end, log.substr(at, end - at));
  auto b = replayed(twice);
  ASSERT_TRUE(b);
  ASSERT_EQ(b->divergences.size(), 1u);
  EXPECT_EQ(b->divergences[0].replayed, "");
}

TEST(Replay, no_more_than_twenty_divergences_are_kept) {
  auto log = log_of(eventful());
  for (std::size_t at = 0; (at = log.find(",\"why\":\"", at)) != std::string::npos;) log.insert(at += 8, "!");
  auto again = replayed(log);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->divergences.size(), 20u);
}

TEST(Replay, bad_lines_are_errors_that_name_the_line) {
  const auto log = log_of(eventful());
  auto a = replayed(log + "{\"t\":99999999,\"e\":\"moon\"}\n");
  ASSERT_FALSE(a);
  EXPECT_NE(a.error().what.find("line "), std::string::npos);
  EXPECT_NE(a.error().what.find("moon"), std::string::npos);
  auto b = replayed(log.substr(log.find('\n') + 1));
  ASSERT_FALSE(b);
  EXPECT_NE(b.error().what.find("head"), std::string::npos) << b.error().what;
  auto c = replayed("");
  ASSERT_FALSE(c);
  EXPECT_NE(c.error().what.find("empty"), std::string::npos);
  auto d = replayed(log + "{\"t\":5,\"e\":\"tick\"}\n");
  ASSERT_FALSE(d);
  EXPECT_NE(d.error().what.find("time goes back"), std::string::npos);
  auto e = replayed(log + std::string((1 << 20) + 1, ' ') + "\n");
  ASSERT_FALSE(e);
  EXPECT_NE(e.error().what.find("1 MB"), std::string::npos);
}

TEST(Replay, a_log_without_words_says_that_it_cannot_be_replayed) {
  const auto log = log_of(eventful(), false);
  EXPECT_EQ(log.find("table"), std::string::npos);
  auto again = replayed(log);
  ASSERT_FALSE(again);
  EXPECT_NE(again.error().what.find("record.words: off"), std::string::npos);
}

TEST(Replay, a_log_that_was_cut_off_by_a_crash_is_replayed_as_far_as_it_goes) {
  auto log = log_of(eventful());
  log.resize(log.rfind('\n', log.size() - 200) + 1);
  EXPECT_TRUE(replayed(log));
}

}  // namespace offhook::call
