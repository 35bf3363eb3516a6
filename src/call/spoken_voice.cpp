#include "call/spoken_voice.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "audio/level.hpp"

namespace offhook::call {
namespace {

constexpr Duration kSlowest = 150ms;  // a byte that the text grows by; as the mouth gives each byte that is written

// One clause. Kept by its callbacks, which may end it.
struct Clause {
  dialog::Speakable text;
  tts::Sink sink;
  int rate = 0;
  std::string key, inner_key;
  bool over = false, told = false;
  std::size_t said_bytes = 0;
  std::int64_t given = 0, first = -1, last = 0;  // samples; of what is audible

  void audio(std::span<const std::int16_t> samples) {
    if (over) return;
    if (!told && text.changed()) {
      if (first < 0)
        if (const std::size_t at = audio::first_audible(samples, rate); at < samples.size())
          first = given + static_cast<std::int64_t>(at);
      if (const std::size_t at = audio::last_audible(samples, rate); at > 0)
        last = given + static_cast<std::int64_t>(at);
    }
    given += static_cast<std::int64_t>(samples.size());
    if (sink.audio) sink.audio(samples);
  }

  void said(std::size_t spoken, std::int64_t samples) {
    const std::size_t written = text.written(spoken);
    if (over || written <= said_bytes) return;
    said_bytes = written;
    if (sink.said) sink.said(written, samples);
  }

  void by_share() {
    const auto size = static_cast<std::int64_t>(text.text.size());
    for (std::size_t end = text.text.find(' '); !over && end != std::string::npos; end = text.text.find(' ', end + 1))
      said(end, first + (last - first) * static_cast<std::int64_t>(end) / size);
    if (!over) said(text.text.size(), last);
  }

  void done(Result<tts::Spoken> result) {
    if (over) return;
    if (result && !told && first >= 0 && text.changed()) by_share();
    if (std::exchange(over, true) || !sink.done) return;
    if (result && result->voice == inner_key) result->voice = key;
    std::exchange(sink.done, nullptr)(std::move(result));
  }
};

struct Handle final : net::Pending {
  explicit Handle(std::shared_ptr<Clause> c) : clause(std::move(c)) {}
  ~Handle() override { clause->over = true; }
  const std::shared_ptr<Clause> clause;
  std::unique_ptr<net::Pending> inner;
};

class SpokenVoice final : public tts::Voice {
 public:
  SpokenVoice(tts::Voice& voice, std::string language, dialog::Lexicon lexicon)
      : voice_(voice), language_(std::move(language)), lexicon_(std::move(lexicon)) {
    std::string words;
    for (const auto& [written, spoken] : lexicon_) words += written + '\n' + spoken + '\n';
    key_ = voice_.key() + "/said:" + language_;
    if (!words.empty()) key_ += ':' + std::to_string(std::hash<std::string>()(words));
  }

  const std::string& key() const override { return key_; }
  void warm(net::Loop& loop) override { voice_.warm(loop); }

  std::unique_ptr<net::Pending> synthesize(net::Loop& loop, tts::Speech speech, tts::Sink sink) override {
    auto clause = std::make_shared<Clause>();
    clause->text = dialog::speakable(speech.text, language_, lexicon_);
    clause->sink = std::move(sink);
    clause->rate = speech.rate;
    clause->key = key_;
    clause->inner_key = voice_.key();
    const std::size_t before = speech.text.size(), after = clause->text.text.size();
    if (after > before && !speech.deadline.is_never())
      speech.deadline = Deadline(speech.deadline.at() + kSlowest * static_cast<int>(after - before));
    speech.text = clause->text.text;
    auto handle = std::make_unique<Handle>(clause);
    handle->inner = voice_.synthesize(
        loop, std::move(speech),
        {.audio = [clause](std::span<const std::int16_t> samples) { std::shared_ptr(clause)->audio(samples); },
         .said =
             [clause](std::size_t bytes, std::int64_t samples) {
               const std::shared_ptr keep(clause);
               keep->told = true;
               keep->said(bytes, samples);
             },
         .used =
             [clause](std::string_view provider, std::int64_t characters) {
               const std::shared_ptr keep(clause);
               if (!keep->over && keep->sink.used) keep->sink.used(provider, characters);
             },
         .done = [clause](Result<tts::Spoken> result) { std::shared_ptr(clause)->done(std::move(result)); }});
    return handle;
  }

 private:
  tts::Voice& voice_;
  const std::string language_;
  const dialog::Lexicon lexicon_;
  std::string key_;
};

}  // namespace

std::unique_ptr<tts::Voice> spoken_voice(tts::Voice& voice, std::string language, dialog::Lexicon lexicon) {
  return std::make_unique<SpokenVoice>(voice, std::move(language), std::move(lexicon));
}

}  // namespace offhook::call
