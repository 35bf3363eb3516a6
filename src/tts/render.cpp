#include "tts/render.hpp"

#include <algorithm>

#include "audio/level.hpp"

namespace offhook::tts {
namespace {

std::size_t samples_in(Duration d, int rate) {
  return static_cast<std::size_t>(d.count() * rate / 1'000'000);
}

}  // namespace

Trimmer::Trimmer(int rate, Edges edges)
    : rate_(rate), before_(samples_in(edges.before, rate)), after_(samples_in(edges.after, rate)) {}

void Trimmer::feed(std::span<const std::int16_t> in, std::vector<std::int16_t>& out) {
  if (in.empty()) return;
  if (!audible_) {
    const std::size_t first = audio::first_audible(in, rate_);
    // Of the silence so far no more is kept than will be sent.
    held_.insert(held_.end(), in.begin(), in.begin() + static_cast<std::ptrdiff_t>(first));
    const std::size_t excess = held_.size() - std::min(held_.size(), before_);
    held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(excess));
    skipped_ += static_cast<std::int64_t>(excess);
    if (first == in.size()) return;
    audible_ = true;
    out.insert(out.end(), held_.begin(), held_.end());
    held_.clear();
    in = in.subspan(first);
  }
  if (const std::size_t end = audio::last_audible(in, rate_); end > 0) {
    out.insert(out.end(), held_.begin() + static_cast<std::ptrdiff_t>(passed_), held_.end());
    out.insert(out.end(), in.begin(), in.begin() + static_cast<std::ptrdiff_t>(end));
    held_.clear();
    passed_ = 0;
    in = in.subspan(end);
  }
  // Silence: so much of it is sent whether the clause goes on or not.
  held_.insert(held_.end(), in.begin(), in.end());
  const std::size_t sure = std::min(held_.size(), after_);
  if (sure > passed_) {
    out.insert(out.end(), held_.begin() + static_cast<std::ptrdiff_t>(passed_),
               held_.begin() + static_cast<std::ptrdiff_t>(sure));
    passed_ = sure;
  }
}

void Trimmer::finish(std::vector<std::int16_t>& out) {
  if (audible_) out.resize(out.size() + after_ - passed_);
  held_.clear();
  passed_ = after_;
}

std::vector<std::int16_t> trimmed(std::span<const std::int16_t> clause, int rate, Edges edges) {
  Trimmer trimmer(rate, edges);
  std::vector<std::int16_t> out;
  trimmer.feed(clause, out);
  trimmer.finish(out);
  return out;
}

}  // namespace offhook::tts
