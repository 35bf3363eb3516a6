#include "load/text.hpp"

#include <gtest/gtest.h>

namespace offhook::load {
namespace {

TEST(JsonObject, is_written_in_order_and_numbers_as_people_write_them) {
  JsonObject o;
  o.put("v2v", 118.3);
  o.put("whole", 20.0);
  o.put("none", std::optional<double>());
  o.put("calls", 40);
  o.put("believed", true);
  o.put("url", std::string("a\"b"));
  o.put_json("rungs", "[1,2]");
  EXPECT_EQ(std::move(o).text(),
            R"({"v2v":118.3,"whole":20,"none":null,"calls":40,"believed":true,"url":"a\"b","rungs":[1,2]})");
}

// A trailing point goes with the zeros behind it, and no zero in front of it does.
TEST(JsonObject, a_zero_stays_a_zero) {
  JsonObject o;
  o.put("zero", 0.0);
  o.put("hundred", 100.0);
  EXPECT_EQ(std::move(o).text(), R"({"zero":0,"hundred":100})");
}

}  // namespace
}  // namespace offhook::load
