#include "ladder/turn_log.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "base/json_fields.hpp"

namespace offhook::ladder {

std::optional<TurnParts> parse_turn(std::string_view line) {
  if (line.find("\"a\":\"turn_took\"") == line.npos) return std::nullopt;  // most lines are none, and some are long
  const auto object = parse_object(line);
  if (!object || text_in(*object, "a") != "turn_took") return std::nullopt;
  const auto part = [&](std::string_view name) { return Duration(whole_in(*object, name, 0)); };
  return TurnParts{part("v2v_us"),    part("hear_us"),  part("transcribe_us"), part("decide_us"), part("think_us"),
                   part("clause_us"), part("voice_us"), part("wait_us"),       part("send_us")};
}

Duration engine_overhead(const TurnParts& turn, const StatedDelays& stated) {
  const auto beyond = [](Duration took, Duration said) { return std::max(Duration::zero(), took - said); };
  return turn.decide + turn.send + beyond(turn.think, stated.llm_first) + beyond(turn.voice, stated.tts_first);
}

std::vector<TurnParts> TurnLogs::fresh() {
  std::vector<TurnParts> out;
  std::error_code ec;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(dir_, ec)) {
    const std::filesystem::path& path = entry.path();
    if (path.extension() != ".jsonl" || !read_.insert(path.string()).second) continue;
    std::ifstream in(path);
    for (std::string line; std::getline(in, line);)
      if (const auto turn = parse_turn(line)) out.push_back(*turn);
  }
  return out;
}

}  // namespace offhook::ladder
