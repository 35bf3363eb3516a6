#include "dialog/fillers.hpp"

#include <array>

#include "dialog/backchannels.hpp"
#include "dialog/endings.hpp"
#include "dialog/tables.hpp"
#include "dialog/words.hpp"

namespace offhook::dialog {
namespace {

constexpr std::array<std::string_view, 4> kToQuestion{"Let me see.", "Good question.", "One moment.", "Let me check."};
constexpr std::array<std::string_view, 4> kToRequest{"Sure, one moment.", "Of course.", "Certainly.",
                                                     "Sure, let me see."};
constexpr std::array<std::string_view, 4> kToStatement{"Okay.", "Right.", "I see.", "All right."};
// No text stands in two tables, and all are as long as each other: so two turns in a row never get the same.

constexpr std::string_view kGreetings[] = {"hello", "hi",        "hey", "good", "morning", "afternoon", "evening",
                                           "there", "greetings", "how", "are",  "you",     "doing",     "today"};
constexpr std::string_view kCourtesies[] = {
    "thank",   "thanks",  "you",    "so",         "very",   "much",       "a",       "lot",     "bye",   "goodbye",
    "byebye",  "see",     "later",  "have",       "good",   "great",      "nice",    "day",     "one",   "too",
    "take",    "care",    "that's", "all",        "it",     "that",       "is",      "was",     "then",  "okay",
    "ok",      "no",      "yes",    "great",      "talk",   "to",         "soon",    "for",     "your",  "help",
    "bye-bye", "evening", "night",  "weekend",    "cheers", "everything", "perfect", "alright", "right", "and",
    "well",    "will",    "be",     "appreciate", "i"};
constexpr std::string_view kSaysGoodbye[] = {"thank", "thanks", "bye", "goodbye", "byebye", "care", "later", "cheers"};
constexpr std::string_view kSaysHello[] = {"hello", "hi", "hey", "morning", "afternoon", "evening", "greetings"};
constexpr std::string_view kAskStarts[] = {" what",
                                           " what's",
                                           " who",
                                           " who's",
                                           " whose",
                                           " where",
                                           " where's",
                                           " when",
                                           " when's",
                                           " why",
                                           " which",
                                           " how",
                                           " how's",
                                           " is",
                                           " are",
                                           " do",
                                           " does",
                                           " did",
                                           " was",
                                           " were",
                                           " has",
                                           " have you",
                                           " am i",
                                           " isn't",
                                           " don't",
                                           " can i",
                                           " could i",
                                           " may i",
                                           " will",
                                           " would it",
                                           " would that",
                                           " should",
                                           " any chance",
                                           " i was wondering",
                                           " i'm wondering",
                                           " do you know",
                                           " can you tell",
                                           " could you tell",
                                           " i'd like to know",
                                           " i want to know",
                                           " i wanted to know",
                                           " i wanted to ask",
                                           " i have a question",
                                           " any idea"};
constexpr std::string_view kRequestPhrases[] = {
    " i'd like to ",     " i would like to ", " i want to ",     " i need to ",
    " i'd like ",        " i would like ",    " i wanna ",       " i need ",
    " i'm looking for ", " i'm looking to ",  " can you ",       " could you ",
    " would you ",       " will you ",        " please ",        " i'd love ",
    " let's ",           " i want ",          " can we ",        " could we ",
    " i'm calling to ",  " i was hoping to ", " i'm trying to ", " book ",
    " cancel ",          " reschedule ",      " can i get ",     " could i get ",
    " can i have ",      " may i have ",      " could i have ",  " can i book ",
    " can i make ",      " can i speak ",     " can i talk "};

bool made_of(const std::vector<std::string>& words, Table table) {
  for (const auto& word : words)
    if (!contains(table, word)) return false;
  return true;
}

bool starts_with_any(std::string_view padded, Table starts) {
  for (const std::string_view start : starts)
    if (padded.starts_with(start) && padded.size() > start.size() && padded[start.size()] == ' ') return true;
  return false;
}

bool has_phrase(std::string_view padded, Table phrases) {
  for (const std::string_view phrase : phrases)
    if (padded.find(phrase) != std::string_view::npos) return true;
  return false;
}

// "Okay so um, well, where are you?" begins with "where".
std::string without_lead(std::vector<std::string> words) {
  constexpr std::string_view kLeads[] = {"so",   "well",  "okay",  "ok",    "and", "but",     "yeah",  "yes",
                                         "no",   "hi",    "hello", "hey",   "oh",  "alright", "right", "now",
                                         "then", "there", "sure",  "great", "um",  "actually"};
  std::size_t skip = 0;
  while (skip + 1 < words.size() && contains(kLeads, words[skip])) ++skip;
  words.erase(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(skip));
  return spaced(words) + " ";
}

}  // namespace

std::optional<std::string_view> filler_for(std::string_view caller_words, unsigned turn) {
  const auto words = words_of(caller_words);
  if (words.empty() || is_answer(caller_words) || is_backchannel(caller_words)) return std::nullopt;
  if (made_of(words, kGreetings) && has_any(words, kSaysHello)) return std::nullopt;
  if (made_of(words, kCourtesies) && has_any(words, kSaysGoodbye)) return std::nullopt;
  const std::size_t at = turn % kToQuestion.size();
  const std::string padded = without_lead(words);
  if (has_phrase(padded, kRequestPhrases) && !starts_with_any(padded, kAskStarts)) return kToRequest[at];
  constexpr std::string_view kWants[] = {" can i get",  " could i get", " can i have",  " could i have", " may i have",
                                         " can i book", " can i make",  " can i speak", " can i talk"};
  if (starts_with_any(padded, kWants)) return kToRequest[at];
  if (ending_of(caller_words) == Ending::question || starts_with_any(padded, kAskStarts)) return kToQuestion[at];
  return kToStatement[at];
}

std::vector<std::string> all_fillers() {
  std::vector<std::string> all;
  for (const auto* table : {&kToQuestion, &kToRequest, &kToStatement})
    all.insert(all.end(), table->begin(), table->end());
  return all;
}

}  // namespace offhook::dialog
