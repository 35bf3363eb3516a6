#include "stt/providers.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "stt/deepgram.hpp"
#include "stt/openai_transcription.hpp"

namespace offhook::stt {
namespace {

std::unique_ptr<Recognizer> make_deepgram(net::Loop&, net::HttpClient& http, const Spec& spec) {
  return is_flux(spec) ? deepgram_flux(http, spec) : deepgram_listen(http, spec);
}

std::unique_ptr<Recognizer> make_openai(net::Loop&, net::HttpClient& http, const Spec& spec) {
  // Each partial is a request that a vendor is paid for; one's own server only works more.
  const Provider* vendor = find_provider(spec.provider);
  const bool own_server = !vendor || spec.base_url != vendor->base_url;
  return openai_transcription(
      http, spec, spec.partials == Spec::Partials::on || (spec.partials == Spec::Partials::automatic && own_server));
}

constexpr std::array kProviders{
    Provider{"deepgram", "wss://api.deepgram.com", "DEEPGRAM_API_KEY", "nova-3", make_deepgram},
    Provider{"groq", "https://api.groq.com/openai/v1", "GROQ_API_KEY", "whisper-large-v3-turbo", make_openai},
    Provider{"openai", "https://api.openai.com/v1", "OPENAI_API_KEY", "gpt-4o-mini-transcribe", make_openai},
};

}  // namespace

std::span<const Provider> providers() {
  return kProviders;
}

const Provider* find_provider(std::string_view name) {
  const auto found =
      std::find_if(kProviders.begin(), kProviders.end(), [&](const Provider& p) { return p.name == name; });
  return found == kProviders.end() ? nullptr : &*found;
}

std::unique_ptr<Recognizer> connect(net::Loop& loop, net::HttpClient& http, Spec spec) {
  const Provider* provider = find_provider(spec.provider);
  if (!provider) return nullptr;
  if (spec.base_url.empty()) spec.base_url = provider->base_url;
  while (spec.base_url.ends_with('/')) spec.base_url.pop_back();
  if (spec.model.empty()) spec.model = provider->model;
  return provider->make(loop, http, spec);
}

}  // namespace offhook::stt
