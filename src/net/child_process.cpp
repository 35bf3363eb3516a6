#include "net/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string_view>

#include "base/log.hpp"

namespace offhook::net {

namespace {

constexpr int kill_limit_ms = 2000;

// Above the three that the child's own will stand on, even if we run with those closed.
int open_high(const char* path, int flags) {
  const Descriptor fd(::open(path, flags | O_CLOEXEC, 0600));
  return fd.get() < 0 ? -1 : ::fcntl(fd.get(), F_DUPFD_CLOEXEC, 3);
}

struct Launch {
  char* const* arguments;
  char* const* environment;
  int input, output, errors;
  int nice;
  pid_t parent;
  volatile int error;  // of execve, written by the child into the memory it shares with us
};

// Between vfork and execve the child runs on our memory while this thread waits: system calls only, nothing is undone.
[[noreturn]] __attribute__((noinline)) void become(Launch& launch) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != launch.parent) ::_exit(127);  // we died before the line above
  ::setpgid(0, 0);
  ::setpriority(PRIO_PROCESS, 0, launch.nice);
  struct sigaction plain{};
  plain.sa_handler = SIG_DFL;
  for (const int number : {SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD, SIGUSR1, SIGUSR2})
    ::sigaction(number, &plain, nullptr);
  ::dup2(launch.input, 0);
  ::dup2(launch.output, 1);
  ::dup2(launch.errors, 2);
  ::close_range(3, ~0u, CLOSE_RANGE_CLOEXEC);  // of libraries that forget O_CLOEXEC
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::execve(launch.arguments[0], launch.arguments, launch.environment);
  launch.error = errno;
  ::_exit(127);
}

// No handler of ours may run in the child while it stands on our memory.
__attribute__((noinline)) pid_t launch_blocked(Launch& launch) {
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t pid = ::vfork();
  if (pid == 0) become(launch);
  const int error = errno;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = error;
  return pid;
}

// The child's three descriptors, and our ends of them.
struct Ends {
  Descriptor input, output, errors;
  ChildProcess::Pipes ours;
};

Result<Ends> open_file(const std::string& file) {
  const char* path = file.empty() ? "/dev/null" : file.c_str();
  Ends ends;
  ends.output = Descriptor(open_high(path, O_WRONLY | O_CREAT | O_APPEND));
  if (!ends.output)
    return Error{Errc::invalid, std::string("opening ") + path + " for its output: " + std::strerror(errno)};
  ends.errors = Descriptor(::fcntl(ends.output.get(), F_DUPFD_CLOEXEC, 3));
  ends.input = Descriptor(open_high("/dev/null", O_RDONLY));
  if (!ends.input) return Error{Errc::internal, std::string("opening /dev/null: ") + std::strerror(errno)};
  return ends;
}

Descriptor above_three(int fd) {
  const Descriptor low(fd);
  return Descriptor(::fcntl(low.get(), F_DUPFD_CLOEXEC, 3));
}

Result<Ends> open_pipes() {
  int input[2], output[2], errors[2];
  Ends ends;
  const auto failed = [] { return Error{Errc::unavailable, std::string("making its pipes: ") + std::strerror(errno)}; };
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, input) != 0) return failed();
  ends.input = above_three(input[0]);
  ends.ours.input = above_three(input[1]);
  if (::pipe2(output, O_CLOEXEC) != 0) return failed();
  ends.ours.output = above_three(output[0]);
  ends.output = above_three(output[1]);
  if (::pipe2(errors, O_CLOEXEC) != 0) return failed();
  ends.ours.errors = above_three(errors[0]);
  ends.errors = above_three(errors[1]);
  for (const int fd : {ends.ours.input.get(), ends.ours.output.get(), ends.ours.errors.get()})
    if (fd < 0 || ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK) != 0) return failed();
  if (!ends.input || !ends.output || !ends.errors) return failed();
  return ends;
}

}  // namespace

Result<ChildProcess> ChildProcess::spawn(const Options& options) {
  const std::string doing = "starting " + (options.command.empty() ? "nothing" : options.command.front());
  if (options.command.empty()) return Error{Errc::internal, doing + ": the command is empty"};
  auto ends = options.piped ? open_pipes() : open_file(options.output);
  if (!ends) return ends.error().within(doing);

  std::vector<char*> arguments, environment;
  for (const std::string& word : options.command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  std::vector<std::string> given;
  if (options.environment)
    for (const auto& [name, value] : *options.environment) given.push_back(name + "=" + value);
  for (std::string& entry : given) environment.push_back(entry.data());
  for (char** entry = environ; !options.environment && entry && *entry; ++entry)
    if (options.without_environment.empty() || !std::string_view(*entry).starts_with(options.without_environment))
      environment.push_back(*entry);
  environment.push_back(nullptr);

  Launch launch{arguments.data(),   environment.data(), ends->input.get(), ends->output.get(),
                ends->errors.get(), options.nice,       ::getpid(),        0};
  const pid_t pid = launch_blocked(launch);
  if (pid < 0) return Error{Errc::unavailable, doing + ": no process could be made: " + std::strerror(errno)};
  if (launch.error != 0) {
    ::waitpid(pid, nullptr, 0);  // it is at its end already
    return Error{launch.error == ENOENT ? Errc::not_found : Errc::invalid, doing + ": " + std::strerror(launch.error)};
  }
  ChildProcess child(pid);
  child.pipes_ = std::move(ends->ours);
  return child;
}

std::optional<std::string> ChildProcess::ended() {
  if (exit_ || pid_ < 0) return exit_;
  int status = 0;
  const pid_t reaped = ::waitpid(pid_, &status, WNOHANG);
  if (reaped == 0 || (reaped < 0 && errno == EINTR)) return std::nullopt;
  if (reaped < 0)
    exit_ = "ended, reaped by someone else";
  else if (WIFEXITED(status))
    exit_ = "exited with status " + std::to_string(WEXITSTATUS(status));
  else
    exit_ = "killed by signal " + std::to_string(WTERMSIG(status));
  return exit_;
}

void ChildProcess::signal(int number) {
  if (pid_ > 0 && !ended()) ::kill(-pid_, number);  // until it is reaped its number is nobody else's
}

ChildProcess::~ChildProcess() {
  if (pid_ < 0) return;
  signal(SIGKILL);
  if (ended()) return;
  // A killed process ends as soon as it is scheduled; only one stuck in the kernel takes longer, and init inherits
  // that.
  const Descriptor process(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
  pollfd end{process.get(), POLLIN, 0};
  while (::poll(&end, 1, kill_limit_ms) < 0 && errno == EINTR) {
  }
  if (!ended()) log::error("child_not_reaped", {{"pid", pid_}});
}

std::string find_program(const std::string& name, std::string_view path) {
  const auto runs = [](const std::string& file) {
    struct stat status{};
    return ::stat(file.c_str(), &status) == 0 && S_ISREG(status.st_mode) && ::access(file.c_str(), X_OK) == 0;
  };
  if (name.find('/') != name.npos) return runs(name) ? name : "";
  while (!name.empty() && !path.empty()) {
    const std::string_view folder = path.substr(0, path.find(':'));
    path.remove_prefix(std::min(path.size(), folder.size() + 1));
    if (std::string file = std::string(folder) + "/" + name; !folder.empty() && runs(file)) return file;
  }
  return "";
}

}  // namespace offhook::net
