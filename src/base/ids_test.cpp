#include "base/ids.hpp"

#include <gtest/gtest.h>

#include <set>

namespace offhook {
namespace {

TEST(Ids, a_call_id_is_sixteen_hex_digits) {
  const std::string id = new_call_id();
  EXPECT_EQ(id.size(), 16u);
  EXPECT_EQ(id.find_first_not_of("0123456789abcdef"), std::string::npos) << id;
}

TEST(Ids, ten_thousand_are_all_different) {
  std::set<std::string> ids;
  for (int i = 0; i < 10'000; ++i) ids.insert(new_call_id());
  EXPECT_EQ(ids.size(), 10'000u);
}

TEST(Ids, any_length_is_filled_to_its_end) {
  EXPECT_EQ(random_hex(0), "");
  const std::string token = random_hex(300);  // more than the kernel gives at once
  ASSERT_EQ(token.size(), 600u);
  for (std::size_t at = 0; at < token.size(); at += 60)
    EXPECT_NE(token.find_first_not_of('0', at), std::string::npos) << "from " << at;
  EXPECT_NE(token.substr(0, 128), token.substr(128, 128));
}

}  // namespace
}  // namespace offhook
