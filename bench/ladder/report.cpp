#include "ladder/report.hpp"

#include <algorithm>

#include "edge/call_report.hpp"
#include "load/statistics.hpp"
#include "load/text.hpp"

namespace offhook::ladder {
namespace {

using load::format;
using load::Spread;
using load::spread_of;

// Right-aligned. An en dash has three bytes and one column, which printf does not know.
std::string cell(std::optional<double> value, int width, int digits) {
  if (!value) return std::string(static_cast<std::size_t>(width - 1), ' ') + "–";
  return format("%*.*f", width, digits, *value);
}

std::optional<double> percent(std::optional<double> share) {
  if (!share) return std::nullopt;
  return *share * 100;
}

std::string heading() {
  struct Column {
    const char *above, *name;
    int width;
  };
  constexpr Column kColumns[] = {{"", "calls", 5},         {"v2v ms", "p50", 8},     {"", "p95", 6},
                                 {"greet", "p95", 7},      {"engine ms", "p50", 10}, {"", "p99", 6},
                                 {"barge-in", "p50", 9},   {"ms", "p95", 6},         {"", "missed", 8},
                                 {"", "errors", 7},        {"under-", "runs", 9},    {"late ms", "p99", 9},
                                 {"CPU ms", "/call-s", 8}, {"MB", "/call", 7},       {"MB", "after", 8},
                                 {"turn", "scores", 8},    {"each", "turn", 7},      {"waste", "%", 7}};
  std::string above, below;
  for (const Column& c : kColumns) {
    above += format("%*s", c.width, c.above);
    below += format("%*s", c.width, c.name);
  }
  return above + "\n" + below + "\n";
}

std::string row(const Rung& rung) {
  const load::LoadResult& r = rung.load.result;
  const Told& t = rung.told;
  const Spread v2v = spread_of(r.v2v), engine = spread_of(t.overhead), barge = spread_of(r.barge_in),
               greeting = spread_of(r.greeting);
  std::string out = format("%5d", r.calls);
  out += cell(v2v.p50, 8, 0) + cell(v2v.p95, 6, 0);
  out += cell(greeting.p95, 7, 1) + cell(engine.p50, 10, 1) + cell(engine.p99, 6, 1);
  out += cell(barge.p50, 9, 0) + cell(barge.p95, 6, 0);
  out += format("%8d%7d%9llu", r.missed, r.errors, static_cast<unsigned long long>(r.underruns));
  out += cell(t.late_p99, 9, 2);
  out += cell(cpu_ms_per_call_second(rung.load), 8, 2);
  out += cell(mb_per_call(rung.load), 7, 2);
  out += cell(rung.load.server ? std::optional(rung.load.server->after_mb) : std::nullopt, 8, 1);
  out += cell(t.turn_scores, 8, 0) + cell(t.scores_a_turn(), 7, 2);
  out += cell(percent(t.waste()), 7, 1);
  return out + "\n";
}

std::string notes(const Rung& rung) {
  std::string out;
  const load::LoadResult& r = rung.load.result;
  if (r.errors > 0)
    out += format("%d calls: %d errors, the first: %s\n", r.calls, r.errors,
                  edge::printable(r.first_error).substr(0, 400).c_str());
  if (rung.told.refused.value_or(0) > 0)
    out += format("%d calls: the server refused %.0f to save those it had (offhook_calls_refused_total)\n", r.calls,
                  *rung.told.refused);
  if (r.talked_over + r.unanswered > 0)
    out += format("%d calls: of %d interruptions, %d were talked over and %d not answered\n", r.calls, r.interruptions,
                  r.talked_over, r.unanswered);
  if (const std::string why = load::doubt(r); !why.empty())
    out += format("%d calls: NOT TO BE BELIEVED, this generator was too slow: %s. Give it a core of its own.\n",
                  r.calls, why.c_str());
  return out;
}

std::string object(const Rung& rung) {
  load::JsonObject out;
  const Told& t = rung.told;
  out.put_json("load", load::json(rung.load));
  const Spread engine = spread_of(t.overhead);
  out.put("engine_n", engine.count);
  out.put("engine_ms_p50", engine.p50);
  out.put("engine_ms_p95", engine.p95);
  out.put("engine_ms_p99", engine.p99);
  out.put("engine_ms_max", engine.most);
  out.put("beat_late_ms_p99", t.late_p99);
  out.put("turns_answered", t.turns);
  out.put("turn_scores", t.turn_scores);
  out.put("turn_scores_per_turn", t.scores_a_turn());
  out.put("word_scores", t.word_scores);
  out.put("speculations", t.speculations);
  out.put("speculations_wasted", t.wasted);
  out.put("waste", t.waste());
  out.put("server_underruns", t.underruns);
  out.put("refused", t.refused);
  return std::move(out).text();
}

}  // namespace

bool passed(const Ladder& ladder) {
  return !ladder.rungs.empty() &&
         std::ranges::all_of(ladder.rungs, [](const Rung& rung) { return load::passed(rung.load); });
}

std::string table(const Ladder& ladder) {
  std::string out = format("%s, %d turns a call%s", edge::printable(ladder.agent).substr(0, 300).c_str(), ladder.turns,
                           ladder.barge ? ", the answer to each interrupted" : "");
  if (ladder.ready) out += format(", ready after %.2f s", to_ms(*ladder.ready) / 1000);
  out += "\n\n";
  out += heading();
  for (const Rung& rung : ladder.rungs) out += row(rung);
  std::string told;
  for (const Rung& rung : ladder.rungs) told += notes(rung);
  return told.empty() ? out : out + "\n" + told;
}

std::string json(const Ladder& ladder) {
  load::JsonObject out;
  out.put("agent", edge::printable(ladder.agent));
  out.put("turns", ladder.turns);
  out.put("barge", ladder.barge);
  out.put("ready_s", ladder.ready ? std::optional(to_ms(*ladder.ready) / 1000) : std::nullopt);
  std::string rungs;
  for (const Rung& rung : ladder.rungs) rungs += (rungs.empty() ? "" : ",") + object(rung);
  out.put_json("rungs", "[" + rungs + "]");
  return std::move(out).text();
}

}  // namespace offhook::ladder
