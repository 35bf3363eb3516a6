// A program run beside us: in a process group of its own (a terminal's Ctrl-C does not reach it), at low priority, with
// none of our descriptors, and never outliving us. Start it from a thread that lives as long as it shall: the kernel
// kills it when that thread ends (prctl(2), PR_SET_PDEATHSIG).
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/descriptor.hpp"
#include "base/result.hpp"

namespace offhook::net {

class ChildProcess {
 public:
  struct Options {
    std::vector<std::string> command = {};  // path and arguments; no shell, no PATH search
    std::string output = {};                // file that its output is appended to; empty: dropped
    bool piped = false;                     // instead, its input, output and errors are pipes()
    int nice = 10;
    std::string without_environment = {};  // variables whose names begin so are not handed on; empty: all are
    // Its whole environment, instead of ours.
    std::optional<std::vector<std::pair<std::string, std::string>>> environment = {};
  };
  // Our ends, none of which blocks. `input` is a socket: writing where nobody reads is an error, never a signal.
  struct Pipes {
    Descriptor input, output, errors;
  };

  // Takes about a millisecond: our memory is lent to the child until it has become the program, not copied.
  static Result<ChildProcess> spawn(const Options& options);
  ChildProcess(ChildProcess&& other) noexcept
      : pid_(std::exchange(other.pid_, -1)), exit_(std::move(other.exit_)), pipes_(std::move(other.pipes_)) {}
  ChildProcess& operator=(ChildProcess&&) = delete;
  ~ChildProcess();  // kills what still runs and reaps it

  pid_t pid() const { return pid_; }
  Pipes& pipes() { return pipes_; }  // whoever reads and writes takes them
  // "exited with status 1", "killed by signal 9" once it has ended; it is reaped then. Never waits.
  std::optional<std::string> ended();
  void signal(int number);  // to it and whatever it started; nothing once it has ended

 private:
  explicit ChildProcess(pid_t pid) : pid_(pid) {}

  pid_t pid_;
  std::optional<std::string> exit_;
  Pipes pipes_;
};

// As a shell finds it: a name with a slash is the path itself, others are looked for in the folders of `path` ("a:b").
// Empty: there is none that can be run.
std::string find_program(const std::string& name, std::string_view path);

}  // namespace offhook::net
