#include "llm/providers.hpp"

#include <algorithm>
#include <utility>

#include "llm/anthropic_messages.hpp"
#include "llm/chat_service.hpp"
#include "llm/gemini_generate.hpp"
#include "llm/openai_chat.hpp"

namespace offhook::llm {

namespace {

template <ChatQuirks quirks>
std::unique_ptr<Client> chat(net::Loop& loop, net::HttpClient& http, const Spec& spec) {
  return chat_service(loop, http, spec, openai_chat(spec, quirks));
}

// Many servers call themselves OpenAI and know nothing newer than the common denominator.
std::unique_ptr<Client> openai(net::Loop& loop, net::HttpClient& http, const Spec& spec) {
  constexpr ChatQuirks itself{.max_completion_tokens = true, .fixed_temperature = true};
  return spec.base_url.starts_with("https://api.openai.com/") ? chat<itself>(loop, http, spec)
                                                              : chat<ChatQuirks{}>(loop, http, spec);
}

std::unique_ptr<Client> anthropic(net::Loop& loop, net::HttpClient& http, const Spec& spec) {
  return chat_service(loop, http, spec, anthropic_messages(spec));
}

std::unique_ptr<Client> google(net::Loop& loop, net::HttpClient& http, const Spec& spec) {
  return chat_service(loop, http, spec, gemini_generate(spec));
}

// clang-format off
constexpr Provider rows[] = {
    {"openai", "https://api.openai.com/v1", "OPENAI_API_KEY", "gpt-4.1-mini", openai},
    {"anthropic", "https://api.anthropic.com/v1", "ANTHROPIC_API_KEY", "claude-haiku-4-5", anthropic},
    {"google", "https://generativelanguage.googleapis.com/v1beta", "GEMINI_API_KEY", "gemini-2.5-flash", google},
    // https://RESOURCE.openai.azure.com/openai/v1, with the deployment as the model, or the older
    // https://RESOURCE.openai.azure.com/openai/deployments/DEPLOYMENT?api-version=…
    {"azure", "", "AZURE_OPENAI_API_KEY", "",
     chat<ChatQuirks{.max_completion_tokens = true, .key_in_api_key = true, .fixed_temperature = true}>},
    {"groq", "https://api.groq.com/openai/v1", "GROQ_API_KEY", "llama-3.3-70b-versatile",
     chat<ChatQuirks{.max_completion_tokens = true}>},
    {"cerebras", "https://api.cerebras.ai/v1", "CEREBRAS_API_KEY", "", chat<ChatQuirks{.max_completion_tokens = true}>},
    {"together", "https://api.together.xyz/v1", "TOGETHER_API_KEY", "", chat<ChatQuirks{}>},
    {"fireworks", "https://api.fireworks.ai/inference/v1", "FIREWORKS_API_KEY", "", chat<ChatQuirks{}>},
    {"openrouter", "https://openrouter.ai/api/v1", "OPENROUTER_API_KEY", "", chat<ChatQuirks{.reasoning_object = true}>},
    {"deepseek", "https://api.deepseek.com/v1", "DEEPSEEK_API_KEY", "", chat<ChatQuirks{}>},
    // Refuses fields that it does not know, and tells its usage unasked.
    {"mistral", "https://api.mistral.ai/v1", "MISTRAL_API_KEY", "",
     chat<ChatQuirks{.asks_for_usage = false, .takes_turns = true, .nine_character_ids = true}>},
    {"xai", "https://api.x.ai/v1", "XAI_API_KEY", "", chat<ChatQuirks{}>},
    {"nvidia", "https://integrate.api.nvidia.com/v1", "NVIDIA_API_KEY", "", chat<ChatQuirks{}>},
    // On one's own machine.
    {"ollama", "http://127.0.0.1:11434/v1", "", "", chat<ChatQuirks{}>},
    {"vllm", "http://127.0.0.1:8000/v1", "", "", chat<ChatQuirks{}>},
    {"llama-server", "http://127.0.0.1:8080/v1", "", "", chat<ChatQuirks{.llama = true}>},
};
// clang-format on

}  // namespace

std::span<const Provider> providers() {
  return rows;
}

const Provider* find_provider(std::string_view name) {
  const auto row = std::find_if(std::begin(rows), std::end(rows), [&](const Provider& p) { return p.name == name; });
  return row == std::end(rows) ? nullptr : row;
}

std::unique_ptr<Client> connect(net::Loop& loop, net::HttpClient& http, Spec spec) {
  const Provider* provider = find_provider(spec.provider);
  if (!provider) return nullptr;
  if (spec.base_url.empty()) spec.base_url = provider->base_url;
  if (spec.model.empty()) spec.model = provider->model;
  while (spec.base_url.ends_with('/')) spec.base_url.pop_back();
  return provider->make(loop, http, spec);
}

}  // namespace offhook::llm
