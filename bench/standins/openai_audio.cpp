#include <boost/json/serialize.hpp>
#include <cmath>

#include "audio/wav.hpp"
#include "base/base64.hpp"
#include "base/ids.hpp"
#include "standins/hearing.hpp"
#include "standins/multipart.hpp"
#include "standins/openai.hpp"
#include "standins/voice.hpp"

namespace offhook::standins {
namespace {

constexpr std::size_t longest_input = 4096;  // characters to be spoken
constexpr Voice::Format spoken_format{Encoding::pcm_s16le, 24000};

std::string event(const json::object& object) {
  return "data: " + json::serialize(object) + "\n\n";
}

struct Transcription {
  std::string model, format = "json", language;
  bool stream = false;
  std::string text;
  double seconds = 0;
  std::vector<std::string> words;
};

Transcription read_transcription(Site& site, const net::HttpRequest& request, Problem& problem) {
  Transcription wanted;
  const auto parts = parse_multipart(request.header("Content-Type"), request.body, problem);
  if (!parts) return wanted;
  std::vector<std::pair<std::string, std::string>> form;
  const Part* file = nullptr;
  for (const Part& part : *parts) {
    if (part.name != "file") {
      if (part.is_file) problem.found("form: \"" + part.name + "\" must not be a file");
      form.emplace_back(part.name, part.body);
      continue;
    }
    if (file) problem.found("form: \"file\" comes twice");
    file = &part;
    if (!part.is_file || part.filename.empty()) problem.found("form: \"file\": a filename is missing");
    // the vendor tells the format by the name
    else if (!part.filename.ends_with(".wav"))
      problem.found("form: \"file\": the name \"" + part.filename +
                    "\" does not end in .wav, all that this stand-in hears");
  }
  if (!file) problem.found("form: \"file\" is missing");
  Query query(form, "form", problem);
  wanted.model = query.text("model", Need::required);
  wanted.language = query.text("language");
  wanted.stream = query.flag("stream").value_or(false);
  const bool whisper = wanted.model == "whisper-1";
  if (wanted.stream && whisper) problem.found("form: whisper-1 does not stream");
  if (query.has("response_format")) wanted.format = query.choice("response_format", {"json", "text", "verbose_json"});
  if (!whisper && wanted.format == "verbose_json") problem.found("form: verbose_json needs whisper-1");
  query.number("temperature", 0, 1);
  query.ignore({"prompt", "languages[]", "keywords[]", "include[]", "timestamp_granularities[]", "chunking_strategy"});
  query.end();
  if (problem) return wanted;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(file->body.data());
  const auto wav = audio::parse_wav({bytes, file->body.size()});
  if (!wav) {
    problem.found("Invalid file format: " + wav.error().what);
    return wanted;
  }
  wanted.seconds = static_cast<double>(wav->frames()) / wav->rate;
  if (wanted.seconds < 0.1) problem.found("Audio file is too short. Minimum audio length is 0.1 seconds.");
  wanted.text = heard_in(site.settings, wav->channel(0), wav->rate, site.transcriptions);
  return wanted;
}

class Transcriber final : public HttpSession {
 public:
  Transcriber(Site& site, Transcription wanted)
      : HttpSession(site, Service::openai_transcriptions, wanted.stream ? Outlet::Kind::events : Outlet::Kind::bytes),
        wanted_(std::move(wanted)) {
    timer_.after(site.settings.stt_answer);
    count([this](Counters& c) { c.seconds_in += wanted_.seconds; });
  }

 private:
  void fail(const std::string& said) override {
    const json::object error{
        {"error", json::object{{"message", said}, {"type", "server_error"}, {"param", nullptr}, {"code", nullptr}}}};
    out_.send(wanted_.stream ? event(error) : json::serialize(error));
    out_.end();
  }
  // whisper-1 is paid for by time, the others by tokens
  json::object billed() const {
    if (wanted_.model == "whisper-1") return {{"type", "duration"}, {"seconds", std::ceil(wanted_.seconds)}};
    const auto heard = static_cast<std::int64_t>(std::ceil(wanted_.seconds * 10));
    const auto written = static_cast<std::int64_t>(wanted_.text.size() / 4 + 1);
    return {{"type", "tokens"}, {"input_tokens", heard}, {"output_tokens", written}, {"total_tokens", heard + written}};
  }
  void answer() {
    const json::object usage = billed();
    if (wanted_.stream) {
      std::string_view rest = wanted_.text;
      while (!rest.empty()) {
        const std::string_view word = rest.substr(0, rest.find(' ', 1));
        rest.remove_prefix(word.size());
        out_.send(event({{"type", "transcript.text.delta"}, {"delta", word}}));
      }
      if (!out_.loses_end())
        out_.send(event({{"type", "transcript.text.done"}, {"text", wanted_.text}, {"usage", usage}}));
    } else if (wanted_.format == "text") {
      out_.send(wanted_.text + "\n");
    } else if (wanted_.format == "verbose_json") {
      out_.send(json::serialize(json::object{{"task", "transcribe"},
                                             {"language", "english"},
                                             {"duration", wanted_.seconds},
                                             {"text", wanted_.text},
                                             {"segments", json::array()},
                                             {"usage", usage}}));
    } else {
      out_.send(json::serialize(json::object{{"text", wanted_.text}, {"usage", usage}}));
    }
    out_.end();
  }

  const Transcription wanted_;
  net::Timer timer_{site_.loop, [this] { answer(); }};
};

struct Speech {
  std::string text;
  bool events = false, wav = false;
  double speed = 1;
};

Speech read_speech(const json::object& object, Problem& problem) {
  Speech speech;
  Fields fields(object, "request", problem);
  const std::string model = fields.text("model", Need::required);
  speech.text = fields.text("input", Need::required);
  if (speech.text.empty() || characters_of(speech.text).size() > longest_input)
    fields.wrong("input", "1 to 4096 characters");
  const json::value* voice = fields.any("voice");
  const json::object* custom = voice ? voice->if_object() : nullptr;
  if (!voice || !(voice->is_string() || (custom && custom->if_contains("id"))))
    fields.wrong("voice", "a name, or an object with an id");
  fields.text("instructions");
  const std::string format =
      fields.has("response_format") ? fields.choice("response_format", {"pcm", "wav"}) : std::string();
  if (format.empty()) problem.found("request: response_format: the default is mp3, which this stand-in cannot make");
  speech.wav = format == "wav";
  speech.speed = fields.number("speed", 0.25, 4).value_or(1);
  speech.events = fields.choice("stream_format", {"audio", "sse"}) == "sse";
  if (speech.events && model.starts_with("tts-1")) problem.found("request: stream_format sse is not for " + model);
  fields.end();
  return speech;
}

// A WAV whose length nobody knows yet.
std::string wav_header() {
  std::string head("RIFF\xFF\xFF\xFF\xFFWAVEfmt \x10\0\0\0\x01\0\x01\0", 24);
  const auto put = [&](std::uint32_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) head += static_cast<char>(value >> (8 * i) & 0xFF);
  };
  put(static_cast<std::uint32_t>(spoken_format.rate), 4);
  put(static_cast<std::uint32_t>(spoken_format.rate) * 2, 4);
  put(2, 2);
  put(16, 2);
  return head + "data\xFF\xFF\xFF\xFF";
}

class Speaker final : public HttpSession {
 public:
  Speaker(Site& site, Speech speech)
      : HttpSession(site, Service::openai_speech, speech.events ? Outlet::Kind::events : Outlet::Kind::bytes),
        speech_(std::move(speech)) {
    const auto characters = static_cast<std::int64_t>(characters_of(speech_.text).size());
    count([&](Counters& c) { c.characters += characters; });
    voice_.pace = speech_.speed;
    voice_.say(speech_.text);
    voice_.after([this] { finish(); });
  }

 private:
  void fail(const std::string& said) override {
    voice_.stop();
    if (!speech_.events) return out_.drop();  // within sound there is no other way to say so
    out_.send(event({{"error", json::object{{"message", said}, {"type", "server_error"}}}}));
    out_.end();
  }
  void gone() override { voice_.stop(); }
  void made(const Piece& piece) {
    count([&](Counters& c) { c.seconds_out += piece.length; });
    if (!speech_.events) return out_.send((speech_.wav && piece.start == 0 ? wav_header() : "") + piece.bytes);
    std::string audio;
    append_base64(audio, {reinterpret_cast<const std::uint8_t*>(piece.bytes.data()), piece.bytes.size()});
    out_.send(event({{"type", "speech.audio.delta"}, {"audio", audio}}));
  }
  void finish() {
    const auto tokens = static_cast<std::int64_t>(speech_.text.size() / 4 + 1);
    if (speech_.events && !out_.loses_end())
      out_.send(event(
          {{"type", "speech.audio.done"},
           {"usage",
            json::object{{"input_tokens", tokens}, {"output_tokens", 20 * tokens}, {"total_tokens", 21 * tokens}}}}));
    out_.end();
  }

  const Speech speech_;
  Voice voice_{site_.loop, site_.settings, spoken_format, [this](const Piece& piece) { made(piece); }};
};

}  // namespace

void serve_openai_transcription(Site& site, const net::HttpRequest& request, const net::Service::Respond& respond) {
  Door door(site, Service::openai_transcriptions, openai_refusal);
  if (auto refusal = door.knock(credentials(request.header("Authorization"), "Bearer"))) return respond(*refusal);
  Problem problem;
  Transcription wanted = read_transcription(site, request, problem);
  if (problem) return respond(door.refuse(400, problem.what()));
  if (!wanted.text.empty()) ++site.transcriptions;
  const std::string type = wanted.stream             ? "text/event-stream; charset=utf-8"
                           : wanted.format == "text" ? "text/plain; charset=utf-8"
                                                     : "application/json";
  auto stand = std::make_unique<Transcriber>(site, std::move(wanted));
  stand->begin(respond, type, {{"x-request-id", "req_" + random_hex(8)}});
  site.keep(std::move(stand));
}

void serve_openai_speech(Site& site, const net::HttpRequest& request, const net::Service::Respond& respond) {
  Door door(site, Service::openai_speech, openai_refusal);
  if (auto refusal = door.knock(credentials(request.header("Authorization"), "Bearer"))) return respond(*refusal);
  Problem problem;
  const auto object = parse_object(request.body, problem);
  Speech speech;
  if (object) speech = read_speech(*object, problem);
  if (problem) return respond(door.refuse(400, problem.what()));
  const std::string type = speech.events ? "text/event-stream; charset=utf-8" : speech.wav ? "audio/wav" : "audio/pcm";
  auto stand = std::make_unique<Speaker>(site, std::move(speech));
  stand->begin(respond, type, {{"x-request-id", "req_" + random_hex(8)}});
  site.keep(std::move(stand));
}

}  // namespace offhook::standins
