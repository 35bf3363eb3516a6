#include "llm/answer_queue.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <utility>
#include <vector>

#include "net/virtual_loop.hpp"

namespace offhook::llm {
namespace {

// Answers when told to.
struct Scripted final : Client {
  explicit Scripted(std::deque<Sink>& asked) : asked(asked) {}
  std::unique_ptr<net::Pending> chat(Request, Sink sink) override {
    asked.push_back(std::move(sink));
    return std::make_unique<net::Pending>();
  }
  void warm() override {}
  std::deque<Sink>& asked;
};

class AnswerQueueTest : public testing::Test {
 protected:
  net::VirtualLoop loop;
  std::vector<Duration> told;
  std::shared_ptr<AnswerQueue> queue =
      std::make_shared<AnswerQueue>(2, [this](Time, Duration waited) { told.push_back(waited); });
  std::deque<Sink> asked;
  std::unique_ptr<Client> client = watched(loop, std::make_unique<Scripted>(asked), queue);
  int answers = 0;

  std::unique_ptr<net::Pending> ask() {
    return client->chat({}, {.token = [](std::string_view) {}, .tool_call = {}, .done = [this](auto) { ++answers; }});
  }
};

TEST_F(AnswerQueueTest, only_who_finds_every_slot_taken_has_waited) {
  const auto first = ask(), second = ask(), third = ask();
  loop.advance(200ms);
  asked[0].token("Hello");
  asked[0].done(Answer{});
  EXPECT_TRUE(told.empty()) << "slow is not late";
  loop.advance(40ms);
  asked[2].token("Yes");
  asked[2].token(", of course");
  EXPECT_EQ(told, std::vector<Duration>{240ms});
  loop.advance(5s);
  const auto fourth = ask();
  asked[3].token("…");
  EXPECT_EQ(told.size(), 2u) << "second and third are still answered";
  EXPECT_EQ(answers, 1);
}

TEST_F(AnswerQueueTest, reading_ahead_takes_no_place_and_waits_for_none) {
  const auto kind = [] { return std::vector<Message>{{Role::system, "You are kind.", {}, {}}}; };
  client->read_ahead(kind);
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(queue->under_way, 0);
  asked[0].done(Answer{});
  const auto first = ask(), second = ask();
  client->read_ahead(kind);
  EXPECT_EQ(asked.size(), 3u) << "every slot is taken";
}

TEST_F(AnswerQueueTest, a_question_that_is_taken_back_has_waited_and_waits_no_more) {
  const auto first = ask(), second = ask();
  auto third = ask();
  loop.advance(240ms);
  third.reset();
  EXPECT_EQ(told, std::vector<Duration>{240ms});
  EXPECT_EQ(queue->under_way, 2);
}

TEST_F(AnswerQueueTest, a_queue_that_stands_still_is_told_of_while_it_does) {
  const auto first = ask(), second = ask(), third = ask();
  loop.advance(800ms);
  EXPECT_EQ(told, (std::vector<Duration>{250ms, 500ms, 750ms}));
}

TEST_F(AnswerQueueTest, an_answer_without_a_word_makes_room_once) {
  auto first = ask();
  asked[0].done(Error{Errc::unavailable, "down"});
  EXPECT_EQ(queue->under_way, 0);
  first.reset();
  asked.clear();
  EXPECT_EQ(queue->under_way, 0);
  EXPECT_EQ(answers, 1);
}

}  // namespace
}  // namespace offhook::llm
