#include "call/mouth.hpp"

#include <algorithm>
#include <utility>

#include "audio/dtmf.hpp"
#include "base/utf8.hpp"

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
             tts::PhraseCache& phrases, Duration voice_patience, std::function<void(Event)> tell,
             std::function<void(std::string_view, std::int64_t)> used)
    : loop_(loop),
      clock_(clock),
      voice_(voice),
      phrases_(phrases),
      edge_(edge),
      patience_(voice_patience),
      tell_(std::move(tell)),
      used_(std::move(used)),
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
  take(generation, {clause, std::move(text), false});
}

void Mouth::dial(Generation generation, int clause, std::string digits) {
  take(generation, {clause, std::move(digits), true});
}

void Mouth::take(Generation generation, Clause clause) {
  begin(generation);
  closed_at_ = -1;
  playout_.reopen();  // one more clause, after all
  if (waiting_.size() >= kMostClauses) {
    ++rendered_;
    return tell_(event::ClauseReady{generation, clause.number, 0, "too many clauses wait"});
  }
  waiting_.push_back(std::move(clause));
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

// Sound that needs no voice.
std::shared_ptr<const std::vector<std::int16_t>> Mouth::known(const Clause& clause) {
  if (clause.tones) return std::make_shared<const std::vector<std::int16_t>>(audio::dtmf(clause.text, edge_.rate));
  return phrases_.find({voice_.key(), edge_.rate, clause.text});
}

// Synthesizes the next clause, if the sound that waits is short enough.
void Mouth::next() {
  if (std::exchange(busy_, true)) return;
  while (!rendering_ && !waiting_.empty() && playout_.active() && playout_.waiting() < kAhead) {
    under_way_ = std::move(waiting_.front());
    waiting_.pop_front();
    if (auto sound = known(under_way_)) {
      const Generation generation = generation_;
      if (used_ && !under_way_.tones) used_("", code_points(under_way_.text));
      // The event first: a reply's samples must be known before it becomes audible.
      ready(under_way_.number, static_cast<Sample>(sound->size()), "");
      if (generation == generation_) playout_.add(std::move(sound), loop_.now());
      after(generation);
      continue;
    }
    trimmer_.emplace(edge_.rate, edges_of(under_way_.text));
    whole_.clear();
    said_.clear();
    const std::uint32_t job = ++job_;
    const Time now = loop_.now();
    tts::Speech speech{under_way_.text, edge_.rate, Deadline::in(now, patience_),
                       Deadline::in(now, patience_ + kSlowest * static_cast<int>(under_way_.text.size()))};
    tts::Sink sink;
    sink.audio = [this, job](std::span<const std::int16_t> samples) {
      if (job == job_) sound(samples);
    };
    sink.said = [this, job](std::size_t bytes, std::int64_t samples) {
      if (job == job_) said(bytes, samples);
    };
    sink.used = used_;
    sink.done = [this, job](Result<tts::Spoken> done) {
      if (job == job_) finished(std::move(done));
    };
    rendering_ = voice_.synthesize(loop_, std::move(speech), std::move(sink));
  }
  busy_ = false;
}

void Mouth::sound(std::span<const std::int16_t> samples) {
  const auto most = static_cast<std::size_t>(edge_.rate * (kLongestClause / 1s));
  if (whole_.size() >= most) return;
  auto piece = std::make_shared<std::vector<std::int16_t>>();
  trimmer_->feed(samples, *piece);
  if (piece->empty()) return;
  const bool first = whole_.empty();
  whole_.insert(whole_.end(), piece->begin(), piece->end());
  const std::uint32_t job = job_;
  const int number = under_way_.number;
  if (first) {
    tell_(event::ClauseBegun{generation_, number});
    if (job != job_) return;  // not wanted any more
    for (const auto& [bytes, at] : std::exchange(said_, {})) {
      said(bytes, at);
      if (job != job_) return;
    }
  }
  playout_.add_piece(std::move(piece), loop_.now());
  if (job == job_) watch();
}

void Mouth::said(std::size_t bytes, std::int64_t samples) {
  if (whole_.empty()) {  // where its sound begins is not known yet
    if (said_.size() < kMostClauses) said_.emplace_back(bytes, samples);
    return;
  }
  tell_(event::ClauseSaid{generation_, under_way_.number, static_cast<int>(std::min<std::size_t>(bytes, 1 << 20)),
                          std::max<Sample>(0, samples - trimmer_->skipped())});
}

void Mouth::finished(Result<tts::Spoken> done) {
  const Generation generation = generation_;
  ++job_;
  rendering_.reset();
  busy_ = true;
  auto tail = std::make_shared<std::vector<std::int16_t>>();
  trimmer_->finish(*tail);
  whole_.insert(whole_.end(), tail->begin(), tail->end());
  std::string why = done ? "" : done.error().what;
  if (done && whole_.empty()) why = "the voice made no sound of it";
  if (done && !whole_.empty() && done->voice == voice_.key())
    phrases_.put({voice_.key(), edge_.rate, under_way_.text},
                 std::make_shared<const std::vector<std::int16_t>>(whole_));
  ready(under_way_.number, static_cast<Sample>(whole_.size()), std::move(why));
  if (generation == generation_ && playout_.active()) {
    playout_.add_piece(std::move(tail), loop_.now());
    playout_.end_clause(loop_.now());
  }
  after(generation);
  busy_ = false;
  next();
}

void Mouth::ready(int number, Sample samples, std::string why) {
  ++rendered_;
  tell_(event::ClauseReady{generation_, number, samples, std::move(why)});
}

void Mouth::after(Generation generation) {
  if (generation != generation_ || !playout_.active()) return;  // not wanted any more
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
