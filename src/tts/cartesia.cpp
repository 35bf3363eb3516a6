// Cartesia Sonic: cartesia_messages.hpp on context_voice.hpp.
#include "tts/adapters.hpp"
#include "tts/cartesia_messages.hpp"
#include "tts/context_voice.hpp"
#include "tts/service_text.hpp"

namespace offhook::tts {

namespace {

class Cartesia final : public Dialect {
 public:
  explicit Cartesia(const Spec& spec) : spec_(spec), url_(socket_base(spec.base_url) + "/tts/websocket") {
    traits_.name = spec.provider;
    traits_.key = key_of(spec);
    traits_.secret = spec.api_key;
    traits_.contexts = 32;  // theirs is the account's concurrency; so many of a loop's calls at most share a fate
    traits_.sockets = 4;
    traits_.idle = 4min;  // they close an idle one after 5 min
  }

  const Traits& traits() const override { return traits_; }
  Format format(int rate) const override {
    return {Encoding::s16le, rate_of(rate, {8000, 16000, 22050, 24000, 44100, 48000})};
  }
  std::string url(const Format&) const override { return url_; }  // a socket serves every rate
  net::Headers headers() const override {
    net::Headers headers = {{"Cartesia-Version", "2026-03-01"}};  // knows generation_config and max_buffer_delay_ms 0
    if (!spec_.api_key.empty()) headers.emplace_back("X-API-Key", spec_.api_key);
    return headers;
  }
  std::vector<std::string> speak(std::string_view context, std::string_view text, const Format& format) const override {
    return {cartesia_speak({.model = spec_.model,
                            .voice = spec_.voice,
                            .language = primary_subtag(spec_.language),
                            .speed = spec_.speed,
                            .rate = format.rate},
                           context, text)};
  }
  std::optional<std::string> cancel(std::string_view context) const override { return cartesia_cancel(context); }
  Result<SpeechEvent> read(std::string_view message) const override { return read_cartesia(message); }

 private:
  const Spec spec_;
  const std::string url_;
  Traits traits_;
};

}  // namespace

std::unique_ptr<Voice> cartesia(net::Loop& loop, net::HttpClient& http, const Spec& spec) {
  return context_voice(loop, http, std::make_unique<Cartesia>(spec));
}

}  // namespace offhook::tts
