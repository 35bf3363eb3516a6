// For tests: what a caller of synthesize() is told, and a voice that the test plays by hand.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tts/tts.hpp"

namespace offhook::tts {

struct Listener {
  std::vector<std::int16_t> sound;
  std::vector<std::pair<std::size_t, std::int64_t>> said;
  std::vector<std::pair<std::string, std::int64_t>> used;
  std::optional<Result<Spoken>> done;
  int dones = 0;
  std::unique_ptr<net::Pending> handle;

  Sink sink() {
    return {.audio = [this](std::span<const std::int16_t> s) { sound.insert(sound.end(), s.begin(), s.end()); },
            .said = [this](std::size_t bytes, std::int64_t samples) { said.emplace_back(bytes, samples); },
            .used = [this](std::string_view who, std::int64_t n) { used.emplace_back(who, n); },
            .done =
                [this](Result<Spoken> result) {
                  ++dones;
                  done = std::move(result);
                }};
  }
  bool ok() const { return done && done->ok(); }
  Errc code() const { return done && !done->ok() ? done->error().code : Errc::internal; }
  std::string what() const { return done && !done->ok() ? done->error().what : std::string(); }
};

// Voices whose test writes every answer. One at a time is under way: the last.
class FakeVoice final : public Voice {
 public:
  struct Asked {
    Speech speech;
    Sink sink;
    bool open = true;  // neither done nor cancelled
    void audio(std::size_t samples, std::int16_t value = 1) {
      if (open) sink.audio(std::vector<std::int16_t>(samples, value));
    }
    void said(std::size_t bytes, std::int64_t samples) {
      if (open) sink.said(bytes, samples);
    }
    void done(Result<Spoken> result) {
      if (std::exchange(open, false)) sink.done(std::move(result));
    }
  };
  explicit FakeVoice(std::string key) : key_(std::move(key)) {}

  std::vector<std::shared_ptr<Asked>> asked;
  int warmed = 0;
  Asked& last() { return *asked.back(); }

  const std::string& key() const override { return key_; }
  std::unique_ptr<net::Pending> synthesize(net::Loop&, Speech speech, Sink sink) override {
    asked.push_back(std::make_shared<Asked>(Asked{std::move(speech), std::move(sink), true}));
    return std::make_unique<Handle>(asked.back());
  }
  void warm(net::Loop&) override { ++warmed; }

 private:
  struct Handle final : net::Pending {
    explicit Handle(std::shared_ptr<Asked> a) : asked(std::move(a)) {}
    ~Handle() override { asked->open = false; }
    std::shared_ptr<Asked> asked;
  };
  std::string key_;
};

}  // namespace offhook::tts
