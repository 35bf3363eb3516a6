// For tests: a whole call on a virtual loop that goes on and on, frame by frame, without anything that happens once a
// turn. Its models answer at once and keep nothing, so what it costs is ours.
#pragma once

#include <array>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "call/call.hpp"
#include "call/fakes.hpp"

namespace offhook::call {

class LoudIsSpeech final : public vad::Model {
 public:
  Result<void> run(std::span<Window> batch) override {
    for (Window& w : batch) w.probability = audio::rms(w.samples) > 0.02 ? 0.95f : 0.02f;
    return {};
  }
};

// Hears nothing: what a recogniser keeps is its own.
class DeafRecognizer final : public stt::Recognizer {
 public:
  std::unique_ptr<stt::Session> open(net::Loop&, stt::Session::Sink) override { return std::make_unique<One>(); }

 private:
  struct One final : stt::Session {
    void begin() override {}
    void audio(std::span<const float>) override {}
    void pause(std::uint32_t) override {}
    void end() override {}
  };
};

// The far end plays at once and returns each mark with the next frame.
class PromptWire final : public Wire {
 public:
  void send_audio(std::span<const std::uint8_t>) override { ++frames; }
  void send_mark(std::string_view name) override { mark_.assign(name); }
  void clear() override {}
  void hang_up(std::string_view) override {}
  template <class Told>
  void answer(Told&& told) {
    if (mark_.empty()) return;
    told(mark_);
    mark_.clear();
  }
  int frames = 0;

 private:
  std::string mark_;
};

// The agent greets for 18 s, from the beginning on; then nobody speaks but the caller, where told to.
class SteadyCall {
 public:
  SteadyCall() {
    std::string name = (std::filesystem::temp_directory_path() / "offhook-steady-XXXXXX").string();
    dir_ = ::mkdtemp(name.data());
    agent_.name = "receptionist";
    agent_.instructions = "Be brief.";
    agent_.settings.greeting = std::string(300, 'a');
    agent_.log_dir = dir_;
    CallStart start;
    start.call_id = "call-1";
    start.edge = {.marks = true, .clear = true};
    for (int i = 0; i < 160; ++i) {
      silence_[static_cast<std::size_t>(i)] = audio::mulaw_encode(0);
      tone_[static_cast<std::size_t>(i)] = audio::mulaw_encode(i % 8 < 4 ? 6000 : -6000);
    }
    call_ = std::make_unique<Call>(services_, std::make_shared<const Agent>(agent_), std::move(start), wire_);
  }
  SteadyCall(const SteadyCall&) = delete;
  ~SteadyCall() {
    call_.reset();
    loop_.advance(2s);
    std::error_code ec;
    std::filesystem::remove_all(dir_, ec);
  }

  void frame(bool speaks) {  // 20 ms
    call_->on_audio(speaks ? tone_ : silence_, sample_);
    wire_.answer([this](std::string_view mark) { call_->on_mark(mark); });
    sample_ += 160;
    loop_.advance(20ms);
  }
  void run(Duration length, bool speaks) {
    for (Duration t{}; t < length; t += 20ms) frame(speaks);
  }
  int frames_sent() const { return wire_.frames; }  // the agent's

 private:
  net::VirtualLoop loop_;
  net::MediaClock clock_{loop_};
  std::unique_ptr<vad::Batcher> vad_ = vad::Batcher::create(loop_, std::make_unique<LoudIsSpeech>());
  FakeDetector detector_{loop_};
  DeafRecognizer recognizer_;
  FakeLlm llm_{loop_};
  FakeVoice voice_;
  tts::PhraseCache phrases_{1 << 22};
  telemetry::CallMetrics metrics_;
  std::set<Call*> alive_;
  Services services_{loop_,   clock_,  *vad_,    &detector_, recognizer_,
                     llm_,    voice_,  phrases_, metrics_,   std::make_shared<const telemetry::Prices>(),
                     nullptr, nullptr, &alive_};
  PromptWire wire_;
  Agent agent_;
  std::string dir_;
  std::array<std::uint8_t, 160> silence_{}, tone_{};
  std::unique_ptr<Call> call_;
  std::int64_t sample_ = 0;
};

}  // namespace offhook::call
