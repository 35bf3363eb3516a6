#include "cli/sound_card.hpp"

#include <alsa/asoundlib.h>

#include <algorithm>

namespace offhook::cli {
namespace {

constexpr unsigned kRate = 8000, kLatencyUs = 80'000;
constexpr int kWaitMs = 1000;  // a device silent for so long is lost

void no_chatter(const char*, int, const char*, int, const char*, ...) {}

}  // namespace

// ---- queue

bool FrameQueue::put(const SoundFrame& frame) {
  const std::lock_guard lock(mutex_);
  if (closed_ || frames_.size() >= most_) return false;
  frames_.push_back(frame);
  changed_.notify_all();
  return true;
}

bool FrameQueue::put_wait(const SoundFrame& frame) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return closed_ || frames_.size() < most_; });
  if (closed_) return false;
  frames_.push_back(frame);
  changed_.notify_all();
  return true;
}

bool FrameQueue::take(SoundFrame& frame) {
  const std::lock_guard lock(mutex_);
  if (frames_.empty()) return false;
  frame = frames_.front();
  frames_.pop_front();
  changed_.notify_all();
  return true;
}

bool FrameQueue::take_wait(SoundFrame& frame) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return closed_ || !frames_.empty(); });
  if (frames_.empty()) return false;
  frame = frames_.front();
  frames_.pop_front();
  changed_.notify_all();
  return true;
}

void FrameQueue::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  changed_.notify_all();
}

bool FrameQueue::ended() const {
  const std::lock_guard lock(mutex_);
  return closed_ && frames_.empty();
}

// ---- device

Result<std::unique_ptr<SoundDevice>> SoundDevice::open(const std::string& name, bool capture) {
  const auto failed = [&](const char* doing, int error) {
    return Error{Errc::unavailable, std::string(doing) + " the " + (capture ? "microphone" : "loudspeaker") + " \"" +
                                        name + "\": " + snd_strerror(error) + "; `" + (capture ? "arecord" : "aplay") +
                                        " -L` lists the devices"};
  };
  snd_lib_error_set_handler(no_chatter);  // our error says it once
  snd_pcm_t* pcm = nullptr;
  const auto direction = capture ? SND_PCM_STREAM_CAPTURE : SND_PCM_STREAM_PLAYBACK;
  if (const int e = snd_pcm_open(&pcm, name.c_str(), direction, SND_PCM_NONBLOCK); e < 0) return failed("opening", e);
  std::unique_ptr<SoundDevice> device(new SoundDevice(pcm));
  const int e = snd_pcm_set_params(pcm, SND_PCM_FORMAT_S16, SND_PCM_ACCESS_RW_INTERLEAVED, 1, kRate, 1, kLatencyUs);
  if (e < 0) return failed("setting 8 kHz mono on", e);
  if (capture)
    if (const int s = snd_pcm_start(pcm); s < 0) return failed("starting", s);
  return device;
}

SoundDevice::~SoundDevice() {
  snd_pcm_close(pcm_);
}

bool SoundDevice::ready() {
  const int e = snd_pcm_wait(pcm_, kWaitMs);
  return e > 0 || (e < 0 && snd_pcm_recover(pcm_, e, 1) >= 0);
}

bool SoundDevice::read(SoundFrame& frame) {
  for (std::size_t done = 0; done < frame.size();) {
    const auto n = snd_pcm_readi(pcm_, frame.data() + done, frame.size() - done);
    if (n > 0) {
      done += static_cast<std::size_t>(n);
    } else if (n == 0) {
      return false;  // a file's end
    } else if (n == -EAGAIN) {
      if (!ready()) return false;
    } else if (snd_pcm_recover(pcm_, static_cast<int>(n), 1) < 0 || snd_pcm_start(pcm_) < 0) {
      return false;
    }
  }
  return true;
}

bool SoundDevice::write(const SoundFrame& frame) {
  for (std::size_t done = 0; done < frame.size();) {
    const auto n = snd_pcm_writei(pcm_, frame.data() + done, frame.size() - done);
    if (n > 0) {
      done += static_cast<std::size_t>(n);
    } else if (n == -EAGAIN || n == 0) {
      if (!ready()) return false;
    } else if (snd_pcm_recover(pcm_, static_cast<int>(n), 1) < 0) {
      return false;
    }
  }
  return true;
}

// ---- microphone

Result<std::unique_ptr<Microphone>> Microphone::open(const std::string& name) {
  auto device = SoundDevice::open(name, true);
  if (!device) return device.error();
  return std::unique_ptr<Microphone>(new Microphone(std::move(*device)));
}

Microphone::Microphone(std::unique_ptr<SoundDevice> device) : device_(std::move(device)) {
  thread_ = std::thread([this] {
    SoundFrame frame;
    while (device_->read(frame) && queue_.put_wait(frame)) {
    }
    queue_.close();
  });
}

Microphone::~Microphone() {
  queue_.close();
  thread_.join();
}

edge::LiveVoice::Took Microphone::take(std::span<std::int16_t, edge::Earpiece::kFrame> out) {
  SoundFrame frame;
  if (!queue_.take(frame)) return queue_.ended() ? Took::ended : Took::nothing_yet;
  std::ranges::copy(frame, out.begin());
  return Took::frame;
}

// ---- loudspeaker

Result<std::unique_ptr<Speaker>> Speaker::open(const std::string& name) {
  auto device = SoundDevice::open(name, false);
  if (!device) return device.error();
  return std::unique_ptr<Speaker>(new Speaker(std::move(*device)));
}

Speaker::Speaker(std::unique_ptr<SoundDevice> device) : device_(std::move(device)) {
  thread_ = std::thread([this] {
    SoundFrame frame;
    while (queue_.take_wait(frame) && device_->write(frame)) {
    }
    queue_.close();
  });
}

Speaker::~Speaker() {
  queue_.close();
  thread_.join();
}

void Speaker::put(std::span<const std::int16_t, edge::Earpiece::kFrame> in) {
  SoundFrame frame;
  std::ranges::copy(in, frame.begin());
  if (!queue_.put(frame)) lost_.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace offhook::cli
