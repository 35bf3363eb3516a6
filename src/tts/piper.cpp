#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <filesystem>
#include <utility>

#include "inference/onnx.hpp"
#include "tts/phonemizer.hpp"
#include "tts/piper_config.hpp"
#include "tts/tts.hpp"

namespace offhook::tts {
namespace {

using inference::OnnxSession;

constexpr Duration kWanted = 100ms;           // how soon a reply's first sound is wanted: its place in the pool
constexpr std::size_t kLongest = 200;         // phonemes rendered in one go: 12 s of sound, 0.7 s of a core
constexpr std::size_t kLongestText = 20'000;  // bytes
constexpr float kLoudness = 0.1f;             // -20 dBFS while it speaks
constexpr float kKnee = 0.9f;                 // above it peaks are rounded instead of clipped
constexpr const char* kRehearsal = "Thank you for calling. How can I help you today?";

// Root mean square of the frames that hold speech, so that pauses do not count.
float speech_level(std::span<const float> sound, int rate) {
  const std::size_t frame = static_cast<std::size_t>(rate) / 100;
  std::vector<float> powers;
  for (; sound.size() >= frame; sound = sound.subspan(frame)) {
    float power = 0;
    for (std::size_t i = 0; i < frame; ++i) power += sound[i] * sound[i];
    powers.push_back(power / static_cast<float>(frame));
  }
  if (powers.empty()) return 0;
  const float gate = *std::ranges::max_element(powers) / 1000;  // 30 dB below the loudest
  float sum = 0;
  int count = 0;
  for (const float power : powers) {
    if (power > gate) sum += power, ++count;
  }
  return count > 0 ? std::sqrt(sum / static_cast<float>(count)) : 0;
}

bool holds_sound(std::u32string_view sentence, const PhonemeIds& ids) {
  return std::ranges::any_of(sentence, [&](char32_t phoneme) {
    return std::u32string_view(U" ,;:.?!'\"-()ˈˌːˑ").find(phoneme) == std::u32string_view::npos &&
           ids.contains(phoneme);
  });
}

// Const after rehearse(): any thread.
class Model {
 public:
  Model(std::unique_ptr<OnnxSession> session, Phonemizer phonemizer, PiperConfig config)
      : session_(std::move(session)), phonemizer_(std::move(phonemizer)), config_(std::move(config)) {}

  const PiperConfig& config() const { return config_; }

  std::vector<std::u32string> sentences(std::string_view text) const {
    std::vector<std::u32string> all = tts::sentences(phonemizer_.clauses(text), kLongest);
    std::erase_if(all, [this](const std::u32string& s) { return !holds_sound(s, config_.ids); });
    return all;
  }

  // One gain for all that the voice will ever say: Piper's own habit of raising each sentence to full scale makes
  // "Yes." louder than the sentence after it.
  Result<void> rehearse() {
    for (const std::u32string& sentence : sentences(kRehearsal)) {
      const Result<std::vector<float>> sound = render(sentence);
      if (!sound) return sound.error();
      if (const float level = speech_level(*sound, config_.rate); level > 0) {
        gain_ = std::clamp(kLoudness / level, 0.1f, 10.0f);
      }
    }
    return {};
  }

  Result<std::vector<std::int16_t>> speak(std::u32string_view sentence) const {
    const Result<std::vector<float>> sound = render(sentence);
    if (!sound) return sound.error();
    std::vector<std::int16_t> out(sound->size());
    std::ranges::transform(*sound, out.begin(), [this](float s) {
      float size = std::abs(s * gain_);
      if (size > kKnee) size = kKnee + (1 - kKnee) * std::tanh((size - kKnee) / (1 - kKnee));
      return static_cast<std::int16_t>(std::lround(std::copysign(size, s) * 32767));
    });
    return out;
  }

 private:
  Result<std::vector<float>> render(std::u32string_view sentence) const {
    const std::vector<std::int64_t> ids = to_ids(sentence, config_.ids);
    const std::int64_t length = static_cast<std::int64_t>(ids.size()), speaker = 0;
    std::vector<OnnxSession::Input> inputs = {{"input", std::span<const std::int64_t>(ids), {1, length}},
                                              {"input_lengths", std::span<const std::int64_t>(&length, 1), {1}},
                                              {"scales", std::span<const float>(config_.scales), {3}}};
    if (config_.speakers > 1) inputs.push_back({"sid", std::span<const std::int64_t>(&speaker, 1), {1}});
    std::vector<float> sound;
    std::array outputs = {OnnxSession::Output{"output", &sound, {}}};
    if (Result<void> ran = session_->run(inputs, outputs); !ran) return ran.error();
    return sound;
  }

  std::unique_ptr<OnnxSession> session_;
  Phonemizer phonemizer_;
  PiperConfig config_;
  float gain_ = 1;
};

// One text under way. `sink` belongs to the loop: it is called and dies there, whichever thread lets go of this last.
// All between `cancelled` and it belongs to the one job that is queued or running.
struct Utterance {
  std::shared_ptr<const Model> model;
  inference::Pool& pool;
  net::Loop& loop;
  Deadline deadline;
  Time wanted;  // when the next sentence's sound is wanted
  std::string text;
  std::atomic<bool> cancelled = false;

  std::vector<std::u32string> sentences;
  std::size_t next = 0;

  Sink sink;
};
using Shared = std::shared_ptr<Utterance>;

void finish(const Shared& u, Result<void> result) {
  if (!result) result = result.error().within("speaking with the local voice");
  u->loop.post([u, result = std::move(result)] {
    if (u->cancelled) return;
    const Sink sink = std::exchange(u->sink, {});
    if (sink.done) sink.done(result);
  });
}

void deliver(const Shared& u, std::vector<std::int16_t> samples) {
  u->loop.post([u, samples = std::move(samples)] {
    if (u->cancelled || !u->sink.audio) return;
    const auto audio =
        std::exchange(u->sink.audio, {});  // the callback may destroy the handle, and the handle the sink
    audio(samples);
    if (!u->cancelled) u->sink.audio = audio;
  });
}

void work(const Shared& u);

// A job for each sentence, so that a long text does not keep others waiting: its later sentences are wanted only when
// those before have been heard.
void enqueue(const Shared& u) {
  const Result<void> queued = u->pool.submit(
      {.wanted = std::min(u->wanted, u->deadline.at()),
       .deadline = u->deadline,
       .run = [u] { work(u); },
       .expired = [u] { finish(u, Error{Errc::timeout, "the pool did not come to it before its deadline"}); }});
  if (!queued) finish(u, queued.error());
}

void work(const Shared& u) {
  if (u->cancelled) return;
  if (u->next == 0) u->sentences = u->model->sentences(u->text);
  if (u->next < u->sentences.size()) {
    Result<std::vector<std::int16_t>> sound = u->model->speak(u->sentences[u->next++]);
    if (!sound) return finish(u, sound.error());
    u->wanted +=
        std::chrono::microseconds(sound->size() * 1'000'000 / static_cast<std::size_t>(u->model->config().rate));
    deliver(u, std::move(*sound));
  }
  if (u->next < u->sentences.size()) return enqueue(u);
  finish(u, {});
}

class Handle final : public net::Pending {
 public:
  explicit Handle(Shared utterance) : utterance_(std::move(utterance)) {}
  ~Handle() override {
    utterance_->cancelled = true;
    utterance_->sink = {};
  }

 private:
  Shared utterance_;
};

class Piper final : public Voice {
 public:
  Piper(std::shared_ptr<const Model> model, std::string key, inference::Pool& pool)
      : model_(std::move(model)), key_(std::move(key)), pool_(pool) {}

  int rate() const override { return model_->config().rate; }
  const std::string& key() const override { return key_; }

  std::unique_ptr<net::Pending> synthesize(net::Loop& loop, std::string text, Deadline deadline, Sink sink) override {
    const Shared u(new Utterance{.model = model_,
                                 .pool = pool_,
                                 .loop = loop,
                                 .deadline = deadline,
                                 .wanted = loop.now() + kWanted,
                                 .text = std::move(text),
                                 .sentences = {},
                                 .sink = std::move(sink)});
    if (u->text.size() > kLongestText) {
      finish(u, Error{Errc::invalid, "the text has " + std::to_string(u->text.size()) + " bytes, expected at most " +
                                         std::to_string(kLongestText) + "; hand it over clause by clause"});
    } else {
      enqueue(u);
    }
    return std::make_unique<Handle>(u);
  }

 private:
  std::shared_ptr<const Model> model_;  // shared with what is under way
  std::string key_;
  inference::Pool& pool_;
};

}  // namespace

Result<std::unique_ptr<Voice>> load_piper(const PiperFiles& files, inference::Pool& pool) {
  constexpr std::string_view kDoing = "loading the local voice";
  Result<PiperConfig> config = read_piper_config(files.config);
  if (!config) return config.error().within(kDoing);
  Result<Phonemizer> phonemizer = Phonemizer::open(config->espeak_voice);
  if (!phonemizer) return phonemizer.error().within(kDoing);
  Result<std::unique_ptr<OnnxSession>> session = OnnxSession::load(files.model);
  if (!session) return session.error().within(kDoing);

  std::string key = "piper/" + std::filesystem::path(files.model).stem().string();
  for (const float scale : config->scales) key += '/' + std::to_string(scale).substr(0, 5);
  auto model = std::make_shared<Model>(std::move(*session), std::move(*phonemizer), std::move(*config));
  if (const Result<void> rehearsed = model->rehearse(); !rehearsed) return rehearsed.error().within(kDoing);
  return std::unique_ptr<Voice>(std::make_unique<Piper>(std::move(model), std::move(key), pool));
}

}  // namespace offhook::tts
