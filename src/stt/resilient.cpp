#include "stt/resilient.hpp"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>

#include "audio/resampler.hpp"
#include "base/log.hpp"
#include "stt/kept_sound.hpp"
#include "stt/standing.hpp"

namespace offhook::stt {
namespace {

constexpr Duration kRunUp = 500ms;        // kept before a turn, where all of the call is heard
constexpr Duration kOneMoreTry = 1500ms;  // for a pause whose session has just been lost
constexpr Duration kLongestWait = 8s;     // for a choice without health, whatever becomes of it
constexpr int kReplaySpeed = 10;          // times as fast as speech, at least, does a service catch up with a turn
constexpr std::size_t kPausesAtOnce = 8;

// A session of a choice.
struct Leg {
  std::uint64_t id = 0;
  Standing* standing = nullptr;
  std::unique_ptr<Session> session;
  std::optional<audio::Resampler> down;
  Time opened{};
  bool heard = false;  // it has been given sound
};

struct Pause {
  std::uint32_t number;
  Time asked;
  Time until;  // whoever works on it has to answer
};

class ResilientSession final : public Session {
 public:
  ResilientSession(net::Loop& loop, const std::vector<Choice>& choices, Traits traits, ResiliencePolicy policy,
                   std::uint32_t seed, Sink sink)
      : loop_(loop),
        sink_(std::make_shared<const Sink>(std::move(sink))),
        traits_(traits),
        policy_(policy),
        keeps_(choices.size() != 1 || choices[0].health),
        turn_(traits.rate, policy.keep),
        before_(traits.rate, kRunUp),
        timer_(loop, [this] { tick(); }) {
    for (const Choice& choice : choices) standings_.emplace_back(choice, policy, seed);
    connect();
    rearm();
  }
  ~ResilientSession() override {
    leave(std::move(active_));
    leave(std::move(candidate_));
  }

  void begin() override {
    end();
    if (candidate_ && is_settled()) promote();
    connect();
    on_ = true;
    if (keeps_) turn_.append(before_.samples());
    before_.clear();
    if (active_) start();
    rearm();
  }

  void audio(std::span<const float> samples) override {
    if (on_) {
      if (keeps_) turn_.append(samples);
      if (active_) feed(samples);
    } else if (traits_.continuous) {
      before_.append(samples);
      if (active_ && active_->standing->traits().continuous) feed(samples);
    }
  }

  void pause(std::uint32_t number) override {
    if (!on_) return;
    if (!active_ || pauses_.size() >= kPausesAtOnce) cancel_pauses();
    const Time now = loop_.now();
    pauses_.push_back({number, now, now + (active_ ? active_->standing->patience() : policy_.transcript)});
    if (active_) active_->session->pause(number);
    rearm();
  }

  void end() override {
    if (!std::exchange(on_, false)) return;
    pauses_.clear();
    outbox_.clear();
    turn_.clear();
    if (active_) active_->session->end();
    rearm();
  }

 private:
  using LegPtr = std::unique_ptr<Leg>;

  const std::string& name(const Leg& leg) { return leg.standing->choice().name; }
  bool is_settled() const { return loop_.now() - candidate_->opened >= policy_.settled; }

  void feed(std::span<const float> samples) {
    active_->heard = true;
    if (!active_->down) return active_->session->audio(samples);
    block_.clear();
    active_->down->process(samples, block_);
    if (!block_.empty()) active_->session->audio(block_);
  }

  // Tells the active session that a turn has begun, and what it has not heard of it.
  void start() {
    active_->session->begin();
    if (active_->heard && active_->standing->traits().continuous) return;
    if (active_->down) active_->down->reset();
    if (!turn_.empty()) feed(turn_.samples());
  }

  // Sessions ----------------------------------------------------------------------------------------------------------

  // Null: it may not be tried now.
  LegPtr open(Standing& standing) { return standing.enter(loop_.now()) ? opened(standing) : nullptr; }
  LegPtr force(Standing& standing) { return standing.force(loop_.now()) ? opened(standing) : nullptr; }
  LegPtr opened(Standing& standing) {
    auto leg = std::make_unique<Leg>();
    leg->id = ++legs_;
    leg->standing = &standing;
    leg->opened = loop_.now();
    if (const int rate = standing.traits().rate; rate != traits_.rate) leg->down.emplace(traits_.rate, rate);
    leg->session = standing.choice().recognizer->open(loop_, sink_of(leg->id, standing.choice().name));
    log::debug("recogniser_opened", {{"service", standing.choice().name}});
    return leg;
  }

  Sink sink_of(std::uint64_t id, const std::string& name) {
    return {.partial = [this, id](const Hypothesis& h) { partial(id, h); },
            .transcript = [this, id](std::uint32_t pause,
                                     Result<std::string> text) { transcript(id, pause, std::move(text)); },
            .turn = [this, id](const TurnSignal& signal) { turn(id, signal); },
            .failed = [this, id](const Error& error) { failed(id, error); },
            .used =
                [sink = sink_, name](std::string_view, Duration audio) {
                  if (sink->used) sink->used(name, audio);
                }};
  }

  void leave(LegPtr leg) {
    if (!leg) return;
    leg->session.reset();
    leg->standing->left(loop_.now());
  }

  void lose(LegPtr leg, const Error error, bool owed) {  // a copy: it may be the session's
    leg->session.reset();
    leg->standing->lost(loop_.now(), error, owed);
    if (!leg->standing->choice().health)  // else its health tells
      log::warn("service_failed", {{"kind", "stt"}, {"service", name(*leg)}, {"error", error.what}});
  }

  void promote() {
    leave(std::exchange(active_, std::move(candidate_)));
    log::debug("recogniser_back", {{"service", name(*active_)}});
  }

  // If there is none: the best that may be tried now, or else the best whose breaker alone is against it.
  void connect() {
    if (!active_ && candidate_) promote();
    for (std::size_t i = 0; !active_ && i < standings_.size(); ++i) active_ = open(standings_[i]);
    for (std::size_t i = 0; !active_ && i < standings_.size(); ++i) active_ = force(standings_[i]);
  }

  // A new session hears the turn from its beginning, and what was asked last is asked of it.
  void take_over() {
    if (!on_ || !active_) return;
    start();
    if (pauses_.empty()) return;
    Pause last = pauses_.back();
    pauses_.pop_back();
    cancel_pauses();
    last.until = loop_.now() + active_->standing->patience() + turn_.length() / kReplaySpeed;
    pauses_.push_back(last);
    active_->session->pause(last.number);
  }

  // With another choice; false if there is none.
  bool replace(const Error& error) {
    LegPtr other = std::move(candidate_);
    for (std::size_t i = 0; !other && i < standings_.size(); ++i)
      if (&standings_[i] != active_->standing) other = open(standings_[i]);
    if (!other) return false;
    lose(std::exchange(active_, std::move(other)), error, true);
    take_over();
    return true;
  }

  void lose_and_go_on(const Error& error, bool owed) {
    lose(std::move(active_), error, owed);
    if (!pauses_.empty() && is_hopeless(pauses_.front())) give_up();
    connect();
    if (active_) return take_over();
    const Time now = loop_.now();
    for (Pause& pause : pauses_)
      pause.until = std::min(std::max(pause.asked + policy_.transcript, now + kOneMoreTry),
                             pause.asked + all_patience() + policy_.transcript);
  }

  // What sessions say -------------------------------------------------------------------------------------------------

  bool is_heard(std::uint64_t id) const { return on_ && active_ && active_->id == id; }

  void partial(std::uint64_t id, const Hypothesis& hypothesis) {
    if (!is_heard(id)) return;
    if (!hypothesis.text.empty()) active_->standing->heard(loop_.now());
    const auto sink = sink_;  // it may destroy the session
    if (sink->partial) sink->partial(hypothesis);
  }

  void turn(std::uint64_t id, const TurnSignal& signal) {
    if (!is_heard(id)) return;
    const auto sink = sink_;
    if (traits_.finds_turns && sink->turn) sink->turn(signal);
  }

  void transcript(std::uint64_t id, std::uint32_t number, Result<std::string> text) {
    if (!is_heard(id)) return;
    const auto pause = std::find_if(pauses_.begin(), pauses_.end(), [&](const Pause& p) { return p.number == number; });
    if (pause == pauses_.end()) return;
    const bool superseded = !text && text.error().code == Errc::cancelled && number != pauses_.back().number;
    if (text || superseded) {
      // Silence may have been known for what it is without asking the service.
      if (text && !text->empty()) active_->standing->proven(loop_.now());
      pauses_.erase(pause);
      outbox_.emplace_back(number, std::move(text));
    } else {
      refused(*pause, text.error());
    }
    rearm();
    flush();
  }

  // An error instead of a transcript.
  void refused(const Pause pause, const Error& error) {
    const bool in_doubt = active_->standing->choice().health;
    const bool hopeless = is_hopeless(pause);
    if (in_doubt && !hopeless) return lose_and_go_on(error, true);
    if (!hopeless && replace(error)) return;
    std::erase_if(pauses_, [&](const Pause& p) { return p.number == pause.number; });
    outbox_.emplace_back(pause.number, error.within(name(*active_)));
    if (in_doubt) lose_and_go_on(error, true);
  }

  void failed(std::uint64_t id, const Error& error) {
    if (candidate_ && candidate_->id == id)
      lose(std::move(candidate_), error, false);
    else if (active_ && active_->id == id)
      lose_and_go_on(error, !pauses_.empty());
    rearm();
    flush();
  }

  // Answers -----------------------------------------------------------------------------------------------------------

  Duration all_patience() const {
    Duration all{};
    for (const Standing& s : standings_) all += s.patience();
    return all;
  }
  // Every choice could have had its time with it.
  bool is_hopeless(const Pause& pause) const { return loop_.now() - pause.asked >= all_patience(); }
  bool none_may_recover() const {
    return std::none_of(standings_.begin(), standings_.end(), [](const Standing& s) { return s.may_recover(); });
  }

  void overdue() {
    if (!active_) return give_up();
    const Pause pause = pauses_.front();
    const Error error{Errc::timeout, "recognising a turn: no transcript " +
                                         std::to_string((loop_.now() - pause.asked) / 1ms) + " ms after the pause"};
    if (!is_hopeless(pause) && replace(error)) return;
    if (!active_->standing->choice().health) {  // slow, and all there is: it has deadlines of its own
      if (loop_.now() - pause.asked >= kLongestWait) return answer_all(error.within(name(*active_)));
      pauses_.front().until = pause.asked + kLongestWait;
      return;
    }
    lose(std::move(active_), error, true);
    give_up();
  }

  void cancel_pauses() { answer_all({Errc::cancelled, "recognising a turn: a later pause has come"}); }

  void give_up() {
    Error error{Errc::unavailable, "recognising a turn: no service is left"};
    if (!standings_.empty() && standings_[0].last_error()) error.code = standings_[0].last_error()->code;
    for (const Standing& s : standings_)
      if (s.last_error()) error.what += "; " + s.choice().name + ": " + s.last_error()->what;
    answer_all(error);
  }

  void answer_all(const Error& error) {
    for (const Pause& pause : std::exchange(pauses_, {})) outbox_.emplace_back(pause.number, error);
  }

  // On the loop, never inside a member. The sink may end the turn or destroy the session.
  void flush() {
    const auto alive = std::weak_ptr(alive_);
    const auto sink = sink_;
    while (!alive.expired() && !outbox_.empty()) {
      auto [number, text] = std::move(outbox_.front());
      outbox_.pop_front();
      if (sink->transcript) sink->transcript(number, std::move(text));
    }
  }

  // Time --------------------------------------------------------------------------------------------------------------

  void tick() {
    for (Standing& s : standings_) s.stayed_up(loop_.now());
    if (!pauses_.empty() && loop_.now() >= pauses_.front().until) overdue();
    if (!active_) {
      connect();
      take_over();
    }
    if (!active_ && none_may_recover()) give_up();
    if (!on_ && active_) look_for_better();
    rearm();
    flush();
  }

  void look_for_better() {
    if (candidate_ && is_settled()) promote();
    for (Standing& s : standings_) {
      if (candidate_ || &s == active_->standing) return;
      if (loop_.now() >= s.candidate_at()) candidate_ = open(s);
    }
  }

  void rearm() {
    const Time now = loop_.now();
    Time next = Time::max();
    if (!outbox_.empty() || (!active_ && !pauses_.empty() && none_may_recover())) next = now;
    if (!pauses_.empty()) next = std::min(next, pauses_.front().until);
    if (candidate_ && !on_) next = std::min(next, candidate_->opened + policy_.settled);
    for (const Standing& s : standings_) next = std::min(next, s.probed_at());
    for (const Standing& s : standings_) {
      if (active_ && (on_ || candidate_ || &s == active_->standing)) break;
      next = std::min(next, active_ ? s.candidate_at() : s.not_before(now));
    }
    if (next == Time::max())
      timer_.cancel();
    else
      timer_.at(std::max(now, next));
  }

  net::Loop& loop_;
  const std::shared_ptr<const Sink> sink_;
  const Traits traits_;
  const ResiliencePolicy policy_;
  const bool keeps_;  // the turn's sound: not where nobody else could hear it
  const std::shared_ptr<bool> alive_ = std::make_shared<bool>();

  std::deque<Standing> standings_;  // best first
  std::uint64_t legs_ = 0;          // opened so far
  LegPtr active_;                   // the only one that hears the turn and is heard
  LegPtr candidate_;                // a better one, on probation

  bool on_ = false;
  KeptSound turn_, before_;                                           // the turn so far; the run-up to the next
  std::vector<float> block_;                                          // at a session's own rate
  std::deque<Pause> pauses_;                                          // not answered yet
  std::deque<std::pair<std::uint32_t, Result<std::string>>> outbox_;  // answers to be told
  net::Timer timer_;
};

class Resilient final : public Recognizer {
 public:
  Resilient(std::vector<Choice> choices, ResiliencePolicy policy) : choices_(std::move(choices)), policy_(policy) {
    if (choices_.empty()) return;
    traits_ = choices_.front().recognizer->traits();
    for (const Choice& choice : choices_)
      if (choice.recognizer->traits().rate != traits_.rate) traits_.rate = kRate;
  }
  Traits traits() const override { return traits_; }
  std::unique_ptr<Session> open(net::Loop& loop, Session::Sink sink) override {
    return std::make_unique<ResilientSession>(loop, choices_, traits_, policy_, ++seed_, std::move(sink));
  }

 private:
  const std::vector<Choice> choices_;
  const ResiliencePolicy policy_;
  Traits traits_;
  std::uint32_t seed_ = 0;  // so that sessions lost in one moment do not all come back in another
};

}  // namespace

std::unique_ptr<Recognizer> resilient(std::vector<Choice> choices, ResiliencePolicy policy) {
  return std::make_unique<Resilient>(std::move(choices), policy);
}

}  // namespace offhook::stt
