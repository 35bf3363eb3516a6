#include "base/secret.hpp"

#include <gtest/gtest.h>

namespace offhook {
namespace {

TEST(Secret, is_cut_out_wherever_it_stands) {
  EXPECT_EQ(without_secret("sk-1: bad key sk-1", "sk-1"), "***: bad key ***");
  EXPECT_EQ(without_secret("nothing here", "sk-1"), "nothing here");
  EXPECT_EQ(without_secret("as it was", ""), "as it was");
  EXPECT_EQ(without_secret("* and **", "*"), "*** and ******");  // what replaces it is not looked at again
}

}  // namespace
}  // namespace offhook
