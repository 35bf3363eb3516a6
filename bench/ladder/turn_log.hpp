// Where the time of each turn went, as the server's event logs tell it, and what of that the services did not ask for.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"

namespace offhook::ladder {

// What the stand-ins state: they take this long by intent.
struct StatedDelays {
  Duration llm_first{};  // to the first token
  Duration tts_first{};  // from a text to its first sound
};

struct TurnParts {  // they add up to v2v
  Duration v2v{}, hear{}, transcribe{}, decide{}, think{}, clause{}, voice{}, wait{}, send{};
};

// One line of an event log. None: it tells of something else.
std::optional<TurnParts> parse_turn(std::string_view line);

// decide + send + what of think and voice is beyond what the stand-ins state. Not in it: `hear` and `transcribe` (the
// pause that ends a turn, and the recogniser), `clause` (tokens at the language model's own pace), `wait`.
Duration engine_overhead(const TurnParts& turn, const StatedDelays& stated);

// The turns in DIR/DATE/*.jsonl, each file told of once: those that were not there when last asked. A call's file must
// be whole by then.
class TurnLogs {
 public:
  explicit TurnLogs(std::string dir) : dir_(std::move(dir)) {}
  std::vector<TurnParts> fresh();

 private:
  const std::string dir_;
  std::set<std::string> read_;
};

}  // namespace offhook::ladder
