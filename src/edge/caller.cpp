#include "edge/caller.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "audio/g711.hpp"
#include "audio/level.hpp"
#include "audio/resampler.hpp"
#include "base/base64.hpp"

namespace offhook::edge {
namespace {

namespace json = boost::json;

constexpr int kRate = 8000;
constexpr std::uint16_t kNormal = 1000, kPolicy = 1008;
constexpr Duration kBeat = net::MediaClock::period;
constexpr Duration kUnbroken = Earpiece::kUnderrun;
constexpr int kSpoke = 5;  // audible frames of live sound, 100 ms: less is a click, and nothing to answer

Duration length_of(std::size_t samples) {
  return Duration(static_cast<std::int64_t>(samples) * (1'000'000 / kRate));
}

// A closing handshake that says "we are done" rather than "something is wrong" (RFC 6455 7.4.1).
bool friendly(std::string_view why) {
  return !why.starts_with("code ") || why.starts_with("code 1000") || why.starts_with("code 1001");
}

}  // namespace

Result<Utterance> utterance_of(const audio::Wav& wav) {
  const auto linear = audio::resample(std::span<const std::int16_t>(wav.channel(0)), wav.rate, kRate);
  const std::span all(linear);
  const std::size_t from = audio::first_audible(all, kRate), to = audio::last_audible(all, kRate);
  if (from >= to)
    return Error{Errc::invalid, "nothing in it is louder than -44 dBFS; expected speech in its first channel"};
  Utterance out(to - from);
  audio::mulaw_encode(all.subspan(from, to - from), out);
  return out;
}

Caller::Caller(net::MediaClock& clock, std::shared_ptr<net::WebSocket> socket, CallScript script, Tell tell,
               CallerPatience patience)
    : loop_(socket->loop()),
      clock_(clock),
      socket_(std::move(socket)),
      script_(std::move(script)),
      patience_(patience),
      tell_(std::move(tell)),
      longest_(loop_,
               [this] {
                 outcome_.broken = !script_.live;
                 hang_up("the call reached its limit");
               }),
      phase_(script_.live       ? Phase::live
             : script_.greeting ? Phase::greeting
                                : Phase::listening),
      began_(loop_.now()) {
  socket_->set_handler(this);
  introduce();
  clock_.add(*this);
  longest_.after(script_.longest);
}

Caller::~Caller() {
  clock_.remove(*this);
  if (phase_ != Phase::over) socket_->set_handler(nullptr);
}

bool Caller::answered() const {
  return std::ranges::any_of(turns_, [](const CallerTurn& t) { return t.v2v.has_value(); });
}

// ---- the carrier's messages

void Caller::introduce() {
  send(R"({"event":"connected","protocol":"Call","version":"1.0.0"})");
  json::object parameters;
  for (const auto& [name, value] : script_.parameters) parameters[name] = value;
  const json::object start{
      {"accountSid", "AC" + std::string(32, '0')},
      {"streamSid", script_.stream_sid},
      {"callSid", script_.call_sid},
      {"tracks", json::array{"inbound"}},
      {"mediaFormat", json::object{{"encoding", "audio/x-mulaw"}, {"sampleRate", kRate}, {"channels", 1}}},
      {"customParameters", std::move(parameters)}};
  send(json::serialize(json::object{{"event", "start"},
                                    {"sequenceNumber", std::to_string(sequence_++)},
                                    {"streamSid", script_.stream_sid},
                                    {"start", start}}));
}

void Caller::send_media(std::span<const std::uint8_t> mulaw) {
  std::string m = R"({"event":"media","sequenceNumber":")" + std::to_string(sequence_++) + R"(","streamSid":")" +
                  script_.stream_sid + R"(","media":{"track":"inbound","chunk":")" + std::to_string(chunk_ + 1) +
                  R"(","timestamp":")" + std::to_string(chunk_ * (kBeat / 1ms)) + R"(","payload":")";
  append_base64(m, mulaw);
  m += R"("}})";
  ++chunk_;
  send(std::move(m));
}

void Caller::send_marks(const Earpiece::Marks& names) {
  for (const std::string& name : names)
    send(json::serialize(json::object{{"event", "mark"},
                                      {"sequenceNumber", std::to_string(sequence_++)},
                                      {"streamSid", script_.stream_sid},
                                      {"mark", json::object{{"name", name}}}}));
}

void Caller::send_key(char key) {
  send(json::serialize(
      json::object{{"event", "dtmf"},
                   {"sequenceNumber", std::to_string(sequence_++)},
                   {"streamSid", script_.stream_sid},
                   {"dtmf", json::object{{"track", "inbound_track"}, {"digit", std::string(1, key)}}}}));
}

void Caller::send(std::string message) {
  const auto sent = socket_->send_text(std::move(message));
  if (sent || sent.error().code != Errc::full || phase_ >= Phase::ending) return;  // closed: on_closed is on its way
  outcome_ = {.broken = true, .why = "the agent's server does not read: " + sent.error().what};
  end(Phase::ending);
  socket_->close(kPolicy, "not read");
}

void Caller::on_text(std::string_view text) {
  if (phase_ >= Phase::ending) return;
  const Time now = loop_.now();
  FrameBuffer buffer;
  const Frame frame = parse_frame(text, buffer);
  const auto ours = [this](std::string_view sid) { return sid.empty() || sid == script_.stream_sid; };
  if (const auto* media = std::get_if<Media>(&frame); media && ours(media->stream_sid)) {
    take(*media, now);
  } else if (const auto* mark = std::get_if<Mark>(&frame); mark && ours(mark->stream_sid)) {
    send_marks(ear_.mark(mark->name));
  } else if (const auto* other = std::get_if<Unknown>(&frame); other && other->event == "clear") {
    send_marks(ear_.clear(now));
    cut_ = true;
    agent_stopped(now);
  } else {
    ++strange_;
  }
}

void Caller::on_closed(bool clean, std::string_view why) {
  if (phase_ == Phase::over) return;
  if (phase_ != Phase::ending)
    outcome_ = {.broken = !clean || !friendly(why),
                .by_agent = clean && friendly(why),
                .why = (clean ? "the agent hung up (" : "the line broke (") + std::string(why) + ")"};
  end(Phase::over);
  socket_->set_handler(nullptr);
  // Of its own: close() may have come from one of our own members.
  loop_.post([alive = std::weak_ptr(alive_), over = std::move(tell_.over), outcome = std::move(outcome_)] {
    if (!alive.expired()) over(outcome);
  });
}

void Caller::hang_up(std::string_view why) {
  if (phase_ >= Phase::ending) return;
  if (outcome_.why.empty()) outcome_.why = why;
  send(json::serialize(json::object{
      {"event", "stop"},
      {"sequenceNumber", std::to_string(sequence_++)},
      {"streamSid", script_.stream_sid},
      {"stop", json::object{{"accountSid", "AC" + std::string(32, '0')}, {"callSid", script_.call_sid}}}}));
  if (phase_ >= Phase::ending) return;
  end(Phase::ending);
  socket_->close(kNormal, "bye");
}

void Caller::end(Phase phase) {
  phase_ = phase;
  clock_.remove(*this);
  longest_.cancel();
}

// ---- what is heard

void Caller::overhear(const CallEvent& event) {
  if (event.kind == CallEvent::Kind::hold) ear_.hold();
  if (event.kind == CallEvent::Kind::resume || event.kind == CallEvent::Kind::flush) ear_.unhold();
}

void Caller::take(const Media& media, Time now) {
  const Time heard_until = ear_.audible_until().value_or(Time::min());
  const auto arrival = ear_.hear(media.audio, now);
  if (!arrival.audible) return;
  if (!greeted_) greeted_ = now - began_;
  if (arrival.fresh) old_sound_ = false;
  if (phase_ == Phase::greeting) phase_ = Phase::listening;
  if (phase_ == Phase::waiting && now >= turns_.back().said_to && !old_sound_) {
    answer(now, !arrival.fresh && now - kUnbroken <= heard_until);
    phase_ = Phase::listening;
  } else if (phase_ == Phase::live && arrival.fresh && spoke_frames_ >= kSpoke) {
    begin_turn(spoke_until_, spoke_until_);
    answer(std::max(now, spoke_until_), now < spoke_until_);
    spoke_frames_ = 0;
  }
}

CallerTurn& Caller::begin_turn(Time from, Time to) {
  CallerTurn& turn = turns_.emplace_back();
  turn.number = static_cast<int>(turns_.size());
  turn.said_from = from;
  turn.said_to = to;
  return turn;
}

void Caller::answer(Time now, bool early) {
  CallerTurn& turn = turns_.back();
  turn.answered = now;
  turn.v2v = now - turn.said_to;
  turn.early = early;
}

// A clear: whatever comes now is another utterance.
void Caller::agent_stopped(Time now) {
  old_sound_ = false;
  if (!interrupting_until_) return;
  turns_.back().barge_in = std::max(Duration(0), ear_.audible_until().value_or(now) - turns_.back().said_from);
  interrupting_until_.reset();
}

void Caller::watch_interruption(Time now) {
  if (!interrupting_until_) return;
  if (now - *ear_.audible_until() >= patience_.silence) return agent_stopped(now);
  if (now < *interrupting_until_) return;
  turns_.back().talked_over = true;
  interrupting_until_.reset();
}

// ---- what is said

void Caller::on_frame(Time now) {
  std::array<std::int16_t, Earpiece::kFrame> heard, sent;
  send_marks(ear_.play(heard));
  if (script_.live) script_.live->hear(heard, std::exchange(cut_, false), now);
  decide(now);
  if (phase_ >= Phase::ending) return;
  const auto frame = next_frame(now);
  if (phase_ >= Phase::ending) return;
  send_media(frame);
  if (const char key = phase_ == Phase::live ? script_.live->key() : '\0') send_key(key);
  audio::mulaw_decode(frame, sent);
  if (tell_.beat) tell_.beat(sent, heard);
}

void Caller::decide(Time now) {
  watch_interruption(now);
  const Time quiet_since = std::max(began_, ear_.audible_until().value_or(began_));
  const bool quiet = now - quiet_since >= patience_.silence;
  switch (phase_) {
    case Phase::greeting:
      if (now - began_ < patience_.greeting) return;
      return says_left() ? say_next(now, false) : hang_up("nothing to say");
    case Phase::listening:
      if (quiet) return says_left() ? say_next(now, false) : hang_up("all is said");
      if (script_.interrupt_after && interruptions_ < script_.interruptions && says_left() && !turns_.empty() &&
          turns_.back().v2v && !turns_.back().over_agent &&
          (script_.interrupt_turn == 0 || script_.interrupt_turn == turns_.back().number) &&
          now - turns_.back().answered >= *script_.interrupt_after && ear_.sounding(now))
        say_next(now, true);
      return;
    case Phase::waiting:
      if (now - turns_.back().said_to < patience_.answer) return;
      return says_left() ? say_next(now, false) : hang_up("no answer");
    default: return;
  }
}

void Caller::say_next(Time now, bool over_agent) {
  const Utterance& utterance = script_.says[next_++];
  const std::size_t padding = (Earpiece::kFrame - utterance.size() % Earpiece::kFrame) % Earpiece::kFrame;
  saying_.clear();
  for (std::size_t i = 0; i < padding; ++i) saying_.push_back(audio::mulaw_encode(0));
  saying_.insert(saying_.end(), utterance.begin(), utterance.end());
  said_ = 0;
  CallerTurn& turn = begin_turn(now + length_of(padding), now + length_of(saying_.size()));
  turn.over_agent = over_agent;
  old_sound_ = ear_.sounding(now);
  interrupting_until_.reset();
  if (over_agent) {
    ++interruptions_;
    interrupting_until_ = turn.said_to + patience_.talked_over;
  }
  phase_ = Phase::saying;
}

std::array<std::uint8_t, Earpiece::kFrame> Caller::next_frame(Time now) {
  std::array<std::uint8_t, Earpiece::kFrame> frame;
  for (auto& code : frame)  // comfort noise, -72 dBFS: a line that is up is never quite silent
    code = audio::mulaw_encode(static_cast<std::int16_t>(static_cast<int>(random_() % 17) - 8));
  if (phase_ == Phase::saying) {
    std::copy_n(saying_.begin() + static_cast<std::ptrdiff_t>(said_), frame.size(), frame.begin());
    said_ += frame.size();
    if (said_ == saying_.size()) {
      turns_.back().said_to = now + kBeat;  // when it was sent, not when it should have been
      phase_ = Phase::waiting;
    }
  } else if (phase_ == Phase::live) {
    std::array<std::int16_t, Earpiece::kFrame> linear;
    switch (script_.live->take(linear)) {
      case LiveVoice::Took::nothing_yet: break;
      case LiveVoice::Took::frame:
        audio::mulaw_encode(linear, frame);
        if (audio::rms(linear) <= Earpiece::kAudibleRms) break;
        spoke_until_ = now + kBeat;
        ++spoke_frames_;
        break;
      case LiveVoice::Took::ended:
        phase_ = Phase::listening;
        if (spoke_frames_ < kSpoke) break;
        begin_turn(spoke_until_, spoke_until_);
        old_sound_ = ear_.sounding(now);
        phase_ = Phase::waiting;
        break;
      case LiveVoice::Took::hung_up: hang_up("the caller hung up");
    }
  }
  return frame;
}

}  // namespace offhook::edge
