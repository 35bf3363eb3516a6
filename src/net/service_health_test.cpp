#include "net/service_health.hpp"

#include <gmock/gmock.h>

#include <set>

namespace offhook::net {
namespace {

using State = ServiceHealth::State;
using ::testing::AllOf;
using ::testing::HasSubstr;

const Error broken{Errc::unavailable, "connection refused"};

// A service that is asked at moments of the test's choosing, without jitter unless said.
struct Asked {
  explicit Asked(HealthPolicy policy = still()) : health("parrot", policy) {}
  static HealthPolicy still() {
    HealthPolicy p;
    p.jitter_percent = 0;
    return p;
  }
  void enter() { ASSERT_TRUE(health.enter(now).ok()); }
  void fail(const Error& error = broken) {
    enter();
    health.failed(now, error);
  }
  void succeed() {
    enter();
    health.succeeded(now);
  }
  Error denied() {
    const Result<void> entered = health.enter(now);
    EXPECT_EQ(entered.ok(), false);
    return entered.ok() ? Error{} : entered.error();
  }
  State state() const { return health.state(now); }

  Time now{};
  ServiceHealth health;
};

TEST(ServiceHealth, three_failures_in_a_row_open_it_and_a_success_between_starts_anew) {
  Asked s;
  s.fail();
  s.fail({Errc::timeout, "silent"});
  s.succeed();
  s.fail({Errc::closed, "gone"});
  s.fail({Errc::internal, "odd"});
  EXPECT_EQ(s.state(), State::closed);
  s.fail({Errc::full, "busy, it does not say for how long"});
  EXPECT_EQ(s.state(), State::open);
  EXPECT_EQ(s.health.opened(), 1);
  s.now += 400ms;
  EXPECT_FALSE(s.health.ready(s.now));
  const Error denied = s.denied();
  EXPECT_EQ(denied.code, Errc::unavailable);
  EXPECT_EQ(denied.retry_after, 600ms);
  EXPECT_EQ(denied.what,
            "asking parrot: it has failed for 0.4 s, and is tried again in 0.6 s; the last error: busy, it does not "
            "say for how long");
  EXPECT_EQ(s.health.under_way(), 0);
}

TEST(ServiceHealth, half_open_lets_one_at_a_time_try_and_its_success_closes_it) {
  Asked s;
  for (int i = 0; i < 3; ++i) s.fail();
  s.now += 1s;
  EXPECT_EQ(s.state(), State::half_open);
  EXPECT_TRUE(s.health.ready(s.now));
  s.enter();
  EXPECT_FALSE(s.health.ready(s.now));
  EXPECT_THAT(s.denied().what, HasSubstr("one request is trying it now"));
  s.health.cancelled();
  EXPECT_EQ(s.state(), State::half_open);
  s.enter();
  s.health.failed(s.now, {Errc::invalid, "our own mistake"});
  EXPECT_EQ(s.state(), State::half_open) << "says nothing of the service";
  s.enter();
  s.health.succeeded(s.now);
  EXPECT_EQ(s.state(), State::closed);
  EXPECT_EQ(s.health.under_way(), 0);
  s.fail();
  s.fail();
  EXPECT_EQ(s.state(), State::closed) << "counts from nothing";
  s.fail();
  s.now += 1s;
  EXPECT_EQ(s.state(), State::half_open) << "the back-off, too, starts anew";
}

TEST(ServiceHealth, each_probe_that_fails_doubles_the_back_off_up_to_the_longest) {
  Asked s;
  for (int i = 0; i < 3; ++i) s.fail();
  for (const Duration back_off : std::initializer_list<Duration>{1s, 2s, 4s, 8s, 16s, 30s, 30s, 30s}) {
    s.now += back_off - 1us;
    EXPECT_EQ(s.state(), State::open) << to_ms(back_off);
    s.now += 1us;
    EXPECT_EQ(s.state(), State::half_open) << to_ms(back_off);
    s.fail();
  }
  EXPECT_EQ(s.health.opened(), 1) << "one trouble";
  EXPECT_THAT(s.denied().what, HasSubstr("it has failed for 121.0 s"));
}

TEST(ServiceHealth, what_does_not_heal_by_itself_opens_it_at_once_and_for_long) {
  for (const Errc code : {Errc::refused, Errc::not_found}) {
    Asked s;
    s.fail({code, "no"});
    EXPECT_EQ(s.state(), State::open);
    EXPECT_EQ(s.denied().retry_after, 30s);
    s.now += 30s;
    EXPECT_EQ(s.state(), State::half_open);
  }
}

TEST(ServiceHealth, our_own_mistakes_and_changes_of_mind_open_nothing) {
  Asked s;
  s.fail();
  s.fail();
  for (int i = 0; i < 10; ++i) s.fail({Errc::invalid, "no such voice"});
  for (int i = 0; i < 10; ++i) s.fail({Errc::cancelled, "no longer wanted"});
  EXPECT_EQ(s.state(), State::closed);
  EXPECT_EQ(s.health.under_way(), 0);
  EXPECT_EQ(s.health.last_error(), broken.what);
  s.fail();
  EXPECT_EQ(s.state(), State::open) << "nor do they heal";
}

TEST(ServiceHealth, who_says_when_to_come_back_is_left_alone_until_then) {
  Asked s;
  for (int i = 0; i < 10; ++i) {
    s.fail({Errc::full, "slow down", 7s});
    EXPECT_EQ(s.state(), State::closed);
    const Error denied = s.denied();
    EXPECT_EQ(denied.code, Errc::full);
    EXPECT_EQ(denied.retry_after, 7s);
    EXPECT_FALSE(s.health.ready(s.now + 7s - 1us));
    s.now += 7s;
  }
  s.enter();
  s.enter();
  s.health.failed(s.now, {Errc::full, "slow down", 24h});
  s.health.failed(s.now, {Errc::full, "slow down", 1s});
  EXPECT_EQ(s.denied().retry_after, 2min) << "bounded, and the longer of two stands";
  s.now += 2min;
  s.enter();
}

TEST(ServiceHealth, an_outage_that_names_its_end_is_a_failure_too) {
  Asked s;
  for (int i = 0; i < 3; ++i) {
    s.fail({Errc::unavailable, "503", 20s});
    if (i < 2) s.now += 20s;
  }
  EXPECT_EQ(s.state(), State::open);
  EXPECT_EQ(s.denied().retry_after, 20s) << "later than the back-off";
  s.now += 1s;
  EXPECT_EQ(s.state(), State::half_open);
  EXPECT_EQ(s.denied().code, Errc::full);
  s.now += 19s;
  s.enter();
}

TEST(ServiceHealth, bears_so_many_requests_at_once) {
  HealthPolicy policy;
  policy.concurrency = 2;
  Asked s(policy);
  s.enter();
  s.enter();
  EXPECT_FALSE(s.health.ready(s.now));
  EXPECT_EQ(s.denied().code, Errc::full);
  EXPECT_EQ(s.health.under_way(), 2);
  s.health.cancelled();
  s.enter();
  s.health.failed(s.now, {Errc::invalid, "x"});
  s.enter();
  s.health.succeeded(s.now);
  s.enter();
  EXPECT_EQ(s.health.under_way(), 2);
}

// What was asked before the trouble ends while it is open: it neither heals nor lengthens.
TEST(ServiceHealth, while_it_is_open_only_a_probe_counts) {
  Asked s;
  for (int i = 0; i < 3; ++i) s.enter();
  for (int i = 0; i < 3; ++i) s.fail();
  const Time until = s.now + s.denied().retry_after;
  s.now += 500ms;
  s.health.failed(s.now, broken);
  s.health.failed(s.now, {Errc::refused, "no"});
  s.health.succeeded(s.now);
  EXPECT_EQ(s.state(), State::open);
  EXPECT_EQ(s.now + s.denied().retry_after, until);
}

TEST(ServiceHealth, a_long_request_that_was_answered_lets_others_in) {
  HealthPolicy policy = Asked::still();
  policy.concurrency = 2;
  Asked s(policy);
  for (int i = 0; i < 3; ++i) s.fail();
  s.now += 1s;
  s.enter();
  s.health.answered(s.now);
  EXPECT_EQ(s.state(), State::closed);
  EXPECT_EQ(s.health.under_way(), 1);
  s.enter();
  EXPECT_FALSE(s.health.ready(s.now));
  s.health.succeeded(s.now);
  s.health.failed(s.now, broken);
  EXPECT_EQ(s.health.under_way(), 0);
  EXPECT_EQ(s.state(), State::closed);
}

TEST(ServiceHealth, back_offs_spread_and_stay_within_their_bound) {
  const auto spread = [](const Error& error, int times) {
    std::set<Duration> waits;
    for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
      ServiceHealth health("parrot", {}, seed);
      for (int i = 0; i < times; ++i) {
        EXPECT_TRUE(health.enter({}).ok());
        health.failed({}, error);
      }
      waits.insert(health.enter({}).error().retry_after);
    }
    EXPECT_GT(waits.size(), 900u);
    return std::pair(*waits.begin(), *waits.rbegin());
  };
  const auto [least, most] = spread(broken, 3);
  EXPECT_GE(least, 750ms);
  EXPECT_LT(least, 770ms);
  EXPECT_GT(most, 1230ms);
  EXPECT_LE(most, 1250ms);
  const auto [least_long, most_long] = spread({Errc::refused, "no"}, 1);
  EXPECT_GE(least_long, 22500ms);
  EXPECT_LE(most_long, 30s);
}

TEST(ServiceHealth, whoever_watches_hears_of_each_request_and_of_each_change) {
  ServiceHealth health("acme", {.failures = 2, .back_off = 1s, .jitter_percent = 0});
  std::vector<HealthEvent> told;
  health.observe([&](HealthEvent event, const std::string&) { told.push_back(event); });
  const Time t{};
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(health.enter(t));
    health.failed(t, {Errc::closed, "gone"});
  }
  EXPECT_FALSE(health.enter(t));
  ASSERT_TRUE(health.enter(t + 1s));
  health.succeeded(t + 1s);
  ASSERT_TRUE(health.enter(t + 1s));
  health.cancelled();
  using enum HealthEvent;
  EXPECT_EQ(told, (std::vector{failed, failed, opened, refused, closed, succeeded, cancelled}));
}

TEST(ServiceHealth, one_account_is_shared_by_all_loops) {
  const auto together = std::make_shared<std::atomic<int>>(0);
  ServiceHealth a("acme", {.concurrency = 2, .together = together}),
      b("acme", {.concurrency = 2, .together = together});
  const Time t{};
  ASSERT_TRUE(a.enter(t));
  ASSERT_TRUE(b.enter(t));
  EXPECT_FALSE(a.ready(t));
  EXPECT_EQ(b.enter(t).error().code, Errc::full);
  EXPECT_EQ(*together, 2);
  a.succeeded(t);
  EXPECT_TRUE(b.enter(t));
  b.cancelled();
  b.cancelled();
  EXPECT_EQ(*together, 0);
}

TEST(ServiceHealth, who_says_that_nothing_is_left_is_left_alone) {
  ServiceHealth health("acme", {});
  const Time t{};
  health.rest(t, 5s);
  EXPECT_EQ(health.enter(t + 4s).error().code, Errc::full);
  EXPECT_EQ(health.state(t), ServiceHealth::State::closed);
  EXPECT_TRUE(health.enter(t + 5s));
  health.succeeded(t + 5s);
}

}  // namespace
}  // namespace offhook::net
