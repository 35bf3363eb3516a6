#include "base/gate.hpp"

#include <utility>

#include "base/log.hpp"

namespace offhook {

Gate::Pass::Pass(Gate& gate, const char* what) : gate_(&gate), what_(what), after_(gate.first_) {
  if (after_) after_->before_ = this;
  gate.first_ = this;
  ++gate.open_;
}

Gate::Pass::Pass(Pass&& other) noexcept : what_(other.what_) {
  take_place_of(other);
}

Gate::Pass& Gate::Pass::operator=(Pass&& other) noexcept {
  if (this == &other) return *this;
  // Takes over before it leaves what it held: of one gate, that is never empty in between.
  Pass held(std::move(*this));
  what_ = other.what_;
  take_place_of(other);
  return *this;
}

void Gate::Pass::take_place_of(Pass& other) {
  gate_ = std::exchange(other.gate_, nullptr);
  before_ = std::exchange(other.before_, nullptr);
  after_ = std::exchange(other.after_, nullptr);
  if (!gate_) return;
  (before_ ? before_->after_ : gate_->first_) = this;
  if (after_) after_->before_ = this;
}

void Gate::Pass::leave() {
  Gate* gate = std::exchange(gate_, nullptr);
  if (!gate) return;
  Pass* before = std::exchange(before_, nullptr);
  Pass* after = std::exchange(after_, nullptr);
  (before ? before->after_ : gate->first_) = after;
  if (after) after->before_ = before;
  --gate->open_;
  gate->tell_if_empty();  // may destroy the gate
}

Gate::~Gate() {
  if (open_ == 0) return;
#ifdef NDEBUG
  log::error("gate_outlived", {{"open", open_}, {"by", holders()}});
#else
  log::fatal("gate_outlived", {{"open", open_}, {"by", holders()}});
#endif
  while (first_) {
    Pass* orphan = std::exchange(first_, first_->after_);
    orphan->gate_ = nullptr;
    orphan->before_ = orphan->after_ = nullptr;
  }
}

std::optional<Gate::Pass> Gate::enter(const char* what) {
  if (closed_) return std::nullopt;
  return Pass(*this, what);
}

void Gate::close(std::function<void()> on_empty) {
  closed_ = true;
  on_empty_ = std::move(on_empty);
  tell_if_empty();
}

void Gate::tell_if_empty() {
  if (!closed_ || open_ > 0 || !on_empty_) return;
  const std::function<void()> on_empty = std::exchange(on_empty_, nullptr);
  on_empty();
}

std::string Gate::holders() const {
  std::string text;
  int named = 0;
  for (const Pass* pass = first_; pass; pass = pass->after_) {
    if (++named > 10) return text + ", …";
    if (!text.empty()) text += ", ";
    text += pass->what_;
  }
  return text;
}

}  // namespace offhook
