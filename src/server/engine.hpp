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
#include "inference/model_store.hpp"
#include "llm/local_server.hpp"
#include "net/event_loop.hpp"
#include "net/http_client.hpp"
#include "server/admission.hpp"
#include "server/agent_file.hpp"
#include "server/agent_stack.hpp"
#include "server/config.hpp"
#include "server/local_models.hpp"
#include "server/mcp_servers.hpp"
#include "server/phrase_book.hpp"
#include "telemetry/costs.hpp"
#include "telemetry/metrics.hpp"

namespace offhook::server {

class Engine {
 public:
  // Starts the loops, nothing else. Tells `admission` what its calls suffer, and opens it when all is loaded.
  Engine(const ServerConfig& config, std::vector<AgentFile> agents, call::Observers& observers, Admission& admission);
  ~Engine();  // no call may be left; stops the loops

  // Loads the models that the agents name, starts the embedded language model where one wants it, renders the fixed
  // phrases. Blocks, up to a minute; `say` is told each step. Calls may be taken afterwards. A cloud service that does
  // not answer is no reason not to start: it is told and tried again.
  Result<void> load(const std::function<void(const std::string&)>& say);

  // On the loop that the call lives on. `agent`: by name, else by the number called, else the first. The line holds the
  // call's place until it ends.
  Result<std::unique_ptr<call::Line>> answer(net::Loop& loop, call::CallStart start, call::Wire& wire,
                                             Admission::Place place);
  const AgentFile* find(std::string_view name) const;  // empty: the first

  std::vector<net::EventLoop*> loops() const;
  bool ready() const { return ready_.load(std::memory_order_acquire); }
  std::int64_t calls_taken() const;        // ever
  void end_calls(const std::string& why);  // goodbye to all of them, and to those that are still to say start

  void scrape(telemetry::Scrape& scrape) const;
  const std::vector<AgentFile>& agents() const { return agents_; }

 private:
  struct Core;  // what belongs to one loop
  Core& core_of(net::Loop& loop);
  Result<void> load_vad(const inference::ModelStore& store);
  Result<void> start_language_model(const inference::ModelStore& store, const std::string& instructions,
                                    const dialog::Room& room);
  Result<void> start_word_model(const inference::ModelStore& store);
  void furnish(Core& core);
  void start_mcp();
  void offer_mcp(std::size_t agent);

  const ServerConfig config_;
  std::vector<AgentFile> agents_;
  std::vector<std::shared_ptr<const call::Agent>> call_agents_;  // without what MCP servers offer
  call::Observers& observers_;
  Admission& admission_;
  SteadyClock clock_;
  std::unique_ptr<LocalModels> models_;
  std::shared_ptr<const telemetry::Prices> prices_;
  Accounts accounts_;
  tts::PhraseCache phrases_{32u << 20};  // some 30 minutes of speech
  std::vector<std::unique_ptr<Core>> cores_;
  std::unique_ptr<PhraseBook> book_;                          // lives on the first loop
  std::shared_ptr<llm::AnswerQueue> answer_queue_;            // of local_llm_
  std::unique_ptr<llm::LocalServer> local_llm_, word_model_;  // the latter scores words, one step at a time
  std::unique_ptr<McpServers> mcp_;                           // lives on the first loop; null: no agent has any
  std::atomic<bool> ready_{false}, ending_{false};
};

}  // namespace offhook::server
