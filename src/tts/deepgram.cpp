// Deepgram Aura (speak v1): raw sound in binary messages. A socket for each clause, one of which is open ahead unless
// the account's bound is told (idle sockets count against it): a socket bears 20 Flushes a minute, and after Clear the
// Flushed of the old clause could not be told from the next one's.
#include <array>
#include <boost/json.hpp>
#include <cstdio>

#include "base/json_fields.hpp"
#include "tts/adapters.hpp"
#include "tts/context_voice.hpp"
#include "tts/service_text.hpp"

namespace offhook::tts {

namespace json = boost::json;

namespace {

class Deepgram final : public Dialect {
 public:
  explicit Deepgram(const Spec& spec) : spec_(spec), base_(socket_base(spec.base_url)) {
    traits_.name = spec.provider;
    traits_.key = key_of(spec);
    traits_.secret = spec.api_key;
    traits_.sockets = 40;
    traits_.reusable = false;
    traits_.spare = spec.concurrency == 0;
    traits_.idle = 2min;
  }

  const Traits& traits() const override { return traits_; }
  Format format(int rate) const override {
    if (rate <= 8000) return {Encoding::mulaw, 8000};
    return {Encoding::s16le, rate_of(rate, {16000, 24000, 32000, 48000})};
  }
  std::string url(const Format& format) const override {
    const std::string& voice = spec_.model.empty() ? spec_.voice : spec_.model;  // each voice of Aura is a model
    std::string url = base_ + "/v1/speak?model=" + url_encoded(voice) +
                      "&encoding=" + (format.encoding == Encoding::mulaw ? "mulaw" : "linear16") +
                      "&sample_rate=" + std::to_string(format.rate);
    std::array<char, 32> speed{};
    if (spec_.speed != 0)
      url.append(speed.data(), std::snprintf(speed.data(), speed.size(), "&speed=%.3g", spec_.speed));
    return url;
  }
  net::Headers headers() const override {
    if (spec_.api_key.empty()) return {};
    return {{"Authorization", "Token " + spec_.api_key}};
  }
  std::vector<std::string> speak(std::string_view, std::string_view text, const Format&) const override {
    return {json::serialize(json::object{{"type", "Speak"}, {"text", text}}), R"({"type":"Flush"})"};
  }
  Result<SpeechEvent> read(std::string_view message) const override;
  SpeechEvent read_binary(std::string_view bytes) const override {
    SpeechEvent event;
    event.sound.assign(bytes.begin(), bytes.end());
    return event;
  }

 private:
  const Spec spec_;
  const std::string base_;
  Traits traits_;
};

Result<SpeechEvent> Deepgram::read(std::string_view text) const {
  const Result<json::object> message = read_message(text);
  if (!message) return message.error();
  SpeechEvent event;
  const std::string_view type = text_in(*message, "type");
  event.done = type == "Flushed";
  if (type == "Error") event.error = Error{Errc::unavailable, service_words(*message)};
  return event;
}

}  // namespace

std::unique_ptr<Voice> deepgram(net::Loop& loop, net::HttpClient& http, const Spec& spec) {
  return context_voice(loop, http, std::make_unique<Deepgram>(spec));
}

}  // namespace offhook::tts
