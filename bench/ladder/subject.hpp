// What is measured where nothing runs yet: a server with its agent on one core, and the stand-ins of its services on
// another. Their logs and data lie in a temporary folder that goes with them.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "ladder/getter.hpp"
#include "ladder/process.hpp"
#include "ladder/turn_log.hpp"
#include "load/signals.hpp"

namespace offhook::ladder {

// Where bench/agents/*.yaml expect the stand-ins, and where they are instead.
std::string with_standins_at(std::string agent_file, int port);

class Subject {
 public:
  struct Plan {
    std::string offhook, standins, agent;  // files
    int port = 9300;                       // of the server; the stand-ins have the next
    int server_core = 0, load_core = 1;
    StatedDelays stated;
    Duration patience = 60s;  // until the server is ready
  };
  // Blocks until the server takes calls. A signal is Errc::cancelled.
  static Result<std::unique_ptr<Subject>> start(const Plan& plan, Getter& getter, load::Signals& signals);
  ~Subject();

  int pid() const { return server_->pid(); }
  std::string url() const { return "ws://" + host() + "/phone"; }
  std::string logs() const { return folder_ + "/data/calls"; }
  Duration ready_after() const { return ready_after_; }
  std::optional<std::string> ended();  // the server, before its time: what it said

 private:
  Subject(const Plan& plan, std::string folder) : plan_(plan), folder_(std::move(folder)) {}
  Result<void> start(Getter& getter, load::Signals& signals);
  Result<void> wait_for(Process& process, const std::string& what, const std::string& url, Getter& getter,
                        load::Signals& signals);
  std::string host() const { return "127.0.0.1:" + std::to_string(plan_.port); }

  const Plan plan_;
  const std::string folder_;
  Duration ready_after_{};
  std::optional<Process> standins_, server_;  // the server ends first
};

}  // namespace offhook::ladder
