// The benchmark's calls: so many at once on one loop, several cases in each. Home thread only.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "load/statistics.hpp"
#include "net/http_client.hpp"
#include "net/media_clock.hpp"
#include "turns/mixer.hpp"
#include "turns/outcome.hpp"

namespace offhook::turns {

struct RunPlan {
  std::vector<Case> cases;
  std::vector<CaseScript> scripts;              // of each case
  std::vector<std::vector<std::size_t>> calls;  // which cases each has, in order; each case once
  int at_once = 2;
  Duration greeting = 8s;  // waited for so long; an agent that does not greet is spoken to then
  Echo echo;               // of the calls whose cases are Kind::echo
  std::uint32_t seed = 1;
};

// Cases in a seeded order, so that no kind has a call, or a place in it, to itself; those on a line with echo apart.
std::vector<std::vector<std::size_t>> calls_of(const std::vector<Case>& cases, std::size_t per_call,
                                               std::uint32_t seed);

struct RunResult {
  std::vector<Outcome> outcomes;  // of each case
  int calls = 0, errors = 0;      // calls that were not connected, broke, or ended before their cases were through
  std::string first_error;
  load::Lateness lateness;    // of our own frames
  std::uint64_t skipped = 0;  // … and those never sent
};

class Runner {
 public:
  using Opened = std::function<void(Result<std::shared_ptr<net::WebSocket>>)>;
  using Dial = std::function<std::unique_ptr<net::Pending>(Opened)>;
  using Told = std::function<void(std::size_t done, const Case& c, const Outcome& o)>;  // as each case is over

  Runner(net::Loop& loop, net::MediaClock& clock, RunPlan plan, Dial dial, Told told, std::function<void()> over);
  ~Runner();

  void stop();                                         // no more calls, and those there are hang up; `over` follows
  const RunResult& result() const { return result_; }  // whole once `over` was called

 private:
  class TestCall;
  void place();
  void connected(TestCall& call, std::shared_ptr<net::WebSocket> socket);
  void done(std::size_t index, Outcome outcome);
  void ended(TestCall& call, std::string_view why);
  void frame_sent();

  net::Loop& loop_;
  net::MediaClock& clock_;
  const RunPlan plan_;
  const Dial dial_;
  const Told told_;
  const std::function<void()> over_;
  const std::uint64_t skipped_before_;
  RunResult result_;
  std::vector<std::vector<std::size_t>> waiting_;  // the next call is the last of them
  std::vector<std::unique_ptr<TestCall>> calls_;
  std::size_t done_ = 0;
  bool stopping_ = false, told_over_ = false;
  const std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // expired: a posted call comes too late
};

}  // namespace offhook::turns
