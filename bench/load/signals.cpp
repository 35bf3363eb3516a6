#include "load/signals.hpp"

#include <pthread.h>

#include <ctime>

namespace offhook::load {

Signals::Signals() {
  sigemptyset(&set_);
  sigaddset(&set_, SIGINT);
  sigaddset(&set_, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &set_, &before_);
}

bool Signals::came(Duration within) {
  const timespec bound{static_cast<time_t>(within / 1s), static_cast<long>(within % 1s / 1us * 1000)};
  if (::sigtimedwait(&set_, nullptr, &bound) <= 0) return false;
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  ever_ = true;
  return true;
}

}  // namespace offhook::load
