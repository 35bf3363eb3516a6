#include "dialog/expects.hpp"

#include <string>
#include <vector>

#include "dialog/tables.hpp"
#include "dialog/words.hpp"

namespace offhook::dialog {
namespace {

// How a question begins that wants a value, anywhere in the sentence: "and what's", "so when would".
constexpr std::string_view kAsks[] = {
    " what",         " what's",      " which",        " when",        " when's",     " how many",       " how much",
    " how soon",     " how old",     " and the",      " how large",   " how big",    " how long",       " how is",
    " how do",       " how's",       " spell",        " tell me",     " give me",    " let me have",    " could i get",
    " can i get",    " may i get",   " could i have", " can i have",  " may i have", " may i ask",      " can i ask",
    " i'll need",    " i need",      " i just need",  " i will need", " i'd need",   " please provide", " please say",
    " provide",      " read me",     " read out",     " enter",       " confirm",    " repeat",         " say",
    " share",        " do you have", " have you got", " at what",     " for what",   " your",           " for how many",
    " could i take", " can i take",  " let me get"};
// A request, though no question mark stands behind it.
constexpr std::string_view kRequests[] = {
    " tell me",        " give me",    " spell",        " i'll need",   " i need your", " i just need your",
    " please provide", " please say", " provide",      " let me have", " read me",     " let me know",
    " say your",       " enter",      " i will need",  " let me get",  " share",       " what's",
    " what is",        " which day",  " what day",     " what date",   " how many",    " what time",
    " may i have",     " can i have", " could i have", " can i get",   " could i get", " may i get"};
// What is answered with yes or no.
constexpr std::string_view kYesNo[] = {" is ",
                                       " are ",
                                       " was ",
                                       " did ",
                                       " does ",
                                       " do you want ",
                                       " do you need ",
                                       " would you like me ",
                                       " shall ",
                                       " should ",
                                       " has ",
                                       " is that ",
                                       " so that's ",
                                       " so you ",
                                       " so it's ",
                                       " that's ",
                                       " do you still ",
                                       " do you prefer ",
                                       " will that ",
                                       " would that ",
                                       " does that ",
                                       " can you confirm that ",
                                       " you said ",
                                       " did you say ",
                                       " and that's ",
                                       " and is ",
                                       " so is ",
                                       " and are ",
                                       " okay is ",
                                       " great is ",
                                       " and did ",
                                       " have you been ",
                                       " have you ever ",
                                       " have you had ",
                                       " have you visited "};

constexpr std::string_view kSpelling[] = {"spell", "spelled", "spelling", "letter by letter", "spelt"};
constexpr std::string_view kEmail[] = {"email", "email address", "e mail", "emails"};
constexpr std::string_view kPhone[] = {"phone number",        "telephone number",
                                       "cell number",         "mobile number",
                                       "contact number",      "callback number",
                                       "call back number",    "number to reach",
                                       "number to call",      "number where we can reach",
                                       "number we can reach", "number can we reach",
                                       "number i can reach",  "number should we call",
                                       "number can we call",  "number can i call",
                                       "number to contact",   "phone",
                                       "cell phone",          "mobile",
                                       "your number",         "best number",
                                       "daytime number",      "number to text",
                                       "number for you",      "good number",
                                       "area code",           "telephone"};
constexpr std::string_view kDate[] = {
    "date",       "date of birth", "birth date",  "birthday",  "birthdate",    "what day",        "which day",
    "what days",  "which days",    "day works",   "day would", "day and time", "what time",       "which time",
    "time works", "time would",    "time of day", "how soon",  "what month",   "which month",     "what week",
    "which week", "born",          "dob",         "check in",  "checking in",  "day of the week", "day suits",
    "time suits", "what dates",    "which dates", "dates"};
constexpr std::string_view kNumber[] = {"how many",
                                        "how much",
                                        "how old",
                                        "how large is your party",
                                        "how big is your party",
                                        "party size",
                                        "size of your party",
                                        "account number",
                                        "card number",
                                        "zip code",
                                        "zip",
                                        "postal code",
                                        "postcode",
                                        "order number",
                                        "confirmation number",
                                        "reference number",
                                        "member number",
                                        "membership number",
                                        "policy number",
                                        "tracking number",
                                        "case number",
                                        "ticket number",
                                        "booking number",
                                        "reservation number",
                                        "confirmation code",
                                        "social security",
                                        "last four",
                                        "pin",
                                        "security code",
                                        "expiration",
                                        "number of",
                                        "member id",
                                        "routing number",
                                        "invoice number",
                                        "your id",
                                        "id number",
                                        "customer number",
                                        "passcode",
                                        "verification code",
                                        "the code",
                                        "license number",
                                        "serial number",
                                        "house number",
                                        "street number",
                                        "room number",
                                        "your age",
                                        "number on",
                                        "digits",
                                        "amount",
                                        "account",
                                        "quantity",
                                        "license plate"};

bool has_phrase(const std::string& padded, Table phrases) {
  for (const std::string_view phrase : phrases)
    if (padded.find(" " + std::string(phrase) + " ") != std::string::npos) return true;
  return false;
}

bool has_start(const std::string& padded, Table starts) {
  for (const std::string_view start : starts)
    if (padded.find(std::string(start) + " ") != std::string::npos) return true;
  return false;
}

struct Sentence {
  std::string words;  // " what's your name ", with a blank around each
  bool asked = false;
};

std::vector<Sentence> sentences_of(std::string_view text) {
  std::vector<Sentence> out;
  std::size_t from = 0;
  const auto end = [&](std::size_t to, bool asked) {
    std::string words = spaced(spoken_words(text.substr(from, to - from)));
    if (!words.empty()) out.push_back({words + " ", asked});
    from = to;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool last = i + 1 == text.size() || text[i + 1] == ' ' || text[i + 1] == '\n' || text[i + 1] == '"';
    if ((text[i] == '?' || text[i] == '!' || text[i] == '.') && last) end(i + 1, text[i] == '?');
  }
  end(text.size(), false);
  return out;
}

bool yes_or_no(const Sentence& s) {
  // the part behind the last comma is not known here: "And is that …", "Great, is Tuesday …"
  for (const std::string_view start : kYesNo)
    if (s.words.starts_with(start)) return true;
  // "Your number is 555-1234, right?"
  return s.words.ends_with(" right ") || s.words.ends_with(" correct ") || s.words.ends_with(" is that okay ");
}

Expects value_in(const std::string& words) {
  if (has_phrase(words, kSpelling)) return Expects::spelling;
  if (has_phrase(words, kEmail)) return Expects::email;
  if (words.find(" when ") != std::string::npos && words.find(" know when ") == std::string::npos) return Expects::date;
  if (words.find(" when's ") != std::string::npos) return Expects::date;
  constexpr std::string_view kCounts[] = {"how many", "how much", "how old",     "number of",
                                          "zip code", "zip",      "card number", "account number"};
  if (has_phrase(words, kCounts)) return Expects::number;
  if (has_phrase(words, kPhone)) return Expects::phone;
  if (has_phrase(words, kDate)) return Expects::date;
  if (has_phrase(words, kNumber)) return Expects::number;
  return Expects::none;
}

}  // namespace

Expects expected_by(std::string_view agent_said) {
  const auto sentences = sentences_of(agent_said);
  for (auto s = sentences.rbegin(); s != sentences.rend(); ++s) {
    if (s->asked ? true : has_start(s->words, kRequests)) {
      if (yes_or_no(*s) || !has_start(s->words, kAsks)) return Expects::none;
      // "Do you have an e-mail address?" is answered with it; "Do you have anything in the morning?" is not a value's.
      return value_in(s->words);
    }
  }
  return Expects::none;
}

}  // namespace offhook::dialog
