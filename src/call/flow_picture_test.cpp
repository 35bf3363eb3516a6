#include "call/flow_picture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace offhook::call {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

Flow two() {
  FlowNode ask{.name = "ask", .say = "Hello <b>\"you\"</b> & all."};
  ask.collect = {{.field = "sure", .kind = dialog::SlotKind::yes_no, .ask = "Sure?"}};
  ask.unclear = "end";
  ask.next = {{.to = "ask", .conditions = {{"sure", {"no"}}}}, {.to = "end"}};
  Flow flow{.nodes = {ask, FlowNode{.name = "end", .say = "Bye.", .end = true}}, .language = "en"};
  flow.anywhere = {{.to = "end", .hears = {"stop", "forget it"}}};
  return flow;
}

}  // namespace

TEST(FlowPicture, every_node_way_and_reason_is_in_it_and_it_is_well_formed) {
  const std::string svg = drawn(two(), "a & b");
  EXPECT_THAT(svg, AllOf(HasSubstr("a &amp; b"), HasSubstr(">ask</text>"), HasSubstr(">end</text>"),
                         HasSubstr("sure: no"), HasSubstr("not understood"), HasSubstr("the call ends"),
                         HasSubstr("from anywhere: hears “stop”, “forget it” → end"), Not(HasSubstr("<b>"))));
  EXPECT_EQ(svg.find("<svg"), 0u);
  EXPECT_EQ(svg.rfind("</svg>\n"), svg.size() - 7);
}

TEST(FlowPicture, as_text_each_way_stands_under_its_node) {
  EXPECT_EQ(told_as_text(two()),
            "ask\n    says “Hello <b>\"you\"</b> & all.”\n    sure: “Sure?”\n  → ask   sure: no\n"
            "  → end   not understood\nend\n    says “Bye.”\n    the call ends\nfrom anywhere\n"
            "  → end   hears “stop”, “forget it”\n");
}

TEST(FlowPicture, what_leads_nowhere_and_goes_round_is_drawn_all_the_same) {
  Flow flow = two();
  flow.nodes[0].next.push_back({.to = "nowhere"});
  flow.nodes[1].end = false;
  flow.nodes[1].next = {{.to = "ask"}};
  flow.nodes.push_back(FlowNode{.name = "island"});
  EXPECT_THAT(drawn(flow, ""), HasSubstr(">island</text>"));
  EXPECT_EQ(drawn({}, ""), "");
}

}  // namespace offhook::call
