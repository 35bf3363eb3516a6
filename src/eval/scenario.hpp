// A scenario's file: what a caller says, when, and what must come of it. evals/scenario.schema.json says the same to
// editors; a test holds the two together.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "llm/providers.hpp"
#include "server/fields.hpp"

namespace offhook::eval {

// What must come of one step. Texts are compared without regard to capitals; empty: anything will do.
struct Expected {
  std::string says, says_not;            // the answer holds it, or does not
  std::string matches;                   // a regular expression (ECMAScript) found in it
  std::optional<Duration> within;        // from the caller's last sound to the answer's first
  std::optional<Duration> stops_within;  // of an interruption: from its first sound to the agent's last
  std::vector<std::string> judge;        // criteria in plain words, for a language model
};

struct Step {
  enum class Kind { say, interrupt, wait, press, hang_up };
  Kind kind = Kind::say;
  std::string say;  // say, interrupt: the words; empty: only a recording is known
  std::string wav;  // … as a recording; empty: a voice says the words
  Duration wait{};  // wait: how long; interrupt: so long after the answer's first sound
  std::string keys;
  Expected expect;
};

// One answer of the model that the scenario brings.
struct Scripted {
  std::string says;
  std::string calls, arguments;  // a tool, JSON text
};

struct ToolUse {
  std::string name;
  std::vector<std::pair<std::string, std::string>> arguments;  // among others
};

struct Scenario {
  enum class End { anyhow, caller, agent };

  std::string file, name;
  std::string agent;  // its file; empty: the command line says
  std::vector<Step> caller;
  std::vector<Scripted> model;                             // empty: the agent's own
  std::vector<std::pair<std::string, std::string>> tools;  // with --text: what each returns

  // Of the whole call.
  std::vector<ToolUse> uses;
  std::vector<std::string> uses_not;
  std::string says_not;
  std::optional<Duration> max_v2v;
  End ended_by = End::anyhow;
  std::vector<std::string> judge;

  std::vector<llm::Spec> judged_by;  // the first choice, then its fallbacks; empty: the agent's own
};

inline constexpr std::size_t kMostSteps = 200;
inline constexpr std::size_t kMostCriteria = 20;  // in one place

// Paths in it are relative to its folder. Errors hold a line for each mistake, "FILE:LINE:COLUMN: key: found …,
// expected …".
Result<Scenario> read_scenario(const std::string& path);
Result<Scenario> parse_scenario(std::string_view text, const std::string& path);

// A file with what stands under `judged_by:` of a scenario.
Result<std::vector<llm::Spec>> read_judge(const std::string& path);

// Every key that is read: what the schema is held to.
std::map<std::string, server::Reader::Key, std::less<>> scenario_keys();

// For reports: "Hello, when are …", "waits 2 s", "presses 12#".
std::string described(const Step& step);

// "340 ms", "1.21 s".
std::string seconds(Duration d);

}  // namespace offhook::eval
