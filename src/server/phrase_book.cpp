#include "server/phrase_book.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "call/flow_graph.hpp"
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
      if (!text->empty()) missing_.push_back({voice, s.rate, *text, true});
  }
  for (const auto& [agent, voice] : agents) {
    const call::Settings& s = agent->settings;
    if (!s.tools.empty() && !s.tool_text.empty()) missing_.push_back({voice, s.rate, s.tool_text, false});
    for (const auto& tool : s.tools)
      if (!tool.say.empty()) missing_.push_back({voice, s.rate, tool.say, false});
    for (std::string& clause : call::fixed_clauses(s.flow))
      missing_.push_back({voice, s.rate, std::move(clause), false});
  }
  for (const auto& [agent, voice] : agents)
    if (agent->settings.filler > Duration::zero())
      for (std::string& text : dialog::all_fillers())
        missing_.push_back({voice, agent->settings.rate, std::move(text), false});
  again_.at(loop.now());
  at_start_.after(kAtStart);
}

void PhraseBook::tell() {
  at_start_.cancel();
  if (tried_) std::exchange(tried_, nullptr)();
}

void PhraseBook::next() {
  while (!waiting_.empty() && under_way_.size() < kAtOnce) {
    Phrase phrase = std::move(waiting_.front());
    waiting_.pop_front();
    if (phrase.replace || !cache_.find({phrase.voice->key(), phrase.rate, phrase.text})) begin(std::move(phrase));
  }
  const auto at_start = [](const Phrase& p) { return p.at_start; };
  if (std::ranges::none_of(waiting_, at_start) && std::ranges::none_of(under_way_, at_start, &Rendering::phrase))
    tell();
  if (waiting_.empty() && under_way_.empty() && !missing_.empty())
    again_.after(std::exchange(wait_, std::min(2 * wait_, kLongestWait)));
}

void PhraseBook::begin(Phrase phrase) {
  const auto it = under_way_.insert(under_way_.end(), {std::move(phrase), {}, nullptr});
  const Deadline deadline = Deadline::in(loop_.now(), kPatience);
  tts::Sink sink;
  sink.audio = [it](std::span<const std::int16_t> samples) {
    it->sound.insert(it->sound.end(), samples.begin(), samples.end());
  };
  sink.done = [this, it](Result<tts::Spoken> result) { rendered(it, std::move(result)); };
  const Phrase& p = it->phrase;
  it->pending = p.voice->synthesize(loop_, {p.text, p.rate, deadline, deadline}, std::move(sink));
}

// Whichever voice of the agent said it: another voice's apology is better than none, for a while.
void PhraseBook::rendered(std::list<Rendering>::iterator which, Result<tts::Spoken> result) {
  Rendering done = std::move(*which);
  under_way_.erase(which);
  Phrase& phrase = done.phrase;
  tts::Voice& voice = *phrase.voice;
  auto sound = std::make_shared<const std::vector<std::int16_t>>(
      tts::trimmed(done.sound, phrase.rate, call::edges_of(phrase.text)));
  const bool there = result && !sound->empty();
  const bool right = there && result->voice == voice.key();
  if (there && (right || !phrase.replace)) cache_.put({voice.key(), phrase.rate, phrase.text}, sound);
  if (!there)
    log::warn("phrase_not_rendered",
              {{"text", phrase.text}, {"error", result ? "the voice made no sound of it" : result.error().what}});
  const bool hopeless = result ? sound->empty() : result.error().code == Errc::invalid;
  if (!right && !hopeless) {
    phrase.replace = phrase.replace || there;
    missing_.push_back(std::move(phrase));
  }
  next();
}

}  // namespace offhook::server
