#include "stt/openai_transcription.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <utility>

#include "base/ids.hpp"
#include "base/json_fields.hpp"
#include "base/secret.hpp"
#include "net/loop.hpp"
#include "net/retry_after.hpp"
#include "stt/segment_session.hpp"

namespace offhook::stt {
namespace {

constexpr Duration kAnswerWithin = 10s;     // of the longest segment, 20 s of speech
constexpr std::size_t kMaxBody = 1u << 20;  // bytes of a response
constexpr std::string_view kPath = "/audio/transcriptions";

void put_u16(std::string& out, unsigned value) {
  out += static_cast<char>(value & 0xFF);
  out += static_cast<char>(value >> 8 & 0xFF);
}
void put_u32(std::string& out, std::uint32_t value) {
  put_u16(out, value & 0xFFFF);
  put_u16(out, value >> 16);
}

// RIFF WAV, PCM16, mono.
void put_wav(std::string& out, std::span<const float> samples) {
  const auto bytes = static_cast<std::uint32_t>(samples.size() * 2);
  out += "RIFF";
  put_u32(out, 36 + bytes);
  out += "WAVEfmt ";
  put_u32(out, 16);
  put_u16(out, 1);
  put_u16(out, 1);
  put_u32(out, kRate);
  put_u32(out, kRate * 2);
  put_u16(out, 2);
  put_u16(out, 16);
  out += "data";
  put_u32(out, bytes);
  for (const float s : samples) {
    const float scaled = std::clamp(std::isnan(s) ? 0.0f : s * 32768.0f, -32768.0f, 32767.0f);
    put_u16(out, static_cast<std::uint16_t>(static_cast<std::int16_t>(std::lrint(scaled))));
  }
}

// "en-US" is "en" here: ISO 639-1.
std::string primary_language(std::string_view tag) {
  std::string out(tag.substr(0, tag.find_first_of("-_")));
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::string_view advice(int status) {
  switch (status) {
    case 401:
    case 403: return "; check the API key";
    case 404: return "; check base_url and model";
    default: return {};
  }
}

// The requests of one session, in order, one at a time.
class Requests : public std::enable_shared_from_this<Requests> {
 public:
  Requests(net::Loop& loop, net::HttpClient& http, const Spec& spec, Used used)
      : loop_(loop), http_(http), spec_(spec), used_(std::move(used)), url_(spec.base_url + std::string(kPath)) {}

  void ask(Decode what, Transcribed done) {
    waiting_.push_back({std::move(what), std::move(done)});
    next();
  }

  // Breaks off and forgets what nobody wants any more.
  void sweep() {
    while (!waiting_.empty()) {
      const auto moot =
          std::find_if(waiting_.begin(), waiting_.end(), [](const Ask& a) { return a.what.moot->load(); });
      if (moot == waiting_.end()) break;
      const Ask dropped = std::move(*moot);
      waiting_.erase(moot);
      dropped.done(cancelled());
    }
    if (!under_way_.done || !*under_way_.what.moot) return next();
    call_.reset();
    http_.warm(url_);  // its connection is gone
    finish(cancelled());
  }

  void warm() { http_.warm(url_); }

 private:
  struct Ask {
    Decode what;
    Transcribed done;  // empty: nothing is under way
  };

  static Error cancelled() { return {Errc::cancelled, "recognising speech: no longer wanted"}; }

  void next() {
    while (!under_way_.done && !waiting_.empty()) {
      under_way_ = std::move(waiting_.front());
      waiting_.pop_front();
      if (*under_way_.what.moot)
        take()(cancelled());
      else if (under_way_.what.deadline.passed(loop_.now()))
        take()(explained({Errc::timeout, "its turn did not come in time: requests before it are still under way"}));
      else
        send();
    }
  }

  void send() {
    const auto& samples = under_way_.what.samples;
    const std::string boundary = random_hex(16);
    net::HttpCall call;
    call.url = url_;
    call.headers = {{"Content-Type", "multipart/form-data; boundary=" + boundary}, {"Accept", "application/json"}};
    if (!spec_.api_key.empty()) call.headers.emplace_back("Authorization", "Bearer " + spec_.api_key);
    call.body = encode_transcription(spec_, samples, boundary);
    call.deadline = Deadline::in(loop_.now(), kAnswerWithin);
    call.max_body = kMaxBody;
    status_ = 0;
    headers_.clear();
    body_.clear();
    call_ = http_.send(std::move(call), {.head =
                                             [this](int status, const net::Headers& headers) {
                                               status_ = status;
                                               headers_ = headers;
                                             },
                                         .body = [this](std::string_view chunk) { body_ += chunk; },
                                         .done = [this](Result<void> result) { answered(std::move(result)); }});
    if (!used_) return;
    loop_.post(
        [weak = weak_from_this(), sound = Duration(static_cast<Duration::rep>(samples.size()) * 1'000'000 / kRate)] {
          if (const auto self = weak.lock()) self->used_(self->spec_.provider, sound);
        });
  }

  void answered(Result<void> result) {
    const auto self = shared_from_this();
    const auto call = std::move(call_);
    if (!result && status_ < 300) return finish(explained(result.error()));
    auto text = parse_transcription(status_, headers_, body_);
    finish(text ? std::move(text) : explained(text.error()));
  }

  void finish(Result<std::string> text) {
    take()(std::move(text));
    next();
  }

  Transcribed take() { return std::exchange(under_way_, {}).done; }

  Error explained(Error error) const {
    error = error.within("asking " + spec_.provider + " at " + spec_.base_url + " for a transcript");
    error.what = without_secret(std::move(error.what), spec_.api_key);
    return error;
  }

  net::Loop& loop_;
  net::HttpClient& http_;
  const Spec spec_;
  const Used used_;
  const std::string url_;
  std::deque<Ask> waiting_;  // bounded by the session: a partial, eight pauses, the segments of a minute
  Ask under_way_;
  int status_ = 0;
  net::Headers headers_;
  std::string body_;
  std::unique_ptr<net::Pending> call_;
};

// Opens the connection while the caller speaks.
class WarmedSession final : public Session {
 public:
  WarmedSession(std::shared_ptr<Requests> requests, std::unique_ptr<Session> session)
      : requests_(std::move(requests)), session_(std::move(session)) {}
  void begin() override {
    requests_->warm();
    session_->begin();
  }
  void audio(std::span<const float> samples) override { session_->audio(samples); }
  void pause(std::uint32_t pause) override { session_->pause(pause); }
  void end() override { session_->end(); }

 private:
  const std::shared_ptr<Requests> requests_;
  const std::unique_ptr<Session> session_;
};

class OpenAiTranscription final : public Recognizer {
 public:
  OpenAiTranscription(net::HttpClient& http, const Spec& spec, bool partials) : http_(http), spec_(spec) {
    while (spec_.base_url.ends_with('/')) spec_.base_url.pop_back();
    if (!partials) policy_.first_partial = 24h;
  }
  Traits traits() const override { return {.usual_final = 1s}; }

  std::unique_ptr<Session> open(net::Loop& loop, Session::Sink sink) override {
    auto requests = std::make_shared<Requests>(loop, http_, spec_, sink.used);
    requests->warm();
    auto session = open_segment_session(
        loop, std::move(sink),
        [requests](Decode what, Transcribed done) { requests->ask(std::move(what), std::move(done)); }, policy_,
        [requests] { requests->sweep(); });
    return std::make_unique<WarmedSession>(std::move(requests), std::move(session));
  }

 private:
  net::HttpClient& http_;
  Spec spec_;
  SegmentPolicy policy_;
};

}  // namespace

std::string encode_transcription(const Spec& spec, std::span<const float> samples, std::string_view boundary) {
  std::string out;
  out.reserve(samples.size() * 2 + 2048);
  const auto part = [&](std::string_view name, std::string_view more = {}) {
    out.append("--").append(boundary).append("\r\nContent-Disposition: form-data; name=\"").append(name).append("\"");
    out.append(more).append("\r\n\r\n");
  };
  const auto field = [&](std::string_view name, std::string_view value) {
    if (value.empty()) return;
    part(name);
    out.append(value).append("\r\n");
  };
  field("model", spec.model);
  field("response_format", "json");
  field("language", primary_language(spec.language));
  std::string prompt;
  for (const auto& term : spec.keyterms) prompt.append(prompt.empty() ? "" : ", ").append(term);
  field("prompt", prompt);
  part("file", "; filename=\"speech.wav\"\r\nContent-Type: audio/wav");
  put_wav(out, samples);
  out.append("\r\n--").append(boundary).append("--\r\n");
  return out;
}

Result<std::string> parse_transcription(int status, const net::Headers& headers, std::string_view body) {
  const auto top = parse_object(body);
  if (status < 200 || status > 299) {
    const json::object* error = top ? object_in(*top, "error") : nullptr;
    const bool spent =
        error && (text_in(*error, "code") == "insufficient_quota" || text_in(*error, "type") == "insufficient_quota");
    const std::string words = service_words(body);
    return Error{spent ? Errc::refused : net::errc_of_status(status),
                 "HTTP " + std::to_string(status) + ": " + (words.empty() ? "(no message)" : words) +
                     std::string(spent ? "" : advice(status)),
                 spent ? Duration{} : net::retry_after(headers)};
  }
  if (top && object_in(*top, "error"))
    return Error{Errc::unavailable, "HTTP " + std::to_string(status) + ": " + service_words(body)};
  const json::value* text = top ? top->if_contains("text") : nullptr;
  if (!text || !text->is_string())
    return Error{Errc::invalid, "HTTP " + std::to_string(status) + " with " + std::to_string(body.size()) +
                                    " bytes, expected JSON with a \"text\": is this a transcription server?"};
  return std::string(text->get_string());
}

std::unique_ptr<Recognizer> openai_transcription(net::HttpClient& http, const Spec& spec, bool partials) {
  return std::make_unique<OpenAiTranscription>(http, spec, partials);
}

}  // namespace offhook::stt
