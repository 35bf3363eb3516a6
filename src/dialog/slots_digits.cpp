#include <algorithm>
#include <cctype>

#include "dialog/slots_rules.hpp"

namespace offhook::dialog {
namespace {

// A row of digits as they are read out: "four four seven one", "forty four 71", "double five", "A 4471".
struct Row {
  std::size_t from = 0, to = 0;
  std::vector<std::string> groups;  // "44" and "71"
  std::vector<std::size_t> pauses;  // how many digits stand before each
  std::size_t scaled = 0;           // groups up to the last "hundred"
  bool plus = false, broken = false, letters = false;
  std::string all() const {
    std::string out;
    for (const auto& group : groups) out += group;
    return out;
  }
};

constexpr std::string_view kSome[] = {"last", "first", "final", "letzten", "ersten"};  // "the last four: 4471"

bool small_letter(std::string_view text) {
  return text.size() == 1 && text[0] >= 'a' && text[0] <= 'z';
}

std::string capitals(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return out;
}

// "ab4471", "4471b": not "4th", "3pm".
bool mixed(std::string_view text, const SlotTongue& t) {
  constexpr std::string_view kNotACode[] = {"am", "pm", "th", "st", "nd", "rd", "ten", "ter",
                                            "kg", "km", "k",  "x",  "s",  "h",  "uhr", "ish"};
  std::size_t digits = 0, letters = 0;
  for (const char c : text) {
    digits += c >= '0' && c <= '9';
    letters += c >= 'a' && c <= 'z';
  }
  if (digits == 0 || letters == 0 || letters > 4 || digits + letters != text.size() || t.ordinal(text)) return false;
  return !contains(kNotACode, text.substr(std::min(text.find_first_not_of("0123456789"), text.size())));
}

bool oh(std::string_view text) {
  return text == "oh" || text == "o";
}

class Reading {
 public:
  Reading(const Speech& speech, bool letters) : words_(speech.words), t_(speech.tongue), letters_(letters) {}

  Row row_at(std::size_t i) {
    row_ = {};
    row_.from = row_.to = i;
    if (i > 0 && contains(kSome, words_[i - 1].text) && single(i)) return row_;
    if (text_at(words_, i) == "plus") {
      row_.plus = true;
      ++i;
    }
    while (const std::size_t to = group_at(i)) {
      row_.to = to;
      if (words_[to - 1].pause) row_.pauses.push_back(digits_);
      i = to;
      while (contains(t_.dashes, text_at(words_, i))) ++i;
    }
    if (row_.groups.empty()) row_.to = row_.from;
    const std::size_t behind = row_.groups.size() - row_.scaled;
    row_.broken |= row_.scaled > 0 && behind == 1;  // "five hundred twenty": 520 or 500 20
    digits_ = 0;
    return row_;
  }

 private:
  std::size_t put(std::size_t to, std::string group) {
    digits_ += group.size();
    row_.groups.push_back(std::move(group));
    return to;
  }

  std::optional<std::string> single(std::size_t i) const {
    const std::string_view text = text_at(words_, i);
    if (digits_only(text)) return std::string(text);
    if (const auto value = t_.number(text); value && *value <= 9) return std::to_string(*value);
    return {};
  }

  bool zero(std::size_t i) const {  // "oh" beside digits
    if (!oh(text_at(words_, i))) return false;
    std::size_t next = i + 1;
    while (next < i + 4 && oh(text_at(words_, next))) ++next;
    return !row_.groups.empty() || counts(words_, next, t_);
  }

  // Where the group at i ends; 0: there is none.
  std::size_t group_at(std::size_t i) {
    if (i >= words_.size()) return 0;
    const std::string& text = words_[i].text;
    const int times = contains(t_.twice, text) ? 2 : contains(t_.thrice, text) ? 3 : 1;
    if (times > 1) {
      const auto digit = zero(i + 1) ? std::optional<std::string>("0") : single(i + 1);
      if (!digit || digit->size() != 1) return 0;
      return put(i + 2, std::string(static_cast<std::size_t>(times), (*digit)[0]));
    }
    if (zero(i)) return put(i + 1, "0");
    if (const auto value = t_.number(text)) return number_at(i, *value);
    if (digits_only(text)) return put(i + 1, text);
    std::string grouped = text;  // "4,471" was read out as a number
    std::erase(grouped, t_.decimal == '.' ? ',' : '.');
    if (digits_only(grouped) && cardinal_at(words_, i, t_)) return put(i + 1, grouped);
    return letters_ ? letter_at(i) : 0;
  }

  std::size_t number_at(std::size_t i, int value) {
    if (value == 100 || value == 1000) {
      if (row_.groups.empty()) {
        row_.broken = true;
        return put(i + 1, std::to_string(value));
      }
      row_.groups.back() += value == 100 ? "00" : "000";
      digits_ += value == 100 ? 2 : 3;
      row_.scaled = row_.groups.size();
      return i + 1;
    }
    if (value > 9 && value < 100)
      value = *small_number(words_, i, t_);
    else
      ++i;
    if (value >= 1'000'000) row_.broken = true;
    return put(i, std::to_string(value));
  }

  // "A 4471", "S as in Sierra": a letter belongs to it only beside a digit or another letter.
  std::size_t letter_at(std::size_t i) {
    const SlotWord& word = words_[i];
    if (mixed(word.text, t_)) {
      row_.letters = true;
      return put(i + 1, capitals(word.text));
    }
    if (code_letters(i)) {  // "AB-1234"; "PIN 1234" may be the same, or not
      if (!glued(i) && !glued(i + 1)) ambiguous_ = true;
      row_.letters = true;
      return put(i + 1, capitals(word.text));
    }
    if (!small_letter(word.text)) return 0;
    std::size_t next = i + 1;
    if (const std::size_t as = phrase_at(words_, next, t_.letter_for)) next += as + (next + as < words_.size() ? 1 : 0);
    const bool before = !row_.groups.empty(), behind = belongs(next);
    if (!before && !behind) return 0;
    const bool word_too = word.text == "a" || word.text == "i";
    if (word_too && next == i + 1 && !before) {
      const bool alone = i == 0 || words_[i - 1].pause;
      if (word.text == "i" ? !belongs(next) || !small_letter(text_at(words_, next)) : !capital(word.said) && !alone) {
        ambiguous_ = true;
        return 0;
      }
    }
    if (word_too && before && !behind && (word.text == "i" || !capital(word.said) || words_[i - 1].stop)) return 0;
    row_.letters = true;
    return put(next, capitals(word.text));
  }
  bool glued(std::size_t i) const { return i < words_.size() && words_[i].glued; }
  // Two to four capitals beside digits, or letters that a hyphen joins to them.
  bool code_letters(std::size_t i) const {
    const SlotWord& word = words_[i];
    const auto small = [](char c) { return c >= 'a' && c <= 'z'; };
    if (word.text.size() < 2 || word.text.size() > 4 || !std::all_of(word.text.begin(), word.text.end(), small))
      return false;
    const bool before = !row_.groups.empty() && !words_[i - 1].pause;
    const bool behind = digits_only(text_at(words_, i + 1)) && !word.pause;
    if ((before && glued(i)) || (behind && glued(i + 1))) return true;
    return (before || behind) && std::none_of(word.said.begin(), word.said.end(), small);
  }
  bool belongs(std::size_t i) const {
    const std::string_view text = text_at(words_, i);
    return counts(words_, i, t_) || small_letter(text) || mixed(text, t_) || contains(t_.twice, text);
  }

 public:
  bool ambiguous() const { return ambiguous_; }

 private:
  SlotWords words_;
  const SlotTongue& t_;
  bool letters_;
  Row row_;
  std::size_t digits_ = 0;
  bool ambiguous_ = false;
};

bool said_twice(const Row& row) {  // "4471. 4471." may be eight digits, or four said twice
  const std::string all = row.all();
  return all.size() >= 6 && all.size() % 2 == 0 && all.substr(0, all.size() / 2) == all.substr(all.size() / 2) &&
         std::find(row.pauses.begin(), row.pauses.end(), all.size() / 2) != row.pauses.end();
}

std::string with_blanks(std::string_view text) {
  std::string out;
  for (const char c : text) out += (out.empty() ? "" : " ") + std::string(1, c);
  return out;
}

std::string joined(const std::vector<std::string>& groups) {
  std::string out;
  for (const auto& group : groups) out += (out.empty() ? "" : " ") + group;
  return out;
}

// As it was said where that was in groups, else in the groups that are usual.
std::string phone_groups(const Row& row) {
  std::vector<std::string> groups = row.groups;
  const bool single = std::count_if(groups.begin(), groups.end(), [](const auto& g) { return g.size() == 1; }) > 1;
  if (single || groups.size() == 1) {
    const std::string all = row.all();
    groups.clear();
    std::size_t at = all.size() == 11 && all[0] == '1' ? 1 : 0;
    if (at > 0) groups.emplace_back("1");
    for (; at < all.size(); at += groups.back().size()) {
      const std::size_t left = all.size() - at;
      groups.push_back(all.substr(at, left <= 4 ? left : 3));
    }
  }
  return (row.plus ? "+" : "") + joined(groups);
}

std::vector<Row> rows_of(const Speech& speech, bool letters, bool& ambiguous) {
  std::vector<Row> rows;
  Reading reading(speech, letters);
  for (std::size_t i = 0; i < speech.size();) {
    const Row row = reading.row_at(i);
    if (row.to > row.from) rows.push_back(row);
    i = std::max(row.to, i + 1);
  }
  ambiguous = reading.ambiguous();
  return rows;
}

bool is_cardinal(const Speech& speech, const Row& row) {  // "five million"
  const auto whole = cardinal_at(speech.words, row.from, speech.tongue);
  return row.scaled > 0 && whole && whole->to >= row.to;
}

bool has_word(const Speech& speech, Table table) {
  return std::any_of(speech.words.begin(), speech.words.end(),
                     [&](const SlotWord& word) { return contains(table, word.text); });
}

bool corrected(const Speech& speech) {
  for (std::size_t i = 0; i < speech.size(); ++i)
    if (phrase_at(speech.words, i, speech.tongue.corrections) > 0) return true;
  return false;
}

}  // namespace

std::optional<Found> digits_in(const Speech& speech) {
  bool ambiguous = false;
  auto rows = rows_of(speech, true, ambiguous);
  if (ambiguous) return {};
  const auto short_row = [](const Row& row) { return row.all().size() < 3; };
  // "I have 2 orders, the number is 4471"
  if (!corrected(speech) && std::count_if(rows.begin(), rows.end(), short_row) + 1 == std::ssize(rows))
    std::erase_if(rows, short_row);
  const std::size_t begins = without_lead_ins(speech);
  Candidates out;
  for (const Row& row : rows) {
    std::string value = row.all(), spoken = row.groups.size() > 1 ? joined(row.groups) : with_blanks(value);
    const auto whole = cardinal_at(speech.words, row.from, speech.tongue);
    if (row.scaled > 0 || row.broken) {  // "four thousand four hundred and seventy one"
      if (whole && whole->to >= row.to) {
        value = std::to_string(whole->value);
        spoken = with_blanks(value);
      } else if (row.broken) {
        value.clear();
      }
    }
    const bool only_letters = std::none_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (only_letters || said_twice(row)) value.clear();
    Clock clock;
    if (const std::size_t to = speech.tongue.time(speech.words, row.from, clock);
        to >= row.to && clock.said == Clock::Said::plainly)
      value.clear();       // "3 pm"
    if (short_row(row)) {  // "four": nothing else may be said
      const std::size_t behind = phrase_at(speech.words, row.to, speech.tongue.courtesies);
      if (begins < row.from || row.to + behind < speech.size()) value.clear();
    }
    out.push_back({row.from, row.to, value, spoken});
  }
  return settled(speech, std::move(out), Denied::like_things);
}

std::optional<Found> phone_in(const Speech& speech) {
  const SlotTongue& t = speech.tongue;
  bool ambiguous = false;
  const auto rows = rows_of(speech, false, ambiguous);
  if (has_word(speech, t.other_numbers) || has_word(speech, t.extension)) return {};
  const bool named = has_word(speech, t.phone_words);
  const bool careful = speech.asked && corrected(speech);
  Candidates out;
  for (const Row& row : rows) {
    const std::string digits = row.all();
    const bool country = row.plus || digits[0] == '0' || digits.size() <= 11;  // else two numbers, or none
    const bool whole = country && digits.size() >= 7 && digits.size() <= 15 && !row.broken && !said_twice(row) &&
                       !is_cardinal(speech, row);
    if (whole && (speech.asked || named || row.plus))
      out.push_back({row.from, row.to, (row.plus ? "+" : "") + digits, phone_groups(row)});
    else if (careful || digits.size() >= 7)  // "… one four two, no, one four three": a part that can't be placed
      out.push_back({row.from, row.to, "", ""});
  }
  return settled(speech, std::move(out), Denied::like_things);
}

}  // namespace offhook::dialog
