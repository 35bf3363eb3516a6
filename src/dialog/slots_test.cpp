#include "dialog/slots.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <span>
#include <string>

#include "base/utf8.hpp"

namespace offhook::dialog {
namespace {

using enum SlotKind;

struct Row {
  SlotKind kind;
  std::string_view said, value;  // "": nothing is found
  std::string_view spoken = {};  // "": not looked at
};

const std::vector<SlotChoice>& choices() {
  static const std::vector<SlotChoice> all{
      {"cleaning", {"teeth cleaning", "prophylaxis", "zahnreinigung", "reinigung"}},
      {"check-up", {"checkup", "examination", "kontrolle"}},
      {"whitening", {"bleaching"}},
      {"deep_cleaning", {"deep clean"}},
      {"no insurance", {"uninsured", "keine versicherung"}},
      {"insurance", {"insured", "versicherung"}}};
  return all;
}

void expect_found(std::span<const Row> rows, std::string_view language, bool asked) {
  for (const Row& row : rows) {
    const auto found = slot_in(row.kind, choices(), row.said, language, asked);
    EXPECT_EQ(found ? found->value : "", row.value) << row.said;
    if (!row.spoken.empty()) EXPECT_EQ(found ? found->spoken : "", row.spoken) << row.said;
  }
}

constexpr Row kYesNo[] = {
    {yes_no, "Yes.", "yes", "yes"},
    {yes_no, "yeah", "yes"},
    {yes_no, "Um, yeah, sure.", "yes"},
    {yes_no, "Sure.", "yes"},
    {yes_no, "Sure, why not.", "yes"},
    {yes_no, "That's right.", "yes"},
    {yes_no, "That’s correct.", "yes"},
    {yes_no, "Correct.", "yes"},
    {yes_no, "Yes, I'd like to come on Tuesday.", "yes"},
    {yes_no, "mm-hm", "yes"},
    {yes_no, "Uh-huh.", "yes"},
    {yes_no, "Okay.", "yes"},
    {yes_no, "I think so.", "yes"},
    {yes_no, "Well, I do.", "yes"},
    {yes_no, "That would be great, yes.", "yes"},
    {yes_no, "Yes, no problem.", "yes"},
    {yes_no, "No.", "no", "no"},
    {yes_no, "no thanks", "no"},
    {yes_no, "No, thank you.", "no"},
    {yes_no, "Not really.", "no"},
    {yes_no, "I don't think so.", "no"},
    {yes_no, "Nope.", "no"},
    {yes_no, "Uh, no, I don't have one.", "no"},
    {yes_no, "It isn't.", "no"},
    {yes_no, "Uh-uh.", "no"},
    {yes_no, "Yes. I mean no.", "no"},
    {yes_no, "yes but no", ""},
    {yes_no, "I don't know.", ""},
    {yes_no, "Yeah, no.", ""},
    {yes_no, "No, that's right.", ""},
    {yes_no, "maybe", ""},
    {yes_no, "Yes, if it's not too expensive.", ""},
    {yes_no, "Yes?", ""},
    {yes_no, "Yes, hello?", ""},
    {yes_no, "No problem.", ""},
    {yes_no, "No idea.", ""},
    {yes_no, "Tuesday would be great.", ""},
    {yes_no, "Okay, so I have a question.", ""},
    {yes_no, "what?", ""},
    {yes_no, "", ""},
};

constexpr Row kChoices[] = {
    {one_of, "a cleaning please", "cleaning", "cleaning"},
    {one_of, "I'd like a Cleaning.", "cleaning"},
    {one_of, "It's for a teeth cleaning", "cleaning"},
    {one_of, "check up", "check-up", "check-up"},
    {one_of, "Just a check-up.", "check-up"},
    {one_of, "I need a checkup", "check-up"},
    {one_of, "a deep cleaning", "deep_cleaning"},
    {one_of, "not a cleaning, a check-up", "check-up"},
    {one_of, "no cleaning, a check-up", "check-up"},
    {one_of, "A check-up, no cleaning.", "check-up"},
    {one_of, "A cleaning, no, a check-up.", "check-up"},
    {one_of, "A cleaning. Sorry, I mean whitening.", "whitening"},
    {one_of, "whitening instead of a cleaning", "whitening"},
    {one_of, "I don't need a cleaning, but a check-up", "check-up"},
    {one_of, "A cleaning, yes, a cleaning.", "cleaning"},
    {one_of, "I have no insurance", "no insurance"},
    {one_of, "I have insurance", "insurance"},
    {one_of, "how about a whitening?", "whitening"},
    {one_of, "not a cleaning", ""},
    {one_of, "No cleaning.", ""},
    {one_of, "I don't want a cleaning", ""},
    {one_of, "A cleaning? I don't think I need that, no.", "cleaning"},
    {one_of, "a cleaning or a check-up", ""},
    {one_of, "a check-up and a whitening", ""},
    {one_of, "a check up no cleaning", ""},
    {one_of, "I was cleaningful", ""},
    {one_of, "the uncleaning", ""},
    {one_of, "none of those", ""},
};

constexpr Row kNumbers[] = {
    {number, "three", "3", "three"},
    {number, "Um, twenty-five.", "25", "twenty five"},
    {number, "42", "42", "42"},
    {number, "there will be four of us", "4"},
    {number, "Two people, please.", "2"},
    {number, "two hundred and forty", "240"},
    {number, "a hundred", "100"},
    {number, "one thousand five hundred", "1500"},
    {number, "1,500", "1500"},
    {number, "two point five", "2.5"},
    {number, "2.5", "2.5"},
    {number, "minus two", "-2"},
    {number, "-2", "-2"},
    {number, "two and a half", "2.5"},
    {number, "$42", "42"},
    {number, "Three, no, four.", "4"},
    {number, "four, not three", "4"},
    {number, "I only need one", "1"},
    {number, "Four. Yes, four.", "4"},
    {number, "three or four", ""},
    {number, "four four seven one", ""},
    {number, "one moment please", ""},
    {number, "I don't have one", ""},
    {number, "that one", ""},
    {number, "at least three", ""},
    {number, "I'd say eight out of ten.", "8", "eight"},
    {number, "at 3 pm", ""},
    {number, "the third", ""},
    {number, "no idea", ""},
};

constexpr Row kDigits[] = {
    {digits, "it's four four seven one", "4471", "4 4 7 1"},
    {digits, "4471", "4471", "4 4 7 1"},
    {digits, "44 71", "4471", "44 71"},
    {digits, "Forty four. Seventy one.", "4471"},
    {digits, "Four, four, um, seven, one.", "4471"},
    {digits, "double four seven one", "4471"},
    {digits, "4-4-7-1", "4471"},
    {digits, "A 4471", "A4471"},
    {digits, "it's A B one two three", "AB123", "A B 1 2 3"},
    {digits, "A4471.", "A4471"},
    {digits, "S as in Sierra four four seven", "S447"},
    {digits, "AB-1234", "AB1234"},
    {digits, "PIN 1234", ""},
    {digits, "4471. I repeat, 4471.", "4471"},
    {digits, "nine oh five one", "9051"},
    {digits, "zero zero seven", "007"},
    {digits, "My zip code is nine four one one oh.", "94110"},
    {digits, "four thousand four hundred and seventy one", "4471"},
    {digits, "nine hundred", "900"},
    {digits, "I have 2 orders, the number is 4471", "4471"},
    {digits, "4471, no, 4472", "4472"},
    {digits, "four", "4"},
    {digits, "I don't have one", ""},
    {digits, "4471 or 4472", ""},
    {digits, "44718. 44718.", ""},
    {digits, "one moment", ""},
    {digits, "half past three", ""},
    {digits, "I don't know", ""},
};

constexpr Row kPhones[] = {
    {phone, "5550142", "5550142", "555 0142"},
    {phone, "555 0142", "5550142", "555 0142"},
    {phone, "five five five oh one four two", "5550142", "555 0142"},
    {phone, "It's 555-0142.", "5550142", "555 0142"},
    {phone, "+1 555 010 0142", "+15550100142", "+1 555 010 0142"},
    {phone, "plus four nine three oh one two three four five six", "+4930123456"},
    {phone, "(415) 555-0142", "4155550142", "415 555 0142"},
    {phone, "My number is 415.555.0142", "4155550142"},
    {phone, "one eight hundred five five five one two one two", "18005551212", "1 800 555 1212"},
    {phone, "double five five zero one four two", "5550142"},
    {phone, "Five five five. Um. Zero one four two.", "5550142"},
    {phone, "555 1, no, sorry, 555 0142", "5550142"},
    {phone, "555 0142, no, 43", ""},
    {phone, "555", ""},
    {phone, "5550142 or 5550143", ""},
    {phone, "5550142 extension 12", ""},
    {phone, "my account number is 4471 2345", ""},
    {phone, "I don't have one", ""},
    {phone, "five million", ""},
};

constexpr Row kEmails[] = {
    {email, "ann.smith@example.com", "ann.smith@example.com", "ann dot smith at example dot com"},
    {email, "It's Ann.Smith@Example.com.", "ann.smith@example.com"},
    {email, "ann dot smith at example dot com", "ann.smith@example.com"},
    {email, "My email is ann underscore smith at example dot co dot uk", "ann_smith@example.co.uk"},
    {email, "It's Ann. At example.com.", "ann@example.com"},
    {email, "a n n at example dot com", "ann@example.com"},
    {email, "it's j smith forty two at gmail dot com", "jsmith42@gmail.com"},
    {email, "ann dash smith at example dot com", "ann-smith@example.com"},
    {email, "ann at my company dot com", "ann@mycompany.com"},
    {email, "sure, ann at example dot com please", "ann@example.com"},
    {email, "ann dot smith@example.com", "ann.smith@example.com"},
    {email, "smith 42@example.com", "smith42@example.com"},
    {email, "ann smith 42@example.com", ""},
    {email, "ann smith at example dot com", ""},
    {email, "ann at example", ""},
    {email, "I'll be there at three", ""},
    {email, "ann@example.com or bob@example.com", ""},
    {email, "ann@example.com, no, bob@example.com", "bob@example.com"},
    {email, "www dot example dot com", ""},
};

constexpr Row kDays[] = {
    {day, "Tuesday", "tuesday", "Tuesday"},
    {day, "yeah, uh, Tuesday would be great", "tuesday", "Tuesday"},
    {day, "next tuesday", "tuesday", "next Tuesday"},
    {day, "Next Tuesday, please.", "tuesday", "next Tuesday"},
    {day, "this coming friday", "friday", "this coming Friday"},
    {day, "Tuesday next week", "tuesday", "Tuesday next week"},
    {day, "Monday's fine", "monday", "Monday"},
    {day, "today", "today", "today"},
    {day, "tomorrow morning", "tomorrow", "tomorrow morning"},
    {day, "tonight", "today", "tonight"},
    {day, "the 24th of December", "12-24"},
    {day, "December twenty fourth", "12-24", "December twenty fourth"},
    {day, "December 24th", "12-24"},
    {day, "december the 24th", "12-24", "December the 24th"},
    {day, "24 December", "12-24"},
    {day, "December 24, 2026", "2026-12-24"},
    {day, "December 24th 2026", "2026-12-24"},
    {day, "march fifth nineteen eighty five", "1985-03-05"},
    {day, "the second of may twenty twenty seven", "2027-05-02"},
    {day, "12/24", "12-24", "December 24"},
    {day, "12/24/2026", "2026-12-24", "December 24, 2026"},
    {day, "2026-12-24", "2026-12-24"},
    {day, "Tuesday, December 1st", "12-01"},
    {day, "Tuesday the 24th of March", "03-24"},
    {day, "Monday, no, Tuesday", "tuesday"},
    {day, "Monday no Tuesday", "tuesday"},
    {day, "Monday. Actually, make it Wednesday.", "wednesday"},
    {day, "not Monday, Tuesday", "tuesday"},
    {day, "Monday doesn't work but Tuesday does", "tuesday"},
    {day, "Tuesday is better than Monday", "tuesday"},
    {day, "Tuesday instead of Monday", "tuesday"},
    {day, "Monday, Tuesday I mean", "tuesday"},
    {day, "Why not Tuesday?", "tuesday"},
    {day, "No, Tuesday.", "tuesday"},
    {day, "Monday or Tuesday", ""},
    {day, "not Tuesday", ""},
    {day, "Not on Tuesday.", ""},
    {day, "Tuesday doesn't work", ""},
    {day, "Tuesday? That doesn't work.", ""},
    {day, "I can't do Tuesday", ""},
    {day, "Tuesday is bad for me", ""},
    {day, "any day but Tuesday", ""},
    {day, "after Tuesday", ""},
    {day, "from Monday to Friday", ""},
    {day, "Monday through Friday", ""},
    {day, "every Tuesday", ""},
    {day, "the day after tomorrow", "day_after_tomorrow", "the day after tomorrow"},
    {day, "a week from Tuesday", ""},
    {day, "the first Tuesday in March", ""},
    {day, "the 24th", "24", "the 24th"},
    {day, "uh, the twenty fourth, please", "24", "the twenty fourth"},
    {day, "On the third at four.", "3", "the third"},
    {day, "Wednesday the third", "3", "Wednesday the third"},
    {day, "the first one", ""},
    {day, "the first or the second", ""},
    {day, "February 30th", ""},
    {day, "13/45", ""},
    {day, "may I ask something", ""},
    {day, "Can you do Monday at 3?", "monday"},
    {day, "tomorrow or the day after", ""},
    {day, "Friday or the weekend", ""},
    {day, "Tuesday's too early", ""},
    {day, "Good morning.", ""},
    {day, "whenever", ""},
};

constexpr Row kTimes[] = {
    {time, "half past three", "15:30", "half past three"},
    {time, "Half past three.", "15:30", "half past three"},
    {time, "quarter to ten", "09:45", "quarter to ten"},
    {time, "a quarter past four", "16:15"},
    {time, "at 3:30 pm", "15:30", "3:30 pm"},
    {time, "3:30 P.M.", "15:30", "3:30 pm"},
    {time, "3 p m", "15:00"},
    {time, "3pm", "15:00", "3pm"},
    {time, "three thirty", "15:30", "three thirty"},
    {time, "nine oh five", "09:05"},
    {time, "noon", "12:00", "noon"},
    {time, "midnight", "00:00"},
    {time, "2 o'clock", "14:00", "2 o'clock"},
    {time, "ten to four", "15:50"},
    {time, "twenty past eight", "08:20"},
    {time, "at eight", "08:00", "eight"},
    {time, "three", "15:00", "three"},
    {time, "3 please", "15:00"},
    {time, "maybe around three", "15:00"},
    {time, "7 in the morning", "07:00"},
    {time, "eight in the evening", "20:00", "eight in the evening"},
    {time, "tomorrow morning at seven", "07:00"},
    {time, "Good morning, three o'clock would be fine.", "15:00"},
    {time, "15:30", "15:30"},
    {time, "3 a.m.", "03:00"},
    {time, "12 am", "00:00"},
    {time, "12:15", "12:15"},
    {time, "three, no, four", "16:00"},
    {time, "half three", "15:30"},
    {time, "three or four", ""},
    {time, "between three and four", ""},
    {time, "three to four", ""},
    {time, "after three", ""},
    {time, "not at three", ""},
    {time, "three people", ""},
    {time, "in two hours", ""},
    {time, "option three", ""},
    {time, "five three thirty two", ""},
    {time, "that one", ""},
    {time, "3:30 doesn't work", ""},
    {time, "25:70", ""},
    {time, "whenever", ""},
};

constexpr Row kNames[] = {
    {name, "my name is ann smith", "Ann Smith", "Ann Smith"},
    {name, "My name is Ann Smith.", "Ann Smith"},
    {name, "this is Ann Smith", "Ann Smith"},
    {name, "Ann Smith.", "Ann Smith"},
    {name, "Smith. Ann Smith.", "Ann Smith"},
    {name, "The name is Bond, James Bond.", "James Bond"},
    {name, "van der Berg, Peter van der Berg", "Peter van der Berg"},
    {name, "Hi, this is Ann Smith calling about my order.", "Ann Smith"},
    {name, "Yeah, it's Ann.", "Ann"},
    {name, "ann", "Ann"},
    {name, "it's Smith, S M I T H", "Smith"},
    {name, "it's spelled S M Y T H", "Smyth"},
    {name, "Smith, S-M-Y-T-H.", "Smyth"},
    {name, "Ann Smith, S as in Sam M I T H", "Ann Smith"},
    {name, "S. M. I. T. H.", "Smith"},
    {name, "Mrs. Mary-Jane O'Brien", "Mary-Jane O'Brien"},
    {name, "my name is mary jane o'brien", "Mary Jane O'Brien"},
    {name, "John McDonald", "John McDonald"},
    {name, "ANN SMITH", "Ann Smith"},
    {name, "Ann, no, Anna Smith", "Anna Smith"},
    {name, "Ann. Smith.", "Ann Smith"},
    {name, "My name is Ann Smith and I'd like an appointment", "Ann Smith"},
    {name, "I'm José Müller.", "José Müller"},
    {name, "My first name is Ann and my last name is Smith.", "Ann Smith"},
    {name, "Last name Smith, first name Ann", "Ann Smith"},
    {name, "I don't want to say", ""},
    {name, "why", ""},
    {name, "what do you mean", ""},
    {name, "Why do you need that?", ""},
    {name, "Yes.", ""},
    {name, "No, thank you.", ""},
    {name, "I'm calling about my bill", ""},
    {name, "it's complicated", ""},
    {name, "Tuesday", ""},
    {name, "forty two", ""},
    {name, "Ann Mary Jane Louise Smith", ""},
    {name, "My name is not important.", ""},
    {name, "um", ""},
    {name, "Look, I need a plumber", ""},
};

constexpr Row kTexts[] = {
    {text, "I have a toothache.", "I have a toothache.", "I have a toothache"},
    {text, "Um, well, my reason is a toothache", "my reason is a toothache"},
    {text, "so uh I'd like to move", "I'd like to move"},
    {text, "No.", "No.", "No"},
    {text, "Can I get a refund?", "Can I get a refund?"},
    {text, "like new", "like new"},
    {text, "um", ""},
    {text, "Um, well.", ""},
    {text, "mm-hm", ""},
    {text, "Yeah, okay.", ""},
    {text, "What?", ""},
    {text, "Sorry?", ""},
    {text, "How do you mean?", ""},
    {text, "", ""},
    {text, "...", ""},
};

constexpr Row kGerman[] = {
    {yes_no, "Ja genau.", "yes", "ja"},
    {yes_no, "Ja, gerne.", "yes"},
    {yes_no, "Stimmt.", "yes"},
    {yes_no, "nee", "no", "nein"},
    {yes_no, "nein, lieber Dienstag", "no"},
    {yes_no, "Eher nicht.", "no"},
    {yes_no, "Ich glaube nicht.", "no"},
    {yes_no, "Ja, nein.", ""},
    {yes_no, "weiß ich nicht", ""},
    {yes_no, "Ja, aber nur vormittags.", ""},
    {day, "nein, lieber Dienstag", "tuesday", "Dienstag"},
    {day, "am Dienstag bitte", "tuesday"},
    {day, "nächsten dienstag", "tuesday", "nächsten Dienstag"},
    {day, "Dienstagnachmittag", "tuesday"},
    {day, "morgen um halb vier", "tomorrow", "morgen"},
    {day, "heute Abend", "today", "heute Abend"},
    {day, "am 24. Dezember", "12-24", "24. Dezember"},
    {day, "am vierundzwanzigsten Dezember", "12-24"},
    {day, "24.12.2026", "2026-12-24"},
    {day, "am 24.12.", "12-24", "24. Dezember"},
    {day, "vierundzwanzigster zwölfter", "12-24"},
    {day, "dritter März neunzehnhundertfünfundachtzig", "1985-03-03"},
    {day, "Montag, nein, Dienstag", "tuesday"},
    {day, "nicht am Montag, sondern Dienstag", "tuesday"},
    {day, "Dienstag geht leider nicht", ""},
    {day, "Dienstag kann ich nicht, Mittwoch geht.", "wednesday"},
    {day, "Nein, nicht heute, morgen.", "tomorrow"},
    {day, "spätestens Freitag", ""},
    {day, "Montag oder Dienstag", ""},
    {day, "Guten Morgen.", ""},
    {day, "übermorgen", "day_after_tomorrow", "übermorgen"},
    {day, "am vierundzwanzigsten", "24", "am vierundzwanzigsten"},
    {day, "jeden Dienstag", ""},
    {day, "nach Dienstag", ""},
    {time, "morgen um halb vier", "15:30", "halb vier"},
    {time, "viertel nach drei", "15:15", "Viertel nach drei"},
    {time, "Viertel vor zehn", "09:45"},
    {time, "dreiviertel vier", "15:45"},
    {time, "drei viertel vier", "15:45"},
    {time, "fünf vor halb vier", "15:25"},
    {time, "um 15 Uhr 30", "15:30", "15 Uhr 30"},
    {time, "15:30 Uhr", "15:30"},
    {time, "um acht Uhr morgens", "08:00"},
    {time, "um sieben Uhr früh", "07:00"},
    {time, "acht Uhr abends", "20:00", "acht Uhr abends"},
    {time, "heute Abend um acht", "20:00"},
    {time, "morgen früh um sieben", "07:00"},
    {time, "lieber um vier als um drei", "16:00"},
    {time, "so gegen drei", "15:00"},
    {time, "um drei", "15:00", "drei"},
    {time, "ein Uhr", "13:00"},
    {time, "zwischen drei und vier", ""},
    {time, "um drei geht es nicht", ""},
    {time, "drei Personen", ""},
    {number, "einundzwanzig", "21", "einundzwanzig"},
    {number, "Zweihundertdreiundvierzig.", "243"},
    {number, "zwei Komma fünf", "2.5"},
    {number, "1.500", "1500"},
    {number, "2,5", "2.5"},
    {number, "acht von zehn", "8"},
    {number, "nur eine Person", "1"},
    {number, "einen Termin", ""},
    {digits, "fünf fünf fünf null eins", "55501", "5 5 5 0 1"},
    {digits, "die Nummer ist einundzwanzig dreiunddreißig", "2133", "21 33"},
    {digits, "zwo null acht", "208"},
    {phone, "plus vier neun dreißig eins zwei drei vier fünf sechs", "+4930123456"},
    {phone, "0151 2345 6789", "015123456789", "0151 2345 6789"},
    {email, "anna punkt schmidt ät beispiel punkt de", "anna.schmidt@beispiel.de"},
    {email, "anna minus schmidt at web.de", "anna-schmidt@web.de"},
    {one_of, "eine Zahnreinigung bitte", "cleaning"},
    {one_of, "keine Reinigung, nur eine Kontrolle", "check-up"},
    {one_of, "ich habe keine Versicherung", "no insurance"},
    {name, "Mein Name ist Anna Schmidt.", "Anna Schmidt"},
    {name, "ich heiße anna von der heide", "Anna von der Heide"},
    {name, "Guten Tag, hier ist Anna Schmidt.", "Anna Schmidt"},
    {name, "Schmidt, S C H M I D T", "Schmidt"},
    {name, "öztürk", "Öztürk"},
    {name, "Das sage ich nicht", ""},
    {name, "Wieso?", ""},
    {text, "Ähm, also ich habe Zahnschmerzen", "ich habe Zahnschmerzen"},
    {text, "Wie bitte?", ""},
};

constexpr Row kInPassing[] = {
    {day, "I'd like to come in on Tuesday at three thirty", "tuesday"},
    {day, "can you send somebody tomorrow", "tomorrow"},
    {day, "Can I come in today?", "today"},
    {day, "How are you today", ""},
    {day, "I'm calling about the invoice I got today", ""},
    {day, "My appointment was on Tuesday", ""},
    {day, "Are you open on Sunday?", ""},
    {time, "I'd like to come in on Tuesday at three thirty", "15:30"},
    {time, "could we do half past three", "15:30"},
    {time, "can I come at five", "17:00"},
    {time, "I have three kids", ""},
    {time, "I live at five Main Street", ""},
    {time, "I called at 3 pm", ""},
    {time, "I was there at 5", ""},
    {one_of, "hi, I'd like to book a cleaning", "cleaning"},
    {email, "you can write to ann@example.com", "ann@example.com"},
    {phone, "you can reach me at 555 010 0142", "5550100142"},
    {phone, "call me back on plus one 555 010 0142", "+15550100142"},
    {phone, "4471 2345 is the thing", ""},
    {phone, "my order number is 44712345", ""},
    {yes_no, "yes", ""},
    {number, "three", ""},
    {digits, "4471", ""},
    {name, "Ann Smith", ""},
    {text, "I have a toothache", ""},
};

constexpr Row kOtherLanguages[] = {
    {one_of, "un bleaching s'il vous plaît", "whitening"},
    {number, "42", "42"},
    {number, "quarante-deux", ""},
    {digits, "44 71", "4471"},
    {phone, "+33 1 23 45 67 89", "+33123456789"},
    {email, "ann@example.com", "ann@example.com"},
    {day, "2026-12-24", "2026-12-24"},
    {day, "mardi", ""},
    {time, "15:30", "15:30"},
    {time, "quinze heures", ""},
    {yes_no, "yes", ""},
    {name, "Ann Smith", ""},
    {text, "bonjour", ""},
};

constexpr SlotKind kKinds[] = {text, yes_no, one_of, number, digits, phone, email, day, SlotKind::time, SlotKind::name};

}  // namespace

TEST(Slots, yes_and_no_are_told_from_words_that_are_neither) {
  expect_found(kYesNo, "en-US", true);
}
TEST(Slots, a_choice_is_what_is_chosen_not_what_is_refused_or_asked_about) {
  expect_found(kChoices, "en-US", true);
}
TEST(Slots, a_question_chooses_where_it_answers_the_choice_and_not_in_passing) {
  const std::vector<SlotChoice> topics{{"hours", {"hours", "open"}}, {"cleaning", {"cleaning", "Reinigung"}}};
  const auto found = [&](const char* words, const char* language, bool asked) {
    const auto slot = slot_in(SlotKind::one_of, topics, words, language, asked);
    return slot ? slot->value : "";
  };
  EXPECT_EQ(found("What are your hours?", "en-US", true), "hours");
  EXPECT_EQ(found("How much is a cleaning?", "en-US", true), "cleaning");
  EXPECT_EQ(found("How much is a cleaning?", "en-US", false), "");
  EXPECT_EQ(found("Was kostet eine Reinigung?", "de", false), "");
}
TEST(Slots, a_number_is_one_that_counts) {
  expect_found(kNumbers, "en-US", true);
}
TEST(Slots, digits_are_read_as_they_are_read_out) {
  expect_found(kDigits, "en-US", true);
}
TEST(Slots, a_telephone_number_is_whole_or_nothing) {
  expect_found(kPhones, "en-US", true);
}
TEST(Slots, an_address_is_found_said_or_written) {
  expect_found(kEmails, "en-US", true);
}
TEST(Slots, a_day_that_is_refused_or_only_a_bound_is_none) {
  expect_found(kDays, "en-US", true);
}
TEST(Slots, a_time_is_of_24_hours_and_said_back_as_it_was_said) {
  expect_found(kTimes, "en-US", true);
}
TEST(Slots, a_name_has_its_capitals_and_its_spelling) {
  expect_found(kNames, "en-US", true);
}
TEST(Slots, a_text_is_all_but_what_leads_up_to_it) {
  expect_found(kTexts, "en-US", true);
}
TEST(Slots, german_is_understood_too) {
  expect_found(kGerman, "de", true);
}
TEST(Slots, in_passing_only_what_is_plainly_meant_is_found) {
  expect_found(kInPassing, "en-US", false);
}
TEST(Slots, of_other_languages_only_numerals_addresses_and_choices_are_found) {
  expect_found(kOtherLanguages, "fr", true);
}

TEST(Slots, a_date_in_numerals_is_read_as_the_region_writes_it) {
  EXPECT_EQ(slot_in(day, {}, "3/11", "en-US", true)->value, "03-11");
  EXPECT_EQ(slot_in(day, {}, "3/11", "en-GB", true)->value, "11-03");
  EXPECT_EQ(slot_in(day, {}, "24/12", "en-US", true)->value, "12-24") << "no month has the number 24";
}

TEST(Slots, choices_with_the_same_phrase_are_not_guessed_between) {
  EXPECT_FALSE(slot_in(one_of, {{"a1", {"basic"}}, {"b2", {"basic"}}}, "the basic one", "en", true));
  EXPECT_FALSE(slot_in(one_of, {}, "the basic one", "en", true));
}

TEST(Slots, turn_taking_waits_for_values_that_are_said_in_pieces) {
  EXPECT_EQ(expected_by(phone), Expects::phone);
  EXPECT_EQ(expected_by(digits), Expects::number);
  EXPECT_EQ(expected_by(number), Expects::number);
  EXPECT_EQ(expected_by(email), Expects::email);
  EXPECT_EQ(expected_by(day), Expects::date);
  EXPECT_EQ(expected_by(SlotKind::time), Expects::date);
  EXPECT_EQ(expected_by(SlotKind::name), Expects::spelling);
  for (const SlotKind kind : {text, yes_no, one_of}) EXPECT_EQ(expected_by(kind), Expects::none);
}

// Every prefix of every utterance, and with bytes that are no UTF-8 in it, gives a clean value or none.
TEST(Slots, half_an_utterance_and_broken_bytes_do_no_harm) {
  for (const auto& rows : {std::span<const Row>(kYesNo), std::span<const Row>(kDays), std::span<const Row>(kTimes),
                           std::span<const Row>(kNames), std::span<const Row>(kEmails), std::span<const Row>(kGerman)})
    for (const Row& row : rows)
      for (std::size_t n = 0; n <= row.said.size(); n += 3)
        for (const std::string_view broken : {"", "\xC3", "\xF0\x9F", "\xFF, "})
          for (const std::string_view language : {"en", "de"}) {
            const std::string said =
                std::string(row.said.substr(0, n)) + std::string(broken) + std::string(row.said.substr(n));
            const auto found = slot_in(row.kind, choices(), said, language, true);
            if (!found) continue;
            EXPECT_FALSE(found->value.empty() || found->spoken.empty()) << said;
            EXPECT_EQ(clean_utf8(found->value), found->value) << said;
            EXPECT_EQ(clean_utf8(found->spoken), found->spoken) << said;
          }
}

TEST(Slots, sixty_kilobytes_take_no_longer_by_the_word) {
  constexpr std::string_view kRepeated[] = {"a ",
                                            "'",
                                            "yeah. ",
                                            "no, ",
                                            "okay ",
                                            "five ",
                                            "5-",
                                            "Tuesday not ",
                                            "at three or ",
                                            "a dot b at ",
                                            "s m i ",
                                            "cleaning no ",
                                            "that's ",
                                            "the 24. ",
                                            "um, ",
                                            "5 dash dash ",
                                            "guten morgen ",
                                            "hundert",
                                            "tausendundein",
                                            "\xC3",
                                            "1,",
                                            "my name is ",
                                            "..",
                                            "--"};
  constexpr std::string_view kLanguages[] = {"en", "de", "fr"};
  std::size_t turn = 0;
  for (const std::string_view piece : kRepeated) {
    std::string said;
    while (said.size() < 60'000) said += piece;
    for (const SlotKind kind : kKinds) {
      const std::string_view language = kLanguages[++turn % 3];
      const auto from = std::chrono::steady_clock::now();
      (void)slot_in(kind, choices(), said, language, true);
      const auto took = std::chrono::steady_clock::now() - from;
      EXPECT_LT(took, std::chrono::seconds(4)) << piece << " as kind " << static_cast<int>(kind) << " in " << language;
    }
  }
}

}  // namespace offhook::dialog
