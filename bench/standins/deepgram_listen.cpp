#include "standins/deepgram_listen.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <cmath>
#include <deque>

#include "base/ids.hpp"
#include "standins/hearing.hpp"

namespace offhook::standins {
namespace {

constexpr double interim_every = 0.25;  // seconds of audio
constexpr double word_confidence = 0.99;

struct Listen {
  Sound sound = Sound::linear16;
  int rate = 16000;
  bool interim = false, vad_events = false, endpoints = true, punctuated = false;
  double endpoint = 0;       // seconds of silence, until speech_final
  double utterance_end = 0;  // seconds of silence, until UtteranceEnd; 0: off
  std::string model;
};

Listen read_query(const net::HttpRequest& request, const Settings& settings, Problem& problem) {
  Query query(net::parse_form(request.query()), "query", problem);
  Listen listen;
  listen.model = query.text("model", Need::required);
  const std::string encoding =
      query.choice("encoding", {"linear16", "mulaw", "alaw"}, Need::required);  // others this stand-in cannot hear
  listen.sound = encoding == "mulaw" ? Sound::mulaw : encoding == "alaw" ? Sound::alaw : Sound::linear16;
  if (!query.has("sample_rate")) problem.found("query: sample_rate is needed with encoding=" + encoding);
  listen.rate = static_cast<int>(query.whole("sample_rate", 8000, 48000).value_or(16000));
  if (query.whole("channels", 1, 1); query.flag("multichannel").value_or(false))
    problem.found("query: one channel is what this stand-in hears");
  listen.interim = query.flag("interim_results").value_or(false);
  listen.vad_events = query.flag("vad_events").value_or(false);
  listen.endpoint = static_cast<double>(settings.stt_endpoint.count()) / 1e6;
  if (query.has("endpointing") && query.text("endpointing") != "false" && query.text("endpointing") != "true")
    listen.endpoint =
        std::max(listen.endpoint, static_cast<double>(query.whole("endpointing", 1, 10000).value_or(0)) / 1e3);
  listen.endpoints = query.text("endpointing") != "false";
  listen.utterance_end = static_cast<double>(query.whole("utterance_end_ms", 1000, 60000).value_or(0)) / 1e3;
  if (listen.utterance_end > 0 && !listen.interim) problem.found("query: utterance_end_ms needs interim_results=true");
  const bool punctuate = query.flag("punctuate").value_or(false), smart = query.flag("smart_format").value_or(false);
  listen.punctuated = punctuate || smart;
  if (!query.all("keyterm").empty() && !listen.model.starts_with("nova-3"))
    problem.found("query: keyterm needs model=nova-3");
  if (!query.all("keywords").empty() && listen.model.starts_with("nova-3"))
    problem.found("query: nova-3 takes keyterm, not keywords");
  for (const std::string_view name :
       {"numerals", "profanity_filter", "diarize", "dictation", "detect_entities", "filler_words", "mip_opt_out"})
    query.flag(name);
  query.ignore({"language", "language_hint", "redact", "replace", "search", "diarize_model", "tag", "extra", "callback",
                "callback_method", "version"});
  query.end();
  return listen;
}

class Stand final : public SocketSession {
 public:
  Stand(Site& site, Listen listen)
      : SocketSession(site, Service::deepgram),
        listen_(std::move(listen)),
        hearing_(site.settings, listen_.sound, listen_.rate) {}

 private:
  void opened() override { idle_.after(site_.settings.deepgram_idle); }
  void text(std::string_view text) override;
  void binary(std::string_view bytes) override;
  void fail(const std::string& said) override;

  void on_step();
  void final_result(bool speech_final, bool from_finalize);
  std::string results(bool is_final, bool speech_final, bool from_finalize, const std::vector<HeardWord>& words,
                      std::size_t from) const;
  void finalize();
  void close_stream();
  void answer_asked();
  void reject(std::string_view said);

  const Listen listen_;
  Hearing hearing_;
  const std::string request_id_ = random_hex(16);
  double segment_ = 0;     // where the running result begins, seconds
  std::size_t taken_ = 0;  // words of the utterance that stand in a final already
  std::size_t shown_ = 0;  // words in the last interim
  double next_interim_ = 0;
  double segment_heard_ = 0;   // loud seconds of the utterance at the segment's beginning
  double last_word_end_ = -1;  // of what has no UtteranceEnd yet
  bool started_ = false;       // SpeechStarted was said
  bool closing_ = false;
  std::deque<std::string> asked_;  // answers to Finalize that are not due yet
  std::deque<Time> due_;
  net::Timer idle_{site_.loop, [this] {
                     out_.end(1011, "NET-0001: no audio and no KeepAlive within the last " +
                                        std::to_string(site_.settings.deepgram_idle / 1s) + " s");
                   }};
  net::Timer answer_{site_.loop, [this] { answer_asked(); }};
};

void Stand::text(std::string_view text) {
  Problem problem;
  const auto object = parse_object(text, problem);
  if (!object) return reject(problem.what());
  if (closing_) return complain("a message after CloseStream: " + std::string(text));
  Fields fields(*object, "message", problem);
  const std::string type = fields.choice("type", {"KeepAlive", "Finalize", "CloseStream", "Configure"}, Need::required);
  if (type == "Finalize") fields.whole("channel", 0, 0);
  if (type == "Configure") {
    fields.array("keyterms");
    fields.object("features");
  }
  fields.end();
  if (problem) return reject(problem.what());
  idle_.after(site_.settings.deepgram_idle);
  if (type == "KeepAlive") return count([](Counters& c) { ++c.keepalives; });
  if (type == "Finalize") return finalize();
  if (type == "CloseStream") return close_stream();
  out_.send(json::serialize(json::object{{"type", "ConfigureSuccess"}, {"request_id", request_id_}}));
}

void Stand::binary(std::string_view bytes) {
  if (closing_) return complain("audio after CloseStream");
  if (bytes.empty()) {
    complain("a zero-length binary message, which closes the stream");
    return close_stream();
  }
  if (bytes.starts_with("{\""))
    return reject("a text message was sent as binary: " + std::string(bytes.substr(0, 100)));
  idle_.after(site_.settings.deepgram_idle);
  const double before = hearing_.position();
  hearing_.feed(bytes, [this] { on_step(); });
  count([heard = hearing_.position() - before](Counters& c) { c.seconds_in += heard; });
}

void Stand::on_step() {
  const double now = hearing_.position();
  if (hearing_.open()) {
    if (!std::exchange(started_, true)) {
      next_interim_ = now;
      if (listen_.vad_events)
        out_.send(json::serialize(
            json::object{{"type", "SpeechStarted"}, {"channel", json::array{0}}, {"timestamp", hearing_.begun()}}));
    }
    if (listen_.interim && now >= next_interim_ && hearing_.silence() == 0) {
      const auto words = hearing_.words(false);
      next_interim_ = now + interim_every;
      if (words.size() > std::max(shown_, taken_)) {
        shown_ = words.size();
        out_.send(results(false, false, false, words, taken_));
      }
    }
    const double segment = static_cast<double>(site_.settings.stt_segment.count()) / 1e6;
    if (hearing_.heard() - segment_heard_ >= segment) {  // long speech is cut into finals on the way
      const auto words = hearing_.words(false);
      out_.send(results(true, false, false, words, taken_));
      taken_ = std::max(taken_, words.size());
      shown_ = 0;
      segment_ = now;
      segment_heard_ = hearing_.heard();
    }
    if (listen_.endpoints && hearing_.silence() >= listen_.endpoint) final_result(true, false);
  } else if (hearing_.silence() >= listen_.endpoint) {
    hearing_.forget_blip();
  }
  if (listen_.utterance_end > 0 && last_word_end_ >= 0 && hearing_.heard() == 0 &&
      now - last_word_end_ >= listen_.utterance_end) {
    out_.send(json::serialize(
        json::object{{"type", "UtteranceEnd"}, {"channel", json::array{0, 1}}, {"last_word_end", last_word_end_}}));
    last_word_end_ = -1;
  }
}

std::string Stand::results(bool is_final, bool speech_final, bool from_finalize, const std::vector<HeardWord>& words,
                           std::size_t from) const {
  json::array list;
  for (std::size_t i = from; i < words.size(); ++i) {
    json::object word{
        {"word", words[i].text}, {"start", words[i].start}, {"end", words[i].end}, {"confidence", word_confidence}};
    if (listen_.punctuated) word["punctuated_word"] = words[i].text;
    list.push_back(std::move(word));
  }
  const std::string transcript = joined(words, from);
  const json::object alternative{
      {"transcript", transcript}, {"confidence", transcript.empty() ? 0.0 : word_confidence}, {"words", list}};
  return json::serialize(json::object{
      {"type", "Results"},
      {"channel_index", json::array{0, 1}},
      {"duration", hearing_.position() - segment_},
      {"start", segment_},
      {"is_final", is_final},
      {"speech_final", speech_final},
      {"from_finalize", from_finalize},
      {"channel", json::object{{"alternatives", json::array{json::value(alternative)}}}},
      {"metadata",
       json::object{{"request_id", request_id_},
                    {"model_info", json::object{{"name", listen_.model}, {"version", "0"}, {"arch", "stand-in"}}},
                    {"model_uuid", "00000000-0000-0000-0000-000000000000"}}}});
}

void Stand::final_result(bool speech_final, bool from_finalize) {
  const auto words = hearing_.words(true);
  const std::string result = results(true, speech_final, from_finalize, words, taken_);
  if (!words.empty()) last_word_end_ = words.back().end;
  hearing_.close();
  taken_ = shown_ = 0;
  segment_heard_ = 0;
  segment_ = hearing_.position();
  started_ = false;
  if (!from_finalize) return out_.send(result);
  asked_.push_back(result);
  due_.push_back(site_.loop.now() + site_.settings.stt_answer);
  answer_asked();
}

void Stand::finalize() {
  count([](Counters& c) { ++c.finalizes; });
  final_result(false, true);
}

void Stand::answer_asked() {
  while (!due_.empty() && due_.front() <= site_.loop.now()) {
    out_.send(std::move(asked_.front()));
    asked_.pop_front();
    due_.pop_front();
    if (closing_ && asked_.empty()) return out_.end(1000, "");
  }
  if (!due_.empty()) answer_.at(due_.front());
}

// What was said comes as a last final, then Metadata, then the end.
void Stand::close_stream() {
  closing_ = true;
  idle_.cancel();
  const bool heard = hearing_.open();
  const json::object metadata{{"type", "Metadata"},
                              {"transaction_key", "deprecated"},
                              {"request_id", request_id_},
                              {"sha256", random_hex(32)},
                              {"created", "2026-01-01T00:00:00.000Z"},
                              {"duration", hearing_.position()},
                              {"channels", 1}};
  const Time due = site_.loop.now() + site_.settings.stt_answer;
  if (heard) {
    const auto words = hearing_.words(true);
    asked_.push_back(results(true, true, false, words, taken_));
    due_.push_back(due);
  }
  if (!out_.loses_end()) {
    asked_.push_back(json::serialize(metadata));
    due_.push_back(due);
  }
  if (asked_.empty()) return out_.end(1000, "");
  answer_asked();
}

void Stand::fail(const std::string& said) {
  out_.send(json::serialize(
      json::object{{"type", "Error"}, {"variant", "InternalError"}, {"description", said}, {"message", said}}));
  out_.end(1011, "NET-0000: " + said);
}

void Stand::reject(std::string_view said) {
  complain(said);
  out_.send(json::serialize(
      json::object{{"type", "Error"}, {"variant", "SchemaError"}, {"description", said}, {"message", said}}));
  out_.end(1008, "DATA-0000: " + std::string(said));
}

}  // namespace

net::HttpResponse deepgram_refusal(int status, std::string_view said) {
  const std::string_view code = status == 401   ? "INVALID_AUTH"
                                : status == 402 ? "INSUFFICIENT_CREDITS"
                                : status == 403 ? "INSUFFICIENT_PERMISSIONS"
                                : status == 429 ? "TOO_MANY_REQUESTS"
                                : status < 500  ? "Bad Request"
                                                : "INTERNAL_SERVER_ERROR";
  const std::string id = random_hex(16);
  return json_response(status, {{"err_code", code}, {"err_msg", said}, {"request_id", id}},
                       {{"dg-error", std::string(said)}, {"dg-request-id", id}});
}

std::string deepgram_key(const net::HttpRequest& request) {
  const std::string_view header = request.header("Authorization");
  const std::string_view token = credentials(header, "Token");
  return std::string(token.empty() ? credentials(header, "Bearer") : token);
}

Verdict open_deepgram_listen(Site& site, const net::HttpRequest& request) {
  Door door(site, Service::deepgram, deepgram_refusal);
  if (auto refusal = door.knock(deepgram_key(request))) return std::move(*refusal);
  Problem problem;
  Listen listen = read_query(request, site.settings, problem);
  if (problem) return door.refuse(400, problem.what());
  return SocketSession::accept<Stand>(site, std::move(listen));
}

}  // namespace offhook::standins
