// The models, and the folders that are searched, which agents share: only what one of them names is loaded. Built once,
// before the first call.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "inference/model_store.hpp"
#include "inference/pool.hpp"
#include "knowledge/knowledge.hpp"
#include "noise/noise.hpp"
#include "server/agent_file.hpp"
#include "stt/stt.hpp"
#include "tts/tts.hpp"
#include "turn/turn.hpp"

namespace offhook::server {

class LocalModels {
 public:
  using Say = std::function<void(const std::string&)>;

  // Blocks for seconds; `say` is told each step, from two threads, `age` by the pool. The clock outlives it. What
  // folders are found by is kept below `data_dir`.
  static Result<std::unique_ptr<LocalModels>> load(const inference::ModelStore& store, const std::string& data_dir,
                                                   const Clock& clock, const std::vector<AgentFile>& agents,
                                                   const Say& say, inference::Pool::Told age);
  ~LocalModels();

  // What load() was told of: never null.
  stt::Recognizer* recognizer(const Hearing& hearing) const;  // of providers local and sherpa; else null
  tts::Voice* voice(const Speaking& speaking) const;          // of providers local and kokoro; else null
  noise::Suppressor* suppressor(noise::Kind kind) const;      // null: off
  turn::Detector* detector() const { return detector_.get(); }
  knowledge::Knowledge* knowledge(const std::string& folder) const;  // of one of the agents' tools; else null
  inference::Pool& pool() const { return *pool_; }

 private:
  LocalModels() = default;
  Result<void> load_hearing(const inference::ModelStore& store, const std::vector<AgentFile>& agents, const Say& say);
  Result<void> load_voices(const inference::ModelStore& store, const std::vector<AgentFile>& agents, const Say& say);
  Result<void> load_recognizer(const inference::ModelStore& store, const Hearing& hearing, const Say& say);
  Result<void> load_voice(const inference::ModelStore& store, const Speaking& speaking, const Say& say);
  Result<void> load_knowledge(const std::string& indices, const std::vector<AgentFile>& agents, const Clock& clock,
                              const Say& say);
  Result<void> load_suppressor(const inference::ModelStore& store, noise::Kind kind, const Say& say);

  // The pool's threads answer to whoever asked, so they end first.
  std::unique_ptr<turn::Detector> detector_;
  std::map<noise::Kind, std::unique_ptr<noise::Suppressor>> suppressors_;
  std::map<std::string, std::unique_ptr<stt::Recognizer>> recognizers_;
  std::map<std::string, std::unique_ptr<tts::Voice>> voices_;
  std::map<std::string, std::unique_ptr<knowledge::Knowledge>> folders_;
  std::unique_ptr<inference::Pool> pool_;
};

}  // namespace offhook::server
