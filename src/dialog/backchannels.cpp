#include "dialog/backchannels.hpp"

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "dialog/lower_case.hpp"
#include "dialog/tables.hpp"
#include "dialog/words.hpp"

namespace offhook::dialog {
namespace {

// The wordless ones, as recognisers of all languages spell them. A hyphen joins: "mm-hm" is looked up as "mmhm".
constexpr std::string_view kSounds[] = {
    "mm",   "mmm",    "mhm",  "mmhm", "mmhmm",  "mhmm",  "mmmhmm",    "mmmhm", "mmhmmm", "mhmhm", "hm",
    "hmm",  "hmmm",   "um",   "umm",  "ummhmm", "umhmm", "umhm",      "uhhuh", "uhuhuh", "ahhah", "ahhuh",
    "ahuh", "aha",    "ahha", "ah",   "ahh",    "oh",    "ohh",       "ooh",   "uh",     "huh",   "mh",
    "hmhm", "hmmhmm", "ha",   "ok",   "okay",   "okey",  "okeydokey", "mkay",  "wow",    "haha",
};

constexpr std::string_view kEnglish[] = {
    "yeah",
    "yeahh",
    "yah",
    "yea",
    "yep",
    "yup",
    "yes",
    "right",
    "sure",
    "cool",
    "great",
    "good",
    "nice",
    "alright",
    "all right",
    "allright",
    "gotcha",
    "got you",
    "got it",
    "got that",
    "i got it",
    "i see",
    "oh i see",
    "really",
    "true",
    "exactly",
    "precisely",
    "absolutely",
    "definitely",
    "totally",
    "indeed",
    "perfect",
    "awesome",
    "excellent",
    "wonderful",
    "lovely",
    "fantastic",
    "amazing",
    "brilliant",
    "fine",
    "fair",
    "fair enough",
    "makes sense",
    "that makes sense",
    "makes total sense",
    "of course",
    "that's right",
    "thats right",
    "that's true",
    "that's good",
    "that's great",
    "that's fine",
    "that's cool",
    "that's nice",
    "sounds good",
    "sounds great",
    "sounds right",
    "very good",
    "very nice",
    "very well",
    "good to know",
    "interesting",
    "i understand",
    "understood",
    "i know",
    "i hear you",
    "you bet",
    "for sure",
    "no problem",
    "no worries",
    "no doubt",
    "of course yes",
    "correct",
    "that's correct",
    "oh my",
    "oh boy",
    "oh wow",
    "oh good",
    "oh great",
    "oh nice",
    "is that so",
    "go on",
    "go ahead",
    "roger",
    "okie dokie",
};

constexpr std::string_view kGerman[] = {
    "ja",       "jaja",     "jo",           "jup",        "jep",      "genau",       "stimmt",    "richtig",
    "klar",     "gut",      "sehr gut",     "alles klar", "na klar",  "ach so",      "achso",     "aha",
    "ach ja",   "verstehe", "ich verstehe", "verstanden", "okay gut", "in ordnung",  "natürlich", "sicher",
    "super",    "prima",    "schön",        "eben",       "so so",    "tatsächlich", "wirklich",  "echt",
    "ja genau", "passt",    "freilich",     "gerne"};
constexpr std::string_view kFrench[] = {
    "oui",        "ouais",     "ouaip",        "d'accord",      "bien",     "très bien",  "bien sûr",
    "ah bon",     "ah oui",    "c'est ça",     "voilà",         "exact",    "exactement", "tout à fait",
    "absolument", "je vois",   "je comprends", "compris",       "parfait",  "entendu",    "bon",
    "super",      "ça marche", "ah d'accord",  "effectivement", "vraiment", "hein"};
constexpr std::string_view kSpanish[] = {
    "sí",     "si",          "sip",      "ajá",        "aja",      "claro",        "claro que sí", "vale",
    "bueno",  "bien",        "muy bien", "ya",         "ya veo",   "entiendo",     "entendido",    "comprendo",
    "exacto", "exactamente", "correcto", "de acuerdo", "perfecto", "por supuesto", "eso",          "eso es",
    "así es", "cierto",      "verdad",   "dale",       "listo",    "órale",        "desde luego"};
constexpr std::string_view kItalian[] = {
    "sì",     "si",          "certo",   "certamente", "va bene",  "bene",    "ho capito", "capito", "capisco",
    "esatto", "esattamente", "giusto",  "d'accordo",  "perfetto", "ah ecco", "ecco",      "vero",   "davvero",
    "già",    "appunto",     "infatti", "ottimo",     "chiaro",   "ah sì",   "benissimo"};
constexpr std::string_view kPortuguese[] = {"sim",        "pois",   "pois é",      "pois sim", "claro",    "certo",
                                            "tá",         "tá bom", "tá certo",    "está bem", "tudo bem", "isso",
                                            "isso mesmo", "exato",  "exatamente",  "entendi",  "entendo",  "percebo",
                                            "beleza",     "ok",     "com certeza", "verdade",  "legal",    "perfeito",
                                            "ahã",        "aham",   "uhum",        "bom",      "bem"};
constexpr std::string_view kDutch[] = {
    "ja",    "jaja",  "ja ja",      "jawel",    "oké",       "precies",    "juist",       "klopt",   "dat klopt",
    "goed",  "prima", "natuurlijk", "tuurlijk", "inderdaad", "begrijp ik", "ik snap het", "snap ik", "duidelijk",
    "zeker", "echt",  "echt waar",  "ach zo",   "mooi",      "top",        "is goed"};
constexpr std::string_view kPolish[] = {"tak",        "no tak",     "no",      "aha",      "jasne",
                                        "dobrze",     "dobra",      "okej",    "rozumiem", "właśnie",
                                        "dokładnie",  "oczywiście", "pewnie",  "racja",    "zgadza się",
                                        "no właśnie", "super",      "mhm tak", "naprawdę", "no dobrze"};
constexpr std::string_view kCzech[] = {"ano",        "jo",         "jasně",   "dobře",  "dobrá", "rozumím",
                                       "přesně",     "přesně tak", "chápu",   "no jo",  "aha",   "určitě",
                                       "samozřejmě", "tak",        "opravdu", "správně"};
constexpr std::string_view kTurkish[] = {"evet",      "hı hı", "hıhı",    "tamam", "tabii",      "tabi",  "anladım",
                                         "anlıyorum", "doğru", "peki",    "aynen", "kesinlikle", "güzel", "he",
                                         "hı",        "öyle",  "öyle mi", "iyi",   "elbette",    "oldu",  "tamamdır"};
constexpr std::string_view kRussian[] = {"да",     "да да", "ага",    "угу",     "так",        "понятно",  "понял",
                                         "поняла", "ясно",  "хорошо", "конечно", "точно",      "верно",    "ладно",
                                         "окей",   "ок",    "правда", "именно",  "разумеется", "вот как",  "ну да",
                                         "м",      "мм",    "мгм",    "хм",      "отлично",    "согласен", "согласна"};
constexpr std::string_view kUkrainian[] = {
    "так",   "ага",       "угу",    "зрозуміло", "зрозумів", "зрозуміла", "ясно",     "добре", "звичайно", "звісно",
    "точно", "правильно", "гаразд", "окей",      "ок",       "справді",   "саме так", "авжеж", "ну так",   "чудово"};
constexpr std::string_view kJapanese[] = {
    "はい",        "はいはい",       "ええ",       "うん",       "うんうん",     "ふん",         "ふーん",   "へえ",
    "へー",        "ほう",           "なるほど",   "なるほどね", "そうですか",   "そうですね",   "そうです", "そう",
    "そうそう",    "そうなんですか", "そうなんだ", "そっか",     "わかりました", "分かりました", "了解です", "了解",
    "はあ",        "ああ",           "あー",       "確かに",     "hai",          "un",           "ee",       "naruhodo",
    "sou desu ne", "sou desu ka",    "soudesune",  "sou"};
constexpr std::string_view kKorean[] = {
    "네",     "네네",     "예",     "예예",       "응",     "응응",     "어",         "음",       "그래",
    "그래요", "그렇군요", "그렇죠", "그렇습니다", "맞아요", "맞습니다", "알겠습니다", "알겠어요", "아",
    "아네",   "아 네",    "아하",   "좋아요",     "정말요", "그럼요",   "ne",         "ye"};
constexpr std::string_view kChinese[] = {
    "嗯",   "嗯嗯", "唔",   "哦",   "噢",   "喔",   "啊", "是",   "是的",   "是啊",   "对",   "对对",  "对对对",
    "对的", "对啊", "好",   "好的", "好好", "好吧", "行", "明白", "明白了", "知道了", "了解", "没错",  "當然",
    "当然", "對",   "對對", "對的", "沒錯", "可以", "en", "dui",  "hao",    "hao de", "shi",  "shi de"};
constexpr std::string_view kHindi[] = {
    "हाँ",  "हां",      "हाँ हाँ", "हाँ जी",   "जी",     "जी हाँ",     "जी हां",    "अच्छा", "ठीक",      "ठीक है",
    "सही", "सही है",   "बिल्कुल", "समझ गया", "समझ गई", "हम्म",       "हूँ",        "ओके",   "haan",     "haan ji",
    "ji",  "ji haan", "accha", "acha",    "theek",  "theek hai", "thik hai", "sahi", "sahi hai", "bilkul"};
constexpr std::string_view kArabic[] = {"نعم",    "أيوه", "ايوه",  "أيوا", "ايوا", "آه",    "اه",
                                        "طيب",    "تمام", "حسنا",  "حسناً", "صحيح", "صح",    "فهمت",
                                        "مفهوم",  "أكيد", "اكيد",  "طبعا", "طبعاً", "ماشي",  "أجل",
                                        "بالضبط", "أها",  "na'am", "naam", "aywa", "tayeb", "tamam"};
constexpr std::string_view kSwedish[] = {"ja",          "japp",      "jo",    "jaha",    "jaså",    "precis",
                                         "just det",    "okej",      "visst", "bra",     "absolut", "självklart",
                                         "jag förstår", "förstår",   "klart", "såklart", "stämmer", "det stämmer",
                                         "nämen",       "mm precis", "juste"};
constexpr std::string_view kDanish[] = {
    "ja",     "jo",   "jep",  "jamen",        "nå",          "nå ja",       "okay",     "præcis",         "præcist",
    "klart",  "godt", "fint", "selvfølgelig", "lige præcis", "jeg forstår", "forstået", "det er rigtigt", "rigtigt",
    "nemlig", "netop"};
constexpr std::string_view kNorwegian[] = {
    "ja",      "jo",     "jepp", "jaha", "nettopp",      "akkurat",  "greit", "ok",      "skjønner",    "jeg skjønner",
    "forstår", "riktig", "bra",  "fint", "selvfølgelig", "absolutt", "klart", "stemmer", "det stemmer", "nemlig"};
constexpr std::string_view kFinnish[] = {
    "joo",      "juu",   "kyllä",     "niin",       "niinpä", "aivan", "aha",      "ahaa",        "okei",    "selvä",
    "ymmärrän", "totta", "totta kai", "juuri niin", "hyvä",   "just",  "tietysti", "ilman muuta", "no niin", "joo joo"};
constexpr std::string_view kGreek[] = {"ναι",     "ναι ναι", "μάλιστα",  "εντάξει", "σωστά",
                                       "ακριβώς", "βέβαια",  "κατάλαβα", "καλά",    "ωραία",
                                       "φυσικά",  "αλήθεια", "μμ",       "nai",     "endaxi"};
constexpr std::string_view kRomanian[] = {"da",     "da da", "bine",    "așa",        "așa e",
                                          "sigur",  "exact", "înțeleg", "am înțeles", "desigur",
                                          "corect", "clar",  "perfect", "în regulă"};
constexpr std::string_view kHungarian[] = {"igen",    "ja",  "jó",   "rendben", "értem",   "persze",  "pontosan",
                                           "világos", "oké", "ühüm", "aha",     "így van", "tényleg", "hát igen"};
constexpr std::string_view kVietnamese[] = {"vâng",     "dạ",   "dạ vâng", "ừ",        "ừm", "đúng",
                                            "đúng rồi", "được", "rồi",     "hiểu rồi", "ok"};

struct Language {
  std::string_view code;
  Table words;
};
constexpr Language kLanguages[] = {
    {"en", kEnglish},    {"de", kGerman},     {"fr", kFrench},   {"es", kSpanish}, {"it", kItalian},
    {"pt", kPortuguese}, {"nl", kDutch},      {"pl", kPolish},   {"cs", kCzech},   {"tr", kTurkish},
    {"ru", kRussian},    {"uk", kUkrainian},  {"ja", kJapanese}, {"ko", kKorean},  {"zh", kChinese},
    {"hi", kHindi},      {"ar", kArabic},     {"sv", kSwedish},  {"da", kDanish},  {"no", kNorwegian},
    {"nb", kNorwegian},  {"nn", kNorwegian},  {"fi", kFinnish},  {"el", kGreek},   {"ro", kRomanian},
    {"hu", kHungarian},  {"vi", kVietnamese},
};

// Backchannels somewhere, but other words, or names, in English: not taken for one while the language is unknown.
constexpr std::string_view kEnglishOtherwise[] = {
    "no",   "so so", "dale", "bon",   "sou", "un", "ee",  "ne",   "ye", "en", "he",   "shi",  "legal", "top",
    "just", "si",    "sim",  "bueno", "tak", "jo", "hao", "acha", "ji", "da", "hein", "clar", "echt",  "listo"};

// Short answers in which nothing is asked back; "no" is here, and among the backchannels of no language but Polish.
constexpr std::string_view kYesAndNo[] = {
    "no", "nope", "nah", "no no", "uhuh", "mmmm", "nuhuh", "no thanks", "no thank you", "not really", "not yet",
    "not at all", "yes please", "yes i do", "yes i am", "yes i have", "yes it is", "yes that's right",
    "yes that's correct", "yes that works", "yes sir", "yes ma'am", "yes of course", "i do", "i am", "i did", "i have",
    "i can", "i will", "i don't", "i'm not", "i can't", "i haven't", "no i don't", "no i'm not", "no i haven't",
    "no it's not", "no it isn't", "it is", "it isn't", "it's not", "they are", "we do", "we are", "we don't",
    "i think so", "i don't think so", "i guess so", "i guess", "i believe so", "i hope so", "probably", "probably not",
    "maybe", "maybe not", "perhaps", "of course not", "certainly", "certainly not", "never", "none", "nothing",
    "neither", "either", "either one", "both", "the first one", "the second one", "the first", "the second",
    "the last one", "that one", "the other one", "that works", "that works for me", "works for me", "please",
    "please do", "go for it", "wrong", "that's wrong", "incorrect", "not correct", "that's not right",
    "that's incorrect", "i'm sure", "i don't know", "not sure", "i'm not sure", "i have no idea", "no idea",
    "doesn't matter", "it doesn't matter", "i don't care", "i'd like that", "i'd love to", "let's do that", "that's it",
    "that's all", "that's fine", "that's fine with me", "affirmative", "negative", "anytime",
    // of other languages
    "nein", "nee", "nö", "doch", "vielleicht", "ja bitte", "nein danke", "non", "non merci", "si", "oui merci",
    "peut-être", "peutêtre", "no gracias", "tal vez", "no grazie", "forse", "não", "não obrigado", "talvez", "nie",
    "może", "ne", "hayır", "нет", "ні", "いいえ", "いや", "아니요", "아니", "不", "不是", "没有", "नहीं", "لا", "nej",
    "nei", "ei", "όχι", "nu", "nem", "không", "da", "jo", "sim", "bueno", "tak"};

// Sounds that ask with a rising tone: "huh?" wants something said again. And sounds that say nothing either way.
constexpr std::string_view kAsksBack[] = {"huh", "hm", "hmm", "hmmm", "mm", "mmm",
                                          "um",  "uh", "ah",  "oh",   "ha", "hein"};
constexpr std::string_view kNoAnswer[] = {"hm",   "hmm",   "hmmm",     "um",     "umm",         "uh",
                                          "huh",  "oh",    "ohh",      "ah",     "ahh",         "ooh",
                                          "wow",  "i see", "oh i see", "really", "interesting", "go on",
                                          "haha", "ha",    "oh wow",   "oh my",  "oh boy",      "is that so"};

constexpr std::size_t kMostWords = 8;   // "yeah yeah yeah, okay, I see, right"
constexpr std::size_t kLongestRow = 5;  // words of the longest phrase above

bool stands_in(std::string_view phrase, std::string_view code) {
  if (contains(kSounds, phrase)) return true;
  for (const Language& l : kLanguages) {
    if (!code.empty() && l.code != code) continue;
    if (code.empty() && l.code != "en" && contains(kEnglishOtherwise, phrase)) continue;
    if (contains(l.words, phrase)) return true;
  }
  return false;
}

// Is the row of words a row of such phrases?
template <class Stands>
bool made_of(std::span<const std::string> words, Stands stands) {
  std::vector<bool> reached(words.size() + 1);
  reached[0] = true;
  for (std::size_t from = 0; from < words.size(); ++from) {
    if (!reached[from]) continue;
    std::string phrase;
    for (std::size_t n = 1; n <= kLongestRow && from + n <= words.size(); ++n) {
      phrase += (n > 1 ? " " : "") + words[from + n - 1];
      if (stands(phrase)) reached[from + n] = true;
    }
  }
  return reached.back();
}

bool asks(std::string_view text) {
  const auto last = text.find_last_not_of(" \t\r\n\"'");
  return last != std::string_view::npos && text[last] == '?';
}

}  // namespace

bool is_backchannel(std::string_view text) {
  return is_backchannel(text, {});
}

bool is_backchannel(std::string_view text, std::string_view language) {
  const auto words = spoken_words(text);
  if (words.empty() || words.size() > kMostWords) return false;
  if (asks(text) && contains(kAsksBack, words.back())) return false;
  std::string code = lower_case(language.substr(0, language.find_first_of("-_")));  // "pt-BR" is "pt"
  if (std::none_of(std::begin(kLanguages), std::end(kLanguages), [&](const Language& l) { return l.code == code; }))
    code.clear();
  return made_of(words, [&](const std::string& phrase) { return stands_in(phrase, code); });
}

bool asks_to_stop(std::string_view text) {
  constexpr std::string_view kStops[] = {
      "stop",  "no",       "nope",   "nah",    "not",    "don't", "wait",   "hold",     "what",     "who",
      "when",  "where",    "why",    "how",    "which",  "sorry", "pardon", "excuse",   "hello",    "hey",
      "hi",    "but",      "cancel", "enough", "quiet",  "shut",  "listen", "actually", "question", "help",
      "agent", "operator", "human",  "person", "repeat", "again", "back",   "slow",     "slower",   "louder",
      "bye",   "goodbye",  "wrong",  "never",  "can",    "could", "let",    "please",   "thanks",   "thank"};
  const auto words = spoken_words(text);
  return std::any_of(words.begin(), words.end(), [&](const std::string& w) {
    return std::find(std::begin(kStops), std::end(kStops), w) != std::end(kStops);
  });
}

bool is_answer(std::string_view text) {
  const auto words = spoken_words(text);
  if (words.empty() || words.size() > kMostWords || asks(text)) return false;
  if (made_of(words, [](const std::string& phrase) { return contains(kNoAnswer, phrase); })) return false;
  return made_of(words, [](const std::string& phrase) { return stands_in(phrase, {}) || contains(kYesAndNo, phrase); });
}

}  // namespace offhook::dialog
