#include "dialog/speakable_map.hpp"

#include <algorithm>

namespace offhook::dialog {

std::size_t Speakable::written(std::size_t spoken) const {
  Stretch before{};
  for (const Stretch& s : map) {
    if (s.spoken > spoken) return s.same ? before.written + (spoken - before.spoken) : before.written;
    before = s;
  }
  return before.written;
}

bool Speakable::changed() const {
  return std::any_of(map.begin(), map.end(), [](const Stretch& s) { return !s.same; });
}

Speakable as_written(std::string_view text) {
  Speakable out{std::string(text), {}};
  if (!text.empty()) out.map.push_back({text.size(), text.size(), true});
  return out;
}

void Rewrite::add(std::size_t spoken, std::size_t written, bool same) {
  auto& map = out_.map;
  if (!map.empty() && map.back().same && same) {
    map.back().spoken = spoken;
    map.back().written = written;
  } else if (map.empty() || map.back().spoken != spoken || map.back().written != written) {
    map.push_back({spoken, written, same});
  }
}

void Rewrite::keep(std::size_t bytes) {
  const std::size_t end = std::min(from_.text.size(), at_ + bytes);
  while (at_ < end) {
    const auto& s = from_.map[stretch_];
    const std::size_t upto = std::min(end, s.spoken);
    out_.text.append(from_.text, at_, upto - at_);
    if (s.same)
      written_ += upto - at_;
    else if (upto == s.spoken)
      written_ = s.written;
    // A stretch said at once stays so: the part of it before its end brings nothing that was written.
    add(out_.text.size(), written_, s.same);
    at_ = upto;
    while (stretch_ < from_.map.size() && from_.map[stretch_].spoken <= at_) {
      if (written_ != from_.map[stretch_].written) add(out_.text.size(), from_.map[stretch_].written, false);
      written_ = from_.map[stretch_++].written;
    }
  }
}

void Rewrite::say(std::size_t bytes, std::string_view instead) {
  const std::size_t end = std::min(from_.text.size(), at_ + bytes);
  while (stretch_ < from_.map.size() && from_.map[stretch_].spoken <= end) {
    at_ = from_.map[stretch_].spoken;
    written_ = from_.map[stretch_++].written;
  }
  if (at_ < end && from_.map[stretch_].same) written_ += end - at_;
  at_ = end;
  out_.text += instead;
  add(out_.text.size(), written_, false);
}

Speakable Rewrite::done() {
  keep(from_.text.size() - at_);
  if (!from_.map.empty() && (out_.map.empty() || out_.map.back().written != from_.map.back().written))
    add(out_.text.size(), from_.map.back().written, false);
  return std::move(out_);
}

}  // namespace offhook::dialog
