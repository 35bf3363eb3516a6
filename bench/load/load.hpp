// Many calls at once, on one loop and one media clock: places them, lets each run its script and gathers what their
// callers measured (edge/caller.hpp says how). Their starts are spread over a ramp, their frames over the clock's four
// phases, and the pauses between their turns are of different lengths, so that they do not march in step.
//
//   call 0   |─ greeting ─ turn ─ turn ─ turn ─|
//   call 1       |─ greeting ─ turn ─ turn ─ turn ─|
//   call 2           |─ greeting ─ …
//            ├─ ramp ─┤
//
// Where calls are to be kept up, each that ends is followed by another in its place until then.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "edge/caller.hpp"
#include "load/statistics.hpp"
#include "net/http_client.hpp"
#include "net/media_clock.hpp"

namespace offhook::load {

struct LoadPlan {
  int calls = 1;                    // at once
  std::optional<Duration> keep_up;  // that many for so long; none: each is placed once
  int turns = 3;
  std::vector<edge::Utterance> says;  // at least one; each turn says the next, each call begins with another
  Duration ramp = 3s;                 // all calls have begun within it
  std::optional<Duration> greeting;   // waited for so long; none: the caller speaks first
  Duration answer = 12s;              // waited for so long
  // Behind each turn one more utterance, said so long after the answer's first sound, over it. An agent that is
  // silent by then is asked once more instead.
  std::optional<Duration> barge;
  Duration least_pause = 600ms, most_pause = 1100ms;  // behind the agent, before the caller speaks; one each call
};

struct LoadResult {
  int calls = 0;    // placed
  int at_once = 0;  // of them
  int turns = 0, missed = 0;
  int interruptions = 0, talked_over = 0, unanswered = 0;  // of the latter: not answered
  int errors = 0;                                          // calls that were not connected, broke, or ended before time
  std::string first_error;
  std::vector<double> v2v, greeting;          // ms
  std::vector<double> barge_in, after_barge;  // ms: to the agent's silence; v2v of the answers to interruptions
  std::uint64_t underruns = 0, strange = 0;
  Duration call_time{};       // of all calls together
  Lateness lateness;          // of our own frames
  std::uint64_t skipped = 0;  // … and those never sent
};

// Home thread only.
class Load {
 public:
  using Opened = std::function<void(Result<std::shared_ptr<net::WebSocket>>)>;
  using Dial = std::function<std::unique_ptr<net::Pending>(Opened)>;  // of the telephone socket

  Load(net::Loop& loop, net::MediaClock& clock, LoadPlan plan, Dial dial, std::function<void()> over);
  ~Load();

  void stop();                                          // no more calls, and those there are hang up; `over` follows
  const LoadResult& result() const { return result_; }  // whole once `over` was called

 private:
  struct Call;
  void place(Call& call);
  void connected(Call& call, std::shared_ptr<net::WebSocket> socket);
  edge::CallScript script(int number) const;
  void frame_sent();
  void ended(Call& call, const edge::CallerOutcome& outcome);
  void failed(const std::string& why);
  void gone(Call& call);
  bool follows() const { return !stopping_ && plan_.keep_up && loop_.now() < until_; }

  net::Loop& loop_;
  net::MediaClock& clock_;
  const LoadPlan plan_;
  const Dial dial_;
  const std::function<void()> over_;
  const std::uint64_t skipped_before_;
  const Time until_;
  LoadResult result_;
  std::vector<std::unique_ptr<Call>> calls_;
  int left_;
  bool stopping_ = false;
  const std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // expired: `over` comes too late
};

}  // namespace offhook::load
