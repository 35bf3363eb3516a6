#include "call/record.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "call/timelines_testing.hpp"

namespace offhook::call {
namespace {

std::vector<EventLine> events_of(std::string_view line) {
  auto read = read_line(line);
  if (!read) {
    ADD_FAILURE() << read.error().what;
    return {};
  }
  auto* events = std::get_if<std::vector<EventLine>>(&*read);
  return events ? *events : std::vector<EventLine>{};
}

std::string error_of(std::string_view line) {
  auto read = read_line(line);
  return read ? "" : read.error().what;
}

// One of each, with fields that a careless writer would break.
std::vector<Event> all_events() {
  const std::string odd = "a \"quoted\" \\ line\n\ttab \x01 café \xff end";
  return {event::Answered{},
          event::HungUp{odd, 12345678901},
          event::Digit{"#"},
          event::EndRequested{odd},
          event::Spent{1LL << 40},
          event::Tick{},
          event::Window{255, 127, 1LL << 40, 255},
          event::Partial{4000000000u, odd, 3},
          event::Transcript{1, 2, odd},
          event::TranscriptFailed{1, 2, odd},
          event::TurnSignalled{1, event::TurnSignalled::Kind::resumed, odd, 700},
          event::TurnScored{1, 2, -1},
          event::WordsScored{1, 2, 999},
          event::Expecting{dialog::Expects::email},
          event::Token{7, odd},
          event::ToolAsked{7, "7:0", "book", R"({"when":"now"})"},
          event::MindDone{7, "stop"},
          event::MindFailed{7, odd},
          event::ToolReturned{"7:0", false, odd},
          event::ToolProgress{"7:0", odd},
          event::Summarized{12, odd},
          event::ClauseBegun{7, 2},
          event::ClauseSaid{7, 2, 11, 4000},
          event::ClauseReady{7, 2, 0, odd},
          event::Audible{7},
          event::Flushed{7, 99},
          event::Drained{7}};
}

}  // namespace

TEST(Record, a_flow_comes_back_as_it_was) {
  Head head;
  FlowNode node{.name = "a", .role = "r", .task = "t", .talks = true, .say = "Hello \"{b}\"."};
  node.collect = {{.field = "b", .kind = dialog::SlotKind::one_of, .choices = {{"x", {"one", "two"}}}, .ask = "?"}};
  node.next = {{.to = "a", .conditions = {{"b", {"x", "y"}}}, .say = "So."},
               {.to = "a", .hears = {"bye"}},
               {.to = "a", .after = "book", .result = CallResult::failed}};
  node.keep = {{"code", "slots.0"}};
  node.memory = FlowMemory::summary;
  head.settings.flow = {
      .nodes = {node, FlowNode{.name = "c", .end = true}}, .anywhere = {{.to = "c"}}, .language = "de"};
  std::string line, again;
  write_head(line, head);
  const auto read = read_line(line);
  ASSERT_TRUE(read) << read.error().what;
  write_head(again, std::get<Head>(*read));
  EXPECT_EQ(again, line);
  EXPECT_EQ(std::get<Head>(*read).settings.flow.nodes[0].collect[0].choices[0].words[1], "two");
}

TEST(Record, every_event_names_the_node_that_the_call_is_at) {
  std::string line;
  write_event(line, 5s, event::Digit{"1"}, true, "when");
  EXPECT_EQ(line, "{\"t\":5000000,\"e\":\"digit\",\"digit\":\"1\",\"node\":\"when\"}\n");
  EXPECT_TRUE(read_line(line));
}

TEST(Record, every_event_comes_back_as_it_was) {
  const auto all = all_events();
  ASSERT_EQ(all.size(), std::variant_size_v<Event>);
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(all[i].index(), i) << "one of each";
    std::string line;
    write_event(line, 1234567us, all[i], true);
    EXPECT_EQ(line.back(), '\n');
    EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
    const auto back = events_of(line);
    ASSERT_EQ(back.size(), 1u) << line;
    EXPECT_EQ(back[0].t, 1234567us);
    EXPECT_TRUE(back[0].event == all[i]) << line;
  }
}

TEST(Record, windows_come_back_in_order_with_their_own_times) {
  std::vector<std::pair<Duration, event::Window>> windows;
  for (int i = 0; i < 40; ++i) windows.emplace_back(5s + i * 31987us, event::Window{i * 6, 127 - i, 256 * i, i});
  std::string line;
  write_windows(line, windows.front().first, windows);
  const auto back = events_of(line);
  ASSERT_EQ(back.size(), windows.size());
  for (std::size_t i = 0; i < back.size(); ++i) {
    EXPECT_EQ(back[i].t, windows[i].first);
    EXPECT_TRUE(back[i].event == Event(windows[i].second));
  }
}

TEST(Record, the_head_carries_every_setting) {
  Head head{"call-1", "recept\"ionist", "2026-11-21T05:00:00Z", false, with_tool(peers())};
  head.settings.greeting = "Hi \"there\"\n";
  head.settings.mute = Mute::tools;
  head.settings.longest_call = Duration::max();  // no limit
  head.settings.eagerness_percent = 160;
  std::string line;
  write_head(line, head);
  auto read = read_line(line);
  ASSERT_TRUE(read) << read.error().what;
  auto* back = std::get_if<Head>(&*read);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->call, head.call);
  EXPECT_EQ(back->agent, head.agent);
  EXPECT_EQ(back->started, head.started);
  EXPECT_FALSE(back->words);
  EXPECT_EQ(back->settings.longest_call, Duration::max());
  std::string again;
  write_head(again, *back);
  EXPECT_EQ(again, line);
}

TEST(Record, settings_of_an_older_log_keep_their_defaults) {
  auto read = read_line(R"({"offhook":1,"call":"c","settings":{"greeting":"Hi"}})");
  ASSERT_TRUE(read);
  auto* head = std::get_if<Head>(&*read);
  ASSERT_TRUE(head);
  EXPECT_EQ(head->settings.greeting, "Hi");
  EXPECT_EQ(head->settings.min_delay, Settings{}.min_delay);
}

TEST(Record, actions_say_why) {
  std::string line;
  write_action(line, 5s, {action::Speak{3, 0, "We \"open\" at nine."}, "a clause is complete"}, true);
  EXPECT_EQ(line,
            "{\"t\":5000000,\"a\":\"speak\",\"gen\":3,\"clause\":0,\"text\":\"We \\\"open\\\" at nine.\",\"why\":\"a "
            "clause is complete\"}\n");
  auto read = read_line(line);
  ASSERT_TRUE(read);
  auto* action = std::get_if<ActionLine>(&*read);
  ASSERT_TRUE(action);
  EXPECT_EQ(action->name, "speak");
  EXPECT_EQ(action->text + "\n", line);
  EXPECT_EQ(describe({action::HangUp{}, "goodbye"}), R"({"a":"hang_up","why":"goodbye"})");
}

TEST(Record, without_words_no_letter_or_digit_of_anybody_is_written) {
  std::string out;
  const std::string secret = "Zebra 4711 zürich";
  for (const Event& e : {Event(event::Partial{1, secret, 0}), Event(event::Transcript{1, 2, secret}),
                         Event(event::Token{1, secret}), Event(event::ToolAsked{1, "1:0", "book", secret}),
                         Event(event::ToolReturned{"1:0", true, secret}), Event(event::Digit{"7"})})
    write_event(out, 1s, e, false);
  write_action(out, 1s, {action::Speak{1, 0, secret}, "why"}, false);
  write_action(out, 1s, {action::CallTool{"1:0", "book", secret}, "why"}, false);
  write_action(out, 1s, {action::CallerSaid{1, secret, true}, "why"}, false);
  write_action(out, 1s, {action::AgentSaid{1, secret, true, 0}, "why"}, false);
  EXPECT_EQ(out.find("ebra"), std::string::npos) << out;
  EXPECT_EQ(out.find('7'), std::string::npos) << out;
  EXPECT_EQ(out.find("rich"), std::string::npos) << out;
  EXPECT_NE(out.find("xxxxx 0000 xxxxxx"), std::string::npos) << "the shape stays: " << out;
}

TEST(Record, masking_keeps_the_shape_of_words) {
  EXPECT_EQ(masked("The café opens at 9."), "xxx xxxx xxxxx xx 0.");
  EXPECT_EQ(masked("語 don't"), "x xxx'x");
  EXPECT_EQ(masked(""), "");
}

TEST(Record, a_bad_line_is_an_error_that_says_what_is_wrong) {
  EXPECT_NE(error_of("").find("not JSON"), std::string::npos);
  EXPECT_NE(error_of("{\"t\":1,\"e\":\"tick\"").find("not JSON"), std::string::npos);
  EXPECT_NE(error_of("[1]").find("not an object"), std::string::npos);
  EXPECT_NE(error_of("{}").find("no time"), std::string::npos);
  EXPECT_NE(error_of(R"({"t":-1,"e":"tick"})").find("no time"), std::string::npos);
  EXPECT_NE(error_of(R"({"t":1,"e":"moon"})").find("moon"), std::string::npos);
  EXPECT_NE(error_of(R"({"t":1,"e":"token","gen":"x"})").find("gen"), std::string::npos);
  EXPECT_NE(error_of(R"({"t":1,"e":"token","gen":-1})").find("gen"), std::string::npos);
  EXPECT_NE(error_of(R"({"t":1,"e":"token","gen":4294967296})").find("gen"), std::string::npos);
  EXPECT_NE(error_of(R"({"t":1,"e":"token","gen":1.5})").find("gen"), std::string::npos);
  EXPECT_NE(error_of(R"({"t":1,"e":"token","text":7})").find("text"), std::string::npos);
  EXPECT_NE(error_of(R"({"t":1,"e":"windows"})").find("fives"), std::string::npos);
  EXPECT_NE(error_of(R"({"t":1,"e":"windows","w":[1,2,3]})").find("fives"), std::string::npos);
  EXPECT_NE(error_of(R"({"t":1,"e":"windows","w":[1,2,3,4,"x"]})").find("no number"), std::string::npos);
  EXPECT_NE(error_of(R"({"t":1,"e":"windows","w":[1,5000000000,3,4,0]})").find("out of range"), std::string::npos);
  EXPECT_NE(error_of(R"({"offhook":1})").find("settings"), std::string::npos);
  EXPECT_NE(error_of(R"({"offhook":1,"settings":{"mute":"loudly"}})").find("mute"), std::string::npos);
  EXPECT_NE(error_of(R"({"offhook":1,"settings":{"tools":[{"effect":7}]}})").find("tools"), std::string::npos);
  EXPECT_NE(error_of(std::string(1000, '[')), "");
}

TEST(Record, numbers_that_would_overflow_are_refused) {
  EXPECT_NE(error_of(R"({"t":9223372036854775807,"e":"tick"})"), "");
  EXPECT_NE(error_of(R"({"t":1,"e":"windows","w":[9223372036854775807,1,1,1,0]})"), "");
  EXPECT_NE(error_of(R"({"t":1,"e":"window","end":-9223372036854775808})"), "");
}

}  // namespace offhook::call
