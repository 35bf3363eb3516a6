#include "telemetry/metrics.hpp"

#include <algorithm>
#include <cstdio>

#include "telemetry/costs.hpp"

namespace offhook::telemetry {
namespace {

std::string number(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}

std::string braces(std::string_view labels, std::string_view more = {}) {
  if (labels.empty() && more.empty()) return "";
  std::string out = "{";
  out += labels;
  if (!labels.empty() && !more.empty()) out += ',';
  out += more;
  return out + "}";
}

}  // namespace

void Histogram::observe(Duration d) {
  const auto it = std::ranges::lower_bound(bounds_, d);
  auto& bucket = buckets_[static_cast<std::size_t>(it - bounds_.begin())];
  bucket.store(bucket.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  sum_us_.store(sum_us_.load(std::memory_order_relaxed) + d.count(), std::memory_order_relaxed);
}

std::uint64_t Histogram::count() const {
  std::uint64_t n = 0;
  for (const auto& b : buckets_) n += b.load(std::memory_order_relaxed);
  return n;
}

std::string label(std::string_view name, std::string_view value) {
  std::string out = std::string(name) + "=\"";
  for (const char c : value) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n')
      out += "\\n";
    else
      out += c;
  }
  return out + '"';
}

void Scrape::head(std::string_view name, std::string_view help, std::string_view type) {
  if (last_ == name) return;  // one head for all label sets of a name
  last_ = name;
  text_ += "# HELP ";
  text_ += name;
  text_ += ' ';
  text_ += help;
  text_ += "\n# TYPE ";
  text_ += name;
  text_ += ' ';
  text_ += type;
  text_ += '\n';
}

void Scrape::counter(std::string_view name, std::string_view help, std::int64_t value, std::string_view labels) {
  head(name, help, "counter");
  text_ += std::string(name) + braces(labels) + ' ' + std::to_string(value) + '\n';
}

void Scrape::millionths(std::string_view name, std::string_view help, std::int64_t value, std::string_view labels) {
  head(name, help, "counter");
  text_ += std::string(name) + braces(labels) + ' ' + decimal(value) + '\n';
}

void Scrape::gauge(std::string_view name, std::string_view help, double value, std::string_view labels) {
  head(name, help, "gauge");
  text_ += std::string(name) + braces(labels) + ' ' + number(value) + '\n';
}

void Scrape::histogram(std::string_view name, std::string_view help, const std::vector<const Histogram*>& parts,
                       std::string_view labels) {
  head(name, help, "histogram");
  std::uint64_t so_far = 0;
  double sum = 0;
  for (const auto* h : parts) sum += static_cast<double>(h->sum_us_.load(std::memory_order_relaxed)) / 1e6;
  const Histogram::Bounds& bounds = parts.empty() ? Histogram::kConversation : parts.front()->bounds_;
  for (std::size_t i = 0; i <= bounds.size(); ++i) {
    for (const auto* h : parts) so_far += h->buckets_[i].load(std::memory_order_relaxed);
    const std::string le = i < bounds.size() ? number(static_cast<double>(bounds[i].count()) / 1e6) : "+Inf";
    text_ += std::string(name) + "_bucket" + braces(labels, "le=\"" + le + "\"") + ' ' + std::to_string(so_far) + '\n';
  }
  text_ += std::string(name) + "_sum" + braces(labels) + ' ' + number(sum) + '\n';
  text_ += std::string(name) + "_count" + braces(labels) + ' ' + std::to_string(so_far) + '\n';
}

void scrape_calls(Scrape& s, const std::vector<const CallMetrics*>& loops) {
  auto sum = [&](Counter CallMetrics::* which) {
    std::int64_t n = 0;
    for (const auto* m : loops) n += (m->*which).value();
    return n;
  };
  auto all = [&](Histogram CallMetrics::* which) {
    std::vector<const Histogram*> parts;
    for (const auto* m : loops) parts.push_back(&(m->*which));
    return parts;
  };
  using M = CallMetrics;
  s.gauge("offhook_calls_active", "Calls in progress.",
          static_cast<double>(sum(&M::calls_started) - sum(&M::calls_ended)));
  s.counter("offhook_calls_total", "Calls taken.", sum(&M::calls_started));
  s.counter("offhook_turns_total", "Turns of callers that were answered.", sum(&M::turns));
  s.counter("offhook_interruptions_total", "Replies that the caller interrupted.", sum(&M::interruptions));
  s.counter("offhook_holds_total", "Replies held while an overlap was judged.", sum(&M::holds));
  s.counter("offhook_hitches_total", "Holds that were resumed.", sum(&M::resumes));
  s.counter("offhook_speculations_total", "Replies asked before the turn was decided.", sum(&M::speculations));
  s.counter("offhook_speculations_wasted_total", "Of these, replies that were not used.", sum(&M::speculations_wasted));
  s.counter("offhook_scores_total", "Questions to the models that judge whether a turn is over.", sum(&M::turn_scores),
            "model=\"turn\"");
  s.counter("offhook_scores_total", "", sum(&M::word_scores), "model=\"words\"");
  s.counter("offhook_tool_calls_total", "Tools that were called.", sum(&M::tool_calls));
  s.counter("offhook_tool_cancels_total", "Of these, tools that were cancelled.", sum(&M::tool_cancels));
  s.counter("offhook_underruns_total", "Breaks in heard sound longer than 5 ms.", sum(&M::underruns));
  s.counter("offhook_failures_total", "Failures by service.", sum(&M::mind_failures), "service=\"mind\"");
  s.counter("offhook_failures_total", "", sum(&M::voice_failures), "service=\"voice\"");
  s.counter("offhook_failures_total", "", sum(&M::tool_failures), "service=\"tool\"");
  s.counter("offhook_failures_total", "", sum(&M::transcript_failures), "service=\"transcript\"");
  s.counter("offhook_failures_total", "", sum(&M::event_logs_failed), "service=\"event_log\"");
  s.counter("offhook_failures_total", "", sum(&M::recordings_failed), "service=\"recording\"");
  s.counter("offhook_callers_vanished_total", "Calls closed because no sound came any more.", sum(&M::vanished));
  s.histogram("offhook_v2v_seconds", "Voice to voice: the caller's last audible sample to the reply's first.",
              all(&M::v2v));
  s.histogram("offhook_meant_seconds", "Where a filler came first: to the first sample of the answer itself.",
              all(&M::meant));
  const std::pair<const char*, Histogram M::*> stages[] = {
      {"hear", &M::hear},     {"transcribe", &M::transcribe}, {"decide", &M::decide}, {"think", &M::think},
      {"clause", &M::clause}, {"voice", &M::voice},           {"wait", &M::wait},     {"send", &M::send}};
  for (const auto& [name, which] : stages)
    s.histogram("offhook_stage_seconds", "The parts that add up to v2v.", all(which),
                std::string("stage=\"") + name + '"');
  s.histogram("offhook_greeting_seconds", "From answer to the greeting's first audible sample.", all(&M::greeting));
  s.histogram("offhook_hold_seconds", "How long holds lasted that were resumed.", all(&M::hold));
  s.histogram("offhook_beat_lateness_seconds", "How late each beat of the media clock came.", all(&M::beat));
}

}  // namespace offhook::telemetry
