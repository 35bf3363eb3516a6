// An agent's file, read and checked before any call is taken: the contract between whoever writes an agent and the
// server. agents/agent.schema.json says the same to editors; a test holds the two together.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "call/call.hpp"
#include "dialog/speakable.hpp"
#include "noise/noise.hpp"
#include "server/agent_mcp.hpp"
#include "server/agent_services.hpp"
#include "server/fields.hpp"
#include "telemetry/costs.hpp"
#include "tools/tool.hpp"

namespace offhook::server {

struct AgentFile {
  enum class Echo { automatic, off };  // automatic: taken out where one is found

  enum class Words { automatic, tables, model };  // automatic: the model where the first to hear or think is here

  struct Record {
    bool events = true;  // an event log of each call …
    bool words = true;   // … with what was said; off: masked
    bool sound = false;  // a recording of each call, both sides
    int keep_days = 7;
  };

  // How what the agent says becomes what its voice is given.
  struct Speech {
    bool in_words = true;     // numbers, signs and abbreviations are said in words, and markup goes
    std::string language;     // a tag; empty: the voice's, see speech_language()
    dialog::Lexicon lexicon;  // of names
  };

  std::string file;   // where it was read
  call::Agent agent;  // all of it but the folders, which are the server's
  // The first choice, then what takes over when it fails; never empty once read. Keys are resolved, and in no error,
  // log or summary.
  std::vector<Hearing> stt;
  std::vector<llm::Spec> llm;
  std::vector<Speaking> tts;
  std::vector<llm::Spec> summarizing;  // empty: llm sums up, where anybody does
  std::vector<tools::Tool> tools;      // those that ask a server; all are in agent.settings.tools
  std::vector<McpEntry> mcp;           // whose tools are known once they have listed them
  Words words = Words::automatic;
  Echo echo = Echo::automatic;
  noise::Kind noise = noise::Kind::off;
  Record record;
  Speech speech;
  // The embedded language model has a part in it.
  bool thinks_here() const;
  // Recogniser or language model are this machine's own, and in English: what a call costs here is some 50 ms a turn
  // already, and the words are such as the embedded language model knows.
  bool listens_or_thinks_here() const;

  std::vector<std::string> called;  // numbers this agent answers, as the `to` parameter brings them
};

// Errors hold a line for each mistake, "FILE:LINE:COLUMN: key: found …, expected …; remedy", ten at most, and no
// secret.
Result<AgentFile> read_agent(const std::string& path, const Environment& environment = process_environment());
Result<AgentFile> parse_agent(std::string_view text, const std::string& name,
                              const Environment& environment = process_environment());

// Every key that is read or refused, with its default: what the schema is held to.
std::map<std::string, Reader::Key, std::less<>> agent_keys();

// In which language its words are to be said: as its file says, else its voice's, else its recogniser's, else English.
std::string speech_language(const AgentFile& agent);

// The services of an agent with a budget that have no price: what they are used for is not counted.
std::vector<std::string> unpriced(const AgentFile& agent, const telemetry::Prices& prices);

// What a call to this agent will use, defaults included: one paragraph for people.
std::string summary(const AgentFile& agent);

}  // namespace offhook::server
