#include "telemetry/costs.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace offhook::telemetry {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::shared_ptr<const Prices> prices() {
  Prices p;
  p.currency = "EUR";
  p.stt["deepgram nova-3"] = {.audio_minute = 0.0077};
  p.stt["deepgram"] = {.audio_minute = 0.01};
  p.llm["openai gpt-4.1"] = {.million_prompt = 2, .million_cached = 0.5, .million_completion = 8};
  p.tts["cartesia"] = {.million_characters = 50};
  return std::make_shared<const Prices>(std::move(p));
}

TEST(Prices, a_model_has_its_own_price_or_that_of_its_provider_or_none) {
  const auto p = prices();
  EXPECT_EQ(p->find(ServiceKind::stt, "deepgram nova-3")->audio_minute, 0.0077);
  EXPECT_EQ(p->find(ServiceKind::stt, "deepgram nova-3-medical")->audio_minute, 0.01);
  EXPECT_EQ(p->find(ServiceKind::stt, "deepgram")->audio_minute, 0.01);
  EXPECT_FALSE(p->find(ServiceKind::stt, "deepgrams nova-3"));
  EXPECT_FALSE(p->find(ServiceKind::llm, "deepgram nova-3")) << "prices of one kind are not those of another";
  EXPECT_FALSE(p->find(ServiceKind::llm, "openai gpt-4.1-mini")) << "a model that begins alike costs something else";
  EXPECT_EQ(p->find(ServiceKind::llm, "local")->million_prompt, 0);
  EXPECT_EQ(p->find(ServiceKind::tts, "local lessac")->million_characters, 0);
}

TEST(Bill, adds_up_sound_tokens_and_characters) {
  Bill bill(prices());
  for (int i = 0; i < 90 * 50; ++i) bill.add_audio("deepgram nova-3", 20ms);  // 90 s at 0.0077 a minute
  bill.add_tokens("openai gpt-4.1", {.prompt = 1000, .cached = 600, .completion = 50});
  bill.add_characters("cartesia sonic-3", 200);
  bill.add_characters("local lessac", 9000);
  const auto entries = bill.entries();
  ASSERT_EQ(entries.size(), 4u);
  EXPECT_EQ(entries[0].service, "deepgram nova-3");
  EXPECT_EQ(entries[0].audio, 90s);
  EXPECT_EQ(entries[0].micros, 11'550);
  EXPECT_EQ(entries[1].micros, 400 * 2 + 600 / 2 + 50 * 8);
  EXPECT_EQ(entries[2].micros, 200 * 50);
  EXPECT_EQ(entries[3].micros, 0);
  EXPECT_EQ(bill.micros(), 11'550 + 1500 + 10'000);
  EXPECT_EQ(bill.currency(), "EUR");
  EXPECT_THAT(bill.unpriced(), IsEmpty());
}

TEST(Bill, the_sum_does_not_depend_on_how_or_in_what_order_use_was_told) {
  Bill once(prices()), often(prices());
  once.add_tokens("openai gpt-4.1", {.prompt = 30'001, .completion = 7});
  once.add_audio("deepgram nova-3", 999'999us);
  for (int i = 0; i < 999'999; i += 7) often.add_audio("deepgram nova-3", Duration(std::min(7, 999'999 - i)));
  for (int i = 0; i < 7; ++i) often.add_tokens("openai gpt-4.1", {.prompt = i == 0 ? 30'001 : 0, .completion = 1});
  EXPECT_EQ(once.micros(), often.micros());
  EXPECT_EQ(once.micros(), 60'002 + 56 + 128);  // 128.33 of sound
}

TEST(Bill, what_was_thrown_away_is_paid_for_and_told_apart) {
  Bill bill(prices());
  bill.add_tokens("openai gpt-4.1", {.prompt = 100, .completion = 10});
  bill.add_tokens("openai gpt-4.1", {.prompt = 90, .cached = 80, .completion = 3},
                  {.speculated = true, .estimated = true});
  const auto entry = bill.entries().at(0);
  EXPECT_EQ(entry.tokens, (Tokens{100, 0, 10}));
  EXPECT_EQ(entry.speculated, (Tokens{90, 80, 3}));
  EXPECT_TRUE(entry.estimated);
  EXPECT_TRUE(bill.estimated());
  EXPECT_EQ(bill.micros(), 200 + 80 + (20 + 40 + 24));
}

TEST(Bill, characters_are_unheard_until_they_were_heard) {
  Bill bill(prices());
  bill.add_heard("cartesia", 30);  // in either order
  bill.add_characters("cartesia", 100);
  bill.add_heard("cartesia", 20);
  EXPECT_EQ(bill.entries().at(0).unheard, 50);
  bill.add_heard("cartesia", 500);  // of a phrase that was paid for before
  EXPECT_EQ(bill.entries().at(0).unheard, 0);
  EXPECT_EQ(bill.micros(), 5000) << "unheard or not, it was spoken";
}

TEST(Bill, a_service_without_a_price_is_said_to_have_none) {
  Bill bill(prices());
  bill.add_tokens("acme large", {.prompt = 1'000'000});
  bill.add_characters("acme", 100);
  bill.add_audio("deepgram", 60s);
  EXPECT_EQ(bill.micros(), 10'000);
  EXPECT_THAT(bill.unpriced(), ElementsAre("llm acme large", "tts acme"));
  EXPECT_FALSE(bill.entries().at(1).micros);
}

TEST(Bill, nonsense_costs_nothing_and_the_largest_price_does_not_overflow) {
  Bill none(prices());
  none.add_audio("deepgram", -1s);
  none.add_tokens("openai gpt-4.1", {.prompt = -5, .cached = 9, .completion = -1});
  none.add_characters("cartesia", -9);
  EXPECT_EQ(none.micros(), 0);

  Prices dear;
  dear.stt["a"] = {.audio_minute = Price::kHighest};
  dear.llm["a"] = {.million_prompt = 1e300};
  Bill bill(std::make_shared<const Prices>(dear));
  bill.add_audio("a", 24h);
  bill.add_tokens("a", {.prompt = 100'000'000});
  EXPECT_EQ(bill.entries().at(0).micros, 1440 * 1'000'000'000'000);
  EXPECT_EQ(bill.entries().at(1).micros, 100 * 1'000'000'000'000);
}

TEST(Costs, millionths_are_shown_as_a_decimal_number) {
  EXPECT_EQ(decimal(0), "0.000000");
  EXPECT_EQ(decimal(12'345'006), "12.345006");
  EXPECT_EQ(decimal(-5), "-0.000005");
  EXPECT_EQ(decimal(-1'500'000), "-1.500000");
}

TEST(Costs, tokens_are_guessed_from_the_length_of_a_text) {
  EXPECT_EQ(estimated_tokens(""), 0);
  EXPECT_EQ(estimated_tokens("a"), 1);
  EXPECT_EQ(estimated_tokens("We open at nine in the morning."), 8);
}

}  // namespace
}  // namespace offhook::telemetry
