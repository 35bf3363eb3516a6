// SIGINT and SIGTERM, blocked in the thread that makes this and in all that it starts afterwards, and asked for: so
// that a measurement ends with its report.
#pragma once

#include <csignal>

#include "base/clock.hpp"

namespace offhook::load {

class Signals {
 public:
  Signals();
  Signals(const Signals&) = delete;
  bool came(Duration within = {});  // a second one ends the program
  bool ever() const { return ever_; }

 private:
  sigset_t set_, before_;
  bool ever_ = false;
};

}  // namespace offhook::load
