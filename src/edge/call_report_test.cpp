#include "edge/call_report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace offhook::edge {
namespace {

using testing::HasSubstr;
using testing::Not;

CallerTurn answered(int number, Duration v2v) {
  CallerTurn t;
  t.number = number;
  t.answered = Time{} + 10s * number;
  t.said_to = t.answered - v2v;
  t.v2v = v2v;
  return t;
}

ToldTurn told(Time came, std::vector<std::pair<std::string, double>> parts) {
  ToldTurn t;
  t.turn.kind = CallEvent::Kind::turn;
  t.turn.parts = std::move(parts);
  t.came = came;
  return t;
}

TEST(CallReport, the_parts_add_up_exactly_to_what_the_caller_measured) {
  const auto turn = answered(1, 453'260us);
  const auto server = told(turn.answered, {{"hear", 96.04}, {"think", 200.06}, {"send", 171.111}});
  std::int64_t sum = 0;  // in tenths, as shown
  const auto parts = parts_of(turn, &server);
  for (const Part& p : parts) sum += std::llround(p.ms * 10);
  EXPECT_EQ(sum, 4533);
  EXPECT_EQ(parts.back().name, "line");
  EXPECT_DOUBLE_EQ(parts.back().ms, -13.9);
}

TEST(CallReport, bars_begin_where_the_one_before_ends) {
  const auto turn = answered(2, 600ms);
  const auto server = told(turn.answered, {{"hear", 100}, {"transcribe", 0}, {"think", 200}, {"send", 310}});
  const std::string text = waterfall(turn, &server);
  EXPECT_THAT(text, HasSubstr("turn 2: 600.0 ms"));
  EXPECT_THAT(text, HasSubstr("\n  hear          100.0 ms  ██████████\n"));
  EXPECT_THAT(text, HasSubstr("\n  think         200.0 ms            ████████████████████\n"));
  EXPECT_THAT(text, Not(HasSubstr("transcribe")));
  EXPECT_THAT(text, HasSubstr("\n  line          -10.0 ms  "));
}

TEST(CallReport, a_turn_goes_with_what_was_told_when_it_was_answered) {
  const auto turn = answered(2, 600ms);
  const std::vector<ToldTurn> all{told(turn.answered - 5s, {}), told(turn.answered + 3ms, {}),
                                  told(turn.answered + 900ms, {})};
  EXPECT_EQ(told_of(turn, all), &all[1]);
  EXPECT_EQ(told_of(turn, std::span(all).first(1)), nullptr);
  CallerTurn missed;
  EXPECT_EQ(told_of(missed, all), nullptr);
}

TEST(CallReport, a_turn_without_words_or_answer_is_still_told) {
  EXPECT_EQ(waterfall(answered(1, 600ms), nullptr), "turn 1: 600.0 ms voice to voice\n");
  CallerTurn missed;
  missed.number = 3;
  missed.over_agent = true;
  EXPECT_EQ(waterfall(missed, nullptr), "turn 3, interrupting: no answer\n");
}

TEST(CallReport, the_last_line_is_json_in_tenths) {
  auto second = answered(2, 512'040us);
  second.barge_in = 212'360us;
  const std::vector<CallerTurn> turns{answered(1, 453'260us), second, CallerTurn{}};
  const std::vector<TranscriptLine> lines{{false, "Say \"hi\"\n\xff", 1200.26, false}, {true, "Hello", 2000, true}};
  const std::string text = result_json(turns, 2, lines);
  EXPECT_EQ(text, R"({"turns":3,"v2v_ms":[453.3,512],"barge_in_ms":[212.4],"underruns":2,"transcript":[)"
                  R"({"who":"caller","text":"Say \"hi\"\n�","at_ms":1200.3,"cut":false},)"
                  R"({"who":"agent","text":"Hello","at_ms":2000,"cut":true}]})");
  EXPECT_TRUE(boost::json::parse(text).is_object());
  EXPECT_EQ(result_json({}, 0, {}), R"({"turns":0,"v2v_ms":[],"barge_in_ms":[],"underruns":0,"transcript":[]})");
}

TEST(CallReport, nothing_that_was_said_reaches_a_terminal_as_a_command) {
  EXPECT_EQ(printable("a\x1b[31mb\r\n\x7f\xc2\x9b\xff é"), "a [31mb    � é");
}

}  // namespace
}  // namespace offhook::edge
