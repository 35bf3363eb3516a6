#include "base/gate.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace offhook {
namespace {

TEST(Gate, counts_and_names_the_passes_that_are_out) {
  Gate gate;
  auto stt = gate.enter("stt");
  {
    auto tool = gate.enter("tool");
    EXPECT_EQ(gate.open_passes(), 2u);
    EXPECT_EQ(gate.holders(), "tool, stt");
  }
  EXPECT_EQ(gate.open_passes(), 1u);
  EXPECT_EQ(gate.holders(), "stt");
  stt->leave();
  stt->leave();
  EXPECT_EQ(gate.open_passes(), 0u);
}

TEST(Gate, a_closed_gate_lets_nobody_in) {
  Gate gate;
  EXPECT_TRUE(gate.enter("early"));
  EXPECT_FALSE(gate.closed());
  gate.close();
  EXPECT_TRUE(gate.closed());
  EXPECT_FALSE(gate.enter("late"));
}

TEST(Gate, tells_once_when_the_last_pass_is_back_after_closing) {
  Gate gate;
  int told = 0;
  auto first = gate.enter("a"), second = gate.enter("b");
  {
    auto third = gate.enter("before closing");
  }
  gate.close([&] { ++told; });
  first.reset();
  EXPECT_EQ(told, 0);
  second.reset();
  EXPECT_EQ(told, 1);
}

TEST(Gate, closing_an_empty_gate_tells_at_once) {
  Gate gate;
  bool told = false;
  gate.close([&] { told = true; });
  EXPECT_TRUE(told);
}

TEST(Gate, the_last_pass_may_take_the_gate_and_its_owner_with_it) {
  struct Owner {
    Gate gate;
    int value = 7;
  };
  auto owner = std::make_unique<Owner>();
  auto pass = owner->gate.enter("work");
  int seen = 0;
  owner->gate.close([&owner, &seen] {
    owner.reset();
    seen = 1;  // its own captures are still there
  });
  pass.reset();
  EXPECT_EQ(owner, nullptr);
  EXPECT_EQ(seen, 1);
}

TEST(Gate, a_pass_that_moves_is_still_one_pass) {
  Gate gate;
  std::vector<Gate::Pass> passes;  // grows, and moves what it holds
  for (int i = 0; i < 9; ++i) passes.push_back(*gate.enter("x"));
  EXPECT_EQ(gate.open_passes(), 9u);
  passes.erase(passes.begin() + 4);  // moves the rest down by assignment
  EXPECT_EQ(gate.open_passes(), 8u);
  EXPECT_EQ(gate.holders(), "x, x, x, x, x, x, x, x");
  passes.front() = std::move(passes.back());
  EXPECT_EQ(gate.open_passes(), 7u);
  passes.clear();
  EXPECT_EQ(gate.open_passes(), 0u);
}

TEST(Gate, exchanging_a_pass_for_another_of_the_same_gate_is_never_empty_in_between) {
  Gate gate;
  int told = 0;
  Gate::Pass held = *gate.enter("old");
  Gate::Pass next = *gate.enter("new");
  gate.close([&] { ++told; });
  held = std::move(next);
  EXPECT_EQ(told, 0);
  EXPECT_STREQ(held.what(), "new");
  held.leave();
  EXPECT_EQ(told, 1);
}

#ifdef NDEBUG
TEST(Gate, what_outlives_it_is_logged_and_made_harmless) {
  std::optional<Gate::Pass> pass;
  testing::internal::CaptureStderr();
  {
    Gate gate;
    pass = gate.enter("tool");
  }
  EXPECT_NE(testing::internal::GetCapturedStderr().find("gate_outlived open=1 by=tool"), std::string::npos);
  pass.reset();
}
#else
TEST(GateDeathTest, what_outlives_it_is_named_before_the_program_ends) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        auto gate = std::make_unique<Gate>();
        auto pass = gate->enter("tool");
        gate.reset();
      },
      "gate_outlived open=1 by=tool");
}
#endif

}  // namespace
}  // namespace offhook
