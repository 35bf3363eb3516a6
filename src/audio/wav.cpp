#include "audio/wav.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string_view>

#include "audio/g711.hpp"

namespace offhook::audio {
namespace {

using Bytes = std::span<const std::uint8_t>;

enum Tag : unsigned { kPcm = 1, kFloat = 3, kAlaw = 6, kMulaw = 7, kExtensible = 0xFFFE };

unsigned u16(Bytes b, std::size_t at) {
  return static_cast<unsigned>(b[at] | (b[at + 1] << 8));
}
std::uint32_t u32(Bytes b, std::size_t at) {
  return u16(b, at) | (static_cast<std::uint32_t>(u16(b, at + 2)) << 16);
}
bool is(Bytes b, std::size_t at, std::string_view id) {
  return std::memcmp(b.data() + at, id.data(), 4) == 0;
}

Error bad(std::string what) {
  return {Errc::invalid, std::move(what)};
}

struct Format {
  unsigned tag, channels, bits;
  std::uint32_t rate;
};

Result<Format> parse_format(Bytes chunk) {
  if (chunk.size() < 16)
    return bad("its 'fmt ' chunk has " + std::to_string(chunk.size()) + " bytes, expected 16 or more");
  Format f{u16(chunk, 0), u16(chunk, 2), u16(chunk, 14), u32(chunk, 4)};
  if (f.tag == kExtensible && chunk.size() >= 26)
    f.tag = u16(chunk, 24);  // the GUID of a subformat begins with its tag
  if (f.channels < 1 || f.channels > 2)
    return bad("it has " + std::to_string(f.channels) + " channels, expected 1 or 2: mix it down");
  if (f.rate < 1000 || f.rate > 384000)
    return bad("its rate is " + std::to_string(f.rate) + " Hz, expected 1000 to 384000");
  const bool known = (f.tag == kPcm && f.bits == 16) || (f.tag == kFloat && f.bits == 32) ||
                     ((f.tag == kMulaw || f.tag == kAlaw) && f.bits == 8);
  if (!known)
    return bad("its samples are of format " + std::to_string(f.tag) + " with " + std::to_string(f.bits) +
               " bits, expected PCM (1) of 16, float (3) of 32, A-law (6) or mu-law (7) of 8: convert it");
  return f;
}

std::int16_t from_float(std::uint32_t bits) {
  const float x = std::bit_cast<float>(bits) * 32768.0f;
  return std::isnan(x) ? std::int16_t{0} : static_cast<std::int16_t>(std::lrint(std::clamp(x, -32768.0f, 32767.0f)));
}

std::vector<std::int16_t> decode(const Format& f, Bytes data) {
  const std::size_t width = f.bits / 8, n = data.size() / (width * f.channels) * f.channels;
  std::vector<std::int16_t> out(n);
  if (f.tag == kMulaw) mulaw_decode(data, out);
  if (f.tag == kAlaw) alaw_decode(data, out);
  if (f.tag == kPcm)
    for (std::size_t i = 0; i < n; ++i) out[i] = static_cast<std::int16_t>(u16(data, 2 * i));
  if (f.tag == kFloat)
    for (std::size_t i = 0; i < n; ++i) out[i] = from_float(u32(data, 4 * i));
  return out;
}

std::string errno_text() {
  return std::strerror(errno);
}

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

}  // namespace

std::vector<std::int16_t> Wav::channel(int index) const {
  std::vector<std::int16_t> out;
  if (index < 0 || index >= channels) return out;
  out.reserve(frames());
  for (std::size_t i = static_cast<std::size_t>(index); i < samples.size(); i += static_cast<std::size_t>(channels))
    out.push_back(samples[i]);
  return out;
}

Result<Wav> parse_wav(Bytes file) {
  if (file.size() < 12 || !is(file, 0, "RIFF") || !is(file, 8, "WAVE"))
    return bad("this is no WAV file: it does not begin with 'RIFF' and 'WAVE'");
  std::optional<Format> format;
  for (std::size_t at = 12; file.size() - at >= 8;) {
    const std::uint32_t said = u32(file, at + 4);
    const std::size_t left = file.size() - at - 8;
    const Bytes chunk = file.subspan(at + 8, std::min<std::size_t>(said, left));
    if (is(file, at, "fmt ")) {
      auto parsed = parse_format(chunk);
      if (!parsed) return parsed.error();
      format = *parsed;
    } else if (is(file, at, "data")) {
      if (!format) return bad("its 'data' chunk comes before any 'fmt ' chunk");
      if (said > left && said < 0x7FFF0000)
        return bad("it is cut short: its 'data' chunk should have " + std::to_string(said) + " bytes, but " +
                   std::to_string(left) + " are left");
      return Wav{static_cast<int>(format->rate), static_cast<int>(format->channels), decode(*format, chunk)};
    }
    const std::size_t step = std::size_t{8} + said + (said & 1);  // chunks begin on even bytes
    if (step > file.size() - at) break;
    at += step;
  }
  return bad("it has no 'data' chunk");
}

Result<Wav> read_wav(const std::string& path) {
  const std::string doing = "reading '" + path + "'";
  const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "rb"));
  if (!file) return Error{errno == ENOENT ? Errc::not_found : Errc::refused, doing + ": " + errno_text()};
  std::vector<std::uint8_t> bytes;
  std::array<std::uint8_t, 65536> block;
  while (const std::size_t n = std::fread(block.data(), 1, block.size(), file.get())) {
    if (bytes.size() + n > kMaxWavBytes)
      return bad(doing + ": it is larger than " + std::to_string(kMaxWavBytes >> 20) + " MiB");
    bytes.insert(bytes.end(), block.begin(), block.begin() + n);
  }
  if (std::ferror(file.get())) return Error{Errc::unavailable, doing + ": " + errno_text()};
  auto wav = parse_wav(bytes);
  if (!wav) return wav.error().within(doing);
  return wav;
}

void WavWriter::Close::operator()(std::FILE* file) const {
  std::fclose(file);
}

Error WavWriter::failed(const char* doing) const {
  return {Errc::unavailable, std::string(doing) + " '" + path_ + "': " + errno_text()};
}

Result<std::unique_ptr<WavWriter>> WavWriter::create(const std::string& path, int rate, int channels) {
  if (rate < 1000 || rate > 384000 || channels < 1 || channels > 64)
    return Error{Errc::internal, "creating '" + path + "': " + std::to_string(rate) + " Hz with " +
                                     std::to_string(channels) +
                                     " channels, expected 1000 to 384000 Hz, 1 to 64 channels"};
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
  std::FILE* file = fd < 0 ? nullptr : ::fdopen(fd, "wb");
  if (file == nullptr) {
    const Error error{Errc::refused, "creating '" + path + "': " + errno_text()};
    if (fd >= 0) ::close(fd);
    return error;
  }
  std::unique_ptr<WavWriter> writer(new WavWriter(path, file, rate, channels));
  if (auto written = writer->write_header(0xFFFFFFFF); !written) return written.error();
  return writer;
}

WavWriter::~WavWriter() {
  (void)close().ok();
}

Result<void> WavWriter::write_header(std::uint32_t data_bytes) {
  std::array<std::uint8_t, 44> h{};
  std::size_t at = 0;
  const auto text = [&](std::string_view s) { at += s.copy(reinterpret_cast<char*>(h.data()) + at, s.size()); };
  const auto number = [&](std::uint32_t v, int bytes) {
    for (int i = 0; i < bytes; ++i) h[at++] = static_cast<std::uint8_t>(v >> (8 * i));
  };
  const auto channels = static_cast<std::uint32_t>(channels_), rate = static_cast<std::uint32_t>(rate_);
  text("RIFF");
  number(data_bytes == 0xFFFFFFFF ? data_bytes : data_bytes + 36, 4);
  text("WAVEfmt ");
  number(16, 4);
  number(kPcm, 2);
  number(channels, 2);
  number(rate, 4);
  number(rate * channels * 2, 4);
  number(channels * 2, 2);
  number(16, 2);
  text("data");
  number(data_bytes, 4);
  if (std::fwrite(h.data(), 1, h.size(), file_.get()) != h.size()) return failed("writing");
  return {};
}

Result<void> WavWriter::write(std::span<const std::int16_t> samples) {
  if (!file_) return Error{Errc::closed, "writing '" + path_ + "': it is closed"};
  if (samples.size() % static_cast<std::size_t>(channels_) != 0)
    return Error{Errc::internal, "writing '" + path_ + "': " + std::to_string(samples.size()) +
                                     " samples are no whole frames of " + std::to_string(channels_) + " channels"};
  if (bytes_ + samples.size_bytes() > 0xFFFFFF00u)
    return Error{Errc::full, "writing '" + path_ + "': a WAV file cannot be longer than 4 GiB"};
  static_assert(std::endian::native == std::endian::little, "PCM16 in a WAV file is little-endian");
  const std::size_t n = std::fwrite(samples.data(), 2, samples.size(), file_.get());
  bytes_ += n * 2;
  if (n != samples.size()) return failed("writing");
  return {};
}

Result<void> WavWriter::close() {
  if (!file_) return {};
  Result<void> result = std::fseek(file_.get(), 0, SEEK_SET) != 0 ? Result<void>(failed("closing"))
                                                                  : write_header(static_cast<std::uint32_t>(bytes_));
  if (std::fclose(file_.release()) != 0 && result.ok())
    result = failed("closing");  // what was buffered is written here
  return result;
}

}  // namespace offhook::audio
