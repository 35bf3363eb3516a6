#include "server/agent_stack.hpp"

#include <utility>

#include "base/log.hpp"
#include "call/spoken_voice.hpp"
#include "llm/resilient.hpp"
#include "stt/resilient.hpp"
#include "tts/resilient.hpp"

namespace offhook::server {
namespace {

// A model of 135M parameters says "I'm glad to help." until its last token without these (measured on the
// demonstration).
constexpr double kPresencePenalty = 0.6, kFrequencyPenalty = 0.4;

}  // namespace

llm::Spec embedded(llm::Spec spec, const std::string& local_llm) {
  spec.provider = "llama-server";
  spec.base_url = local_llm;
  spec.cache_prompt = true;
  spec.presence_penalty = kPresencePenalty;
  spec.frequency_penalty = kFrequencyPenalty;
  return spec;
}

template <class Spec>
net::ServiceHealth* AgentStack::health_of(const std::string& name, const Spec& spec, Accounts& accounts) {
  net::HealthPolicy policy;
  policy.concurrency = spec.concurrency;
  if (spec.concurrency > 0) {  // who names no limit takes nothing from those who do
    auto& together = accounts[name + "\n" + spec.base_url + "\n" + spec.api_key];
    if (!together) together = std::make_shared<std::atomic<int>>(0);
    policy.together = together;
  }
  static std::atomic<std::uint64_t> seed{1};  // so that not all loops come back at once
  health_.push_back(std::make_unique<net::ServiceHealth>(name, policy, seed++));
  return health_.back().get();
}

AgentStack::AgentStack(net::Loop& loop, net::HttpClient& http, const AgentFile& agent, const LocalModels& models,
                       const std::string& local_llm, Accounts& accounts, std::shared_ptr<llm::AnswerQueue> queue) {
  std::vector<stt::Choice> ears;
  for (const Hearing& hearing : agent.stt) {
    stt::Choice choice{service_name(hearing.spec), models.recognizer(hearing), nullptr};
    if (!choice.recognizer) {
      recognizers_.push_back(stt::connect(loop, http, hearing.spec));
      choice.recognizer = recognizers_.back().get();
      choice.health = health_of(choice.name, hearing.spec, accounts);
    }
    services_.push_back({.kind = telemetry::ServiceKind::stt,
                         .name = choice.name,
                         .recognizer = choice.recognizer,
                         .health = choice.health});
    ears.push_back(std::move(choice));
  }
  recognizer_ = stt::resilient(std::move(ears));

  const auto resilient_llm = [&](const std::vector<llm::Spec>& choices) {
    std::vector<llm::Choice> minds;
    for (const llm::Spec& named : choices) {
      llm::Spec spec = named;
      const std::string name = service_name(spec);
      const bool here = spec.provider == "local";
      if (here) spec = embedded(std::move(spec), local_llm);
      auto client = llm::connect(loop, http, std::move(spec));
      if (here && queue) client = llm::watched(loop, std::move(client), queue);
      clients_.push_back(std::move(client));
      net::ServiceHealth* health = here ? nullptr : health_of(name, named, accounts);
      services_.push_back(
          {.kind = telemetry::ServiceKind::llm, .name = name, .client = clients_.back().get(), .health = health});
      minds.push_back({name, clients_.back().get(), health});
    }
    return llm::resilient(loop, std::move(minds));
  };
  llm_ = resilient_llm(agent.llm);
  if (!agent.summarizing.empty()) summarizer_ = resilient_llm(agent.summarizing);
  if (!agent.tools.empty() || !agent.mcp.empty()) toolbox_ = std::make_unique<tools::Toolbox>(loop, http, agent.tools);
  for (const tools::Tool& tool : agent.tools)
    if (knowledge::Knowledge* folder = models.knowledge(tool.knowledge)) toolbox_->search(tool.name, *folder);

  std::vector<tts::Choice> voices;
  for (const Speaking& speaking : agent.tts) {
    tts::Choice choice{service_name(speaking.spec), models.voice(speaking), nullptr};
    if (!choice.voice) {
      voices_.push_back(tts::connect(loop, http, speaking.spec));
      choice.voice = voices_.back().get();
      choice.health = health_of(choice.name, speaking.spec, accounts);
    }
    services_.push_back(
        {.kind = telemetry::ServiceKind::tts, .name = choice.name, .voice = choice.voice, .health = choice.health});
    voices.push_back(std::move(choice));
  }
  voice_ = tts::resilient(std::move(voices));
  if (agent.speech.in_words) {
    resilient_ = std::move(voice_);
    voice_ = call::spoken_voice(*resilient_, speech_language(agent), agent.speech.lexicon);
  }
}

AgentStack::~AgentStack() = default;

void AgentStack::count_into(telemetry::ServiceMetrics& metrics) {
  for (const Service& service : services_) {
    if (!service.health) continue;
    service.health->observe(
        [&metrics, kind = service.kind, name = service.name](net::HealthEvent event, const std::string& why) {
          using telemetry::RequestOutcome;
          switch (event) {
            case net::HealthEvent::succeeded: return metrics.request(kind, name, RequestOutcome::ok);
            case net::HealthEvent::cancelled:
              if (why.empty()) return metrics.request(kind, name, RequestOutcome::cancelled);
              [[fallthrough]];  // it refused this one request: no reason to leave it alone, but to say so
            case net::HealthEvent::refused: return metrics.request(kind, name, RequestOutcome::refused);
            case net::HealthEvent::failed:
              metrics.request(kind, name, RequestOutcome::failed);
              return log::warn("service_failed", {{"kind", telemetry::name(kind)}, {"service", name}, {"error", why}});
            case net::HealthEvent::opened:
              return log::error("service_down", {{"kind", telemetry::name(kind)}, {"service", name}, {"error", why}});
            case net::HealthEvent::closed:
              return log::info("service_up", {{"kind", telemetry::name(kind)}, {"service", name}});
          }
        });
  }
}

}  // namespace offhook::server
