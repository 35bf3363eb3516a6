#include "llm/resilient.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <utility>

#include "net/virtual_loop.hpp"

namespace offhook::llm {
namespace {

// A service whose every answer the test writes.
class Service final : public Client {
 public:
  struct Exchange {
    Request request;
    Sink sink;
    bool open = true;  // neither done nor cancelled

    void token(std::string_view text) {
      if (open) sink.token(text);
    }
    void call(ToolCall c) {
      if (open) sink.tool_call(std::move(c));
    }
    void done(Result<Answer> result) {
      if (std::exchange(open, false)) sink.done(std::move(result));
    }
  };

  std::unique_ptr<net::Pending> chat(Request request, Sink sink) override {
    asked.push_back(std::make_shared<Exchange>(Exchange{std::move(request), std::move(sink)}));
    return std::make_unique<Handle>(asked.back());
  }
  void warm() override { ++warmed; }

  std::shared_ptr<Exchange> last() { return asked.back(); }

  std::vector<std::shared_ptr<Exchange>> asked;
  int warmed = 0;

 private:
  struct Handle final : net::Pending {
    explicit Handle(std::shared_ptr<Exchange> e) : exchange(std::move(e)) {}
    ~Handle() override { exchange->open = false; }
    std::shared_ptr<Exchange> exchange;
  };
};

struct Heard {
  std::string text;
  std::vector<std::string> asked;
  std::vector<ToolCall> calls;
  std::vector<Result<Answer>> ends;
  std::unique_ptr<net::Pending> handle;
  const Error& error() const { return ends.at(0).error(); }
};

const Answer answer{"stop", {}};
const Error down{Errc::unavailable, "HTTP 503: no room"};

struct World {
  explicit World(int services = 2, net::HealthPolicy policy = {.jitter_percent = 0}) : service(services) {
    std::vector<Choice> choices;
    for (int i = 0; i < services; ++i) {
      const std::string name(1, static_cast<char>('A' + i));
      health.emplace_back(name, policy);
      choices.push_back({name, &service[static_cast<std::size_t>(i)], &health.back()});
    }
    client = resilient(loop, std::move(choices));
  }

  Heard& ask(Duration first_token = 10s, Duration whole = 20s) {
    chats.emplace_back();
    Heard& heard = chats.back();
    Request request;
    request.messages = {{Role::user, "Hi", {}, {}}};
    request.first_token = Deadline::in(loop.now(), first_token);
    request.deadline = Deadline::in(loop.now(), whole);
    heard.handle =
        client->chat(std::move(request), {.token = [&](std::string_view t) { heard.text += t; },
                                          .tool_call = [&](ToolCall c) { heard.calls.push_back(std::move(c)); },
                                          .asked = [&](std::string_view name) { heard.asked.emplace_back(name); },
                                          .done = [&](Result<Answer> r) { heard.ends.push_back(std::move(r)); }});
    EXPECT_TRUE(heard.asked.empty() && heard.ends.empty());  // nothing from inside chat()
    loop.run_ready();
    return heard;
  }
  // Opens the breaker of one.
  void trip(std::size_t i, const Error& error = down) {
    for (int n = 0; n < 3; ++n)
      if (health[i].enter(loop.now())) health[i].failed(loop.now(), error);
  }
  int under_way() const {
    int sum = 0;
    for (const auto& h : health) sum += h.under_way();
    return sum;
  }

  net::VirtualLoop loop;
  std::deque<Service> service;
  std::deque<net::ServiceHealth> health;
  std::deque<Heard> chats;
  std::unique_ptr<Client> client;
};

using Names = std::vector<std::string>;

TEST(ResilientModel, the_first_choice_answers_and_nobody_else_is_asked) {
  World w;
  Heard& heard = w.ask();
  ASSERT_EQ(w.service[0].asked.size(), 1u);
  EXPECT_EQ(w.service[0].last()->request.messages[0].content, "Hi");
  EXPECT_EQ(w.health[0].under_way(), 1);
  w.service[0].last()->token("Hel");
  w.service[0].last()->token("lo");
  w.service[0].last()->call({"1", "f", "{}"});
  w.loop.advance(5s);  // slow, but it has begun
  w.service[0].last()->done(answer);
  ASSERT_EQ(heard.ends.size(), 1u);
  EXPECT_TRUE(heard.ends[0]);
  EXPECT_EQ(heard.text, "Hello");
  EXPECT_EQ(heard.calls.size(), 1u);
  EXPECT_EQ(heard.asked, Names{"A"});
  EXPECT_TRUE(w.service[1].asked.empty());
  EXPECT_EQ(w.under_way(), 0);
}

TEST(ResilientModel, a_quick_failure_is_tried_once_more_and_then_left_for_the_next) {
  World w;
  Heard& heard = w.ask();
  w.loop.advance(100ms);
  w.service[0].last()->done(down);
  ASSERT_EQ(w.service[0].asked.size(), 2u);
  w.service[0].last()->done(down);
  ASSERT_EQ(w.service[1].asked.size(), 1u);
  EXPECT_TRUE(heard.ends.empty());
  w.service[1].last()->token("Hello");
  w.service[1].last()->done(answer);
  EXPECT_EQ(heard.text, "Hello");
  ASSERT_EQ(heard.ends.size(), 1u);
  EXPECT_TRUE(heard.ends[0]);
  EXPECT_EQ(heard.asked, (Names{"A", "A", "B"}));
  EXPECT_EQ(w.under_way(), 0);
}

TEST(ResilientModel, a_failure_that_is_slow_or_will_not_pass_goes_to_the_next_at_once) {
  const std::pair<Duration, Error> cases[] = {{501ms, down},
                                              {1ms, {Errc::refused, "HTTP 401"}},
                                              {1ms, {Errc::full, "HTTP 429"}},
                                              {1ms, {Errc::unavailable, "HTTP 503", 10s}},
                                              {1ms, {Errc::invalid, "HTTP 400"}},
                                              {1ms, {Errc::timeout, "late"}}};
  for (const auto& [after, error] : cases) {
    World w;
    Heard& heard = w.ask();
    w.loop.advance(after);
    w.service[0].last()->done(error);
    EXPECT_EQ(heard.asked, (Names{"A", "B"})) << error.what;
    EXPECT_EQ(w.health[0].under_way(), 0);
  }
}

TEST(ResilientModel, silence_is_left_for_the_next_whose_connection_is_open_by_then) {
  World w;
  Heard& heard = w.ask();
  w.loop.advance(1999ms);
  EXPECT_EQ(heard.asked, Names{"A"});
  EXPECT_EQ(w.service[1].warmed, 1);
  const auto silent = w.service[0].last();
  w.loop.advance(1ms);
  EXPECT_EQ(heard.asked, (Names{"A", "B"}));
  EXPECT_FALSE(silent->open);
  w.service[1].last()->token("Hello");
  w.service[1].last()->done(answer);
  EXPECT_TRUE(heard.ends.at(0));
  EXPECT_EQ(w.health[0].last_error(), "no word within 2000 ms");
}

TEST(ResilientModel, silence_is_waited_out_where_there_is_no_other) {
  World w(2);
  w.trip(1, {Errc::refused, "HTTP 401"});  // for 30 s
  Heard& heard = w.ask();
  w.loop.advance(9s);
  EXPECT_TRUE(w.service[0].last()->open);
  w.service[0].last()->token("At last");
  w.service[0].last()->done(answer);
  EXPECT_EQ(heard.asked, Names{"A"});
  EXPECT_TRUE(heard.ends.at(0));
}

TEST(ResilientModel, after_the_first_word_or_tool_call_an_error_ends_the_chat) {
  for (const bool word : {true, false}) {
    World w;
    Heard& heard = w.ask();
    if (word)
      w.service[0].last()->token("Well");
    else
      w.service[0].last()->call({"1", "f", "{}"});
    w.service[0].last()->done(Error{Errc::closed, "cut"});
    ASSERT_EQ(heard.ends.size(), 1u);
    EXPECT_EQ(heard.error().code, Errc::closed);
    EXPECT_EQ(heard.error().what, "A: cut");
    EXPECT_EQ(heard.asked, Names{"A"});
    EXPECT_EQ(w.health[0].last_error(), "A: cut");
    EXPECT_EQ(w.under_way(), 0);
  }
}

TEST(ResilientModel, when_all_fail_the_error_names_each_and_the_earliest_return) {
  World w(3);
  w.trip(2, {Errc::unavailable, "tripped"});  // asked out of turn, last
  Heard& heard = w.ask();
  w.service[0].last()->done(Error{Errc::full, "HTTP 429", 9s});
  w.service[1].last()->done(Error{Errc::full, "HTTP 429 too", 4s});
  EXPECT_EQ(heard.asked, (Names{"A", "B", "C"}));
  w.service[2].last()->done(Error{Errc::full, "nor here"});
  ASSERT_EQ(heard.ends.size(), 1u);
  EXPECT_EQ(heard.error().code, Errc::full);  // all alike
  EXPECT_EQ(heard.error().retry_after, 4s);
  EXPECT_EQ(heard.error().what, "asking a language model: A: HTTP 429; B: HTTP 429 too; C: nor here");
  EXPECT_EQ(w.under_way(), 0);
}

TEST(ResilientModel, the_next_one_gets_what_is_left_of_the_deadlines) {
  World w;
  Heard& heard = w.ask(2500ms, 5s);
  const auto first = w.service[0].last()->request;
  w.loop.advance(2s);
  const auto second = w.service[1].last();
  EXPECT_EQ(second->request.first_token, first.first_token);
  EXPECT_EQ(second->request.deadline, first.deadline);
  w.loop.advance(500ms);
  second->done(Error{Errc::timeout, "no word within 500 ms"});
  ASSERT_EQ(heard.ends.size(), 1u);  // nothing is left for anyone
  EXPECT_EQ(heard.error().code, Errc::timeout);
  EXPECT_TRUE(w.health[1].last_error().empty());  // half a second was no fair chance
  EXPECT_EQ(w.under_way(), 0);
}

TEST(ResilientModel, a_breaker_keeps_the_first_out_and_a_healthy_probe_brings_it_back) {
  World w;
  w.trip(0);
  const auto answered_by = [&](std::size_t i) {
    Heard& heard = w.ask();
    if (w.service[i].asked.empty() || !w.service[i].last()->open) return false;
    w.service[i].last()->token("Hello");
    w.service[i].last()->done(answer);
    return heard.asked == Names{i == 0 ? "A" : "B"};
  };
  EXPECT_TRUE(answered_by(1));
  w.loop.advance(1s);
  EXPECT_EQ(w.health[0].state(w.loop.now()), net::ServiceHealth::State::half_open);
  Heard& probe = w.ask();
  EXPECT_EQ(probe.asked, Names{"A"});
  EXPECT_TRUE(answered_by(1));  // one probe at a time
  w.service[0].last()->token("I am");
  EXPECT_EQ(w.health[0].state(w.loop.now()), net::ServiceHealth::State::closed);  // a word is enough
  w.service[0].last()->done(answer);
  EXPECT_TRUE(answered_by(0));
  EXPECT_EQ(w.under_way(), 0);
}

TEST(ResilientModel, with_all_breakers_open_the_one_due_first_is_asked_one_chat_at_a_time) {
  World w;
  w.trip(0);
  w.loop.advance(400ms);
  w.trip(1);  // due at 1.4 s, the first at 1 s
  Heard& one = w.ask();
  Heard& two = w.ask(500ms);
  EXPECT_EQ(one.asked, Names{"A"});
  EXPECT_TRUE(two.asked.empty());
  w.loop.advance(449ms);
  EXPECT_TRUE(two.ends.empty());  // it waits to see what becomes of the other
  w.service[0].last()->done(down);
  EXPECT_EQ(one.asked, (Names{"A", "B"}));  // the one left, out of turn as well
  w.loop.advance(1ms);
  ASSERT_EQ(two.ends.size(), 1u);
  EXPECT_EQ(two.error().code, Errc::unavailable);
  EXPECT_NE(two.error().what.find("A: asking A: it has failed for"), std::string::npos) << two.error().what;
  EXPECT_NE(two.error().what.find("; B: asking B: it has failed for"), std::string::npos);
  EXPECT_NE(two.error().what.find("no room"), std::string::npos);
  EXPECT_EQ(two.error().retry_after, 150ms);
  w.service[1].last()->token("Hello");
  w.service[1].last()->done(answer);
  EXPECT_TRUE(one.ends.at(0));
  EXPECT_EQ(w.under_way(), 0);
}

TEST(ResilientModel, one_that_answers_out_of_turn_is_asked_by_all) {
  World w(1);
  w.trip(0, {Errc::refused, "HTTP 401"});  // for 30 s
  Heard& one = w.ask();
  w.service[0].last()->token("Hello");
  w.service[0].last()->done(answer);
  EXPECT_TRUE(one.ends.at(0));
  Heard& two = w.ask();
  Heard& three = w.ask();
  EXPECT_EQ(two.asked, Names{"A"});
  EXPECT_EQ(three.asked, Names{"A"});
  w.service[0].last()->done(down);  // and not again at once: the breaker is open
  ASSERT_EQ(three.ends.size(), 1u);
  Heard& four = w.ask();
  EXPECT_TRUE(four.asked.empty());  // two is still trying, and it is in doubt again
  two.handle.reset();
  w.loop.advance(50ms);
  EXPECT_EQ(four.asked, Names{"A"});
}

TEST(ResilientModel, one_that_is_only_busy_is_waited_for_and_not_longer_than_for_a_first_word) {
  World w(1, {.concurrency = 1});
  Heard& one = w.ask();
  Heard& two = w.ask();
  Heard& three = w.ask();
  w.loop.advance(1s);
  EXPECT_EQ(w.service[0].asked.size(), 1u);
  w.service[0].last()->token("Hello");
  w.service[0].last()->done(answer);
  EXPECT_TRUE(one.ends.at(0));
  w.loop.advance(50ms);
  EXPECT_EQ(two.asked, Names{"A"});
  EXPECT_TRUE(three.asked.empty());
  w.loop.advance(1s);
  ASSERT_EQ(three.ends.size(), 1u);
  EXPECT_EQ(three.error().code, Errc::full);
  EXPECT_TRUE(two.ends.empty());
}

TEST(ResilientModel, one_that_asked_to_be_left_alone_for_longer_is_not_waited_for) {
  World w(1);
  ASSERT_TRUE(w.health[0].enter(w.loop.now()));
  w.health[0].failed(w.loop.now(), {Errc::full, "HTTP 429", 5s});
  Heard& heard = w.ask();
  ASSERT_EQ(heard.ends.size(), 1u);
  EXPECT_EQ(heard.error().code, Errc::full);
  EXPECT_EQ(heard.error().retry_after, 5s);
  EXPECT_TRUE(heard.asked.empty());
}

TEST(ResilientModel, destroying_the_handle_cancels_and_blames_no_one) {
  World w;
  w.trip(0);
  w.loop.advance(1s);
  Heard& early = w.ask();  // the probe
  early.handle.reset();
  EXPECT_FALSE(w.service[0].last()->open);
  EXPECT_EQ(w.health[0].state(w.loop.now()), net::ServiceHealth::State::half_open);
  Heard& late = w.ask();
  w.service[0].last()->token("Well");
  late.handle.reset();  // interrupted: but it had answered
  EXPECT_EQ(w.health[0].state(w.loop.now()), net::ServiceHealth::State::closed);
  Heard& never = w.ask();
  never.handle.reset();
  w.loop.advance(30s);
  EXPECT_TRUE(early.ends.empty() && late.ends.empty() && never.ends.empty());
  EXPECT_EQ(w.under_way(), 0);
  EXPECT_EQ(w.loop.armed_timers(), 0u);

  const std::size_t before = w.service[0].asked.size();
  const auto unborn = w.client->chat({}, {});
  (void)w.client->chat({}, {});  // gone before it was asked
  w.loop.run_ready();
  EXPECT_EQ(w.service[0].asked.size(), before + 1);
}

TEST(ResilientModel, any_callback_may_drop_the_handle) {
  enum At { asked, asked_again, token, tool_call, done, nowhere };
  for (const At at : {asked, asked_again, token, tool_call, done, nowhere}) {
    World w;
    std::unique_ptr<net::Pending> handle;
    int calls = 0, names = 0;
    const auto drop = [&](At here) {
      ++calls;
      if (here == at) handle.reset();
    };
    handle = w.client->chat({}, {.token = [&](std::string_view) { drop(token); },
                                 .tool_call = [&](ToolCall) { drop(tool_call); },
                                 .asked = [&](std::string_view) { drop(++names == 1 ? asked : asked_again); },
                                 .done = [&](Result<Answer>) { drop(done); }});
    w.loop.run_ready();
    EXPECT_EQ(w.service[0].asked.empty(), at == asked);
    if (at != asked) {
      w.service[0].last()->done(Error{Errc::full, "no"});
      EXPECT_EQ(w.service[1].asked.empty(), at == asked_again);
    }
    if (!w.service[1].asked.empty()) {
      const auto exchange = w.service[1].last();
      exchange->token("a");
      exchange->call({"1", "f", "{}"});
      exchange->done(answer);
    }
    const int expected[] = {1, 2, 3, 4, 5, 5};
    EXPECT_EQ(calls, expected[at]) << at;
    EXPECT_EQ(w.under_way(), 0) << at;
  }
}

TEST(ResilientModel, a_model_without_a_choice_says_so_and_one_without_health_is_never_in_doubt) {
  net::VirtualLoop loop;
  Heard heard;
  const auto none = resilient(loop, {});
  heard.handle = none->chat(
      {}, {.token = {}, .tool_call = {}, .done = [&](Result<Answer> r) { heard.ends.push_back(std::move(r)); }});
  loop.run_ready();
  ASSERT_EQ(heard.ends.size(), 1u);
  EXPECT_FALSE(heard.ends[0]);

  Service service;
  const auto one = resilient(loop, {{"A", &service, nullptr}});
  for (int i = 0; i < 5; ++i) {
    const auto handle = one->chat({}, {});
    loop.run_ready();
    service.last()->done(down);
    service.last()->done(down);
  }
  EXPECT_EQ(service.asked.size(), 10u);
}

TEST(ResilientModel, the_connection_that_is_warmed_is_of_the_one_that_would_be_asked) {
  World w;
  w.client->warm();
  w.trip(0);
  w.client->warm();
  EXPECT_EQ(w.service[0].warmed, 1);
  EXPECT_EQ(w.service[1].warmed, 1);
}

}  // namespace
}  // namespace offhook::llm
