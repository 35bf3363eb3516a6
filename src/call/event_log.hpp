// A call's events and decisions, written as they happen: one file a call, readable by its owner only. Buffered; a call
// that ends has all of it on disk, a crash loses the last second.
#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "call/record.hpp"

namespace offhook::call {

class EventLog {
 public:
  // dir/2026-01-31/CALL.jsonl; folders are made as needed. `today`: "2026-01-31".
  static Result<std::unique_ptr<EventLog>> open(const std::string& dir, const std::string& today, const Head& head);
  ~EventLog();

  // `node`: of the agent's flow, where the call is; empty: it has none.
  void event(Duration t, const Event& event, std::string_view node = {});
  void action(Duration t, const Action& action);
  void flush();
  const std::string& path() const { return path_; }

 private:
  EventLog(std::FILE* file, std::string path, bool words) : file_(file), path_(std::move(path)), words_(words) {}
  void write_waiting_windows();
  void maybe_flush(Duration t);

  static constexpr std::size_t kMostWindows = 32;    // of 32 ms each on one line: about a second
  static constexpr std::size_t kBuffer = 64 * 1024;  // written at the latest at this size

  std::FILE* file_;
  std::string path_;
  bool words_;
  std::string buffer_;
  Duration flushed_at_{};
  bool failed_ = false;  // said once; the call goes on without
  std::vector<std::pair<Duration, event::Window>> windows_;
};

// The folder of a day's logs and recordings, dir/2026-01-31, made as needed, open to its owner only.
std::string folder_of_day(const std::string& dir, const std::string& today);

// Deletes the logs and recordings in `dir` whose day is more than `days` before `today`; returns how many files went.
int forget_old_logs(const std::string& dir, const std::string& today, int days);

}  // namespace offhook::call
