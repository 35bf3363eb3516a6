#include "turns/report.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <cstdarg>
#include <cstdio>
#include <functional>

#include "edge/call_report.hpp"
#include "load/report.hpp"

namespace offhook::turns {
namespace {

namespace json_ = boost::json;

constexpr std::int64_t kBucketsMs[][2] = {{400, 600}, {600, 800}, {800, 1000}, {1000, 1201}};

[[gnu::format(printf, 1, 2)]] std::string format(const char* how, ...) {
  char text[512];
  va_list args;
  va_start(args, how);
  std::vsnprintf(text, sizeof text, how, args);
  va_end(args);
  return text;
}

double in_ms(Samples n) {
  return static_cast<double>(n) * 1000 / kRate;
}

// What the cases that `fits` come to, one row.
class Rows {
 public:
  Rows(const std::vector<Case>& cases, const std::vector<Outcome>& outcomes) : cases_(cases), outcomes_(outcomes) {}

  using Fits = std::function<bool(const Case&)>;
  using Fill = std::function<void(Row& row, const Outcome& outcome)>;
  // Rows of nothing are left out.
  void add(const std::string& section, const std::string& name, const Fits& fits, Row row, const Fill& fill) {
    row.section = section;
    row.name = name;
    bool any = false;
    for (std::size_t i = 0; i < cases_.size(); ++i) {
      if (!outcomes_[i].run || !fits(cases_[i])) continue;
      fill(row, outcomes_[i]);
      any = true;
    }
    if (any) out.push_back(std::move(row));
  }

  std::vector<Row> out;

 private:
  const std::vector<Case>& cases_;
  const std::vector<Outcome>& outcomes_;
};

void add_pauses(Rows& rows) {
  const Row empty{.rates = {{"cut in", {}}, {"missed", {}}}, .times = {{"delay", {}}}};
  const auto fill = [](Row& row, const Outcome& o) {
    row.rates[0].second.add(o.cut_in);
    row.rates[1].second.add(!o.answer.delay);
    if (!o.cut_in && o.answer.delay) row.times[0].second.push_back(in_ms(*o.answer.delay));
  };
  const auto is_pause = [](const Case& c) { return c.kind == Kind::pause; };
  rows.add("pause", "all", is_pause, empty, fill);
  for (const char* group : {"open", "content", "dictated", "people"})
    rows.add("pause", group, [&](const Case& c) { return is_pause(c) && c.group == group; }, empty, fill);
  for (const auto& [least, most] : kBucketsMs)
    rows.add(
        "pause", format("%.1f to %.1f s", static_cast<double>(least) / 1000, static_cast<double>(most / 100) / 10),
        [&](const Case& c) {
          if (!is_pause(c)) return false;
          const std::int64_t ms = *c.pause_end_ms - *c.pause_begin_ms;
          return ms >= least && ms < most;
        },
        empty, fill);
}

void add_answers(Rows& rows) {
  const Row empty{.rates = {{"missed", {}}, {"early", {}}}, .times = {{"delay", {}}}};
  const auto fill = [](Row& row, const Outcome& o) {
    row.rates[0].second.add(!o.answer.delay);
    row.rates[1].second.add(o.answer.early);
    if (!o.answer.early && o.answer.delay) row.times[0].second.push_back(in_ms(*o.answer.delay));
  };
  const auto complete = [](const Case& c) { return c.kind == Kind::complete; };
  rows.add("complete", "all", complete, empty, fill);
  rows.add("complete", "people", [&](const Case& c) { return complete(c) && c.group == "people"; }, empty, fill);
  rows.add("short", "all", [](const Case& c) { return c.kind == Kind::one_word; }, empty, fill);
}

void add_interruptions(Rows& rows) {
  rows.add(
      "interrupt", "all", [](const Case& c) { return c.kind == Kind::interrupt; },
      {.rates = {{"stopped", {}}}, .times = {{"to silence", {}}}},
      [](Row& row, const Outcome& o) {
        if (!o.interrupted.spoke) return;
        row.rates[0].second.add(o.interrupted.stopped);
        if (o.interrupted.silent) row.times[0].second.push_back(in_ms(*o.interrupted.silent));
      });
}

void add_noises(Rows& rows) {
  const Row empty{.rates = {{"went on", {}}, {"hitch", {}}}, .times = {{"hitch", {}}}};
  const auto fill = [](Row& row, const Outcome& o) {
    if (!o.disturbed.spoke) return;
    row.rates[0].second.add(!o.disturbed.stopped);
    row.rates[1].second.add(o.disturbed.hitch.has_value());
    if (o.disturbed.hitch) row.times[0].second.push_back(in_ms(*o.disturbed.hitch));
  };
  for (const Kind kind : {Kind::backchannel, Kind::cough, Kind::keyboard, Kind::line_noise, Kind::tv, Kind::side_talk})
    rows.add("over", std::string(name(kind)), [&](const Case& c) { return c.kind == kind; }, empty, fill);
  for (const char* group : {"short", "long"})
    rows.add(
        "over", std::string("control ") + group,
        [&](const Case& c) { return c.kind == Kind::control && c.group == group; }, empty, fill);
}

void add_echoes(Rows& rows) {
  const Row empty{.rates = {{"undisturbed", {}}, {"paused", {}}, {"broken off", {}}, {"to nothing", {}}}, .times = {}};
  const auto fill = [](Row& row, const Outcome& o) {
    if (!o.self.replied) return;
    row.rates[0].second.add(o.self.pauses + o.self.broken + o.self.again == 0);
    for (const auto& [i, n] : {std::pair(1, o.self.pauses), std::pair(2, o.self.broken), std::pair(3, o.self.again)}) {
      Rate& rate = row.rates[static_cast<std::size_t>(i)].second;  // n a turn: may be more than one
      rate.n += n;
      ++rate.of;
    }
  };
  rows.add("echo", "echo", [](const Case& c) { return c.kind == Kind::echo; }, empty, fill);
  if (rows.out.empty() || rows.out.back().section != "echo") return;  // nothing to compare with
  rows.add("echo", "no echo", [](const Case& c) { return c.kind == Kind::complete; }, empty, fill);
}

std::string cell(const Rate& rate) {
  if (rate.of == 0) return format("%4s %6s %-14s", "-", "-", "");
  const Interval i = wilson95(rate);
  return format("%4d %5.1f%% %-14s", rate.of, rate.percent(), format("[%.1f, %.1f]", i.low, i.high).c_str());
}

std::string cell(const std::vector<double>& times, double p) {
  const auto value = percentile(times, p);
  return value ? format("%7.0f", *value) : format("%7s", "-");
}

std::string text_of(const Row& row) {
  std::string out = format("  %-15s", row.name.c_str());
  if (row.section == "echo") {
    out += cell(row.rates[0].second);
    for (std::size_t i = 1; i < row.rates.size(); ++i) out += format("%12.1f", row.rates[i].second.percent());
    return out + "\n";
  }
  for (const auto& [name, rate] : row.rates) out += cell(rate);
  for (const auto& [name, times] : row.times)
    out += format("%5zu", times.size()) + cell(times, 0.5) + cell(times, 0.9) + cell(times, 0.95);
  return out + "\n";
}

std::string head_of(const Row& row) {
  static const std::pair<const char*, const char*> titles[] = {
      {"pause", "the caller pauses and goes on"},    {"complete", "the caller has finished"},
      {"short", "the caller says one word"},         {"interrupt", "the caller interrupts"},
      {"over", "something is heard over the agent"}, {"echo", "the line returns the agent's voice"},
  };
  std::string out = "\n";
  for (const auto& [section, title] : titles)
    if (row.section == section) out += std::string(title) + "\n";
  out += format("  %-15s", "");
  if (row.section == "echo")
    return out + format("%4s %6s %-14s%12s%12s%12s\n", "n", "quiet", "95 %", "paused/100", "broken/100", "again/100");
  for (const auto& [name, rate] : row.rates) out += format("%4s %6s %-14s", "n", name.substr(0, 7).c_str(), "95 %");
  for (const auto& [name, times] : row.times)
    out += format("%5s%7s%7s%7s  %s, ms", "n", "p50", "p90", "p95", name.c_str());
  return out + "\n";
}

int count(const TurnsReport& r, const std::function<bool(const Case&, const Outcome&)>& fits) {
  int n = 0;
  for (std::size_t i = 0; i < r.cases.size(); ++i) n += fits(r.cases[i], r.result.outcomes[i]);
  return n;
}

int not_run(const TurnsReport& r) {
  return count(r, [](const Case&, const Outcome& o) { return !o.run; });
}
// Run, but the agent was not speaking when it should have been spoken over.
int not_graded(const TurnsReport& r) {
  return count(r, [](const Case& c, const Outcome& o) {
    return o.run && over_the_agent(c.kind) && !o.interrupted.spoke && !o.disturbed.spoke;
  });
}

std::string doubt(const TurnsReport& r) {
  load::LoadResult as_load;
  as_load.lateness = r.result.lateness;
  as_load.skipped = r.result.skipped;
  return load::doubt(as_load);
}

// As one writes it: Boost.JSON would write 22.5 as 2.25E1.
std::string written(const json_::value& value) {
  if (value.is_double()) return format("%.1f", value.get_double());
  std::string out;
  const auto comma = [&out] { out += out.size() > 1 ? "," : ""; };
  if (const auto* object = value.if_object()) {
    out = "{";
    for (const auto& [key, v] : *object) {
      comma();
      out += json_::serialize(json_::string(key)) + ":" + written(v);
    }
    return out + "}";
  }
  if (const auto* array = value.if_array()) {
    out = "[";
    for (const auto& v : *array) {
      comma();
      out += written(v);
    }
    return out + "]";
  }
  return json_::serialize(value);
}

// A row's name as a key.
std::string key_of(std::string name) {
  std::ranges::replace(name, ' ', '_');
  return name;
}

json_::object summary(const TurnsReport& r) {
  json_::object out{{"label", r.label},
                    {"url", r.url},
                    {"wall_s", std::llround(to_ms(r.wall) / 1000)},
                    {"cases", r.cases.size()},
                    {"not_run", not_run(r)},
                    {"not_graded", not_graded(r)},
                    {"calls", r.result.calls},
                    {"errors", r.result.errors}};
  if (r.result.errors > 0) out["first_error"] = edge::printable(r.result.first_error);
  for (const Row& row : rows_of(r.cases, r.result.outcomes)) {
    json_::object o;
    for (const auto& [name, rate] : row.rates) {
      const Interval i = wilson95(rate);
      json_::object one{{"n", rate.of}, {"count", rate.n}};
      if (rate.of > 0) one["percent"] = rate.percent();
      if (rate.of > 0 && rate.n <= rate.of) one["interval"] = json_::array{i.low, i.high};
      o[key_of(name)] = std::move(one);
    }
    for (const auto& [name, times] : row.times) {
      json_::object t{{"n", times.size()}};
      for (const auto& [key, p] : {std::pair("p50", 0.5), std::pair("p90", 0.9), std::pair("p95", 0.95)})
        if (const auto value = percentile(times, p)) t[key] = std::llround(*value);
      o[key_of(name) + "_ms"] = std::move(t);
    }
    json_::value& section = out[row.section];
    if (!section.is_object()) section = json_::object();
    section.as_object()[key_of(row.name)] = std::move(o);
  }
  out["late_ms_p99"] = to_ms(r.result.lateness.percentile(0.99));
  out["believed"] = doubt(r).empty();
  return out;
}

void put(json_::object& o, const char* key, const std::optional<Samples>& at) {
  if (at) o[key] = ms_of(*at);
}

}  // namespace

std::vector<Row> rows_of(const std::vector<Case>& cases, const std::vector<Outcome>& outcomes) {
  Rows rows(cases, outcomes);
  add_pauses(rows);
  add_answers(rows);
  add_interruptions(rows);
  add_noises(rows);
  add_echoes(rows);
  return std::move(rows.out);
}

std::string table(const TurnsReport& r) {
  std::string out = r.label.empty() ? "" : edge::printable(r.label) + "\n";
  out += format("%zu cases in %d calls to %s, %.0f s\n", r.cases.size(), r.result.calls,
                edge::printable(r.url).substr(0, 300).c_str(), to_ms(r.wall) / 1000);
  std::string section;
  for (const Row& row : rows_of(r.cases, r.result.outcomes)) {
    if (std::exchange(section, row.section) != row.section) out += head_of(row);
    out += text_of(row);
  }
  out += format("\nnot run %d · not graded, as the agent was silent %d · calls that broke %d\n", not_run(r),
                not_graded(r), r.result.errors);
  if (r.result.errors > 0) out += "first error: " + edge::printable(r.result.first_error) + "\n";
  out += format("this caller: frames late by %.1f ms p50, %.1f p99, %.1f at most\n",
                to_ms(r.result.lateness.percentile(0.5)), to_ms(r.result.lateness.percentile(0.99)),
                to_ms(r.result.lateness.worst()));
  if (const std::string why = doubt(r); !why.empty())
    out += "NOT TO BE BELIEVED: this caller was too slow: " + why + ". Give it a core of its own, or fewer calls.\n";
  return out;
}

std::string json(const TurnsReport& report) {
  return written(summary(report));
}

std::string json_of_cases(const TurnsReport& r) {
  json_::object out = summary(r);
  json_::array all;
  for (std::size_t i = 0; i < r.cases.size(); ++i) {
    const Case& c = r.cases[i];
    const Outcome& o = r.result.outcomes[i];
    json_::object one{{"id", c.id}, {"kind", name(c.kind)}, {"text", c.text}, {"voice", c.voice}, {"run", o.run}};
    if (!c.group.empty()) one["class"] = c.group;
    put(one, "said_from_ms", o.times.said_from);
    put(one, "said_to_ms", o.times.said_to);
    put(one, "pause_ms", o.times.pause);
    put(one, "over_from_ms", o.times.over_from);
    put(one, "delay_ms", o.answer.delay);
    if (c.kind == Kind::pause) one["cut_in"] = o.cut_in;
    if (o.answer.early) one["early"] = true;
    if (c.kind == Kind::interrupt && o.interrupted.spoke) {
      one["stopped"] = o.interrupted.stopped;
      put(one, "to_silence_ms", o.interrupted.silent);
    } else if (o.disturbed.spoke) {
      one["stopped"] = o.disturbed.stopped;
      put(one, "hitch_ms", o.disturbed.hitch);
    }
    if (o.self.replied) {
      one["pauses"] = o.self.pauses;
      one["broken"] = o.self.broken;
      one["again"] = o.self.again;
    }
    all.push_back(std::move(one));
  }
  out["outcomes"] = std::move(all);
  return written(out);
}

std::string line_of(const Case& c, const Outcome& o) {
  std::string out = format("%-16s", c.id.c_str());
  if (!o.run) return out + "not run";
  if (c.kind == Kind::pause) out += o.cut_in ? "CUT IN  " : "";
  if (o.answer.delay)
    out += format("answered after %lld ms", static_cast<long long>(ms_of(*o.answer.delay)));
  else
    out += "MISSED";
  if (o.answer.early && c.kind != Kind::pause) out += ", EARLY";
  if (over_the_agent(c.kind)) {
    if (!o.interrupted.spoke && !o.disturbed.spoke) return out + "; the agent was silent, not graded";
    if (o.interrupted.spoke) {
      out += o.interrupted.stopped ? "; stopped" : "; DID NOT STOP";
      if (o.interrupted.silent) out += format(" after %lld ms", static_cast<long long>(ms_of(*o.interrupted.silent)));
    } else {
      out += o.disturbed.stopped ? "; STOPPED" : "; went on";
      if (o.disturbed.hitch) out += format(", hitch of %lld ms", static_cast<long long>(ms_of(*o.disturbed.hitch)));
    }
  }
  if (o.self.pauses + o.self.broken + o.self.again > 0)
    out += format("; by itself paused %d, broke off %d, spoke again %d", o.self.pauses, o.self.broken, o.self.again);
  return out;
}

bool passed(const TurnsReport& r) {
  return not_run(r) == 0 && doubt(r).empty();
}

}  // namespace offhook::turns
