// Fifty frames a second and call, for hours: none of them asks for memory. What happens once a turn may.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "base/allocations_testing.hpp"
#include "call/call.hpp"
#include "call/fakes.hpp"

namespace offhook::call {
namespace {

namespace fs = std::filesystem;

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
class Far final : public Wire {
 public:
  void send_audio(std::span<const std::uint8_t>) override { ++frames; }
  void send_mark(std::string_view name) override { mark_.assign(name); }
  void clear() override {}
  void hang_up(std::string_view) override {}
  void answer(Line& line) {
    if (mark_.empty()) return;
    line.on_mark(mark_);
    mark_.clear();
  }
  int frames = 0;

 private:
  std::string mark_;
};

class SteadyState : public testing::Test {
 protected:
  SteadyState() {
    std::string name = (fs::temp_directory_path() / "offhook-steady-XXXXXX").string();
    dir_ = ::mkdtemp(name.data());
    agent_.name = "receptionist";
    agent_.instructions = "Be brief.";
    agent_.settings.greeting = std::string(300, 'a');  // 18 s
    agent_.log_dir = dir_;
    CallStart start;
    start.call_id = "call-1";
    start.edge = {.marks = true, .clear = true};
    for (int i = 0; i < 160; ++i) {
      silence_[static_cast<std::size_t>(i)] = audio::mulaw_encode(0);
      tone_[static_cast<std::size_t>(i)] = audio::mulaw_encode(i % 8 < 4 ? 6000 : -6000);
    }
    call_ = std::make_unique<Call>(services_, std::make_shared<const Agent>(agent_), std::move(start), far_);
  }
  ~SteadyState() override {
    call_.reset();
    loop_.advance(2s);
    fs::remove_all(dir_);
  }

  // How often memory was asked for.
  long run(Duration length, bool speaks) {
    const long before = allocation_count();
    for (Duration t{}; t < length; t += 20ms) {
      call_->on_audio(speaks ? tone_ : silence_, sample_);
      far_.answer(*call_);
      sample_ += 160;
      loop_.advance(20ms);
    }
    return allocation_count() - before;
  }

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
  Far far_;
  Agent agent_;
  std::string dir_;
  std::array<std::uint8_t, 160> silence_{}, tone_{};
  std::unique_ptr<Call> call_;
  std::int64_t sample_ = 0;
};

TEST_F(SteadyState, asks_for_no_memory_while_the_agent_speaks_and_while_nobody_does) {
  if (!counts_allocations()) GTEST_SKIP() << "built without a sanitizer that counts";
  run(5s, false);
  const int sent = far_.frames;
  EXPECT_EQ(run(10s, false), 0) << "the agent speaks";
  EXPECT_GE(far_.frames - sent, 499);
  run(5s, false);
  const int over = far_.frames;
  EXPECT_EQ(run(5s, false), 0) << "nobody speaks";
  EXPECT_EQ(far_.frames, over);
}

TEST_F(SteadyState, asks_for_no_memory_while_the_caller_speaks) {
  if (!counts_allocations()) GTEST_SKIP() << "built without a sanitizer that counts";
  run(21s, false);
  run(2s, true);
  EXPECT_EQ(run(5s, true), 0);
}

}  // namespace
}  // namespace offhook::call
