#include "call/mouth.hpp"

#include <utility>

namespace offhook::call {

tts::Edges edges_of(std::string_view clause) {
  while (!clause.empty() && (clause.back() == '"' || clause.back() == ')' || clause.back() == ' '))
    clause.remove_suffix(1);
  tts::Edges edges;
  const char last = clause.empty() ? ' ' : clause.back();
  if (last == '.' || last == '!' || last == '?')
    edges.after = 220ms;
  else if (last == ':' || last == ';')
    edges.after = 160ms;
  else if (last == ',')
    edges.after = 110ms;
  return edges;
}

Mouth::Mouth(net::Loop& loop, net::MediaClock& clock, Wire& wire, EdgeTraits edge, tts::Voice& voice,
             tts::PhraseCache& phrases, Duration voice_patience, std::function<void(Event)> tell)
    : loop_(loop),
      clock_(clock),
      voice_(voice),
      phrases_(phrases),
      edge_(edge),
      patience_(voice_patience),
      tell_(std::move(tell)),
      playout_(
          wire, edge,
          {[this](Generation g) { tell_(event::Audible{g}); }, [this](Generation g) { tell_(event::Drained{g}); }}) {}

Mouth::~Mouth() {
  clock_.remove(*this);
}

// The reply before, if it is still there, is not wanted any more.
void Mouth::begin(Generation generation) {
  if (generation == generation_ && playout_.active()) return;
  abandon(generation_);
  generation_ = generation;
  rendered_ = 0;
  closed_at_ = -1;
  playout_.begin(generation);
}

void Mouth::speak(Generation generation, int clause, std::string text) {
  begin(generation);
  closed_at_ = -1;
  playout_.reopen();  // one more clause, after all
  if (waiting_.size() >= kMostClauses) {
    ++rendered_;
    return tell_(event::ClauseReady{generation, clause, 0, "too many clauses wait"});
  }
  waiting_.push_back({clause, std::move(text)});
  next();
}

void Mouth::release(Generation generation) {
  begin(generation);  // it may be released before its first clause is ordered
  playout_.release(loop_.now());
  watch();
}

void Mouth::close(Generation generation, int clauses) {
  if (generation != generation_) return;
  closed_at_ = clauses;
  if (rendered_ >= closed_at_) playout_.close(loop_.now());
  watch();
}

void Mouth::hold(Generation generation) {
  if (generation == generation_) playout_.hold(loop_.now());
}

void Mouth::resume(Generation generation) {
  if (generation != generation_) return;
  playout_.resume(loop_.now());
  watch();
}

Sample Mouth::flush(Generation generation) {
  if (generation != generation_) return 0;
  waiting_.clear();
  ++job_;
  rendering_.reset();
  const Sample heard = playout_.flush(loop_.now());
  watch();
  return heard;
}

// Of a reply that is heard, this is a flush that nobody asks about.
void Mouth::abandon(Generation generation) {
  if (generation == 0 || generation != generation_) return;
  flush(generation);
}

// Synthesizes the next clause, if the sound that waits is short enough.
void Mouth::next() {
  if (std::exchange(busy_, true)) return;
  while (!rendering_ && !waiting_.empty() && playout_.active() && playout_.waiting() < kAhead) {
    under_way_ = std::move(waiting_.front());
    waiting_.pop_front();
    if (auto sound = phrases_.find({voice_.key(), edge_.rate, under_way_.text})) {
      rendered(under_way_.number, std::move(sound), "");
      continue;
    }
    raw_.clear();
    const std::uint32_t job = ++job_;
    rendering_ =
        voice_.synthesize(loop_, under_way_.text, Deadline::in(loop_.now(), patience_),
                          {[this, job](std::span<const std::int16_t> samples) {
                             if (job != job_) return;
                             const auto most = static_cast<std::size_t>(voice_.rate() * (kLongestClause / 1s));
                             const auto n = std::min(samples.size(), most - std::min(most, raw_.size()));
                             raw_.insert(raw_.end(), samples.begin(), samples.begin() + static_cast<std::ptrdiff_t>(n));
                           },
                           [this, job](Result<void> done) {
                             if (job == job_) finished(std::move(done));
                           }});
  }
  busy_ = false;
}

void Mouth::finished(Result<void> done) {
  ++job_;
  rendering_.reset();
  busy_ = true;
  const Clause clause = std::move(under_way_);
  if (!done) {
    rendered(clause.number, nullptr, done.error().what);
  } else {
    auto sound = std::make_shared<const std::vector<std::int16_t>>(
        tts::to_wire(raw_, voice_.rate(), edge_.rate, edges_of(clause.text)));
    if (!sound->empty()) phrases_.put({voice_.key(), edge_.rate, clause.text}, sound);
    const bool silent = sound->empty();
    rendered(clause.number, std::move(sound), silent ? "the voice made no sound of it" : "");
  }
  busy_ = false;
  next();
}

void Mouth::rendered(int number, tts::PhraseCache::Sound sound, std::string why) {
  ++rendered_;
  const auto samples = sound ? static_cast<Sample>(sound->size()) : 0;
  // The event first: a reply's samples must be known before it becomes audible.
  const Generation generation = generation_;
  tell_(event::ClauseReady{generation, number, samples, std::move(why)});
  if (generation != generation_ || !playout_.active()) return;  // not wanted any more
  if (sound) playout_.add(std::move(sound), loop_.now());
  if (closed_at_ >= 0 && rendered_ >= closed_at_) playout_.close(loop_.now());
  watch();
}

void Mouth::on_frame(Time now) {
  playout_.beat(now);
  next();
  watch();
}

// Beats only while there is sound to pace.
void Mouth::watch() {
  const bool wants = playout_.sounding();
  if (wants == beating_) return;
  beating_ = wants;
  if (wants)
    clock_.add(*this);
  else
    clock_.remove(*this);
}

}  // namespace offhook::call
