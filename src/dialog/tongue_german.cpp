#include "dialog/tongue.hpp"

namespace offhook::dialog {
namespace {

using When = Abbreviation::When;

constexpr Gender f = Gender::feminine, m = Gender::masculine, n = Gender::neuter;
constexpr Unit kUnits[] = {
    {"km/h", "Kilometer pro Stunde", "Kilometer pro Stunde", m},
    {"km", "Kilometer", "Kilometer", m},
    {"m", "Meter", "Meter", m},
    {"cm", "Zentimeter", "Zentimeter", m},
    {"mm", "Millimeter", "Millimeter", m},
    {"km²", "Quadratkilometer", "Quadratkilometer", m},
    {"m²", "Quadratmeter", "Quadratmeter", m},
    {"qm", "Quadratmeter", "Quadratmeter", m},
    {"m³", "Kubikmeter", "Kubikmeter", m},
    {"kg", "Kilogramm", "Kilogramm", n},
    {"g", "Gramm", "Gramm", n},
    {"mg", "Milligramm", "Milligramm", n},
    {"µg", "Mikrogramm", "Mikrogramm", n},
    {"t", "Tonne", "Tonnen", f},
    {"l", "Liter", "Liter", m},
    {"L", "Liter", "Liter", m},
    {"ml", "Milliliter", "Milliliter", m},
    {"°C", "Grad Celsius", "Grad Celsius", n},
    {"° C", "Grad Celsius", "Grad Celsius", n},
    {"°F", "Grad Fahrenheit", "Grad Fahrenheit", n},
    {"°", "Grad", "Grad", n},
    {"kB", "Kilobyte", "Kilobyte", n},
    {"KB", "Kilobyte", "Kilobyte", n},
    {"MB", "Megabyte", "Megabyte", n},
    {"GB", "Gigabyte", "Gigabyte", n},
    {"TB", "Terabyte", "Terabyte", n},
    {"Mbit/s", "Megabit pro Sekunde", "Megabit pro Sekunde", n},
    {"Hz", "Hertz", "Hertz", n},
    {"kHz", "Kilohertz", "Kilohertz", n},
    {"MHz", "Megahertz", "Megahertz", n},
    {"GHz", "Gigahertz", "Gigahertz", n},
    {"W", "Watt", "Watt", n},
    {"kW", "Kilowatt", "Kilowatt", n},
    {"kWh", "Kilowattstunde", "Kilowattstunden", f},
    {"V", "Volt", "Volt", n},
    {"min", "Minute", "Minuten", f},
    {"Min", "Minute", "Minuten", f},
    {"Min.", "Minute", "Minuten", f},
    {"s", "Sekunde", "Sekunden", f},
    {"sek", "Sekunde", "Sekunden", f},
    {"Sek.", "Sekunde", "Sekunden", f},
    {"ms", "Millisekunde", "Millisekunden", f},
    {"h", "Stunde", "Stunden", f},
    {"Std", "Stunde", "Stunden", f},
    {"Std.", "Stunde", "Stunden", f},
    {"Stk.", "Stück", "Stück", n},
    {"kcal", "Kilokalorie", "Kilokalorien", f},
    {"x", "Mal", "Mal", n, true},
};

constexpr Currency kCurrencies[] = {
    {"€", "Euro", "Euro", "Cent", "Cent", m},
    {"EUR", "Euro", "Euro", "Cent", "Cent", m},
    {"Euro", "Euro", "Euro", "Cent", "Cent", m},
    {"$", "Dollar", "Dollar", "Cent", "Cent", m},
    {"US$", "Dollar", "Dollar", "Cent", "Cent", m},
    {"USD", "Dollar", "Dollar", "Cent", "Cent", m},
    {"£", "Pfund", "Pfund", "Penny", "Pence", n},
    {"GBP", "Pfund", "Pfund", "Penny", "Pence", n},
    {"CHF", "Franken", "Franken", "Rappen", "Rappen", m},
    {"SFr.", "Franken", "Franken", "Rappen", "Rappen", m},
    {"¥", "Yen", "Yen", "", "", m},
};

constexpr Abbreviation kAbbreviations[] = {
    {"z. B.", "zum Beispiel"},
    {"Z. B.", "zum Beispiel"},
    {"d. h.", "das heißt"},
    {"u. a.", "unter anderem"},
    {"v. a.", "vor allem"},
    {"s. o.", "siehe oben"},
    {"s. u.", "siehe unten"},
    {"i. d. R.", "in der Regel"},
    {"o. Ä.", "oder Ähnliches"},
    {"u. Ä.", "und Ähnliches"},
    {"u. U.", "unter Umständen"},
    {"z. T.", "zum Teil"},
    {"z. Zt.", "zur Zeit"},
    {"zzt.", "zurzeit"},
    {"n. Chr.", "nach Christus"},
    {"v. Chr.", "vor Christus"},
    {"i. A.", "im Auftrag"},
    {"usw.", "und so weiter"},
    {"etc.", "et cetera"},
    {"bzw.", "beziehungsweise"},
    {"bspw.", "beispielsweise"},
    {"ca.", "circa"},
    {"inkl.", "inklusive"},
    {"exkl.", "exklusive"},
    {"zzgl.", "zuzüglich"},
    {"abzgl.", "abzüglich"},
    {"evtl.", "eventuell"},
    {"ggf.", "gegebenenfalls"},
    {"sog.", "sogenannte"},
    {"vgl.", "vergleiche"},
    {"tgl.", "täglich"},
    {"mind.", "mindestens"},
    {"min.", "mindestens", When::before_number},
    {"max.", "maximal"},
    {"insb.", "insbesondere"},
    {"geb.", "geboren"},
    {"gem.", "gemäß"},
    {"lt.", "laut"},
    {"bez.", "bezüglich"},
    {"Nr.", "Nummer"},
    {"Hausnr.", "Hausnummer"},
    {"Str.", "Straße"},
    {"Tel.", "Telefon"},
    {"Abt.", "Abteilung"},
    {"Bd.", "Band"},
    {"Jh.", "Jahrhundert"},
    {"Kap.", "Kapitel"},
    {"Art.", "Artikel", When::before_number},
    {"Abs.", "Absatz", When::before_number},
    {"S.", "Seite", When::before_number},
    {"MwSt.", "Mehrwertsteuer"},
    {"MwSt", "Mehrwertsteuer"},
    {"Dr.", "Doktor"},
    {"Dr", "Doktor", When::before_name},
    {"Prof.", "Professor"},
    {"Dipl.", "Diplom"},
    {"Ing.", "Ingenieur"},
    {"med.", "med"},
    {"Hr.", "Herr", When::before_name},
    {"Hrn.", "Herrn", When::before_name},
    {"Fr.", "Frau", When::before_name},
    {"St.", "Sankt", When::before_name},
    {"Mio.", "Millionen", When::after_number},
    {"Mrd.", "Milliarden", When::after_number},
    {"Mo.", "Montag", When::near_day},
    {"Di.", "Dienstag", When::near_day},
    {"Mi.", "Mittwoch", When::near_day},
    {"Do.", "Donnerstag", When::near_day},
    {"Fr.", "Freitag", When::near_day},
    {"Sa.", "Samstag", When::near_day},
    {"So.", "Sonntag", When::near_day},
    {"Mo", "Montag", When::near_day},
    {"Di", "Dienstag", When::near_day},
    {"Mi", "Mittwoch", When::near_day},
    {"Do", "Donnerstag", When::near_day},
    {"Fr", "Freitag", When::near_day},
    {"Sa", "Samstag", When::near_day},
    {"So", "Sonntag", When::near_day},
    {"Jan.", "Januar"},
    {"Feb.", "Februar"},
    {"Apr.", "April"},
    {"Aug.", "August"},
    {"Sept.", "September"},
    {"Okt.", "Oktober"},
    {"Nov.", "November"},
    {"Dez.", "Dezember"},
    {"Jan", "Januar", When::near_day},
    {"Feb", "Februar", When::near_day},
    {"Apr", "April", When::near_day},
    {"Aug", "August", When::near_day},
    {"Sep", "September", When::near_day},
    {"Okt", "Oktober", When::near_day},
    {"Nov", "November", When::near_day},
    {"Dez", "Dezember", When::near_day},
};

constexpr Pair kScales[] = {
    {"k", "tausend"},      {"Tausend", "tausend"},       {"tausend", "tausend"},    {"Mio.", "Millionen"},
    {"Mio", "Millionen"},  {"Millionen", "Millionen"},   {"Million", "Million"},    {"Mrd.", "Milliarden"},
    {"Mrd", "Milliarden"}, {"Milliarden", "Milliarden"}, {"Milliarde", "Milliarde"}};
constexpr Pair kSigns[] = {{"→", ","},     {"≤", "höchstens"}, {"≥", "mindestens"}, {"÷", "geteilt durch"},
                           {"−", "minus"}, {"√", "Wurzel"},    {"∞", "unendlich"},  {"≠", "ungleich"}};
constexpr Pair kSmallWords[] = {{"und/oder", "und oder"},
                                {"24/7", "vierundzwanzig sieben"},
                                {"C++", "C plus plus"},
                                {"km/h", "Kilometer pro Stunde"}};

constexpr std::string_view kSpokenAsWords[] = {"NASA", "NATO", "AIDS",   "PIN",   "SIM",    "RAM",  "GIF",   "IKEA",
                                               "LEGO", "FIFA", "UEFA",   "COVID", "UNICEF", "TÜV",  "TAN",   "IBAN",
                                               "SEPA", "DIN",  "ELSTER", "BAFÖG", "OK",     "VISA", "EDEKA", "ALDI",
                                               "BIC",  "ISO",  "LAN",    "SAP",   "ARAG",   "DEVK", "ROM",   "HUK"};
constexpr std::string_view kShouted[] = {"NICHT", "NEIN", "JA",  "ALLE", "UND",    "ODER",  "ABER",  "DER",
                                         "DIE",   "DAS",  "IST", "NUR",  "NEU",    "STOPP", "BITTE", "IMMER",
                                         "NIE",   "WIR",  "SIE", "HIER", "JETZT",  "ZU",    "IM",    "AM",
                                         "IN",    "AN",   "AUF", "MIT",  "GRATIS", "SEHR",  "KEIN",  "KEINE"};
constexpr std::string_view kPerWhat[] = {"Monat", "Jahr",   "Woche",  "Tag",   "Nacht", "Stunde", "Std", "h",  "Minute",
                                         "min",   "Person", "Nutzer", "Stück", "kg",    "km",     "l",   "m²", "s"};
constexpr std::string_view kSpelledBehind[] = {
    "code",         "pin",          "tan",    "id",      "konto",      "durchwahl", "kennung", "plz",
    "postleitzahl", "aktenzeichen", "nummer", "vorgang", "bestellung", "buchung",   "ticket",  "karte"};
constexpr std::string_view kRomanCounts[] = {"Kapitel", "Teil", "Band",      "Phase",     "Typ",  "Stufe",
                                             "Klasse",  "Akt",  "Abschnitt", "Weltkrieg", "Buch", "Kategorie"};
constexpr std::string_view kRomanNames[] = {"Heinrich", "Ludwig",    "Elisabeth", "Karl",    "Georg",
                                            "Wilhelm",  "Friedrich", "Otto",      "Philipp", "Pius",
                                            "Benedikt", "Johannes",  "Paul",      "Leo",     "Maximilian"};

Tongue make() {
  Tongue t;
  t.tag = "de";
  speak_german(t);
  t.decimal = ',', t.thousands = '.';
  t.day_first = true;
  t.point = "Komma", t.minus = "minus", t.plus = "plus", t.percent = "Prozent", t.to = "bis", t.per = "pro";
  t.and_ = "und", t.at = "ät", t.dot = "Punkt", t.slash = "Schrägstrich", t.dash = "Bindestrich";
  t.underscore = "Unterstrich", t.number = "Nummer", t.times = "mal", t.equals = "gleich", t.about = "etwa";
  t.less = "kleiner als", t.more = "größer als", t.hashtag = "Hashtag", t.section = "Paragraf", t.degrees = "Grad";
  t.either = "oder", t.plus_minus = "plus minus";
  t.units = kUnits;
  t.currencies = kCurrencies;
  t.abbreviations = kAbbreviations;
  t.scales = kScales;
  t.signs = kSigns;
  t.small_words = kSmallWords;
  t.spoken_as_words = kSpokenAsWords;
  t.shouted = kShouted;
  t.per_what = kPerWhat;
  t.spelled_behind = kSpelledBehind;
  t.roman_counts = kRomanCounts;
  t.roman_names = kRomanNames;
  return t;
}

}  // namespace

const Tongue& german() {
  static const Tongue tongue = make();
  return tongue;
}

}  // namespace offhook::dialog
