// What one agent hears, thinks and speaks with on one loop: its services in their order, what is known of each one's
// health, and over each kind the one that falls back. Lives on its loop.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "llm/answer_queue.hpp"
#include "llm/llm.hpp"
#include "net/http_client.hpp"
#include "net/service_health.hpp"
#include "server/agent_file.hpp"
#include "server/local_models.hpp"
#include "stt/stt.hpp"
#include "telemetry/service_metrics.hpp"
#include "tools/toolbox.hpp"
#include "tts/tts.hpp"

namespace offhook::server {

// How much of each account is in use, on all loops together; by service, address and key.
using Accounts = std::map<std::string, std::shared_ptr<std::atomic<int>>>;

// What `provider: local` asks, which listens at `local_llm`.
llm::Spec embedded(llm::Spec spec, const std::string& local_llm);

class AgentStack {
 public:
  // `local_llm`: where the embedded language model listens; empty if no agent uses it. `queue` is its own; null: nobody
  // wants to know. All outlive the stack.
  AgentStack(net::Loop& loop, net::HttpClient& http, const AgentFile& agent, const LocalModels& models,
             const std::string& local_llm, Accounts& accounts, std::shared_ptr<llm::AnswerQueue> queue = nullptr);
  ~AgentStack();

  stt::Recognizer& recognizer() const { return *recognizer_; }
  llm::Client& llm() const { return *llm_; }
  llm::Client* summarizer() const { return summarizer_.get(); }  // null: llm()
  tts::Voice& voice() const { return *voice_; }
  tools::Toolbox* toolbox() const { return toolbox_.get(); }  // null: the agent has no tools that ask a server

  // One service of the three lists: its adapter alone, without what falls back. For checks before any call.
  struct Service {
    telemetry::ServiceKind kind;
    std::string name;
    stt::Recognizer* recognizer = nullptr;  // one of the three is set
    llm::Client* client = nullptr;
    tts::Voice* voice = nullptr;
    net::ServiceHealth* health = nullptr;  // null: it runs here
  };
  const std::vector<Service>& services() const { return services_; }

  // From now on what becomes of each request is counted there, and a service that goes down or comes back is logged.
  void count_into(telemetry::ServiceMetrics& metrics);

 private:
  template <class Spec>
  net::ServiceHealth* health_of(const std::string& name, const Spec& spec, Accounts& accounts);

  std::vector<std::unique_ptr<net::ServiceHealth>> health_;
  std::vector<std::unique_ptr<stt::Recognizer>> recognizers_;
  std::vector<std::unique_ptr<llm::Client>> clients_;
  std::vector<std::unique_ptr<tts::Voice>> voices_;
  std::vector<Service> services_;
  std::unique_ptr<stt::Recognizer> recognizer_;
  std::unique_ptr<llm::Client> llm_, summarizer_;
  std::unique_ptr<tools::Toolbox> toolbox_;
  std::unique_ptr<tts::Voice> resilient_, voice_;  // voice_ speaks through resilient_, and goes first
};

}  // namespace offhook::server
