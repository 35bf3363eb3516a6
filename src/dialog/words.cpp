#include "dialog/words.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace offhook::dialog {
namespace {

constexpr std::array kFillers{"um", "uh", "er", "erm", "uhm", "hmm", "ah"};

constexpr std::array kBackchannels{"mm",     "mhm",  "mmhmm", "mmhm",   "hm",   "hmm",    "uhhuh", "uh",
                                   "huh",    "yeah", "yep",   "yup",    "yes",  "ok",     "okay",  "right",
                                   "sure",   "aha",  "ah",    "oh",     "cool", "great",  "good",  "alright",
                                   "gotcha", "see",  "i",     "really", "true", "exactly"};

// Words after which nobody stops on purpose.
constexpr std::array kOpenEnders{"and",  "but",  "or",    "so",    "because", "to",    "the",  "a",  "an",
                                 "my",   "your", "of",    "for",   "with",    "at",    "in",   "on", "if",
                                 "when", "is",   "are",   "was",   "i",       "i'm",   "it's", "we", "that's",
                                 "like", "the",  "than",  "then",  "from",    "about", "by",   "um", "uh",
                                 "er",   "well", "would", "could", "can",     "want",  "need", "do"};

constexpr std::array kComplete{"yes",          "no",        "yeah",         "nope",       "yep",        "okay",
                               "ok",           "sure",      "thanks",       "thank you",  "goodbye",    "bye",
                               "hello",        "hi",        "please",       "correct",    "right",      "exactly",
                               "stop",         "no thanks", "no thank you", "yes please", "that's all", "that's it",
                               "that's right", "of course", "never mind"};

// What ends a turn whatever stood before it.
constexpr std::array kClosers{"goodbye", "goodby", "bye", "thanks", "please", "thank you"};

template <class Table>
bool contains(const Table& table, std::string_view word) {
  return std::find(table.begin(), table.end(), word) != table.end();
}

std::vector<std::string> raw_words(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  auto end = [&] {
    while (!word.empty() && word.back() == '\'') word.pop_back();
    if (!word.empty()) words.push_back(std::move(word));
    word.clear();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    auto u = static_cast<unsigned char>(c);
    if (u == 0xE2 && i + 2 < text.size() && static_cast<unsigned char>(text[i + 1]) == 0x80) {
      // U+2000 to U+203F: dashes, quotes, the ellipsis. ’ is an apostrophe, the rest separates.
      c = static_cast<unsigned char>(text[i + 2]) == 0x99 ? '\'' : ' ';
      u = static_cast<unsigned char>(c);
      i += 2;
    }
    if (u >= 0x80 || std::isalnum(u)) {
      word += static_cast<char>(u < 0x80 ? std::tolower(u) : u);
    } else if (c == '\'' && !word.empty()) {
      word += c;
    } else if (c == '-') {
      continue;  // "mm-hm" and "mmhm" are the same
    } else {
      end();
    }
  }
  end();
  return words;
}

}  // namespace

std::vector<std::string> words_of(std::string_view text) {
  auto words = raw_words(text);
  std::erase_if(words, [](const std::string& w) { return contains(kFillers, w); });
  return words;
}

bool same_words(std::string_view a, std::string_view b) {
  return words_of(a) == words_of(b);
}

bool is_backchannel(std::string_view text) {
  const auto words = raw_words(text);
  if (words.empty() || words.size() > 4) return false;
  return std::all_of(words.begin(), words.end(), [](const std::string& w) { return contains(kBackchannels, w); });
}

Ending ending_of(std::string_view text) {
  const auto words = raw_words(text);
  if (words.empty()) return Ending::none;
  if (words.size() <= 3) {
    std::string all;
    for (const auto& w : words) all += (all.empty() ? "" : " ") + w;
    if (contains(kComplete, all)) return Ending::complete;
  }
  if (contains(kOpenEnders, words.back())) return Ending::open;
  if (contains(kClosers, words.back())) return Ending::complete;
  if (words.size() >= 2 && contains(kClosers, words[words.size() - 2] + " " + words.back())) return Ending::complete;
  const auto last = text.find_last_not_of(" \t\n\"'");
  if (words.size() >= 3 && last != std::string_view::npos && text[last] == '?') return Ending::question;
  return Ending::plain;
}

std::string_view name(Ending ending) {
  switch (ending) {
    case Ending::none: return "none";
    case Ending::open: return "open";
    case Ending::complete: return "complete";
    case Ending::question: return "question";
    case Ending::plain: return "plain";
  }
  return "none";
}

}  // namespace offhook::dialog
