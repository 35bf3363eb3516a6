#include <algorithm>
#include <cctype>

#include "base/utf8.hpp"
#include "dialog/lower_case.hpp"
#include "dialog/slots_rules.hpp"

namespace offhook::dialog {
namespace {

constexpr std::string_view kOpening[] = {"\"", "'", "(", "[", "{", "<", "#", "$", "€", "£",
                                         "“",  "„", "‘", "«", "¿", "¡", "*", "`", "~"};
constexpr std::string_view kPauses[] = {",", ";", ":", "—", "–", "-"}, kStops[] = {".", "!", "?", "…"},
                           kClosing[] = {"\"", "'", ")", "]", "}", ">", "”", "“", "’", "»", "*", "%", "€", "~", "`"};
constexpr std::string_view kBlanks[] = {" ", "\t", "\n", "\r", "\v", "\f", "\xC2\xA0", "\xE2\x80\xAF"};
// Hyphens that join no words: "mm-hm".
constexpr std::string_view kSounds[] = {"mm-hm", "mm-hmm", "uh-huh", "uh-uh", "nuh-uh", "m-hm", "mhm-mhm"};

std::string_view front_of(std::string_view text, Table marks) {
  for (const std::string_view mark : marks)
    if (text.starts_with(mark)) return mark;
  return {};
}
std::string_view back_of(std::string_view text, Table marks) {
  for (const std::string_view mark : marks)
    if (text.ends_with(mark)) return mark;
  return {};
}

bool digit(char c) {
  return c >= '0' && c <= '9';
}
bool letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::vector<std::string_view> split(std::string_view text, char mark) {
  std::vector<std::string_view> parts;
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t to = std::min(text.find(mark, from), text.size());
    parts.push_back(text.substr(from, to - from));
    from = to + 1;
  }
  return parts;
}

std::string plain_apostrophes(std::string_view text) {
  constexpr std::string_view kApostrophes[] = {"’", "ʼ", "‘"};
  std::string out;
  while (!text.empty()) {
    const std::string_view mark = front_of(text, kApostrophes);
    out += mark.empty() ? text[0] : '\'';
    text.remove_prefix(std::max<std::size_t>(mark.size(), 1));
  }
  return out;
}

struct Reader {
  std::vector<SlotWord> words;

  void put(std::string_view said, bool glued = false) {
    if (said.empty()) return;
    SlotWord word{lower_case(said), said, false, false, false, glued};
    word.text = plain_apostrophes(word.text);
    words.push_back(std::move(word));
  }
  void pause(std::string_view mark, bool stop) {
    if (words.empty()) return;
    words.back().pause = true;
    words.back().stop |= stop;
    words.back().asks |= mark == "?";
  }

  // "p.m" and "s.m.i.t.h", "555.123.4567": not "3.30", "24.12.2026", "example.com"
  bool dotted(std::string_view chunk, bool glued) {
    const auto parts = split(chunk, '.');
    if (parts.size() < 2) return false;
    const auto all = [&](auto fits) { return std::all_of(parts.begin(), parts.end(), fits); };
    if (all([](std::string_view part) { return part.size() == 1 && letter(part[0]); })) {
      const std::string small = lower_case(chunk);
      if (small == "a.m" || small == "p.m") {
        put(chunk, glued);
        words.back().text = small[0] == 'a' ? "am" : "pm";
        return true;
      }
    } else if (parts.back().size() != 4 ||
               !all([](std::string_view part) { return part.size() >= 3 && digits_only(part); })) {
      return false;
    }
    for (const auto part : parts) put(part, glued || part.data() != chunk.data());
    return true;
  }

  void hyphened(std::string_view chunk, bool glued) {
    const auto parts = split(chunk, '-');
    const bool date = parts.size() == 3 && parts[0].size() == 4 && std::all_of(parts.begin(), parts.end(), digits_only);
    const bool minus = parts.size() == 2 && parts[0].empty() && !parts[1].empty() && digit(parts[1][0]);
    if (parts.size() == 1 || date || minus || contains(kSounds, lower_case(chunk))) {
      if (!dotted(chunk, glued)) put(chunk, glued);
      return;
    }
    for (const auto part : parts)
      if (!part.empty() && !dotted(part, glued || part.data() != chunk.data()))
        put(part, glued || part.data() != chunk.data());
  }

  // Marks inside that recognisers leave no blank behind: "yes,no", "(555)555-0142".
  void inner(std::string_view chunk) {
    if (chunk.find('@') != std::string_view::npos) return put(chunk);
    std::size_t from = 0;
    bool glued = false;
    const auto end = [&](std::size_t to) {
      if (to > from) hyphened(chunk.substr(from, to - from), glued);
    };
    constexpr std::string_view kCuts[] = {",", ";", ":", "—", "–", "…", "?", "!", "(", ")"};
    for (std::size_t i = 0; i < chunk.size();) {
      const std::string_view mark = front_of(chunk.substr(i), kCuts);
      const std::size_t behind = i + std::max<std::size_t>(mark.size(), 1);
      const bool numbers = i > 0 && digit(chunk[i - 1]) && behind < chunk.size() && digit(chunk[behind]);
      const bool bracket = mark == "(" || mark == ")";
      if (mark.empty() || ((mark == "," || mark == ":") && numbers)) {
        i = behind;
        continue;
      }
      end(i);
      glued = bracket || (mark == "–" && numbers);
      if (!glued) pause(mark, mark == "?" || mark == "!");
      from = i = behind;
    }
    end(chunk.size());
  }

  void chunk(std::string_view text) {
    while (!front_of(text, kOpening).empty()) text.remove_prefix(front_of(text, kOpening).size());
    while (text.starts_with('-') && !(text.size() > 1 && digit(text[1]))) {
      text.remove_prefix(1);
      if (text.empty()) pause("-", false);
    }
    std::vector<std::string_view> marks;
    bool stops = false, asks = false, pauses = false;
    for (std::string_view mark;;) {
      if (!(mark = back_of(text, kStops)).empty()) {
        stops = pauses = true;
        asks |= mark == "?";
      } else if (!(mark = back_of(text, kPauses)).empty()) {
        pauses = true;
      } else if ((mark = back_of(text, kClosing)).empty()) {
        break;
      }
      text.remove_suffix(mark.size());
    }
    if (text.starts_with('+') && text.size() > 1) {
      put(text.substr(0, 1));
      words.back().text = "plus";
      text.remove_prefix(1);
    }
    inner(text);
    if (pauses) pause(asks ? "?" : ",", stops);
  }
};

}  // namespace

const SlotTongue& no_slots() {
  static constexpr auto kNone = [](std::string_view) -> std::optional<int> { return {}; };
  static constexpr SlotTongue tongue{
      .tag = "", .number = kNone, .ordinal = kNone, .decimal = '.', .time = time_in_numerals};
  return tongue;
}

bool digits_only(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), digit);
}

std::vector<SlotWord> slot_words(std::string_view text, const SlotTongue& tongue) {
  Reader reader;
  while (!text.empty()) {
    if (const auto blank = front_of(text, kBlanks); !blank.empty()) {
      text.remove_prefix(blank.size());
      continue;
    }
    std::size_t to = 1;
    while (to < text.size() && front_of(text.substr(to), kBlanks).empty()) ++to;
    reader.chunk(text.substr(0, to));
    text.remove_prefix(to);
  }
  std::vector<SlotWord> words;
  for (SlotWord& word : reader.words) {
    if (!contains(tongue.fillers, word.text)) {
      words.push_back(std::move(word));
    } else if (!words.empty()) {
      // "I don't, um, want that": a pause, not the end of a clause
      if (contains(tongue.denies, words.back().text)) words.back().pause = words.back().stop = false;
      words.back().asks |= word.asks;
    }
  }
  return words;
}

std::string_view text_at(SlotWords words, std::size_t i) {
  return i < words.size() ? std::string_view(words[i].text) : std::string_view();
}

std::size_t phrase_at(SlotWords words, std::size_t i, std::string_view phrase) {
  std::size_t n = 0;
  while (!phrase.empty()) {
    const std::size_t to = std::min(phrase.find(' '), phrase.size());
    if (text_at(words, i + n) != phrase.substr(0, to)) return 0;
    ++n;
    phrase.remove_prefix(std::min(to + 1, phrase.size()));
  }
  return n;
}

std::size_t phrase_at(SlotWords words, std::size_t i, Table phrases) {
  std::size_t longest = 0;
  if (i < words.size())
    for (const std::string_view phrase : phrases) longest = std::max(longest, phrase_at(words, i, phrase));
  return longest;
}

std::size_t without_lead_ins(const Speech& speech, std::size_t from) {
  while (const std::size_t n = phrase_at(speech.words, from, speech.tongue.lead_ins)) from += n;
  return from;
}

bool capital(std::string_view said) {
  const std::string_view first = said.substr(0, std::max<std::size_t>(1, utf8_length(said)));
  return !said.empty() && lower_case(first) != first;
}

std::optional<int> counted(std::span<const Counted> table, std::string_view word) {
  for (const auto& [known, value] : table)
    if (known == word) return value;
  return {};
}

std::optional<int> weekday_of(std::string_view word, const SlotTongue& tongue) {
  if (const auto day = counted(tongue.weekdays, word)) return day;
  if (tongue.tag == "de")  // "Dienstagnachmittag"
    for (const DayPart& part : tongue.day_parts)
      if (word.ends_with(part.word)) {
        if (const auto day = counted(tongue.weekdays, word.substr(0, word.size() - part.word.size()))) return day;
      }
  return {};
}

std::string said_back(const Speech& speech, std::size_t from, std::size_t to) {
  const SlotTongue& t = speech.tongue;
  std::string out;
  for (std::size_t i = from; i < to; ++i) {
    const SlotWord& word = speech.words[i];
    std::string text = word.text;
    // the names of this room's tables begin with ASCII letters
    if (counted(t.months, text) || weekday_of(text, t) || contains(t.names, text))
      text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
    out += (out.empty() ? "" : " ") + text;
    const bool ordinal = t.tag == "de" && digits_only(text) && word.stop && i + 1 < to;
    if (ordinal) out += '.';
  }
  return out;
}

}  // namespace offhook::dialog
