// SIGINT and SIGTERM end what is under way politely; a second one ends the program. Made before any thread is.
#pragma once

#include <csignal>

#include "base/descriptor.hpp"

namespace offhook::cli {

class Signals {
 public:
  Signals();
  int fd() const { return fd_.get(); }  // readable: one came
  bool came();                          // since the last look
 private:
  sigset_t set_, before_;
  Descriptor fd_;
};

}  // namespace offhook::cli
