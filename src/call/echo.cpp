#include "call/echo.hpp"

#include <algorithm>
#include <cstdlib>

namespace offhook::call {

std::unique_ptr<Echo> Echo::where_wanted(bool wanted, const EdgeTraits& edge, net::Loop& loop, Wire& wire) {
  if (!wanted || edge.echo_cancelled || edge.rate != kRate) return nullptr;
  return std::make_unique<Echo>(loop, wire);
}

void Echo::send_audio(std::span<const std::uint8_t> mulaw) {
  const std::int64_t due = std::max(until_, now());
  guard_.send(due, mulaw);
  until_ = due + static_cast<std::int64_t>(mulaw.size());
  wire_.send_audio(mulaw);
}

// What is due by now is heard: the way there delays the sound and the clear alike.
void Echo::clear() {
  guard_.clear(now());
  until_ = std::min(until_, now());
  wire_.clear();
}

void Echo::hear(std::span<const float> sound, std::int64_t sample, std::vector<float>& out) {
  align(sample + static_cast<std::int64_t>(sound.size()), out);
  guard_.process(sound, sample + offset_, out);
}

void Echo::interrupt() {
  guard_.interrupt();
  frames_ = 0;
}

// The frame that came soonest tells best how the caller's samples lie in time. As clocks drift apart, and where the
// first frame was a late one, the offset follows, while no echo is under way; but a stall of the line, beyond which no
// echo would be looked for, is followed at once.
void Echo::align(std::int64_t end, std::vector<float>& out) {
  const std::int64_t apart = now() - end;
  if (frames_ == 0) offset_ = apart;
  soonest_ = frames_ % kWatch == 0 ? apart : std::min(soonest_, apart);
  if (++frames_ % kWatch != 0) return;
  const std::int64_t by = soonest_ - offset_;
  if (std::abs(by) > kStall) guard_.stop(out);
  if (std::abs(by) > kApart && guard_.shift(by)) offset_ += by;
}

int Echo::likelihood(std::int64_t from, std::int64_t to) const {
  return guard_.likelihood(from + offset_, to + offset_);
}

}  // namespace offhook::call
