// Counters and histograms for /metrics. Each loop has a set of its own, written by its thread alone without locks; the
// scrape adds them up. Prometheus text format 0.0.4.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
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

// Durations in buckets that fit a conversation: 1 ms to 10 s.
class Histogram {
 public:
  static constexpr std::array<std::int64_t, 19> kBoundsMs{1,   2,   5,   10,  20,   50,   100,  150,  200,  300,
                                                          400, 500, 600, 800, 1000, 1500, 2500, 5000, 10000};
  void observe(Duration d);
  std::uint64_t count() const;

 private:
  friend class Scrape;
  std::array<std::atomic<std::uint64_t>, kBoundsMs.size() + 1> buckets_{};
  std::atomic<std::int64_t> sum_us_{0};
};

// What one loop's calls count.
struct CallMetrics {
  Counter calls_started, calls_ended;
  Counter turns, interruptions, holds, resumes, speculations, speculations_wasted, underruns;
  Counter mind_failures, voice_failures, transcript_failures, vanished, event_logs_failed, recordings_failed;
  Histogram v2v, meant, hear, transcribe, decide, think, clause, voice, wait, send, greeting, hold;
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
  // The sum of several loops' histograms of one name; `labels` without braces: stage="think".
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
