#include "server/prices.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace offhook::server {
namespace {

using telemetry::ServiceKind;
using testing::AllOf;
using testing::HasSubstr;

std::string wrong(const std::string& text) {
  const auto prices = parse_prices(text, "f");
  EXPECT_FALSE(prices) << text;
  return prices ? "" : prices.error().what;
}

TEST(PriceFile, each_kind_is_read_by_what_it_is_paid_by) {
  const auto prices = parse_prices(R"(
currency: EUR
stt:
  deepgram nova-3: { audio_minute: 0.0077 }
llm:
  openai gpt-4.1: { million_prompt: 2, million_cached: 0.5, million_completion: 8.0 }
  groq: { million_prompt: 0.59, million_completion: 0.79 }
tts:
  cartesia: { million_characters: 5e1 }
)",
                                   "f");
  ASSERT_TRUE(prices) << prices.error().what;
  EXPECT_EQ(prices->currency, "EUR");
  EXPECT_EQ(prices->find(ServiceKind::stt, "deepgram nova-3")->audio_minute, 0.0077);
  EXPECT_EQ(prices->find(ServiceKind::llm, "openai gpt-4.1")->million_cached, 0.5);
  EXPECT_EQ(prices->find(ServiceKind::llm, "openai gpt-4.1")->million_completion, 8);
  EXPECT_EQ(prices->find(ServiceKind::llm, "groq llama")->million_cached, 0.59) << "no discount that nobody promised";
  EXPECT_EQ(prices->find(ServiceKind::tts, "cartesia sonic-3")->million_characters, 50);
}

TEST(PriceFile, an_empty_one_knows_no_price) {
  for (const char* text : {"", "# nothing\n", "stt:\nllm: {}\n"}) {
    const auto prices = parse_prices(text, "f");
    ASSERT_TRUE(prices) << prices.error().what;
    EXPECT_FALSE(prices->find(ServiceKind::stt, "deepgram"));
    EXPECT_EQ(prices->currency, "USD");
  }
}

TEST(PriceFile, a_mistake_is_told_with_its_place) {
  EXPECT_THAT(wrong("stt:\n  deepgram: { million_prompt: 1 }"),
              AllOf(HasSubstr("f:2:15: unknown key million_prompt, expected audio_minute"),
                    HasSubstr("f:2:3: deepgram: audio_minute is missing")));
  EXPECT_THAT(wrong("tss: {}"), HasSubstr("f:1:1: unknown key tss, expected currency, stt, llm or tts"));
  EXPECT_THAT(wrong("currency: $"), HasSubstr("f:1:11: currency: expected three capital letters"));
  EXPECT_THAT(wrong("stt: 5"), HasSubstr("f:1:6: expected services and their prices"));
  EXPECT_THAT(wrong("stt: { a: 0.01 }"), HasSubstr("f:1:11: expected { audio_minute: "));
  EXPECT_THAT(wrong("[1]"), HasSubstr("f:1:1: expected currency, stt, llm and tts"));
  EXPECT_THAT(wrong("llm: { \"a b\": { million_prompt: 1 } }"), HasSubstr("\"a b\": million_completion is missing"));
  for (const char* text : {"-1", "1e7", "nan", "inf", "\"1\"", "1 USD", "0,5", "[1]", ""})
    EXPECT_THAT(wrong("stt:\n  a:\n    audio_minute: " + std::string(text)),
                HasSubstr(": audio_minute: expected a number"))
        << text;
}

TEST(PriceFile, all_mistakes_are_told_at_once_and_no_more_than_ten) {
  std::string text = "stt:\n";
  for (int i = 0; i < 30; ++i) text += "  a" + std::to_string(i) + ": { audio_minute: x }\n";
  const std::string what = wrong(text);
  EXPECT_EQ(std::ranges::count(what, '\n'), 9);
  EXPECT_THAT(what, AllOf(HasSubstr("f:2:"), HasSubstr("f:11:")));
}

TEST(PriceFile, the_bundled_one_knows_the_usual_services) {
  const telemetry::Prices p = bundled_prices();
  EXPECT_EQ(p.currency, "USD");
  const std::pair<ServiceKind, const char*> usual[] = {{ServiceKind::stt, "deepgram nova-3"},
                                                       {ServiceKind::stt, "deepgram flux-general-en"},
                                                       {ServiceKind::llm, "openai gpt-4.1-mini"},
                                                       {ServiceKind::llm, "openai gpt-4.1"},
                                                       {ServiceKind::tts, "openai gpt-4o-mini-tts"},
                                                       {ServiceKind::stt, "openai gpt-4o-mini-transcribe"},
                                                       {ServiceKind::llm, "anthropic claude-haiku-4-5"},
                                                       {ServiceKind::llm, "google gemini-2.5-flash"},
                                                       {ServiceKind::llm, "groq llama-3.3-70b-versatile"},
                                                       {ServiceKind::tts, "cartesia sonic-3.5"},
                                                       {ServiceKind::tts, "elevenlabs eleven_flash_v2_5"},
                                                       {ServiceKind::tts, "deepgram"},
                                                       {ServiceKind::stt, "groq whisper-large-v3-turbo"}};
  for (const auto& [kind, service] : usual) EXPECT_TRUE(p.find(kind, service)) << service;
  for (const auto& [service, price] : p.llm) {
    if (service.find(' ') == service.npos) {  // one's own machine
      EXPECT_EQ(price.million_completion, 0) << service;
      continue;
    }
    EXPECT_GT(price.million_prompt, 0) << service;
    EXPECT_LE(price.million_cached, price.million_prompt) << service;
    EXPECT_GT(price.million_completion, price.million_prompt) << service;
  }
  EXPECT_FALSE(p.find(ServiceKind::llm, "openai gpt-99")) << "a model's price says nothing about another's";
}

}  // namespace
}  // namespace offhook::server
