// What the tests of recognisers share: the table of recognisers, and an ear that remembers what a session said and
// minds what it must not say.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "conformance/harness.hpp"
#include "conformance/stt_speech_testing.hpp"
#include "inference/pool_testing.hpp"
#include "net/service_health.hpp"
#include "stt/providers.hpp"
#include "stt/stt.hpp"

namespace offhook::conformance::ears {

inline Fault fault(Fault::Kind kind, std::size_t after = 0, int times = -1) {
  Fault fault;
  fault.kind = kind;
  fault.after = after;
  fault.times = times;
  return fault;
}
inline Fault refusal(int status, std::string body = {}, int times = -1) {
  Fault refusal = fault(Fault::Kind::refuse, 0, times);
  refusal.status = status;
  refusal.body = std::move(body);
  return refusal;
}

// Recognisers ---------------------------------------------------------------------------------------------------------

struct SttRow {
  std::string name;
  stt::Spec spec;
  Service service;
  bool streams = true;   // over a socket, which it may lose for good; else each pause is a request
  bool partials = true;  // says something before the pause
  bool local = false;
};

inline stt::Spec spec_of(std::string provider, std::string model = {}) {
  stt::Spec spec;
  spec.provider = std::move(provider);
  spec.api_key = "sk-not-to-be-seen-0123456789";
  spec.model = std::move(model);
  spec.language = "en-US";
  return spec;
}

// The next one is one more row.
inline const std::vector<SttRow>& stt_services() {
  static const std::vector<SttRow> rows = [] {
    std::vector<SttRow> rows{
        {"deepgram", spec_of("deepgram"), Service::deepgram},
        {"flux", spec_of("deepgram", "flux-general-en"), Service::flux},
        {"openai", spec_of("openai"), Service::openai_transcriptions, false, false},
        {"openai_with_partials", spec_of("openai"), Service::openai_transcriptions, false, true},
        {"groq", spec_of("groq"), Service::openai_transcriptions, false, false},
    };
    rows[2].spec.partials = rows[4].spec.partials = stt::Spec::Partials::off;  // one's own address has them on
    rows[3].spec.partials = stt::Spec::Partials::on;
    return rows;
  }();
  return rows;
}
inline SttRow stt_service(std::string_view name) {
  for (const SttRow& row : stt_services())
    if (row.name == name) return row;
  return {"local", {}, {}, false, true, true};
}
inline std::vector<SttRow> stt_all() {
  auto rows = stt_services();
  rows.push_back(stt_service("local"));
  return rows;
}
inline void PrintTo(const SttRow& row, std::ostream* out) {
  *out << row.name;
}

inline inference::Pool& stt_pool() {
  static SteadyClock clock;
  static inference::Pool pool(clock, 2);
  return pool;
}
inline stt::Recognizer* local_recognizer() {
  stt_pool();  // outlives it
  static const auto loaded = [] {
    const std::string model = std::string(OFFHOOK_CACHE_DIR) + "/models/moonshine-tiny-en/";
    return stt::load_moonshine({model + "encoder_model.ort", model + "decoder_model_merged.ort", model + "tokens.txt"},
                               stt_pool());
  }();
  EXPECT_TRUE(loaded.ok()) << loaded.error().what;
  return loaded ? loaded->get() : nullptr;
}

inline Settings hearing_settings() {
  Settings settings = quick();
  settings.hear = counted;
  settings.stt_segment = 1s;
  return settings;
}

// The row's recogniser, at a stand-in.
inline stt::Recognizer& recognizer_of(Rig& rig, const SttRow& row, const Standins& at) {
  if (row.local) return *local_recognizer();
  stt::Spec spec = row.spec;
  spec.base_url = row.streams ? at.ws_url() : at.http_url() + "/v1";
  return *rig.keep(rig.on_loop([&] { return stt::connect(rig.loop, *rig.http, spec); }));
}

// Ears ----------------------------------------------------------------------------------------------------------------

// One session. Whatever it says at the wrong time, or twice, fails the test.
class Ear {
 public:
  Ear(Rig& rig, stt::Recognizer& recognizer, bool local = false)
      : rig_(rig), rate_(recognizer.traits().rate), continuous_(recognizer.traits().continuous), local_(local) {
    rig_.on_loop([&] { session_ = recognizer.open(rig_.loop, sink()); });
  }
  ~Ear() {
    close();
    EXPECT_THAT(wrong_, testing::IsEmpty());
  }
  void close() {
    if (rig_.loop.is_home()) return session_.reset();
    rig_.on_loop([this] { session_.reset(); });
  }
  bool is_closed() const { return session_ == nullptr; }  // on the loop

  void begin() {
    rig_.on_loop([this] {
      EXPECT_FALSE(std::exchange(on_, true));
      asked_ = 0;
      answers_.clear();
      call([this] { session_->begin(); });
    });
  }
  void end() {
    rig_.on_loop([this] {
      on_ = false;
      call([this] { session_->end(); });
    });
  }
  // In blocks of 20 ms, each when the loop has done what else there was.
  void hear(const std::vector<float>& sound) { hear_each({{this, sound}}); }
  // Several calls at once.
  static void hear_each(std::vector<std::pair<Ear*, std::vector<float>>> all) {
    std::size_t longest = 0;
    for (const auto& [ear, sound] : all) longest = std::max(longest, sound.size() * 1000 / ear->rate_);
    for (std::size_t ms = 0; ms < longest; ms += 20)
      for (const auto& [ear, sound] : all) {
        const std::size_t from = ms * ear->rate_ / 1000, to = std::min(sound.size(), (ms + 20) * ear->rate_ / 1000);
        if (from < to)
          ear->rig_.loop.post(
              [ear = ear, block = std::vector<float>(sound.begin() + from, sound.begin() + to)] { ear->take(block); });
      }
    for (const auto& [ear, sound] : all) ear->rig_.on_loop([] {});
  }
  std::vector<float> sound_of(std::size_t utterance) const {
    return local_ ? recording(utterances[utterance].file, rate_) : noise(utterances[utterance].length, rate_);
  }
  std::vector<float> silence(Duration length) const { return std::vector<float>(samples_in(length, rate_)); }
  void say(std::size_t utterance) { hear(sound_of(utterance)); }
  void wait(Duration length = hush) { hear(silence(length)); }

  // Asks for the text so far.
  std::uint32_t ask() {
    return rig_.on_loop([this] {
      asked_at_ = rig_.loop.now();
      ++asked_;
      call([this] { session_->pause(asked_); });
      return asked_;
    });
  }
  // The answer, or how the session failed.
  Result<std::string> answer(std::uint32_t pause) {
    const bool came = rig_.until([&] { return answers_.contains(pause) || failed_; });
    return rig_.on_loop([&]() -> Result<std::string> {
      if (answers_.contains(pause)) return answers_.at(pause);
      if (came) return *failed_;
      return Error{Errc::internal, "no answer to pause " + std::to_string(pause)};
    });
  }
  Result<std::string> pause() { return answer(ask()); }
  Duration took() {  // from the last pause to its answer
    return rig_.on_loop([this] { return answered_at_ - asked_at_; });
  }

  // Answered as it should be?
  testing::AssertionResult heard(const Result<std::string>& text, const Said& said) {
    if (!text) return testing::AssertionFailure() << "error " << name(text.error().code) << ": " << text.error().what;
    return local_ ? has_words_of(*text, said) : is_all_of(*text, said);
  }
  // A turn of so many utterances with one pause.
  testing::AssertionResult hears(const Said& said) {
    begin();
    for (const std::size_t one : said) say(one);
    wait();
    const auto result = heard(pause(), said);
    end();
    return result;
  }

  std::optional<Error> failed() {
    return rig_.on_loop([this] { return failed_; });
  }
  bool fails() {
    return rig_.until([this] { return failed_.has_value(); });
  }
  std::vector<std::string> partials() {
    return rig_.on_loop([this] { return partials_; });
  }
  bool has_partial() {
    return rig_.until([this] { return !partials_.empty(); });
  }
  std::vector<stt::TurnSignal> take_signals() {
    return rig_.on_loop([this] { return std::exchange(signals_, {}); });
  }
  bool has_signal(stt::TurnSignal::Kind kind) {
    return rig_.until(
        [&] { return std::any_of(signals_.begin(), signals_.end(), [&](const auto& s) { return s.kind == kind; }); });
  }
  std::map<std::string, Duration> used() {
    return rig_.on_loop([this] { return used_; });
  }
  Duration given() {  // sound, to a session that hears it
    return rig_.on_loop([this] { return Duration(given_ * 1'000'000 / rate_); });
  }

  std::function<void()> on_partial, on_transcript;  // on the loop; before anything is said

 private:
  stt::Session::Sink sink() {
    return {.partial =
                [this](const stt::Hypothesis& now) {
                  expect(on_, "a partial outside a turn: " + now.text);
                  partials_.push_back(now.text);
                  if (on_partial) on_partial();
                },
            .transcript =
                [this](std::uint32_t pause, Result<std::string> text) {
                  const std::string what = std::to_string(pause) + ": " + (text ? *text : text.error().what);
                  expect(on_, "a transcript outside a turn: " + what);
                  expect(pause >= 1 && pause <= asked_, "a transcript nobody asked for: " + what);
                  expect(!answers_.contains(pause), "a second transcript for a pause: " + what);
                  answered_at_ = rig_.loop.now();
                  answers_.emplace(pause, std::move(text));
                  if (on_transcript) on_transcript();
                },
            .turn =
                [this](const stt::TurnSignal& signal) {
                  expect(on_, "a turn's signal outside a turn: " + signal.text);
                  signals_.push_back(signal);
                },
            .failed =
                [this](const Error& error) {
                  expect(true, "");
                  answered_at_ = rig_.loop.now();
                  failed_ = error;
                },
            .used = [this](std::string_view who, Duration sound) { used_[std::string(who)] += sound; }};
  }
  void expect(bool right, const std::string& what) {
    if (!rig_.loop.is_home()) wrong_.push_back("called back on another thread");
    if (failed_) wrong_.push_back("something came after the failure: " + what);
    if (inside_) wrong_.push_back("called back from inside a member: " + what);
    if (!right) wrong_.push_back(what);
  }
  void take(const std::vector<float>& block) {
    if (!session_ || !(on_ || continuous_)) return;
    given_ += static_cast<std::int64_t>(block.size());
    call([&] { session_->audio(block); });
  }
  template <class F>
  void call(F member) {
    inside_ = true;
    if (session_) member();
    inside_ = false;
  }

  Rig& rig_;
  const int rate_;
  const bool continuous_, local_;
  // On the loop only.
  std::unique_ptr<stt::Session> session_;
  bool on_ = false, inside_ = false;
  std::uint32_t asked_ = 0;
  std::int64_t given_ = 0;  // samples
  Time asked_at_{}, answered_at_{};
  std::map<std::uint32_t, Result<std::string>> answers_;
  std::vector<std::string> partials_, wrong_;
  std::vector<stt::TurnSignal> signals_;
  std::map<std::string, Duration> used_;
  std::optional<Error> failed_;
};

// Each test has a rig; what was decoded locally for nobody comes to its end before the loop goes.
class SttTest : public testing::Test {
 protected:
  void TearDown() override { inference::wait_until_free(stt_pool()); }
  Rig rig_{hearing_settings()};
};

}  // namespace offhook::conformance::ears
