// The microphone and the loudspeaker of this machine, by ALSA: 8 kHz mono, frames of 20 ms, each on a thread of its own
// that may wait for the device. Between that and the loop stands a bounded queue.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>

#include "edge/caller.hpp"

typedef struct _snd_pcm snd_pcm_t;

namespace offhook::cli {

using SoundFrame = std::array<std::int16_t, edge::Earpiece::kFrame>;

// What waits between the two threads. Closed: nothing is put any more, what is in it may still be taken.
class FrameQueue {
 public:
  explicit FrameQueue(std::size_t most) : most_(most) {}
  bool put(const SoundFrame& frame);       // false: full or closed
  bool put_wait(const SoundFrame& frame);  // waits for room; false: closed
  bool take(SoundFrame& frame);            // false: empty
  bool take_wait(SoundFrame& frame);       // waits for a frame; false: closed and empty
  void close();
  bool ended() const;  // closed and empty

 private:
  const std::size_t most_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<SoundFrame> frames_;
  bool closed_ = false;
};

class SoundDevice {
 public:
  ~SoundDevice();
  static Result<std::unique_ptr<SoundDevice>> open(const std::string& name, bool capture);
  // 20 ms. false: the device has ended, or is lost for good.
  bool read(SoundFrame& frame);
  bool write(const SoundFrame& frame);

 private:
  explicit SoundDevice(snd_pcm_t* pcm) : pcm_(pcm) {}
  bool ready();  // waits; false: it does not become so
  snd_pcm_t* pcm_;
};

// Sound that nobody takes waits in the queue (60 ms), then in the device, which drops what is older.
class Microphone final : public edge::LiveVoice {
 public:
  static constexpr std::size_t kMostFrames = 3;
  static Result<std::unique_ptr<Microphone>> open(const std::string& device);
  ~Microphone() override;
  Took take(std::span<std::int16_t, edge::Earpiece::kFrame> frame) override;

 private:
  explicit Microphone(std::unique_ptr<SoundDevice> device);
  std::unique_ptr<SoundDevice> device_;
  FrameQueue queue_{kMostFrames};
  std::thread thread_;
};

// A device slower than the call loses frames, counted.
class Speaker {
 public:
  static constexpr std::size_t kMostFrames = 5;
  static Result<std::unique_ptr<Speaker>> open(const std::string& device);
  ~Speaker();
  void put(std::span<const std::int16_t, edge::Earpiece::kFrame> frame);  // on the loop
  std::uint64_t lost() const { return lost_.load(std::memory_order_relaxed); }

 private:
  explicit Speaker(std::unique_ptr<SoundDevice> device);
  std::unique_ptr<SoundDevice> device_;
  FrameQueue queue_{kMostFrames};
  std::atomic<std::uint64_t> lost_{0};
  std::thread thread_;
};

}  // namespace offhook::cli
