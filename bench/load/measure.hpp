// Runs a load to its end, on a loop of its own, and looks at what the server uses meanwhile.
#pragma once

#include <string>

#include "load/load.hpp"
#include "load/report.hpp"
#include "load/signals.hpp"

namespace offhook::load {

struct Target {
  std::string url;         // ws://HOST:PORT/phone
  std::string auth_token;  // empty: calls are not signed
  int pid = 0;             // of the server, on this machine; 0: its CPU and memory are not known
};
Result<void> check_url(const std::string& url);  // may it be a Target's?

// Blocks until the calls have ended or a signal has ended them, and where `pid` is known 4 s longer, before the memory
// that is left is read: what the server does once they have ended is not what they cost.
LoadReport measure(const Target& target, LoadPlan plan, Signals& signals);

}  // namespace offhook::load
