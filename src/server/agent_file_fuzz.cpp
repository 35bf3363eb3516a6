#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "server/agent_file.hpp"
#include "server/config.hpp"

// Whatever a file holds, it is an agent that keeps the contract or an error that says so, a line for each mistake.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (text.find("secret") != text.npos) return 0;  // then it is no secret of ours that is told
  const offhook::server::Environment environment = [](const std::string& name) -> std::optional<std::string> {
    if (name == "KEY") return "secret-of-the-environment";
    return std::nullopt;
  };
  const auto agent = offhook::server::parse_agent(text, "f", environment);
  if (agent) {
    const auto& settings = agent->agent.settings;
    const bool sane = !agent->agent.name.empty() && !agent->agent.instructions.empty() &&
                      settings.min_delay <= settings.max_delay && !agent->llm.empty() && !agent->stt.empty() &&
                      !agent->tts.empty() && (agent->llm[0].provider == "local" || !agent->llm[0].model.empty()) &&
                      agent->record.keep_days > 0;
    const std::string told = offhook::server::summary(*agent);
    if (!sane || told.find("secret-of-the-environment") != told.npos) std::abort();
  }
  const auto config = offhook::server::parse_config(text, "f", environment);
  if (config && (config->data_dir.empty() || config->cache_dir.empty() || config->host.empty())) std::abort();
  for (const std::string& what :
       {agent ? std::string() : agent.error().what, config ? std::string() : config.error().what}) {
    if (what.find("secret-of-the-environment") != what.npos) std::abort();
    for (std::size_t at = 0, lines = 0; at < what.size(); at = what.find('\n', at), at += at != what.npos) {
      if (what.compare(at, 2, "f:") != 0 || ++lines > 11) std::abort();
      if (what.find('\n', at) == what.npos) break;
    }
  }
  return 0;
}
