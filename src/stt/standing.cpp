#include "stt/standing.hpp"

#include <algorithm>
#include <utility>

namespace offhook::stt {
namespace {

constexpr Duration kLivedWell = 10s;   // a session this old has done well, even if nobody spoke
constexpr Duration kAskAgain = 250ms;  // health said no, but not until when
constexpr Duration kProbed = 5s;       // longer than a connection that fails takes to do so
constexpr Duration kWrong = 30s;       // what is asked for is wrong, and will be so all of the call

bool was_dropped(const Error& error) {
  return error.code == Errc::closed || error.code == Errc::unavailable;
}

}  // namespace

Standing::Standing(Choice choice, ResiliencePolicy policy, std::uint32_t seed)
    : choice_(std::move(choice)), traits_(choice_.recognizer->traits()), policy_(policy), random_(seed) {}

bool Standing::enter(Time now) {
  if (now < not_before_) return false;
  if (choice_.health) {
    if (now < let_in_) return false;
    if (refused_ && !choice_.health->ready(now)) {  // a refusal is counted once
      let_in_ = now + kAskAgain;
      return false;
    }
    if (const auto entered = choice_.health->enter(now); !entered) {
      const Duration wait = entered.error().retry_after;
      let_in_ = now + (wait > Duration::zero() ? std::min(wait, policy_.longest_reconnect) : kAskAgain);
      refused_ = true;
      if (!last_error_) last_error_ = entered.error();
      return false;
    }
    entered_ = true;
    refused_ = false;
    if (choice_.health->state(now) == net::ServiceHealth::State::half_open) probed_at_ = now + kProbed;
  }
  opened(now);
  return true;
}

bool Standing::force(Time now) {
  if (now < not_before_ || !may_force(now)) return false;
  opened(now);
  return true;
}

void Standing::opened(Time now) {
  proven_ = false;
  opened_ = now;
}

void Standing::proven(Time now) {
  proven_ = true;
  failures_ = 0;
  last_error_.reset();
  heard(now);
}

void Standing::heard(Time now) {
  if (!proven_) return;  // a hypothesis alone is no answer yet
  probed_at_ = Time::max();
  if (entered_) choice_.health->answered(now);
}

void Standing::stayed_up(Time now) {
  if (now < probed_at_) return;
  probed_at_ = Time::max();
  if (entered_) choice_.health->answered(now);
}

void Standing::lost(Time now, const Error& error, bool owed) {
  if (!owed && now - opened_ >= kLivedWell) failures_ = 0;
  ++failures_;
  last_error_ = error;
  not_before_ = now + (failures_ == 1 && was_dropped(error) ? Duration::zero() : back_off());
  // One that has worked was asked for in the right way: what was wrong is one turn's.
  if (error.code == Errc::invalid && !proven_) not_before_ = now + kWrong;
  // It looks well until it is asked something: others have to do the work for a while.
  if (owed && !was_dropped(error)) candidate_at_ = now + jittered(policy_.longest_reconnect);
  probed_at_ = Time::max();
  if (std::exchange(entered_, false)) choice_.health->failed(now, error);
}

void Standing::left(Time now) {
  probed_at_ = Time::max();
  if (!std::exchange(entered_, false)) return;
  if (proven_)
    choice_.health->succeeded(now);
  else
    choice_.health->cancelled();
}

bool Standing::may_force(Time now) const {
  return choice_.health && choice_.health->state(now) != net::ServiceHealth::State::closed && may_recover();
}

bool Standing::may_recover() const {
  return !last_error_ || (last_error_->code != Errc::refused && last_error_->code != Errc::not_found &&
                          last_error_->code != Errc::invalid);
}

Duration Standing::back_off() {
  Duration wait = policy_.reconnect;
  for (int i = 1; i < failures_ && wait < policy_.longest_reconnect; ++i) wait *= 2;
  return jittered(std::min(wait, policy_.longest_reconnect));
}

Duration Standing::jittered(Duration d) {
  return d * static_cast<int>(75 + random_() % 51) / 100;
}

}  // namespace offhook::stt
