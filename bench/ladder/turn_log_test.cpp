#include "ladder/turn_log.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace offhook::ladder {
namespace {

constexpr const char* kTurn =
    R"({"t":6900260,"a":"turn_took","turn":1,"gen":2,"speculated":true,"v2v_us":533124,"hear_us":128000,)"
    R"("transcribe_us":2000,"decide_us":1000,"think_us":204000,"clause_us":101000,"voice_us":97000,"wait_us":0,)"
    R"("send_us":124,"why":"prepared while the turn was being decided"})";
constexpr StatedDelays kStated{200ms, 90ms};

TEST(TurnLog, overhead_is_what_nobody_stated) {
  const auto turn = parse_turn(kTurn);
  ASSERT_TRUE(turn);
  EXPECT_EQ(turn->v2v, 533124us);
  EXPECT_EQ(turn->clause, 101ms);
  EXPECT_EQ(engine_overhead(*turn, kStated), 1000us + 124us + 4000us + 7000us);
}

// A reply that was prepared early is waited for shorter than its services take: that pays for nothing else.
TEST(TurnLog, time_that_was_saved_is_no_overhead_and_offsets_none) {
  TurnParts turn;
  turn.think = 20ms;
  turn.voice = 0ms;
  turn.decide = 3ms;
  EXPECT_EQ(engine_overhead(turn, kStated), 3ms);
}

TEST(TurnLog, lines_of_other_things_are_none) {
  for (const char* line : {"", "{", R"({"t":1,"a":"ask","gen":1})",
                           R"({"t":1,"e":"text","text":"\"a\":\"turn_took\""})", R"({"a":"turn_took")"})
    EXPECT_FALSE(parse_turn(line)) << line;
}

TEST(TurnLog, each_call_is_told_of_once) {
  namespace fs = std::filesystem;
  std::string dir = (fs::temp_directory_path() / "turn-log.XXXXXX").string();
  ASSERT_TRUE(::mkdtemp(dir.data()));
  fs::create_directory(dir + "/2026-01-31");
  const auto write = [&](const char* name) { std::ofstream(dir + "/2026-01-31/" + name) << "{}\n" << kTurn << "\n"; };
  TurnLogs logs(dir);
  EXPECT_TRUE(logs.fresh().empty());
  write("CA1.jsonl");
  write("CA1.wav");
  EXPECT_EQ(logs.fresh().size(), 1u);
  write("CA2.jsonl");
  EXPECT_EQ(logs.fresh().size(), 1u);
  fs::remove_all(dir);
  EXPECT_TRUE(TurnLogs(dir).fresh().empty());
}

}  // namespace
}  // namespace offhook::ladder
