#include <algorithm>

#include "dialog/slots_rules.hpp"

namespace offhook::dialog {
namespace {

// What stands around each word, found in one pass so that long speech takes no longer for a word than short.
struct Around {
  explicit Around(const Speech& speech, const Candidates& candidates, Denied denied);
  bool denies(const Candidate& candidate) const;

 private:
  struct Clause {
    std::size_t from = 0;
    bool denied = false;             // as a whole
    std::size_t denied_from = npos;  // or what is behind this word
    bool valued = false, refers = false, asks = false;
  };
  static constexpr std::size_t npos = std::string::npos;

  void find_clauses();
  bool denies_value_only(std::size_t i) const;  // "not on Tuesday", "nicht Dienstag"
  bool asks_something(std::size_t from) const;

  const Speech& speech_;
  const Denied denied_;
  std::vector<bool> begins_value_, in_value_;
  std::vector<std::size_t> clause_of_;
  std::vector<Clause> clauses_;
};

Around::Around(const Speech& speech, const Candidates& candidates, Denied denied)
    : speech_(speech), denied_(denied), begins_value_(speech.size() + 1), in_value_(speech.size() + 1) {
  for (const Candidate& c : candidates) {
    begins_value_[c.from] = true;
    for (std::size_t i = c.from; i < c.to; ++i) in_value_[i] = true;
  }
  find_clauses();
  const SlotTongue& t = speech.tongue;
  for (std::size_t i = 0; i < speech.size(); ++i) {
    Clause& clause = clauses_[clause_of_[i]];
    if (begins_value_[i]) clause.valued = true;
    if (i == clause.from) clause.refers = contains(t.refers, text_at(speech.words, i));
    if (in_value_[i]) continue;
    const std::string_view word = speech.words[i].text;
    const std::string_view before = i > 0 ? text_at(speech.words, i - 1) : std::string_view();
    if (denied == Denied::like_days && phrase_at(speech.words, i, t.spoils) > 0) clause.denied = true;
    if (phrase_at(speech.words, i, t.denies_next) > 0) {
      clause.denied_from = std::min(clause.denied_from, i);
    } else if (contains(t.denies, word) && !contains(t.asks, before)) {  // "why not Tuesday?"
      if (denies_value_only(i))
        clause.denied_from = std::min(clause.denied_from, i);
      else
        clause.denied = true;
    }
  }
  // "Tuesday? That doesn't work"
  for (std::size_t i = 1; i < clauses_.size(); ++i)
    if (clauses_[i].refers && clauses_[i].denied && !clauses_[i].valued) clauses_[i - 1].denied = true;
}

void Around::find_clauses() {
  const auto& words = speech_.words;
  bool ended = true, stopped = true;
  std::size_t whole = 0;  // the "but" of "any day but Tuesday" begins no clause
  for (std::size_t i = 0; i < words.size(); ++i) {
    whole = std::max(whole, i + phrase_at(words, i, speech_.tongue.denies_next));
    if (ended || (i >= whole && !in_value_[i] && contains(speech_.tongue.begins_clause, words[i].text)))
      clauses_.push_back({.from = i, .asks = asks_something(i) || (!stopped && clauses_.back().asks)});
    clause_of_.push_back(clauses_.size() - 1);
    const bool inside = in_value_[i] && i + 1 < words.size() && in_value_[i + 1] && !begins_value_[i + 1];
    ended = words[i].pause && !inside;
    stopped = words[i].stop && !inside;
  }
}

bool Around::denies_value_only(std::size_t i) const {
  std::size_t next = i + 1;
  while (next < speech_.size() && next < i + 4 && contains(speech_.tongue.articles, speech_.words[next].text)) ++next;
  return next < speech_.size() && begins_value_[next] && clause_of_[next] == clause_of_[i];
}

bool Around::asks_something(std::size_t from) const {
  std::size_t i = from;
  for (std::size_t n; (n = phrase_at(speech_.words, i, speech_.tongue.lead_ins)) > 0; i += n)
    if (speech_.words[i + n - 1].stop) return false;
  return contains(speech_.tongue.asks, text_at(speech_.words, i)) &&
         phrase_at(speech_.words, i, speech_.tongue.invites) == 0;
}

bool Around::denies(const Candidate& candidate) const {
  const SlotTongue& t = speech_.tongue;
  const Clause& clause = clauses_[clause_of_[candidate.from]];
  const bool chooses = speech_.asked && denied_ == Denied::like_things;  // "what are your hours?" of a list of topics
  if ((clause.asks && !chooses) || clause.denied || clause.denied_from < candidate.from) return true;
  std::size_t before = candidate.from;
  while (before > clause.from && candidate.from - before < 3 && contains(t.articles, speech_.words[before - 1].text))
    --before;
  if (before == clause.from) return false;
  const std::string_view word = speech_.words[before - 1].text;
  if (!contains(t.denies_at_once, word)) return false;
  if (!contains(t.no, word)) return true;
  return denied_ == Denied::like_things && before == candidate.from;  // "no, the cleaning" is another thing
}

bool corrects(const Speech& speech, std::size_t from, std::size_t to, Denied denied) {
  for (std::size_t i = from; i < to; ++i) {
    if (denied == Denied::never && contains(speech.tongue.no, speech.words[i].text)) continue;
    const std::size_t n = phrase_at(speech.words, i, speech.tongue.corrections);
    if (n > 0 && i + n <= to) return true;
  }
  return false;
}

}  // namespace

std::optional<Found> settled(const Speech& speech, Candidates candidates, Denied denied) {
  if (candidates.empty()) return {};
  if (denied == Denied::like_things)
    for (std::size_t i = 1; i < candidates.size(); ++i) {  // "a check-up no cleaning": which?
      const std::size_t no = candidates[i - 1].to;
      if (no + 1 == candidates[i].from && contains(speech.tongue.no, speech.words[no].text) &&
          !speech.words[no].pause && !speech.words[no - 1].pause)
        return {};
    }
  if (denied != Denied::never) {
    const Around around(speech, candidates, denied);
    std::erase_if(candidates, [&](const Candidate& c) { return around.denies(c); });
    if (candidates.empty()) return {};
  }
  const Candidate& last = candidates.back();
  for (std::size_t i = candidates.size() - 1; i-- > 0;) {
    if (corrects(speech, candidates[i].to, candidates[i + 1].from, denied)) break;
    if (candidates[i].value == last.value) continue;
    if (phrase_at(speech.words, last.to, speech.tongue.corrects_behind) > 0) break;
    return {};
  }
  if (last.value.empty()) return {};  // something said that has no value
  return Found{last.value, last.spoken};
}

}  // namespace offhook::dialog
