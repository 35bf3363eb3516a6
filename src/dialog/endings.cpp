#include "dialog/endings.hpp"

#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

#include "dialog/entities.hpp"
#include "dialog/tables.hpp"
#include "dialog/words.hpp"

namespace offhook::dialog {
namespace {

using Words = std::vector<std::string>;

// Words that nobody stops after on purpose, whatever stood before them.
constexpr std::string_view kOpenEnders[] = {
    "the",   "a",       "an",      "my",       "your",   "our",      "their",     "its",        "every",
    "and",   "but",     "or",      "because",  "cause",  "cuz",      "if",        "unless",     "whether",
    "than",  "as",      "whose",   "plus",     "while",  "i",        "we",        "i'm",        "i've",
    "i'd",   "i'll",    "we're",   "we've",    "we'd",   "we'll",    "it's",      "that's",     "there's",
    "he's",  "she's",   "they're", "they've",  "you're", "you've",   "what's",    "where's",    "who's",
    "how's", "let's",   "name's",  "number's", "um",     "uh",       "er",        "erm",        "uhm",
    "umm",   "uhh",     "gonna",   "wanna",    "gotta",  "except",   "regarding", "concerning", "including",
    "per",   "via",     "towards", "toward",   "into",   "onto",     "during",    "without",    "between",
    "among", "whereas", "email's", "could",    "would",  "should",   "might",     "has",        "was",
    "were",  "is",      "are",     "am",       "of",     "to",       "for",       "with",       "at",
    "in",    "on",      "by",      "from",     "about",  "be",       "until",     "since",      "so",
    "also",  "which",   "who",     "where",    "like",   "want",     "need",      "have",       "had",
    "just",  "very",    "not",     "he",       "she",    "they",     "will",      "can",        "do",
    "when",  "how",     "then",    "well",     "that",   "actually", "nor",       "wondering",  "please",
    "did",   "does",    "you"};

// Longer beginnings of something.
constexpr std::string_view kOpenPhrases[] = {"i was wondering",
                                             "was just wondering",
                                             "we were wondering",
                                             "i'm wondering",
                                             "i was told that",
                                             "he told me that",
                                             "i was hoping",
                                             "told me that",
                                             "heard that",
                                             "so that",
                                             "sure that",
                                             "think that",
                                             "mentioned that",
                                             "noticed that",
                                             "reason that",
                                             "and then",
                                             "but then",
                                             "so then",
                                             "because then",
                                             "kind of",
                                             "sort of",
                                             "a couple",
                                             "a lot of",
                                             "one of",
                                             "some kind",
                                             "looks like",
                                             "i'm looking",
                                             "i'm calling",
                                             "im calling",
                                             "we're calling",
                                             "i'm trying",
                                             "i was trying",
                                             "it says",
                                             "let me",
                                             "you know",
                                             "as soon",
                                             "in order",
                                             "not only",
                                             "there any",
                                             "at around",
                                             "was around",
                                             "it won't",
                                             "be under",
                                             "is under",
                                             "we usually",
                                             "i usually",
                                             "instead",
                                             "such",
                                             "due",
                                             "according",
                                             "more",
                                             "the other",
                                             "the same",
                                             "a new",
                                             "the new",
                                             "a few",
                                             "the next",
                                             "the last"};

constexpr std::string_view kLeads[] = {"so",        "well",    "okay",   "ok",     "and",     "but",  "yeah",
                                       "yes",       "no",      "hi",     "hello",  "hey",     "oh",   "alright",
                                       "right",     "now",     "um",     "uh",     "er",      "ah",   "sorry",
                                       "actually",  "then",    "yep",    "sure",   "great",   "good", "morning",
                                       "afternoon", "evening", "please", "thanks", "because", "like"};
constexpr std::string_view kYesNo[] = {"yes", "yeah", "yep", "yup", "no", "nope", "sure", "course", "okay", "ok", "oh"};
constexpr std::string_view kPronouns[] = {"i",    "you",  "he",   "she",   "it",    "we",
                                          "they", "that", "this", "there", "these", "those"};
constexpr std::string_view kAuxiliaries[] = {"do",   "does", "did",   "is",    "are",  "am",     "was",
                                             "were", "can",  "could", "would", "will", "should", "have",
                                             "has",  "had",  "might", "may",   "must"};
constexpr std::string_view kWh[] = {"what",     "who",       "where",    "which",    "when",    "how",    "why",
                                    "whose",    "whom",      "what's",   "who's",    "where's", "when's", "how's",
                                    "whatever", "whichever", "wherever", "whenever", "whoever", "however"};
constexpr std::string_view kStrandable[] = {"for", "to", "about", "at", "from", "with", "on", "in", "of", "by", "like"};

// A whole turn by itself.
constexpr std::string_view kComplete[] = {"yes",
                                          "no",
                                          "yeah",
                                          "nope",
                                          "yep",
                                          "yup",
                                          "nah",
                                          "okay",
                                          "ok",
                                          "sure",
                                          "thanks",
                                          "thank you",
                                          "goodbye",
                                          "bye",
                                          "hello",
                                          "hi",
                                          "please",
                                          "correct",
                                          "right",
                                          "exactly",
                                          "stop",
                                          "no thanks",
                                          "no thank you",
                                          "yes please",
                                          "that's all",
                                          "that's it",
                                          "that's right",
                                          "of course",
                                          "never mind",
                                          "nevermind",
                                          "hello there",
                                          "hi there",
                                          "good morning",
                                          "good afternoon",
                                          "good evening",
                                          "maybe",
                                          "probably",
                                          "probably not",
                                          "maybe not",
                                          "of course not",
                                          "absolutely",
                                          "absolutely not",
                                          "definitely",
                                          "definitely not",
                                          "certainly",
                                          "not really",
                                          "not yet",
                                          "not at all",
                                          "not sure",
                                          "i'm not sure",
                                          "i don't know",
                                          "i don't think so",
                                          "i think so",
                                          "i guess so",
                                          "i guess",
                                          "i hope so",
                                          "i believe so",
                                          "i suppose so",
                                          "please do",
                                          "go ahead",
                                          "go for it",
                                          "sorry",
                                          "what",
                                          "pardon",
                                          "excuse me",
                                          "huh",
                                          "really",
                                          "got it",
                                          "i see",
                                          "sounds good",
                                          "that works",
                                          "that's fine",
                                          "that's great",
                                          "that's correct",
                                          "that's not right",
                                          "makes sense",
                                          "i understand",
                                          "all right",
                                          "alright",
                                          "perfect",
                                          "great",
                                          "fine",
                                          "nothing",
                                          "nothing else",
                                          "none",
                                          "neither",
                                          "either",
                                          "either one",
                                          "both",
                                          "anytime",
                                          "why",
                                          "who",
                                          "when",
                                          "where",
                                          "which one",
                                          "why not",
                                          "come again",
                                          "say that again",
                                          "you too",
                                          "same to you",
                                          "me too",
                                          "how are you",
                                          "come on in",
                                          "come in",
                                          "yes it is",
                                          "yes i do",
                                          "yes i am",
                                          "yes i did",
                                          "yes i have",
                                          "yes i can",
                                          "yes we do",
                                          "yes that's right",
                                          "no i don't",
                                          "no i'm not",
                                          "no i haven't",
                                          "no it's not",
                                          "i'm good",
                                          "i'm fine",
                                          "agent",
                                          "operator",
                                          "representative",
                                          "cancel",
                                          "speak to a human",
                                          "how much",
                                          "how long",
                                          "just wondering",
                                          "whatever you want",
                                          "i'd love to",
                                          "i can do that",
                                          "i'd like that"};

// What ends a turn whatever stood before it.
// Nothing but a call for the floor: what it is wanted for comes next, and whoever only wants quiet gets it.
constexpr std::string_view kCalls[] = {
    "wait",          "no wait",       "oh wait",       "wait wait",       "wait a minute", "wait a second",
    "wait a moment", "hold on",       "no hold on",    "hang on",         "one moment",    "one second",
    "just a minute", "just a second", "just a moment", "just one second",
};
// … with a comma behind.
constexpr std::string_view kCallsOnComma[] = {
    "excuse me", "sorry", "sorry to interrupt", "actually", "listen", "look", "hey", "hello", "hi", "no",
    "stop",      "well",
};

constexpr std::string_view kClosers[] = {"goodbye",
                                         "goodby",
                                         "bye",
                                         "byebye",
                                         "thanks",
                                         "please",
                                         "thank you",
                                         "thanks a lot",
                                         "thank you so much",
                                         "thank you very much",
                                         "that's all",
                                         "that's it",
                                         "that'll be all",
                                         "that would be all",
                                         "that's everything",
                                         "that will be all",
                                         "that's about it",
                                         "have a good one",
                                         "have a good day",
                                         "have a nice day",
                                         "have a great day",
                                         "talk to you later",
                                         "see you then",
                                         "see you later",
                                         "see you tomorrow",
                                         "see you soon",
                                         "appreciate it",
                                         "thanks for your help",
                                         "thank you for your help",
                                         "i think so",
                                         "i guess so",
                                         "i hope so",
                                         "i believe so",
                                         "don't think so",
                                         "if you don't mind",
                                         "if that's okay",
                                         "if that's possible",
                                         "if possible",
                                         "and so on"};

// Verbs with a word that is a preposition elsewhere, and others that look open and are not.
constexpr std::string_view kNotOpen[] = {"come in",
                                         "come on in",
                                         "came in",
                                         "coming in",
                                         "check in",
                                         "checked in",
                                         "checking in",
                                         "sign in",
                                         "log in",
                                         "logged in",
                                         "logging in",
                                         "signing in",
                                         "move in",
                                         "moved in",
                                         "walk in",
                                         "drop in",
                                         "call in",
                                         "fill in",
                                         "be in",
                                         "get in",
                                         "stay in",
                                         "go in",
                                         "go on",
                                         "going on",
                                         "come on",
                                         "move on",
                                         "later on",
                                         "from now on",
                                         "carry on",
                                         "early on",
                                         "and so on",
                                         "turn it on",
                                         "turned on",
                                         "turns on",
                                         "turn on",
                                         "stop by",
                                         "come by",
                                         "drop by",
                                         "swing by",
                                         "walk by",
                                         "went by",
                                         "nearby",
                                         "passed on",
                                         "count me in",
                                         "squeeze me in",
                                         "fit me in",
                                         "let me in",
                                         "put me in",
                                         "get me in",
                                         "bring it in",
                                         "brought it in",
                                         "plugged in",
                                         "plug it in",
                                         "send it in",
                                         "sent it in",
                                         "brought in",
                                         "bring in",
                                         "do so",
                                         "think so",
                                         "told you so",
                                         "or so",
                                         "said so",
                                         "hope so",
                                         "guess so",
                                         "believe so",
                                         "suppose so",
                                         "as well",
                                         "very well",
                                         "so well",
                                         "works well",
                                         "going well",
                                         "doing well",
                                         "feel well",
                                         "feeling well",
                                         "oh well",
                                         "it well",
                                         "did well",
                                         "okay then",
                                         "ok then",
                                         "alright then",
                                         "right then",
                                         "you then",
                                         "bye then",
                                         "back then",
                                         "by then",
                                         "until then",
                                         "it then",
                                         "thanks then",
                                         "since then",
                                         "fine then",
                                         "available then",
                                         "there then",
                                         "do that",
                                         "about that",
                                         "like that",
                                         "with that",
                                         "of that",
                                         "is that",
                                         "was that",
                                         "know that",
                                         "for that",
                                         "to that",
                                         "it can",
                                         "what to do",
                                         "to do",
                                         "should i do",
                                         "can you do",
                                         "do i do",
                                         "that'll do",
                                         "that will do",
                                         "we do",
                                         "they do",
                                         "you do",
                                         "can do",
                                         "could do",
                                         "would do",
                                         "will do",
                                         "i do",
                                         "it does",
                                         "anything else",
                                         "somewhere",
                                         "elsewhere",
                                         "i know who",
                                         "know how",
                                         "that's how",
                                         "no matter what",
                                         "know where",
                                         "know when",
                                         "know which",
                                         "let me know when",
                                         "tell me when",
                                         "tell me where",
                                         "tell me how",
                                         "since when",
                                         "somehow",
                                         "or not",
                                         "if not",
                                         "why not",
                                         "rather not",
                                         "maybe not",
                                         "probably not",
                                         "of course not",
                                         "i'm not",
                                         "it's not",
                                         "absolutely not",
                                         "definitely not",
                                         "we're not",
                                         "certainly not",
                                         "hopefully not",
                                         "not",
                                         "used to be",
                                         "may be",
                                         "thank you",
                                         "thanks to you",
                                         "about you",
                                         "for you",
                                         "to you",
                                         "with you",
                                         "and you",
                                         "are you",
                                         "you",
                                         "thought so",
                                         "not just",
                                         "let me see",
                                         "let me think",
                                         "let me check",
                                         "no more",
                                         "any more",
                                         "once more",
                                         "anymore",
                                         "not like that",
                                         "i like",
                                         "she did",
                                         "he did",
                                         "i did",
                                         "they did",
                                         "we did",
                                         "it did",
                                         "you did",
                                         "is more",
                                         "or more",
                                         "don't do",
                                         "my own",
                                         "i will",
                                         "she will",
                                         "he will",
                                         "we will",
                                         "they will",
                                         "it will",
                                         "you will",
                                         "if you will",
                                         "yes actually",
                                         "it actually",
                                         "no actually",
                                         "what for",
                                         "the one",
                                         "me so",
                                         "that i know of",
                                         "i was in",
                                         "you in",
                                         "me in",
                                         "he",
                                         "she",
                                         "they",
                                         "this",
                                         "take it from there",
                                         "not that"};

// At the end of a sentence with an antecedent or a question word, a preposition or an auxiliary may stand alone.
constexpr std::string_view kAntecedents[] = {
    "one", "something", "anything", "everything", "nothing", "someone", "somebody", "anyone", "all",     "person",
    "guy", "lady",      "woman",    "man",        "thing",   "things",  "stuff",    "nobody", "whatever"};

constexpr std::string_view kNegations[] = {"don't", "didn't", "doesn't", "not", "won't", "wouldn't"};

struct Marks {
  bool asks = false, stops = false, trails = false, cut_word = false;
};

// What stands behind the last word.
Marks marks_of(std::string_view text) {
  Marks marks;
  while (!text.empty()) {
    const char c = text.back();
    if (text.ends_with("…")) {
      marks.trails = true;
      text.remove_suffix(std::string_view("…").size());
      continue;
    }
    if (c == '?') marks.asks = true;
    if (c == ',' || c == ':' || c == ';' || text.ends_with("..")) marks.trails = true;
    if (c == '.' || c == '!') marks.stops = true;
    if (c == '-' || text.ends_with("–") || text.ends_with("—")) marks.cut_word = true;
    if (text.ends_with("–") || text.ends_with("—"))
      text.remove_suffix(2);
    else if (std::string_view(" \t\r\n\"')?,:;.!-").find(c) == std::string_view::npos)
      break;
    text.remove_suffix(1);
  }
  return marks;
}

// "so um where are you at" is judged as "where are you at".
Words without_lead(const Words& words) {
  auto from = words.begin();
  while (words.end() - from > 1 && contains(kLeads, *from)) ++from;
  return {from, words.end()};
}

bool in(Table table, const Words& words, std::size_t from_end) {
  return words.size() >= from_end && contains(table, words[words.size() - from_end]);
}

// "who am I speaking to", "what time do you open": a question word and, near it, an auxiliary before its subject.
bool is_wh_question(const Words& words) {
  if (words.size() < 3 || !contains(kWh, words[0])) return false;
  if (words[0].ends_with("'s")) return true;
  for (std::size_t i = 1; i < std::min<std::size_t>(words.size() - 1, 5); ++i) {
    if (contains(kPronouns, words[i])) return false;  // "what I need is"
    if (contains(kAuxiliaries, words[i])) return true;
  }
  return false;
}

bool has_gap(const Words& words, std::size_t before) {  // a question word or an antecedent that the end may refer to
  for (std::size_t i = 0; i + before < words.size(); ++i) {
    if (contains(kWh, words[i]) || contains(kAntecedents, words[i])) return true;
    // "the street I live on"
    if (words[i] == "the" && i + 3 + before <= words.size() && contains(kPronouns, words[i + 2])) return true;
  }
  return false;
}

bool ends_in_ing(const std::string& w) {
  return w.size() > 4 && w.ends_with("ing");
}

// "what is it for", "that's what I'm calling about", "the one I was looking at": the preposition's noun came before.
bool strands(const Words& words, bool asks) {
  if (words.size() < 3 || !contains(kStrandable, words.back())) return false;
  if (!contains(kWh, words[0]) && !has_gap(words, 2)) return false;
  if (contains(kWh, words[0]) && !words[0].ends_with("'s") && contains(kPronouns, words[1]) && !asks)
    return false;  // "what I'm looking for"
  constexpr std::string_view kShort[] = {"i'm", "we're", "you're", "it's"};
  if (contains(kWh, words[0]) && contains(kShort, words[1]) && !asks) return false;
  const std::string& verb = words[words.size() - 2];
  if (words.back() == "to") {
    constexpr std::string_view kTo[] = {"speaking", "talking",   "speak", "talk",  "spoke", "talked", "go",
                                        "going",    "listening", "it",    "that",  "this",  "send",   "referring",
                                        "belong",   "belongs",   "used",  "come",  "get",   "was",    "am",
                                        "write",    "next",      "them",  "close", "apply"};
    return contains(kTo, verb) && !(verb == "used" && asks) && !(verb == "going" && !contains(kWh, words[0]));
  }
  constexpr std::string_view kVerbs[] = {
      "is",      "are",   "am",   "was",   "were",   "it",         "it's",    "that's", "they're", "that",
      "this",    "you",   "he",   "she",   "they",   "we",         "i",       "call",   "talk",    "speak",
      "work",    "live",  "ask",  "asked", "called", "look",       "looked",  "come",   "go",      "pay",
      "wait",    "start", "stay", "here",  "based",  "located",    "sign",    "heard",  "hear",    "think",
      "worried", "worry", "help", "care",  "know",   "do",         "deal",    "talked", "spoke",   "paid",
      "ordered", "be",    "all",  "made",  "good",   "interested", "covered", "came",   "meet",    "paying",
      "up",      "them",  "out",  "me",    "one",    "street",     "floor",   "city",   "feel",    "taste"};
  return contains(kVerbs, verb) || ends_in_ing(verb);
}

// "if you could", "what time it is", "all I need", "yes we do": what an auxiliary or verb at the end leaves out is
// known.
bool elides(const Words& words, std::string_view all, bool led_by_answer, bool stops) {
  const std::string& last = words.back();
  const std::size_t n = words.size();
  if (n < 2) return false;
  const std::string& before = words[n - 2];
  constexpr std::string_view kConditions[] = {"if", "when", "whenever", "whatever", "than",
                                              "as", "soon", "like",     "once"};
  const bool condition =
      has_any(std::span(words).first(n - 2), kConditions) && all.find(" wondering if") == std::string_view::npos &&
      all.find(" know if") == std::string_view::npos && all.find(" see if") == std::string_view::npos;
  if (contains(kAuxiliaries, last) && contains(kPronouns, before)) {
    if (led_by_answer && n <= 4) return true;
    if (condition && n >= 3) return true;
    constexpr std::string_view kAnswers[] = {"i can",   "i do",  "we do",  "they do", "we can",
                                             "it does", "i did", "i will", "i have",  "you can"};
    if (n == 2 && contains(kAnswers, std::string(before + " " + last)) && (last != "have" || stops)) return true;
    if (n == 2)
      return stops && (last == "am" || last == "is" || last == "are" || last == "was") && before != "that" &&
             before != "this" && before != "there";
  }
  constexpr std::string_view kVerbs[] = {"want", "need", "have", "had",  "like", "do",   "can", "could", "be",
                                         "was",  "is",   "are",  "were", "did",  "does", "say", "will"};
  if (!contains(kVerbs, last)) return false;
  if (condition && contains(kPronouns, before)) return true;
  // "what do you need", "I don't know what it is", "anything you have"; not "what is", "what I need is"
  constexpr std::string_view kNotYet[] = {"what",   "who",     "where",     "when",     "how",    "why",     "which",
                                          "need",   "want",    "wondering", "happened", "trying", "do",      "calling",
                                          "like",   "is",      "was",       "reason",   "thing",  "problem", "said",
                                          "saying", "looking", "and",       "or",       "but"};
  constexpr std::string_view kCleft[] = {"reason", "problem", "question", "issue", "the only", "concern"};
  if (contains(kNotYet, before) || has_any(words, kCleft)) return false;
  if (!has_gap(words, 2) && !(words[0] == "that's" && contains(kPronouns, before))) return false;
  const bool noun_subject = !contains(kPronouns, before) && before != "it" && before != "to" && before != "would";
  if (contains(kWh, words[0]) && !is_wh_question(words) && n <= 3 && !led_by_answer) return false;  // "what I have"
  if (is_wh_question(words))
    return contains(kPronouns, before) || before == "to" || before == "it" || before == "people";
  return contains(kPronouns, before) || before == "it" ||
         (noun_subject && n >= 5 && (last == "is" || last == "are" || last == "was"));
}

bool only_subject(const Words& words) {  // "and my question": the verb is still to come
  constexpr std::string_view kNouns[] = {"name",     "number", "question", "problem", "issue", "address",
                                         "birthday", "phone",  "email",    "reason",  "thing", "concern",
                                         "husband",  "wife",   "account",  "first",   "last",  "other"};
  constexpr std::string_view kWhose[] = {"my",   "the",   "his",  "her",   "our",  "only",
                                         "main", "first", "last", "phone", "email"};
  if (words.size() < 2 || words.size() > 4 || !contains(kNouns, words.back())) return false;
  if (words[0] != "my" && words[0] != "the" && words[0] != "our") return false;
  if (words[0] == "the" && (words.back() == "first" || words.back() == "last" || words.back() == "number" ||
                            words.back() == "phone" || words.back() == "email" || words.back() == "address"))
    return false;
  return std::all_of(words.begin(), words.end() - 1, [&](const std::string& w) { return contains(kWhose, w); });
}

bool sounds_open(std::string_view text, const Words& spoken, const Marks& marks) {
  const Words words = without_lead(spoken);
  const std::string& last = words.back();
  const bool led_by_answer = contains(kYesNo, spoken.front()) && words.size() < spoken.size();
  const std::string core = spaced(words);
  constexpr std::string_view kFillers[] = {"um", "uh", "er", "erm", "uhm", "umm", "uhh"};
  if (contains(kFillers, last)) return true;
  if (marks.cut_word || marks.trails) return true;
  if (half_said(text) != Entity::none) return true;
  if (only_subject(words)) return true;
  if (last == "please")  // "could you please", "can I please"
    return spoken.size() >= 2 && in(kPronouns, spoken, 2) && words.size() <= 5 && in(kAuxiliaries, spoken, 3);
  if (strands(words, marks.asks) || elides(words, core, led_by_answer, marks.stops)) return false;
  constexpr std::string_view kMind[] = {
      "i think",     "i mean",       "i believe",  "i guess",     "i know",      "maybe",    "i just",    "i also",
      "i really",    "we just",      "i actually", "i only",      "we also",     "i still",  "i already", "i'm just",
      "i was",       "i would",      "the reason", "i called",    "my question", "can i",    "could i",   "can you",
      "could you",   "would you",    "do you",     "will you",    "may i",       "is there", "are there", "do i",
      "is it",       "if you",       "if i",       "when i",      "so i",        "it was",   "is this",   "you guys",
      "do you guys", "would it",     "what if",    "how do",      "how do i",    "what do",  "what time", "what about",
      "how about",   "where do i",   "can we",     "could we",    "do we",       "did you",  "does it",   "is the",
      "are you",     "what are",     "i think it", "i think the", "and i",       "but i",    "it has",    "i got",
      "i'm having",  "i had",        "i want",     "i have",      "we have",     "we want",  "we need",   "i need",
      "because it",  "because they", "because i",  "that you",    "and it",      "and they", "and he",    "and she",
      "if there's",  "if it's",      "or if",      "if they",     "if he",       "if she",   "when he",   "and we",
      "that i",      "that they",    "that it"};
  if (!marks.asks && words.size() <= 3 && contains(kMind, core.substr(1)) && !(led_by_answer && last != "i") &&
      !(words.size() < spoken.size() && contains(kYesNo, spoken.front()) && spoken.size() == words.size() + 1 &&
        core == " i guess"))
    return true;
  constexpr std::string_view kMidway[] = {
      "because it",       "because they", "because he", "because she",  "because you", "because this", "if it",
      "if they",          "if he",        "if she",     "if you",       "that you",    "that i",       "that they",
      "that he",          "that she",     "and it",     "and they",     "and he",      "and she",      "and you",
      "but it",           "but they",     "but he",     "but she",      "but you",     "when it",      "when they",
      "wondering if you", "can you",      "could you",  "if you could", "would you",   "so you",       "so it",
      "so they",          "see if you",   "if there"};
  const bool pleasantry = ends_in(core, "and you") && words.size() <= 4;
  if (!marks.asks && ends_in_any(core, kMidway) && !pleasantry) {
    constexpr std::string_view kTags[] = {"if you could", "can you", "could you", "would you"};
    if (!ends_in_any(core, kTags)) return true;
    if (ends_in(core, "if you could")) return words.size() <= 7 && core.find(" wondering ") != std::string::npos;
    return words.size() <= 3 || has_any(words, std::span(kOpenEnders).subspan(7, 3)) || spoken.size() > words.size();
  }
  if (ends_in_any(core, kOpenPhrases)) {
    constexpr std::string_view kFine[] = {
        "do you know",   "don't you know", "if you know", "what you know", "all you know", "any more",    "no more",
        "once more",     "a little more",  "some more",   "a bit more",    "two more",     "one more",    "know more",
        "costs more",    "is more",        "and more",    "or more",       "even more",    "much more",   "what more",
        "anything more", "the same",       "the last",    "the next",      "the other",    "every other", "that's due",
        "it due",        "payment due",    "is due",      "are due",       "was due"};
    const bool short_or_and = words.size() <= 4 || ends_in(core, "and then");
    if (!ends_in_any(core, kFine)) return true;
    constexpr std::string_view kHalf[] = {"the next", "the last", "the other"};
    if (ends_in_any(core, kHalf) && !short_or_and) return true;
  }
  if (!contains(kOpenEnders, last)) return false;
  if (spoken.size() > words.size() && ends_in_any(spaced(spoken), kNotOpen)) return false;  // "okay then"
  if (words.size() == 1) {
    constexpr std::string_view kAlone[] = {"you", "they", "he", "she", "not", "who", "where", "when", "how", "please"};
    return !contains(kAlone, last);
  }
  constexpr std::string_view kOften[] = {"you", "he", "she", "they"};  // more often an object, or the subject of a tag
  if (contains(kOften, last)) return false;
  if (ends_in_any(core, kNotOpen)) {
    return false;
  }
  if (last == "to") {
    constexpr std::string_view kWilling[] = {"want",     "like",   "love",   "have",   "need",     "used",
                                             "supposed", "able",   "going",  "trying", "planning", "happy",
                                             "rather",   "prefer", "wanted", "hoping"};
    if (in(kWilling, words, 2)) {
      constexpr std::string_view kSoft[] = {"want", "have", "need", "used", "like", "love"};
      const bool refused = in(std::span<const std::string_view>(kSoft).first(3), words, 2) && in(kNegations, words, 3);
      if (led_by_answer && words.size() <= 3 && in(kSoft, words, 2)) return false;
      if (refused || (core.find(" if you ") != std::string::npos && words.size() >= 4)) return false;
    }
    return true;
  }
  if (last == "that") {
    constexpr std::string_view kSays[] = {"say",      "said",       "says",    "told", "hoping", "is",
                                          "hope",     "saw",        "thought", "and",  "but",    "realize",
                                          "realized", "understand", "saying",  "was",  "so",     "fact"};
    return in(kSays, words, 2) && !marks.asks && !contains(kWh, words[0]);
  }
  if (last == "actually" || last == "just" || last == "also") {
    constexpr std::string_view kSubjects[] = {"i",   "we",    "i'm", "it's", "you", "they", "he",   "she",  "it",
                                              "can", "could", "and", "but",  "was", "is",   "i've", "would"};
    return in(kSubjects, words, 2) || words.size() == 1;
  }
  if (last == "well") return words.size() <= 2 && in(kYesNo, words, 2);
  if (last == "then") {
    constexpr std::string_view kJoins[] = {"and", "but", "so", "or", "because"};
    return in(kJoins, words, 2);
  }
  if (last == "do" || last == "did" || last == "does")
    return in(kWh, words, 2) || in(std::span<const std::string_view>(kLeads).first(6), words, 2);
  if (last == "not") return in(kAuxiliaries, words, 2) && !marks.stops;
  if (last == "like") {
    constexpr std::string_view kBefore[] = {"would", "i'd", "it's", "was",   "is",     "we'd",  "something", "looks",
                                            "just",  "i'm", "feel", "feels", "sounds", "stuff", "things"};
    return in(kBefore, words, 2);
  }
  if (marks.asks && (contains(kStrandable, last) || contains(kAuxiliaries, last))) {
    return last == "of" || last == "is" || last == "are";  // "What is the price of?"
  }
  return true;
}

// Does it look like a clause: a subject's verb somewhere.
bool has_verb(const Words& words) {
  constexpr std::string_view kVerbs[] = {
      "want",   "wanted",    "need",   "needed", "like",   "got",     "get",     "called",     "think",
      "know",   "said",      "says",   "went",   "go",     "goes",    "came",    "come",       "work",
      "works",  "make",      "made",   "take",   "took",   "see",     "saw",     "tried",      "try",
      "lost",   "broke",     "live",   "lives",  "paid",   "ordered", "bought",  "sent",       "received",
      "forgot", "happened",  "keep",   "keeps",  "hope",   "guess",   "believe", "understand", "love",
      "hate",   "feel",      "looks",  "seems",  "sounds", "prefer",  "means",   "let",        "book",
      "cancel", "change",    "send",   "call",   "tell",   "give",    "help",    "put",        "check",
      "leave",  "left",      "moved",  "use",    "used",   "stopped", "started", "starts",     "opened",
      "signed", "scheduled", "missed", "found",  "told",   "asked",   "spoke",   "talked",     "remember"};
  return std::any_of(words.begin(), words.end(), [&](const std::string& w) {
    return contains(kAuxiliaries, w) || contains(kVerbs, w) || w.ends_with("n't") || w.ends_with("'m") ||
           w.ends_with("'re") || w.ends_with("'ll") || w.ends_with("'ve") || w.ends_with("'d") || w == "it's" ||
           w == "that's" || w == "there's" || w == "he's" || w == "she's" || w == "what's";
  });
}

}  // namespace

Ending ending_of(std::string_view text) {
  const Words spoken = spoken_words(text);
  if (spoken.empty()) return Ending::none;
  const Marks marks = marks_of(text);
  const std::string all = spaced(spoken);
  const std::string_view whole_text = std::string_view(all).substr(1);
  if (contains(kCalls, whole_text) || (marks.trails && contains(kCallsOnComma, whole_text))) return Ending::open;
  const bool whole = contains(kComplete, whole_text);
  if (whole && !marks.trails && !marks.cut_word) return marks.asks ? Ending::question : Ending::complete;
  if (sounds_open(text, spoken, marks)) return Ending::open;
  if (ends_in_any(all, kClosers)) return Ending::complete;
  if (marks.asks) return Ending::question;
  const Words words = without_lead(spoken);
  if (contains(kComplete, std::string_view(spaced(words)).substr(1))) return Ending::complete;  // "yeah that's right"
  if (words.size() >= 4 && is_wh_question(words)) return Ending::question;
  if (marks.stops && spoken.size() >= 3 && has_verb(spoken)) return Ending::sentence;
  return Ending::plain;
}

std::string_view name(Ending ending) {
  switch (ending) {
    case Ending::none: return "none";
    case Ending::open: return "open";
    case Ending::complete: return "complete";
    case Ending::question: return "question";
    case Ending::sentence: return "sentence";
    case Ending::plain: return "plain";
  }
  return "none";
}

}  // namespace offhook::dialog
