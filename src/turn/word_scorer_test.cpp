#include "turn/word_scorer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/fake_services_testing.hpp"
#include "net/virtual_loop.hpp"

namespace offhook::turn {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kAnswer =
    R"({"completion_probabilities":[{"top_logprobs":[{"token":".","logprob":-1.6094},{"token":" a","logprob":-1.0},)"
    R"({"token":"?","logprob":-2.3026},{"token":"<|im_end|>","logprob":-2.9957},{"token":"...","logprob":-2.9957},)"
    R"({"token":" ","logprob":-0.5},{"token":".5","logprob":-0.5}]}]})";

struct Words : testing::Test {
  net::VirtualLoop loop;
  net::FakeHttp http;
  std::unique_ptr<WordScorer> scorer = connect_word_scorer(loop, http, "http://127.0.0.1:4000");
  std::optional<Result<float>> answer;

  std::unique_ptr<net::Pending> ask(std::string_view words) {
    return scorer->score(words, Deadline::in(loop.now(), 1s), [this](Result<float> p) { answer = std::move(p); });
  }
};

TEST_F(Words, theirScoreIsTheProbabilityOfWhatEndsAMessage) {
  const auto pending = ask("I need to change my appointment.");
  EXPECT_EQ(http.last().call.url, "http://127.0.0.1:4000/completion");
  EXPECT_THAT(http.last().call.body, AllOf(HasSubstr("my appointment\""), HasSubstr("\"n_predict\":1")));
  http.last().head(200, "application/json");
  http.last().body(kAnswer);
  http.last().end();
  ASSERT_TRUE(answer && answer->ok());
  EXPECT_NEAR(**answer, 0.2 + 0.1 + 0.05 + 0.05, 1e-3);
}

TEST_F(Words, onlyTheirEndIsLookedAt) {
  std::string long_turn = "first ";
  for (int i = 0; i < 100; ++i) long_turn += "word" + std::to_string(i) + " ";
  const auto pending = ask(long_turn + "and the end, ");
  EXPECT_THAT(http.last().call.body, AllOf(HasSubstr("and the end\""), Not(HasSubstr("first"))));
  EXPECT_LT(http.last().call.body.size(), WordScorer::kMostBytes + 150);
}

TEST_F(Words, atMostFourQuestionsAreUnderWay) {
  std::vector<std::unique_ptr<net::Pending>> pending;
  for (int i = 0; i < WordScorer::kMostAtOnce; ++i) pending.push_back(ask("one more"));
  pending.push_back(ask("one too many"));
  EXPECT_EQ(http.sent.size(), 4u);
  EXPECT_FALSE(answer) << "never from inside";
  loop.advance(1ms);
  ASSERT_TRUE(answer && !answer->ok());
  EXPECT_EQ(answer->error().code, Errc::full);
  pending.erase(pending.begin());  // nobody wants it any more
  pending.push_back(ask("now there is a place"));
  EXPECT_EQ(http.sent.size(), 5u);
  http.sent[1]->end(Error{Errc::closed, "the server died"});
  pending.push_back(ask("and another"));
  EXPECT_EQ(http.sent.size(), 6u);
}

TEST_F(Words, aRefusalThatNobodyWaitsForSaysNothing) {
  std::vector<std::unique_ptr<net::Pending>> pending;
  for (int i = 0; i < WordScorer::kMostAtOnce; ++i) pending.push_back(ask("one more"));
  ask("one too many").reset();
  loop.advance(1ms);
  EXPECT_FALSE(answer);
}

TEST_F(Words, whatIsNoAnswerIsAnErrorThatSaysWhatWasFound) {
  for (const char* body : {"", "[]", "not json", "{}", R"({"completion_probabilities":[]})",
                           R"({"completion_probabilities":[{"top_logprobs":[]}]})",
                           R"({"completion_probabilities":[{"top_logprobs":[7]}]})",
                           R"({"completion_probabilities":[{"top_logprobs":[{"token":"."}]}]})",
                           R"({"completion_probabilities":[{"top_logprobs":[{"token":".","logprob":1e9}]}]})"}) {
    const auto p = decode_word_score(body);
    ASSERT_FALSE(p.ok()) << body;
    EXPECT_EQ(p.error().code, Errc::invalid);
    EXPECT_THAT(p.error().what, HasSubstr("asking whether the words are a whole message")) << body;
  }
  const auto pending = ask("anything");
  http.last().head(500, "application/json");
  http.last().body(R"({"error":{"message":"out of memory"}})");
  http.last().end();
  ASSERT_TRUE(answer && !answer->ok());
  EXPECT_THAT(answer->error().what, AllOf(HasSubstr("HTTP 500"), HasSubstr("out of memory")));
}

}  // namespace
}  // namespace offhook::turn
