#include "stt/standing.hpp"

#include <gtest/gtest.h>

#include "net/virtual_loop.hpp"

namespace offhook::stt {
namespace {

struct Anything final : Recognizer {
  std::unique_ptr<Session> open(net::Loop&, Session::Sink) override { return nullptr; }
};

// How long after its second loss, an hour old each time, it may be tried again.
Duration second_wait(bool owed) {
  Anything anything;
  Standing standing({"cloud", &anything, nullptr}, {}, 1);
  Time now{};
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(standing.enter(now += 1h));
    standing.lost(now += 1h, {Errc::closed, "connection reset"}, owed);
  }
  return standing.not_before(now) - now;
}

TEST(Standing, age_is_no_merit_of_a_session_that_owed_an_answer) {
  EXPECT_EQ(second_wait(false), 0ms);
  EXPECT_GE(second_wait(true), 75ms);
}

}  // namespace
}  // namespace offhook::stt
