#include "load/report.hpp"

#include "edge/call_report.hpp"
#include "load/text.hpp"

namespace offhook::load {
namespace {

std::string row(const char* name, const std::vector<double>& values) {
  const Spread s = spread_of(values);
  if (s.count == 0) return format("%-22s %6d %9s %9s %9s\n", name, 0, "-", "-", "-");
  return format("%-22s %6zu %9.1f %9.1f %9.1f\n", name, s.count, *s.p50, *s.p95, *s.most);
}

std::optional<double> ratio(double a, double b) {
  if (b <= 0) return std::nullopt;
  return a / b;
}

double call_seconds(const LoadReport& report) {
  return to_ms(report.result.call_time) / 1000;
}

}  // namespace

std::string doubt(const LoadResult& result) {
  if (result.skipped > 0)
    return format("%llu beats of the clock were never sent", static_cast<unsigned long long>(result.skipped));
  const Duration p99 = result.lateness.percentile(0.99);
  if (p99 > kLatenessP99)
    return format("one frame in a hundred was more than %.1f ms late, at most %.0f are borne", to_ms(p99),
                  to_ms(kLatenessP99));
  return "";
}

bool passed(const LoadReport& report) {
  return report.result.errors == 0 && !report.result.v2v.empty() && doubt(report.result).empty();
}

std::string table(const LoadReport& report) {
  const LoadResult& r = report.result;
  std::string out = format("%d calls to %s, %.1f s\n\n", r.calls, edge::printable(report.url).substr(0, 300).c_str(),
                           to_ms(report.wall) / 1000);
  out += format("%-22s %6s %9s %9s %9s\n", "ms", "n", "p50", "p95", "most");
  if (!r.greeting.empty()) out += row("greeting", r.greeting);
  out += row("voice to voice", r.v2v);
  if (r.interruptions > 0) {
    out += row("interruption, silent", r.barge_in);
    out += row("interruption, answer", r.after_barge);
  }
  out += format("\nturns %d, missed %d · underruns %llu · errors %d", r.turns, r.missed,
                static_cast<unsigned long long>(r.underruns), r.errors);
  if (r.interruptions > 0)
    out += format(" · interruptions %d, talked over %d, not answered %d", r.interruptions, r.talked_over, r.unanswered);
  if (r.strange > 0) out += format(" · messages not understood %llu", static_cast<unsigned long long>(r.strange));
  out += "\n";
  if (r.errors > 0) out += "first error: " + edge::printable(r.first_error) + "\n";
  const double seconds = call_seconds(report);
  if (report.server && seconds > 0 && r.at_once > 0) {
    const ServerUse& s = *report.server;
    out += format("server: %.2f ms CPU a call-second · memory %.1f MB before, %.1f at most, %.1f after, %.2f a call\n",
                  s.cpu_s * 1000 / seconds, s.before_mb, s.most_mb, s.after_mb, (s.most_mb - s.before_mb) / r.at_once);
  }
  out += format("this generator: frames late by %.1f ms p50, %.1f p99, %.1f at most; %.2f ms CPU a call-second\n",
                to_ms(r.lateness.percentile(0.5)), to_ms(r.lateness.percentile(0.99)), to_ms(r.lateness.worst()),
                ratio(report.own_cpu_s * 1000, seconds).value_or(0));
  if (const std::string why = doubt(r); !why.empty())
    out += "NOT TO BE BELIEVED: this generator was too slow: " + why + ". Give it a core of its own, or fewer calls.\n";
  return out;
}

std::string json(const LoadReport& report) {
  const LoadResult& r = report.result;
  JsonObject out;
  out.put("calls", r.calls);
  out.put("at_once", r.at_once);
  out.put("wall_s", to_ms(report.wall) / 1000);
  out.put("call_s", call_seconds(report));
  out.put("turns", r.turns);
  out.put("missed", r.missed);
  out.put("errors", r.errors);
  if (r.errors > 0) out.put("first_error", edge::printable(r.first_error));
  out.put("underruns", r.underruns);
  const auto spread = [&out](const std::string& name, const std::vector<double>& values) {
    const Spread s = spread_of(values);
    out.put(name + "_n", s.count);
    out.put(name + "_p50", s.p50);
    out.put(name + "_p95", s.p95);
    out.put(name + "_max", s.most);
  };
  spread("v2v", r.v2v);
  spread("greet", r.greeting);
  spread("barge", r.barge_in);
  spread("after_barge", r.after_barge);
  out.put("interruptions", r.interruptions);
  out.put("talked_over", r.talked_over);
  out.put("unanswered", r.unanswered);
  const double seconds = call_seconds(report);
  if (report.server) {
    const ServerUse& s = *report.server;
    out.put("cpu_ms_per_call_s", ratio(s.cpu_s * 1000, seconds));
    out.put("rss_before_mb", s.before_mb);
    out.put("rss_peak_mb", s.most_mb);
    out.put("rss_after_mb", s.after_mb);
    out.put("mb_per_call", ratio(s.most_mb - s.before_mb, r.at_once));
  }
  out.put("late_ms_p50", to_ms(r.lateness.percentile(0.5)));
  out.put("late_ms_p99", to_ms(r.lateness.percentile(0.99)));
  out.put("late_ms_max", to_ms(r.lateness.worst()));
  out.put("frames_skipped", r.skipped);
  out.put("own_cpu_ms_per_call_s", ratio(report.own_cpu_s * 1000, seconds));
  out.put("believed", doubt(r).empty());
  return std::move(out).text();
}

}  // namespace offhook::load
