#include "ladder/chart.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ladder/ladder_testing.hpp"

namespace offhook::ladder {
namespace {

using testing::HasSubstr;
using testing::Not;

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t n = 0;
  for (auto at = text.find(what); at != text.npos; at = text.find(what, at + 1)) ++n;
  return n;
}

TEST(LadderChart, draws_a_curve_for_each_of_four_and_a_point_for_each_rung) {
  const std::string svg = drawn(ladder_of_two());
  EXPECT_EQ(count(svg, "<polyline"), 4u);  // v2v p50 and p95, CPU, lateness
  EXPECT_EQ(count(svg, "<circle"), 8u);
  EXPECT_THAT(svg, HasSubstr("voice to voice, ms"));
  EXPECT_THAT(svg, HasSubstr(">p95<"));
  EXPECT_THAT(svg, HasSubstr("prefers-color-scheme:dark"));
  EXPECT_TRUE(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
}

TEST(LadderChart, what_was_not_measured_is_not_drawn) {
  Ladder ladder = ladder_of_two();
  for (Rung& rung : ladder.rungs) rung.told = {}, rung.load.server.reset();
  const std::string svg = drawn(ladder);
  EXPECT_EQ(count(svg, "<polyline"), 2u);
  EXPECT_THAT(svg, Not(HasSubstr("CPU")));
  EXPECT_EQ(count(drawn(Ladder()), "<polyline"), 0u);
}

TEST(LadderChart, every_point_lies_in_the_picture) {
  Ladder ladder = ladder_of_two();
  ladder.rungs[0].load.result.v2v = {0.4};
  ladder.rungs[1].load.result.v2v = {99'999};
  const std::string svg = drawn(ladder);
  for (auto at = svg.find("cy=\""); at != svg.npos; at = svg.find("cy=\"", at + 1)) {
    const double y = std::stod(svg.substr(at + 4));
    EXPECT_GE(y, 0) << svg.substr(at, 30);
    EXPECT_LE(y, 700);
  }
}

TEST(LadderChart, an_agents_name_is_text_whatever_it_holds) {
  Ladder ladder = ladder_of_two();
  ladder.agent = "<script>&.yaml";
  EXPECT_THAT(drawn(ladder), HasSubstr("&lt;script&gt;&amp;.yaml"));
  EXPECT_THAT(drawn(ladder), Not(HasSubstr("<script")));
}

}  // namespace
}  // namespace offhook::ladder
