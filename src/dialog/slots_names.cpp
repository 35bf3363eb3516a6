#include <algorithm>
#include <cctype>

#include "base/utf8.hpp"
#include "dialog/backchannels.hpp"
#include "dialog/lower_case.hpp"
#include "dialog/slots_rules.hpp"

namespace offhook::dialog {
namespace {

constexpr std::size_t kMostWords = 4;
constexpr std::string_view kAnd[] = {"and", "or", "und", "oder"};  // two names

bool single_letter(std::string_view text) {
  const std::size_t length = utf8_length(text);
  return length == text.size() && (length == 2 || (text.size() == 1 && text[0] >= 'a' && text[0] <= 'z'));
}

std::string upper_first(std::string_view small) {
  std::string out(small);
  if (out.empty()) return out;
  const auto second = out.size() > 1 ? static_cast<unsigned char>(out[1]) : 0U;
  if (out[0] >= 'a' && out[0] <= 'z')
    out[0] = static_cast<char>(out[0] - 'a' + 'A');
  else if (out[0] == '\xC3' && second >= 0xA0 && second <= 0xBE && second != 0xB7)  // "ö"
    out[1] = static_cast<char>(second - 0x20);
  return out;
}

// "smith" → "Smith", "o'brien" → "O'Brien"; "McDonald" and "von" stay.
std::string as_name(const SlotWord& word, const SlotTongue& tongue, bool first) {
  const std::string said = clean_utf8(word.said);
  const bool cased = capital(word.said);
  const bool shouted = cased && code_points(said) > 2 && lower_case(said.substr(1)) != said.substr(1) &&
                       std::none_of(said.begin(), said.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  if (!cased && !first && contains(tongue.particles, word.text)) return word.text;
  if (cased && !shouted) {
    std::string out = said;
    for (const std::string_view mark : {"’", "ʼ"})
      if (const std::size_t at = out.find(mark); at != std::string::npos) out.replace(at, mark.size(), "'");
    return out;
  }
  std::string out = upper_first(word.text);
  if (out.size() > 2 && out[1] == '\'') out = out.substr(0, 2) + upper_first(std::string_view(out).substr(2));
  return out;
}

class Names {
 public:
  explicit Names(const Speech& speech) : s_(speech), t_(speech.tongue) {
    for (const SlotWord& word : s_.words) cased_ |= capital(word.said);
  }

  std::optional<Found> find() {
    for (const SlotWord& word : s_.words)
      if (word.asks || clean_utf8(word.said) != word.said) return {};
    std::size_t from = behind_correction();
    enum { none, weakly, plainly } introduced = none;
    for (std::size_t i = from; i < s_.size() && introduced == none; ++i)
      if (const std::size_t n = phrase_at(s_.words, i, t_.introduces)) {
        introduced = plainly;
        from = i + n;
      }
    if (introduced == none) {
      from = without_greeting(from);
      if (const std::size_t n = phrase_at(s_.words, from, t_.introduces_weakly)) {
        introduced = weakly;
        from += n;
      }
    }
    while (contains(t_.titles, text_at(s_.words, from)) || text_at(s_.words, from) == "just") ++from;
    std::vector<std::string> name;
    std::size_t to = take(from, introduced == plainly, name);
    if (name.size() > kMostWords) return {};
    if (name.empty()) {
      const auto letters = spelled_at(from);
      return letters.size() >= 3 ? found({upper_first(letters)}) : std::nullopt;
    }
    if (std::vector<std::string> whole; s_.words[to - 1].pause) {
      const std::size_t end = take(to, introduced == plainly, whole);
      if (whole.size() <= kMostWords && said_in_full(name, whole)) {
        name = std::move(whole);
        to = end;
      }
    }
    for (std::size_t i = to; introduced == plainly && i < s_.size(); ++i)
      if (const std::size_t n = phrase_at(s_.words, i, t_.introduces)) return both(name, from, i, i + n);
    if (contains(kAnd, text_at(s_.words, to)) && to + 1 < s_.size() && is_name(to + 1, false)) return {};
    const bool paused = s_.words[to - 1].pause;
    const bool over = to >= s_.size() || only_courtesies(to);
    if (!over && !paused && !contains(t_.behind_name, text_at(s_.words, to)) && spelled_at(to).empty()) return {};
    if (const std::string letters = spelled_behind(to); !letters.empty()) return with_spelled(name, letters);
    // "Cleaning, I'd like one": one word before others is a name only when introduced
    if (introduced == none && name.size() == 1 && !over) {
      if (!s_.words[to - 1].stop || !joins(to, name)) return {};
    }
    return found(name);
  }

 private:
  // "Bond, James Bond".
  static bool said_in_full(const std::vector<std::string>& name, const std::vector<std::string>& whole) {
    return whole.size() > name.size() &&
           std::equal(name.rbegin(), name.rend(), whole.rbegin(),
                      [](const auto& a, const auto& b) { return lower_case(a) == lower_case(b); });
  }
  // "My first name is Ann, my last name is Smith": the words between `first` and `from` say which is which.
  std::optional<Found> both(const std::vector<std::string>& one, std::size_t first, std::size_t other,
                            std::size_t from) const {
    constexpr std::string_view kGiven[] = {"first", "vorname"}, kFamily[] = {"last", "surname", "nachname"};
    const auto says = [&](Table table, std::size_t begin, std::size_t end) {
      return std::any_of(s_.words.begin() + static_cast<std::ptrdiff_t>(begin),
                         s_.words.begin() + static_cast<std::ptrdiff_t>(end),
                         [&](const SlotWord& word) { return contains(table, word.text); });
    };
    std::vector<std::string> two;
    take(from, true, two);
    std::vector<std::string> given = one, family = two;
    if (says(kFamily, 0, first) && says(kGiven, other, from))
      std::swap(given, family);
    else if (!says(kGiven, 0, first) || !says(kFamily, other, from))
      return {};
    given.insert(given.end(), family.begin(), family.end());
    return !two.empty() && given.size() <= kMostWords ? found(given) : std::nullopt;
  }
  // "Ann, no, Anna": from what is said last.
  std::size_t behind_correction() const {
    std::size_t from = 0;
    for (std::size_t i = 1; i < s_.size(); ++i)
      if (const std::size_t n = phrase_at(s_.words, i, t_.corrections);
          n > 0 && s_.words[i - 1].pause && i + n < s_.size())
        from = i + n;
    return from;
  }
  std::size_t without_greeting(std::size_t from) const {
    for (;;) {
      if (phrase_at(s_.words, from, t_.introduces_weakly) > 0) {
        const std::size_t lead = phrase_at(s_.words, from, t_.lead_ins);
        if (lead <= phrase_at(s_.words, from, t_.introduces_weakly)) return from;
      }
      const std::size_t n = phrase_at(s_.words, from, t_.lead_ins);
      if (n == 0) return from;
      from += n;
    }
  }

  bool is_name(std::size_t i, bool plainly) const {
    const SlotWord& word = s_.words[i];
    const std::string& text = word.text;
    if (text.size() < 2 || text.size() > 40 || single_letter(text)) return false;
    for (const char c : text)
      if (static_cast<unsigned char>(c) < 0x80 && !(c >= 'a' && c <= 'z') && c != '\'') return false;
    for (const std::string_view end : {"n't", "'s", "'re", "'ll", "'ve", "'m", "'d"})
      if (text.ends_with(end)) return false;
    if (!plainly && !cased_)  // "it's complicating"
      for (const std::string_view end : {"ing", "ous", "ful", "able", "tion"})
        if (text.ends_with(end)) return false;
    if (!plainly && cased_ && !capital(word.said) && !contains(t_.particles, text)) return false;
    if (contains(t_.particles, text)) return true;
    return !contains(t_.no_name, text) && !contains(t_.asks, text) && !contains(t_.denies, text) && !t_.number(text) &&
           !t_.ordinal(text) && !weekday_of(text, t_) && !contains(t_.no, text) && !is_backchannel(text, t_.tag);
  }

  std::size_t take(std::size_t from, bool plainly, std::vector<std::string>& name) const {
    std::size_t i = from;
    bool real = false;
    for (; i < s_.size() && name.size() <= kMostWords && is_name(i, plainly); ++i) {
      const bool particle = contains(t_.particles, s_.words[i].text);
      real |= !particle;
      std::string word = as_name(s_.words[i], t_, name.empty());
      if (s_.words[i].glued && !name.empty())
        name.back() += "-" + word;
      else
        name.push_back(std::move(word));
      if (s_.words[i].pause) {
        ++i;
        break;
      }
    }
    if (!real) name.clear();
    return i;
  }

  // "Ann. Smith.": a recogniser's full stop at a pause.
  bool joins(std::size_t from, std::vector<std::string>& name) const {
    if (from + 1 != s_.size() || !is_name(from, false)) return false;
    name.push_back(as_name(s_.words[from], t_, false));
    return true;
  }

  bool only_courtesies(std::size_t i) const {
    while (const std::size_t n = phrase_at(s_.words, i, t_.courtesies)) i += n;
    return i >= s_.size();
  }

  // Letters that are read out at i: "S M I T H", "S as in Sam M as in Mary", "double T".
  std::string spelled_at(std::size_t i, std::size_t* end = nullptr) const {
    for (int n = 0; n < 3; ++n) i += phrase_at(s_.words, i, t_.spelled);  // "that's spelled"
    std::string out;
    while (i < s_.size() && out.size() < 80) {
      const bool twice = contains(t_.twice, s_.words[i].text) && single_letter(text_at(s_.words, i + 1));
      if (twice) ++i;
      if (!single_letter(s_.words[i].text)) break;
      out += s_.words[i].text;
      if (twice) out += s_.words[i].text;
      ++i;
      if (const std::size_t n = phrase_at(s_.words, i, t_.letter_for); n > 0 && i + n < s_.size()) i += n + 1;
    }
    if (end != nullptr) *end = i;
    return code_points(out) >= 2 ? out : std::string();
  }
  std::string spelled_behind(std::size_t from) const {
    for (std::size_t i = from; i < s_.size(); ++i) {
      std::size_t end = i;
      const std::string letters = spelled_at(i, &end);
      if (letters.empty()) continue;
      const bool more = end < s_.size() && is_name(end, false);  // "Kate, K A T E, Miller"
      return code_points(letters) >= 3 && !more ? letters : "?";
    }
    return {};
  }

  // What is spelled is the word of the name that it begins like, or confirms it.
  static std::optional<Found> with_spelled(std::vector<std::string> name, const std::string& letters) {
    for (auto word = name.rbegin(); word != name.rend(); ++word) {
      const std::string small = lower_case(*word);
      if (small == letters) return found(name);
      const auto longer = static_cast<std::ptrdiff_t>(small.size()) - static_cast<std::ptrdiff_t>(letters.size());
      if (small[0] != letters[0] || longer > 2 || longer < -2) continue;
      *word = upper_first(letters);
      return found(name);
    }
    return {};
  }

  static std::optional<Found> found(const std::vector<std::string>& name) {
    std::string value;
    for (const auto& word : name) value += (value.empty() ? "" : " ") + word;
    return Found{value, value};
  }

  const Speech& s_;
  const SlotTongue& t_;
  bool cased_ = false;  // capitals are written
};

}  // namespace

std::optional<Found> name_in(const Speech& speech) {
  if (speech.words.empty() || speech.tongue.tag.empty()) return {};
  return Names(speech).find();
}

}  // namespace offhook::dialog
