#include "standins/voice.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <numbers>
#include <utility>

#include "audio/g711.hpp"

namespace offhook::standins {
namespace {

constexpr double tone = 220, loudness = 6000;  // Hz; of 32767

void append_sample(std::string& out, Encoding encoding, std::int16_t value) {
  const auto put = [&](std::uint32_t bits, int bytes) {
    for (int i = 0; i < bytes; ++i) out += static_cast<char>(bits >> (8 * i) & 0xFF);
  };
  switch (encoding) {
    case Encoding::mulaw: return put(audio::mulaw_encode(value), 1);
    case Encoding::alaw: {
      std::uint8_t code = 0;
      audio::alaw_encode({&value, 1}, {&code, 1});
      return put(code, 1);
    }
    case Encoding::pcm_s16le: return put(static_cast<std::uint16_t>(value), 2);
    case Encoding::pcm_f32le: return put(std::bit_cast<std::uint32_t>(static_cast<float>(value) / 32768.0f), 4);
  }
}

// One second of it is whole periods, so it can be repeated.
const std::string& second_of_tone(Voice::Format format) {
  static thread_local std::map<std::pair<Encoding, int>, std::string> made;
  std::string& bytes = made[{format.encoding, format.rate}];
  if (!bytes.empty()) return bytes;
  for (int i = 0; i < format.rate; ++i) {
    const double angle = 2 * std::numbers::pi * tone * i / format.rate;
    append_sample(bytes, format.encoding, static_cast<std::int16_t>(std::lround(loudness * std::sin(angle))));
  }
  return bytes;
}

std::string tone_from(Voice::Format format, std::int64_t sample, std::int64_t count) {
  const std::string& second = second_of_tone(format);
  const std::size_t width = second.size() / static_cast<std::size_t>(format.rate);
  std::string bytes;
  while (count > 0) {
    const std::int64_t at = sample % format.rate, some = std::min(count, format.rate - at);
    bytes.append(second, static_cast<std::size_t>(at) * width, static_cast<std::size_t>(some) * width);
    sample += some;
    count -= some;
  }
  return bytes;
}

}  // namespace

std::vector<std::string> characters_of(std::string_view utf8) {
  std::vector<std::string> characters;
  for (const char c : utf8) {
    if ((static_cast<unsigned char>(c) & 0xC0) != 0x80 || characters.empty()) characters.emplace_back();
    characters.back() += c;
  }
  return characters;
}

Voice::Voice(net::Loop& loop, const Settings& settings, Format format, std::function<void(const Piece&)> piece)
    : loop_(loop), settings_(settings), format_(format), piece_(std::move(piece)) {}

void Voice::say(std::string_view text) {
  auto characters = characters_of(text);
  if (characters.empty()) return;
  queue_.push_back({std::move(characters), loop_.now() + settings_.tts_first, nullptr});
  wake();
}

void Voice::after(std::function<void()> then) {
  queue_.push_back({{}, loop_.now(), std::move(then)});
  wake();
}

void Voice::stop(int more) {
  const bool making = begun_;
  if (!making || more == 0) {
    queue_.clear();
    begun_ = false;
    return timer_.cancel();
  }
  queue_.resize(1);
  left_ = more;
}

bool Voice::busy() const {
  return std::any_of(queue_.begin(), queue_.end(), [](const Entry& entry) { return !entry.then; });
}

void Voice::wake() {
  if (queue_.empty()) return;
  // The pause behind a piece is for the next piece; what only marks a place need not wait for it.
  timer_.at(queue_.front().then ? loop_.now() : std::max(next_, queue_.front().ready));
}

void Voice::run() {
  if (queue_.empty()) return;
  if (queue_.front().then) {
    const auto then = std::move(queue_.front().then);
    queue_.pop_front();
    wake();
    return then();  // may destroy this
  }
  make();
}

void Voice::make() {
  Entry& entry = queue_.front();
  if (!std::exchange(begun_, true)) begin_ = made_;
  const double each = static_cast<double>(settings_.tts_character.count()) / 1e6 / pace;
  const auto total =
      static_cast<std::int64_t>(std::llround(each * static_cast<double>(entry.characters.size()) * format_.rate));
  const std::int64_t chunk = settings_.tts_chunk.count() * format_.rate / 1000000;
  const std::int64_t from = made_ - begin_, count = std::min(chunk, total - from);

  Piece piece;
  piece.start = static_cast<double>(made_) / format_.rate;
  piece.length = static_cast<double>(count) / format_.rate;
  piece.bytes = tone_from(format_, made_, count);
  for (std::size_t i = 0; i < entry.characters.size(); ++i) {
    const auto begins = static_cast<std::int64_t>(std::llround(each * static_cast<double>(i) * format_.rate));
    if (begins < from || begins >= from + count) continue;
    piece.characters.push_back({entry.characters[i], static_cast<double>(begin_ + begins) / format_.rate, each});
  }
  made_ += count;
  // A timer that fires late moves no later piece, but a voice that was idle begins anew.
  const Duration step(std::llround(piece.length / settings_.tts_speed * 1e6));
  next_ = std::max(loop_.now() - step, next_) + step;
  if (made_ - begin_ >= total) {
    queue_.pop_front();
    begun_ = false;
  }
  if (left_ > 0 && --left_ == 0) {
    std::erase_if(queue_, [](const Entry& waiting) { return !waiting.then; });
    begun_ = false;
    left_ = -1;
  }
  wake();
  piece_(piece);  // may destroy this
}

}  // namespace offhook::standins
