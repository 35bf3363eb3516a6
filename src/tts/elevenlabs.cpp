// ElevenLabs: elevenlabs_messages.hpp on context_voice.hpp. multi-stream-input shares sockets between clauses, five at
// once on each; more clauses open more sockets. stream-input takes a socket for each clause, one of which is open
// ahead: for accounts and compatible servers that know no contexts.
#include "tts/adapters.hpp"
#include "tts/context_voice.hpp"
#include "tts/elevenlabs_messages.hpp"
#include "tts/service_text.hpp"

namespace offhook::tts {

namespace {

class ElevenLabs final : public Dialect {
 public:
  ElevenLabs(const Spec& spec, bool multi) : spec_(spec), base_(socket_base(spec.base_url)), multi_(multi) {
    traits_.name = spec.provider;
    traits_.key = key_of(spec);
    traits_.secret = spec.api_key;
    if (multi) {
      traits_.contexts = 5;  // [?] documented in 2025
      traits_.sockets = 8;
      traits_.idle = 4min;
      traits_.keep_alive = 10s;  // should the server not heed inactivity_timeout, its own is 20 s
    } else {
      traits_.sockets = 40;
      traits_.reusable = false;
      traits_.spare = true;
      traits_.idle = 150s;  // inactivity_timeout is 180 s, and nothing can be said on it before the clause
    }
  }

  const Traits& traits() const override { return traits_; }
  Format format(int rate) const override {
    if (rate <= 8000) return {Encoding::mulaw, 8000};  // half the bytes of pcm_8000, and what a telephone hears
    return {Encoding::s16le, rate_of(rate, {16000, 22050, 24000, 44100})};
  }
  std::string url(const Format& format) const override {
    const std::string sound = format.encoding == Encoding::mulaw ? "ulaw_8000" : "pcm_" + std::to_string(format.rate);
    return base_ +
           elevenlabs_path(spec_.voice, multi_ ? "multi-stream-input" : "stream-input",
                           {.model = spec_.model, .language = primary_subtag(spec_.language), .output_format = sound});
  }
  net::Headers headers() const override {
    if (spec_.api_key.empty()) return {};
    return {{"xi-api-key", spec_.api_key}};
  }
  std::vector<std::string> speak(std::string_view context, std::string_view text, const Format&) const override {
    return elevenlabs_speak(multi_ ? context : std::string_view(), text, spec_.speed);
  }
  // A clause's close_context goes out with it, as nothing else makes isFinal come; a second one would name a context
  // that is closed. So a cancel stops nothing and the rest of the clause is generated and paid for. Keeping it back
  // would not help: a context that is being flushed is flushed to its end all the same, and a clause whose letters are
  // not all told would never end. Without contexts only the end of the socket stops the voice.
  std::optional<std::string> cancel(std::string_view) const override {
    return multi_ ? std::optional(std::string()) : std::nullopt;
  }
  std::string keep_alive() const override { return R"({"text":""})"; }
  Result<SpeechEvent> read(std::string_view message) const override { return read_elevenlabs(message); }

 private:
  const Spec spec_;
  const std::string base_;
  const bool multi_;
  Traits traits_;
};

}  // namespace

std::unique_ptr<Voice> elevenlabs(net::Loop& loop, net::HttpClient& http, const Spec& spec) {
  return context_voice(loop, http, std::make_unique<ElevenLabs>(spec, true));
}

std::unique_ptr<Voice> elevenlabs_single(net::Loop& loop, net::HttpClient& http, const Spec& spec) {
  return context_voice(loop, http, std::make_unique<ElevenLabs>(spec, false));
}

}  // namespace offhook::tts
