#include "call/flow_picture.hpp"

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <map>
#include <utility>
#include <vector>

#include "base/utf8.hpp"
#include "base/xml.hpp"
#include "call/flow_graph.hpp"

namespace offhook::call {
namespace {

constexpr double kWidth = 270, kGap = 56, kRowGap = 74, kMargin = 40, kLine = 15, kTop = 64;
constexpr double kLane = 26;            // between two ways that run outside
constexpr std::size_t kLetters = 41;    // of a line in a box
constexpr std::size_t kMostLabel = 38;  // … beside an arrow

std::string shortened(std::string_view text, std::size_t characters) {
  std::string cut = one_line(text, characters);
  if (cut.size() < text.size()) cut += "…";
  return cut;
}

std::string joined(const std::vector<std::string>& texts, const char* between) {
  std::string out;
  for (const auto& text : texts) out += (out.empty() ? "" : between) + text;
  return out;
}

// What opens a way: "wish: book", "hears goodbye, bye", "when they ask", "book failed"; empty: nothing but what is
// known.
std::string reason(const FlowWay& way, const FlowNode* from) {
  std::vector<std::string> parts;
  for (const auto& condition : way.conditions)
    parts.push_back(condition.field + ": " + joined(condition.values, " or "));
  if (!way.hears.empty()) parts.push_back("hears “" + joined(way.hears, "”, “") + "”");
  if (!way.when.empty()) parts.push_back("when " + way.when);
  const std::string tool = !way.after.empty() ? way.after : from ? from->call : "";
  if (way.result != CallResult::any) parts.push_back(tool + (way.result == CallResult::ok ? " worked" : " failed"));
  return joined(parts, ", ");
}

// What happens at a node, a line each.
std::vector<std::string> lines_of(const FlowNode& node) {
  std::vector<std::string> out;
  if (!node.say.empty()) out.push_back("says “" + node.say + "”");
  for (const FlowSlot& slot : node.collect)
    out.push_back(slot.ask.empty() ? "finds out " + slot.field : slot.field + ": “" + slot.ask + "”");
  if (!node.task.empty())
    out.push_back("model: " + node.task);
  else if (node.talks)
    out.push_back("the model answers the rest");
  if (!node.call.empty()) out.push_back("calls " + node.call);
  if (node.end) out.push_back("the call ends");
  return out;
}

struct Arrow {
  std::size_t from = 0, to = 0;
  std::string label;
};

std::vector<Arrow> arrows_of(const Flow& flow) {
  std::vector<Arrow> out;
  const auto index = [&](const std::string& name) {
    return static_cast<std::size_t>(std::ranges::find(flow.nodes, name, &FlowNode::name) - flow.nodes.begin());
  };
  const auto add = [&](std::size_t from, const std::string& to, const std::string& label) {
    if (index(to) >= flow.nodes.size()) return;
    const auto same = std::ranges::find_if(out, [&](const Arrow& a) { return a.from == from && a.to == index(to); });
    if (same == out.end())
      out.push_back({from, index(to), label});
    else
      same->label += (same->label.empty() || label.empty() ? "" : "; ") + label;
  };
  for (std::size_t i = 0; i < flow.nodes.size(); ++i) {
    for (const FlowWay& way : flow.nodes[i].next) add(i, way.to, reason(way, &flow.nodes[i]));
    if (!flow.nodes[i].unclear.empty()) add(i, flow.nodes[i].unclear, "not understood");
  }
  return out;
}

// How far each node is from the first; those that only `anywhere` leads to stand in the last row.
std::vector<std::size_t> rows_of(const Flow& flow, const std::vector<Arrow>& arrows) {
  std::vector<std::size_t> row(flow.nodes.size(), flow.nodes.size());
  row[0] = 0;
  for (bool more = true; std::exchange(more, false);)
    for (const Arrow& a : arrows)
      if (row[a.from] < flow.nodes.size() && row[a.from] + 1 < row[a.to]) {
        row[a.to] = row[a.from] + 1;
        more = true;
      }
  std::size_t last = 0;
  for (const std::size_t r : row)
    if (r < flow.nodes.size()) last = std::max(last, r);
  for (std::size_t& r : row)
    if (r >= flow.nodes.size()) r = last + 1;
  return row;
}

class Picture {
 public:
  Picture(const Flow& flow, const std::string& title)
      : flow_(flow), arrows_(arrows_of(flow)), rows_(rows_of(flow, arrows_)) {
    place();
    // From left to right, so that those of one box do not cross.
    std::ranges::stable_sort(arrows_, {}, [&](const Arrow& a) { return boxes_[a.to].x; });
    for (const Arrow& a : arrows_) arrow(a);
    for (std::size_t i = 0; i < flow.nodes.size(); ++i) box(i);
    const double height = bottom_ + kMargin, width = right_ + kLane * (lanes_ + 1) + 190;
    add("</svg>\n");
    std::string head;
    out_.swap(head);
    add("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\" "
        "font-family=\"system-ui, sans-serif\" font-size=\"11.5\">\n",
        width, height, width, height);
    out_ +=
        "<style>.box{fill:#fff;stroke:#5b8db8;stroke-width:1.3}.end{fill:#eef2f5;stroke:#888}.name{font-weight:700;"
        "font-size:13px}.small{fill:#444}.way{fill:none;stroke:#777;stroke-width:1.2}.label{fill:#333;font-size:10.5px;"
        "paint-order:stroke;stroke:#fff;stroke-width:4px}</style>\n"
        "<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" "
        "orient=\"auto\"><path d=\"M0,0L8,4L0,8z\" fill=\"#777\"/></marker></defs>\n"
        "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n";
    text(kMargin, 26, "name", title);
    std::string anywhere;
    for (const FlowWay& way : flow.anywhere)
      anywhere += (anywhere.empty() ? "from anywhere: " : "; ") + reason(way, nullptr) + " → " + way.to;
    if (!anywhere.empty()) text(kMargin, 44, "small", shortened(anywhere, 150));
    out_ += head;
  }
  std::string take() && { return std::move(out_); }

 private:
  struct Box {
    double x = 0, y = 0, height = 0;
  };

  void add(const char* format, ...) __attribute__((format(printf, 2, 3))) {
    char line[512];
    va_list arguments;
    va_start(arguments, format);
    std::vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    out_ += line;
  }
  void text(double x, double y, const char* kind, const std::string& words, const char* more = "") {
    add("<text class=\"%s\" x=\"%.1f\" y=\"%.1f\"%s>", kind, x, y, more);
    out_ += xml_escaped(words) + "</text>\n";
  }

  void place() {
    boxes_.resize(flow_.nodes.size());
    const std::size_t last = *std::ranges::max_element(rows_);
    std::vector<std::size_t> counts(last + 1);
    for (const std::size_t row : rows_) ++counts[row];
    const std::size_t widest = *std::ranges::max_element(counts);
    const double full = static_cast<double>(widest) * (kWidth + kGap) - kGap;
    double y = kTop;
    for (std::size_t row = 0; row <= last; ++row) {
      const double used = static_cast<double>(counts[row]) * (kWidth + kGap) - kGap;
      double x = kMargin + (full - used) / 2, height = 0;
      for (std::size_t i = 0; i < boxes_.size(); ++i) {
        if (rows_[i] != row) continue;
        boxes_[i] = {x, y, 30 + kLine * static_cast<double>(lines_of(flow_.nodes[i]).size())};
        x += kWidth + kGap;
        height = std::max(height, boxes_[i].height);
      }
      y += height + kRowGap;
    }
    bottom_ = y - kRowGap;
    right_ = kMargin + full;
  }

  void box(std::size_t i) {
    const Box& b = boxes_[i];
    const FlowNode& node = flow_.nodes[i];
    add("<g><title>%s</title><rect class=\"box%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.0f\" height=\"%.1f\" rx=\"7\"/>\n",
        xml_escaped(node.name).c_str(), node.end ? " end" : "", b.x, b.y, kWidth, b.height);
    text(b.x + 12, b.y + 20, "name", node.name);
    double y = b.y + 20;
    for (const std::string& line : lines_of(node)) text(b.x + 12, y += kLine, "small", shortened(line, kLetters));
    out_ += "</g>\n";
  }

  void arrow(const Arrow& a) {
    const Box &from = boxes_[a.from], &to = boxes_[a.to];
    const std::string label = shortened(a.label, kMostLabel);
    if (rows_[a.to] == rows_[a.from] + 1) {
      // Several that leave one box, or come to it, do so side by side.
      const double x1 = from.x + kWidth * share(out_of_[a.from]++, count(a.from, true));
      const double x2 = to.x + kWidth * share(into_[a.to]++, count(a.to, false));
      const double y1 = from.y + from.height, y2 = to.y - 2, middle = (y1 + y2) / 2;
      add("<path class=\"way\" marker-end=\"url(#tip)\" d=\"M%.1f,%.1fC%.1f,%.1f %.1f,%.1f %.1f,%.1f\"/>\n", x1, y1, x1,
          middle, x2, middle, x2, y2);
      if (!label.empty())
        text((x1 + x2) / 2, middle + 4 + 13 * static_cast<double>(labels_[rows_[a.from]]++ % 3 - 1), "label", label,
             " text-anchor=\"middle\"");
      return;
    }
    // Outside, each in a lane of its own, so that no two lie over each other.
    const double lane = right_ + kLane * static_cast<double>(++lanes_);
    const double y1 = from.y + from.height - 8, y2 = to.y + 12 + 5 * static_cast<double>(from_outside_[a.to]++ % 4);
    add("<path class=\"way\" marker-end=\"url(#tip)\" d=\"M%.1f,%.1fC%.1f,%.1f %.1f,%.1f %.1f,%.1fL%.1f,%.1fC%.1f,%.1f "
        "%.1f,%.1f "
        "%.1f,%.1f\"/>\n",
        from.x + kWidth, y1, lane - 8, y1, lane, y1, lane, y1 + (y2 > y1 ? 14 : -14), lane, y2 + (y2 > y1 ? -14 : 14),
        lane, y2, lane - 8, y2, to.x + kWidth + 2, y2);
    if (!label.empty()) text(lane + 5, (y1 + y2) / 2 + 13 * static_cast<double>(lanes_ % 5), "label", label);
  }

  std::size_t count(std::size_t node, bool leaving) const {
    return static_cast<std::size_t>(std::ranges::count_if(arrows_, [&](const Arrow& a) {
      return (leaving ? a.from : a.to) == node && rows_[a.to] == rows_[a.from] + 1;
    }));
  }
  static double share(std::size_t nth, std::size_t of) {
    return static_cast<double>(nth + 1) / static_cast<double>(of + 1);
  }

  const Flow& flow_;
  std::vector<Arrow> arrows_;
  const std::vector<std::size_t> rows_;
  std::vector<Box> boxes_;
  std::map<std::size_t, std::size_t> out_of_, into_, from_outside_;
  std::map<std::size_t, int> labels_;
  std::string out_;
  double bottom_ = 0, right_ = 0;
  int lanes_ = 0;
};

}  // namespace

std::string drawn(const Flow& flow, const std::string& title) {
  return flow.exists() ? Picture(flow, title).take() : std::string();
}

std::string told_as_text(const Flow& flow) {
  std::string out;
  for (std::size_t i = 0; i < flow.nodes.size(); ++i) {
    const FlowNode& node = flow.nodes[i];
    out += node.name + "\n";
    for (const std::string& line : lines_of(node)) out += "    " + shortened(line, 110) + "\n";
    for (const Arrow& arrow : arrows_of(flow))
      if (arrow.from == i)
        out += "  → " + flow.nodes[arrow.to].name + (arrow.label.empty() ? "" : "   " + shortened(arrow.label, 100)) +
               "\n";
  }
  for (const FlowWay& way : flow.anywhere) out += "from anywhere\n  → " + way.to + "   " + reason(way, nullptr) + "\n";
  return out;
}

}  // namespace offhook::call
