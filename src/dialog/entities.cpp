#include "dialog/entities.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "dialog/pieces.hpp"
#include "dialog/tables.hpp"

namespace offhook::dialog {
namespace {

using Kind = Piece::Kind;
using Pieces = std::vector<Piece>;

constexpr std::string_view kMonths[] = {"january",  "february", "march",  "april",     "may",
                                        "june",     "july",     "august", "september", "october",
                                        "november", "december", "jan",    "feb",       "sept"};
constexpr std::string_view kDays[] = {
    "monday",     "tuesday",   "wednesday", "thursday",  "friday",   "saturday",   "sunday",   "mondays",  "tuesdays",
    "wednesdays", "thursdays", "fridays",   "saturdays", "sundays",  "today",      "tomorrow", "tonight",  "noon",
    "midnight",   "morning",   "afternoon", "evening",   "weekend",  "weekends",   "weekday",  "weekdays", "anytime",
    "now",        "asap",      "christmas", "easter",    "mornings", "afternoons", "evenings", "yesterday"};
constexpr std::string_view kPhoneWords[] = {"phone", "cell", "mobile", "telephone", "cellphone", "landline"};
constexpr std::string_view kAccountWords[] = {
    "account",  "card",      "zip",      "zipcode", "confirmation", "member", "membership",
    "policy",   "reference", "tracking", "social",  "routing",      "order",  "code",
    "postcode", "case",      "ticket",   "booking", "reservation",  "pin",    "license"};
constexpr std::string_view kProviders[] = {"gmail",  "yahoo", "hotmail", "outlook",
                                           "icloud", "aol",   "gmx",     "protonmail"};
constexpr std::string_view kDomains[] = {"com", "net", "org",  "edu", "gov", "io", "co", "uk", "de",
                                         "us",  "me",  "info", "biz", "ca",  "au", "fr", "ai", "app",
                                         "dev", "nl",  "eu",   "ch",  "at",  "es", "it", "tv"};
constexpr std::string_view kNotAnAddress[] = {
    "wrong", "broken", "down", "not",     "right", "correct", "different", "changed", "old",    "new",   "the",  "on",
    "in",    "still",  "no",   "working", "up",    "full",    "same",      "fine",    "hacked", "there", "i",    "you",
    "don't", "what",   "can",  "a",       "it's",  "and",     "because",   "already", "for",    "to",    "about"};
// Letters that are words of their own when said one by one.
constexpr std::string_view kAcronyms[] = {
    "us",  "uk",  "id",  "am",  "pm",  "tv",  "ok",   "dc",  "ac",  "ps",  "la",    "ny",   "cv",  "it",
    "pc",  "atm", "dvd", "usa", "pdf", "vip", "ups",  "irs", "dmv", "hr",  "po",    "aaa",  "ai",  "xl",
    "bs",  "tb",  "gp",  "er",  "icu", "mri", "ct",   "ekg", "hiv", "sms", "url",   "faq",  "ceo", "md",
    "dj",  "rv",  "suv", "hp",  "bmw", "ibm", "fbi",  "dhl", "bc",  "vw",  "ge",    "aa",   "qr",  "eu",
    "ssn", "dob", "eta", "fyi", "gps", "vpn", "hvac", "led", "lcd", "usb", "obgyn", "adhd", "i"};
constexpr std::string_view kSpelledFor[] = {
    "alpha",   "alfa",    "apple",   "adam",   "bravo",  "boy",    "charlie",  "cat",   "delta", "david",   "dog",
    "echo",    "edward",  "foxtrot", "frank",  "golf",   "george", "hotel",    "henry", "india", "juliet",  "john",
    "kilo",    "king",    "lima",    "larry",  "mike",   "mary",   "november", "nancy", "oscar", "papa",    "peter",
    "quebec",  "queen",   "romeo",   "robert", "sierra", "sam",    "sugar",    "tango", "tom",   "uniform", "victor",
    "whiskey", "william", "xray",    "x-ray",  "yankee", "zulu",   "zebra"};
constexpr std::string_view kThatIs[] = {"it's", "its", "is",  "that's", "it",   "number",
                                        "code", "",    "yes", "sure",   "okay", "yeah"};

const std::string& text(const Pieces& p, std::size_t from_end) {  // 1 is the last
  static const std::string none;
  return from_end <= p.size() ? p[p.size() - from_end].text : none;
}

std::vector<std::string> texts(const Pieces& p) {
  std::vector<std::string> out;
  for (const Piece& piece : p) out.push_back(piece.text);
  return out;
}

Pieces without_fillers(std::string_view transcript) {
  Pieces p = pieces_of(transcript);
  std::erase_if(p, [](const Piece& piece) { return piece.kind == Kind::filler; });
  return p;
}

bool has(const Pieces& p, std::size_t upto, Table table) {
  return std::any_of(p.begin(), p.begin() + static_cast<std::ptrdiff_t>(std::min(upto, p.size())),
                     [&](const Piece& piece) { return contains(table, piece.text); });
}

// Numbers ------------------------------------------------------------------------------------------------------------

// A row of digits, number words and what joins them: [from, to) of the pieces.
struct Run {
  std::size_t from = 0, to = 0;
  int digits = 0;           // "twenty five" is two, "double five" too
  std::vector<int> groups;  // of digits, as they were said: "555 1212" is 3 and 4
  bool dangling = false;    // ends in "double", "dash", "hundred and", "point"
  bool scaled = false;      // has "hundred", "thousand" or "point": one number
  std::size_t said() const { return groups.size(); }
};

bool in_run(const Pieces& p, std::size_t i) {
  if (is_numeric(p[i]) || p[i].kind == Kind::times || p[i].kind == Kind::hyphen) return true;
  if (p[i].text == "and") return i > 0 && p[i - 1].kind == Kind::scale;
  return p[i].text == "point" && i > 0 && is_numeric(p[i - 1]);
}

Run run_between(const Pieces& p, std::size_t from, std::size_t to) {
  Run run{from, to, 0, {}, false, false};
  int times = 1;
  for (std::size_t i = from; i < to; ++i) {
    const Piece& piece = p[i];
    run.dangling = !is_numeric(piece);
    run.scaled |= piece.kind == Kind::scale || piece.text == "point";
    if (piece.kind == Kind::times) times = piece.text == "double" ? 2 : 3;
    if (!is_numeric(piece)) continue;
    const bool joined = i > from && piece.kind == Kind::unit && p[i - 1].kind == Kind::tens && piece.text != "oh" &&
                        piece.text != "zero";  // "twenty five"
    if (!joined) {
      run.digits += piece.digits * times;
      run.groups.insert(run.groups.end(), static_cast<std::size_t>(times), piece.digits);
    }
    times = 1;
  }
  return run;
}

// The last row of numbers that ends before `to`; empty if there is none.
Run last_run(const Pieces& p, std::size_t to) {
  while (to > 0 && !in_run(p, to - 1)) --to;
  std::size_t from = to;
  while (from > 0 && in_run(p, from - 1)) --from;
  while (from < to && (p[from].text == "and" || p[from].kind == Kind::hyphen)) ++from;
  return run_between(p, from, to);
}

Run tail_run(const Pieces& p) {
  if (p.empty() || !in_run(p, p.size() - 1)) return {p.size(), p.size(), 0, {}, false, false};
  return last_run(p, p.size());
}

// "nine thirty", "9 30", "nine oh five", "nineteen eighty five", "twenty twenty six": a time or a year.
bool is_time_or_year(const Pieces& p, const Run& run) {
  const std::size_t n = run.to - run.from;
  if (n < 2 || n > 4 || run.scaled || run.dangling) return false;
  const Piece &first = p[run.from], &second = p[run.from + 1];
  const bool hour = first.kind == Kind::teen || first.kind == Kind::tens ||
                    (first.kind == Kind::unit && first.text != "oh") ||
                    (first.kind == Kind::numeral && first.digits <= 2);
  if (!hour) return false;
  if (second.text == "oh") return n == 3 && p[run.from + 2].kind == Kind::unit;
  if (second.kind == Kind::numeral) return n == 2 && second.digits == 2 && second.text < "60";
  if (second.kind == Kind::teen) return n == 2;
  return second.kind == Kind::tens && run.said() == 2;
}

// One number by itself: "three", "42", "twenty five", "two hundred and forty".
bool is_cardinal(const Run& run) {
  return !run.dangling && (run.scaled || run.said() == 1);
}

// "555 123 4": seven digits, but a ten-digit number is being read.
bool ends_inside_group(const Run& run) {
  const auto n = run.groups.size();
  return run.digits == 7 && n >= 3 && run.groups[0] == 3 && run.groups[1] == 3;
}

bool is_phone_length(const Run& run) {
  return (run.digits == 7 && !ends_inside_group(run)) || run.digits == 10 || (run.digits >= 11 && run.digits <= 15);
}

bool is_short_code(const Pieces& p, const Run& run) {  // "nine one one", a zip code, "the last four"
  const std::string all = spaced(texts(Pieces(p.begin() + static_cast<std::ptrdiff_t>(run.from), p.end())));
  if (all == " nine one one" || all == " four one one" || all == " 9 1 1" || all == " twenty four seven" ||
      all == " 24 7")
    return true;
  constexpr std::string_view kFive[] = {"zip", "zipcode", "postal"}, kFour[] = {"pin", "ending", "ends", "last"},
                             kThree[] = {"security", "cvv", "cvc"};
  return (run.digits == 5 && has(p, run.from, kFive)) || (run.digits == 4 && has(p, run.from, kFour)) ||
         (run.digits == 3 && has(p, run.from, kThree));
}

Entity half_number(const Pieces& p) {
  const std::string all = spaced(texts(p));
  constexpr std::string_view kBefore[] = {"number is", "number's",     "numbers",
                                          "extension", "area code is", "number is plus"};
  const bool asks = text(p, p.size()).starts_with("wh") || text(p, p.size()) == "is";
  if (ends_in_any(all, kBefore) && text(p, 1) != "numbers" && !asks) return Entity::phone;
  if (ends_in(all, "area code") && !asks && !all.ends_with("the area code")) return Entity::phone;
  if (text(p, 1) == "plus" && p.size() >= 2 && contains(kThatIs, text(p, 2))) return Entity::phone;

  const Run run = tail_run(p);
  if (run.from == run.to) return Entity::none;
  const std::string before = run.from > 0 ? p[run.from - 1].text : std::string();
  if (run.digits == 0)
    return contains(kThatIs, before) && p[run.to - 1].kind == Kind::times ? Entity::phone : Entity::none;
  if (text(p, 1) == "point" || text(p, 1) == "and") return Entity::number;
  if (run.dangling) return Entity::phone;
  if (run.scaled) return Entity::none;
  if (before == "plus" && run.digits < 11) return Entity::phone;
  if (is_short_code(p, run)) return Entity::none;

  const bool phone = has(p, run.from, kPhoneWords) || all.find(" number is ") != std::string::npos ||
                     all.find(" number's ") != std::string::npos;
  const bool account = has(p, run.from, kAccountWords);
  constexpr std::string_view kIs[] = {"is",    "it's", "its",  "number's", "that's", "number",
                                      "phone", "cell", "code", "zip",      "mobile"};
  const bool given = contains(kIs, before);
  if (all.find(" card ") != std::string::npos && given && run.digits < 15 && run.said() >= 2) return Entity::phone;
  if (given && account && run.said() == 1)
    return p.back().kind != Kind::numeral || run.digits < 4 ? Entity::phone : Entity::none;
  if (given && phone && !account) return is_phone_length(run) ? Entity::none : Entity::phone;
  if (run.said() == 1 &&
      (ends_in(spaced(texts(Pieces(p.begin(), p.begin() + static_cast<std::ptrdiff_t>(run.from)))), "address is") ||
       (before == "it's" && run.from == 1 && p.back().kind == Kind::numeral && run.digits == 3 &&
        !p.back().text.ends_with("0"))))
    return before == "is" ? Entity::number : Entity::phone;  // a street's name follows, or more digits
  if (run.said() == 1) {
    if (p.back().kind != Kind::tens) return Entity::none;
    constexpr std::string_view kRound[] = {"about", "around", "at",   "after", "before", "past", "till",
                                           "until", "almost", "over", "under", "nearly", "by",   "to"};
    return contains(kRound, before) ? Entity::none : Entity::number;
  }
  if (is_time_or_year(p, run)) return Entity::none;
  if (account && run.digits >= 7) return Entity::none;
  return is_phone_length(run) || run.digits > 15 ? Entity::none : Entity::phone;
}

// Dates --------------------------------------------------------------------------------------------------------------

Entity half_date(const Pieces& p) {
  const std::string all = spaced(texts(p));
  const std::string &last = text(p, 1), &before = text(p, 2);
  constexpr std::string_view kOpen[] = {
      "on the",      "born in",   "born on",      "birthday is",   "birthday's",       "birth is",
      "week of",     "half past", "quarter past", "quarter to",    "this coming",      "was born",
      "a week from", "date is",   "sometime in",  "sometime next", "i was born on the"};
  if (ends_in_any(all, kOpen)) return text(p, p.size()) == "when" ? Entity::none : Entity::date;
  const bool ordinal_before = p.size() >= 2 && p[p.size() - 2].kind == Kind::ordinal;
  if (last == "of" && ordinal_before) return Entity::date;
  if (last.ends_with("/")) return Entity::date;
  if ((last == "the" || last == "at") && contains(kDays, before)) return Entity::date;
  if (last == "the" && contains(kMonths, before)) return Entity::date;
  if (last == "next") {
    constexpr std::string_view kOther[] = {"what's",  "who's",  "i'm",    "do", "come", "comes", "go",  "goes",
                                           "happens", "happen", "you're", "is", "up",   "the",   "are", "what"};
    return contains(kOther, before) ? Entity::none : Entity::date;
  }
  if (!p.empty() && p.back().kind == Kind::tens && (before == "the" || contains(kMonths, before))) return Entity::date;
  constexpr std::string_view kYears[] = {"nineteen", "twenty"};
  if (contains(kYears, last) && (ordinal_before || has(p, p.size(), kMonths)) && p.size() >= 2) return Entity::date;
  if (contains(kMonths, last)) {
    constexpr std::string_view kIntroduces[] = {"on", "is", "it's", "its", "birthday's"};
    if (contains(kIntroduces, before) && (last != "may" || before == "on")) return Entity::date;
    if (p.size() == 1 && last != "may") return Entity::date;
  }
  return Entity::none;
}

// E-mail addresses
// -----------------------------------------------------------------------------------------------------

bool has_domain(const Pieces& p) {
  bool at = false;
  for (std::size_t i = 0; i < p.size(); ++i) {
    const std::string& t = p[i].text;
    const auto sign = t.find('@');
    if (sign != std::string::npos) {
      at = true;
      const auto dot = t.find('.', sign);
      if (dot != std::string::npos && dot > sign + 1 && dot + 1 < t.size()) return true;
    } else if (t == "at") {
      at = true;
    } else if (at) {
      const auto dot = t.rfind('.');
      if (dot != std::string::npos && dot > 0 && contains(kDomains, std::string_view(t).substr(dot + 1))) return true;
      if (t == "dot" && i + 1 < p.size() && contains(kDomains, p[i + 1].text)) return true;
    }
  }
  return false;
}

bool names_email(const std::string& t) {
  return t == "email" || t == "email's" || t == "emails";
}

Entity half_email(const Pieces& p) {
  if (p.empty()) return Entity::none;
  const std::string &last = text(p, 1), &before = text(p, 2);
  const std::string all = spaced(texts(p));
  if (last.find('@') != std::string::npos) return has_domain(p) ? Entity::none : Entity::email;
  if (last == "underscore") return Entity::email;
  if (last == "dot" && before != "polka" && before != "the" && before != "a") return Entity::email;
  if (before == "dot" && text(p, 3) != "polka" && last != "at")
    return contains(kDomains, last) ? Entity::none : Entity::email;
  const auto named = std::find_if(p.begin(), p.end(), [](const Piece& piece) { return names_email(piece.text); });
  const bool about_email = named != p.end();
  if (contains(kProviders, last) && (before == "at" || before == "@")) return Entity::email;
  if (last == "at" && p.size() >= 2) {
    constexpr std::string_view kLeads[] = {"it's", "its", "that's", "yes", "yeah", "sure", "okay", "it", "so"};
    constexpr std::string_view kNoName[] = {"look", "be",     "is",   "me",  "at", "where", "it's",
                                            "are",  "that's", "open", "due", "it", "was"};
    if (contains(kNoName, before)) return about_email && before == "me" ? Entity::email : Entity::none;
    if (all.find(" dot ") != std::string::npos) return Entity::email;
    if (p.size() <= 6 && contains(kLeads, p.front().text)) return Entity::email;
    if (about_email) return Entity::email;
  }
  if (!about_email || has_domain(p)) return Entity::none;
  if (text(p, p.size()).starts_with("wh") || text(p, p.size()) == "is") return Entity::none;
  auto rest = named + 1;
  if (rest != p.end() && rest->text == "address") ++rest;
  const bool is = named->text == "email's" || (rest != p.end() && (rest->text == "is" || rest->text == "address's"));
  if (!is) return Entity::none;
  if (named->text != "email's") ++rest;
  const bool address =
      std::none_of(rest, p.end(), [](const Piece& piece) { return contains(kNotAnAddress, piece.text); });
  return address && p.end() - rest <= 8 ? Entity::email : Entity::none;
}

// Spelling -----------------------------------------------------------------------------------------------------------

struct Letters {
  std::string said;       // "smi"
  std::size_t from = 0;   // the first piece that belongs to them
  bool phonetic = false;  // "s as in sierra"
  bool dangling = false;  // "s as in", "double"
};

// The letters that the pieces end in.
Letters tail_letters(const Pieces& p) {
  Letters found;
  std::size_t to = p.size();
  const auto at = [&](std::size_t i) -> const std::string& { return p[i].text; };
  if (to >= 3 && at(to - 2) == "as" && at(to - 1) == "in" && p[to - 3].kind == Kind::letter) {
    found.dangling = found.phonetic = true;
    to -= 2;
  } else if (to >= 2 && p[to - 1].kind == Kind::times && p[to - 2].kind == Kind::letter && at(to - 2) != "a" &&
             at(to - 2) != "i") {
    found.dangling = true;
    to -= 1;
  }
  for (;;) {
    if (to >= 1 && p[to - 1].kind == Kind::letter) {
      const bool twice = to >= 2 && at(to - 2) == "double";
      found.said.insert(0, (twice ? 2 : 1), at(to - 1)[0]);
      to -= twice ? 2 : 1;
    } else if (to >= 4 && at(to - 2) == "in" && at(to - 3) == "as" && p[to - 4].kind == Kind::letter) {
      found.said.insert(0, 1, at(to - 4)[0]);
      found.phonetic = true;
      to -= 4;
    } else if (to >= 3 && (at(to - 2) == "for" || at(to - 2) == "like") && p[to - 3].kind == Kind::letter &&
               contains(kSpelledFor, at(to - 1))) {
      found.said.insert(0, 1, at(to - 3)[0]);
      found.phonetic = true;
      to -= 3;
    } else if (to >= 1 && to < p.size() && (at(to - 1) == "capital" || at(to - 1) == "and") && !found.said.empty() &&
               to >= 2 && p[to - 2].kind == Kind::letter) {
      to -= 1;
    } else {
      break;
    }
  }
  found.from = to;
  return found;
}

// Is a word of before spelled, or the beginning of one? A letter may be missing or misheard.
enum class Spelled { nothing, beginning, word };
Spelled spelled_word(const Pieces& p, const Letters& letters) {
  const std::string& said = letters.said;
  Spelled found = Spelled::nothing;
  for (std::size_t i = 0; i < letters.from; ++i) {
    const std::string& word = p[i].text;
    if (word.size() < 3 || word[0] != said[0]) continue;
    if (word == said || (said.size() + 1 >= word.size() && said.size() >= 4)) return Spelled::word;
    if (said.size() >= 2 && word.starts_with(said)) found = Spelled::beginning;
  }
  return found;
}

Entity half_spelled(const Pieces& p) {
  const std::string all = spaced(texts(p));
  constexpr std::string_view kBefore[] = {"spelled",        "spelt",    "spelling is",
                                          "spelled with a", "spell it", "spelled with an"};
  constexpr std::string_view kRequests[] = {"how", "you", "to", "can", "me", "i"};
  if (ends_in_any(all, kBefore) && !has(p, p.size(), kRequests)) return Entity::spelling;
  const Letters letters = tail_letters(p);
  if (letters.dangling) return Entity::spelling;
  const std::size_t n = letters.said.size();
  if (n == 0) return Entity::none;
  if (n == 1) {
    if (letters.phonetic) return Entity::spelling;
    constexpr std::string_view kWords[] = {"a", "i", "k", "o", "u", "y"};
    const std::string before = letters.from > 0 ? p[letters.from - 1].text : std::string();
    if (contains(kWords, letters.said)) return Entity::none;
    return before.empty() || before == "it's" || before == "spelled" || before == "with" ? Entity::spelling
                                                                                         : Entity::none;
  }
  if (contains(kAcronyms, letters.said)) return Entity::none;
  switch (spelled_word(p, letters)) {
    case Spelled::word: return Entity::none;
    case Spelled::beginning: return Entity::spelling;
    case Spelled::nothing: break;
  }
  return n <= 3 ? Entity::spelling : Entity::none;
}

// What was asked for
// -----------------------------------------------------------------------------------------------------

Progress number_progress(const Pieces& p, bool phone) {
  if (half_number(p) == Entity::phone && tail_run(p).digits == 0 && !p.empty() && p.back().kind != Kind::times)
    return Progress::none;  // "my number is": none of it yet, and the words say so themselves
  const Run run = last_run(p, p.size());
  if (run.digits == 0) return run.from < run.to && run.dangling ? Progress::partial : Progress::none;
  if (run.to == p.size() && run.dangling) return Progress::partial;
  if (phone) return is_phone_length(run) ? Progress::whole : Progress::partial;
  if (is_cardinal(run)) {
    // "4410" is a part of something longer more often than a count; "1500" and "300" are counts
    const Piece& last = p[run.to - 1];
    const bool read_out =
        last.kind == Kind::numeral && last.digits >= 3 && last.digits <= 6 && !last.text.ends_with("00");
    if (!read_out || run.to < p.size()) return Progress::whole;
    return Progress::partial;
  }
  if (is_time_or_year(p, run) && run.to < p.size()) return Progress::whole;
  if (is_short_code(p, run)) return Progress::whole;
  if (ends_inside_group(run)) return Progress::partial;
  return run.digits == 7 || (run.digits >= 10 && run.digits <= 19) ? Progress::whole : Progress::partial;
}

bool is_amount(const std::string& t) {  // "$42", "1,500", "3.50", "42%"
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  return std::any_of(t.begin(), t.end(), digit) && std::all_of(t.begin(), t.end(), [&](char c) {
           return digit(c) || c == ',' || c == '.' || c == '%' || c == '$' || c == '#';
         });
}

bool is_clock_or_slashes(const std::string& t) {  // "9:30", "3/5", "3/5/2026", "5pm", "9am"
  if (t.empty() || t[0] < '0' || t[0] > '9') return false;
  return t.find(':') != std::string::npos || (t.find('/') != std::string::npos && t.back() != '/') ||
         t.ends_with("am") || t.ends_with("pm") || t.ends_with("a.m") || t.ends_with("p.m");
}

Progress date_progress(const Pieces& p) {
  if (p.empty()) return Progress::none;
  bool day = false, month = false, some = false;
  for (std::size_t i = 0; i < p.size(); ++i) {
    const bool number = p[i].kind == Kind::ordinal || is_numeric(p[i]);
    const std::string& t = p[i].text;
    if (contains(kMonths, t) && !(t == "may" && i + 1 < p.size() && p[i + 1].text == "i")) month = true;
    if (contains(kDays, t) || is_clock_or_slashes(t) || number) day = true;
    if ((t == "week" || t == "month" || t == "day") && i > 0) day = true;  // "next week", "any day"
    if (t == "whenever" || t == "soon" || t == "any") some = day = true;
  }
  const std::string& last = text(p, 1);
  constexpr std::string_view kOpen[] = {"on",  "the",   "of",     "next", "this",  "at",    "around", "between",
                                        "and", "or",    "in",     "from", "to",    "about", "maybe",  "for",
                                        "by",  "until", "either", "like", "early", "late",  "every"};
  const bool dangling = contains(kOpen, last) && !(day && (last == "early" || last == "late" || last == "maybe"));
  if (day || month) {
    if (dangling || half_date(p) == Entity::date) return Progress::partial;
    if (half_number(p) == Entity::number && p.back().kind == Kind::tens && month) return Progress::partial;
    return day || some ? Progress::whole : Progress::partial;
  }
  constexpr std::string_view kStart[] = {"on",      "next",  "this",  "the",  "at", "around",
                                         "between", "maybe", "early", "late", "in"};
  return contains(kStart, last) && p.size() <= 6 ? Progress::partial : Progress::none;
}

Progress email_progress(const Pieces& p) {
  if (has_domain(p)) return text(p, 1) == "dot" ? Progress::partial : Progress::whole;
  if (half_email(p) == Entity::email) return p.back().text == "is" ? Progress::none : Progress::partial;
  constexpr std::string_view kLeads[] = {"it's",   "its",  "it",    "is",   "my",   "email",  "address",
                                         "that's", "the",  "yes",   "yeah", "sure", "okay",   "ok",
                                         "so",     "well", "would", "be",   "of",   "course", "right"};
  constexpr std::string_view kRefuses[] = {"i",    "don't", "have",   "no",   "not",  "you",   "can",   "what",
                                           "same", "one",   "why",    "do",   "need", "which", "sorry", "wait",
                                           "hold", "just",  "thanks", "this", "um",   "let"};
  if (has(p, p.size(), kRefuses)) return Progress::none;
  const auto said =
      std::count_if(p.begin(), p.end(), [&](const Piece& piece) { return !contains(kLeads, piece.text); });
  return said > 0 && said <= 12 ? Progress::partial : Progress::none;
}

Progress spelling_progress(const Pieces& p) {
  const Letters letters = tail_letters(p);
  if (!letters.said.empty()) {
    constexpr std::string_view kWords[] = {"a", "i"};
    if (letters.said.size() == 1 && contains(kWords, letters.said) && letters.from > 0 && !letters.phonetic)
      return Progress::none;
    if (letters.dangling || letters.said.size() < 2) return Progress::partial;
    return spelled_word(p, letters) == Spelled::word ? Progress::whole : Progress::partial;
  }
  // Letters, and words behind them: "s m i t h, that's it".
  for (std::size_t to = p.size(); to >= 2; --to)
    if (tail_letters(Pieces(p.begin(), p.begin() + static_cast<std::ptrdiff_t>(to))).said.size() >= 2)
      return text(p, 1) == "and" || text(p, 1) == "then" ? Progress::partial : Progress::whole;
  return Progress::none;
}

}  // namespace

Entity half_said(std::string_view transcript) {
  const Pieces p = without_fillers(transcript);
  if (p.empty()) return Entity::none;
  for (const auto half : {half_email, half_date, half_spelled, half_number})
    if (const Entity e = half(p); e != Entity::none) return e;
  return Entity::none;
}

Progress progress_of(Expects expects, std::string_view transcript) {
  const Pieces p = without_fillers(transcript);
  if (p.empty()) return Progress::none;
  switch (expects) {
    case Expects::none: return Progress::none;
    case Expects::number:
      if (is_amount(p.back().text) && p.back().kind == Kind::word) return Progress::whole;
      return number_progress(p, false);
    case Expects::phone: return number_progress(p, true);
    case Expects::date: return date_progress(p);
    case Expects::email: return email_progress(p);
    case Expects::spelling: return spelling_progress(p);
  }
  return Progress::none;
}

std::string_view name(Expects expects) {
  switch (expects) {
    case Expects::none: return "none";
    case Expects::number: return "number";
    case Expects::phone: return "phone";
    case Expects::date: return "date";
    case Expects::email: return "email";
    case Expects::spelling: return "spelling";
  }
  return "none";
}

std::string_view name(Progress progress) {
  switch (progress) {
    case Progress::none: return "none";
    case Progress::partial: return "partial";
    case Progress::whole: return "whole";
  }
  return "none";
}

std::string_view name(Entity entity) {
  switch (entity) {
    case Entity::none: return "none";
    case Entity::number: return "number";
    case Entity::phone: return "phone";
    case Entity::email: return "email";
    case Entity::spelling: return "spelling";
    case Entity::date: return "date";
  }
  return "none";
}

}  // namespace offhook::dialog
