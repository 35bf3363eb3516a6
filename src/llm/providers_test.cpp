#include "llm/providers.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "net/fake_services_testing.hpp"
#include "net/url.hpp"
#include "net/virtual_loop.hpp"

namespace offhook::llm {
namespace {

struct Asked {
  net::HttpCall call;
  std::string header(std::string_view name) const { return std::string(net::find_header(call.headers, name)); }
  bool says(std::string_view text) const { return call.body.find(text) != std::string::npos; }
};

Asked ask(Spec spec) {
  net::VirtualLoop loop;
  net::FakeHttp http;
  auto client = connect(loop, http, std::move(spec));
  Request request;
  request.messages = {{Role::assistant, "Hello", {}, {}}, {Role::user, "Hi", {}, {}}};
  const auto handle = client->chat(std::move(request), {});
  return {http.last().call};
}

Spec of(std::string provider, std::string base_url = {}, std::string model = {}) {
  Spec spec;
  spec.provider = std::move(provider);
  spec.base_url = std::move(base_url);
  spec.model = std::move(model);
  spec.api_key = "sk-1";
  return spec;
}

TEST(LlmProviders, each_row_can_be_asked_where_it_says) {
  std::set<std::string_view> names;
  for (const Provider& row : providers()) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    const bool local = row.base_url.starts_with("http://127.0.0.1:");
    EXPECT_TRUE(local || row.base_url.empty() || row.base_url.starts_with("https://")) << row.name;
    EXPECT_EQ(local, row.key_variable.empty()) << row.name;
    const Asked asked =
        ask(of(std::string(row.name), row.base_url.empty() ? "https://host/v1" : "", row.model.empty() ? "m" : ""));
    EXPECT_TRUE(net::parse_url(asked.call.url)) << asked.call.url;
    EXPECT_TRUE(asked.call.url.starts_with(row.base_url)) << asked.call.url;
    EXPECT_TRUE(std::any_of(asked.call.headers.begin(), asked.call.headers.end(), [](const auto& h) {
      return h.second.ends_with("sk-1");
    })) << row.name;
    const std::string model(row.model.empty() ? "m" : row.model);
    EXPECT_TRUE(asked.says('"' + model + '"') || asked.call.url.find("/" + model + ":") != std::string::npos)
        << row.name;
  }
}

TEST(LlmProviders, what_is_not_there_is_null) {
  net::VirtualLoop loop;
  net::FakeHttp http;
  EXPECT_FALSE(connect(loop, http, of("local")));
  EXPECT_FALSE(connect(loop, http, of("nobody")));
  EXPECT_EQ(find_provider("local"), nullptr);
  ASSERT_NE(find_provider("groq"), nullptr);
  EXPECT_EQ(find_provider("groq")->model, "llama-3.3-70b-versatile");
}

TEST(LlmProviders, azure_keeps_its_query_and_has_a_header_of_its_own) {
  const Asked old =
      ask(of("azure", "https://r.openai.azure.com/openai/deployments/d?api-version=2024-10-21", "gpt-4.1"));
  EXPECT_EQ(old.call.url, "https://r.openai.azure.com/openai/deployments/d/chat/completions?api-version=2024-10-21");
  EXPECT_EQ(old.header("api-key"), "sk-1");
  EXPECT_EQ(old.header("Authorization"), "");
  EXPECT_EQ(ask(of("azure", "https://r.openai.azure.com/openai/v1/", "d")).call.url,
            "https://r.openai.azure.com/openai/v1/chat/completions");
}

TEST(LlmProviders, openai_gets_its_newest_fields_and_those_who_resemble_it_the_common_ones) {
  EXPECT_TRUE(ask(of("openai")).says("\"max_completion_tokens\""));
  EXPECT_FALSE(ask(of("openai", {}, "gpt-5-mini")).says("\"temperature\""));
  const Asked alike = ask(of("openai", "http://127.0.0.1:8000/v1", "qwen3-4b"));
  EXPECT_TRUE(alike.says("\"max_tokens\""));
  EXPECT_TRUE(alike.says("\"temperature\""));
}

TEST(LlmProviders, quirks_reach_the_wire) {
  const Asked mistral = ask(of("mistral", {}, "m"));
  EXPECT_FALSE(mistral.says("stream_options"));
  EXPECT_TRUE(mistral.says(R"~("messages":[{"role":"user","content":"(The call begins.)"},{"role":"assistant")~"));
  EXPECT_TRUE(ask(of("groq")).says(R"("stream_options":{"include_usage":true})"));
  Spec thinking = of("openrouter", {}, "m");
  thinking.reasoning = "low";
  EXPECT_TRUE(ask(thinking).says(R"("reasoning":{"effort":"low"})"));
  Spec embedded = of("llama-server", "http://127.0.0.1:1/v1");
  embedded.cache_prompt = true;
  embedded.presence_penalty = 0.5;
  EXPECT_TRUE(ask(embedded).says(R"("presence_penalty":5E-1,"cache_prompt":true)"));
  EXPECT_FALSE(ask(embedded).says("\"model\""));  // it has only one
  embedded.provider = "vllm";
  EXPECT_FALSE(ask(embedded).says("cache_prompt"));
}

}  // namespace
}  // namespace offhook::llm
