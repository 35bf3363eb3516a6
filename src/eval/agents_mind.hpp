// An agent's own language models, its fallbacks included, asked and waited for: what `--text` thinks with, and what
// judges. Its methods block, so never on a loop.
#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"
#include "eval/rehearsed_call.hpp"
#include "server/agent_file.hpp"

namespace offhook::eval {

class AgentsMind {
 public:
  // Starts the embedded language model where the agent thinks with it: a few seconds, a minute at most.
  static Result<std::unique_ptr<AgentsMind>> open(const server::AgentFile& agent, const std::string& cache_dir);
  ~AgentsMind();

  Thought think(const call::action::Ask& ask);
  Thought ask(llm::Request request, Duration patience);  // its deadlines are set here

 private:
  explicit AgentsMind(const server::AgentFile& agent);
  Result<void> start_local(const std::string& cache_dir);

  struct OnLoop;
  const call::Agent agent_;
  const std::vector<llm::Spec> specs_;
  std::unique_ptr<OnLoop> on_loop_;
};

}  // namespace offhook::eval
