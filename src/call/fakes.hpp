// For tests: the services of a call and the far end of its line, on a virtual loop. What they are given they keep.
#pragma once

#include <algorithm>
#include <cmath>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "audio/g711.hpp"
#include "audio/level.hpp"
#include "call/wire.hpp"
#include "llm/llm.hpp"
#include "net/virtual_loop.hpp"
#include "stt/stt.hpp"
#include "tts/tts.hpp"
#include "turn/turn.hpp"
#include "vad/vad.hpp"

namespace offhook::call {

// Runs things later; what has not run when it is destroyed never does.
class Later {
 public:
  explicit Later(net::Loop& loop) : loop_(loop) {}
  void in(Duration d, std::function<void()> run) {
    std::erase_if(timers_, [](const auto& t) { return t->done; });
    auto& one = *timers_.emplace_back(std::make_unique<One>());
    one.timer = std::make_unique<net::Timer>(loop_, [&one, run = std::move(run)] {
      one.done = true;
      run();
    });
    one.timer->after(d);
  }

 private:
  struct One {
    std::unique_ptr<net::Timer> timer;
    bool done = false;
  };
  net::Loop& loop_;
  std::list<std::unique_ptr<One>> timers_;
};

// Loud is speech.
class FakeVad final : public vad::Batcher {
 public:
  explicit FakeVad(net::Loop& loop) : loop_(loop) {}
  std::unique_ptr<Stream> open(Heard heard) override { return std::make_unique<One>(*this, std::move(heard)); }
  const Stats& stats() const override { return stats_; }
  int streams = 0;
  Duration delay{};  // of each answer: 0 the next task

 private:
  struct One final : Stream {
    One(FakeVad& all, Heard heard) : all_(all), heard_(std::move(heard)), later_(all.loop_) { ++all_.streams; }
    ~One() override { --all_.streams; }
    void push(std::span<const float> window, std::int64_t position) override {
      const float p = audio::rms(window) > 0.02 ? 0.95f : 0.02f;
      later_.in(all_.delay, [this, p, position] { heard_(p, position); });
    }
    FakeVad& all_;
    Heard heard_;
    Later later_;
  };
  net::Loop& loop_;
  Stats stats_;
};

class FakeDetector final : public turn::Detector {
 public:
  explicit FakeDetector(net::Loop& loop) : later_(loop) {}
  void score(net::Loop&, std::vector<float> speech, Deadline, std::function<void(Result<float>)> done) override {
    asked.push_back(std::move(speech));
    later_.in(delay, [this, done = std::move(done)] {
      if (fails)
        done(Error{Errc::timeout, "told to fail"});
      else
        done(probability);
    });
  }
  float probability = 0.95f;
  Duration delay = 40ms;
  bool fails = false;
  std::vector<std::vector<float>> asked;

 private:
  Later later_;
};

class FakeRecognizer final : public stt::Recognizer {
 public:
  struct Turn {
    std::vector<float> samples;
    std::vector<std::uint32_t> pauses;
    bool ended = false;
  };
  std::unique_ptr<stt::Session> open(net::Loop& loop, stt::Session::Sink sink) override {
    return std::make_unique<One>(*this, loop, std::move(sink));
  }
  std::deque<std::string> texts;  // of each turn
  std::deque<Turn> turns;
  std::string partial;  // said at every block, if not empty
  Duration delay = 60ms;
  bool fails = false, answers_after_end = false;
  int sessions = 0;

 private:
  struct One final : stt::Session {
    One(FakeRecognizer& all, net::Loop& loop, Sink sink) : all_(all), sink_(std::move(sink)), later_(loop) {
      ++all_.sessions;
    }
    ~One() override { --all_.sessions; }
    void begin() override {
      all_.turns.emplace_back();
      text_.clear();
      if (all_.texts.empty()) return;
      text_ = all_.texts.front();
      all_.texts.pop_front();
    }
    void audio(std::span<const float> samples) override {
      auto& s = all_.turns.back().samples;
      s.insert(s.end(), samples.begin(), samples.end());
      if (!all_.partial.empty()) later_.in(0ms, [this] { sink_.partial({all_.partial, 1}); });
    }
    void pause(std::uint32_t pause) override {
      all_.turns.back().pauses.push_back(pause);
      later_.in(all_.delay, [this, pause, turn = all_.turns.size(), text = text_] {
        if (!all_.answers_after_end && (all_.turns.size() != turn || all_.turns.back().ended)) return;
        if (all_.fails)
          sink_.transcript(pause, Error{Errc::timeout, "told to fail"});
        else
          sink_.transcript(pause, text);
      });
    }
    void end() override { all_.turns.back().ended = true; }
    FakeRecognizer& all_;
    Sink sink_;
    Later later_;
    std::string text_;
  };
};

class FakeLlm final : public llm::Client {
 public:
  explicit FakeLlm(net::Loop& loop) : loop_(loop) {}
  std::unique_ptr<net::Pending> chat(llm::Request request, llm::Sink sink) override {
    requests.push_back(std::move(request));
    auto handle = std::make_unique<One>(*this, std::move(sink));
    std::vector<std::string> tokens{"I see. "};
    if (!answers.empty()) {
      tokens = answers.front();
      answers.pop_front();
    }
    Duration t = first;
    for (auto& token : tokens) {
      handle->later.in(t, [h = handle.get(), token] { h->sink.token(token); });
      t += each;
    }
    handle->later.in(t, [this, h = handle.get()] {
      auto calls = std::exchange(tool_calls, {});
      const auto done = h->sink.done;  // it may destroy the handle
      const auto call = h->sink.tool_call;
      for (auto& c : calls) call(c);
      if (fails)
        done(Error{Errc::unavailable, "told to fail"});
      else
        done(llm::Answer{calls.empty() ? "stop" : "tool_calls", {}});
    });
    return handle;
  }
  void warm() override {}
  void read_ahead(const std::function<std::vector<llm::Message>()>& conversation) override {
    read.push_back(conversation());
  }
  std::vector<std::vector<llm::Message>> read;
  Duration first = 200ms, each = 20ms;
  std::deque<std::vector<std::string>> answers;
  std::vector<llm::ToolCall> tool_calls;  // of the next answer
  bool fails = false;
  std::vector<llm::Request> requests;
  int open = 0;

 private:
  struct One final : net::Pending {
    One(FakeLlm& all, llm::Sink s) : sink(std::move(s)), later(all.loop_), all_(all) { ++all_.open; }
    ~One() override { --all_.open; }
    llm::Sink sink;
    Later later;
    FakeLlm& all_;
  };
  net::Loop& loop_;
};

// 60 ms of a loud tone for each letter, in two parts; or in pieces of 100 ms, each `piece` after the one before.
class FakeVoice final : public tts::Voice {
 public:
  static constexpr Duration kLetter = 60ms;

  const std::string& key() const override { return key_; }
  std::unique_ptr<net::Pending> synthesize(net::Loop& loop, tts::Speech speech, tts::Sink sink) override {
    texts.push_back(speech.text);
    deadlines.push_back(speech.first_sound);
    if (sink.used) sink.used("fake", static_cast<std::int64_t>(speech.text.size()));
    auto handle = std::make_unique<One>(*this, loop, std::move(sink));
    if (stray) strays.push_back(handle->sink);
    const bool broken = fail_on.empty() ? false : speech.text.find(fail_on) != std::string::npos;
    const auto sound = tone(static_cast<int>(speech.text.size()) * (kLetter / 1ms) * 8);
    if (piece > 0ms && !(broken && break_after == 0)) {
      Duration t = delay;
      for (std::size_t at = 0; at < sound.size(); at += 800, t += piece) {
        if (broken && static_cast<int>(at) >= break_after) break;
        handle->later.in(
            t, [h = handle.get(),
                part = std::vector(sound.begin() + static_cast<std::ptrdiff_t>(at),
                                   sound.begin() + static_cast<std::ptrdiff_t>(std::min(at + 800, sound.size())))] {
              const auto audio = h->sink.audio;
              audio(part);
            });
      }
      handle->later.in(t, [this, h = handle.get(), broken] {
        const auto done = h->sink.done;
        if (broken) return done(Error{Errc::closed, "told to break off"});
        done(tts::Spoken{key_});
      });
      return handle;
    }
    handle->later.in(delay, [this, h = handle.get(), broken, sound] {
      const auto sink = h->sink;  // done may destroy the handle
      if (broken) return sink.done(Error{Errc::unavailable, "told to fail"});
      sink.audio(std::span(sound).first(sound.size() / 2));
      sink.audio(std::span(sound).subspan(sound.size() / 2));
      sink.done(tts::Spoken{key_});
    });
    return handle;
  }
  static std::vector<std::int16_t> tone(int samples) {
    std::vector<std::int16_t> s(static_cast<std::size_t>(samples));
    for (std::size_t i = 0; i < s.size(); ++i)
      s[i] = static_cast<std::int16_t>(9000 * std::sin(0.5 + static_cast<double>(i) * 0.4));
    return s;
  }
  Duration delay = 80ms;
  Duration piece{};     // > 0: a stream
  int break_after = 0;  // samples after which a stream fails on `fail_on`
  std::string fail_on;
  bool stray = false;  // keep the sinks, to call them when nobody wants it any more
  std::vector<tts::Sink> strays;
  std::vector<std::string> texts;
  std::vector<Deadline> deadlines;
  int open = 0;

 private:
  struct One final : net::Pending {
    One(FakeVoice& all, net::Loop& loop, tts::Sink s) : sink(std::move(s)), later(loop), all_(all) { ++all_.open; }
    ~One() override { --all_.open; }
    tts::Sink sink;
    Later later;
    FakeVoice& all_;
  };
  std::string key_ = "fake/voice";
};

// The caller's end of the line: plays what it is sent, tells of marks.
class FakeWire final : public Wire {
 public:
  explicit FakeWire(net::Loop& loop) : loop_(loop), later_(loop) {}
  void send_audio(std::span<const std::uint8_t> mulaw) override {
    frames.emplace_back(loop_.now(), std::vector<std::uint8_t>(mulaw.begin(), mulaw.end()));
    until_ = std::max(until_, loop_.now()) + Duration(static_cast<std::int64_t>(mulaw.size()) * 125);
  }
  void send_mark(std::string_view name) override {
    later_.in(std::max(Duration::zero(), until_ - loop_.now()) + trip, [this, text = std::string(name)] {
      if (line) line->on_mark(text);
    });
  }
  void clear() override {
    ++clears;
    until_ = loop_.now();
  }
  void hang_up(std::string_view why) override {
    hung_up = why;
    later_.in(10ms, [this] {
      if (line) line->on_hangup("closed");
      if (closed) closed();
    });
  }
  Time until() const { return until_; }

  Line* line = nullptr;
  std::function<void()> closed;
  Duration trip = 40ms;
  std::vector<std::pair<Time, std::vector<std::uint8_t>>> frames;
  int clears = 0;
  std::string hung_up;

 private:
  net::Loop& loop_;
  Time until_{};
  Later later_;
};

}  // namespace offhook::call
