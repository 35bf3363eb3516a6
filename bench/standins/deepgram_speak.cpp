#include "standins/deepgram_speak.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <deque>

#include "standins/voice.hpp"

namespace offhook::standins {
namespace {

constexpr Service service = Service::deepgram_speak;
constexpr std::size_t longest_text = 2000;  // characters of one message
constexpr std::size_t flushes_a_minute = 20;

// What the model, the encoding and the rate are: of all three a wrong one is a 400 at the upgrade.
Voice::Format read_query(const net::HttpRequest& request, Problem& problem) {
  Query query(net::parse_form(request.query()), "query", problem);
  const std::string model = query.text("model", Need::required);
  if (!problem && !model.starts_with("aura-")) query.wrong("model", "a voice such as aura-2-thalia-en");
  const std::string encoding =
      query.has("encoding") ? query.choice("encoding", {"linear16", "mulaw", "alaw"}) : "linear16";
  const auto rate = query.whole("sample_rate", 8000, 48000);
  query.number("speed", 0.7, 1.5);
  query.flag("mip_opt_out");
  query.ignore({"container", "tag"});
  query.end();
  Voice::Format format;
  format.encoding = encoding == "mulaw" ? Encoding::mulaw : encoding == "alaw" ? Encoding::alaw : Encoding::pcm_s16le;
  format.rate = static_cast<int>(rate.value_or(format.encoding == Encoding::pcm_s16le ? 24000 : 8000));
  const auto rates = format.encoding == Encoding::pcm_s16le
                         ? std::initializer_list<int>{8000, 16000, 24000, 32000, 48000}
                         : std::initializer_list<int>{8000, 16000};
  if (std::find(rates.begin(), rates.end(), format.rate) == rates.end())
    query.wrong("sample_rate", "8000, 16000, 24000, 32000 or 48000; with mulaw and alaw 8000 or 16000");
  return format;
}

class Stand final : public SocketSession {
 public:
  Stand(Site& site, Voice::Format format)
      : SocketSession(site, service),
        voice_(site.loop, site.settings, format, [this](const Piece& piece) { spoken(piece); }) {}
  ~Stand() override { close_context(); }

 private:
  void opened() override {
    out_.send(json::serialize(json::object{{"type", "Metadata"},
                                           {"request_id", site_.new_id("req-")},
                                           {"model_name", "aura"},
                                           {"model_version", "1"},
                                           {"model_uuid", "00000000-0000-0000-0000-000000000000"}}));
  }
  void binary(std::string_view) override { reject("DATA-0000", "a binary message; only JSON text is understood"); }
  void fail(const std::string& said) override { end(1011, "NET-0001", said); }

  void text(std::string_view text) override {
    Problem problem;
    const auto object = parse_object(text, problem);
    if (object) message(*object, problem);
    if (problem) reject("DATA-0000", problem.what());
  }

  void message(const json::object& object, Problem& problem) {
    Fields fields(object, "message", problem);
    const std::string type = fields.choice("type", {"Speak", "Flush", "Clear", "Close"}, Need::required);
    const std::string text = type == "Speak" ? fields.text("text", Need::required) : std::string();
    fields.end();
    if (problem) return;
    if (type == "Speak") return speak(text);
    if (type == "Flush") return flush();
    if (type == "Clear") {
      voice_.stop();
      count([](Counters& c) { ++c.cancels; });
      waiting_.clear();
      close_context();
      return out_.send(json::serialize(json::object{{"type", "Cleared"}, {"sequence_id", sequence_++}}));
    }
    out_.end(1000, "");
  }

  void speak(const std::string& text) {
    const auto characters = static_cast<std::int64_t>(characters_of(text).size());
    if (static_cast<std::size_t>(characters) > longest_text) return reject("BIG-0001", "more than 2000 characters");
    if (!open_) {
      open_ = true;
      count([](Counters& c) {
        ++c.contexts;
        c.most_contexts = std::max(c.most_contexts, ++c.contexts_open);
      });
    }
    count([&](Counters& c) { c.characters += characters; });
    waiting_ += text;
  }

  void flush() {
    const Time now = site_.loop.now();
    while (!flushes_.empty() && now - flushes_.front() > 1min) flushes_.pop_front();
    flushes_.push_back(now);
    if (flushes_.size() > flushes_a_minute) {
      complain("more than 20 Flushes in a minute");
      return out_.send(json::serialize(
          json::object{{"type", "Warning"}, {"code", "EXCESSIVE_FLUSH"}, {"description", "too many Flush messages"}}));
    }
    if (!waiting_.empty()) voice_.say(std::exchange(waiting_, {}));
    voice_.after([this] {
      close_context();
      if (out_.loses_end()) return out_.end(1000, "");
      out_.send(json::serialize(json::object{{"type", "Flushed"}, {"sequence_id", sequence_++}}));
    });
  }

  void spoken(const Piece& piece) {
    count([&](Counters& c) { c.seconds_out += piece.length; });
    out_.send_binary(piece.bytes);
  }

  void close_context() {
    if (std::exchange(open_, false)) count([](Counters& c) { --c.contexts_open; });
  }
  void reject(std::string_view code, const std::string& said) {
    complain(said);
    end(1008, code, said);
  }
  void end(std::uint16_t code, std::string_view kind, const std::string& said) {
    voice_.stop();
    out_.end(code, std::string(kind) + ": " + said);
  }

  Voice voice_;
  std::string waiting_;  // spoken, not flushed
  std::deque<Time> flushes_;
  std::int64_t sequence_ = 0;
  bool open_ = false;
};

net::HttpResponse refusal(int status, std::string_view said) {
  const std::string_view code = status == 401 ? "INVALID_AUTH" : status == 429 ? "TOO_MANY_REQUESTS" : "Bad Request";
  return json_response(status, {{"err_code", code}, {"err_msg", said}, {"request_id", "req-0"}},
                       {{"dg-error", std::string(said)}});
}

}  // namespace

Verdict open_deepgram_speak(Site& site, const net::HttpRequest& request) {
  Door door(site, service, refusal);
  std::string_view key = credentials(request.header("Authorization"), "Token");
  if (key.empty()) key = credentials(request.header("Authorization"), "Bearer");
  if (auto refused = door.knock(key)) return std::move(*refused);
  Problem problem;
  const Voice::Format format = read_query(request, problem);
  if (problem) return door.refuse(400, problem.what());
  const Fault* limit = site.faults.limit(service);
  if (limit && site.ledger.counters(service).open >= static_cast<std::int64_t>(limit->limit))
    return door.turn_away(429, "too many sockets at once for this account");
  return SocketSession::accept<Stand>(site, format);
}

}  // namespace offhook::standins
