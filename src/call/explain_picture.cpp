#include "call/explain_picture.hpp"

#include <algorithm>
#include <cmath>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "base/utf8.hpp"
#include "base/xml.hpp"

namespace offhook::call {
namespace {

constexpr double kLeft = 96, kRight = 24, kPerSecond = 100, kMostPerSecond = 240, kComfortable = 1400;
constexpr double kLetter = 5.6;  // of the small print
constexpr int kRows = 6;         // of texts that would overlap
constexpr double kRow = 14;

// Parts of the waterfall and states of the talk share their colours with what they are about.
struct Colour {
  const char *name, *fill;
};
constexpr Colour kParts[] = {{"hear", "#5b8db8"},  {"transcribe", "#8cc0d9"}, {"decide", "#e0a33e"},
                             {"think", "#9b6fb5"}, {"clause", "#c3a3d6"},     {"voice", "#5aa469"},
                             {"wait", "#c9c9c9"},  {"send", "#d9705f"}};
constexpr Colour kStates[] = {{"listening", "#eef2f5"},
                              {"deciding", "#f0cf8e"},
                              {"thinking", "#cdb3de"},
                              {"speaking", "#a5d3ae"},
                              {"held", "#e58b7b"}};
enum State { kListening, kDeciding, kThinking, kSpeaking, kHeld };

const char* colour_of(std::string_view part) {
  for (const auto& p : kParts)
    if (part == p.name) return p.fill;
  return "#888888";
}

std::string shortened(std::string_view text, std::size_t characters) {
  std::string cut = one_line(text, characters);
  if (cut.size() < text.size()) cut += "…";
  return cut;
}

class Picture {
 public:
  Picture(const Story& story, const audio::Wav* recording, int turn) : s_(story), wav_(recording), turn_(turn) {
    from_ = Duration::zero(), to_ = std::max<Duration>(story.length, 1s);
    if (turn_ > 0) {
      const auto& t = s_.turns[static_cast<std::size_t>(turn_) - 1];
      Duration until = std::max(t.until, t.audible);
      for (const auto& [generation, r] : s_.replies)
        if (r.asked >= t.began && r.asked <= t.until) until = std::max(until, r.over);
      from_ = std::max<Duration>(Duration::zero(), t.began - 1s);
      to_ = std::min(to_, until + 1s);
    }
    const double span = std::max(0.1, to_ms(to_ - from_) / 1000);
    scale_ = std::min(std::clamp(kComfortable / span, kPerSecond, kMostPerSecond), kMostPixels / span);
    width_ = span * scale_;
  }

  std::string draw() {
    y_ = 58;
    const double top = y_;
    axis_labels();
    y_ += 6;
    if (wav_) {
      waveform("caller", 0, "#41719c");
    } else {
      levels();
    }
    speech();
    echo();
    scores();
    words();
    states();
    mind();
    clauses();
    playout();
    if (wav_ && wav_->channels == 2) waveform("agent", 1, "#3f8350");
    decisions();
    waterfalls();
    const double bottom = y_;
    axis_labels();
    return assembled(top, bottom);
  }

 private:
  // ---- to pixels

  double x(Duration t) const { return kLeft + to_ms(t - from_) / 1000 * scale_; }
  bool seen(Duration from, Duration to) const { return to >= from_ && from <= to_; }

  [[gnu::format(printf, 2, 3)]] void put(const char* format, ...) {
    char text[512];
    va_list args;
    va_start(args, format);
    std::vsnprintf(text, sizeof text, format, args);
    va_end(args);
    body_ += text;
  }

  void lane(const char* name, double height) {
    put("<g class=\"lane\" id=\"%s\"><text class=\"name\" x=\"8\" y=\"%.1f\">%s</text>", name, y_ + 12, name);
    put("<line class=\"rule\" x1=\"0\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>\n", kLeft + width_ + kRight, y_ - 4,
        y_ - 4);
    height_ = height;
  }
  void end_lane() {
    body_ += "</g>\n";
    y_ += height_ + 10;
  }

  void rect(Duration from, Duration to, double y, double height, const char* fill, std::string_view title) {
    if (!seen(from, to)) return;
    const double left = x(std::max(from, from_)), right = x(std::min(to, to_));
    put("<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\">", left, y, std::max(1.0, right - left),
        height, fill);
    body_ += "<title>" + xml_escaped(title) + "</title></rect>\n";
  }

  void text(double at, double y, const char* kind, std::string_view words, std::string_view title = {}) {
    put("<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">", kind, at, y);
    body_ += xml_escaped(words);
    if (!title.empty()) body_ += "<title>" + xml_escaped(title) + "</title>";
    body_ += "</text>\n";
  }

  static std::string at(Duration t, std::string_view what) {
    char time[32];
    std::snprintf(time, sizeof time, "%.3f s  ", to_ms(t) / 1000);
    return time + std::string(what);
  }

  // Texts side by side, in as many rows as they need; -1: there are too many.
  class Rows {
   public:
    int take(double from, double to) {
      for (int i = 0; i < kRows; ++i) {
        if (until_[i] > from) continue;
        until_[i] = to + 6;
        used_ = std::max(used_, i + 1);
        return i;
      }
      return -1;
    }
    int used() const { return std::max(1, used_); }

   private:
    double until_[kRows] = {-1e9, -1e9, -1e9, -1e9, -1e9, -1e9};
    int used_ = 0;
  };

  // A mark where it happened and its words behind it, where there is room.
  void label(Rows& rows, Duration t, const char* kind, std::string_view words, std::string_view title,
             std::size_t most = 60) {
    if (!seen(t, t)) return;
    const std::string cut = shortened(words, most);
    const double left = x(t);
    const int row = rows.take(left, left + 8 + kLetter * static_cast<double>(code_points(cut)));
    const double y = y_ + kRow * std::max(0, row);
    put("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"2.5\" class=\"%s\">", left, y + 7, kind);
    body_ += "<title>" + xml_escaped(title) + "</title></circle>\n";
    if (row >= 0) text(left + 5, y + 11, kind, cut, title);
  }

  // ---- sound

  void waveform(const char* name, int channel, const char* colour) {
    lane(name, 56);
    const double middle = y_ + 28;
    const auto step = static_cast<std::size_t>(wav_->channels);
    const double per_pixel = wav_->rate / scale_, first = to_ms(from_) / 1000 * wav_->rate;
    put("<path stroke=\"%s\" d=\"", colour);
    for (int pixel = 0; pixel < static_cast<int>(width_); ++pixel) {
      const double begin = first + pixel * per_pixel;
      if (begin >= static_cast<double>(wav_->frames())) break;
      const auto end = std::min(wav_->frames(), static_cast<std::size_t>(begin + per_pixel) + 1);
      int peak = 0;
      for (auto i = static_cast<std::size_t>(begin); i < end; ++i)
        peak = std::max(peak, std::abs(static_cast<int>(wav_->samples[i * step + static_cast<std::size_t>(channel)])));
      const double high = 27 * std::pow(peak / 32768.0, 0.6);  // so that soft speech is seen
      if (high >= 0.5) put("M%.0f %.1fv%.1f", kLeft + pixel, middle - high, 2 * high);
    }
    body_ += "\"/>\n";
    end_lane();
  }

  void levels() {
    lane("caller", 56);
    body_ += "<path stroke=\"#41719c\" d=\"";
    for (const auto& w : s_.windows)
      if (const double high = 27 * std::max(0, 70 - w.level) / 70.0; seen(w.at, w.at) && high >= 0.5)
        put("M%.1f %.1fv%.1f", x(w.at), y_ + 28 - high, 2 * high);
    body_ += "\"/>\n";
    end_lane();
  }

  void curve(const char* colour, double height, int Story::Window::* value) {
    put("<polyline class=\"curve\" stroke=\"%s\" points=\"", colour);
    for (const auto& w : s_.windows)
      if (seen(w.at, w.at)) put("%.1f,%.1f ", x(w.at), y_ + height * (1 - w.*value / 255.0));
    body_ += "\"/>\n";
  }

  void threshold(int value, double below, const char* what) {
    const double y = y_ + height_ * (1 - std::clamp(value, 0, 255) / 255.0);
    put("<line class=\"threshold\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>", kLeft, kLeft + width_, y, y);
    text(kLeft - 4, y + below, "small end", what);
  }

  void speech() {
    lane("speech", 48);
    threshold(s_.head.settings.speech_start, 0, "start");
    threshold(s_.head.settings.speech_keep, 8, "keep");
    curve("#41719c", height_, &Story::Window::speech);
    end_lane();
  }

  void echo() {
    lane("echo", 20);
    curve("#8a6d3b", height_, &Story::Window::echo);
    end_lane();
  }

  // ---- the turn

  void scores() {
    lane("turn-p", 40);
    double free = 0;
    for (const auto& [number, u] : s_.utterances)
      for (const auto& score : u.scores) {
        if (!seen(score.at, score.at)) continue;
        const double p = std::max(0, score.permille) / 1000.0, y = y_ + height_ * (1 - p);
        char said[48];
        std::snprintf(said, sizeof said, score.permille < 0 ? "failed" : "%.2f", p);
        put("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\" fill=\"#e0a33e\">", x(score.at), y);
        body_ += "<title>" + xml_escaped(at(score.at, std::string("the turn is over with p=") + said)) +
                 "</title></circle>\n";
        if (x(score.at) >= free) text(x(score.at) + 6, y + 4, "small", said);
        free = x(score.at) + 32;
      }
    end_lane();
  }

  void words() {
    lane("words", 0);
    Rows rows;
    for (const auto& [number, u] : s_.utterances)
      for (const auto& w : u.words)
        label(rows, w.at, w.partial ? "partial" : "words", w.text.empty() ? "(none)" : w.text,
              at(w.at, (w.partial ? "so far: " : "transcript: ") + w.text));
    for (std::size_t i = 0; i < s_.turns.size(); ++i)
      label(rows, s_.turns[i].taken, "taken", std::to_string(i + 1) + ": " + s_.turns[i].words,
            at(s_.turns[i].taken, "taken: " + s_.turns[i].why));
    height_ = rows.used() * kRow;
    end_lane();
  }

  void state(Duration from, Duration to, State state) {
    if (from != Story::kNever && to > from)
      rect(from, to, y_, height_, kStates[state].fill, at(from, kStates[state].name));
  }

  void states() {
    lane("state", 18);
    state(Duration::zero(), s_.length, kListening);
    for (const auto& [number, u] : s_.utterances)
      for (const auto& pause : u.pauses)
        state(pause.noticed, pause.until == Story::kNever ? u.over : pause.until, kDeciding);
    for (const auto& [generation, r] : s_.replies)
      if (r.released != Story::kNever) state(r.released, r.audible == Story::kNever ? r.over : r.audible, kThinking);
    for (const auto& [generation, r] : s_.replies) {
      state(r.audible, r.over, kSpeaking);
      for (const auto& hold : r.holds) state(hold.from, hold.until, kHeld);
    }
    end_lane();
  }

  void mind() {
    lane("mind", 18);
    for (const auto& [generation, r] : s_.replies) {
      if (r.asked == Story::kNever) continue;
      const Duration done = r.done == Story::kNever ? r.over : r.done;
      const Duration first = r.first_token == Story::kNever ? done : r.first_token;
      const std::string which = " (reply " + std::to_string(generation) + ")";
      rect(r.asked, first, y_, height_, "#dccbe8", at(r.asked, "asked, first word at " + at(first, which)));
      rect(first, std::max(first, done), y_, height_, "#9b6fb5", at(first, "answers" + which));
      if (r.speculative)
        rect(r.asked, r.released == Story::kNever ? r.over : std::min(r.released, std::max(first, done)), y_, height_,
             "url(#early)", at(r.asked, "before the turn was decided" + which));
      if (r.released == Story::kNever && seen(r.over, r.over)) text(x(r.over) + 2, y_ + 13, "small", "✗", "withdrawn");
    }
    end_lane();
  }

  // ---- the mouth

  void clauses() {
    lane("clauses", 0);
    Rows rows;
    for (const auto& [generation, r] : s_.replies)
      for (const auto& c : r.clauses) {
        const Duration to = c.ready == Story::kNever ? std::max(c.ordered, r.over) : c.ready;
        if (!seen(c.ordered, to)) continue;
        const std::string cut = shortened(c.text, 48);
        const double left = x(std::max(c.ordered, from_)), letters = kLetter * static_cast<double>(code_points(cut));
        const int row = rows.take(left, std::max(x(std::min(to, to_)), left + 4 + letters));
        const double y = y_ + kRow * std::max(0, row);
        const std::string title = at(c.ordered, "ordered, ready at " + at(to, c.text));
        rect(c.ordered, to, y + 1, kRow - 3, c.failed ? "#e58b7b" : "#bfe0c6", title);
        if (row >= 0) text(left + 3, y + 10.5, "small", cut, title);
      }
    height_ = rows.used() * kRow;
    end_lane();
  }

  void playout() {
    lane("playout", 18);
    for (const auto& [generation, r] : s_.replies) {
      if (r.released == Story::kNever) continue;
      const std::string which = " (reply " + std::to_string(generation) + ")";
      rect(r.released, r.audible == Story::kNever ? r.over : r.audible, y_ + 6, 6, "#d5e8d9",
           at(r.released, "may be heard" + which));
      if (r.audible == Story::kNever) continue;
      rect(r.audible, r.over, y_, height_, "#5aa469", at(r.audible, "is heard" + which));
      for (const auto& hold : r.holds)
        rect(hold.from, hold.until, y_, height_, "#f0cf8e",
             at(hold.from, hold.resumed ? "held, then resumed" : "held"));
      if (r.cut) rect(r.over, r.over + Duration(1), y_ - 3, height_ + 6, "#b3261e", at(r.over, "cut" + which));
    }
    end_lane();
  }

  void decisions() {
    lane("decided", 0);
    Rows rows;
    for (const auto& m : s_.moments)
      if (!m.flag.empty()) label(rows, m.at, "flag", m.flag, at(m.at, std::string(name(m.who)) + " " + m.text), 44);
    height_ = rows.used() * kRow;
    end_lane();
  }

  // Under the silence that it explains.
  void waterfalls() {
    lane("waterfall", 20);
    for (const auto& turn : s_.turns) {
      if (turn.audible == Story::kNever) continue;
      Duration t = turn.audible - Duration(turn.v2v_us);
      for (const auto& part : turn.parts) {
        char ms[48];
        std::snprintf(ms, sizeof ms, "%s %.0f ms", part.name, static_cast<double>(part.us) / 1000);
        rect(t, t + Duration(part.us), y_, height_, colour_of(part.name), ms);
        t += Duration(part.us);
      }
      if (!seen(turn.audible, turn.audible)) continue;
      char ms[48];
      std::snprintf(ms, sizeof ms, "%.0f ms%s", static_cast<double>(turn.v2v_us) / 1000,
                    turn.adds_up ? "" : " (does not add up)");
      text(x(turn.audible) + 4, y_ + 14, "small", ms, turn.how);
    }
    end_lane();
  }

  // ---- around it

  double tick() const {
    for (const double step : {0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 600.0, 3600.0})
      if (step * scale_ >= 60) return step;
    return std::max(3600.0, width_ / scale_ / 100);
  }

  void axis_labels() {
    const double step = tick(), last = to_ms(to_) / 1000;
    for (double n = std::ceil(to_ms(from_) / 1000 / step), s = n * step; s <= last; s = ++n * step)
      put("<text class=\"small middle\" x=\"%.1f\" y=\"%.1f\">%.*f s</text>\n",
          kLeft + (s - to_ms(from_) / 1000) * scale_, y_, step < 1 ? 1 : 0, s);
    y_ += 12;
  }

  std::string assembled(double top, double bottom) {
    std::string body = std::exchange(body_, "");
    const double width = kLeft + width_ + kRight, height = y_ + 4;
    put("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\">\n", width,
        height, width, height);
    body_ +=
        "<style>text{font:11px system-ui,sans-serif;fill:#222}.title{font-size:14px;font-weight:600}"
        ".name{font-weight:600}.small{font-size:10px}.middle{text-anchor:middle}.end{text-anchor:end;fill:#888}"
        ".partial{fill:#777;font-style:italic}.words{fill:#222}.taken{fill:#1d5b2c;font-weight:600}.flag{fill:#8c3b1f}"
        ".rule,.grid{stroke:#e3e3e3}.threshold{stroke:#bbb;stroke-dasharray:3 3}.curve{fill:none}"
        "path{fill:none}</style>\n"
        "<defs><pattern id=\"early\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" "
        "patternTransform=\"rotate(45)\"><line x1=\"0\" x2=\"0\" y1=\"0\" y2=\"6\" stroke=\"#fff\" stroke-width=\"3\"/>"
        "</pattern></defs>\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n";
    text(8, 20, "title",
         "call " + s_.head.call + ", agent " + s_.head.agent + (turn_ > 0 ? ", turn " + std::to_string(turn_) : ""));
    legend();
    const double step = tick(), last = to_ms(to_) / 1000;
    for (double n = std::ceil(to_ms(from_) / 1000 / step), s = n * step; s <= last; s = ++n * step) {
      const double at = kLeft + (s - to_ms(from_) / 1000) * scale_;
      put("<line class=\"grid\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>\n", at, at, top + 4, bottom - 10);
    }
    return body_ + body + "</svg>\n";
  }

  void legend() {
    double at = 8;
    const auto entry = [&](const Colour& c) {
      put("<rect x=\"%.1f\" y=\"30\" width=\"10\" height=\"10\" fill=\"%s\"/>", at, c.fill);
      text(at + 14, 39, "small", c.name);
      at += 24 + kLetter * static_cast<double>(std::string_view(c.name).size());
    };
    for (const auto& c : kStates) entry(c);
    at += 24;
    for (const auto& c : kParts) entry(c);
  }

  const Story& s_;
  const audio::Wav* wav_;
  const int turn_;
  Duration from_{}, to_{};
  double scale_ = 0, width_ = 0;  // pixels a second, and of the axis
  double y_ = 0, height_ = 0;     // of the lane
  std::string body_;
};

}  // namespace

std::string drawn(const Story& story, const audio::Wav* recording, int turn) {
  return Picture(story, recording, turn).draw();
}

}  // namespace offhook::call
