#include "standins/deepgram_flux.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "base/ids.hpp"
#include "standins/deepgram_listen.hpp"
#include "standins/hearing.hpp"

namespace offhook::standins {
namespace {

constexpr double update_every = 0.25;    // seconds of audio
constexpr double usual_threshold = 0.7;  // reached after Settings::stt_endpoint of silence
constexpr double word_confidence = 0.99;
constexpr double longest_blip = 0.3;      // seconds of silence, then what was too short for speech is forgotten
constexpr double most_confidence = 0.99;  // so that a threshold of 1 is never reached

struct Flux {
  Sound sound = Sound::linear16;
  int rate = 16000;
  double eot = usual_threshold, eager = 0;  // eager 0: off
  double timeout = 5;                       // seconds of silence
};

// Both thresholds may be changed later; eager must stay below.
void check_thresholds(const Flux& flux, Problem& problem) {
  if (flux.eager > flux.eot) problem.found("eager_eot_threshold must not be above eot_threshold");
}

Flux read_query(const net::HttpRequest& request, Problem& problem) {
  Query query(net::parse_form(request.query()), "query", problem);
  Flux flux;
  const std::string model = query.choice("model", {"flux-general-en", "flux-general-multi"}, Need::required);
  const std::string encoding = query.choice("encoding", {"linear16", "mulaw", "alaw"}, Need::required);
  flux.sound = encoding == "mulaw" ? Sound::mulaw : encoding == "alaw" ? Sound::alaw : Sound::linear16;
  if (!query.has("sample_rate")) problem.found("query: sample_rate is needed with encoding=" + encoding);
  flux.rate = static_cast<int>(query.whole("sample_rate", 8000, 48000).value_or(16000));
  flux.eot = query.number("eot_threshold", 0.5, 1.0).value_or(usual_threshold);
  flux.eager = query.number("eager_eot_threshold", 0.3, 0.9).value_or(0);
  flux.timeout = static_cast<double>(query.whole("eot_timeout_ms", 500, 60000).value_or(5000)) / 1e3;
  if (!query.all("language_hint").empty() && model != "flux-general-multi")
    problem.found("query: language_hint needs model=flux-general-multi");
  for (const std::string_view name : {"profanity_filter", "numerals", "mip_opt_out"}) query.flag(name);
  query.ignore({"keyterm", "redact", "tag"});
  check_thresholds(flux, problem);
  query.end();
  return flux;
}

class Stand final : public SocketSession {
 public:
  Stand(Site& site, Flux flux)
      : SocketSession(site, Service::flux), flux_(flux), hearing_(site.settings, flux_.sound, flux_.rate) {}

 private:
  void opened() override {
    out_.send(json::serialize(
        json::object{{"type", "Connected"}, {"request_id", request_id_}, {"sequence_id", sequence_++}}));
  }
  void text(std::string_view text) override;
  void binary(std::string_view bytes) override;
  void fail(const std::string& said) override {
    out_.send(json::serialize(json::object{
        {"type", "Error"}, {"sequence_id", sequence_++}, {"code", "INTERNAL_SERVER_ERROR"}, {"description", said}}));
    out_.end(1011, said);
  }

  void on_step();
  void turn_info(std::string_view event, std::string_view trigger = {});
  void end_turn(std::string_view trigger);
  void configure(Fields& fields, Problem& problem);
  double silence() const;  // seconds of the turn, since its last loud step
  double confidence() const;
  std::vector<HeardWord> words(bool whole) const;

  Flux flux_;
  Hearing hearing_;
  const std::string request_id_ = random_hex(16);
  std::int64_t sequence_ = 0;
  int turn_ = 0;
  double turn_begin_ = 0;           // seconds of audio
  std::vector<HeardWord> earlier_;  // words of the turn that stand before a TurnResumed
  bool in_turn_ = false, eager_ = false, closing_ = false;
  double next_update_ = update_every;
};

void Stand::text(std::string_view text) {
  Problem problem;
  const auto object = parse_object(text, problem);
  if (object) {
    if (closing_) return complain("a message after CloseStream: " + std::string(text));
    Fields fields(*object, "message", problem);
    const std::string type = fields.choice("type", {"CloseStream", "Configure", "ForceEndTurn"}, Need::required);
    if (type == "Configure") configure(fields, problem);
    fields.end();
    if (!problem) {
      if (type == "ForceEndTurn") {
        count([](Counters& c) { ++c.finalizes; });
        if (in_turn_)
          end_turn("manual");
        else
          out_.send(json::serialize(json::object{{"type", "Warning"},
                                                 {"request_id", request_id_},
                                                 {"sequence_id", sequence_++},
                                                 {"code", "NO_ACTIVE_TURN"},  // [?] the vendor's word is not known
                                                 {"description", "there is no turn to end"}}));
      } else if (type == "CloseStream") {
        closing_ = true;
        out_.end(1000, "");
      }
      return;
    }
  }
  complain(problem.what());
  out_.send(json::serialize(json::object{{"type", "Error"},
                                         {"sequence_id", sequence_++},
                                         {"code", "UNPARSABLE_CLIENT_MESSAGE"},
                                         {"description", problem.what()}}));
  out_.end(1008, problem.what());
}

void Stand::configure(Fields& fields, Problem& problem) {
  Flux changed = flux_;
  if (const json::object* thresholds = fields.object("thresholds")) {
    Fields inner(*thresholds, "thresholds", problem);
    changed.eot = inner.number("eot_threshold", 0.5, 1.0).value_or(changed.eot);
    changed.eager = inner.number("eager_eot_threshold", 0.3, 0.9).value_or(changed.eager);
    changed.timeout = static_cast<double>(
                          inner.whole("eot_timeout_ms", 500, 60000).value_or(static_cast<int>(changed.timeout * 1e3))) /
                      1e3;
    inner.end();
  }
  const json::array* keyterms = fields.array("keyterms");
  const json::array* hints = fields.array("language_hints");
  fields.flag("numerals");
  Problem clash;
  check_thresholds(changed, clash);
  if (problem) return;
  if (clash) {
    complain(clash.what());
    return out_.send(json::serialize(json::object{{"type", "ConfigureFailure"},
                                                  {"request_id", request_id_},
                                                  {"sequence_id", sequence_++},
                                                  {"description", clash.what()}}));
  }
  flux_ = changed;
  json::object thresholds{{"eot_threshold", flux_.eot}, {"eot_timeout_ms", static_cast<int>(flux_.timeout * 1e3)}};
  if (flux_.eager > 0) thresholds["eager_eot_threshold"] = flux_.eager;
  json::object success{{"type", "ConfigureSuccess"},
                       {"request_id", request_id_},
                       {"sequence_id", sequence_++},
                       {"thresholds", thresholds},
                       {"keyterms", keyterms ? *keyterms : json::array()}};
  if (hints) success["language_hints"] = *hints;
  out_.send(json::serialize(success));
}

void Stand::binary(std::string_view bytes) {
  if (closing_) return complain("audio after CloseStream");
  if (bytes.empty()) return complain("a zero-length binary message");
  if (bytes.starts_with("{\""))
    return complain("a text message was sent as binary: " + std::string(bytes.substr(0, 100)));
  const double before = hearing_.position();
  hearing_.feed(bytes, [this] { on_step(); });
  count([heard = hearing_.position() - before](Counters& c) { c.seconds_in += heard; });
}

double Stand::silence() const {
  return in_turn_ ? hearing_.position() - hearing_.last_loud() : 0;
}

double Stand::confidence() const {
  const double full = static_cast<double>(site_.settings.stt_endpoint.count()) / 1e6;
  if (full <= 0) return silence() > 0 ? most_confidence : 0;
  return std::min(most_confidence, usual_threshold * silence() / full);
}

std::vector<HeardWord> Stand::words(bool whole) const {
  std::vector<HeardWord> all = earlier_;
  const auto now = hearing_.words(whole);
  all.insert(all.end(), now.begin(), now.end());
  return all;
}

void Stand::on_step() {
  const double now = hearing_.position();
  if (!in_turn_ && hearing_.open()) {
    in_turn_ = true;
    turn_begin_ = hearing_.begun();
    turn_info("StartOfTurn");
  } else if (eager_ && hearing_.open()) {
    eager_ = false;
    turn_info("TurnResumed");
  } else if (in_turn_ && confidence() >= flux_.eot) {
    end_turn("model");
  } else if (in_turn_ && silence() >= flux_.timeout) {
    end_turn("timeout");
  } else if (in_turn_ && !eager_ && flux_.eager > 0 && confidence() >= flux_.eager) {
    turn_info("EagerEndOfTurn");
    eager_ = true;
    earlier_ = words(true);  // what comes behind a TurnResumed is said after these
    hearing_.close();
  } else if (now >= next_update_) {
    turn_info("Update");
  }
  if (hearing_.silence() > longest_blip) hearing_.forget_blip();
}

void Stand::turn_info(std::string_view event, std::string_view trigger) {
  const bool ending = event == "EndOfTurn" || event == "EagerEndOfTurn";
  const auto said = in_turn_ ? words(ending) : std::vector<HeardWord>();
  json::array list;
  for (const HeardWord& word : said)
    list.push_back(
        json::object{{"word", word.text}, {"confidence", word_confidence}, {"start", word.start}, {"end", word.end}});
  json::object info{{"type", "TurnInfo"},
                    {"request_id", request_id_},
                    {"sequence_id", sequence_++},
                    {"event", event},
                    {"turn_index", turn_},
                    {"audio_window_start", turn_begin_},
                    {"audio_window_end", hearing_.position()},
                    {"transcript", joined(said)},
                    {"words", list},
                    {"end_of_turn_confidence", confidence()}};
  if (!trigger.empty()) info["trigger"] = trigger;
  next_update_ = hearing_.position() + update_every;
  out_.send(json::serialize(info));
}

void Stand::end_turn(std::string_view trigger) {
  turn_info("EndOfTurn", trigger);
  hearing_.close();
  hearing_.forget_blip();
  earlier_.clear();
  in_turn_ = eager_ = false;
  ++turn_;
  turn_begin_ = hearing_.position();
}

}  // namespace

Verdict open_deepgram_flux(Site& site, const net::HttpRequest& request) {
  Door door(site, Service::flux, deepgram_refusal);
  if (auto refusal = door.knock(deepgram_key(request))) return std::move(*refusal);
  Problem problem;
  const Flux flux = read_query(request, problem);
  if (problem) return door.refuse(400, problem.what());
  return SocketSession::accept<Stand>(site, flux);
}

}  // namespace offhook::standins
