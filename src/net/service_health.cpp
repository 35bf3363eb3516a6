#include "net/service_health.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace offhook::net {

namespace {

std::string seconds(Duration d) {  // "2.5 s"
  const std::int64_t tenths = (d + 99ms) / 100ms;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

}  // namespace

ServiceHealth::ServiceHealth(std::string name, HealthPolicy policy, std::uint64_t seed)
    : name_(std::move(name)), policy_(policy), random_(seed) {}

ServiceHealth::Obstacle ServiceHealth::obstacle(Time now) const {
  if (open_ && now < open_until_) return Obstacle::open;
  if (now < wait_until_) return Obstacle::told_to_wait;
  if (open_ && probing_) return Obstacle::probed;
  if (policy_.concurrency > 0 && busy_with() >= policy_.concurrency) return Obstacle::busy;
  return Obstacle::none;
}

int ServiceHealth::busy_with() const {
  return policy_.together ? policy_.together->load(std::memory_order_relaxed) : under_way_;
}

void ServiceHealth::rest(Time now, Duration d) {
  wait_until_ = std::max(wait_until_, now + std::min(d, policy_.longest_wait));
}

Result<void> ServiceHealth::enter(Time now) {
  const Duration wait = std::max(wait_until_, open_ ? open_until_ : now) - now;
  const auto failing = [&](const std::string& next) {
    return "asking " + name_ + ": it has failed for " + seconds(now - open_since_) + ", " + next +
           "; the last error: " + last_error_;
  };
  Obstacle what = obstacle(now);
  // Another loop may have taken the last place since.
  if (what == Obstacle::none && policy_.together &&
      policy_.together->fetch_add(1, std::memory_order_relaxed) >= policy_.concurrency && policy_.concurrency > 0) {
    policy_.together->fetch_sub(1, std::memory_order_relaxed);
    what = Obstacle::busy;
  }
  if (what != Obstacle::none) tell(HealthEvent::refused);
  switch (what) {
    case Obstacle::open: return Error{Errc::unavailable, failing("and is tried again in " + seconds(wait)), wait};
    case Obstacle::probed: return Error{Errc::unavailable, failing("and one request is trying it now")};
    case Obstacle::told_to_wait:
      return Error{Errc::full, "asking " + name_ + ": it has asked not to be asked for " + seconds(wait) + " more",
                   wait};
    case Obstacle::busy:
      return Error{Errc::full, "asking " + name_ + ": " + std::to_string(busy_with()) +
                                   " requests are under way, as many as it is given at once (concurrency)"};
    case Obstacle::none: break;
  }
  ++under_way_;
  probing_ = open_;
  return {};
}

void ServiceHealth::succeeded(Time now) {
  answered(now);
  leave();
  tell(HealthEvent::succeeded);
}

void ServiceHealth::answered(Time) {
  failures_ = 0;
  if (!open_ || !probing_) return;
  open_ = probing_ = false;
  trips_ = 0;
  tell(HealthEvent::closed);
}

void ServiceHealth::failed(Time now, const Error& error) {
  const bool probe = std::exchange(probing_, false);
  leave();
  if (error.retry_after > Duration::zero())
    wait_until_ = std::max(wait_until_, now + std::min(error.retry_after, policy_.longest_wait));
  bool for_long = false;
  switch (error.code) {
    case Errc::invalid: return tell(HealthEvent::cancelled, error.what);
    case Errc::cancelled: return tell(HealthEvent::cancelled);
    case Errc::full:
      if (error.retry_after > Duration::zero()) return tell(HealthEvent::failed, error.what);
      break;
    case Errc::refused:
    case Errc::not_found: for_long = true; break;
    case Errc::unavailable:
    case Errc::timeout:
    case Errc::closed:
    case Errc::internal: break;
  }
  last_error_ = error.what;
  tell(HealthEvent::failed, error.what);
  if (open_) {
    if (probe) trip(now, for_long);
    return;
  }
  ++failures_;
  if (for_long || failures_ >= policy_.failures) trip(now, for_long);
}

void ServiceHealth::cancelled() {
  probing_ = false;
  leave();
  tell(HealthEvent::cancelled);
}

void ServiceHealth::leave() {
  assert(under_way_ > 0 && "each enter() that says yes has one end");
  under_way_ = std::max(0, under_way_ - 1);
  if (policy_.together) policy_.together->fetch_sub(1, std::memory_order_relaxed);
}

void ServiceHealth::trip(Time now, bool for_long) {
  if (!std::exchange(open_, true)) {
    ++opened_;
    open_since_ = now;
    tell(HealthEvent::opened, last_error_);
  }
  Duration back_off = policy_.back_off;
  for (int i = 0; i < trips_ && back_off < policy_.longest; ++i) back_off *= 2;
  ++trips_;
  failures_ = 0;
  open_until_ = now + jittered(for_long ? policy_.longest : std::min(back_off, policy_.longest));
}

Duration ServiceHealth::jittered(Duration back_off) {
  random_ += 0x9e3779b97f4a7c15;  // SplitMix64: Steele, Lea, Flood 2014
  std::uint64_t z = random_;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  z ^= z >> 31;
  const std::int64_t most = back_off.count() / 100 * policy_.jitter_percent;
  const Duration shift(static_cast<std::int64_t>(z % static_cast<std::uint64_t>(2 * most + 1)) - most);
  // What would be too long is as much too short instead: at the bound itself all would meet again.
  return back_off + shift > policy_.longest ? back_off - shift : back_off + shift;
}

ServiceHealth::State ServiceHealth::state(Time now) const {
  if (!open_) return State::closed;
  return now < open_until_ ? State::open : State::half_open;
}

}  // namespace offhook::net
