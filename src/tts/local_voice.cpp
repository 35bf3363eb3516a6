#include "tts/local_voice.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <utility>

#include "audio/resampler.hpp"

namespace offhook::tts {
namespace {

constexpr const char* kDoing = "speaking with the local voice";
constexpr const char* kOverload = "; the machine has too much to do, admit fewer calls";
constexpr Duration kWanted = 100ms;           // how soon a reply's first sound is wanted: its place in the pool
constexpr std::size_t kLongestText = 20'000;  // bytes
constexpr int kLowestRate = 1000, kHighestRate = 384'000;
constexpr float kLoudness = 0.1f;  // -20 dBFS while it speaks
constexpr float kKnee = 0.9f;      // above it peaks are rounded instead of clipped
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

// Const after rehearse(): any thread.
class Speaker {
 public:
  explicit Speaker(LocalVoice voice) : voice_(std::move(voice)) {}

  const std::string& key() const { return voice_.key; }

  std::vector<std::u32string> sentences(std::string_view text) const {
    std::vector<std::u32string> all = tts::sentences(voice_.phonemizer.clauses(text), voice_.longest);
    std::erase_if(all, [this](const std::u32string& s) { return !voice_.model->can_say(s); });
    return all;
  }

  // One gain for all: raising each sentence to full scale, as is the habit, makes "Yes." louder than the sentence
  // after it.
  Result<void> rehearse() {
    std::vector<float> sound;
    for (const std::u32string& sentence : sentences(kRehearsal)) {
      const Result<std::vector<float>> part = voice_.model->render(sentence);
      if (!part) return part.error();
      sound.insert(sound.end(), part->begin(), part->end());
    }
    if (const float level = speech_level(sound, voice_.model->rate()); level > 0) {
      gain_ = std::clamp(kLoudness / level, 0.1f, 10.0f);
    }
    return {};
  }

  Result<std::vector<std::int16_t>> speak(std::u32string_view sentence, int rate) const {
    const Result<std::vector<float>> rendered = voice_.model->render(sentence);
    if (!rendered) return rendered.error();
    const std::vector<float> sound = audio::resample(*rendered, voice_.model->rate(), rate);
    std::vector<std::int16_t> out(sound.size());
    std::ranges::transform(sound, out.begin(), [this](float s) {
      float size = std::abs(s * gain_);
      if (size > kKnee) size = kKnee + (1 - kKnee) * std::tanh((size - kKnee) / (1 - kKnee));
      return static_cast<std::int16_t>(std::lround(std::copysign(size, s) * 32767));
    });
    return out;
  }

 private:
  LocalVoice voice_;
  float gain_ = 1;
};

// One text under way. What stands above `over` is constant. All between it and `sink` belongs to the one job that is
// queued or running; the rest to the loop: the sink is called and dies there, whichever thread lets go of this last.
struct Utterance {
  std::shared_ptr<const Speaker> speaker;
  inference::Pool& pool;
  net::Loop& loop;
  const Speech speech;
  std::atomic<bool> over = false;  // answered or cancelled

  Time wanted;  // when the next sentence's sound is wanted
  std::vector<std::u32string> sentences;
  std::size_t next = 0;

  Sink sink;
  bool heard = false;
};
using Shared = std::shared_ptr<Utterance>;

// On the loop.
void answer(const Shared& u, Result<Spoken> result) {
  if (u->over.exchange(true)) return;
  const Sink sink = std::exchange(u->sink, {});
  if (sink.done) sink.done(result ? std::move(result) : result.error().within(kDoing));
}

void finish(const Shared& u, Result<Spoken> result) {
  u->loop.post([u, result = std::move(result)]() mutable { answer(u, std::move(result)); });
}

// The callback may destroy the handle, and the handle the sink.
template <class Call, class... Arguments>
void tell(Utterance& u, Call Sink::* which, const Arguments&... arguments) {
  if (u.over || !(u.sink.*which)) return;
  Call call = std::exchange(u.sink.*which, {});
  call(arguments...);
  if (!u.over) u.sink.*which = std::move(call);
}

void work(const Shared& u);

// A job for each sentence, so that a long text does not keep others waiting: its later sentences are wanted only when
// those before have been heard.
void enqueue(const Shared& u) {
  const Deadline deadline =
      u->next == 0 ? Deadline::earlier(u->speech.first_sound, u->speech.deadline) : u->speech.deadline;
  const Result<void> queued = u->pool.submit(
      {.wanted = std::min(u->wanted, deadline.at()),
       .deadline = deadline,
       .run = [u] { work(u); },
       .expired =
           [u] {
             finish(u,
                    Error{Errc::timeout, std::string("the pool did not come to it before its deadline") + kOverload});
           }});
  if (!queued) finish(u, queued.error());
}

void work(const Shared& u) {
  if (u->over) return;
  if (u->next == 0) {
    u->sentences = u->speaker->sentences(u->speech.text);
    u->loop.post([u, characters = static_cast<std::int64_t>(decode_utf8(u->speech.text).size())] {
      tell(*u, &Sink::used, "local", characters);
    });
  }
  if (u->next < u->sentences.size()) {
    Result<std::vector<std::int16_t>> sound = u->speaker->speak(u->sentences[u->next++], u->speech.rate);
    if (!sound) return finish(u, sound.error());
    u->wanted += std::chrono::microseconds(sound->size() * 1'000'000 / static_cast<std::size_t>(u->speech.rate));
    u->loop.post([u, sound = std::move(*sound)] {
      u->heard = true;
      tell(*u, &Sink::audio, sound);
    });
  }
  if (u->next < u->sentences.size()) return enqueue(u);
  finish(u, Spoken{u->speaker->key()});
}

class Handle final : public net::Pending {
 public:
  explicit Handle(Shared utterance) : u_(std::move(utterance)), late_(u_->loop, [this] { look(); }) { watch(); }
  ~Handle() override {
    u_->over = true;
    u_->sink = {};
  }

 private:
  Deadline next() const {
    return u_->heard ? u_->speech.deadline : Deadline::earlier(u_->speech.first_sound, u_->speech.deadline);
  }
  void watch() {
    if (!u_->over && !next().is_never()) late_.at(next().at());
  }
  // The pool tells what it never began; this, what is still being rendered.
  void look() {
    if (!next().passed(u_->loop.now())) return watch();
    const Shared u = u_;  // the callback may destroy this
    answer(u,
           Error{Errc::timeout,
                 std::string(u->heard ? "not all was said by its deadline" : "no sound by its deadline") + kOverload});
  }

  Shared u_;
  net::Timer late_;
};

class Local final : public Voice {
 public:
  Local(std::shared_ptr<const Speaker> speaker, inference::Pool& pool) : speaker_(std::move(speaker)), pool_(pool) {}

  const std::string& key() const override { return speaker_->key(); }

  std::unique_ptr<net::Pending> synthesize(net::Loop& loop, Speech speech, Sink sink) override {
    const Shared u(new Utterance{.speaker = speaker_,
                                 .pool = pool_,
                                 .loop = loop,
                                 .speech = std::move(speech),
                                 .wanted = loop.now() + kWanted,
                                 .sentences = {},
                                 .sink = std::move(sink)});
    const Speech& asked = u->speech;
    if (asked.text.size() > kLongestText) {
      finish(u, Error{Errc::invalid, "the text has " + std::to_string(asked.text.size()) + " bytes, expected at most " +
                                         std::to_string(kLongestText) + "; hand it over clause by clause"});
    } else if (asked.rate < kLowestRate || asked.rate > kHighestRate) {
      finish(u, Error{Errc::invalid, "sound at " + std::to_string(asked.rate) + " Hz is wanted, expected " +
                                         std::to_string(kLowestRate) + " to " + std::to_string(kHighestRate)});
    } else {
      enqueue(u);
    }
    return std::make_unique<Handle>(u);
  }

 private:
  std::shared_ptr<const Speaker> speaker_;  // shared with what is under way
  inference::Pool& pool_;
};

}  // namespace

Result<std::unique_ptr<Voice>> make_local_voice(LocalVoice voice, inference::Pool& pool) {
  auto speaker = std::make_shared<Speaker>(std::move(voice));
  if (const Result<void> rehearsed = speaker->rehearse(); !rehearsed) return rehearsed.error();
  return std::unique_ptr<Voice>(std::make_unique<Local>(std::move(speaker), pool));
}

}  // namespace offhook::tts
