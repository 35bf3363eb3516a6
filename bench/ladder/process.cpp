#include "ladder/process.hpp"

#include <poll.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <utility>

#include "base/descriptor.hpp"
#include "base/utf8.hpp"

namespace offhook::ladder {
namespace {

std::string core_name(int core) {
  return "pinning to core " + std::to_string(core);
}

// Until the process has ended, `patience` at most.
void wait_for_end(pid_t pid, Duration patience) {
  const Descriptor process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!process) return;
  const SteadyClock clock;
  const Time until = clock.now() + patience;
  pollfd end{process.get(), POLLIN, 0};
  while (::poll(&end, 1, static_cast<int>(std::max<std::int64_t>(0, (until - clock.now()) / 1ms))) < 0 &&
         errno == EINTR) {
  }
}

}  // namespace

Result<void> pin_to_core(int core) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  if (core >= 0 && core < CPU_SETSIZE) CPU_SET(static_cast<std::size_t>(core), &cores);
  if (::sched_setaffinity(0, sizeof cores, &cores) == 0) return {};
  return Error{Errc::invalid,
               core_name(core) + ": " + std::strerror(errno) +
                   "; expected one that this machine has and this program may use (nproc says how many)"};
}

Result<Process> Process::start(std::vector<std::string> command, std::string log, int core, Duration patience) {
  cpu_set_t before;
  if (::sched_getaffinity(0, sizeof before, &before) != 0)
    return Error{Errc::internal, core_name(core) + ": reading the cores of this thread: " + std::strerror(errno)};
  if (auto pinned = pin_to_core(core); !pinned) return pinned.error();
  auto child = net::ChildProcess::spawn({.command = std::move(command), .output = log, .nice = 0});  // inherits it
  ::sched_setaffinity(0, sizeof before, &before);
  if (!child) return child.error();
  return Process(std::move(*child), std::move(log), patience);
}

Process::~Process() {
  if (child_.pid() < 0 || child_.ended()) return;
  child_.signal(SIGTERM);
  wait_for_end(child_.pid(), patience_);
}

std::string Process::last_words() const {
  std::ifstream in(log_);
  std::string last;
  for (std::string line; std::getline(in, line);)
    if (!line.empty()) last = line;
  return last.empty() ? "it said nothing" : one_line(last, 300);
}

}  // namespace offhook::ladder
