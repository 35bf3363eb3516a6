#include "stt/standing.hpp"

#include <algorithm>
#include <utility>

namespace offhook::stt {
namespace {

constexpr Duration kLivedWell = 10s;   // a session this old has done well, even if nobody spoke
constexpr Duration kAskAgain = 250ms;  // health said no, but not until when

bool was_dropped(const Error& error) {
  return error.code == Errc::closed || error.code == Errc::unavailable;
}

}  // namespace

Standing::Standing(Choice choice, ResiliencePolicy policy, std::uint32_t seed)
    : choice_(std::move(choice)), traits_(choice_.recognizer->traits()), policy_(policy), random_(seed) {}

bool Standing::enter(Time now) {
  if (now < not_before_) return false;
  if (choice_.health) {
    if (const auto entered = choice_.health->enter(now); !entered) {
      const Duration wait = entered.error().retry_after;
      not_before_ = now + (wait > Duration::zero() ? std::min(wait, policy_.longest_reconnect) : kAskAgain);
      if (!last_error_) last_error_ = entered.error();
      return false;
    }
    entered_ = true;
  }
  proven_ = false;
  opened_ = now;
  return true;
}

void Standing::proven(Time now) {
  if (std::exchange(proven_, true)) return;
  failures_ = 0;
  last_error_.reset();
  if (entered_) choice_.health->answered(now);
}

void Standing::lost(Time now, const Error& error) {
  if (now - opened_ >= kLivedWell) failures_ = 0;
  ++failures_;
  last_error_ = error;
  not_before_ = now + (failures_ == 1 && was_dropped(error) ? Duration::zero() : back_off());
  if (std::exchange(entered_, false)) choice_.health->failed(now, error);
}

void Standing::left() {
  if (std::exchange(entered_, false)) choice_.health->cancelled();
}

bool Standing::may_recover() const {
  return !last_error_ || (last_error_->code != Errc::refused && last_error_->code != Errc::not_found &&
                          last_error_->code != Errc::invalid);
}

Duration Standing::back_off() {
  Duration wait = policy_.reconnect;
  for (int i = 1; i < failures_ && wait < policy_.longest_reconnect; ++i) wait *= 2;
  return std::min(wait, policy_.longest_reconnect) * static_cast<int>(75 + random_() % 51) / 100;
}

}  // namespace offhook::stt
