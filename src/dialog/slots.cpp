#include "dialog/slots.hpp"

#include <algorithm>

#include "base/utf8.hpp"
#include "dialog/backchannels.hpp"
#include "dialog/lower_case.hpp"
#include "dialog/slots_rules.hpp"
#include "dialog/tongue.hpp"

namespace offhook::dialog {
namespace {

// The tokens' text without blanks: "check up", "check-up" and "checkup" are one phrase.
struct Phrase {
  std::string letters;
  std::size_t choice = 0;
};
std::vector<Phrase> phrases_of(const std::vector<SlotChoice>& choices) {
  std::vector<Phrase> out;
  const auto add = [&](std::string text, std::size_t choice) {
    std::replace(text.begin(), text.end(), '_', ' ');
    Phrase phrase{"", choice};
    for (const SlotWord& word : slot_words(text, no_slots())) phrase.letters += word.text;
    if (!phrase.letters.empty()) out.push_back(std::move(phrase));
  };
  for (std::size_t i = 0; i < choices.size(); ++i) {
    add(choices[i].value, i);
    for (const std::string& words : choices[i].words) add(words, i);
  }
  return out;
}

// How many words from i on say the phrase, and nothing else.
std::size_t says(SlotWords words, std::size_t i, std::string_view letters) {
  for (std::size_t to = i; to < words.size(); ++to) {
    if (!letters.starts_with(words[to].text)) return 0;
    letters.remove_prefix(words[to].text.size());
    if (letters.empty()) return to + 1 - i;
  }
  return 0;
}

Candidates choices_in(const Speech& speech, const std::vector<SlotChoice>& choices) {
  const auto phrases = phrases_of(choices);
  Candidates out;
  for (std::size_t i = 0; i < speech.size();) {
    std::size_t longest = 0, choice = 0, letters = 0;
    bool two = false;  // choices with the same phrase
    for (const Phrase& phrase : phrases) {
      const std::size_t n = says(speech.words, i, phrase.letters);
      if (n == 0 || phrase.letters.size() < letters) continue;
      two = phrase.letters.size() == letters && (two || choices[phrase.choice].value != choices[choice].value);
      longest = n;
      letters = phrase.letters.size();
      choice = phrase.choice;
    }
    if (longest > 0) out.push_back({i, i + longest, two ? "" : choices[choice].value, choices[choice].value});
    i += std::max<std::size_t>(longest, 1);
  }
  return out;
}

// Yes and no ---------------------------------------------------------------------------------------------------------

class YesNo {
 public:
  explicit YesNo(const Speech& speech)
      : s_(speech), t_(speech.tongue), answers_only_(speech.size() + 1), asked_(speech.size() + 1) {
    answers_only_.back() = true;
    for (std::size_t i = s_.size(); i-- > 0;) {
      const std::size_t n = std::max(longest(i), phrase_at(s_.words, i, t_.courtesies));
      answers_only_[i] = n > 0 && answers_only_[i + n];
      asked_[i] = s_.words[i].stop ? s_.words[i].asks : asked_[i + 1];
    }
  }

  std::optional<Found> find() {
    for (std::size_t i = 0; i < s_.size(); ++i)
      if (phrase_at(s_.words, i, t_.undecided) > 0) return {};
    const std::size_t first = without_interjections(0);
    std::size_t i = take(first);
    if (out_.empty()) return at_end();
    bool begins = true;  // what stands here begins a clause, or follows an answer
    while (i < s_.size()) {
      if (const std::size_t n = phrase_at(s_.words, i, t_.neutral)) {
        i += n;
        continue;
      }
      const std::size_t to = begins || s_.words[i - 1].pause ? take(i) : strong(i);
      begins = to > i;
      i = begins ? to : i + 1;
    }
    return settle();
  }

 private:
  std::optional<Found> settle() const { return settled(s_, out_, Denied::never); }
  // "oh", "well": but what could be an answer itself stays.
  std::size_t without_interjections(std::size_t i) const {
    constexpr std::string_view kInterjections[] = {"oh",      "well",   "so",      "um",    "uh",       "and",
                                                   "ach",     "also",   "na",      "hm",    "actually", "i guess",
                                                   "i think", "i mean", "i'd say", "danke", "thanks",   "thank you"};
    while (const std::size_t n = longest(i) > 0 ? 0 : phrase_at(s_.words, i, kInterjections)) i += n;
    return i;
  }
  std::size_t longest(std::size_t i) const {
    std::size_t n = 0;
    for (const Table table : {t_.yes, t_.yes_alone, t_.says_no, t_.says_no_alone})
      n = std::max(n, phrase_at(s_.words, i, table));
    return n;
  }

  // The answer at i, the longest; where it ends, or i.
  std::size_t take(std::size_t i) {
    if (phrase_at(s_.words, i, t_.neutral) >= std::max<std::size_t>(longest(i), 1)) return i;
    const auto most = [&](Table leads, Table alone) {
      const std::size_t words = phrase_at(s_.words, i, alone);
      return std::max(phrase_at(s_.words, i, leads), answers_only_[i + words] ? words : 0);
    };
    const std::size_t yes = most(t_.yes, t_.yes_alone), no = most(t_.says_no, t_.says_no_alone);
    if (yes == no || asked_[i]) return i;
    put(i, i + std::max(yes, no), yes > no);
    return i + std::max(yes, no);
  }
  std::size_t strong(std::size_t i) {
    constexpr std::string_view kYes[] = {"yes", "yeah", "yep", "yup", "ja"};
    const bool yes = contains(kYes, s_.words[i].text), no = contains(t_.no, s_.words[i].text);
    if ((!yes && !no) || longest(i) == 0) return i;
    put(i, i + 1, yes);
    return i + 1;
  }
  void put(std::size_t from, std::size_t to, bool yes) {
    const bool german = t_.tag == "de";
    out_.push_back({from, to, yes ? "yes" : "no", yes ? german ? "ja" : "yes" : german ? "nein" : "no"});
  }

  // "That would be great, yes."
  std::optional<Found> at_end() {
    std::size_t last = s_.size();
    while (last > 1 && !s_.words[last - 2].pause) --last;
    if (last < 2) return {};
    const std::size_t from = last - 1;
    if (!answers_only_[from] || longest(from) == 0) return {};
    take(from);
    return settle();
  }

  const Speech& s_;
  const SlotTongue& t_;
  // From each word on: nothing but answers and courtesies; its sentence is a question.
  std::vector<bool> answers_only_, asked_;
  Candidates out_;
};

// Text ---------------------------------------------------------------------------------------------------------------

bool says_nothing(std::string_view text, const Speech& speech) {
  if (is_backchannel(text, speech.tongue.tag)) return true;
  const auto& words = speech.words;
  if (words.empty()) return true;
  const std::size_t from = without_lead_ins(speech);
  if (phrase_at(words, 0, speech.tongue.asks_back) == words.size()) return true;
  if (from < words.size() && phrase_at(words, from, speech.tongue.asks_back) == words.size() - from) return true;
  const bool one_sentence = std::none_of(words.begin(), words.end() - 1, [](const SlotWord& w) { return w.stop; });
  return one_sentence && words.back().asks && contains(speech.tongue.asks, text_at(words, from));
}

std::optional<Found> text_in(const Speech& speech, std::string_view said) {
  constexpr std::string_view kEnglish[] = {"um",  "uh", "er",   "erm",  "uhm",      "umm",    "uhh",
                                           "hmm", "ah", "eh",   "hm",   "well",     "so",     "okay",
                                           "ok",  "oh", "yeah", "like", "you know", "alright"};
  constexpr std::string_view kGerman[] = {"äh", "ähm",  "öh", "öhm",  "ehm", "hm", "hmm", "mh",  "tja", "also",
                                          "na", "naja", "so", "okay", "ok",  "ja", "ach", "gut", "um"};
  constexpr std::string_view kKept[] = {"like", "yeah", "ja", "gut", "um", "na", "ok", "okay", "you"};
  if (speech.tongue.tag.empty() || says_nothing(said, speech)) return {};
  const bool german = speech.tongue.tag == "de";
  auto words = slot_words(said, no_slots());  // with the fillers
  std::size_t from = 0;
  while (const std::size_t n = phrase_at(words, from, german ? Table(kGerman) : Table(kEnglish))) {
    // "so I'd like", "um, well"; but not "ja" of "ja nein" or the "like" of "like new"
    const bool filler = contains(speech.tongue.fillers, words[from].text);
    if (!filler && !words[from + n - 1].pause && contains(kKept, words[from].text)) break;
    from += n;
  }
  if (from >= words.size()) return {};
  std::string value = clean_utf8(said.substr(static_cast<std::size_t>(words[from].said.data() - said.data())));
  const auto blank = value.find_last_not_of(" \t\r\n");
  value.resize(blank == std::string::npos ? 0 : blank + 1);
  std::string spoken = value;
  while (!spoken.empty() && std::string_view(".!?, ").find(spoken.back()) != std::string_view::npos) spoken.pop_back();
  if (spoken.empty()) return {};
  return Found{std::move(value), std::move(spoken)};
}

Speech speech_of(std::string_view words, std::string_view language, bool asked) {
  const Tongue* tongue = tongue_of(language);
  const SlotTongue& slots = tongue == nullptr ? no_slots() : tongue == &german() ? german_slots() : english_slots();
  return {slot_words(words, slots), slots, tongue == nullptr || tongue->day_first, asked};
}

}  // namespace

std::optional<Found> slot_in(SlotKind kind, const std::vector<SlotChoice>& choices, std::string_view words,
                             std::string_view language, bool asked) {
  const Speech speech = speech_of(words, language, asked);
  switch (kind) {
    case SlotKind::text: return asked ? text_in(speech, words) : std::nullopt;
    case SlotKind::yes_no: return asked ? YesNo(speech).find() : std::nullopt;
    case SlotKind::one_of: return settled(speech, choices_in(speech, choices), Denied::like_things);
    case SlotKind::number: return asked ? settled(speech, numbers_in(speech), Denied::like_days) : std::nullopt;
    case SlotKind::digits: return asked ? digits_in(speech) : std::nullopt;
    case SlotKind::phone: return phone_in(speech);
    case SlotKind::email: return settled(speech, emails_in(speech, language), Denied::like_things);
    case SlotKind::day: return settled(speech, days_in(speech), Denied::like_days);
    case SlotKind::time: return settled(speech, times_in(speech), Denied::like_days);
    case SlotKind::name: return asked ? name_in(speech) : std::nullopt;
  }
  return {};
}

bool finds_in(SlotKind kind, std::string_view language) {
  const bool written = kind == SlotKind::one_of || kind == SlotKind::number || kind == SlotKind::digits ||
                       kind == SlotKind::phone || kind == SlotKind::email;
  return written || tongue_of(language) != nullptr;
}

Expects expected_by(SlotKind kind) {
  switch (kind) {
    case SlotKind::number:
    case SlotKind::digits: return Expects::number;
    case SlotKind::phone: return Expects::phone;
    case SlotKind::email: return Expects::email;
    case SlotKind::day:
    case SlotKind::time: return Expects::date;
    case SlotKind::name: return Expects::spelling;
    case SlotKind::text:
    case SlotKind::yes_no:
    case SlotKind::one_of: return Expects::none;
  }
  return Expects::none;
}

}  // namespace offhook::dialog
