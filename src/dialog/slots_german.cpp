#include "dialog/slots_rules.hpp"

namespace offhook::dialog {
namespace {

constexpr Counted kWeekdays[] = {{"montag", 1},  {"dienstag", 2}, {"mittwoch", 3},  {"donnerstag", 4},
                                 {"freitag", 5}, {"samstag", 6},  {"sonnabend", 6}, {"sonntag", 7}};
constexpr Counted kMonths[] = {{"januar", 1},    {"jänner", 1},   {"februar", 2},   {"märz", 3},     {"maerz", 3},
                               {"april", 4},     {"mai", 5},      {"juni", 6},      {"juli", 7},     {"august", 8},
                               {"september", 9}, {"oktober", 10}, {"november", 11}, {"dezember", 12}};
constexpr Counted kTodays[] = {{"übermorgen", 2},    {"wochenende", 3},        {"heute", 0},
                               {"heute morgen", 0},  {"heute früh", 0},        {"heute vormittag", 0},
                               {"heute mittag", 0},  {"heute nachmittag", 0},  {"heute abend", 0},
                               {"morgen", 1},        {"morgen früh", 1},       {"morgen vormittag", 1},
                               {"morgen mittag", 1}, {"morgen nachmittag", 1}, {"morgen abend", 1}};
constexpr DayPart kDayParts[] = {
    {"morgens", 1, 11, 0},     {"morgen", 1, 11, 0},      {"früh", 1, 11, 0},       {"vormittag", 5, 12, 0},
    {"vormittags", 5, 12, 0},  {"mittag", 11, 12, 0},     {"mittag", 1, 2, 12},     {"mittags", 11, 12, 0},
    {"mittags", 1, 2, 12},     {"nachmittag", 12, 12, 0}, {"nachmittag", 1, 7, 12}, {"nachmittags", 12, 12, 0},
    {"nachmittags", 1, 7, 12}, {"abend", 4, 11, 12},      {"abends", 4, 11, 12},    {"nachts", 12, 12, -12},
    {"nachts", 1, 5, 0},       {"nachts", 9, 11, 12},     {"nacht", 12, 12, -12},   {"nacht", 1, 5, 0}};

constexpr std::string_view kFillers[] = {"äh", "ähm", "öh", "öhm", "ehm", "hm", "hmm", "mh", "uh", "ah", "eh", "uhm"};
constexpr std::string_view kLeadIns[] = {"ja",
                                         "also",
                                         "na",
                                         "naja",
                                         "na ja",
                                         "gut",
                                         "okay",
                                         "ok",
                                         "so",
                                         "ach",
                                         "ach so",
                                         "hallo",
                                         "guten tag",
                                         "guten morgen",
                                         "guten abend",
                                         "und",
                                         "dann",
                                         "das ist",
                                         "das wäre",
                                         "es ist",
                                         "das sind",
                                         "ich sage mal",
                                         "ich würde sagen",
                                         "ich glaube",
                                         "ich denke",
                                         "vielleicht",
                                         "sagen wir",
                                         "mal sehen",
                                         "moment",
                                         "genau",
                                         "die nummer ist",
                                         "meine nummer ist",
                                         "die nummer lautet",
                                         "meine nummer lautet",
                                         "nur",
                                         "nein",
                                         "danke",
                                         "bitte",
                                         "natürlich",
                                         "am",
                                         "gerne",
                                         "gern",
                                         "klar",
                                         "ich meine",
                                         "entschuldigung",
                                         "lieber",
                                         "wohl",
                                         "so gegen",
                                         "gegen",
                                         "ungefähr",
                                         "etwa",
                                         "wie geht's",
                                         "wie geht es ihnen"};
constexpr std::string_view kCourtesies[] = {
    "bitte",      "danke",      "danke schön",    "dankeschön",     "vielen dank",  "wäre gut",
    "wäre super", "wäre schön", "wäre toll",      "passt",          "passt gut",    "passt mir",
    "geht",       "geht gut",   "ist gut",        "gerne",          "gern",         "bitte schön",
    "bitteschön", "dann",       "das wäre super", "das wäre schön", "das wäre gut", "das wäre toll",
    "super",      "gut",        "prima",          "wäre perfekt",   "so",           "das wars",
    "das war's",  "guten tag"};
constexpr std::string_view kCorrections[] = {
    "nein",   "nee",       "ne",     "quatsch",  "sorry",      "entschuldigung", "ich meine", "ich meinte",
    "lieber", "doch",      "besser", "vielmehr", "halt",       "moment",         "stopp",     "beziehungsweise",
    "bzw",    "korrektur", "eher",   "pardon",   "verzeihung", "falsch"};
constexpr std::string_view kCorrectsBehind[] = {"meine ich", "meinte ich", "lieber", "wollte ich sagen"};
constexpr std::string_view kDenies[] = {"nicht",  "kein", "keine",   "keinen", "keinem",  "keiner",
                                        "keines", "nie",  "niemals", "weder",  "noch nie"};
constexpr std::string_view kDeniesNext[] = {"statt", "anstatt", "anstelle von",  "außer",
                                            "ohne",  "bis auf", "abgesehen von", "ausgenommen"};
constexpr std::string_view kDeniesAtOnce[] = {"nein", "nee", "als"};
constexpr std::string_view kNo[] = {"nein", "nee", "nö", "ne"};
constexpr std::string_view kSpoils[] = {"schlecht",    "ungünstig",  "unmöglich",   "schwierig", "ausgebucht", "belegt",
                                        "beschäftigt", "verhindert", "geschlossen", "zu früh",   "zu spät"};
constexpr std::string_view kRefers[] = {"das", "es", "da", "der", "die", "dann"};
constexpr std::string_view kArticles[] = {
    "am", "an", "der", "die", "das", "den", "dem", "ein", "eine",   "einen",    "einer",     "einem",
    "um", "im", "in",  "zur", "zum", "zu",  "für", "so",  "diesen", "nächsten", "kommenden", "gegen"};
constexpr std::string_view kBeginsClause[] = {"aber", "sondern", "also", "denn", "weil"};
constexpr std::string_view kAsks[] = {"was",  "wie",    "warum",   "wieso",   "weshalb", "wer",     "wo",
                                      "wann", "welche", "welcher", "welches", "welchen", "wieviel", "wozu"};
constexpr std::string_view kInvites[] = {"wie wäre",    "wie wär's", "wie wärs",   "wie wär",        "was ist mit",
                                         "warum nicht", "was ich",   "wie gesagt", "wie ist es mit", "wie sieht es"};
constexpr std::string_view kPast[] = {"war",          "waren",       "hatte",         "hatten",  "wurde",
                                      "bekommen",     "bestellt",    "gestern",       "gewesen", "angerufen",
                                      "ist passiert", "mein termin", "meinen termin", "seit",    "stornieren",
                                      "absagen",      "verschieben", "bis dann"};
constexpr std::string_view kOpening[] = {"geöffnet", "offen", "geschlossen", "öffnungszeiten", "auf", "zu"};
constexpr std::string_view kAsksBack[] = {"was",
                                          "wie",
                                          "bitte",
                                          "wie bitte",
                                          "entschuldigung",
                                          "was bitte",
                                          "hä",
                                          "wieso",
                                          "warum",
                                          "was meinen sie",
                                          "hallo",
                                          "wer ist da",
                                          "pardon",
                                          "verzeihung",
                                          "weiß ich nicht",
                                          "ich weiß nicht",
                                          "ich weiß es nicht",
                                          "keine ahnung",
                                          "können sie das wiederholen",
                                          "wie meinen sie das",
                                          "was meinen sie damit",
                                          "nochmal bitte",
                                          "noch mal bitte"};

constexpr std::string_view kYes[] = {"ja",
                                     "jaja",
                                     "jawohl",
                                     "jo",
                                     "jep",
                                     "jup",
                                     "ja genau",
                                     "ja bitte",
                                     "ja gerne",
                                     "ja gern",
                                     "genau",
                                     "stimmt",
                                     "das stimmt",
                                     "stimmt genau",
                                     "richtig",
                                     "das ist richtig",
                                     "korrekt",
                                     "das ist korrekt",
                                     "klar",
                                     "na klar",
                                     "ja klar",
                                     "natürlich",
                                     "ja natürlich",
                                     "selbstverständlich",
                                     "auf jeden fall",
                                     "sehr gerne",
                                     "sehr gern",
                                     "gerne",
                                     "gern",
                                     "ich glaube schon",
                                     "ich denke schon",
                                     "glaube schon",
                                     "denke schon",
                                     "ich glaube ja",
                                     "mhm",
                                     "mm-hm",
                                     "einverstanden",
                                     "unbedingt"};
constexpr std::string_view kYesAlone[] = {"sicher",        "okay",           "ok",
                                          "gut",           "passt",          "das passt",
                                          "in ordnung",    "alles klar",     "das geht",
                                          "das wäre gut",  "das wäre super", "das wäre schön",
                                          "das wäre toll", "super",          "prima",
                                          "perfekt",       "bitte",          "habe ich",
                                          "bin ich",       "das bin ich",    "machen wir so",
                                          "so ist es"};
constexpr std::string_view kSaysNo[] = {"nein",
                                        "nee",
                                        "nö",
                                        "nein danke",
                                        "nee danke",
                                        "nicht wirklich",
                                        "eher nicht",
                                        "lieber nicht",
                                        "auf keinen fall",
                                        "auf gar keinen fall",
                                        "überhaupt nicht",
                                        "noch nicht",
                                        "das stimmt nicht",
                                        "stimmt nicht",
                                        "das ist falsch",
                                        "das ist nicht richtig",
                                        "nicht richtig",
                                        "ich glaube nicht",
                                        "glaube nicht",
                                        "ich denke nicht",
                                        "ich glaube nein",
                                        "keinesfalls",
                                        "keineswegs",
                                        "niemals",
                                        "nicht nötig",
                                        "das ist nicht nötig",
                                        "natürlich nicht",
                                        "ganz und gar nicht",
                                        "im moment nicht"};
constexpr std::string_view kSaysNoAlone[] = {
    "ne", "falsch", "habe ich nicht", "bin ich nicht", "das geht nicht", "das passt nicht", "danke nein"};
constexpr std::string_view kUndecided[] = {
    "aber",           "wenn",         "falls",        "vielleicht",      "weiß nicht",
    "weiß ich nicht", "nicht sicher", "keine ahnung", "kommt darauf an", "kommt drauf an",
    "oder",           "egal",         "jein",         "eventuell",       "ich weiß es nicht",
    "außer"};
constexpr std::string_view kNeutral[] = {"kein problem", "ja oder nein", "keine sorge", "nicht schlimm",
                                         "natürlich kann"};

constexpr std::string_view kNotCountBefore[] = {"nummer", "das", "die", "der"};
constexpr std::string_view kNotCountBehind[] = {"moment"};
constexpr std::string_view kArticleOne[] = {"ein", "eine", "einen", "einer"};
constexpr std::string_view kCountedThings[] = {"person", "stück",  "nacht",       "karte",       "ticket",
                                               "kind",   "zimmer", "erwachsener", "erwachsenen", "mal"};
constexpr std::string_view kMoreOrLess[] = {"als",  "mindestens", "höchstens", "maximal", "über",  "unter",   "bis",
                                            "fast", "knapp",      "zwischen",  "von",     "komma", "weniger", "mehr"};
constexpr std::string_view kAndHalf[] = {"einhalb", "und ein halb", "ein halb"}, kPoint[] = {"komma"},
                           kMinus[] = {"minus"}, kScaleAnd[] = {"und"};
constexpr std::string_view kTwice[] = {"doppel", "zweimal"}, kThrice[] = {"dreimal"},
                           kDashes[] = {"strich", "bindestrich"}, kLetterFor[] = {"wie"};
constexpr std::string_view kPhoneWords[] = {"telefon",    "telefonnummer", "rufnummer", "handy",         "handynummer",
                                            "mobil",      "mobilnummer",   "rückruf",   "rückrufnummer", "erreichen",
                                            "erreichbar", "zurückrufen",   "festnetz",  "anrufen"};
constexpr std::string_view kOtherNumbers[] = {
    "kundennummer",        "bestellnummer",  "kontonummer", "auftragsnummer", "rechnungsnummer", "vertragsnummer",
    "versicherungsnummer", "iban",           "karte",       "kartennummer",   "postleitzahl",    "aktenzeichen",
    "buchungsnummer",      "referenznummer", "bestellung",  "mitgliedsnummer"};
constexpr std::string_view kExtension[] = {"durchwahl"};

constexpr std::string_view kNext[] = {"nächsten",      "kommenden",        "diesen",      "nächster",
                                      "nächste woche", "nächste woche am", "diese woche", "diese woche am"};
constexpr std::string_view kNextWeek[] = {"nächste woche", "nächster woche", "diese woche", "dieser woche",
                                          "kommende woche"};
constexpr std::string_view kNotThisDay[] = {"jeden",   "jeder",        "letzten",      "letzter",   "vergangenen",
                                            "vorigen", "vor",          "nach",         "bis",       "ab",
                                            "seit",    "übernächsten", "übernächster", "zwischen",  "von",
                                            "immer",   "alle",         "spätestens",   "frühestens"};
constexpr std::string_view kNotThisDayBehind[] = {
    "in einer woche", "in zwei wochen", "in drei wochen", "in acht tagen", "in vierzehn tagen", "bis",
    "frühestens",     "spätestens",     "oder später",    "danach",        "übernächste woche", "übernächster woche",
    "letzte woche",   "letzter woche"};
constexpr std::string_view kTodayBefore[] = {"für", "noch", "gleich", "schon", "auf", "geht", "bis"};
constexpr std::string_view kTodayBehind[] = {"um", "gegen", "noch", "oder", "wäre", "geht", "bitte"};
constexpr std::string_view kNames[] = {"uhr",   "viertel", "mittag",      "nachmittag", "vormittag", "abend",
                                       "nacht", "woche",   "mitternacht", "minuten",    "tag"};

constexpr std::string_view kDayPartBehind[] = {
    "morgens",       "vormittags", "mittags",   "nachmittags",  "abends",      "nachts",      "früh",
    "am nachmittag", "am abend",   "am morgen", "am vormittag", "in der früh", "in der nacht"};
constexpr std::string_view kGreets[] = {"guten", "schönen", "gut'n"};
constexpr std::string_view kMorningBefore[] = {"heute", "am", "jeden", "den", "der", "frühen", "dem"};
constexpr std::string_view kAt[] = {"um"};
constexpr std::string_view kNotThisTime[] = {"nach", "vor",      "bis",        "ab",        "seit",
                                             "von",  "zwischen", "spätestens", "frühestens"};
constexpr std::string_view kHourBehind[] = {
    "bitte", "wäre",       "ist",    "passt", "geht",  "ginge",  "oder", "und",   "am",   "morgen",
    "heute", "vielleicht", "danke",  "nein",  "nicht", "lieber", "dann", "aber",  "wenn", "würde",
    "herum", "rum",        "abends", "in",    "im",    "kann",   "bis",  "meine", "wär",  "als"};
constexpr std::string_view kNotHourBefore[] = {"nummer", "zimmer", "seite", "option",     "in",    "zu",
                                               "die",    "der",    "das",   "minus",      "komma", "nicht",
                                               "mal",    "für",    "alle",  "hausnummer", "den"};

constexpr std::string_view kIntroduces[] = {
    "mein name ist",    "ich heiße",        "ich heisse",   "der name ist", "name ist", "mein nachname ist",
    "mein vorname ist", "der nachname ist", "nachname ist", "vorname ist",  "vorname",  "nachname"};
constexpr std::string_view kIntroducesWeakly[] = {"ich bin", "hier ist",    "hier spricht", "es ist",
                                                  "das ist", "ich bin der", "ich bin die"};
constexpr std::string_view kSpelled[] = {"buchstabiert", "geschrieben", "das ist", "ich buchstabiere", "also"};
constexpr std::string_view kTitles[] = {"herr", "frau", "dr", "doktor", "prof", "professor", "fräulein"};
constexpr std::string_view kParticles[] = {"von", "van", "de", "der", "den", "zu", "zur",
                                           "vom", "la",  "di", "da",  "al",  "le"};
constexpr std::string_view kBehindName[] = {"am",  "hier",  "und",  "aus",         "bitte", "buchstabiert",
                                            "ich", "danke", "mein", "geschrieben", "guten"};
constexpr std::string_view kNoName[] = {
    "aber",         "alle",   "alles",   "also",     "am",        "an",          "anonym",     "auch",    "auf",
    "aus",          "bei",    "beim",    "bin",      "bis",       "bitte",       "danke",      "dann",    "das",
    "dass",         "dem",    "den",     "der",      "des",       "die",         "dies",       "doch",    "dort",
    "du",           "durch",  "egal",    "ein",      "eine",      "einen",       "einer",      "er",      "es",
    "etwas",        "falsch", "frage",   "für",      "ganz",      "geht",        "genau",      "gerade",  "gern",
    "gerne",        "gut",    "guten",   "hab",      "habe",      "haben",       "hallo",      "hat",     "hatte",
    "heiße",        "hier",   "hilfe",   "ich",      "ihr",       "ihre",        "ihnen",      "im",      "in",
    "interessiert", "ist",    "ja",      "jetzt",    "kann",      "kein",        "keine",      "klar",    "können",
    "kunde",        "kundin", "lassen",  "leider",   "mal",       "man",         "mein",       "meine",   "mich",
    "mir",          "mit",    "möchte",  "moment",   "morgen",    "muss",        "na",         "nach",    "name",
    "natürlich",    "nicht",  "nichts",  "noch",     "nochmal",   "nun",         "nur",        "ob",      "oder",
    "okay",         "ohne",   "patient", "problem",  "richtig",   "rufe",        "sage",       "sagen",   "schon",
    "sehr",         "sein",   "sich",    "sie",      "sind",      "so",          "stimmt",     "tag",     "termin",
    "tschüss",      "über",   "um",      "und",      "uns",       "unwichtig",   "vielleicht", "vom",     "vor",
    "wann",         "warten", "warum",   "was",      "weg",       "weil",        "welche",     "wenn",    "wer",
    "werde",        "wie",    "wieder",  "will",     "wir",       "wird",        "wo",         "wollte",  "würde",
    "wütend",       "zu",     "zum",     "zur",      "zufrieden", "wirklich",    "heute",      "gestern", "abend",
    "grüß",         "gott",   "servus",  "notfall",  "dringend",  "kompliziert", "wichtig",    "geheim",  "mensch",
    "mitarbeiter",  "schade", "nö",      "kontrolle"};

constexpr std::string_view kAtSign[] = {"at", "ät", "et", "@", "klammeraffe"}, kDot[] = {"punkt", "dot"},
                           kUnderscore[] = {"unterstrich"}, kHyphen[] = {"minus", "bindestrich", "strich"},
                           kPlus[] = {"plus"};
constexpr std::string_view kBeforeAddress[] = {
    "ist",  "lautet", "das", "email", "e-mail", "mail", "adresse", "mailadresse", "emailadresse", "ja",
    "also", "okay",   "gut", "an",    "unter",  "nein", "und",     "meine",       "wäre",         "oder"};

}  // namespace

const SlotTongue& german_slots() {
  static constexpr SlotTongue tongue{.tag = "de",
                                     .number = german_number,
                                     .ordinal = german_ordinal,
                                     .decimal = ',',
                                     .fillers = kFillers,
                                     .lead_ins = kLeadIns,
                                     .courtesies = kCourtesies,
                                     .corrections = kCorrections,
                                     .corrects_behind = kCorrectsBehind,
                                     .denies = kDenies,
                                     .denies_next = kDeniesNext,
                                     .denies_at_once = kDeniesAtOnce,
                                     .no = kNo,
                                     .spoils = kSpoils,
                                     .refers = kRefers,
                                     .articles = kArticles,
                                     .begins_clause = kBeginsClause,
                                     .asks = kAsks,
                                     .invites = kInvites,
                                     .past = kPast,
                                     .opening = kOpening,
                                     .asks_back = kAsksBack,
                                     .yes = kYes,
                                     .says_no = kSaysNo,
                                     .yes_alone = kYesAlone,
                                     .says_no_alone = kSaysNoAlone,
                                     .undecided = kUndecided,
                                     .neutral = kNeutral,
                                     .not_count_before = kNotCountBefore,
                                     .not_count_behind = kNotCountBehind,
                                     .article_one = kArticleOne,
                                     .counted_things = kCountedThings,
                                     .more_or_less = kMoreOrLess,
                                     .and_half = kAndHalf,
                                     .point = kPoint,
                                     .minus = kMinus,
                                     .scale_and = kScaleAnd,
                                     .twice = kTwice,
                                     .thrice = kThrice,
                                     .dashes = kDashes,
                                     .letter_for = kLetterFor,
                                     .phone_words = kPhoneWords,
                                     .other_numbers = kOtherNumbers,
                                     .extension = kExtension,
                                     .weekdays = kWeekdays,
                                     .months = kMonths,
                                     .todays = kTodays,
                                     .next = kNext,
                                     .next_week = kNextWeek,
                                     .not_this_day = kNotThisDay,
                                     .not_this_day_behind = kNotThisDayBehind,
                                     .today_before = kTodayBefore,
                                     .today_behind = kTodayBehind,
                                     .names = kNames,
                                     .time = german_time,
                                     .day_parts = kDayParts,
                                     .day_part_behind = kDayPartBehind,
                                     .greets = kGreets,
                                     .morning_before = kMorningBefore,
                                     .at = kAt,
                                     .not_this_time = kNotThisTime,
                                     .hour_behind = kHourBehind,
                                     .not_hour_before = kNotHourBefore,
                                     .introduces = kIntroduces,
                                     .introduces_weakly = kIntroducesWeakly,
                                     .spelled = kSpelled,
                                     .titles = kTitles,
                                     .particles = kParticles,
                                     .behind_name = kBehindName,
                                     .no_name = kNoName,
                                     .at_sign = kAtSign,
                                     .dot = kDot,
                                     .underscore = kUnderscore,
                                     .hyphen = kHyphen,
                                     .plus = kPlus,
                                     .before_address = kBeforeAddress};
  return tongue;
}

}  // namespace offhook::dialog
