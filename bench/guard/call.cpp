// A whole call on a virtual loop, and parts of one.
#include <array>
#include <cmath>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include "call/playout.hpp"
#include "call/steady_state_testing.hpp"
#include "guard/section.hpp"

namespace offhook::guard {
namespace {

// `before`: nobody but the agent speaks so long.
Once frames(Duration before, Duration speaks_before, bool speaks, bool agent) {
  auto call = std::make_shared<call::SteadyCall>();
  call->run(before, false);
  call->run(speaks_before, true);
  const int sent = call->frames_sent();
  call->run(1s, speaks);
  if ((call->frames_sent() > sent) != agent)
    throw std::runtime_error("the agent speaks when it should not, or is silent");
  return [call, speaks] {
    call->frame(speaks);
    return std::size_t{160};
  };
}

class Speaking {
 public:
  Speaking() {
    std::vector<std::int16_t> sound(8000 * 120);
    for (std::size_t i = 0; i < sound.size(); ++i)
      sound[i] = static_cast<std::int16_t>(8000 * std::sin(static_cast<double>(i) / 12));
    playout_.begin(1);
    playout_.add(std::make_shared<const std::vector<std::int16_t>>(std::move(sound)), now_);
    playout_.release(now_);
  }
  std::size_t beat() {
    const int before = wire_.frames;
    wire_.answer([this](std::string_view mark) { playout_.mark(mark, now_); });
    now_ += 20ms;
    playout_.beat(now_);
    return static_cast<std::size_t>(wire_.frames - before);
  }

 private:
  Time now_ = Time{} + 1s;
  call::PromptWire wire_;
  call::Playout playout_{wire_, {}, {[](call::Generation) {}, [](call::Generation) {}}};
};

class Windows {
 public:
  Windows() {
    for (std::size_t i = 0; i < window_.size(); ++i) window_[i] = i % 16 < 8 ? 0.2f : -0.2f;
    for (std::size_t i = 0; i < vad::Batcher::kBatch; ++i)
      streams_.push_back(batcher_->open([this](float, std::int64_t) { ++answered_; }));
  }
  std::size_t batch() {
    answered_ = 0;
    position_ += 256;
    for (auto& stream : streams_) stream->push(window_, position_);
    loop_.run_ready();
    return answered_;
  }

 private:
  net::VirtualLoop loop_;
  std::unique_ptr<vad::Batcher> batcher_ = vad::Batcher::create(loop_, std::make_unique<call::LoudIsSpeech>());
  std::vector<std::unique_ptr<vad::Batcher::Stream>> streams_;
  std::array<float, vad::kWindow> window_{};
  std::int64_t position_ = 0;
  std::size_t answered_ = 0;
};

}  // namespace

Once frame_of_quiet(const std::string&) {
  return frames(22s, 0s, false, false);
}

Once frame_of_agent(const std::string&) {
  return frames(5s, 0s, false, true);
}

Once frame_of_caller(const std::string&) {
  return frames(22s, 2s, true, false);
}

Once beat(const std::string&) {
  return [speaking = std::make_shared<Speaking>()] { return speaking->beat(); };
}

Once batch_of_windows(const std::string&) {
  return [windows = std::make_shared<Windows>()] { return windows->batch(); };
}

}  // namespace offhook::guard
