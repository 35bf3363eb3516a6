// Sound on its way to a service that takes µ-law at 8 kHz: gathered into messages, and counted, since services tell
// where in the stream they are. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/clock.hpp"

namespace offhook::stt {

class MulawUplink {
 public:
  static constexpr int kRate = 8000;
  static constexpr std::size_t kLongest = 8000;  // bytes of one message: a second

  explicit MulawUplink(Duration chunk) : chunk_(static_cast<std::size_t>(chunk.count() * kRate / 1'000'000)) {}

  // The messages that are due: none until there is a chunk of sound, then all of it. Never an empty one.
  std::vector<std::string> feed(std::span<const float> samples);
  std::vector<std::string> flush();  // what waits for the rest of its chunk

  // Of all that has been fed: a sample's place in the stream.
  Duration position() const { return Duration(fed_ * 1'000'000 / kRate); }
  // How much has become messages since this was asked last.
  Duration take_sent();

 private:
  std::size_t chunk_;
  std::string pending_;
  std::int64_t fed_ = 0, sent_ = 0;
};

}  // namespace offhook::stt
