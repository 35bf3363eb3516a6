#include "tts/kokoro.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "inference/onnx.hpp"
#include "tts/kokoro_style.hpp"
#include "tts/kokoro_tokens.hpp"
#include "tts/local_voice.hpp"

namespace offhook::tts {
namespace {

using inference::OnnxSession;

constexpr int kKokoroRate = 24'000;
constexpr std::size_t kLongest = 60;  // phonemes rendered in one go: 4 s of sound, 3 s of a core

// The model puts 0.25 s of silence before and 0.65 s behind whatever it says, be it half a sentence, and is very still
// in it. What is left between two pieces is for the mark to say.
constexpr float kStill = 0.001f;
constexpr Duration kBefore = 20ms;

Duration pause_after(std::u32string_view sentence) {
  const std::size_t last = sentence.find_last_not_of(U' ');
  const char32_t mark = last == sentence.npos ? U' ' : sentence[last];
  if (std::u32string_view(U".?!").find(mark) != std::u32string_view::npos) return 250ms;
  return std::u32string_view(U",;:").find(mark) != std::u32string_view::npos ? 120ms : 20ms;
}

void trim(std::vector<float>& sound, Duration after) {
  const auto samples = [](Duration d) { return static_cast<std::ptrdiff_t>(d.count() * kKokoroRate / 1'000'000); };
  const auto heard = [](float s) { return std::abs(s) > kStill; };
  const auto last = std::find_if(sound.rbegin(), sound.rend(), heard).base();
  sound.erase(last + std::min(samples(after), sound.end() - last), sound.end());
  const auto first = std::ranges::find_if(sound, heard);
  sound.erase(sound.begin(), first - std::min(samples(kBefore), first - sound.begin()));
}

class Kokoro final : public LocalModel {
 public:
  Kokoro(std::unique_ptr<OnnxSession> session, KokoroStyle style, KokoroVocabulary vocabulary, Accent accent,
         float speed)
      : session_(std::move(session)),
        style_(std::move(style)),
        vocabulary_(std::move(vocabulary)),
        accent_(accent),
        speed_(speed) {}

  int rate() const override { return kKokoroRate; }

  bool can_say(std::u32string_view sentence) const override {
    return std::ranges::any_of(to_kokoro(sentence, accent_), [this](char32_t symbol) {
      return kMute.find(symbol) == std::u32string_view::npos && vocabulary_.contains(symbol);
    });
  }

  Result<std::vector<float>> render(std::u32string_view sentence) const override {
    const std::vector<std::int64_t> tokens = to_kokoro_tokens(to_kokoro(sentence, accent_), vocabulary_);
    const std::array inputs = {
        OnnxSession::Input{tokens_name(*session_), std::span(tokens), {1, static_cast<std::int64_t>(tokens.size())}},
        OnnxSession::Input{"style", style_.of(tokens.size() - 2), {1, kStyleWidth}},
        OnnxSession::Input{"speed", std::span(&speed_, 1), {1}}};
    std::vector<float> sound;
    std::array outputs = {OnnxSession::Output{session_->output_names().front().c_str(), &sound, {}}};
    if (Result<void> ran = session_->run(inputs, outputs); !ran) return ran.error();
    trim(sound, pause_after(sentence));
    return sound;
  }

  // Exports differ in what they call it; null if the model has none.
  static const char* tokens_name(const OnnxSession& session) {
    for (const std::string& name : session.input_names()) {
      if (name == "tokens" || name == "input_ids") return name.c_str();
    }
    return nullptr;
  }

 private:
  std::unique_ptr<OnnxSession> session_;
  KokoroStyle style_;
  KokoroVocabulary vocabulary_;
  Accent accent_;
  float speed_;
};

Result<std::unique_ptr<OnnxSession>> load_model(const std::string& path) {
  Result<std::unique_ptr<OnnxSession>> session = OnnxSession::load(path);
  if (!session) return session;
  const std::vector<std::string>& inputs = (*session)->input_names();
  const auto has = [&](std::string_view name) { return std::ranges::find(inputs, name) != inputs.end(); };
  if (inputs.size() == 3 && Kokoro::tokens_name(**session) && has("style") && has("speed") &&
      !(*session)->output_names().empty()) {
    return session;
  }
  std::string found;
  for (const std::string& name : inputs) found += (found.empty() ? "" : ", ") + name;
  return Error{Errc::invalid, path + " is no Kokoro model: its inputs are " + found +
                                  ", expected tokens (or input_ids), style, speed"};
}

Result<std::string> language_of(const KokoroFiles& files) {
  if (!files.language.empty()) return files.language;
  constexpr std::pair<char, const char*> kLanguages[] = {{'a', "en-us"}, {'b', "en-gb"}, {'e', "es"},   {'f', "fr-fr"},
                                                         {'h', "hi"},    {'i', "it"},    {'p', "pt-br"}};
  for (const auto& [letter, language] : kLanguages) {
    if (files.voice.starts_with(letter)) return std::string(language);
  }
  return Error{Errc::invalid,
               "the voice \"" + files.voice +
                   "\" is of no language that espeak-ng gives phonemes of for it; name the language that "
                   "it shall speak (\"en-us\")"};
}

Result<KokoroVocabulary> vocabulary_of(const KokoroFiles& files) {
  if (files.config.empty()) return kokoro_vocabulary();
  std::ifstream file(files.config, std::ios::binary);
  if (!file) return Error{Errc::not_found, "opening Kokoro's vocabulary: " + files.config + " cannot be read"};
  Result<KokoroVocabulary> vocabulary = parse_kokoro_vocabulary(std::string{std::istreambuf_iterator<char>(file), {}});
  if (!vocabulary) return vocabulary.error().within(files.config);
  return vocabulary;
}

}  // namespace

Result<std::unique_ptr<Voice>> load_kokoro(const KokoroFiles& files, inference::Pool& pool) {
  constexpr std::string_view kDoing = "loading the local voice";
  if (!(files.speed >= 0.5f && files.speed <= 2)) {
    return Error{Errc::invalid,
                 "loading the local voice: its speed is " + std::to_string(files.speed) + ", expected 0.5 to 2"};
  }
  const Result<std::string> language = language_of(files);
  if (!language) return language.error().within(kDoing);
  Result<KokoroVocabulary> vocabulary = vocabulary_of(files);
  if (!vocabulary) return vocabulary.error().within(kDoing);
  Result<KokoroStyle> style = read_kokoro_style(files.voices, files.voice);
  if (!style) return style.error().within(kDoing);
  Result<Phonemizer> phonemizer = Phonemizer::open(*language);
  if (!phonemizer) return phonemizer.error().within(kDoing);
  Result<std::unique_ptr<OnnxSession>> session = load_model(files.model);
  if (!session) return session.error().within(kDoing);

  std::string key = "kokoro/" + std::filesystem::path(files.model).stem().string() + '/' + files.voice + '/' +
                    *language + '/' + std::to_string(files.speed).substr(0, 5);
  auto voice =
      make_local_voice({.model = std::make_unique<Kokoro>(std::move(*session), std::move(*style),
                                                          std::move(*vocabulary), accent_of(*language), files.speed),
                        .phonemizer = std::move(*phonemizer),
                        .key = std::move(key),
                        .longest = kLongest},
                       pool);
  if (!voice) return voice.error().within(kDoing);
  return voice;
}

}  // namespace offhook::tts
