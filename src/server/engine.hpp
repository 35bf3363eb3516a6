// Everything that calls share: the loops, the models in memory, the embedded language model, the phrases rendered
// before the first call. Built once, before the server is ready.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/gate.hpp"
#include "base/result.hpp"
#include "call/call.hpp"
#include "inference/pool.hpp"
#include "llm/local_server.hpp"
#include "net/event_loop.hpp"
#include "net/http_client.hpp"
#include "server/agent_file.hpp"
#include "server/config.hpp"
#include "telemetry/metrics.hpp"

namespace offhook::server {

class Engine {
 public:
  // Starts the loops, nothing else.
  Engine(const ServerConfig& config, std::vector<AgentFile> agents, call::Observers& observers);
  ~Engine();  // no call may be left; stops the loops

  // Loads the models, starts the embedded language model where an agent wants it, renders the fixed phrases. Blocks, up
  // to a minute; `say` is told each step. Calls may be taken afterwards.
  Result<void> load(const std::function<void(const std::string&)>& say);

  // On the loop that the call lives on. `agent`: by name, else by the number called, else the first.
  Result<std::unique_ptr<call::Line>> answer(net::Loop& loop, call::CallStart start, call::Wire& wire);
  const AgentFile* find(std::string_view name) const;  // empty: the first

  std::vector<net::EventLoop*> loops() const;
  bool ready() const { return ready_.load(std::memory_order_acquire); }
  std::int64_t calls_taken() const;  // ever
  int calls() const;                 // in progress
  void refuse_calls() { refusing_ = true; }
  void end_calls(const std::string& why);  // goodbye to all of them

  void scrape(telemetry::Scrape& scrape) const;
  const std::vector<AgentFile>& agents() const { return agents_; }

 private:
  struct Core;  // what belongs to one loop
  Core& core_of(net::Loop& loop);
  Result<void> load_models(const std::function<void(const std::string&)>& say);
  Result<void> start_language_model(const std::function<void(const std::string&)>& say);
  Result<void> render_phrases();

  const ServerConfig config_;
  std::vector<AgentFile> agents_;
  std::vector<std::shared_ptr<const call::Agent>> call_agents_;
  call::Observers& observers_;
  SteadyClock clock_;
  std::unique_ptr<inference::Pool> pool_;
  std::unique_ptr<turn::Detector> detector_;
  std::unique_ptr<stt::Recognizer> recognizer_;
  std::unique_ptr<tts::Voice> voice_;
  tts::PhraseCache phrases_{32u << 20};  // some 30 minutes of speech
  std::vector<std::unique_ptr<Core>> cores_;
  std::unique_ptr<llm::LocalServer> local_llm_;
  std::atomic<bool> ready_{false}, refusing_{false};
  std::atomic<int> calls_{0};
};

}  // namespace offhook::server
