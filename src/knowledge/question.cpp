#include "knowledge/question.hpp"

#include <algorithm>
#include <array>

namespace offhook::knowledge {
namespace {

// As unicode61 writes them: "können" is "konnen". Sorted.
constexpr auto kUntelling = std::to_array<std::string_view>({
    "a",       "aber",    "about",   "actually", "all",    "als",    "also",       "am",      "an",    "and",
    "any",     "are",     "as",      "at",       "auch",   "auf",    "aus",        "be",      "been",  "bei",
    "beim",    "bekomme", "bin",     "bis",      "bist",   "bitte",  "brauche",    "but",     "by",    "can",
    "could",   "d",       "da",      "danke",    "dann",   "das",    "dem",        "den",     "denn",  "der",
    "des",     "dich",    "did",     "die",      "diese",  "dieser", "dieses",     "dir",     "do",    "doch",
    "does",    "doing",   "done",    "dort",     "du",     "durch",  "eigentlich", "ein",     "eine",  "einem",
    "einen",   "einer",   "eines",   "er",       "es",     "etwas",  "euch",       "ever",    "for",   "from",
    "fur",     "gern",    "gerne",   "get",      "gibt",   "go",     "got",        "haben",   "had",   "hallo",
    "has",     "hast",    "hat",     "hatte",    "hatten", "have",   "having",     "he",      "hello", "hey",
    "hi",      "hier",    "how",     "i",        "ich",    "if",     "ihnen",      "ihr",     "ihre",  "ihren",
    "ihrer",   "im",      "in",      "into",     "is",     "ist",    "it",         "its",     "ja",    "just",
    "kann",    "kannst",  "kein",    "keine",    "know",   "konnen", "konnte",     "konnten", "let",   "like",
    "ll",      "m",       "machen",  "macht",    "mal",    "man",    "many",       "may",     "maybe", "me",
    "mein",    "meine",   "meinen",  "meiner",   "mich",   "might",  "mine",       "mir",     "mit",   "mochte",
    "mochten", "much",    "muss",    "mussen",   "must",   "my",     "nach",       "need",    "nein",  "nicht",
    "no",      "noch",    "not",     "nur",      "oder",   "of",     "ok",         "okay",    "on",    "or",
    "our",     "please",  "re",      "really",   "s",      "sagen",  "say",        "sehr",    "sein",  "shall",
    "she",     "should",  "sich",    "sie",      "sind",   "so",     "soll",       "sollte",  "some",  "t",
    "tell",    "thank",   "thanks",  "that",     "the",    "their",  "them",       "then",    "there", "these",
    "they",    "this",    "those",   "to",       "too",    "uber",   "uh",         "um",      "und",   "uns",
    "unser",   "unsere",  "unseren", "us",       "ve",     "very",   "viel",       "viele",   "vom",   "von",
    "vor",     "wann",    "want",    "wanted",   "war",    "waren",  "warum",      "was",     "we",    "welche",
    "welchen", "welcher", "welches", "wenn",     "wer",    "werden", "were",       "what",    "when",  "where",
    "which",   "who",     "whom",    "whose",    "why",    "wie",    "will",       "wir",     "wird",  "wissen",
    "with",    "wo",      "would",   "wurde",    "yes",    "you",    "your",       "yours",   "zu",    "zum",
    "zur",
});
static_assert(std::ranges::is_sorted(kUntelling));

// Endings of the two languages' inflections; a compound's first part has none or another.
constexpr auto kEndings = std::to_array<std::string_view>({"en", "er", "et", "es", "em", "e", "n", "s", "t"});
constexpr std::size_t kShortestBeginning = 4;

std::string quoted(std::string_view word) {
  std::string out = "\"";
  for (const char c : word) out.append(c == '"' ? 2 : 1, c);
  return out + "\"";
}

std::string begun_with(std::string_view word) {
  const bool number = word.find_first_of("0123456789") != std::string_view::npos;
  if (number || word.size() < kShortestBeginning) return quoted(word);
  for (const std::string_view ending : kEndings) {
    if (!word.ends_with(ending) || word.size() - ending.size() < kShortestBeginning) continue;
    word.remove_suffix(ending.size());
    break;
  }
  return quoted(word) + " *";
}

std::string joined(std::span<const std::string> words, std::string_view between,
                   std::string (*write)(std::string_view)) {
  std::string query;
  for (const std::string& word : words) query.append(query.empty() ? "" : between).append(write(word));
  return query;
}

}  // namespace

std::string folded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const bool sharp = text.starts_with("ß") || text.starts_with("ẞ");
    const std::size_t length = !sharp ? 1 : text.starts_with("ß") ? 2 : 3;
    out += sharp ? "ss" : text.substr(0, 1);
    text.remove_prefix(length);
  }
  return out;
}

std::vector<std::string> telling_words(std::span<const std::string> words) {
  std::vector<std::string> all, telling;
  for (const std::string& word : words) {
    if (std::ranges::find(all, word) != all.end()) continue;
    all.push_back(word);
    if (!std::ranges::binary_search(kUntelling, std::string_view(word))) telling.push_back(word);
    if (telling.size() == kMostQuestionWords) break;
  }
  all.resize(std::min(all.size(), kMostQuestionWords));
  return telling.empty() ? all : telling;
}

std::string all_of(std::span<const std::string> words) {
  return joined(words, " ", quoted);
}

std::string all_begun_with(std::span<const std::string> words) {
  return joined(words, " ", begun_with);
}

std::string any_begun_with(std::span<const std::string> words) {
  return joined(words, " OR ", begun_with);
}

}  // namespace offhook::knowledge
