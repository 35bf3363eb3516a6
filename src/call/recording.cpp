#include "call/recording.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "audio/g711.hpp"
#include "base/log.hpp"
#include "call/event_log.hpp"

namespace offhook::call {
namespace {

constexpr std::int64_t kFarthest = std::int64_t{1} << 40;  // of a position that is believed

}  // namespace

Result<std::unique_ptr<Recording>> Recording::open(const std::string& dir, const std::string& today,
                                                   const std::string& call, net::Loop& loop, Wire& wire, bool clears) {
  const std::string path = folder_of_day(dir, today) + "/" + call + ".wav";
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0)
    return Error{Errc::unavailable, "writing the recording " + path + ": " + std::strerror(errno) +
                                        "; give another folder with data_dir, or switch it off with record.sound"};
  return std::unique_ptr<Recording>(new Recording(file, path, loop, wire, clears));
}

Recording::Recording(int file, std::string path, net::Loop& loop, Wire& wire, bool clears)
    : file_(file),
      path_(std::move(path)),
      loop_(loop),
      wire_(wire),
      clears_(clears),
      born_(loop.now()),
      window_(2 * kWindow, audio::kMulawSilence) {
  write_header();
}

Recording::~Recording() {
  settle(now());
  if (file_ >= 0) ::close(file_);
}

void Recording::caller(std::span<const std::uint8_t> mulaw, std::int64_t sample) {
  if (sample < 0 || sample > kFarthest) return;
  const auto n = static_cast<Frame>(mulaw.size());
  const Frame heard = now();
  Frame at = origin_ + sample;
  if (!std::exchange(began_, true) || at + n > heard + kEarly || at + n < heard - kLate) {
    at = std::max<Frame>(0, heard - n);  // a frame comes when its last sample has been spoken
    origin_ = at - sample;
  }
  place(kCaller, at, mulaw);
}

void Recording::send_audio(std::span<const std::uint8_t> mulaw) {
  due_ = std::max(due_, now());
  place(kAgent, due_, mulaw);
  due_ += static_cast<Frame>(mulaw.size());
  wire_.send_audio(mulaw);
}

void Recording::clear() {
  if (clears_) {
    const Frame from = std::max(now(), base_);
    for (Frame at = from; at < std::min(due_, base_ + kWindow); ++at)
      window_[static_cast<std::size_t>(2 * (at - base_) + kAgent)] = audio::kMulawSilence;
    due_ = std::min(due_, now());
  }
  wire_.clear();
}

// What lies outside of the window is dropped: nothing is sent so far ahead, nothing comes so late.
void Recording::place(Side side, Frame at, std::span<const std::uint8_t> mulaw) {
  if (now() - base_ >= 3 * kRate) settle(now() - kLate);
  const Frame from = std::max(at, base_), to = std::min(at + static_cast<Frame>(mulaw.size()), base_ + kWindow);
  for (Frame i = from; i < to; ++i)
    window_[static_cast<std::size_t>(2 * (i - base_) + side)] = mulaw[static_cast<std::size_t>(i - at)];
}

void Recording::settle(Frame upto) {
  if (upto <= base_) return;
  while (base_ < upto) {
    const Frame n = std::min(upto - base_, kWindow);
    const auto bytes = static_cast<std::ptrdiff_t>(2 * n);
    write(std::span(window_).first(static_cast<std::size_t>(bytes)));
    std::move(window_.begin() + bytes, window_.end(), window_.begin());
    std::fill(window_.end() - bytes, window_.end(), audio::kMulawSilence);
    base_ += n;
  }
  write_header();
}

void Recording::write(std::span<const std::uint8_t> bytes) {
  while (file_ >= 0 && !bytes.empty()) {
    const ssize_t n = ::write(file_, bytes.data(), bytes.size());
    if (n <= 0) return fail();
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
}

// It always says what is on disk behind it, so that what a crash leaves can be read. RIFF, `fmt ` with an extension of
// none, `fact` (formats other than PCM have it), `data`.
void Recording::write_header() {
  if (file_ < 0) return;
  constexpr std::uint32_t kSize = 58;
  std::array<std::uint8_t, kSize> h{};
  std::size_t end = 0;
  const auto text = [&](std::string_view s) { end += s.copy(reinterpret_cast<char*>(h.data()) + end, s.size()); };
  const auto number = [&](std::uint32_t v, int bytes) {
    for (int i = 0; i < bytes; ++i) h[end++] = static_cast<std::uint8_t>(v >> (8 * i));
  };
  const auto frames = static_cast<std::uint32_t>(base_);
  text("RIFF");
  number(2 * frames + kSize - 8, 4);
  text("WAVEfmt ");
  number(18, 4);
  number(7, 2);  // µ-law
  number(2, 2);
  number(kRate, 4);
  number(2 * kRate, 4);
  number(2, 2);
  number(8, 2);
  number(0, 2);
  text("fact");
  number(4, 4);
  number(frames, 4);
  text("data");
  number(2 * frames, 4);
  if (::pwrite(file_, h.data(), h.size(), 0) != static_cast<ssize_t>(h.size())) return fail();
  if (base_ == 0 && ::lseek(file_, kSize, SEEK_SET) != kSize) fail();
}

void Recording::fail() {
  log::warn("recording_not_written", {{"path", path_}, {"error", std::strerror(errno)}});
  ::close(std::exchange(file_, -1));
}

}  // namespace offhook::call
