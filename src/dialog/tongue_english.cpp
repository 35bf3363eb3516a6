#include "dialog/tongue.hpp"

namespace offhook::dialog {
namespace {

using When = Abbreviation::When;

constexpr Unit kUnits[] = {
    {"km/h", "kilometer per hour", "kilometers per hour"},
    {"mph", "mile per hour", "miles per hour"},
    {"mi", "mile", "miles"},
    {"km", "kilometer", "kilometers"},
    {"m", "meter", "meters"},
    {"cm", "centimeter", "centimeters"},
    {"mm", "millimeter", "millimeters"},
    {"km²", "square kilometer", "square kilometers"},
    {"m²", "square meter", "square meters"},
    {"m2", "square meter", "square meters"},
    {"m³", "cubic meter", "cubic meters"},
    {"ft", "foot", "feet"},
    {"sq ft", "square foot", "square feet"},
    {"yd", "yard", "yards"},
    {"kg", "kilogram", "kilograms"},
    {"g", "gram", "grams"},
    {"mg", "milligram", "milligrams"},
    {"µg", "microgram", "micrograms"},
    {"mcg", "microgram", "micrograms"},
    {"lb", "pound", "pounds"},
    {"lbs", "pound", "pounds"},
    {"oz", "ounce", "ounces"},
    {"l", "liter", "liters"},
    {"L", "liter", "liters"},
    {"ml", "milliliter", "milliliters"},
    {"mL", "milliliter", "milliliters"},
    {"gal", "gallon", "gallons"},
    {"tsp", "teaspoon", "teaspoons"},
    {"tbsp", "tablespoon", "tablespoons"},
    {"°C", "degree Celsius", "degrees Celsius"},
    {"° C", "degree Celsius", "degrees Celsius"},
    {"°F", "degree Fahrenheit", "degrees Fahrenheit"},
    {"° F", "degree Fahrenheit", "degrees Fahrenheit"},
    {"°", "degree", "degrees"},
    {"kB", "kilobyte", "kilobytes"},
    {"KB", "kilobyte", "kilobytes"},
    {"MB", "megabyte", "megabytes"},
    {"GB", "gigabyte", "gigabytes"},
    {"TB", "terabyte", "terabytes"},
    {"Mbps", "megabit per second", "megabits per second"},
    {"Mbit/s", "megabit per second", "megabits per second"},
    {"Gbps", "gigabit per second", "gigabits per second"},
    {"Hz", "hertz", "hertz"},
    {"kHz", "kilohertz", "kilohertz"},
    {"MHz", "megahertz", "megahertz"},
    {"GHz", "gigahertz", "gigahertz"},
    {"W", "watt", "watts"},
    {"kW", "kilowatt", "kilowatts"},
    {"kWh", "kilowatt hour", "kilowatt hours"},
    {"V", "volt", "volts"},
    {"mAh", "milliamp hour", "milliamp hours"},
    {"min", "minute", "minutes"},
    {"mins", "minute", "minutes"},
    {"sec", "second", "seconds"},
    {"secs", "second", "seconds"},
    {"s", "second", "seconds"},
    {"ms", "millisecond", "milliseconds"},
    {"h", "hour", "hours"},
    {"hr", "hour", "hours"},
    {"hrs", "hour", "hours"},
    {"yr", "year", "years"},
    {"yrs", "year", "years"},
    {"mo", "month", "months"},
    {"wk", "week", "weeks"},
    {"wks", "week", "weeks"},
    {"pts", "point", "points"},
    {"pcs", "piece", "pieces"},
    {"px", "pixel", "pixels"},
    {"kcal", "kilocalorie", "kilocalories"},
    {"x", "time", "times", Gender::masculine, true},
};

constexpr Currency kCurrencies[] = {
    {"$", "dollar", "dollars", "cent", "cents"},
    {"US$", "dollar", "dollars", "cent", "cents"},
    {"USD", "dollar", "dollars", "cent", "cents"},
    {"CA$", "Canadian dollar", "Canadian dollars", "cent", "cents"},
    {"CAD", "Canadian dollar", "Canadian dollars", "cent", "cents"},
    {"A$", "Australian dollar", "Australian dollars", "cent", "cents"},
    {"AUD", "Australian dollar", "Australian dollars", "cent", "cents"},
    {"€", "euro", "euros", "cent", "cents"},
    {"EUR", "euro", "euros", "cent", "cents"},
    {"£", "pound", "pounds", "penny", "pence"},
    {"GBP", "pound", "pounds", "penny", "pence"},
    {"CHF", "Swiss franc", "Swiss francs", "centime", "centimes"},
    {"¥", "yen", "yen", "", ""},
    {"JPY", "yen", "yen", "", ""},
    {"₹", "rupee", "rupees", "paisa", "paise"},
    {"¢", "cent", "cents", "", ""},
};

constexpr Abbreviation kAbbreviations[] = {
    {"Dr.", "Doctor", When::before_name},
    {"Dr", "Doctor", When::before_name},
    {"Dr.", "Drive", When::after_name},
    {"Mr.", "Mister"},
    {"Mrs.", "Missus"},
    {"Ms.", "Miz"},
    {"Mr", "Mister", When::before_name},
    {"Mrs", "Missus", When::before_name},
    {"Ms", "Miz", When::before_name},
    {"Prof.", "Professor", When::before_name},
    {"Rev.", "Reverend", When::before_name},
    {"Gov.", "Governor", When::before_name},
    {"Sen.", "Senator", When::before_name},
    {"Capt.", "Captain", When::before_name},
    {"Sgt.", "Sergeant", When::before_name},
    {"Lt.", "Lieutenant", When::before_name},
    {"St.", "Saint", When::before_name},
    {"St.", "Street", When::after_name},
    {"St", "Street", When::after_name},
    {"Mt.", "Mount", When::before_name},
    {"Ft.", "Fort", When::before_name},
    {"Ave.", "Avenue"},
    {"Ave", "Avenue"},
    {"Blvd.", "Boulevard"},
    {"Blvd", "Boulevard"},
    {"Rd.", "Road"},
    {"Rd", "Road"},
    {"Ln.", "Lane"},
    {"Ct.", "Court", When::after_name},
    {"Pl.", "Place", When::after_name},
    {"Hwy.", "Highway"},
    {"Hwy", "Highway"},
    {"Apt.", "Apartment"},
    {"Apt", "Apartment", When::before_number},
    {"Ste.", "Suite", When::before_number},
    {"Bldg.", "Building"},
    {"Jr.", "Junior"},
    {"Sr.", "Senior"},
    {"Inc.", "Incorporated"},
    {"Ltd.", "Limited"},
    {"Corp.", "Corporation"},
    {"Co.", "Company", When::after_name},
    {"Bros.", "Brothers"},
    {"e.g.", "for example"},
    {"e.g", "for example"},
    {"i.e.", "that is"},
    {"i.e", "that is"},
    {"etc.", "et cetera"},
    {"etc", "et cetera"},
    {"vs.", "versus"},
    {"vs", "versus"},
    {"approx.", "approximately"},
    {"appt.", "appointment"},
    {"appts.", "appointments"},
    {"dept.", "department"},
    {"Dept.", "Department"},
    {"est.", "estimated"},
    {"incl.", "including"},
    {"max.", "maximum"},
    {"min.", "minimum", When::before_number},
    {"misc.", "miscellaneous"},
    {"a.k.a.", "also known as"},
    {"aka", "also known as"},
    {"ASAP", "as soon as possible"},
    {"asap", "as soon as possible"},
    {"FYI", "for your information"},
    {"w/o", "without"},
    {"ext.", "extension", When::before_number},
    {"Ext.", "Extension", When::before_number},
    {"ext", "extension", When::before_number},
    {"tel.", "telephone", When::before_number},
    {"Tel.", "Telephone", When::before_number},
    {"No.", "number", When::before_number},
    {"no.", "number", When::before_number},
    {"nos.", "numbers", When::before_number},
    {"Nos.", "numbers", When::before_number},
    {"p.", "page", When::before_number},
    {"pp.", "pages", When::before_number},
    {"fig.", "figure", When::before_number},
    {"Fig.", "Figure", When::before_number},
    {"vol.", "volume", When::before_number},
    {"Vol.", "Volume", When::before_number},
    {"ch.", "chapter", When::before_number},
    {"sec.", "section", When::before_number},
    {"Ph.D.", "P H D"},
    {"PhD", "P H D"},
    {"Mon.", "Monday", When::near_day},
    {"Tue.", "Tuesday", When::near_day},
    {"Tues.", "Tuesday", When::near_day},
    {"Wed.", "Wednesday", When::near_day},
    {"Thu.", "Thursday", When::near_day},
    {"Thur.", "Thursday", When::near_day},
    {"Thurs.", "Thursday", When::near_day},
    {"Fri.", "Friday", When::near_day},
    {"Sat.", "Saturday", When::near_day},
    {"Sun.", "Sunday", When::near_day},
    {"Mon", "Monday", When::near_day},
    {"Tue", "Tuesday", When::near_day},
    {"Tues", "Tuesday", When::near_day},
    {"Wed", "Wednesday", When::near_day},
    {"Thu", "Thursday", When::near_day},
    {"Thur", "Thursday", When::near_day},
    {"Thurs", "Thursday", When::near_day},
    {"Fri", "Friday", When::near_day},
    {"Sat", "Saturday", When::near_day},
    {"Sun", "Sunday", When::near_day},
    {"Jan.", "January"},
    {"Feb.", "February"},
    {"Apr.", "April"},
    {"Aug.", "August"},
    {"Sept.", "September"},
    {"Sep.", "September"},
    {"Oct.", "October"},
    {"Nov.", "November"},
    {"Dec.", "December"},
    {"Jan", "January", When::near_day},
    {"Feb", "February", When::near_day},
    {"Mar", "March", When::near_day},
    {"Apr", "April", When::near_day},
    {"Jun", "June", When::near_day},
    {"Jul", "July", When::near_day},
    {"Aug", "August", When::near_day},
    {"Sep", "September", When::near_day},
    {"Oct", "October", When::near_day},
    {"Nov", "November", When::near_day},
    {"Dec", "December", When::near_day},
};

constexpr Pair kScales[] = {{"k", "thousand"},        {"M", "million"},       {"B", "billion"},
                            {"thousand", "thousand"}, {"million", "million"}, {"billion", "billion"},
                            {"trillion", "trillion"}, {"mil", "million"},     {"bn", "billion"}};
constexpr Pair kSigns[] = {{"→", ","},     {"≤", "at most"}, {"≥", "at least"}, {"÷", "divided by"},
                           {"−", "minus"}, {"√", "root"},    {"∞", "infinity"}, {"≠", "not equal to"}};
constexpr Pair kSmallWords[] = {
    {"and/or", "and or"},     {"w/o", "without"},       {"w/", "with"},     {"24/7", "twenty-four seven"},
    {"N/A", "not available"}, {"n/a", "not available"}, {"c/o", "care of"}, {"b/c", "because"},
    {"C++", "C plus plus"}};

// Read, not spelled; those of more than five letters are so anyway.
constexpr std::string_view kSpokenAsWords[] = {
    "NASA",   "NATO", "AIDS", "PIN",   "SIM",   "ZIP",      "RAM",   "GIF",   "JPEG",  "OPEC",    "SWAT",  "IKEA",
    "LEGO",   "FIFA", "UEFA", "NAFTA", "ASCII", "COVID",    "SARS",  "SCUBA", "LASER", "RADAR",   "SONAR", "UNICEF",
    "UNESCO", "FEMA", "OSHA", "HIPAA", "COBRA", "MEDICARE", "ERISA", "SAAS",  "CRUD",  "CAPTCHA", "WASP",  "TASER",
    "IPSO",   "IRA",  "MADD", "PETA",  "AM",    "PM",       "OK",    "TED",   "NAS",   "ROM",     "DOS",   "LAN",
    "WAN",    "MAC",  "SAP",  "ARM",   "BIOS",  "UBER",     "VISA",  "ESTA"};
constexpr std::string_view kShouted[] = {
    "NOT",   "NO",     "YES",    "ALL",    "ANY",   "AND",  "OR",   "BUT",  "THE",   "IS",   "ARE",   "DO",
    "NEVER", "ALWAYS", "MUST",   "ONLY",   "NOW",   "FREE", "NEW",  "STOP", "WAIT",  "HERE", "THIS",  "THAT",
    "WE",    "YOU",    "MY",     "CAN",    "WILL",  "VERY", "MORE", "BOTH", "OFF",   "ON",   "OUT",   "IN",
    "UP",    "DOWN",   "OPEN",   "SAVE",   "HELP",  "HOW",  "WHY",  "WHO",  "WHAT",  "WHEN", "DON'T", "CAN'T",
    "WON'T", "SALE",   "CLOSED", "PLEASE", "AT",    "TO",   "OF",   "BY",   "IF",    "SO",   "AS",    "BE",
    "GO",    "HI",     "OUR",    "YOUR",   "EVERY", "BEST", "LAST", "NEXT", "TODAY", "FROM"};
constexpr std::string_view kPerWhat[] = {"month",  "year", "week",  "day",   "night",   "hour",   "hr",   "h",
                                         "minute", "min",  "mo",    "yr",    "person",  "user",   "seat", "unit",
                                         "kg",     "km",   "mile",  "visit", "session", "second", "s",    "lb",
                                         "each",   "call", "guest", "adult", "child"};
constexpr std::string_view kSpelledBehind[] = {
    "code",         "pin",      "passcode", "password", "account", "extension", "ext",  "reference",
    "confirmation", "otp",      "id",       "number",   "booking", "ticket",    "zip",  "zipcode",
    "policy",       "tracking", "invoice",  "order",    "flight",  "digits",    "card", "ending"};
constexpr std::string_view kRomanCounts[] = {"War",   "Chapter",  "Part",     "Volume",   "Phase",    "Type",
                                             "Level", "Section",  "Act",      "Article",  "Class",    "Grade",
                                             "Stage", "Title",    "Bowl",     "Tier",     "Division", "Unit",
                                             "Book",  "Appendix", "Schedule", "Category", "Mark"};
constexpr std::string_view kRomanNames[] = {"Henry",    "Louis",   "Elizabeth", "Charles", "George",    "Edward",
                                            "William",  "Richard", "James",     "Philip",  "Pius",      "Benedict",
                                            "Paul",     "Leo",     "Gregory",   "Clement", "Alexander", "Frederick",
                                            "Napoleon", "Ivan",    "Ramses"};

Tongue make(void (*speak)(Tongue&)) {
  Tongue t;
  t.tag = "en";
  speak(t);
  t.point = "point", t.minus = "minus", t.plus = "plus", t.percent = "percent", t.to = "to", t.per = "per";
  t.and_ = "and", t.at = "at", t.dot = "dot", t.slash = "slash", t.dash = "dash", t.underscore = "underscore";
  t.number = "number", t.times = "times", t.equals = "equals", t.about = "about", t.less = "less than";
  t.more = "more than", t.hashtag = "hashtag", t.section = "section", t.degrees = "degrees", t.either = "or";
  t.plus_minus = "plus or minus";
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

const Tongue& english() {
  static const Tongue tongue = make(speak_english);
  return tongue;
}

const Tongue& british() {
  static const Tongue tongue = make(speak_british);
  return tongue;
}

}  // namespace offhook::dialog
