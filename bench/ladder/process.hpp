// A program on a core of its own, ended on every way out.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "net/child_process.hpp"

namespace offhook::ladder {

// This thread and all that it starts afterwards.
Result<void> pin_to_core(int core);

class Process {
 public:
  static constexpr Duration kPatience = 5s;  // with one that was told to end

  // Call it from a thread that lives as long as the process shall; what it prints is appended to `log`.
  static Result<Process> start(std::vector<std::string> command, std::string log, int core,
                               Duration patience = kPatience);
  Process(Process&&) = default;
  ~Process();  // SIGTERM; after its patience SIGKILL

  int pid() const { return child_.pid(); }
  std::optional<std::string> ended() { return child_.ended(); }  // and how
  std::string last_words() const;                                // of its log, one line

 private:
  Process(net::ChildProcess child, std::string log, Duration patience)
      : child_(std::move(child)), log_(std::move(log)), patience_(patience) {}

  net::ChildProcess child_;
  std::string log_;
  Duration patience_;
};

}  // namespace offhook::ladder
