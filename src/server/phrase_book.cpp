#include "server/phrase_book.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "dialog/fillers.hpp"

namespace offhook::server {

PhraseBook::PhraseBook(net::Loop& loop, tts::PhraseCache& cache, std::vector<Agent> agents, std::function<void()> tried)
    : loop_(loop),
      cache_(cache),
      tried_(std::move(tried)),
      again_(loop,
             [this] {
               waiting_ = std::exchange(missing_, {});
               next();
             }),
      at_start_(loop, [this] { tell(); }) {
  for (const auto& [agent, voice] : agents) {
    const call::Settings& s = agent->settings;
    for (const std::string* text : {&s.greeting, &s.apology_text, &s.goodbye_text, &s.failure_text, &s.idle_text})
      if (!text->empty()) missing_.push_back({voice, s.rate, *text, false});
    if (s.filler > Duration::zero())
      for (std::string& text : dialog::all_fillers()) missing_.push_back({voice, s.rate, std::move(text), false});
  }
  again_.at(loop.now());
  at_start_.after(kAtStart);
}

void PhraseBook::tell() {
  at_start_.cancel();
  if (tried_) std::exchange(tried_, nullptr)();
}

void PhraseBook::next() {
  while (!waiting_.empty() && !waiting_.front().replace &&
         cache_.find({waiting_.front().voice->key(), waiting_.front().rate, waiting_.front().text}))
    waiting_.erase(waiting_.begin());
  if (waiting_.empty()) {
    if (!missing_.empty()) again_.after(std::exchange(wait_, std::min(2 * wait_, kLongestWait)));
    return tell();
  }
  under_way_ = std::move(waiting_.front());
  waiting_.erase(waiting_.begin());
  sound_.clear();
  const Deadline deadline = Deadline::in(loop_.now(), kPatience);
  tts::Sink sink;
  sink.audio = [this](std::span<const std::int16_t> samples) {
    sound_.insert(sound_.end(), samples.begin(), samples.end());
  };
  sink.done = [this](Result<tts::Spoken> result) { rendered(std::move(result)); };
  rendering_ =
      under_way_.voice->synthesize(loop_, {under_way_.text, under_way_.rate, deadline, deadline}, std::move(sink));
}

// Whichever voice of the agent said it: another voice's apology is better than none, for a while.
void PhraseBook::rendered(Result<tts::Spoken> result) {
  rendering_.reset();
  tts::Voice& voice = *under_way_.voice;
  auto sound = std::make_shared<const std::vector<std::int16_t>>(
      tts::trimmed(sound_, under_way_.rate, call::edges_of(under_way_.text)));
  const bool there = result && !sound->empty();
  const bool right = there && result->voice == voice.key();
  if (there && (right || !under_way_.replace)) cache_.put({voice.key(), under_way_.rate, under_way_.text}, sound);
  if (!there)
    log::warn("phrase_not_rendered",
              {{"text", under_way_.text}, {"error", result ? "the voice made no sound of it" : result.error().what}});
  const bool hopeless = result ? sound->empty() : result.error().code == Errc::invalid;
  if (!right && !hopeless) {
    under_way_.replace = under_way_.replace || there;
    missing_.push_back(std::move(under_way_));
  }
  next();
}

}  // namespace offhook::server
