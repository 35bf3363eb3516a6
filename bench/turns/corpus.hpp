// The corpus on disk: a folder of WAVs (8 kHz, mono, as they went through a telephone) and manifest.jsonl, a line a
// case.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "turns/conductor.hpp"

namespace offhook::turns {

enum class Kind {
  pause,        // an utterance with a pause in its middle
  complete,     // one that is over at its end
  one_word,     // "short": yes, no, Tuesday
  interrupt,    // words meant for the agent, over its answer
  backchannel,  // words that are not
  cough,
  keyboard,
  line_noise,
  tv,         // another voice, far away
  side_talk,  // another voice, in the room
  control,    // nothing over the answer
  echo,       // the line returns the agent's own voice
};
inline constexpr int kKinds = 12;

std::string_view name(Kind kind);
std::optional<Kind> kind_of(std::string_view name);
bool over_the_agent(Kind kind);  // interrupt to control

struct Case {
  std::string id;
  Kind kind = Kind::complete;
  std::string group;  // what its kind is divided into for the report; may be empty
  std::string file;   // none: control, echo
  std::string text, voice;
  std::vector<std::string> made;  // how: commands, levels, in order
  std::uint32_t seed = 0;
  std::string ask;  // over the agent, echo: the id of the question before
  // Of the file: audible is [first, last); the pause's ends. Whole milliseconds.
  std::int64_t first_ms = 0, last_ms = 0;
  std::optional<std::int64_t> pause_begin_ms, pause_end_ms;
  std::int64_t after_ms = 0;  // over the agent: behind its answer's first sound

  friend bool operator==(const Case&, const Case&) = default;
};

std::string line_of(const Case& c);  // JSON, without its end
Result<Case> parse_case(std::string_view line);

// In the manifest's order. Every `ask` is there, every file is a WAV of 8 kHz.
Result<std::vector<Case>> read_manifest(const std::string& folder);
Result<Clip> read_clip(const std::string& folder, const Case& c);

// At most `limit` of each kind (0: all), spread over those there are; empty `kinds`: all of them.
std::vector<Case> chosen(std::span<const Case> cases, std::span<const Kind> kinds, int limit);

}  // namespace offhook::turns
