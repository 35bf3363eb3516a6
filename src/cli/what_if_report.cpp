#include "cli/what_if_report.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <cstdarg>
#include <cstdio>

#include "base/utf8.hpp"

namespace offhook::cli {
namespace {

using call::Difference;
using call::Move;
using call::Taken;
namespace json = boost::json;

[[gnu::format(printf, 1, 2)]] std::string stated(const char* format, ...) {
  char text[512];
  va_list list;
  va_start(list, format);
  std::vsnprintf(text, sizeof text, format, list);
  va_end(list);
  return text;
}

double seconds(Duration d) {
  return to_ms(d) / 1000;
}
double seconds(Time t) {
  return seconds(t - Time{});
}

std::string taken_text(const Taken& taken) {
  if (taken.cut_in) return "cuts in";
  return stated("takes the turn after %.2f s", seconds(taken.wait));
}

std::string move_text(const Move& move, const std::vector<Taken>& turns) {
  std::string text;
  switch (move.kind) {
    case Move::Kind::taken: text = turns.empty() ? "takes the turn" : taken_text(turns.front()); break;
    case Move::Kind::let_go: text = "lets it go"; break;
    case Move::Kind::held: text = "holds"; break;
    case Move::Kind::resumed: text = "goes on speaking"; break;
    case Move::Kind::stopped: text = "stops speaking"; break;
    case Move::Kind::prompted: text = "asks whether the caller is there"; break;
    case Move::Kind::ended: text = "ends the call"; break;
  }
  text += ": " + printable(move.why);
  // What came of the turn, where it did not begin with that.
  const std::size_t first = move.kind == Move::Kind::taken ? 1 : 0;
  for (std::size_t i = first; i < turns.size(); ++i) text += "; then " + taken_text(turns[i]);
  return text;
}

std::string side_text(const char* side, const std::optional<Move>& move, const std::vector<Taken>& turns) {
  if (!move) return stated("                    %-8s  nothing", side) + "\n";
  return stated("        %8.2f s  %-8s  ", seconds(move->at), side) + move_text(*move, turns) + "\n";
}

std::string count_text(int n, const char* one, const char* many) {
  return std::to_string(n) + " " + (n == 1 ? one : many);
}

std::string line(const char* name, const std::string& a, const std::string& b, const std::string& difference) {
  return stated("%-22s %16s %16s %12s", name, a.c_str(), b.c_str(), difference.c_str()) + "\n";
}
std::string numbers(const char* name, int a, int b) {
  return line(name, std::to_string(a), std::to_string(b), a == b ? "" : stated("%+d", b - a));
}
std::string waits(const char* name, Duration a, Duration b) {
  return line(name, stated("%.2f s", seconds(a)), stated("%.2f s", seconds(b)),
              std::chrono::abs(a - b) < 5ms ? "" : stated("%+.2f s", seconds(b - a)));
}

json::value move_json(const std::optional<Move>& move) {
  if (!move) return nullptr;
  return json::object{{"at_s", seconds(move->at)}, {"move", call::name(move->kind)}, {"why", move->why}};
}
json::array turns_json(const std::vector<Taken>& turns) {
  json::array all;
  for (const auto& t : turns)
    all.push_back(json::object{{"at_s", seconds(t.at)}, {"wait_s", seconds(t.wait)}, {"cut_in", t.cut_in}});
  return all;
}

}  // namespace

void Outcome::add(const std::vector<Taken>& taken, const call::Tally& counted, int not_sure) {
  turns += static_cast<int>(taken.size());
  for (const auto& t : taken) {
    cut_ins += t.cut_in;
    if (!t.cut_in) waits.push_back(t.wait);
  }
  std::sort(waits.begin(), waits.end());
  tally.held += counted.held;
  tally.resumed += counted.resumed;
  tally.stopped += counted.stopped;
  tally.empty_stops += counted.empty_stops;
  tally.prompted += counted.prompted;
  uncertain += not_sure;
}

Duration Outcome::wait(int percent) const {
  if (waits.empty()) return {};
  const std::size_t rank = (waits.size() * static_cast<std::size_t>(percent) + 99) / 100;
  return waits[std::max<std::size_t>(rank, 1) - 1];
}

double Outcome::cut_in_percent() const {
  return turns == 0 ? 0 : 100.0 * cut_ins / turns;
}

std::string differences_text(const call::PastCall& call, const call::WhatIf& result) {
  if (result.differences.empty()) return "";
  std::string text = "call " + printable(call.head.call) + ", agent " + printable(call.head.agent) +
                     stated(", %.1f s: %s, %s with a difference", seconds(call.length),
                            count_text(static_cast<int>(call.turns.size()), "turn", "turns").c_str(),
                            count_text(static_cast<int>(result.differences.size()), "place", "places").c_str()) +
                     "\n";
  for (const auto& d : result.differences) {
    text += stated("  turn %d", d.turn);
    if (const int n = d.cut_ins(); n != 0) text += n < 0 ? ": a cut-in avoided" : ": a cut-in gained";
    text +=
        "\n" + side_text("recorded", d.recorded, d.recorded_turns) + side_text("changed", d.changed, d.changed_turns);
    for (const auto& what : d.not_known) text += "                    not known: " + printable(what) + "\n";
  }
  if (call.misfits > 0)
    text += stated("  %zu of its decisions are not taken again by this version: both sides are as this version decides",
                   call.misfits) +
            "\n";
  return text;
}

std::string comparison_text(const Outcome& a, const Outcome& b) {
  std::string text = line("", "recorded", "changed", "difference");
  text += numbers("turns", a.turns, b.turns);
  text += line("cut-ins", stated("%d (%.1f %%)", a.cut_ins, a.cut_in_percent()),
               stated("%d (%.1f %%)", b.cut_ins, b.cut_in_percent()),
               a.cut_ins == b.cut_ins ? "" : stated("%+d", b.cut_ins - a.cut_ins));
  text += waits("wait p50", a.wait(50), b.wait(50)) + waits("wait p90", a.wait(90), b.wait(90)) +
          waits("wait p95", a.wait(95), b.wait(95));
  text +=
      numbers("holds", a.tally.held, b.tally.held) + numbers("  resumed (hitches)", a.tally.resumed, b.tally.resumed);
  text += numbers("stops", a.tally.stopped, b.tally.stopped) +
          numbers("  for no real words", a.tally.empty_stops, b.tally.empty_stops);
  text += numbers("prompts", a.tally.prompted, b.tally.prompted);
  text += line("uncertain turns", "", std::to_string(b.uncertain), "");
  return text;
}

std::string sweep_text(const std::string& key, const std::vector<Row>& rows) {
  std::string text = stated("%-20s %6s %16s %9s %9s %9s %6s %8s %6s %10s", key.c_str(), "turns", "cut-ins", "wait p50",
                            "p90", "p95", "holds", "hitches", "stops", "uncertain") +
                     "\n";
  for (const auto& [name, o] : rows)
    text +=
        stated("%-20s %6d %16s %7.2f s %7.2f s %7.2f s %6d %8d %6d %10d", name.c_str(), o.turns,
               stated("%d (%.1f %%)", o.cut_ins, o.cut_in_percent()).c_str(), seconds(o.wait(50)), seconds(o.wait(90)),
               seconds(o.wait(95)), o.tally.held, o.tally.resumed, o.tally.stopped, o.uncertain) +
        "\n";
  return text;
}

std::string outcome_json(const Outcome& o) {
  const std::string text = json::serialize(json::object{{"turns", o.turns},
                                                        {"cut_ins", o.cut_ins},
                                                        {"wait_p50_s", seconds(o.wait(50))},
                                                        {"wait_p90_s", seconds(o.wait(90))},
                                                        {"wait_p95_s", seconds(o.wait(95))},
                                                        {"holds", o.tally.held},
                                                        {"hitches", o.tally.resumed},
                                                        {"stops", o.tally.stopped},
                                                        {"empty_stops", o.tally.empty_stops},
                                                        {"prompts", o.tally.prompted},
                                                        {"uncertain", o.uncertain}});
  return text.substr(1, text.size() - 2);
}

std::string differences_json(const call::WhatIf& result) {
  json::array all;
  for (const auto& d : result.differences)
    all.push_back(json::object{{"turn", d.turn},
                               {"recorded", move_json(d.recorded)},
                               {"changed", move_json(d.changed)},
                               {"recorded_turns", turns_json(d.recorded_turns)},
                               {"changed_turns", turns_json(d.changed_turns)},
                               {"cut_ins", d.cut_ins()},
                               {"not_known", json::array(d.not_known.begin(), d.not_known.end())}});
  return json::serialize(all);
}

}  // namespace offhook::cli
