#include <gtest/gtest.h>

#include "dialog/speakable.hpp"

namespace offhook::dialog {
namespace {

struct Case {
  const char *written, *spoken;
};
constexpr Case kCases[] = {
    {"12", "zwölf"},
    {"0", "null"},
    {"1 Stunde", "eine Stunde"},
    {"1 Minute", "eine Minute"},
    {"1 Termin", "ein Termin"},
    {"1", "eins"},
    {"21", "einundzwanzig"},
    {"100", "hundert"},
    {"101", "hunderteins"},
    {"116", "hundertsechzehn"},
    {"1.234", "tausendzweihundertvierunddreißig"},
    {"1.234.567", "eine Million zweihundertvierunddreißigtausendfünfhundertsiebenundsechzig"},
    {"2.000.000", "zwei Millionen"},
    {"10 000 Menschen", "zehntausend Menschen"},
    {"-5", "minus fünf"},
    {"3,5", "drei Komma fünf"},
    {"0,25", "null Komma zwei fünf"},
    {"3.5", "drei Komma fünf"},
    {"3,50 €", "drei Euro fünfzig"},
    {"1 €", "ein Euro"},
    {"€3", "drei Euro"},
    {"0,99 €", "neunundneunzig Cent"},
    {"1.234,56 Euro", "tausendzweihundertvierunddreißig Euro sechsundfünfzig"},
    {"5 Mio. Euro", "fünf Millionen Euro"},
    {"1 Million Euro", "eine Million Euro"},
    {"12,50 CHF", "zwölf Franken fünfzig"},
    {"$5", "fünf Dollar"},
    {"5 €/Monat", "fünf Euro pro Monat"},
    {"50 %", "fünfzig Prozent"},
    {"12,5%", "zwölf Komma fünf Prozent"},
    {"10-20 %", "zehn bis zwanzig Prozent"},
    {"29.11.2026", "neunundzwanzigster November zweitausendsechsundzwanzig"},
    {"am 29.11.2026", "am neunundzwanzigsten November zweitausendsechsundzwanzig"},
    {"29.11.", "neunundzwanzigster November"},
    {"am 1.12. um acht", "am ersten Dezember um acht"},
    {"am 29. November", "am neunundzwanzigsten November"},
    {"der 29. November 2026", "der neunundzwanzigste November zweitausendsechsundzwanzig"},
    {"am Montag, 29. November", "am Montag, neunundzwanzigsten November"},
    {"vom 3.–5. November", "vom dritten bis fünften November"},
    {"der 3. Termin", "der dritte Termin"},
    {"am 7. Tag", "am siebten Tag"},
    {"2026-11-29", "neunundzwanzigster November zweitausendsechsundzwanzig"},
    {"November 2026", "November zweitausendsechsundzwanzig"},
    {"im Jahr 1999", "im Jahr neunzehnhundertneunundneunzig"},
    {"1990er", "neunzehnhundertneunziger"},
    {"14:30", "vierzehn Uhr dreißig"},
    {"14:30 Uhr", "vierzehn Uhr dreißig"},
    {"14.30 Uhr", "vierzehn Uhr dreißig"},
    {"9:05 Uhr", "neun Uhr fünf"},
    {"9 Uhr", "neun Uhr"},
    {"1 Uhr", "ein Uhr"},
    {"9–17 Uhr", "neun bis siebzehn Uhr"},
    {"9:00–13:00 Uhr", "neun Uhr bis dreizehn Uhr"},
    {"030 1234567", "null drei null, eins zwei drei, vier fünf sechs sieben"},
    {"+49 30 1234567", "plus vier neun, drei null, eins zwei drei, vier fünf sechs sieben"},
    {"0171/1234567", "null eins sieben eins, eins zwei drei, vier fünf sechs sieben"},
    {"0800 123 456", "null acht null null, eins zwei drei, vier fünf sechs"},
    {"Ihr Code ist 4821", "Ihr Code ist vier acht zwei eins"},
    {"Kundennummer 12345", "Kundennummer eins zwei drei vier fünf"},
    {"anna.b@example.com", "anna Punkt b ät example Punkt com"},
    {"www.bluebird.de", "bluebird Punkt d e"},
    {"https://bluebird.com/termin", "bluebird Punkt com Schrägstrich termin"},
    {"3,5 km", "drei Komma fünf Kilometer"},
    {"1 km", "ein Kilometer"},
    {"20 °C", "zwanzig Grad Celsius"},
    {"100 km/h", "hundert Kilometer pro Stunde"},
    {"16 GB", "sechzehn Gigabyte"},
    {"30 Min.", "dreißig Minuten"},
    {"1 kg", "ein Kilogramm"},
    {"1 h", "eine Stunde"},
    {"10 m²", "zehn Quadratmeter"},
    {"FAQ", "F A Q"},
    {"EU", "E U"},
    {"TÜV", "TÜV"},
    {"das ist NICHT gut", "das ist nicht gut"},
    {"z. B. heute", "zum Beispiel heute"},
    {"z.B. heute", "zum Beispiel heute"},
    {"d. h. ja", "das heißt ja"},
    {"usw.", "und so weiter."},
    {"bzw. morgen", "beziehungsweise morgen"},
    {"ca. 5", "circa fünf"},
    {"inkl. MwSt.", "inklusive Mehrwertsteuer."},
    {"Dr. Müller", "Doktor Müller"},
    {"Fr. Schmidt", "Frau Schmidt"},
    {"Hr. Meier", "Herr Meier"},
    {"St. Gallen", "Sankt Gallen"},
    {"Nr. 12", "Nummer zwölf"},
    {"#12", "Nummer zwölf"},
    {"Hauptstr. 5", "Hauptstraße fünf"},
    {"Hauptstr. 5, 10115 Berlin", "Hauptstraße fünf, eins null eins eins fünf Berlin"},
    {"Mo–Fr", "Montag bis Freitag"},
    {"Mo-Fr, Sa", "Montag bis Freitag, Samstag"},
    {"So ist es", "So ist es"},
    {"Di., Mi. und", "Dienstag, Mittwoch und"},
    {"1/2", "ein halb"},
    {"3/4", "drei viertel"},
    {"2 1/2 Stunden", "zweieinhalb Stunden"},
    {"½ Liter", "ein halb Liter"},
    {"Ludwig XIV. war", "Ludwig der Vierzehnte war"},
    {"Kapitel IV", "Kapitel vier"},
    {"Müller & Söhne", "Müller und Söhne"},
    {"2 + 2 = 4", "zwei plus zwei gleich vier"},
    {"er/sie", "er oder sie"},
    {"und/oder", "und oder"},
    {"AB-1234", "A B, eins zwei drei vier"},
    {"A4", "A vier"},
    {"MP3", "M P drei"},
    {"§ 5", "Paragraf fünf"},
    {"**fett** und [hier](x)", "fett und hier"},
    {"5 Äpfel 🍎!", "fünf Äpfel!"},
    {"3.11.2", "drei Punkt elf Punkt zwei"},
};

}  // namespace

TEST(Speakable, german_is_said_as_people_say_it) {
  for (const Case& c : kCases) EXPECT_EQ(speakable(c.written, "de").text, c.spoken) << c.written;
}

TEST(Speakable, what_is_said_in_german_needs_no_second_time) {
  for (const Case& c : kCases) {
    const std::string once = speakable(c.written, "de").text;
    if (once.find_first_of("0123456789") == once.npos) continue;
    ADD_FAILURE() << c.written << ": " << once;
  }
}

}  // namespace offhook::dialog
