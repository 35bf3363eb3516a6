#include <algorithm>

#include "dialog/slots_rules.hpp"
#include "dialog/speakable.hpp"

namespace offhook::dialog {
namespace {

constexpr std::size_t kMostWords = 24;

bool plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}
bool plain_only(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), plain);
}
bool letters_only(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

bool is_local(std::string_view text) {  // what stands before the sign, at most 64 characters
  if (text.empty() || text.size() > 64 || !plain(text.front()) || !plain(text.back()) ||
      text.find("..") != std::string_view::npos)
    return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return plain(c) || std::string_view("._-+").find(c) != std::string_view::npos; });
}
bool is_domain(std::string_view text) {
  if (text.size() > 253 || text.find('.') == std::string_view::npos) return false;
  for (std::size_t from = 0, to = 0; from <= text.size(); from = to + 1) {
    to = std::min(text.find('.', from), text.size());
    const std::string_view label = text.substr(from, to - from);
    if (label.empty() || !plain(label.front()) || !plain(label.back()) ||
        !std::all_of(label.begin(), label.end(), [](char c) { return plain(c) || c == '-'; }))
      return false;
    if (to == text.size()) return label.size() >= 2 && letters_only(label);
  }
  return false;
}

class Addresses {
 public:
  explicit Addresses(const Speech& speech) : s_(speech), t_(speech.tongue) {}

  // What stands for the sign at i: the address around it.
  std::optional<Candidate> around(std::size_t i) const {
    const std::string& text = s_.words[i].text;
    const std::size_t sign = text.find('@');
    std::size_t from = i, to = i + 1;
    std::string local, domain;
    if (sign != std::string::npos && text.size() > 1) {
      local = text.substr(0, sign);
      domain = text.substr(sign + 1);
      // "ann dot smith@example.com", "smith 42@example.com"
      const bool begins = local.size() > 2 && !digits_only(local) && (i == 0 || joint(i - 1).empty());
      if (!begins && !before(i, from, local)) local.clear();
      if (!is_domain(domain)) to = behind(i + 1, domain);
    } else if (contains(t_.at_sign, text) || text == "@") {
      if (!before(i, from, local)) local.clear();
      to = behind(i + 1, domain);
    } else {
      return {};
    }
    if (!is_domain(domain)) return {};
    if (!is_local(local)) return Candidate{i, to, "", ""};  // an address, but where does it begin?
    return Candidate{from, to, local + "@" + domain, ""};
  }

 private:
  std::string_view joint(std::size_t i) const {
    const std::string_view text = text_at(s_.words, i);
    return contains(t_.dot, text)          ? "."
           : contains(t_.underscore, text) ? "_"
           : contains(t_.hyphen, text)     ? "-"
           : contains(t_.plus, text)       ? "+"
                                           : "";
  }
  static bool one(std::string_view text) { return text.size() == 1 && plain(text[0]); }

  // The words before the sign: a word, and what marks, letters and digits join to it. Another word right before them
  // may belong to it or not.
  bool before(std::size_t sign, std::size_t& from, std::string& local) const {
    bool word = local.size() > 1 && !digits_only(local);
    std::size_t i = sign;
    while (i > 0 && sign - i < kMostWords) {
      const SlotWord& w = s_.words[i - 1];
      const std::string_view mark = joint(i - 1);
      if (!mark.empty() && (local.empty() || i < 2)) return false;
      if (!mark.empty()) {
        local.insert(0, mark);
        word = false;
        --i;
        continue;
      }
      if (contains(t_.before_address, w.text) && (local.empty() || plain(local[0]))) break;
      std::string piece = w.text;
      std::size_t start = i - 1;
      if (const auto value = t_.number(w.text)) {
        const int tens = i > 1 ? t_.number(s_.words[i - 2].text).value_or(0) : 0;
        piece = std::to_string(*value);
        if (*value > 0 && *value < 10 && tens >= 20 && tens < 100 && tens % 10 == 0) {  // "forty two"
          piece = std::to_string(tens + *value);
          --start;
        }
      } else if (!one(piece) && !digits_only(piece)) {
        if (word || !std::all_of(piece.begin(), piece.end(),
                                 [](char c) { return plain(c) || c == '.' || c == '_' || c == '-'; }))
          break;
        word = true;
      }
      if (w.glued) piece.insert(0, "-");
      local.insert(0, piece);
      if (w.glued) word = false;
      i = start;
    }
    from = i;
    // "john smith at example dot com": does the first word belong to it?
    return i == 0 || contains(t_.before_address, s_.words[i - 1].text);
  }

  std::size_t behind(std::size_t i, std::string& domain) const {
    std::size_t words = 0, end = i;
    bool last = false;  // the top level has been said
    for (; i < s_.size() && words < kMostWords; ++words) {
      const std::string_view text = text_at(s_.words, i), mark = joint(i);
      if (mark == ".") {
        if (domain.empty() || domain.back() == '.') break;
        domain += ".";
        last = false;
        ++i;
        continue;
      }
      if (mark == "-" && !domain.empty() && !last) {
        domain += "-";
        ++i;
        continue;
      }
      if (last) break;
      const bool has_dot = domain.find('.') != std::string::npos;
      if (s_.words[i].glued && !domain.empty() && domain.back() != '-') domain += "-";
      if (const auto value = t_.number(text))
        domain += std::to_string(*value);
      else if (plain_only(text) || is_domain(text))
        domain += text;
      else
        break;
      ++i;
      end = i;
      if (is_domain(text)) last = true;
      if (has_dot && !(one(text) && i < s_.size() && one(text_at(s_.words, i)))) last = true;
      // a top level is one word, or letters; the company's name before it may be several
      if (!has_dot && !last && words > 4) break;
    }
    while (domain.ends_with('.')) domain.pop_back();
    return end;
  }

  const Speech& s_;
  const SlotTongue& t_;
};

}  // namespace

Candidates emails_in(const Speech& speech, std::string_view language) {
  Candidates out;
  const Addresses addresses(speech);
  for (std::size_t i = 0; i < speech.size(); ++i) {
    auto found = addresses.around(i);
    if (!found || (!out.empty() && found->from < out.back().to)) continue;
    if (!found->value.empty())
      found->spoken = speech.tongue.tag.empty() ? found->value : speakable(found->value, language).text;
    out.push_back(std::move(*found));
  }
  return out;
}

}  // namespace offhook::dialog
