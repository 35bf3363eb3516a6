#include "stt/resilient.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "base/log.hpp"
#include "net/virtual_loop.hpp"

namespace offhook::stt {
namespace {

using net::ServiceHealth;
using testing::ElementsAre;
using testing::Ge;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Le;
using testing::SizeIs;

// A service whose sessions say what the test tells them to.
struct Service final : Recognizer {
  struct One {
    Session::Sink sink;
    std::vector<float> samples;
    std::vector<std::string> told;  // "begin", "pause 1", "end"
    bool open = true;
    Time opened{};
  };
  struct Handle final : Session {
    Handle(std::shared_ptr<One> o) : one(std::move(o)) {}
    ~Handle() override { one->open = false; }
    void begin() override { one->told.push_back("begin"); }
    void audio(std::span<const float> s) override { one->samples.insert(one->samples.end(), s.begin(), s.end()); }
    void pause(std::uint32_t n) override { one->told.push_back("pause " + std::to_string(n)); }
    void end() override { one->told.push_back("end"); }
    std::shared_ptr<One> one;
  };

  explicit Service(Traits t) : traits_(t) {}
  Traits traits() const override { return traits_; }
  std::unique_ptr<Session> open(net::Loop& loop, Session::Sink sink) override {
    sessions.push_back(std::make_shared<One>(One{std::move(sink), {}, {}, true, loop.now()}));
    if (dead) {
      loop.post([one = sessions.back(), error = *dead] {
        if (one->open) one->sink.failed(error);
      });
    }
    return std::make_unique<Handle>(sessions.back());
  }
  One& last() { return *sessions.back(); }
  int open_sessions() const {
    return static_cast<int>(std::count_if(sessions.begin(), sessions.end(), [](auto& s) { return s->open; }));
  }
  // By value: the session goes in the middle of it.
  void fail(Error error) {
    const auto one = sessions.back();
    const auto sink = one->sink;
    sink.failed(error);
  }
  void answer(std::uint32_t n, Result<std::string> text) {
    const auto sink = last().sink;
    sink.transcript(n, std::move(text));
  }

  Traits traits_;
  std::optional<Error> dead;  // every session fails with this at once
  std::vector<std::shared_ptr<One>> sessions;
};

const Error kDropped{Errc::closed, "connection reset"};
const Error kRefused{Errc::refused, "HTTP 401: bad key"};
constexpr Traits kPhone{.rate = 8000, .usual_final = 300ms};

class ResilientTest : public testing::Test {
 protected:
  void open(std::vector<Choice> choices, ResiliencePolicy policy = {}) {
    recognizer_ = resilient(std::move(choices), policy);
    session_ = recognizer_->open(
        loop_, {.partial = [this](const Hypothesis& h) { told_.push_back("~" + h.text); },
                .transcript =
                    [this](std::uint32_t n, const Result<std::string>& text) {
                      told_.push_back(std::to_string(n) + ":" +
                                      (text ? *text : "!" + std::string(offhook::name(text.error().code))));
                      if (!text) errors_.push_back(text.error().what);
                    },
                .turn = [this](const TurnSignal& t) { told_.push_back("turn " + t.text); },
                .failed = [this](const Error&) { told_.push_back("failed"); },
                .used = [this](std::string_view who, Duration d) { used_[std::string(who)] += d; }});
  }
  void open_both() { open({{"cloud", &cloud_, &health_}, {"local", &local_, nullptr}}); }
  // In frames of 20 ms; each sample is another one, so that none can be lost, doubled or swapped unseen.
  void say(Duration length) {
    const auto frame = static_cast<std::size_t>(recognizer_->traits().rate / 50);
    for (Duration at{}; at < length; at += 20ms) {
      std::vector<float> samples(frame);
      for (auto& s : samples) s = static_cast<float>(next_++ % 30000) / 32768.0f;
      session_->audio(samples);
      loop_.advance(20ms);
    }
  }
  static std::vector<float> counting(int from, int count) {
    std::vector<float> out;
    for (int i = 0; i < count; ++i) out.push_back(static_cast<float>((from + i) % 30000) / 32768.0f);
    return out;
  }
  std::vector<std::string> told() {
    loop_.run_ready();
    return std::exchange(told_, {});
  }
  // As another call's requests do.
  void fail_elsewhere(const Error& error, int times = 3) {
    for (int i = 0; i < times; ++i) {
      ASSERT_TRUE(health_.enter(loop_.now()));
      health_.failed(loop_.now(), error);
    }
    ASSERT_EQ(health_.state(loop_.now()), ServiceHealth::State::open);
  }
  void answer_a_turn() {
    session_->begin();
    say(500ms);
    session_->pause(1);
    cloud_.sessions.front()->sink.transcript(1, std::string("yes"));
    session_->end();
  }

  net::VirtualLoop loop_;
  ServiceHealth health_{"cloud", {}};
  Service cloud_{kPhone}, local_{kPhone};
  std::unique_ptr<Recognizer> recognizer_;
  std::unique_ptr<Session> session_;
  int next_ = 0;
  std::vector<std::string> told_, errors_;
  std::map<std::string, Duration> used_;
};

TEST_F(ResilientTest, connection_lost_in_a_turn_costs_no_word_and_repeats_none) {
  open_both();
  ASSERT_THAT(cloud_.sessions, SizeIs(1)) << "warm before the first word";
  session_->begin();
  say(1s);
  cloud_.last().sink.partial({"I would", 0});
  cloud_.fail(kDropped);
  ASSERT_THAT(cloud_.sessions, SizeIs(2)) << "the same service at once";
  EXPECT_EQ(cloud_.last().samples, counting(0, 8000));
  say(500ms);
  session_->pause(1);
  EXPECT_EQ(cloud_.last().samples, counting(0, 12000));
  EXPECT_THAT(cloud_.last().told, ElementsAre("begin", "pause 1"));
  cloud_.answer(1, std::string("I would like"));
  EXPECT_THAT(told(), ElementsAre("~I would", "1:I would like"));
  EXPECT_THAT(local_.sessions, IsEmpty());
  EXPECT_EQ(cloud_.open_sessions(), 1);
  EXPECT_EQ(health_.under_way(), 1);
  session_->end();
  cloud_.last().sink.partial({"late", 0});
  cloud_.answer(1, std::string("later"));
  EXPECT_THAT(told(), IsEmpty());
}

TEST_F(ResilientTest, second_loss_is_for_the_next_choice_which_is_asked_the_last_pause_again) {
  open_both();
  session_->begin();
  say(1s);
  session_->pause(1);
  say(200ms);
  session_->pause(2);
  cloud_.fail(kDropped);
  cloud_.fail(kDropped);
  ASSERT_THAT(local_.sessions, SizeIs(1));
  EXPECT_EQ(local_.last().samples, counting(0, 9600));
  EXPECT_THAT(local_.last().told, ElementsAre("begin", "pause 2"));
  local_.last().sink.used("whatever it calls itself", 1s);
  local_.answer(2, std::string("yes"));
  local_.answer(2, std::string("yes again"));
  EXPECT_THAT(told(), ElementsAre("1:!cancelled", "2:yes"));
  EXPECT_THAT(used_, ElementsAre(std::pair("local", 1s)));
  EXPECT_EQ(health_.under_way(), 0);
}

TEST_F(ResilientTest, service_that_breaks_off_behind_each_hypothesis_has_failed_each_time) {
  open_both();
  session_->begin();
  say(1s);
  cloud_.last().sink.partial({"I", 0});
  cloud_.fail(kDropped);
  ASSERT_THAT(cloud_.sessions, SizeIs(2));
  cloud_.last().sink.partial({"I", 0});
  cloud_.fail(kDropped);
  ASSERT_THAT(local_.sessions, SizeIs(1)) << "not the same service a third time";
  session_->end();
  loop_.advance(2s);  // it looks well, and is back
  session_->begin();
  say(1s);
  cloud_.last().sink.partial({"I", 0});
  cloud_.fail(kDropped);
  EXPECT_EQ(health_.state(loop_.now()), ServiceHealth::State::open);
}

TEST_F(ResilientTest, service_that_says_nothing_is_closed_and_the_next_is_asked) {
  open_both();
  session_->begin();
  say(1s);
  session_->pause(1);
  say(2280ms);
  EXPECT_THAT(local_.sessions, IsEmpty());
  say(40ms);
  ASSERT_THAT(local_.sessions, SizeIs(1));
  EXPECT_EQ(cloud_.open_sessions(), 0);
  local_.answer(1, std::string("yes"));
  EXPECT_THAT(told(), ElementsAre("1:yes"));
}

TEST_F(ResilientTest, transcript_that_is_an_error_is_averted_by_the_next_choice) {
  open_both();
  session_->begin();
  say(1s);
  session_->pause(1);
  cloud_.answer(1, kRefused);
  EXPECT_THAT(cloud_.sessions, SizeIs(1)) << "a refusal does not pass";
  ASSERT_THAT(local_.sessions, SizeIs(1));
  local_.answer(1, std::string("yes"));
  EXPECT_THAT(told(), ElementsAre("1:yes"));
  EXPECT_EQ(health_.state(loop_.now()), ServiceHealth::State::open);
}

TEST_F(ResilientTest, error_that_nobody_averts_names_everyone_and_trying_goes_on_within_bounds) {
  cloud_.dead = kRefused;
  local_.dead = Error{Errc::not_found, "no such model"};
  open_both();
  loop_.run_ready();
  session_->begin();
  say(1s);
  session_->pause(1);
  EXPECT_THAT(told(), ElementsAre("1:!refused"));
  EXPECT_THAT(errors_.at(0), HasSubstr("cloud: HTTP 401: bad key"));
  EXPECT_THAT(errors_.at(0), HasSubstr("local: no such model"));
  const auto before = local_.sessions.size();
  say(60s);
  EXPECT_THAT(local_.sessions.size() - before, testing::AllOf(Ge(8u), Le(25u)));
  EXPECT_THAT(cloud_.sessions.size(), Le(12u)) << "its health is asked, too";
  local_.dead.reset();
  say(8s);
  session_->pause(2);
  local_.answer(2, std::string("at last"));
  EXPECT_THAT(told(), ElementsAre("2:at last"));
  session_.reset();
  EXPECT_EQ(health_.under_way(), 0);
}

TEST_F(ResilientTest, pause_without_anyone_to_ask_waits_for_one_but_not_for_long) {
  cloud_.dead = Error{Errc::unavailable, "connection refused"};
  open({{"cloud", &cloud_, nullptr}});
  session_->begin();
  say(1s);
  session_->pause(1);
  loop_.advance(1500ms);
  cloud_.dead.reset();
  loop_.advance(480ms);
  EXPECT_THAT(told(), IsEmpty());
  loop_.advance(40ms);
  EXPECT_THAT(told(), ElementsAre("1:!unavailable"));
  loop_.advance(5s);
  session_->pause(2);
  cloud_.answer(2, std::string("yes"));
  EXPECT_THAT(told(), ElementsAre("2:yes"));
}

TEST_F(ResilientTest, better_choice_comes_back_between_turns_and_only_when_it_stays_up) {
  open_both();
  session_->begin();
  cloud_.fail(kDropped);
  cloud_.fail(kDropped);
  say(5s);
  EXPECT_THAT(cloud_.sessions, SizeIs(2)) << "not in a turn";
  session_->end();
  loop_.advance(1ms);
  ASSERT_THAT(cloud_.sessions, SizeIs(3));
  session_->begin();
  EXPECT_THAT(local_.last().told, ElementsAre("begin", "end", "begin")) << "it may be gone again at once";
  cloud_.fail(kDropped);
  session_->end();
  EXPECT_EQ(local_.open_sessions(), 1) << "nothing was given up for the attempt";
  loop_.advance(5s);
  ASSERT_THAT(cloud_.sessions, SizeIs(4));
  EXPECT_EQ(local_.open_sessions(), 0);
  session_->begin();
  EXPECT_THAT(cloud_.last().told, ElementsAre("begin"));
  EXPECT_EQ(health_.under_way(), 1);
}

TEST_F(ResilientTest, session_lost_between_turns_is_back_before_the_next_and_tried_ever_more_seldom) {
  cloud_.dead = kDropped;
  open({{"cloud", &cloud_, nullptr}});
  loop_.advance(30s);
  std::vector<Duration> gaps;
  for (std::size_t i = 1; i < cloud_.sessions.size(); ++i)
    gaps.push_back(cloud_.sessions[i]->opened - cloud_.sessions[i - 1]->opened);
  ASSERT_THAT(gaps.size(), Ge(8u));
  EXPECT_EQ(gaps[0], 0ms);
  for (std::size_t i = 1; i < gaps.size(); ++i) {
    const Duration expected = std::min<Duration>(100ms * (1 << i), 5s);
    EXPECT_GE(gaps[i], expected * 3 / 4);
    EXPECT_LE(gaps[i], expected * 5 / 4 + 1ms);
  }
}

TEST_F(ResilientTest, health_counts_a_session_from_its_opening_to_its_end) {
  ServiceHealth one("cloud", {.concurrency = 1});
  open({{"cloud", &cloud_, &one}, {"local", &local_, nullptr}});
  EXPECT_EQ(one.under_way(), 1);
  {
    const auto other = recognizer_->open(loop_, {});
    EXPECT_THAT(cloud_.sessions, SizeIs(1));
    EXPECT_THAT(local_.sessions, SizeIs(1));
  }
  session_->begin();
  cloud_.last().sink.partial({"yes", 0});
  cloud_.last().sink.partial({"yes please", 0});
  EXPECT_EQ(one.under_way(), 1);
  session_.reset();
  EXPECT_EQ(one.under_way(), 0);
  EXPECT_EQ(one.state(loop_.now()), ServiceHealth::State::closed);
}

TEST_F(ResilientTest, each_answer_of_a_session_closes_a_breaker_whose_probe_is_silent) {
  open_both();
  answer_a_turn();
  fail_elsewhere(kDropped);
  loop_.advance(1500ms);
  const auto probe = recognizer_->open(loop_, {});
  ASSERT_THAT(cloud_.sessions, SizeIs(2));
  EXPECT_FALSE(health_.ready(loop_.now())) << "one at a time";
  answer_a_turn();
  EXPECT_EQ(health_.state(loop_.now()), ServiceHealth::State::closed);

  fail_elsewhere(kDropped);
  loop_.advance(1500ms);
  const auto another = recognizer_->open(loop_, {});
  session_->begin();
  cloud_.sessions.front()->sink.partial({"well", 0});
  EXPECT_EQ(health_.state(loop_.now()), ServiceHealth::State::closed) << "of one that has answered, words will do";
}

TEST_F(ResilientTest, probe_whose_caller_is_silent_succeeds_when_it_has_stayed_up) {
  fail_elsewhere(kDropped);
  loop_.advance(1500ms);
  open_both();
  loop_.advance(4990ms);
  EXPECT_EQ(health_.state(loop_.now()), ServiceHealth::State::half_open);
  loop_.advance(20ms);
  EXPECT_EQ(health_.state(loop_.now()), ServiceHealth::State::closed);
  EXPECT_EQ(health_.under_way(), 1);
}

TEST_F(ResilientTest, no_call_is_deaf_because_a_breaker_is_open) {
  fail_elsewhere(kRefused, 1);  // for half a minute
  int told_health = 0;
  open({{"cloud", &cloud_, &health_}});
  health_.observe([&](net::HealthEvent, const std::string&) { ++told_health; });
  ASSERT_THAT(cloud_.sessions, SizeIs(1));
  answer_a_turn();
  EXPECT_THAT(told(), ElementsAre("1:yes"));
  session_->begin();
  say(500ms);
  cloud_.fail(kDropped);
  ASSERT_THAT(cloud_.sessions, SizeIs(2)) << "with a back-off of its own";
  cloud_.fail(kDropped);
  EXPECT_THAT(cloud_.sessions, SizeIs(2));
  session_->pause(1);
  loop_.advance(300ms);
  ASSERT_THAT(cloud_.sessions, SizeIs(3));
  EXPECT_EQ(cloud_.last().samples, counting(4000, 4000));
  cloud_.answer(1, std::string("again"));
  EXPECT_THAT(told(), ElementsAre("1:again"));
  cloud_.fail(kRefused);
  loop_.advance(10s);
  EXPECT_THAT(cloud_.sessions, SizeIs(3)) << "a refusal is respected";
  session_.reset();
  EXPECT_EQ(health_.under_way(), 0);
  EXPECT_LE(told_health, 4) << "refused once, or once more after each loss";

  open_both();
  EXPECT_THAT(cloud_.sessions, SizeIs(3)) << "somebody else is left";
  EXPECT_THAT(local_.sessions, SizeIs(1));
}

TEST_F(ResilientTest, wrong_parameter_is_not_tried_again_every_few_seconds) {
  cloud_.dead = Error{Errc::invalid, "HTTP 400: no such language"};
  open_both();
  loop_.advance(29s);
  EXPECT_THAT(cloud_.sessions, SizeIs(1));
  EXPECT_EQ(local_.open_sessions(), 1);
  loop_.advance(2s);
  EXPECT_THAT(cloud_.sessions, SizeIs(2));
}

TEST_F(ResilientTest, choice_that_does_not_answer_is_no_candidate_for_the_longest_back_off) {
  open_both();
  session_->begin();
  say(1s);
  session_->pause(1);
  say(2500ms);
  ASSERT_THAT(local_.sessions, SizeIs(1));
  session_->end();
  loop_.advance(3s);
  EXPECT_THAT(cloud_.sessions, SizeIs(1));
  loop_.advance(4s);
  EXPECT_THAT(cloud_.sessions, SizeIs(2));
}

TEST_F(ResilientTest, health_hears_of_a_session_that_worked_as_a_success_and_of_a_refusal_once) {
  ServiceHealth one("cloud", {.concurrency = 1});
  std::map<net::HealthEvent, int> events;
  one.observe([&](net::HealthEvent event, const std::string&) { ++events[event]; });
  open({{"cloud", &cloud_, &one}, {"local", &local_, nullptr}});
  const auto other = recognizer_->open(loop_, {});
  loop_.advance(20s);
  EXPECT_EQ(events[net::HealthEvent::refused], 1);
  answer_a_turn();
  session_.reset();
  EXPECT_EQ(events[net::HealthEvent::succeeded], 1);
  EXPECT_EQ(events[net::HealthEvent::cancelled], 0);
  loop_.advance(300ms);
  EXPECT_THAT(cloud_.sessions, SizeIs(2)) << "the place that is free is taken";
}

TEST_F(ResilientTest, choices_of_other_rates_and_habits_hear_the_same_turn) {
  Service flux({.rate = 8000, .continuous = true, .finds_turns = true});
  Service moonshine({.rate = 16000});
  open({{"flux", &flux, nullptr}, {"moonshine", &moonshine, nullptr}});
  EXPECT_EQ(recognizer_->traits().rate, 16000);
  EXPECT_TRUE(recognizer_->traits().continuous);
  say(2s);
  EXPECT_NEAR(static_cast<double>(flux.last().samples.size()), 16000, 100) << "hears all of the call";
  session_->begin();
  flux.last().sink.turn({TurnSignal::Kind::eager, "well", 600});
  say(1s);
  flux.fail({Errc::timeout, "silent"});
  ASSERT_THAT(moonshine.sessions, SizeIs(1));
  const auto heard = moonshine.last().samples.size();
  EXPECT_THAT(heard, testing::AllOf(Ge(24000u), Le(40000u))) << "the run-up and the turn";
  EXPECT_EQ(moonshine.last().samples, counting(next_ - static_cast<int>(heard), static_cast<int>(heard)));
  EXPECT_THAT(told(), ElementsAre("turn well"));
}

TEST_F(ResilientTest, slow_recogniser_is_waited_for_where_it_is_all_there_is) {
  open({{"local", &local_, nullptr}});
  session_->begin();
  say(1s);
  session_->pause(1);
  say(4s);
  EXPECT_EQ(local_.open_sessions(), 1);
  local_.answer(1, Error{Errc::timeout, "the pool did not come to it"});
  EXPECT_THAT(told(), ElementsAre("1:!timeout"));
  session_->pause(2);
  local_.answer(2, std::string("yes"));
  EXPECT_THAT(told(), ElementsAre("2:yes"));
  EXPECT_THAT(local_.sessions, SizeIs(1));
}

TEST_F(ResilientTest, of_a_turn_that_does_not_end_the_last_minute_is_kept) {
  open_both();
  session_->begin();
  say(70s);
  cloud_.fail(kDropped);
  ASSERT_THAT(cloud_.sessions, SizeIs(2));
  const auto heard = static_cast<int>(cloud_.last().samples.size());
  EXPECT_THAT(heard, testing::AllOf(Ge(60 * 8000), Le(61 * 8000)));
  EXPECT_EQ(cloud_.last().samples, counting(next_ - heard, heard));
}

// Whatever fails when: each pause is answered once, unless its turn ends first, and never later than all of the choices
// together may take.
TEST_F(ResilientTest, in_any_disorder_each_pause_has_one_answer) {
  log::set_level(log::Level::error);
  for (unsigned seed = 0; seed < 300; ++seed) {
    std::mt19937 random(seed);
    const auto one_in = [&](unsigned n) { return random() % n == 0; };
    net::VirtualLoop loop;
    ServiceHealth health("a", {}, seed);
    Service a(kPhone), b({.rate = 16000});
    const auto recognizer = resilient({{"a", &a, &health}, {"b", &b, nullptr}});
    std::map<std::uint32_t, int> answers;
    std::map<std::uint32_t, Time> asked;
    auto session =
        recognizer->open(loop, {.partial = {}, .transcript = [&](std::uint32_t n, const Result<std::string>&) {
                                  ++answers[n];
                                  EXPECT_LE(loop.now() - asked[n], 10s) << seed;
                                }});
    std::uint32_t pause = 0;
    bool on = false;
    for (int step = 0; step < 200; ++step) {
      for (Service* s : {&a, &b}) {
        s->dead = one_in(3) ? std::optional(one_in(2) ? kDropped : kRefused) : std::nullopt;
        if (s->open_sessions() == 0) continue;
        const auto open = *std::find_if(s->sessions.begin(), s->sessions.end(), [](auto& o) { return o->open; });
        const auto sink = open->sink;
        if (one_in(9))
          sink.failed(one_in(2) ? kDropped : kRefused);
        else if (one_in(3))
          sink.partial({"words", 0});
        else if (pause > 0 && one_in(2))
          sink.transcript(pause, one_in(3) ? Result<std::string>(kDropped) : Result<std::string>(std::string("words")));
        ASSERT_LE(s->open_sessions(), 1) << seed;
      }
      loop.run_ready();
      if (one_in(8)) {
        if (on && one_in(2)) loop.advance(12s);  // then everything has been answered
        for (std::uint32_t n = 1; on && n <= pause; ++n) ASSERT_LE(answers[n], 1) << seed << " pause " << n;
        on = !on;
        on ? session->begin() : session->end();
        answers.clear();
        pause = 0;
      } else if (on && one_in(4)) {
        asked[++pause] = loop.now();
        session->pause(pause);
      } else if (on && one_in(6)) {
        loop.advance(12s);
        for (std::uint32_t n = 1; n <= pause; ++n) ASSERT_EQ(answers[n], 1) << seed << " pause " << n;
      }
      session->audio(std::vector<float>(320));
      loop.advance(std::chrono::milliseconds(random() % 300));
    }
    session.reset();
    EXPECT_EQ(health.under_way(), 0) << seed;
    EXPECT_EQ(a.open_sessions() + b.open_sessions(), 0) << seed;
  }
  log::set_level(log::Level::info);
}

}  // namespace
}  // namespace offhook::stt
