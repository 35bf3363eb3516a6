// A server of ours beside us, for as long as we want to call its agent: `offhook serve` on a free port of the loopback,
// its data in a temporary folder that goes with it.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "cli/signals.hpp"
#include "net/child_process.hpp"

namespace offhook::cli {

class OwnServer {
 public:
  // Blocks until it takes calls, two minutes at most. A signal is Errc::cancelled.
  static Result<std::unique_ptr<OwnServer>> start(const std::string& agent_file, Signals& signals);
  ~OwnServer();

  std::string url() const { return "ws://" + host_ + "/phone"; }

 private:
  OwnServer(std::string folder, std::string host) : folder_(std::move(folder)), host_(std::move(host)) {}
  Result<void> launch(const std::string& agent_file);
  Result<void> wait(Signals& signals);
  std::string last_words() const;

  const std::string folder_, host_;
  std::optional<net::ChildProcess> process_;
};

}  // namespace offhook::cli
