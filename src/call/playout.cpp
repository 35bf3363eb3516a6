#include "call/playout.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <stdexcept>
#include <utility>

#include "audio/fade.hpp"
#include "audio/g711.hpp"
#include "audio/level.hpp"

namespace offhook::call {
namespace {

constexpr std::size_t kMostFrame = 960;  // samples: 20 ms at 48 kHz
constexpr Duration kFrame = 20ms;        // on the wire, whatever its rate
constexpr Duration kLongestTrip = 2s;    // to the far ear
constexpr std::size_t kMostMarks = 64;  // waiting to come back; a far end that never returns any is not tracked further

}  // namespace

Playout::Playout(Wire& wire, EdgeTraits edge, Tell tell) : wire_(wire), edge_(edge), tell_(std::move(tell)) {
  if (edge_.frame <= 0 || static_cast<std::size_t>(edge_.frame) > kMostFrame || edge_.frame * 50 != edge_.rate)
    throw std::invalid_argument("playing to an edge: its frames must be of 20 ms at 48 kHz or less");
}

void Playout::begin(Generation generation) {
  generation_ = generation;
  active_ = true;
  released_ = held_ = closed_ = audible_ = drained_ = fade_in_ = started_ = resting_ = sound_ = false;
  pieces_.clear();
  piece_ = offset_ = 0;
  open_ = thirsty_ = false;
  open_from_ = 0;
  position_ = confirmed_ = forgotten_ = 0;
  sent_.clear();
  marks_.clear();
}

void Playout::add(Sound clause, Time now) {
  if (!active_ || drained_ || !clause || clause->empty()) return;
  pieces_.push_back({std::move(clause), true});
  pump(now);
}

void Playout::add_piece(Sound piece, Time now) {
  if (!active_ || drained_ || !piece || piece->empty()) return;
  if (!std::exchange(open_, true)) {
    thirsty_ = cushion_ > Duration::zero();
    open_from_ = pieces_.size();
  }
  pieces_.push_back({std::move(piece), false});
  pump(now);
}

void Playout::end_clause(Time now) {
  if (!std::exchange(open_, false)) return;
  if (!pieces_.empty()) pieces_.back().last = true;
  if (active_ && started_ && all_sent()) send_mark(now);  // its last frame went without one
  pump(now);
}

void Playout::close(Time now) {
  closed_ = true;
  pump(now);
}

void Playout::release(Time now) {
  if (!active_ || released_) return;
  released_ = true;
  pump(now);
}

void Playout::hold(Time now) {
  if (!active_ || held_) return;
  held_ = true;
  if (!started_ || all_sent() || far_until_ <= now) return;
  // One fading frame, from where the sound would go on; the position stays, so that a resume says it again.
  std::array<std::int16_t, kMostFrame> frame{};
  const auto n = static_cast<std::size_t>(edge_.frame);
  take(frame.data(), n, pieces_.size(), false);
  audio::fade_out(std::span(frame.data(), n));
  std::array<std::uint8_t, kMostFrame> wire;
  audio::mulaw_encode(std::span<const std::int16_t>(frame.data(), n), std::span(wire.data(), n));
  wire_.send_audio(std::span<const std::uint8_t>(wire.data(), n));
  far_until_ += kFrame;
  sent_.push_back({far_until_, position_});
}

void Playout::resume(Time now) {
  if (!active_ || !held_) return;
  held_ = false;
  fade_in_ = resting_ = started_;
  pump(now);
}

Sample Playout::flush(Time now) {
  if (!active_) return 0;
  const Sample heard_now = edge_.clear ? heard(now) : position_;  // what cannot be taken back will be heard
  if (!sent_.empty() && !drained_) {
    ++epoch_;
    wire_.clear();
  }
  active_ = open_ = false;
  pieces_.clear();
  piece_ = offset_ = 0;
  sent_.clear();
  marks_.clear();
  confirmed_ = position_ = forgotten_ = 0;
  far_until_ = now;
  return heard_now;
}

void Playout::beat(Time now) {
  if (!sounding()) return;
  pump(now);
}

// Sends what the lead allows, and notices the end.
void Playout::pump(Time now) {
  if (!sounding()) return;
  while (far_until_ - now < lead_) {
    if (!send_frame(now)) break;
  }
  if (closed_ && all_sent() && !open_) finish(now);
}

// The pieces that may be sent now: up to this one. Of a clause that is still being made only where a frame of it is
// there, and the cushion once it has been missed.
std::size_t Playout::ready_to(Time now) {
  if (!open_) {
    thirsty_ = false;
    return pieces_.size();
  }
  const Duration there = span_of_pieces(std::max(piece_, open_from_));
  if (thirsty_ && there >= cushion_) thirsty_ = false;
  if (!thirsty_ && there >= kFrame) return pieces_.size();
  if (piece_ >= open_from_ && started_ && sound_ && !thirsty_ && far_until_ <= now) {  // the caller hears that we wait
    thirsty_ = true;
    cushion_ = std::clamp(2 * cushion_, kCushion, kLongestCushion);
  }
  return open_from_;
}

// At most `n` samples from the front; the rest of the frame is silence. Returns how many there were.
std::size_t Playout::take(std::int16_t* frame, std::size_t n, std::size_t end, bool advance) {
  std::size_t piece = piece_, offset = offset_, got = 0;
  while (got < n && piece < end) {
    const auto& sound = *pieces_[piece].sound;
    const std::size_t part = std::min(n - got, sound.size() - offset);
    std::copy_n(sound.begin() + static_cast<std::ptrdiff_t>(offset), part, frame + got);
    got += part;
    offset += part;
    if (offset == sound.size()) {
      ++piece;
      offset = 0;
    }
  }
  std::fill(frame + got, frame + n, std::int16_t{0});
  if (advance) {
    piece_ = piece;
    offset_ = offset;
    position_ += static_cast<Sample>(got);
  }
  return got;
}

bool Playout::send_frame(Time now) {
  // Pauses inside a reply are sent as silence, so that the far end's clock goes on; before its first sound, nothing.
  const std::size_t end = ready_to(now);
  if (open_ && piece_ >= end) return false;
  if (all_sent() && (closed_ || !started_)) return false;
  std::array<std::int16_t, kMostFrame> frame;
  const auto n = static_cast<std::size_t>(edge_.frame);
  const std::size_t piece_before = piece_;
  const std::size_t got = take(frame.data(), n, end, true);
  const std::span<std::int16_t> samples(frame.data(), n);
  if (fade_in_ && got > 0) {
    audio::fade_in(samples.first(std::min(n, static_cast<std::size_t>(edge_.rate) / 100)));
    fade_in_ = false;
  }
  const bool audible = got > 0 && audio::first_audible(samples, edge_.rate) < n;
  if (sound_ && audible && !resting_ && now - far_until_ > kUnderrun) ++underruns_;
  sound_ = audible;
  resting_ = false;
  std::array<std::uint8_t, kMostFrame> wire;
  audio::mulaw_encode(std::span<const std::int16_t>(samples), std::span(wire.data(), n));
  wire_.send_audio(std::span<const std::uint8_t>(wire.data(), n));
  far_until_ = std::max(far_until_, now) + kFrame;
  started_ = true;
  sent_.push_back({far_until_, position_});
  // What was heard for certain is not needed any more, but for a generous trip.
  while (sent_.size() > 2 && sent_[1].played < now - kLongestTrip) {
    forgotten_ = sent_.front().position;
    sent_.pop_front();
  }
  bool clause_over = false;
  for (std::size_t i = piece_before; i < piece_; ++i) clause_over |= pieces_[i].last;
  if (clause_over || now - last_mark_at_ >= kMarkEvery) send_mark(now);
  if (audible && !audible_) {
    audible_ = true;
    const Generation generation = generation_;
    if (tell_.audible) tell_.audible(generation);
    return sounding() && generation == generation_;
  }
  return true;
}

void Playout::send_mark(Time now) {
  last_mark_at_ = now;
  if (!edge_.marks) return;
  char name[64];
  std::snprintf(name, sizeof name, "%u:%lld:%u", generation_, static_cast<long long>(position_), epoch_);
  if (marks_.size() >= kMostMarks) marks_.pop_front();
  marks_.push_back({generation_, position_, far_until_});
  wire_.send_mark(name);
}

// All has been sent: when the last mark comes back, or should have, it was all heard.
void Playout::finish(Time now) {
  if (drained_) return;
  const bool by_mark = edge_.marks && !sent_.empty() && confirmed_ >= position_ && marks_.empty();
  const Time by_clock = far_until_ + (edge_.marks && !sent_.empty() ? trip_ + kLateMark : Duration::zero());
  if (!by_mark && now < by_clock && !sent_.empty()) return;
  drained_ = true;
  if (tell_.drained) tell_.drained(generation_);
}

void Playout::mark(std::string_view name, Time now) {
  std::uint32_t generation = 0, epoch = 0;
  long long position = 0;
  const char* at = name.data();
  const char* end = at + name.size();
  auto number = [&](auto& to) {
    const auto [next, error] = std::from_chars(at, end, to);
    if (error != std::errc()) return false;
    at = next;
    return true;
  };
  auto colon = [&] { return at < end && *at++ == ':'; };
  if (!(number(generation) && colon() && number(position) && colon() && number(epoch)) || at != end) return;
  if (epoch != epoch_ || !active_ || generation != generation_) return;
  std::size_t at_mark = 0;
  while (at_mark < marks_.size() && marks_[at_mark].position != position) ++at_mark;
  if (at_mark == marks_.size()) return;
  const Duration late = std::max(Duration::zero(), now - marks_[at_mark].expected);
  for (std::size_t n = 0; n <= at_mark; ++n) marks_.pop_front();
  confirmed_ = std::max<Sample>(confirmed_, position);
  // How much trips vary is what the lead has to cover.
  least_trip_ = std::min(least_trip_, late);
  trip_ = trip_ == Duration::zero() ? late : (trip_ * 7 + late) / 8;
  const Duration off = late - least_trip_;
  jitter_ = off > jitter_ ? off : (jitter_ * 15 + off) / 16;
  lead_ = std::clamp<Duration>(40ms + jitter_, kLead, kLongestLead);
  if (closed_ && all_sent() && !open_ && !held_) finish(now);
}

Sample Playout::heard(Time now, Duration ago) const {
  const Time there = now - ago;
  Sample heard = confirmed_;
  Sample before = forgotten_;
  for (std::size_t i = 0; i < sent_.size(); ++i) {
    const Sent& frame = sent_[i];
    if (frame.played <= there) {
      heard = std::max(heard, frame.position);
    } else {
      const Duration left = frame.played - there;
      if (left < kFrame && frame.position > before && before >= confirmed_)
        heard = std::max(heard, before + (frame.position - before) * (kFrame - left).count() / kFrame.count());
      break;
    }
    before = frame.position;
  }
  return std::min(heard, position_);
}

Duration Playout::waiting() const {
  return span_of_pieces(piece_);
}

// Of what has not been sent, from this piece on.
Duration Playout::span_of_pieces(std::size_t from) const {
  Sample samples = 0;
  for (std::size_t i = from; i < pieces_.size(); ++i) samples += static_cast<Sample>(pieces_[i].sound->size());
  if (from == piece_) samples -= static_cast<Sample>(offset_);
  return Duration(std::max<Sample>(0, samples) * 1'000'000 / edge_.rate);
}

}  // namespace offhook::call
