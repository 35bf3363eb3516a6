#include "edge/call_report.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <cstdio>

#include "base/utf8.hpp"

namespace offhook::edge {
namespace {

constexpr double kBarColumns = 60;

std::int64_t tenths(double ms) {
  return std::llround(ms * 10);
}

// "12", "12.5", "-0.3"
std::string number(std::int64_t tenths) {
  std::string out = tenths < 0 ? "-" : "";
  out += std::to_string(std::abs(tenths) / 10);
  if (tenths % 10 != 0) out += "." + std::to_string(std::abs(tenths) % 10);
  return out;
}

std::string numbers(const std::vector<double>& all) {
  std::string out = "[";
  for (const double ms : all) out += (out.size() > 1 ? "," : "") + number(tenths(ms));
  return out + "]";
}

std::string quoted(std::string_view text) {
  std::string valid;
  while (!text.empty()) {
    const std::size_t used = utf8_length(text);
    if (used > 0)
      valid += text.substr(0, used);
    else
      valid += replacement_character;
    text.remove_prefix(std::max<std::size_t>(used, 1));
  }
  return boost::json::serialize(boost::json::string(valid));
}

template <class... Args>
std::string format(const char* how, Args... args) {
  char text[256];
  const int n = std::snprintf(text, sizeof text, how, args...);
  return std::string(text, static_cast<std::size_t>(std::clamp(n, 0, static_cast<int>(sizeof text) - 1)));
}

}  // namespace

const ToldTurn* told_of(const CallerTurn& turn, std::span<const ToldTurn> told) {
  const ToldTurn* best = nullptr;
  Duration nearest = 1s;
  for (const ToldTurn& t : told) {
    const Duration off = std::chrono::abs(t.came - turn.answered);
    if (!turn.v2v || off > nearest) continue;
    nearest = off;
    best = &t;
  }
  return best;
}

std::vector<Part> parts_of(const CallerTurn& turn, const ToldTurn* told) {
  if (!turn.v2v || !told) return {};
  std::vector<Part> parts;
  std::int64_t rest = tenths(to_ms(*turn.v2v));
  for (const auto& [name, ms] : told->turn.parts) {
    parts.push_back({name, static_cast<double>(tenths(ms)) / 10});
    rest -= tenths(ms);
  }
  parts.push_back({"line", static_cast<double>(rest) / 10});
  return parts;
}

std::string waterfall(const CallerTurn& turn, const ToldTurn* told) {
  std::string out = format("turn %d%s", turn.number, turn.over_agent ? ", interrupting" : "");
  if (!turn.v2v) return out + ": no answer\n";
  const double total = to_ms(*turn.v2v);
  out += format(": %.1f ms voice to voice", total);
  if (turn.early) out += ", begun before the caller had ended";
  if (told && told->turn.speculated) out += ", speculated";
  out += "\n";
  if (turn.barge_in)
    out += format("  the agent was silent %.1f ms after the interruption began\n", to_ms(*turn.barge_in));
  if (turn.talked_over) out += "  the agent talked on over the interruption\n";
  double longest = std::max(1.0, total), at = 0;
  const auto parts = parts_of(turn, told);
  for (const Part& p : parts) longest = std::max(longest, at += p.ms);
  at = 0;
  for (const Part& p : parts) {
    const auto column = [&](double ms) {
      return static_cast<int>(std::lround(std::clamp(ms / longest, 0.0, 1.0) * kBarColumns));
    };
    const int from = column(std::min(at, at + p.ms)), to = column(std::max(at, at + p.ms));
    at += p.ms;
    if (p.ms == 0) continue;
    out += format("  %-10.10s %8.1f ms  ", printable(p.name).c_str(), p.ms) +
           std::string(static_cast<std::size_t>(from), ' ');
    for (int i = from; i < std::max(to, from + 1); ++i) out += p.ms < 0 ? "░" : "█";
    out += "\n";
  }
  return out;
}

std::string result_json(std::span<const CallerTurn> turns, std::uint64_t underruns,
                        std::span<const TranscriptLine> transcript) {
  std::vector<double> v2v, barge_in;
  for (const CallerTurn& t : turns) {
    if (t.v2v) v2v.push_back(to_ms(*t.v2v));
    if (t.barge_in) barge_in.push_back(to_ms(*t.barge_in));
  }
  std::string out = "{\"turns\":" + std::to_string(turns.size()) + ",\"v2v_ms\":" + numbers(v2v) +
                    ",\"barge_in_ms\":" + numbers(barge_in) + ",\"underruns\":" + std::to_string(underruns) +
                    ",\"transcript\":[";
  for (const TranscriptLine& line : transcript) {
    if (out.back() != '[') out += ',';
    out += std::string("{\"who\":\"") + (line.agent ? "agent" : "caller") + "\",\"text\":" + quoted(line.text) +
           ",\"at_ms\":" + number(tenths(line.at_ms)) + ",\"cut\":" + (line.cut ? "true" : "false") + "}";
  }
  return out + "]}";
}

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t used = utf8_length(text);
    const auto c = static_cast<unsigned char>(text[0]);
    const bool c1 = used == 2 && c == 0xC2 && static_cast<unsigned char>(text[1]) < 0xA0;
    if (used == 0)
      out += replacement_character;
    else if (c < 0x20 || c == 0x7F || c1)
      out += ' ';
    else
      out += text.substr(0, used);
    text.remove_prefix(std::max<std::size_t>(used, 1));
  }
  return out;
}

}  // namespace offhook::edge
