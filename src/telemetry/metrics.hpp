// Counters and histograms for /metrics. Each loop has a set of its own, written by its thread alone without locks; the
// scrape adds them up. Prometheus text format 0.0.4.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/clock.hpp"

namespace offhook::telemetry {

class Counter {
 public:
  void add(std::int64_t n = 1) { value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed); }
  std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

// Durations in buckets.
class Histogram {
 public:
  using Bounds = std::array<Duration, 19>;
  static constexpr Bounds kConversation{1ms,   2ms,   5ms,   10ms,  20ms,    50ms,    100ms,   150ms,   200ms,   300ms,
                                        400ms, 500ms, 600ms, 800ms, 1'000ms, 1'500ms, 2'500ms, 5'000ms, 10'000ms};
  // Of a beat of 20 ms: fine where a 99th percentile lies, between good and what callers would hear.
  static constexpr Bounds kBeat{100us, 250us, 500us, 750us, 1ms,  1500us, 2ms,  2500us, 3ms,  4ms,
                                5ms,   6ms,   8ms,   10ms,  13ms, 16ms,   20ms, 40ms,   100ms};

  explicit Histogram(const Bounds& bounds = kConversation) : bounds_(bounds) {}  // they outlive it
  explicit Histogram(const Bounds&&) = delete;
  void observe(Duration d);
  std::uint64_t count() const;

 private:
  friend class Scrape;
  const Bounds& bounds_;
  std::array<std::atomic<std::uint64_t>, std::tuple_size_v<Bounds> + 1> buckets_{};
  std::atomic<std::int64_t> sum_us_{0};
};

// What one loop's calls count, and its media clock.
struct CallMetrics {
  Counter calls_started, calls_ended;
  Counter turns, interruptions, holds, resumes, speculations, speculations_wasted, underruns;
  Counter turn_scores, word_scores;  // asked of the models that judge whether a turn is over
  Counter tool_calls, tool_cancels;
  Counter mind_failures, voice_failures, tool_failures, transcript_failures, vanished, event_logs_failed,
      recordings_failed;
  Histogram v2v, meant, hear, transcribe, decide, think, clause, voice, wait, send, greeting, hold;
  Histogram beat{Histogram::kBeat};  // how late each came
};

// name="value", the value as the format wants it: whatever it holds, it ends neither label nor line.
std::string label(std::string_view name, std::string_view value);

// Builds the text of a scrape.
class Scrape {
 public:
  void counter(std::string_view name, std::string_view help, std::int64_t value, std::string_view labels = {});
  // A counter that is kept in millionths of its unit (microseconds, money) and shown in whole ones.
  void millionths(std::string_view name, std::string_view help, std::int64_t value, std::string_view labels = {});
  void gauge(std::string_view name, std::string_view help, double value, std::string_view labels = {});
  // The sum of several loops' histograms of one name, all with the same bounds; `labels` without braces: stage="think".
  void histogram(std::string_view name, std::string_view help, const std::vector<const Histogram*>& parts,
                 std::string_view labels = {});
  std::string text() && { return std::move(text_); }

 private:
  void head(std::string_view name, std::string_view help, std::string_view type);
  std::string text_, last_;
};

// All call metrics of all loops.
void scrape_calls(Scrape& scrape, const std::vector<const CallMetrics*>& loops);

}  // namespace offhook::telemetry
