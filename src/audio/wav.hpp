// RIFF WAV: recorded speech to be played, and recordings written as a call goes on.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace offhook::audio {

struct Wav {
  int rate = 0;                       // Hz, 1000 to 384000
  int channels = 0;                   // 1 or 2
  std::vector<std::int16_t> samples;  // interleaved, whole frames

  std::size_t frames() const { return channels == 0 ? 0 : samples.size() / static_cast<std::size_t>(channels); }
  std::vector<std::int16_t> channel(int index) const;
};

inline constexpr std::size_t kMaxWavBytes = 256u << 20;  // of a file read: 4.6 h of 8 kHz PCM16

// PCM of 16 bits, µ-law, A-law, or float of 32 bits (clipped). A length of 0xFFFFFFFF or of nearly 2 GiB, as programs
// that write to a pipe leave it, means: to the end. Any other file that ends before its length is an error
// (Errc::invalid).
Result<Wav> parse_wav(std::span<const std::uint8_t> file);
Result<Wav> read_wav(const std::string& path);

// Streams PCM16 into a file that only its owner may read. Until close() the header says "to the end", so what a crash
// leaves can still be read. One thread; writes are buffered and may block on the disk.
class WavWriter {
 public:
  static Result<std::unique_ptr<WavWriter>> create(const std::string& path, int rate, int channels);
  ~WavWriter();  // closes; errors are lost

  // Interleaved whole frames. Errc::full at the 4 GiB that the format can say.
  Result<void> write(std::span<const std::int16_t> samples);
  Result<void> close();  // fixes the header; a second time does nothing
  std::uint64_t frames() const { return bytes_ / 2 / static_cast<unsigned>(channels_); }

 private:
  struct Close {
    void operator()(std::FILE* file) const;
  };
  WavWriter(std::string path, std::FILE* file, int rate, int channels)
      : path_(std::move(path)), file_(file), rate_(rate), channels_(channels) {}
  Result<void> write_header(std::uint32_t data_bytes);
  Error failed(const char* doing) const;

  std::string path_;
  std::unique_ptr<std::FILE, Close> file_;
  int rate_, channels_;
  std::uint64_t bytes_ = 0;
};

}  // namespace offhook::audio
