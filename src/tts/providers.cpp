#include "tts/providers.hpp"

#include <array>
#include <cstdio>

#include "tts/adapters.hpp"

namespace offhook::tts {

namespace {

// An empty voice must be given: these vendors' are ids of an account's library, or nobody's favourite.
constexpr std::array kProviders = {
    Provider{"cartesia", "wss://api.cartesia.ai", "CARTESIA_API_KEY", "sonic-3.5", "", cartesia},
    Provider{"elevenlabs", "wss://api.elevenlabs.io", "ELEVENLABS_API_KEY", "eleven_flash_v2_5", "", elevenlabs},
    Provider{"elevenlabs-single", "wss://api.elevenlabs.io", "ELEVENLABS_API_KEY", "eleven_flash_v2_5", "",
             elevenlabs_single},
    Provider{"openai", "https://api.openai.com/v1", "OPENAI_API_KEY", "gpt-4o-mini-tts", "alloy", openai_speech},
    Provider{"deepgram", "wss://api.deepgram.com", "DEEPGRAM_API_KEY", "", "aura-2-thalia-en", deepgram},
};

}  // namespace

std::span<const Provider> providers() {
  return kProviders;
}

const Provider* find_provider(std::string_view name) {
  for (const Provider& provider : kProviders)
    if (provider.name == name) return &provider;
  return nullptr;
}

std::unique_ptr<Voice> connect(net::Loop& loop, net::HttpClient& http, Spec spec) {
  const Provider* provider = find_provider(spec.provider);
  if (!provider) return nullptr;
  const auto otherwise = [](std::string& value, std::string_view own) {
    if (value.empty()) value = own;
  };
  otherwise(spec.base_url, provider->base_url);
  otherwise(spec.model, provider->model);
  otherwise(spec.voice, provider->voice);
  return provider->make(loop, http, spec);
}

std::string key_of(const Spec& spec) {
  std::array<char, 24> speed{};
  std::snprintf(speed.data(), speed.size(), "%.3g", spec.speed == 0 ? 1.0 : spec.speed);
  std::string key;
  for (const std::string_view part :
       {std::string_view(spec.provider), std::string_view(spec.base_url), std::string_view(spec.model),
        std::string_view(spec.voice), std::string_view(spec.language), std::string_view(speed.data())})
    key.append(key.empty() ? "" : "|").append(part);
  return key;
}

}  // namespace offhook::tts
