#include "cli/signals.hpp"

#include <sys/signalfd.h>
#include <unistd.h>

namespace offhook::cli {

Signals::Signals() {
  sigemptyset(&set_);
  sigaddset(&set_, SIGINT);
  sigaddset(&set_, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &set_, &before_);  // of all threads that begin from now on
  fd_ = Descriptor(::signalfd(-1, &set_, SFD_CLOEXEC | SFD_NONBLOCK));
}

bool Signals::came() {
  signalfd_siginfo info;
  if (::read(fd_.get(), &info, sizeof info) != sizeof info) return false;
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  return true;
}

}  // namespace offhook::cli
