#include "server/agent_services.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "net/url.hpp"

namespace offhook::server {
namespace {

constexpr std::string_view kLocalVoice = "en_US-joe-medium";

// What the three kinds of services have in common.
struct Row {
  std::string_view base_url, key_variable, model;
};
struct Address {
  std::string &base_url, &model, &api_key;
  int& concurrency;
};

template <class Providers>
std::vector<std::string_view> names_of(std::initializer_list<std::string_view> own, const Providers& providers) {
  std::vector<std::string_view> names(own);
  for (const auto& p : providers) names.push_back(p.name);
  return names;
}

std::string host_of(std::string_view url) {
  const auto parsed = net::parse_url(url);
  return parsed ? parsed->host : "";
}

bool sockets_too(const std::string& scheme) {
  return scheme == "ws" || scheme == "wss";
}

// `row` is null for what runs in this process, which has no address.
void read_address(Fields& f, const std::string& provider, const Row* row, bool sockets, Address to,
                  bool needs_model = false) {
  std::string url = row ? std::string(row->base_url) : "";
  f.text("base_url", url, {});
  f.text("model", to.model, {.least = 1, .most = 1000});
  f.secret("api_key", to.api_key);
  f.integer("concurrency", to.concurrency, 0, 100'000);
  if (!row) {
    for (const char* key : {"base_url", "api_key", "concurrency"})
      if (f.has(key)) f.complain(key, "belongs to a service; provider " + provider + " runs here. Remove it");
    return;
  }
  while (url.ends_with('/')) url.pop_back();
  to.base_url = url;
  if (url.empty())
    return f.complain("", "expected base_url, the server's address: provider " + provider + " has no usual one");
  const auto parsed = net::parse_url(url);
  if (!parsed)
    return f.complain("base_url", parsed.error().what + "; expected an address such as " +
                                      (sockets ? "wss://127.0.0.1:9100" : "http://127.0.0.1:8000/v1"));
  if (parsed->scheme != "http" && parsed->scheme != "https" && !(sockets && sockets_too(parsed->scheme)))
    f.complain("base_url",
               "found " + parsed->scheme + "://, expected " + (sockets ? "wss:// or https://" : "http:// or https://"));
  else if (url.find('#') != url.npos || (url.find('?') != url.npos && provider != "azure"))
    f.complain("base_url", "found a query or a fragment, expected an address alone; write the key as api_key");
  else if (url.ends_with("/chat/completions"))
    f.complain("base_url", "found /chat/completions at its end, which is added here; leave it out");
  const bool vendors = row->base_url.empty() || parsed->host == host_of(row->base_url);
  if (to.model.empty() && (vendors || provider != "openai")) to.model = row->model;  // openai may be anybody's server
  if (to.model.empty() && needs_model)
    f.complain("", "expected model, the name by which the server at base_url knows it");
  // The vendor's key goes to the vendor alone, and to nobody in between.
  const bool own = vendors && parsed->tls();
  if (!f.has("api_key") && !row->key_variable.empty() && own) f.secret_from(row->key_variable, "api_key", to.api_key);
}

// A key that this provider does not know is no wish to be passed over in silence.
void only_for(Fields& f, std::string_view key, bool fits, std::string_view whose) {
  if (f.has(key) && !fits) f.complain(key, "belongs to " + std::string(whose) + "; remove it");
}

template <class P>
Row row_of(const P& provider) {
  return {provider.base_url, provider.key_variable, provider.model};
}

Hearing read_ear(Fields f) {
  Hearing h;
  auto& s = h.spec;
  f.word("provider", s.provider, names_of({"local", "sherpa"}, stt::providers()),
         {"assemblyai", "google", "azure", "soniox", "speechmatics", "gladia", "elevenlabs", "cartesia"});
  const auto* provider = stt::find_provider(s.provider);
  const Row row = provider ? row_of(*provider) : Row{};
  read_address(f, s.provider, provider ? &row : nullptr, true, {s.base_url, s.model, s.api_key, s.concurrency});
  f.text("language", s.language, {.least = 2, .most = 20});
  f.texts("keyterms", s.keyterms, 100);
  f.number("end_of_turn", s.end_of_turn, 0, 1);
  f.number("eager_end_of_turn", s.eager_end_of_turn, 0, 0.9);
  using Partials = stt::Spec::Partials;
  f.choice<Partials>("partials", s.partials,
                     {{"auto", Partials::automatic}, {"on", Partials::on}, {"off", Partials::off}});
  const bool sherpa = s.provider == "sherpa";
  const std::pair<const char*, std::string*> files[] = {{"encoder", &h.files.encoder},
                                                        {"decoder", &h.files.decoder},
                                                        {"joiner", &h.files.joiner},
                                                        {"tokens", &h.files.tokens}};
  using Family = stt::SherpaFamily;
  f.choice<Family>("family", h.files.family,
                   {{"moonshine", Family::moonshine},
                    {"whisper", Family::whisper},
                    {"transducer", Family::transducer},
                    {"paraformer", Family::paraformer},
                    {"sense_voice", Family::sense_voice},
                    {"nemo_ctc", Family::nemo_ctc},
                    {"zipformer_ctc", Family::zipformer_ctc}});
  for (const auto& [key, path] : files) {
    f.text(key, *path, {});
    only_for(f, key, sherpa, "provider sherpa");
  }
  only_for(f, "family", sherpa, "provider sherpa");
  only_for(f, "model", provider || sherpa, "a service or provider sherpa");
  only_for(f, "language", provider || sherpa, "a service or provider sherpa");
  only_for(f, "keyterms", provider, "a service");
  only_for(f, "partials", provider && s.provider != "deepgram", "services that take whole utterances");
  const bool flux = finds_turns(s);
  only_for(f, "end_of_turn", flux, "models that find turns, such as flux-general-en");
  only_for(f, "eager_end_of_turn", flux, "models that find turns, such as flux-general-en");
  // Deepgram's bounds, which it would tell at the first call.
  if (s.end_of_turn > 0 && s.end_of_turn < 0.5) f.complain("end_of_turn", "expected 0.5 to 1, or 0 for the usual one");
  if (s.eager_end_of_turn > 0 && s.eager_end_of_turn < 0.3)
    f.complain("eager_end_of_turn", "expected 0.3 to 0.9, or 0 for the usual one");
  if (s.end_of_turn > 0 && s.eager_end_of_turn > s.end_of_turn)
    f.complain("eager_end_of_turn", "is surer than end_of_turn; make it the lesser one");
  if (sherpa) {
    h.files.model = std::exchange(s.model, "");
    h.files.language = s.language;
    if (h.files.tokens.empty()) f.complain("", "expected tokens, the path of the model's token list");
  }
  return h;
}

llm::Spec read_mind(Fields f) {
  llm::Spec s;
  f.word("provider", s.provider, names_of({"local"}, llm::providers()));
  const auto* provider = llm::find_provider(s.provider);
  const Row row = provider ? row_of(*provider) : Row{};
  read_address(f, s.provider, provider ? &row : nullptr, false, {s.base_url, s.model, s.api_key, s.concurrency}, true);
  f.text("reasoning", s.reasoning, {.least = 1, .most = 20});
  only_for(f, "model", provider, "a service; add its provider, or remove this for the embedded model");
  only_for(f, "reasoning", provider, "a service");
  return s;
}

Speaking read_voice(Fields f) {
  Speaking v;
  auto& s = v.spec;
  f.word("provider", s.provider, names_of({"local", "kokoro"}, tts::providers()),
         {"google", "azure", "rime", "minimax"});
  const auto* provider = tts::find_provider(s.provider);
  const Row row = provider ? row_of(*provider) : Row{};
  read_address(f, s.provider, provider ? &row : nullptr, true, {s.base_url, s.model, s.api_key, s.concurrency});
  f.text("voice", s.voice, {.least = 1, .most = 200});
  f.text("language", s.language, {.least = 2, .most = 20});
  f.number("speed", s.speed, 0, 4);
  f.text("voices", v.files.voices, {});
  const bool kokoro = s.provider == "kokoro";
  only_for(f, "voices", kokoro, "provider kokoro");
  only_for(f, "model", provider || kokoro, "a service or provider kokoro");
  only_for(f, "language", provider || kokoro, "a service or provider kokoro");
  only_for(f, "speed", provider || kokoro, "a service or provider kokoro");
  only_for(f, "model", s.provider != "deepgram", "other services; Deepgram's voices are its models: write it as voice");
  if (provider && s.voice.empty()) {
    s.voice = provider->voice;
    if (s.voice.empty()) f.complain("", "expected voice, by the name or number that " + s.provider + " gives it");
  }
  if (s.provider == "local") {
    if (!s.voice.empty() && s.voice != kLocalVoice)
      f.complain("voice", "found another voice, expected " + std::string(kLocalVoice) + ", the embedded one");
    s.voice = kLocalVoice;
  }
  if (kokoro) {
    v.files.model = std::exchange(s.model, "");
    v.files.voice = s.voice;
    v.files.language = s.language;
    if (s.speed > 0) v.files.speed = static_cast<float>(s.speed);
    if (v.files.model.empty() || v.files.voices.empty() || v.files.voice.empty())
      f.complain("", "expected model and voices, the paths of Kokoro's files, and voice, the name of one of them");
  }
  return v;
}

template <class T>
void read_choices(Fields first, T (*read)(Fields), std::vector<T>& out) {
  out = {read(first)};
  for (Fields& entry : first.list("fallback", kMostFallbacks)) out.push_back(read(entry));
}

template <class S>
std::string named(const S& spec) {
  return spec.model.empty() ? spec.provider : spec.provider + " " + spec.model;
}

template <class S>
std::string at_with(const S& spec) {
  const auto url = net::parse_url(spec.base_url);
  return named(spec) + " at " + (url ? url->authority() : spec.base_url) +
         (spec.api_key.empty() ? " without a key" : " with a key");
}

template <class T, class F>
std::string joined(const std::vector<T>& choices, F describe) {
  std::string out;
  for (const T& choice : choices) out += (out.empty() ? "" : ", else ") + describe(choice);
  return out;
}

}  // namespace

bool finds_turns(const stt::Spec& spec) {
  return spec.provider == "deepgram" && spec.model.starts_with("flux-");
}

void read_hearing(Fields stt, std::vector<Hearing>& out) {
  read_choices<Hearing>(stt, read_ear, out);
}
void read_thinking(Fields llm, std::vector<llm::Spec>& out) {
  read_choices<llm::Spec>(llm, read_mind, out);
}
void read_speaking(Fields tts, std::vector<Speaking>& out) {
  read_choices<Speaking>(tts, read_voice, out);
}

std::string service_name(const stt::Spec& spec) {
  return named(spec);
}
std::string service_name(const llm::Spec& spec) {
  return named(spec);
}
std::string service_name(const tts::Spec& spec) {
  return named(spec);
}

std::string described(const std::vector<Hearing>& choices) {
  return joined(choices, [](const Hearing& h) -> std::string {
    if (h.spec.provider == "local") return "the embedded recogniser (Moonshine tiny, English)";
    if (h.spec.provider == "sherpa") return "a " + std::string(name(h.files.family)) + " model on this machine";
    return at_with(h.spec);
  });
}

std::string described(const std::vector<llm::Spec>& choices) {
  return joined(choices, [](const llm::Spec& s) -> std::string {
    if (s.provider == "local") return "the embedded model (SmolLM2 135M, which shows the machinery but invents facts)";
    return at_with(s);
  });
}

std::string described(const std::vector<Speaking>& choices) {
  return joined(choices, [](const Speaking& v) -> std::string {
    if (v.spec.provider == "local") return "the embedded voice " + v.spec.voice;
    if (v.spec.provider == "kokoro") return "Kokoro's voice " + v.files.voice + " on this machine";
    return at_with(v.spec) + ", voice " + v.spec.voice;
  });
}

}  // namespace offhook::server
