#include "call/spending.hpp"

#include <gtest/gtest.h>

namespace offhook::call {
namespace {

struct Rig {
  Rig() {
    auto p = std::make_shared<telemetry::Prices>();
    p->stt["ear"] = {.audio_minute = 0.6};
    p->llm["mind"] = {.million_prompt = 1, .million_cached = 0.1, .million_completion = 10};
    p->llm["spare"] = {.million_prompt = 2, .million_completion = 20};
    p->tts["voice"] = {.million_characters = 100};
    spending.emplace(std::move(p));
  }
  void ask(Generation g, std::string prompt) {
    llm::Request request;
    request.messages = {{llm::Role::user, std::move(prompt), {}, {}}};
    spending->asked(g, request);
  }
  telemetry::BillEntry entry(std::string_view service) const {
    for (const auto& e : spending->bill().entries())
      if (e.service == service) return e;
    return {};
  }
  std::optional<Spending> spending;
};

TEST(Spending, an_answer_costs_what_its_service_told) {
  Rig r;
  r.ask(1, "hello");
  r.spending->asked_of(1, "mind");
  r.spending->released(1);
  r.spending->answered(1, {1000, 400, 50});
  EXPECT_EQ(r.entry("mind").tokens, (telemetry::Tokens{1000, 400, 50}));
  EXPECT_FALSE(r.entry("mind").estimated);
  EXPECT_EQ(r.spending->bill().micros(), 600 + 40 + 500);
}

TEST(Spending, an_answer_asked_ahead_for_nothing_stands_apart) {
  Rig r;
  r.ask(1, std::string(400, 'a'));
  r.spending->asked_of(1, "mind");
  r.spending->token(1, "well, yes");
  r.spending->abandoned(1);
  EXPECT_EQ(r.entry("mind").tokens, telemetry::Tokens{});
  EXPECT_EQ(r.entry("mind").speculated.prompt, 100);
  EXPECT_GT(r.entry("mind").speculated.completion, 0);
  EXPECT_TRUE(r.entry("mind").estimated);
}

TEST(Spending, an_answer_ready_before_its_turn_waits_for_the_verdict) {
  Rig r;
  r.ask(1, "a");
  r.spending->asked_of(1, "mind");
  r.spending->answered(1, {10, 0, 5});
  EXPECT_EQ(r.spending->bill().micros(), 0);
  r.spending->released(1);
  EXPECT_EQ(r.entry("mind").tokens.completion, 5);
  r.spending->abandoned(1);  // interrupted later: it was wanted
  EXPECT_EQ(r.entry("mind").speculated, telemetry::Tokens{});
}

TEST(Spending, who_failed_has_read_the_question_too) {
  Rig r;
  r.ask(1, std::string(400, 'a'));
  r.spending->asked_of(1, "mind");
  r.spending->asked_of(1, "spare");
  r.spending->released(1);
  r.spending->answered(1, {100, 0, 10});
  EXPECT_EQ(r.entry("mind").tokens.prompt, 100);
  EXPECT_EQ(r.entry("spare").tokens.prompt, 100);
}

TEST(Spending, heard_and_unheard_words_are_told_apart) {
  Rig r;
  r.spending->spoken("voice", 10);
  r.spending->spoken("", 10);  // from the cache
  r.spending->spoken("voice", 10);
  r.spending->heard(std::string(25, 'a'));  // ten, a space, ten, a space, three
  EXPECT_EQ(r.entry("voice").characters, 20);
  EXPECT_EQ(r.entry("voice").unheard, 7);
}

TEST(Spending, the_end_of_the_call_bills_what_was_under_way) {
  Rig r;
  r.ask(1, "aaaa");
  r.spending->asked_of(1, "mind");
  r.spending->listened("ear", 30s);
  r.spending->close();
  EXPECT_EQ(r.entry("mind").speculated.prompt, 1);
  EXPECT_EQ(r.entry("ear").micros, 300'000);
}

}  // namespace
}  // namespace offhook::call
