#include "turns/runner.hpp"

#include <algorithm>
#include <optional>
#include <random>
#include <utility>

#include "base/ids.hpp"
#include "edge/caller.hpp"

namespace offhook::turns {
namespace {

constexpr Duration kCaseTakes = 200s;  // more than any case

}  // namespace

std::vector<std::vector<std::size_t>> calls_of(const std::vector<Case>& cases, std::size_t per_call,
                                               std::uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<std::vector<std::size_t>> calls;
  for (const bool echo : {false, true}) {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < cases.size(); ++i)
      if ((cases[i].kind == Kind::echo) == echo) order.push_back(i);
    for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random() % i]);
    for (std::size_t i = 0; i < order.size(); i += per_call)
      calls.emplace_back(order.begin() + static_cast<std::ptrdiff_t>(i),
                         order.begin() + static_cast<std::ptrdiff_t>(std::min(order.size(), i + per_call)));
  }
  return calls;
}

// The line is edge::Caller's; what is said on it is ours, beat by beat:
//
//   take    the conductor's cue, then the mixer's 20 ms
//   beat    what was heard meanwhile goes to the map, and to the echo's way back
class Runner::TestCall final : public edge::LiveVoice {
 public:
  TestCall(Runner& runner, std::vector<std::size_t> cases)
      : cases(std::move(cases)), runner_(runner), mixer_(line(runner.plan_, this->cases)) {}

  edge::LiveVoice::Took take(std::span<std::int16_t, edge::Earpiece::kFrame> frame) override {
    if (!greeted_) greeted_ = Greeting(runner_.plan_.greeting).over(heard_.end(), heard_);
    if (greeted_ && !all_done()) {
      if (!conductor_) conductor_.emplace(runner_.plan_.scripts[cases[next]], heard_.end(), patience());
      if (const Clip* clip = conductor_->step(heard_.end(), heard_); clip && clip->sound) mixer_.say(clip->sound);
    }
    mixer_.next(frame);
    return Took::frame;
  }

  void beat(edge::Caller::Beat heard) {
    if (const auto cuts = caller->earpiece().cuts(); std::exchange(cuts_seen_, cuts) != cuts)
      cuts_.push_back(heard_.end());
    heard_.append(heard, caller->earpiece().given());
    mixer_.hear(heard);
    if (conductor_ && conductor_->over()) {
      const std::size_t index = cases[next++];
      const Outcome outcome = outcome_of(runner_.plan_.cases[index].kind, conductor_->times(), heard_, cuts_);
      conductor_.reset();
      runner_.done(index, outcome);
    }
    if (all_done()) caller->hang_up("all cases are done");
  }

  bool all_done() const { return next == cases.size(); }

  const std::vector<std::size_t> cases;
  std::size_t next = 0;
  std::unique_ptr<net::Pending> dialing;
  std::unique_ptr<edge::Caller> caller;

 private:
  static LineSettings line(const RunPlan& plan, const std::vector<std::size_t>& cases) {
    LineSettings out;
    if (plan.cases[cases.front()].kind == Kind::echo) out.echo = plan.echo;
    out.seed = plan.seed + static_cast<std::uint32_t>(cases.front());
    return out;
  }

  // An agent that hears itself may never be silent: its turns are then as long as these.
  ConductorPatience patience() const {
    if (runner_.plan_.cases[cases[next]].kind != Kind::echo) return {};
    return {.settle = 1200ms, .settle_most = 10s, .let_end = 25s};
  }

  Runner& runner_;
  Mixer mixer_;
  SoundMap heard_;
  std::vector<Samples> cuts_;
  std::uint64_t cuts_seen_ = 0;
  bool greeted_ = false;
  std::optional<Conductor> conductor_;
};

Runner::Runner(net::Loop& loop, net::MediaClock& clock, RunPlan plan, Dial dial, Told told, std::function<void()> over)
    : loop_(loop),
      clock_(clock),
      plan_(std::move(plan)),
      dial_(std::move(dial)),
      told_(std::move(told)),
      over_(std::move(over)),
      skipped_before_(clock.skipped()),
      waiting_(plan_.calls.rbegin(), plan_.calls.rend()) {
  result_.outcomes.resize(plan_.cases.size());
  loop_.post([this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) place();
  });
}

Runner::~Runner() = default;

void Runner::place() {
  while (!stopping_ && !waiting_.empty() && calls_.size() < static_cast<std::size_t>(plan_.at_once)) {
    TestCall& call = *calls_.emplace_back(std::make_unique<TestCall>(*this, std::move(waiting_.back())));
    waiting_.pop_back();
    ++result_.calls;
    call.dialing = dial_([this, &call](Result<std::shared_ptr<net::WebSocket>> socket) {
      if (socket) return connected(call, std::move(*socket));
      ended(call, socket.error().what);
    });
  }
  if (!calls_.empty() || std::exchange(told_over_, true)) return;
  result_.skipped = clock_.skipped() - skipped_before_;
  over_();
}

void Runner::connected(TestCall& call, std::shared_ptr<net::WebSocket> socket) {
  edge::CallScript script;
  script.stream_sid = "MZ" + random_hex(16);
  script.call_sid = "CA" + random_hex(16);
  script.greeting = false;  // the conductor waits for it
  script.live = &call;
  script.longest = plan_.greeting + kCaseTakes * static_cast<std::int64_t>(call.cases.size());
  call.caller = std::make_unique<edge::Caller>(
      clock_, std::move(socket), std::move(script),
      edge::Caller::Tell{.beat =
                             [this, &call](edge::Caller::Beat, edge::Caller::Beat heard) {
                               frame_sent();
                               call.beat(heard);
                             },
                         .over = [this, &call](edge::CallerOutcome outcome) { ended(call, outcome.why); }});
}

void Runner::done(std::size_t index, Outcome outcome) {
  result_.outcomes[index] = std::move(outcome);
  ++done_;
  if (told_) told_(done_, plan_.cases[index], result_.outcomes[index]);
}

// A call that did something is gone on with in another; one that did nothing would do it again.
void Runner::ended(TestCall& call, std::string_view why) {
  if (!call.all_done() && !stopping_) {
    if (result_.errors++ == 0) result_.first_error = why;
    const auto left = call.cases.begin() + static_cast<std::ptrdiff_t>(call.next);
    if (call.next > 0) waiting_.emplace_back(left, call.cases.end());
  }
  loop_.post([this, alive = std::weak_ptr(alive_), gone = &call] {  // of its own: we are inside its members
    if (alive.expired()) return;
    std::erase_if(calls_, [&](const auto& c) { return c.get() == gone; });
    place();
  });
}

// As load/load.cpp reckons it.
void Runner::frame_sent() {
  const Duration late = clock_.lateness();
  const Duration work = (loop_.now() - late).time_since_epoch() % net::MediaClock::step;
  result_.lateness.add(late + work);
}

void Runner::stop() {
  stopping_ = true;
  for (const auto& call : calls_) {
    if (call->caller) {
      call->caller->hang_up("stopped");
    } else {
      call->dialing.reset();
      ended(*call, "stopped");
    }
  }
}

}  // namespace offhook::turns
