#include "turns/program.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace offhook::turns {
namespace {

TEST(Program, its_status_is_its_result) {
  EXPECT_TRUE(run_program({"true"}));
  const auto failed = run_program({"sh", "-c", "exit 3"});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().what, "sh -c \"exit 3\": ended with status 3");
  EXPECT_FALSE(run_program({"no-such-program-anywhere"}));
}

TEST(Program, is_installed_where_path_says) {
  EXPECT_TRUE(is_installed("sh"));
  EXPECT_FALSE(is_installed("no-such-program-anywhere"));
}

}  // namespace
}  // namespace offhook::turns
