#include "load/load.hpp"

#include <random>
#include <utility>

#include "base/ids.hpp"

namespace offhook::load {
namespace {

constexpr Duration kTurnTakes = 60s;  // more than any turn, its wait for an answer aside
constexpr Duration kNext = 500ms;     // behind a call, before the next in its place: no flood where each is refused

}  // namespace

struct Load::Call {
  explicit Call(Load& load) : start(load.loop_, [&load, this] { load.place(*this); }) {}

  int number = 0;  // of the calls placed
  net::Timer start;
  std::unique_ptr<net::Pending> dialing;
  std::unique_ptr<edge::Caller> caller;
  Time began{};
  bool over = false;
};

Load::Load(net::Loop& loop, net::MediaClock& clock, LoadPlan plan, Dial dial, std::function<void()> over)
    : loop_(loop),
      clock_(clock),
      plan_(std::move(plan)),
      dial_(std::move(dial)),
      over_(std::move(over)),
      skipped_before_(clock.skipped()),
      until_(loop.now() + plan_.keep_up.value_or(0s)),
      left_(plan_.calls) {
  result_.at_once = plan_.calls;
  const Time now = loop_.now();
  for (int i = 0; i < plan_.calls; ++i) {
    calls_.push_back(std::make_unique<Call>(*this));
    calls_.back()->start.at(now + plan_.ramp * i / plan_.calls);
  }
}

Load::~Load() = default;

void Load::place(Call& call) {
  call.number = result_.calls++;
  call.dialing = dial_([this, &call](Result<std::shared_ptr<net::WebSocket>> socket) {
    call.dialing.reset();
    if (call.over) return;
    if (socket) return connected(call, std::move(*socket));
    failed(socket.error().what);
    gone(call);
  });
}

void Load::connected(Call& call, std::shared_ptr<net::WebSocket> socket) {
  std::minstd_rand random(static_cast<unsigned>(call.number) + 1);
  random.discard(10);  // neighbouring seeds begin alike
  edge::CallerPatience patience;
  if (plan_.greeting) patience.greeting = *plan_.greeting;
  patience.answer = plan_.answer;
  patience.silence = Duration(std::uniform_int_distribution<std::int64_t>(
      plan_.least_pause.count(), std::max(plan_.least_pause, plan_.most_pause).count())(random));
  call.began = loop_.now();
  call.caller = std::make_unique<edge::Caller>(
      clock_, std::move(socket), script(call.number),
      edge::Caller::Tell{.beat = [this](edge::Caller::Beat, edge::Caller::Beat) { frame_sent(); },
                         .over = [this, &call](edge::CallerOutcome outcome) { ended(call, outcome); }},
      patience);
}

edge::CallScript Load::script(int number) const {
  edge::CallScript s;
  s.stream_sid = "MZ" + random_hex(16);
  s.call_sid = "CA" + random_hex(16);
  s.greeting = plan_.greeting.has_value();
  const int utterances = plan_.barge ? 2 * plan_.turns : plan_.turns;
  for (int i = 0; i < utterances; ++i)
    s.says.push_back(plan_.says[static_cast<std::size_t>(number + i) % plan_.says.size()]);
  s.interrupt_after = plan_.barge;
  s.interruptions = plan_.turns;
  s.longest = plan_.greeting.value_or(0s) + (kTurnTakes + plan_.answer) * (utterances + 1);
  return s;
}

// A beat lies on a grid of MediaClock::step. Since then the clock's lateness has passed, and what the calls before this
// one in the same beat took; where that is longer than a step, the next beat is late and says so.
void Load::frame_sent() {
  const Duration late = clock_.lateness();
  const Duration work = (loop_.now() - late).time_since_epoch() % net::MediaClock::step;
  result_.lateness.add(late + work);
}

void Load::ended(Call& call, const edge::CallerOutcome& outcome) {
  const edge::Caller& caller = *call.caller;
  result_.call_time += loop_.now() - call.began;
  result_.underruns += caller.earpiece().underruns();
  result_.strange += caller.strange();
  if (caller.greeted() && plan_.greeting) result_.greeting.push_back(to_ms(*caller.greeted()));
  for (const edge::CallerTurn& turn : caller.turns()) {
    (turn.over_agent ? result_.interruptions : result_.turns) += 1;
    if (turn.v2v)
      (turn.over_agent ? result_.after_barge : result_.v2v).push_back(to_ms(*turn.v2v));
    else
      (turn.over_agent ? result_.unanswered : result_.missed) += 1;
    if (turn.barge_in) result_.barge_in.push_back(to_ms(*turn.barge_in));
    result_.talked_over += turn.talked_over;
  }
  const std::size_t wanted = static_cast<std::size_t>(plan_.barge ? 2 * plan_.turns : plan_.turns);
  if (!stopping_ && (outcome.broken || caller.turns().size() < wanted)) failed(outcome.why);
  call.caller.reset();
  gone(call);
}

void Load::failed(const std::string& why) {
  if (result_.errors++ == 0) result_.first_error = why;
}

void Load::gone(Call& call) {
  if (std::exchange(call.over, true)) return;
  result_.skipped = clock_.skipped() - skipped_before_;
  if (follows()) {
    call.over = false;
    return call.start.after(kNext);
  }
  if (--left_ > 0) return;
  loop_.post([this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) over_();
  });
}

void Load::stop() {
  stopping_ = true;
  for (auto& call : calls_) {
    call->start.cancel();
    if (call->caller) {
      call->caller->hang_up("stopped");
    } else {
      call->dialing.reset();
      gone(*call);
    }
  }
}

}  // namespace offhook::load
