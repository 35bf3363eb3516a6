#include <algorithm>
#include <array>

#include "dialog/lower_case.hpp"
#include "dialog/speakable_rules.hpp"

namespace offhook::dialog {
namespace {

constexpr std::uint64_t kLargest = 999'999'999'999'999;

bool is_date(int day, int month, int year) {
  return day >= 1 && day <= 31 && month >= 1 && month <= 12 && year >= 1000 && year <= 2999;
}

// The longest row whose `written` stands at i and is no part of a longer word. A blank in it may be missing.
template <class Row>
const Row* longest_at(const Tokens& t, std::size_t i, std::span<const Row> rows, std::size_t& end) {
  const Row* best = nullptr;
  for (const Row& row : rows) {
    if (!t.from(i).starts_with(row.written) || (best && best->written.size() >= row.written.size())) continue;
    const std::size_t behind = t.at_byte(t.begin(i) + row.written.size());
    if (t.begin(behind) != t.begin(i) + row.written.size()) continue;  // in the middle of a token
    const bool letters = t.glued(behind - 1);
    if (letters && t.glued(behind)) continue;
    best = &row;
    end = behind;
  }
  return best;
}

// The rest of what is counted in: a scale ("million"), a unit, a currency, a percent sign, "per month".
struct Tail {
  std::size_t end = 0;
  std::string scale;
  const Currency* currency = nullptr;
  const Unit* unit = nullptr;
  bool percent = false;
};

std::size_t scale_at(const Tokens& t, std::size_t i, const Tongue& tongue, bool money, std::string& scale) {
  std::size_t end = i;
  if (t.word(i)) {  // "10k", "$5M"
    const std::string_view w = t.text(i);
    const bool letters = w == "k" || w == "K" || (money && (w == "M" || w == "B")) || w == "bn";
    if (!letters || t.glued(i + 1)) return i;
    const std::string_view wanted = w == "M" ? "M" : w == "B" || w == "bn" ? "B" : "k";
    for (const Pair& p : tongue.scales)
      if (p.written == wanted) return scale = p.spoken, i + 1;
    return i;
  }
  if (t.blank(i))
    if (const Pair* p = longest_at(t, i + 1, tongue.scales, end); p && p->written.size() > 1)
      return scale = p->spoken, end;
  return i;
}

Tail tail_at(const Tokens& t, std::size_t i, const Tongue& tongue, bool money) {
  Tail tail{i, {}, nullptr, nullptr, false};
  tail.end = scale_at(t, i, tongue, money, tail.scale);
  if (money) return tail;
  const std::size_t next = t.skip_blank(tail.end);
  std::size_t end = next;
  if (t.is(next, "%")) {
    tail.percent = true;
    tail.end = next + 1;
  } else if (const Currency* c = longest_at(t, next, tongue.currencies, end)) {
    tail.currency = c;
    tail.end = end;
  } else if (const Unit* u = tail.scale.empty() ? longest_at(t, next, tongue.units, end) : nullptr;
             u && !(u->glued_only && next != tail.end)) {
    tail.unit = u;
    tail.end = end;
    // The dot of "5 min. later" is the abbreviation's; at the end of a sentence it is the sentence's too.
    if (t.is(end, ".") && t.blank(end + 1) && t.word(end + 2) && !capital_first(t.text(end + 2))) ++tail.end;
  }
  return tail;
}

std::string per_at(const Tokens& t, std::size_t& i, const Tongue& tongue) {
  if (!t.is(i, "/") || !t.word(i + 1) || !contains(tongue.per_what, t.text(i + 1)) || t.glued(i + 2)) return {};
  std::string what(t.text(i + 1));
  for (const Unit& u : tongue.units)
    if (u.written == what) what = u.one;
  i += 2;
  return " " + std::string(tongue.per) + " " + what;
}

// Ein Euro, eine Minute, zwanzig Grad: a whole number before what it counts.
std::string counted(const Written& n, Gender gender, const Tongue& tongue) {
  return n.fraction.empty() && (n.digits.empty() || n.digits.front() != '0') ? tongue.counting(n.whole, gender)
                                                                             : said_number(n, tongue);
}

bool is_one(const Written& n) {
  return n.whole == 1 && n.fraction.empty();
}

bool looks_like_year(const Written& n) {
  return !n.grouped && n.fraction.empty() && n.digits.size() == 4 && n.whole >= 1100 && n.whole <= 2099;
}

// Ein or eine: German tells by what is counted, which no table holds. The other languages don't ask.
Gender gender_of(std::string_view noun) {
  for (const std::string_view tail : {"e", "ung", "heit", "keit", "ion", "schaft", "ät", "rau", "ahl"})
    if (noun.ends_with(tail)) return Gender::feminine;
  return Gender::masculine;
}

std::string plain_number(const Tokens& t, std::size_t end, const Written& n, const Tongue& tongue) {
  const std::string noun = t.word_after(end);
  const bool counts = capital_first(noun) || noun.ends_with("e") || noun.ends_with("er") || noun.ends_with("es");
  if (is_one(n) && tongue.tag == "de" && counts && noun != "oder" && noun != "aber")
    return tongue.counting(1, gender_of(noun));
  return said_number(n, tongue);
}

}  // namespace

std::optional<Written> number_at(const Tokens& t, std::size_t i, const Tongue& tongue) {
  if (!t.digits(i)) return std::nullopt;
  Written n;
  n.digits = t.text(i);
  std::string digits(n.digits);
  std::size_t j = i + 1;
  const std::string_view thousands(&tongue.thousands, 1), decimal(&tongue.decimal, 1);
  const auto group = [&](std::string_view mark) {
    return t.is(j, mark) && t.digits(j + 1) && t.text(j + 1).size() == 3 && !t.glued(j + 2);
  };
  if (n.digits.size() <= 3 && n.digits.front() != '0') {
    const std::string_view mark = group(thousands)                      ? thousands
                                  : group("'")                          ? "'"
                                  : group("’")                          ? "’"
                                  : tongue.decimal == ',' && group(" ") ? " "
                                                                        : std::string_view();
    while (!mark.empty() && group(mark)) {
      digits += t.text(j + 1);
      n.grouped = true;
      j += 2;
    }
  }
  if (digits.size() > 15) return std::nullopt;
  n.whole = 0;
  for (const char c : digits) n.whole = n.whole * 10 + static_cast<std::uint64_t>(c - '0');
  // A dot that is not followed by three digits is none of a German thousand: "3.5" is read as it stands.
  const bool foreign =
      tongue.decimal == ',' && !n.grouped && t.is(j, ".") && t.digits(j + 1) && t.text(j + 1).size() != 3;
  if ((t.is(j, decimal) || foreign) && t.digits(j + 1) && !(t.is(j + 2, ".") && t.digits(j + 3))) {
    n.fraction = t.text(j + 1);
    j += 2;
  }
  n.tokens = j - i;
  return n;
}

std::string said_number(const Written& n, const Tongue& tongue) {
  const bool one_by_one = !n.grouped && n.digits.size() > 1 && n.digits.front() == '0';
  std::string out = one_by_one || n.whole > kLargest ? spelled(n.digits, tongue) : tongue.cardinal(n.whole);
  if (!n.fraction.empty()) out += " " + std::string(tongue.point) + " " + spelled(n.fraction, tongue);
  return out;
}

std::size_t range_sign(const Tokens& t, std::size_t i) {
  const std::size_t sign = t.skip_blank(i);
  if (!t.dash(sign)) return i;
  const std::size_t end = t.skip_blank(sign + 1);
  return (sign == i) == (end == sign + 1) ? end : i;  // a blank on both sides or on none
}

std::optional<Said> date(const Tokens& t, std::size_t i, const Tongue& tongue) {
  if (!t.digits(i) || !t.digits(i + 2) || !t.digits(i + 4) || !starts_fresh(t, i)) return std::nullopt;
  if (t.text(i + 1) != t.text(i + 3) || t.glued(i + 5) || (t.dash(i + 5) && t.glued(i + 6))) return std::nullopt;
  const int a = number_of(t.text(i)), b = number_of(t.text(i + 2)), c = number_of(t.text(i + 4));
  int day = a, month = b, year = c;
  if (t.is(i + 1, "-") && t.text(i).size() == 4) {
    year = a, day = c;
  } else if (t.is(i + 1, "/")) {
    if (!(tongue.day_first ? b <= 12 : a > 12)) std::swap(day, month);
    if (t.text(i + 4).size() == 2) year = 2000 + c;
  } else if (!t.is(i + 1, ".") || t.text(i + 4).size() != 4) {
    return std::nullopt;
  }
  if (!is_date(day, month, year)) return std::nullopt;
  return Said{5, tongue.date(day, month, year, t.word_before(i))};
}

std::optional<Said> fraction(const Tokens& t, std::size_t i, const Tongue& tongue) {
  struct Sign {
    std::string_view written;
    int over, under;
  };
  constexpr std::array kSigns{Sign{"½", 1, 2}, Sign{"⅓", 1, 3}, Sign{"⅔", 2, 3}, Sign{"¼", 1, 4},
                              Sign{"¾", 3, 4}, Sign{"⅛", 1, 8}, Sign{"⅕", 1, 5}};
  const auto at = [&](std::size_t j, std::size_t& end) -> std::string {
    for (const Sign& s : kSigns)
      if (t.is(j, s.written)) return end = j + 1, tongue.fraction(s.over, s.under);
    if (!t.digits(j) || !t.is(j + 1, "/") || !t.digits(j + 2) || t.glued(j + 3) || t.is(j + 3, "/")) return {};
    const int over = number_of(t.text(j)), under = number_of(t.text(j + 2));
    if (over < 1 || under <= over || t.text(j).front() == '0') return {};
    return end = j + 3, tongue.fraction(over, under);
  };
  if (!starts_fresh(t, i) && !(i > 0 && t.digits(i - 1))) return std::nullopt;
  std::size_t end = i;
  if (std::string said = at(i, end); !said.empty()) return Said{end - i, std::move(said)};
  if (!t.digits(i) || t.text(i).size() > 4) return std::nullopt;
  const std::string said = at(t.skip_blank(i + 1), end);  // "2 1/2", "2½"
  if (said.empty()) return std::nullopt;
  const auto whole = static_cast<std::uint64_t>(number_of(t.text(i)));
  if (said == "ein halb") return Said{end - i, tongue.counting(whole, Gender::masculine) + "einhalb"};
  return Said{end - i,
              tongue.cardinal(whole) + " " + std::string(tongue.and_) + " " + (said == "one half" ? "a half" : said)};
}

std::optional<Said> version(const Tokens& t, std::size_t i, const Tongue& tongue) {
  if (!t.digits(i) || !starts_fresh(t, i) || t.text(i).size() > 3) return std::nullopt;
  std::size_t end = i + 1, parts = 1;
  std::string words = tongue.cardinal(static_cast<std::uint64_t>(number_of(t.text(i))));
  while (t.is(end, ".") && t.digits(end + 1) && t.text(end + 1).size() <= 5 && parts < 8) {
    words +=
        " " + std::string(tongue.dot) + " " + tongue.cardinal(static_cast<std::uint64_t>(number_of(t.text(end + 1))));
    end += 2;
    ++parts;
  }
  if (parts < 3 || number_at(t, i, tongue)->tokens == end - i) return std::nullopt;
  return Said{end - i, std::move(words)};
}

std::optional<Said> quantity(const Tokens& t, std::size_t i, const Tongue& tongue) {
  std::size_t at = i;
  std::string words;
  if ((t.is(i, "-") || t.is(i, "−") || t.is(i, "+") || t.is(i, "±")) && !t.blank(i + 1)) {
    if (i > 0 && !t.blank(i - 1) && !t.is(i - 1, "(")) return std::nullopt;
    words = std::string(t.is(i, "+") ? tongue.plus : t.is(i, "±") ? tongue.plus_minus : tongue.minus) + " ";
    ++at;
  }
  std::size_t end = at;
  const Currency* currency = longest_at(t, at, tongue.currencies, end);
  if (currency) at = t.skip_blank(end);
  if (!t.digits(at)) return std::nullopt;
  if (!currency && words.empty() && !starts_fresh(t, i) && !(t.dash(i - 1) || t.is(i - 1, "/") || t.is(i - 1, ":")))
    return std::nullopt;
  if (currency && i > 0 && t.glued(i - 1)) return std::nullopt;
  const auto first = number_at(t, at, tongue);
  if (!first) return std::nullopt;
  at += first->tokens;

  std::optional<Written> last;  // of a range
  if (const std::size_t behind = range_sign(t, at); behind > at) {
    std::size_t b = behind;
    if (currency && longest_at(t, b, tongue.currencies, end) == currency) b = end;
    last = number_at(t, b, tongue);
    const std::size_t after = last ? b + last->tokens : b;
    const bool more = t.dash(after) && t.glued(after + 1);
    const bool longer = last && t.glued(after) && !tail_at(t, after, tongue, currency != nullptr).unit &&
                        tail_at(t, after, tongue, currency != nullptr).scale.empty();
    const bool spaced = t.blank(at) && !(t.is(at + 1, "–") || t.is(at + 1, "—")) && last && last->whole <= first->whole;
    if (!last || more || longer || spaced)
      last.reset();
    else
      at = after;
  }
  Tail tail = tail_at(t, at, tongue, currency != nullptr);
  if (tail.end == at && t.word(at)) return std::nullopt;  // "3D": a code
  if (!currency) currency = tail.currency;
  at = tail.end;

  const auto from = [&](const std::string& said) { return said + " " + std::string(tongue.to) + " "; };
  if (currency && tail.scale.empty()) {
    const auto money = [&](const Written& n) {
      const bool cents = n.fraction.size() == 2 && !currency->cent.empty();
      return cents || n.fraction.empty() ? tongue.money(n.whole, cents ? n.fraction : std::string_view(), *currency)
                                         : said_number(n, tongue) + " " + std::string(currency->many);
    };
    if (last && first->fraction.empty())
      words += from(counted(*first, currency->gender, tongue));
    else if (last)
      words += from(money(*first));
    words += money(last ? *last : *first);
  } else if (currency) {
    const bool one = is_one(*first) && !last && tongue.tag == "de";
    words += (last ? from(said_number(*first, tongue)) : std::string()) +
             (one ? "eine" : said_number(last ? *last : *first, tongue)) + " " + tail.scale + " " +
             std::string(currency->many);
  } else {
    const Written& n = last ? *last : *first;
    const bool years = looks_like_year(*first) && last && looks_like_year(*last) && !tail.unit && !tail.percent;
    const auto number = [&](const Written& w, Gender g, bool counts) {
      return years ? tongue.year(static_cast<int>(w.whole)) : counts ? counted(w, g, tongue) : said_number(w, tongue);
    };
    if (last) words += from(number(*first, Gender::masculine, false));
    if (tail.unit)
      words +=
          number(n, tail.unit->gender, true) + " " + std::string(is_one(n) && !last ? tail.unit->one : tail.unit->many);
    else if (tail.percent)
      words += number(n, Gender::neuter, true) + " " + std::string(tongue.percent);
    else
      words += years || !tail.scale.empty() ? number(n, Gender::feminine, !tail.scale.empty())
                                            : plain_number(t, at, n, tongue);
    if (!tail.scale.empty()) words += " " + tail.scale;
  }
  if (t.is(at, "+") && !t.glued(at + 1) && (tail.end == at)) words += " " + std::string(tongue.plus), ++at;
  words += per_at(t, at, tongue);
  return Said{at - i, std::move(words)};
}

}  // namespace offhook::dialog
