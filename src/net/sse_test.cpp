#include "net/sse.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace offhook::net {
namespace {

// Feeds `stream` in pieces of `step` bytes, which must never change what comes out.
std::vector<SseEvent> parse(std::string_view stream, std::size_t step) {
  SseParser parser;
  std::vector<SseEvent> events;
  for (std::size_t i = 0; i < stream.size(); i += step) EXPECT_TRUE(parser.feed(stream.substr(i, step), events).ok());
  return events;
}

std::string told(const std::vector<SseEvent>& events) {
  std::string text;
  for (const SseEvent& e : events) text += "[" + e.event + "|" + e.data + "|" + e.id + "]";
  return text;
}

void expect(std::string_view stream, std::string_view wanted) {
  for (std::size_t step = 1; step <= stream.size(); ++step) EXPECT_EQ(told(parse(stream, step)), wanted) << step;
}

TEST(Sse, reads_the_stream_of_a_chat_model_cut_at_any_byte) {
  expect("data: {\"a\":1}\n\ndata: {\"b\":2}\n\ndata: [DONE]\n\n", "[|{\"a\":1}|][|{\"b\":2}|][|[DONE]|]");
}

TEST(Sse, lines_end_in_lf_cr_or_both) {
  expect("data: a\r\n\r\ndata: b\r\rdata: c\n\ndata: d\r\n\n", "[|a|][|b|][|c|][|d|]");
}

TEST(Sse, data_of_several_lines_is_joined) {
  expect("data: one\ndata:\ndata:  two\n\n", "[|one\n\n two|]");
}

TEST(Sse, comments_and_unknown_fields_are_passed_over) {
  expect(": ping\n\n:\n\nretry: 10\nfoo: bar\ndata: x\n: inside\n\n", "[|x|]");
}

TEST(Sse, events_are_named_and_ids_last) {
  expect("event: delta\nid: 7\ndata: x\n\ndata: y\n\nevent: lost\n\nid\ndata\n\n", "[delta|x|7][|y|7][||]");
}

TEST(Sse, only_one_space_behind_the_colon_is_dropped) {
  expect("data:a\ndata: b\ndata:  c\n\n", "[|a\nb\n c|]");
}

TEST(Sse, a_byte_order_mark_is_no_part_of_the_first_field) {
  expect(
      "\xEF\xBB\xBF"
      "data: x\n\n",
      "[|x|]");
}

TEST(Sse, an_event_that_was_cut_off_is_none) {
  expect("data: a\n\ndata: b\n", "[|a|]");
}

TEST(Sse, an_id_with_a_nul_is_ignored) {
  using namespace std::string_view_literals;
  expect("id: 1\ndata: a\n\nid: 2\0\ndata: b\n\n"sv, "[|a|1][|b|1]");
}

TEST(Sse, an_event_beyond_the_bound_is_an_error_for_good) {
  SseParser parser(32);
  std::vector<SseEvent> events;
  ASSERT_TRUE(parser.feed("data: fits\n\ndata: ", events).ok());
  const auto result = parser.feed(std::string(40, 'x'), events);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, Errc::full);
  EXPECT_EQ(told(events), "[|fits|]");
  EXPECT_FALSE(parser.feed("\n\ndata: y\n\n", events).ok());
  EXPECT_EQ(events.size(), 1u);
}

TEST(Sse, the_bound_counts_all_lines_of_one_event_and_no_comments) {
  SseParser parser(32);
  std::vector<SseEvent> events;
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(parser.feed(":" + std::string(100, 'c') + "\n", events).ok());
    ASSERT_TRUE(parser.feed("data: abcdef\ndata: abcdef\n\n", events).ok());
  }
  EXPECT_EQ(events.size(), 50u);
  ASSERT_TRUE(parser.feed("data: abcdef\ndata: abcdef\n", events).ok());
  EXPECT_FALSE(parser.feed("data: abcdef\n", events).ok());
}

}  // namespace
}  // namespace offhook::net
