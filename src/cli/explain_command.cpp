#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>

#include "base/utf8.hpp"
#include "call/explain_picture.hpp"
#include "call/explain_text.hpp"
#include "cli/commands.hpp"

namespace offhook::cli {
namespace {

struct Asked {
  std::string log, svg;
  int turn = 0;  // 0: all of them
};

// The recording beside the log, where there is one. One that cannot be read costs the picture its sound, no more.
std::optional<audio::Wav> recording_beside(const std::string& log) {
  const auto path = std::filesystem::path(log).replace_extension(".wav");
  std::error_code ec;
  if (path == log || !std::filesystem::exists(path, ec)) return std::nullopt;
  auto wav = audio::read_wav(path.string());
  if (wav) return std::move(*wav);
  std::fprintf(stderr, "offhook: %s; the picture goes without\n", wav.error().what.c_str());
  return std::nullopt;
}

int draw(const call::Story& story, const Asked& asked) {
  const auto recording = recording_beside(asked.log);
  std::ofstream out(asked.svg, std::ios::binary);
  out << call::drawn(story, recording ? &*recording : nullptr, asked.turn);
  out.close();
  if (!out) {
    std::fprintf(stderr, "offhook: writing %s: it cannot be written; name another file\n", asked.svg.c_str());
    return 1;
  }
  std::printf("%s\n", asked.svg.c_str());
  return 0;
}

int explain(const Asked& asked) {
  std::ifstream file(asked.log);
  if (std::error_code ec; !file || std::filesystem::is_directory(asked.log, ec)) {
    std::fprintf(stderr, "offhook: reading %s: it cannot be opened; give the path of an event log (….jsonl)\n",
                 asked.log.c_str());
    return 2;
  }
  const auto story = call::read_story(file);
  if (!story) {
    std::fprintf(stderr, "offhook: reading %s: %s\n", asked.log.c_str(), printable(story.error().what).c_str());
    return 2;
  }
  if (asked.turn > static_cast<int>(story->turns.size())) {
    std::fprintf(stderr, "offhook: explaining turn %d of %s: the call has %zu; leave --turn out to see them all\n",
                 asked.turn, asked.log.c_str(), story->turns.size());
    return 2;
  }
  if (!asked.svg.empty()) return draw(*story, asked);
  std::fputs(call::explained(*story, asked.turn).c_str(), stdout);
  return 0;
}

}  // namespace

void add_explain(CLI::App& app, int& status) {
  auto asked = std::make_shared<Asked>();
  auto* command = app.add_subcommand("explain", "Tells what happened in a recorded call, turn by turn, and why.");
  command->add_option("LOG", asked->log, "an event log")->required();
  command->add_option("--turn", asked->turn, "only this turn, from 1")->check(CLI::PositiveNumber);
  command->add_option("--svg", asked->svg, "draw it into this file instead");
  command->callback([asked, &status] { status = explain(*asked); });
}

}  // namespace offhook::cli
