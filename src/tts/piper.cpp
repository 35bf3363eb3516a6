#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

#include "inference/onnx.hpp"
#include "tts/local_voice.hpp"
#include "tts/piper_config.hpp"

namespace offhook::tts {
namespace {

using inference::OnnxSession;

constexpr std::size_t kLongest = 200;  // phonemes rendered in one go: 12 s of sound, 0.7 s of a core

class Piper final : public LocalModel {
 public:
  Piper(std::unique_ptr<OnnxSession> session, PiperConfig config)
      : session_(std::move(session)), config_(std::move(config)) {}

  int rate() const override { return config_.rate; }

  bool can_say(std::u32string_view sentence) const override {
    return std::ranges::any_of(sentence, [this](char32_t phoneme) {
      return kMute.find(phoneme) == std::u32string_view::npos && config_.ids.contains(phoneme);
    });
  }

  Result<std::vector<float>> render(std::u32string_view sentence) const override {
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

 private:
  std::unique_ptr<OnnxSession> session_;
  PiperConfig config_;
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
  auto voice = make_local_voice({.model = std::make_unique<Piper>(std::move(*session), std::move(*config)),
                                 .phonemizer = std::move(*phonemizer),
                                 .key = std::move(key),
                                 .longest = kLongest},
                                pool);
  if (!voice) return voice.error().within(kDoing);
  return voice;
}

}  // namespace offhook::tts
