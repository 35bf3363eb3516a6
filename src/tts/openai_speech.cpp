// POST /audio/speech: 24 kHz sound as the body comes, brought to the rate that is wanted. A request for each clause.
//
//   send    head   sound … sound   end
//   ──┬──────┬───────┬───────────────┬── done
//     └─ first_sound ┘               │
//     └────────── deadline ──────────┘     handle destroyed: the connection is closed
#include <boost/json.hpp>
#include <optional>
#include <utility>

#include "base/json_fields.hpp"
#include "base/secret.hpp"
#include "base/utf8.hpp"
#include "net/retry_after.hpp"
#include "tts/adapters.hpp"
#include "tts/pcm_stream.hpp"
#include "tts/service_text.hpp"

namespace offhook::tts {

namespace json = boost::json;

namespace {

constexpr int kRate = 24000;                    // Hz of response_format "pcm"
constexpr std::size_t kMostRefusal = 16 << 10;  // bytes read of an error's body
constexpr std::size_t kMostSound = std::size_t{120} * kRate * 2;

struct Server {
  net::Loop& loop;
  net::HttpClient& http;
  Spec spec;
  std::string key, url;

  std::string body(std::string_view text) const {
    json::object body;
    if (!spec.model.empty()) body["model"] = spec.model;
    body["input"] = clean_utf8(text);
    if (!spec.voice.empty()) body["voice"] = spec.voice;
    body["response_format"] = "pcm";
    if (spec.speed != 0) body["speed"] = spec.speed;
    return json::serialize(body);
  }
};

class Request : public std::enable_shared_from_this<Request> {
 public:
  Request(std::shared_ptr<const Server> server, Speech speech, Sink sink)
      : server_(std::move(server)),
        speech_(std::move(speech)),
        sink_(std::move(sink)),
        asked_(server_->loop.now()),
        pcm_(Encoding::s16le, kRate, speech_.rate),
        limit_(server_->loop, [this] { on_limit(); }),
        nothing_(server_->loop, [this] { on_nothing(); }) {}

  void send() {
    if (!anything_to_say(speech_.text)) return nothing_.at(asked_);
    net::HttpCall call;
    call.url = server_->url;
    call.headers = {{"Content-Type", "application/json"}, {"Accept", "application/octet-stream, audio/*"}};
    const std::string& key = server_->spec.api_key;
    if (!key.empty()) call.headers.emplace_back("Authorization", "Bearer " + key);
    call.body = server_->body(speech_.text);
    call.max_body = kMostSound;  // its deadline stays open: limit_ keeps both
    arm(Deadline::earlier(speech_.first_sound, speech_.deadline));
    http_ =
        server_->http.send(std::move(call), {.head = [this](int status, const net::Headers& h) { on_head(status, h); },
                                             .body = [this](std::string_view chunk) { on_body(chunk); },
                                             .done = [this](Result<void> result) { on_end(std::move(result)); }});
  }

  void cancel() {
    over_ = true;
    limit_.cancel();
    nothing_.cancel();
    http_.reset();
  }

 private:
  void arm(Deadline deadline) {
    if (deadline.is_never())
      limit_.cancel();
    else
      limit_.at(deadline.at());
  }

  void on_nothing() {
    const auto self = shared_from_this();
    finish(Spoken{server_->key});
  }

  void on_head(int status, const net::Headers& headers) {
    status_ = status;
    type_ = std::string(net::find_header(headers, "content-type").substr(0, 60));
    retry_after_ = net::retry_after(headers);
    const auto self = shared_from_this();
    if (!over_ && is_sound() && sink_.used) sink_.used(server_->spec.provider, characters(speech_.text));
  }
  bool is_sound() const {
    return status_ >= 200 && status_ <= 299 && !type_.starts_with("application/json") && !type_.starts_with("text/");
  }

  void on_body(std::string_view chunk) {
    const auto self = shared_from_this();
    if (over_) return;
    if (!is_sound()) {
      refusal_.append(chunk.substr(0, kMostRefusal - std::min(kMostRefusal, refusal_.size())));
      return;
    }
    samples_.clear();
    pcm_.feed({reinterpret_cast<const std::uint8_t*>(chunk.data()), chunk.size()}, samples_);
    put_out();
  }

  void put_out() {
    if (samples_.empty()) return;
    if (!std::exchange(sounded_, true)) arm(speech_.deadline);
    if (sink_.audio) sink_.audio(samples_);
  }

  void on_end(Result<void> result) {
    const auto self = shared_from_this();
    if (over_) return;
    if (status_ != 0 && !is_sound()) {
      const std::string words = service_words(refusal_);
      std::string what = "HTTP " + std::to_string(status_) + ": " + (words.empty() ? "(no message)" : words);
      if (status_ > 299) return fail({net::errc_of_status(status_), what + advice(), retry_after_});
      return fail({Errc::invalid, what + "; it came as '" + type_ + "', expected sound: is " + server_->url +
                                      " a text to speech server?"});
    }
    if (!result) return fail(result.error());
    samples_.clear();
    pcm_.finish(samples_);
    put_out();
    if (over_) return;
    if (!sounded_) return fail({Errc::unavailable, "it made no sound of the text"});
    finish(Spoken{server_->key});
  }

  std::string advice() const {
    if (status_ == 401 || status_ == 403) return "; check the API key";
    return status_ == 404 ? "; check base_url and model" : "";
  }

  void on_limit() {
    const auto self = shared_from_this();
    const std::string waited = std::to_string((server_->loop.now() - asked_) / 1ms) + " ms";
    fail({Errc::timeout, (sounded_ ? "not all of the sound within " : "no sound within ") + waited +
                             (status_ == 0 ? ", and no response" : "")});
  }

  void fail(const Error& error) {
    const Spec& spec = server_->spec;
    finish(Error{error.code, without_secret(spec.provider + ": " + error.what, spec.api_key), error.retry_after});
  }

  void finish(Result<Spoken> result) {
    cancel();
    if (sink_.done) std::exchange(sink_.done, nullptr)(std::move(result));
  }

  const std::shared_ptr<const Server> server_;
  const Speech speech_;
  Sink sink_;
  const Time asked_;
  PcmStream pcm_;
  net::Timer limit_;
  net::Timer nothing_;  // there is nothing to say: told soon, never from inside synthesize()
  std::unique_ptr<net::Pending> http_;
  int status_ = 0;  // 0: no head yet
  std::string type_, refusal_;
  Duration retry_after_{};
  std::vector<std::int16_t> samples_;
  bool sounded_ = false, over_ = false;
};

class OpenAiSpeech final : public Voice {
 public:
  OpenAiSpeech(net::Loop& loop, net::HttpClient& http, const Spec& spec) {
    std::string base = spec.base_url;
    while (base.ends_with('/')) base.pop_back();
    server_ = std::make_shared<const Server>(Server{loop, http, spec, key_of(spec), base + "/audio/speech"});
  }

  const std::string& key() const override { return server_->key; }
  std::unique_ptr<net::Pending> synthesize(net::Loop& loop, Speech speech, Sink sink) override {
    auto request = std::make_shared<Request>(server_, std::move(speech), std::move(sink));
    request->send();
    warm(loop);  // for the next clause
    return std::make_unique<Handle>(std::move(request));
  }
  void warm(net::Loop&) override { server_->http.warm(server_->url); }

 private:
  struct Handle final : net::Pending {
    explicit Handle(std::shared_ptr<Request> r) : request(std::move(r)) {}
    ~Handle() override { request->cancel(); }
    const std::shared_ptr<Request> request;
  };
  std::shared_ptr<const Server> server_;
};

}  // namespace

std::unique_ptr<Voice> openai_speech(net::Loop& loop, net::HttpClient& http, const Spec& spec) {
  return std::make_unique<OpenAiSpeech>(loop, http, spec);
}

}  // namespace offhook::tts
