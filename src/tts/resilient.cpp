#include "tts/resilient.hpp"

#include <algorithm>
#include <deque>
#include <limits>
#include <optional>
#include <utility>

#include "base/log.hpp"
#include "tts/service_text.hpp"
#include "tts/word_times.hpp"

namespace offhook::tts {

namespace {

constexpr std::size_t none = static_cast<std::size_t>(-1);
constexpr double kPace = 15;           // bytes of text a second, until a voice has shown its own
constexpr Duration kMarkLag = 500ms;   // so far the sound may be ahead of what the voice has told of it
constexpr Duration kGrace = 100ms;     // a voice keeps its deadlines itself, and knows why it could not
constexpr int kMostForced = 4;         // clauses at once to services whose breaker is open
constexpr Duration kLookAgain = 50ms;  // how often one who is busy is asked whether he still is

// What all clauses of one voice share.
struct Shared {
  std::vector<Choice> choices;
  ResiliencePolicy policy;
  std::vector<double> pace;  // of each choice, bytes a second
  int forced = 0;
};

// One clause. Whatever calls back into it keeps it alive until it returns; `over_`: the handle is gone or `done` was
// called.
//
//   ask ──▶ first sound … sound ──▶ done
//    │           │          └ failed, or `stall` after all of it was played: the rest of the text by the next
//    └ failed, or `first_sound` without any: all of it by the next
class Utterance : public std::enable_shared_from_this<Utterance> {
 public:
  Utterance(std::shared_ptr<Shared> shared, net::Loop& loop, Speech speech, Sink sink)
      : shared_(std::move(shared)),
        loop_(loop),
        speech_(std::move(speech)),
        sink_(std::move(sink)),
        began_(loop.now()),
        known_(shared_->choices.size()),
        timer_(loop, [this] { on_timer(); }) {
    timer_.at(began_);  // nothing is called back from inside synthesize()
  }

  void cancel() {
    if (std::exchange(over_, true)) return;
    timer_.cancel();
    if (asked_ != none) settle(given_ > 0 ? Verdict::succeeded : Verdict::neither);
    attempt_.reset();
  }

 private:
  enum class Verdict { succeeded, failed, neither };
  struct Known {
    int asked = 0;
    std::optional<Error> error;  // the last: of an attempt, or why it was not let in
    Time again{};                // its retry_after as a moment; Time{}: not known
  };
  struct Mark {
    std::size_t bytes = 0;
    std::int64_t samples = 0;
  };

  const Choice& choice(std::size_t i) const { return shared_->choices[i]; }
  bool ready(std::size_t i) const { return !choice(i).health || choice(i).health->ready(loop_.now()); }
  bool sounded() const { return base_samples_ + given_ > 0; }
  bool has_next() const {
    for (std::size_t i = 0; i < known_.size(); ++i)
      if (known_[i].asked == 0 && ready(i)) return true;
    return false;
  }
  Deadline limit_of_all() const {  // of the clause as a whole, as it stands now
    return sounded() ? speech_.deadline : Deadline::earlier(speech_.first_sound, speech_.deadline);
  }

  void ask_next();
  void nobody_lets_us_in();
  void remember(std::size_t i, const Error& error) {
    known_[i].error = error;
    known_[i].again = error.retry_after > Duration::zero() ? loop_.now() + error.retry_after : Time{};
  }
  bool ask_if_let_in(std::size_t i);
  void ask(std::size_t i, bool entered);
  void settle(Verdict verdict, const Error& error = {});
  Verdict verdict_of(const Error& error) const;
  bool all_said() const;
  void arm();
  void on_timer();
  void on_audio(std::span<const std::int16_t> samples);
  void on_said(std::size_t bytes, std::int64_t samples);
  void pass_marks(std::int64_t upto);
  void on_done(Result<Spoken> result);
  void failed(Error error);
  bool keep_what_was_said();
  void give_up();
  void finish(Result<Spoken> result);

  const std::shared_ptr<Shared> shared_;
  net::Loop& loop_;
  const Speech speech_;
  Sink sink_;
  const Time began_;
  std::vector<Known> known_;
  std::optional<Time> waits_since_;  // for one who is busy
  net::Timer timer_;
  bool over_ = false;

  // The attempt under way: the text from base_bytes_ on.
  std::size_t asked_ = none;
  bool entered_ = false, forced_ = false;
  std::unique_ptr<net::Pending> attempt_;
  std::size_t base_bytes_ = 0;
  std::int64_t base_samples_ = 0;  // of the attempts before
  std::int64_t given_ = 0;
  Mark mark_;               // passed on; of this attempt's text and sound
  std::deque<Mark> ahead_;  // told, and not reached yet
  Deadline patience_;       // its first sound
  Time asked_at_{}, last_sound_{};
  Time played_until_{};   // all sound so far, had it been played as it came
  bool several_ = false;  // an attempt before has been heard
};

void Utterance::ask_next() {
  const bool tried = std::any_of(known_.begin(), known_.end(), [](const Known& k) { return k.asked > 0; });
  if (tried && limit_of_all().passed(loop_.now())) return give_up();
  for (std::size_t i = 0; i < known_.size(); ++i)
    if (known_[i].asked == 0 && (!known_[i].error || ready(i)) && ask_if_let_in(i)) return;
  // Nobody else is left: one that only lost its connection may have a new one.
  for (std::size_t i = 0; i < known_.size(); ++i)
    if (known_[i].asked == 1 && known_[i].error && known_[i].error->code == Errc::closed && ready(i) &&
        ask_if_let_in(i))
      return;
  nobody_lets_us_in();
}

// One who has as much as it bears, or has said to wait, is never asked all the same: it is looked at again. One that
// fails (its breaker is open) is, as silence would be worse: the one whose wait ends first.
void Utterance::nobody_lets_us_in() {
  const Time now = loop_.now();
  Time look_again = Time::max();
  std::size_t open = none;
  for (std::size_t i = 0; i < known_.size(); ++i) {
    if (known_[i].asked > 0) continue;
    if (known_[i].error->code == Errc::full)
      look_again = std::min(look_again, std::max(known_[i].again, now + kLookAgain));
    else if (open == none || known_[i].again < known_[open].again)
      open = i;
  }
  const bool may_force = open != none && !forced_ && shared_->forced < kMostForced;
  if (look_again != Time::max()) {
    if (!waits_since_) waits_since_ = now;
    Deadline until = limit_of_all();
    if (may_force || sounded() || until.is_never())
      until = Deadline::earlier(until, Deadline::in(*waits_since_, shared_->policy.first_sound));
    if (look_again < until.at()) return timer_.at(look_again);
  }
  if (!may_force) return give_up();
  forced_ = true;
  ask(open, false);
}

bool Utterance::ask_if_let_in(std::size_t i) {
  if (choice(i).health)
    if (const Result<void> let_in = choice(i).health->enter(loop_.now()); !let_in) {
      remember(i, let_in.error());
      return false;
    }
  ask(i, true);
  return true;
}

void Utterance::ask(std::size_t i, bool entered) {
  asked_ = i;
  entered_ = entered;
  if (!entered) ++shared_->forced;
  ++known_[i].asked;
  asked_at_ = loop_.now();
  waits_since_.reset();
  given_ = 0;
  mark_ = {};
  ahead_.clear();
  patience_ = limit_of_all();
  if (has_next()) patience_ = Deadline::earlier(patience_, Deadline::in(loop_.now(), shared_->policy.first_sound));
  Speech speech = speech_;
  speech.text.erase(0, base_bytes_);
  speech.first_sound = patience_;
  arm();
  attempt_ =
      choice(i).voice->synthesize(loop_, std::move(speech),
                                  {.audio = [this](std::span<const std::int16_t> samples) { on_audio(samples); },
                                   .said = [this](std::size_t bytes, std::int64_t samples) { on_said(bytes, samples); },
                                   .used =
                                       [this](std::string_view, std::int64_t characters) {
                                         const auto self = shared_from_this();
                                         if (!over_ && sink_.used) sink_.used(choice(asked_).name, characters);
                                       },
                                   .done = [this](Result<Spoken> result) { on_done(std::move(result)); }});
}

// Exactly once for each ask().
void Utterance::settle(Verdict verdict, const Error& error) {
  net::ServiceHealth* health = choice(asked_).health;
  if (!entered_)
    --shared_->forced;
  else if (health && verdict == Verdict::succeeded)
    health->succeeded(loop_.now());
  else if (health && verdict == Verdict::failed)
    health->failed(loop_.now(), error);
  else if (health)
    health->cancelled();
  asked_ = none;
}

// What only had what others had left it is no failure of its own, nor is what our own bounds refuse.
Utterance::Verdict Utterance::verdict_of(const Error& error) const {
  if (error.code == Errc::full && error.retry_after == Duration::zero()) return Verdict::neither;
  if (error.code != Errc::timeout) return Verdict::failed;
  if (all_said()) return Verdict::succeeded;
  const Time now = loop_.now();
  if (given_ > 0) return asked_at_ > began_ && speech_.deadline.passed(now) ? Verdict::neither : Verdict::failed;
  const Duration fair = Deadline::earlier(speech_.first_sound, speech_.deadline).left(began_);
  return now - asked_at_ < std::min(fair, shared_->policy.first_sound) ? Verdict::neither : Verdict::failed;
}

// The voice has told of the last word, and its sound is there: only `done` is missing.
bool Utterance::all_said() const {
  return mark_.bytes > 0 && !anything_to_say(std::string_view(speech_.text).substr(base_bytes_ + mark_.bytes));
}

void Utterance::arm() {
  Deadline next = given_ > 0 ? speech_.deadline : patience_;
  if (!next.is_never()) next = Deadline(next.at() + kGrace);
  if (given_ > 0 && (all_said() || has_next()))
    next = Deadline::earlier(next, Deadline::in(played_until_, shared_->policy.stall));
  if (next.is_never())
    timer_.cancel();
  else
    timer_.at(next.at());
}

void Utterance::on_timer() {
  const auto self = shared_from_this();
  if (asked_ == none) return ask_next();
  const Time now = loop_.now();
  const auto ms = [&](Time since) { return std::to_string((now - since) / 1ms) + " ms"; };
  if (given_ == 0) return failed({Errc::timeout, "no sound in time"});
  if (all_said()) {  // of a sound whose end was not told, which is not worth keeping
    settle(Verdict::succeeded);
    return finish(Spoken{});
  }
  if (speech_.deadline.passed(now)) return failed({Errc::timeout, "not all of the sound in time"});
  if (!has_next()) return arm();  // it has gone meanwhile
  failed({Errc::timeout, "it broke off: no sound for " + ms(last_sound_)});
}

void Utterance::on_audio(std::span<const std::int16_t> samples) {
  const auto self = shared_from_this();
  if (over_ || samples.empty()) return;
  given_ += static_cast<std::int64_t>(samples.size());
  last_sound_ = loop_.now();
  played_until_ = std::max(played_until_, last_sound_) +
                  Duration(static_cast<Duration::rep>(1e6 * static_cast<double>(samples.size()) / speech_.rate));
  if (sink_.audio) sink_.audio(samples);
  pass_marks(given_);
  if (!over_) arm();
}

// Kept until the sound is there: what is told of a sound that never comes was not said.
void Utterance::on_said(std::size_t bytes, std::int64_t samples) {
  const auto self = shared_from_this();
  const Mark last = ahead_.empty() ? mark_ : ahead_.back();
  if (over_ || bytes <= last.bytes || base_bytes_ + bytes > speech_.text.size()) return;
  ahead_.push_back({bytes, std::max(samples, last.samples)});
  pass_marks(given_);
  if (!over_ && given_ > 0) arm();
}

void Utterance::pass_marks(std::int64_t upto) {
  while (!over_ && !ahead_.empty() && ahead_.front().samples <= upto) {
    mark_ = ahead_.front();
    ahead_.pop_front();
    if (sink_.said) sink_.said(base_bytes_ + mark_.bytes, base_samples_ + std::min(mark_.samples, given_));
  }
}

void Utterance::on_done(Result<Spoken> result) {
  const auto self = shared_from_this();
  if (over_) return;
  if (!result) return failed(result.error());
  pass_marks(std::numeric_limits<std::int64_t>::max());
  if (over_) return;
  const double seconds = static_cast<double>(given_) / speech_.rate;
  const std::size_t bytes = speech_.text.size() - base_bytes_;
  double& pace = shared_->pace[asked_];
  if (bytes >= 20 && seconds > 0.5) pace += 0.3 * (std::clamp(static_cast<double>(bytes) / seconds, 3.0, 60.0) - pace);
  settle(Verdict::succeeded);
  finish(several_ ? Spoken{} : std::move(*result));
}

void Utterance::failed(Error error) {
  const std::size_t who = asked_;
  if (!choice(who).health)  // else its health tells
    log::warn("service_failed", {{"kind", "tts"}, {"service", choice(who).name}, {"error", error.what}});
  remember(who, error);
  const Verdict verdict = verdict_of(error);
  const bool heard = given_ > 0;
  const std::size_t told = base_bytes_ + mark_.bytes;
  const bool rest = !heard || keep_what_was_said();  // before the pace of `asked_` is forgotten
  timer_.cancel();
  settle(verdict, error);
  attempt_.reset();
  given_ = 0;
  if (heard && sink_.said && base_bytes_ > told) sink_.said(base_bytes_, base_samples_);
  if (over_) return;
  if (!rest) return finish(Spoken{});
  ask_next();
}

// The attempt under way has broken off after `given_` samples: moves the base to the first word that they do not hold
// whole. False if no word is left.
//
//   told    "One moment," ┐ 0.8 s                     The next mark says that "please" ends at 1.4 s: with less sound
//   sound   ───────────────────┤ 1.1 s                it is said anew. Without marks, or far behind the last one, the
//   rest                   "please hold."             pace decides; the word in which it ends is said anew.
bool Utterance::keep_what_was_said() {
  const std::string_view text = std::string_view(speech_.text).substr(base_bytes_);
  const auto seconds = [&](std::int64_t samples) { return static_cast<double>(samples) / speech_.rate; };
  double reached = static_cast<double>(mark_.bytes);
  if (ahead_.empty()) {
    const bool told = mark_.bytes > 0;
    const double lag = told ? static_cast<double>(kMarkLag.count()) / 1e6 : 0;
    const double pace = told && mark_.samples > 0 ? reached / seconds(mark_.samples) : shared_->pace[asked_];
    reached += pace * std::max(0.0, seconds(given_ - mark_.samples) - lag);
  }
  base_samples_ += given_;
  several_ = true;
  for (const Word& word : words_of(text))
    if (static_cast<double>(word.end) > reached) {
      base_bytes_ += word.begin;
      return anything_to_say(text.substr(word.begin));
    }
  base_bytes_ = speech_.text.size();
  return false;
}

// One error of all: the first one's code, each one's words.
void Utterance::give_up() {
  std::optional<Error> all;
  for (std::size_t i = 0; i < known_.size(); ++i) {
    if (!known_[i].error) continue;
    const Error& error = *known_[i].error;
    if (!all) all = Error{error.code, "speaking", {}};
    all->what += (all->what == "speaking" ? ": " : "; ") + choice(i).name + ": " + error.what;
    const Duration wait = known_[i].again > loop_.now() ? known_[i].again - loop_.now() : Duration::zero();
    if (wait > Duration::zero() && (all->retry_after == Duration::zero() || wait < all->retry_after))
      all->retry_after = wait;
  }
  finish(all.value_or(Error{Errc::invalid, "speaking: there is no voice to choose from", {}}));
}

void Utterance::finish(Result<Spoken> result) {
  over_ = true;
  timer_.cancel();
  attempt_.reset();
  if (sink_.done) std::exchange(sink_.done, nullptr)(std::move(result));
}

class ResilientVoice final : public Voice {
 public:
  ResilientVoice(std::vector<Choice> choices, ResiliencePolicy policy) : shared_(std::make_shared<Shared>()) {
    if (!choices.empty()) key_ = choices.front().voice->key();
    shared_->pace.assign(choices.size(), kPace);
    shared_->choices = std::move(choices);
    shared_->policy = policy;
  }

  const std::string& key() const override { return key_; }
  std::unique_ptr<net::Pending> synthesize(net::Loop& loop, Speech speech, Sink sink) override {
    return std::make_unique<Handle>(std::make_shared<Utterance>(shared_, loop, std::move(speech), std::move(sink)));
  }
  // The one that will be asked; not the next too, as some accounts bear few sockets, and an idle one counts.
  void warm(net::Loop& loop) override {
    for (const Choice& choice : shared_->choices)
      if (!choice.health || choice.health->ready(loop.now())) return choice.voice->warm(loop);
  }

 private:
  struct Handle final : net::Pending {
    explicit Handle(std::shared_ptr<Utterance> u) : utterance(std::move(u)) {}
    ~Handle() override { utterance->cancel(); }
    const std::shared_ptr<Utterance> utterance;
  };
  const std::shared_ptr<Shared> shared_;
  std::string key_;
};

}  // namespace

std::unique_ptr<Voice> resilient(std::vector<Choice> choices, ResiliencePolicy policy) {
  return std::make_unique<ResilientVoice>(std::move(choices), policy);
}

}  // namespace offhook::tts
