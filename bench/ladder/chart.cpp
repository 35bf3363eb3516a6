#include "ladder/chart.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/utf8.hpp"
#include "edge/call_report.hpp"
#include "load/statistics.hpp"
#include "load/text.hpp"

namespace offhook::ladder {
namespace {

using load::format;

constexpr double kLeft = 64, kWidth = 560, kRight = 24, kTop = 44, kHeight = 130, kBetween = 66;
constexpr int kSteps = 4;  // of an axis

struct Line {
  const char *name, *kind;  // its class in the style
  std::vector<std::pair<double, double>> points;
};

std::string escaped(const std::string& text) {
  std::string out;
  for (char c : text) switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      default: out += c;
    }
  return out;
}

// The least of 1, 2, 2.5 and 5 times a power of ten that steps reach `most` with.
double step_for(double most) {
  const double rough = std::max(most, 1e-6) / kSteps, power = std::pow(10, std::floor(std::log10(rough)));
  for (const double n : {1.0, 2.0, 2.5, 5.0})
    if (n * power >= rough * (1 - 1e-9)) return n * power;
  return 10 * power;
}

class Chart {
 public:
  explicit Chart(const Ladder& ladder) : ladder_(ladder) {
    for (const Rung& rung : ladder.rungs) most_calls_ = std::max(most_calls_, rung.load.result.calls);
  }

  std::string draw() {
    panel("voice to voice, ms",
          {line("p50", "a", [](const Rung& r) { return load::spread_of(r.load.result.v2v).p50; }),
           line("p95", "b", [](const Rung& r) { return load::spread_of(r.load.result.v2v).p95; })});
    panel("CPU of the server, ms a call-second",
          {line("", "c", [](const Rung& r) { return cpu_ms_per_call_second(r.load); })});
    panel("lateness of its beats, p99, ms", {line("", "d", [](const Rung& r) { return r.told.late_p99; })});
    const double height = top_ - 20;
    std::string out = format("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" width=\"%.0f\">\n",
                             kLeft + kWidth + kRight, height, kLeft + kWidth + kRight);
    out +=
        "<style>svg{--ink:#222;--soft:#777;--grid:#e3e3e3;--paper:#fff;--a:#2f6f9f;--b:#b3541e;--c:#3f8350;--d:#8a5aa8}"
        "@media (prefers-color-scheme:dark){svg{--ink:#e6e6e6;--soft:#a0a0a0;--grid:#3a3a3a;--paper:#16181c;"
        "--a:#7db8e0;--b:#eda06a;--c:#86cf96;--d:#c9a3e0}}"
        "text{font:11px system-ui,sans-serif;fill:var(--ink)}.title{font-weight:600}.soft{fill:var(--soft)}"
        ".end{text-anchor:end}.middle{text-anchor:middle}.grid{stroke:var(--grid)}.paper{fill:var(--paper)}"
        "polyline{fill:none;stroke-width:2}"
        ".a{stroke:var(--a)}.b{stroke:var(--b)}.c{stroke:var(--c)}.d{stroke:var(--d)}circle{fill:var(--paper);"
        "stroke-width:2}</style>\n<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n";
    out += format("<text class=\"soft\" x=\"%.0f\" y=\"18\">", kLeft) +
           escaped(one_line(edge::printable(ladder_.agent), 80)) + format(", %d turns a call</text>\n", ladder_.turns);
    return out + body_ + "</svg>\n";
  }

 private:
  template <class Value>
  Line line(const char* name, const char* kind, Value value) const {
    Line out{name, kind, {}};
    for (const Rung& rung : ladder_.rungs)
      if (const auto v = value(rung); v && std::isfinite(*v)) out.points.emplace_back(rung.load.result.calls, *v);
    return out;
  }

  double x(double calls) const { return kLeft + kWidth * calls / std::max(1, most_calls_); }

  void panel(const char* name, const std::vector<Line>& lines) {
    double most = 0;
    bool any = false;
    for (const Line& l : lines)
      for (const auto& [calls, value] : l.points) most = std::max(most, value), any = true;
    if (!any) return;
    const double step = step_for(most), bottom = top_ + kHeight;
    const auto y = [&](double value) { return bottom - kHeight * value / (step * kSteps); };
    body_ += format("<text class=\"title\" x=\"%.0f\" y=\"%.0f\">%s</text>\n", kLeft, top_ - 8, name);
    for (int i = 0; i <= kSteps; ++i) {
      body_ += format("<line class=\"grid\" x1=\"%.0f\" x2=\"%.0f\" y1=\"%.1f\" y2=\"%.1f\"/>", kLeft, kLeft + kWidth,
                      y(i * step), y(i * step));
      body_ +=
          format("<text class=\"soft end\" x=\"%.0f\" y=\"%.1f\">%g</text>\n", kLeft - 6, y(i * step) + 4, i * step);
    }
    double free = 0;
    for (const Rung& rung : ladder_.rungs) {
      const double at = x(rung.load.result.calls);
      if (at < free) continue;  // its number would lie on the one before
      body_ += format("<text class=\"soft middle\" x=\"%.1f\" y=\"%.0f\">%d</text>\n", at, bottom + 16,
                      rung.load.result.calls);
      free = at + 28;
    }
    body_ +=
        format("<text class=\"soft end\" x=\"%.0f\" y=\"%.0f\">calls at once</text>\n", kLeft + kWidth, bottom + 32);
    for (const Line& l : lines) curve(l, y);
    top_ = bottom + kBetween;
  }

  template <class Y>
  void curve(const Line& l, Y y) {
    if (l.points.empty()) return;
    body_ += format("<polyline class=\"%s\" points=\"", l.kind);
    for (const auto& [calls, value] : l.points) body_ += format("%.1f,%.1f ", x(calls), y(value));
    body_ += "\"/>\n";
    for (const auto& [calls, value] : l.points)
      body_ += format("<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"3\"><title>%g calls: %.4g</title></circle>\n",
                      l.kind, x(calls), y(value), calls, value);
    const auto& [calls, value] = l.points.back();
    if (*l.name)
      body_ += format("<text class=\"end\" x=\"%.1f\" y=\"%.1f\">%s</text>\n", x(calls) - 4, y(value) - 8, l.name);
  }

  const Ladder& ladder_;
  int most_calls_ = 1;
  double top_ = kTop;
  std::string body_;
};

}  // namespace

std::string drawn(const Ladder& ladder) {
  return Chart(ladder).draw();
}

}  // namespace offhook::ladder
