// Between the carrier's messages and the sound that is listened to.
#include <array>
#include <cstdint>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "audio/echo_testing.hpp"
#include "audio/g711.hpp"
#include "audio/resampler.hpp"
#include "base/base64.hpp"
#include "edge/twilio_frames.hpp"
#include "guard/section.hpp"

namespace offhook::guard {
namespace {

constexpr const char* kStream = "MZ0123456789abcdef0123456789abcdef";

std::vector<std::uint8_t> every_byte() {
  std::vector<std::uint8_t> sound(160);
  std::iota(sound.begin(), sound.end(), std::uint8_t{0});
  return sound;
}

// A line on which the agent speaks all the time, over and over.
class EchoLine {
 public:
  EchoLine(const std::string& root, bool comes_back) {
    using namespace audio::echo_testing;
    const Sound said = agent(root + "/tests/data");
    sent_ = mulaw(said);
    const Path path{.delay = 2000, .db = -12};
    heard_ = line(comes_back ? echo_of(said, path) : Sound(said.size()), {}, path);
  }
  std::size_t frame() {
    const std::size_t at = next_ % (sent_.size() / 160) * 160;
    const auto due = static_cast<std::int64_t>(next_ * 160);
    ++next_;
    out_.clear();
    guard_.send(due + 480, std::span(sent_).subspan(at, 160));
    guard_.process(std::span(heard_).subspan(at, 160), due, out_);
    return out_.size();
  }
  bool guarding() const { return guard_.guarding(); }

 private:
  audio::EchoGuard guard_;
  std::vector<std::uint8_t> sent_;
  audio::echo_testing::Sound heard_, out_;
  std::size_t next_ = 0;
};

Once echo(const std::string& root, bool comes_back) {
  auto line = std::make_shared<EchoLine>(root, comes_back);
  for (int i = 0; i < (comes_back ? 400 : 25); ++i) line->frame();
  if (line->guarding() != comes_back)
    throw std::runtime_error(comes_back ? "the echo was not found" : "an echo was found that is none");
  return [line] { return line->frame(); };
}

}  // namespace

Once read_frame(const std::string&) {
  std::string message = R"({"event":"media","sequenceNumber":"1234","streamSid":")" + std::string(kStream) +
                        R"(","media":{"track":"inbound","chunk":"1233","timestamp":"24660","payload":")";
  append_base64(message, every_byte());
  message += R"("}})";
  auto buffer = std::make_shared<edge::FrameBuffer>();
  auto sound = std::make_shared<std::array<float, 160>>();
  return [message, buffer, sound] {
    const edge::Frame frame = edge::parse_frame(message, *buffer);
    const auto* media = std::get_if<edge::Media>(&frame);
    if (!media) return std::size_t{0};
    audio::mulaw_decode(media->audio, *sound);
    return media->audio.size();
  };
}

Once write_frame(const std::string&) {
  auto out = std::make_shared<std::string>();
  return [out, sound = every_byte()] {
    out->clear();
    edge::write_media(*out, kStream, sound);
    return out->size();
  };
}

Once upsample(const std::string&) {
  auto resampler = std::make_shared<audio::Resampler>(8000, 16000);
  auto out = std::make_shared<std::vector<float>>();
  std::vector<float> sound(160);
  audio::mulaw_decode(every_byte(), std::span<float>(sound));
  return [resampler, out, sound] {
    out->clear();
    resampler->process(sound, *out);
    return out->size();
  };
}

Once search_echo(const std::string& root) {
  return echo(root, false);
}

Once suppress_echo(const std::string& root) {
  return echo(root, true);
}

}  // namespace offhook::guard
