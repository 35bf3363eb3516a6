#include "telemetry/service_metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace offhook::telemetry {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::vector<ServiceMetrics::Service> kKnown{{ServiceKind::stt, "deepgram nova-3"},
                                                  {ServiceKind::llm, "openai gpt-4.1"},
                                                  {ServiceKind::llm, "openai gpt-4.1"},
                                                  {ServiceKind::llm, "local"},
                                                  {ServiceKind::tts, "local"}};

std::string scraped(const std::vector<const ServiceMetrics*>& loops) {
  Scrape scrape;
  scrape_services(scrape, loops);
  return std::move(scrape).text();
}

TEST(ServiceMetrics, every_known_service_has_its_rows_from_the_start_and_others_have_none) {
  ServiceMetrics m(kKnown, "USD");
  const std::string text = scraped({&m});
  EXPECT_THAT(text, HasSubstr("offhook_service_audio_seconds_total{service=\"deepgram nova-3\"} 0.000000\n"));
  EXPECT_THAT(text, HasSubstr("offhook_tokens_total{service=\"openai gpt-4.1\",kind=\"cached\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("offhook_characters_total{service=\"local\",heard=\"false\"} 0\n"));
  EXPECT_THAT(text,
              HasSubstr("offhook_service_requests_total{service=\"local\",type=\"tts\",outcome=\"refused\"} 0\n"));
  EXPECT_THAT(text, Not(HasSubstr("other")));
}

TEST(ServiceMetrics, a_scrape_adds_up_the_bills_of_all_loops) {
  Prices list;
  list.stt["deepgram"] = {.audio_minute = 0.6};
  list.llm["openai"] = {.million_prompt = 2, .million_cached = 1, .million_completion = 8};
  const auto prices = std::make_shared<const Prices>(list);
  ServiceMetrics a(kKnown, "USD"), b(kKnown, "USD");
  Bill one(prices), two(prices);
  one.add_audio("deepgram nova-3", 1500ms);
  one.add_tokens("openai gpt-4.1", {.prompt = 100, .cached = 60, .completion = 10});
  one.add_tokens("openai gpt-4.1", {.prompt = 90, .cached = 90, .completion = 5}, {.speculated = true});
  one.add_characters("local", 40);
  one.add_heard("local", 15);
  two.add_audio("deepgram nova-3", 1s);
  two.add_tokens("openai gpt-4.1", {.prompt = 7});
  a.add(one.entries());
  b.add(two.entries());
  const std::string text = scraped({&a, &b});
  for (const char* line : {"offhook_service_audio_seconds_total{service=\"deepgram nova-3\"} 2.500000\n",
                           "offhook_tokens_total{service=\"openai gpt-4.1\",kind=\"prompt\"} 47\n",
                           "offhook_tokens_total{service=\"openai gpt-4.1\",kind=\"cached\"} 60\n",
                           "offhook_tokens_total{service=\"openai gpt-4.1\",kind=\"completion\"} 10\n",
                           "offhook_tokens_total{service=\"openai gpt-4.1\",kind=\"speculated\"} 95\n",
                           "offhook_characters_total{service=\"local\",heard=\"true\"} 15\n",
                           "offhook_characters_total{service=\"local\",heard=\"false\"} 25\n",
                           "offhook_cost_total{service=\"deepgram nova-3\",type=\"stt\",currency=\"USD\"} 0.025000\n",
                           "offhook_cost_total{service=\"openai gpt-4.1\",type=\"llm\",currency=\"USD\"} 0.000364\n",
                           "offhook_cost_total{service=\"local\",type=\"tts\",currency=\"USD\"} 0.000000\n"})
    EXPECT_THAT(text, HasSubstr(line));
}

TEST(ServiceMetrics, what_has_no_price_is_counted_as_such) {
  ServiceMetrics m(kKnown, "USD");
  Bill bill(std::make_shared<const Prices>());
  bill.add_audio("deepgram nova-3", 1s);
  m.add(bill.entries());
  EXPECT_THAT(scraped({&m}), HasSubstr("offhook_unpriced_calls_total{service=\"deepgram nova-3\",type=\"stt\"} 1\n"));
}

TEST(ServiceMetrics, a_stranger_makes_no_row_of_its_own) {
  ServiceMetrics m(kKnown, "USD");
  for (int i = 0; i < 3; ++i) m.request(ServiceKind::llm, "model " + std::to_string(i), RequestOutcome::failed);
  m.request(ServiceKind::llm, "openai gpt-4.1", RequestOutcome::ok);
  m.request(ServiceKind::stt, "openai gpt-4.1", RequestOutcome::cancelled);  // that is a model, no recogniser
  const std::string text = scraped({&m});
  const std::string name = "offhook_service_requests_total";
  EXPECT_THAT(text, HasSubstr(name + "{service=\"other\",type=\"llm\",outcome=\"failed\"} 3\n"));
  EXPECT_THAT(text, HasSubstr(name + "{service=\"other\",type=\"stt\",outcome=\"cancelled\"} 1\n"));
  EXPECT_THAT(text, HasSubstr(name + "{service=\"openai gpt-4.1\",type=\"llm\",outcome=\"ok\"} 1\n"));
  EXPECT_THAT(text, Not(HasSubstr("model 1")));
}

TEST(ServiceMetrics, no_two_lines_have_the_same_labels_and_each_name_one_head) {
  ServiceMetrics m(kKnown, "a\"\n b");
  const std::string text = scraped({&m});
  std::vector<std::string> seen;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::string line = text.substr(at, text.find('\n', at) - at);
    at += line.size() + 1;
    seen.push_back(line.starts_with('#') ? line : line.substr(0, line.rfind(' ')));
    EXPECT_TRUE(line.starts_with("# ") || line.starts_with("offhook_")) << line;
  }
  std::ranges::sort(seen);
  EXPECT_EQ(std::ranges::adjacent_find(seen), seen.end()) << *std::ranges::adjacent_find(seen);
}

}  // namespace
}  // namespace offhook::telemetry
