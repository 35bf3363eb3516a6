#include "tts/kokoro_tokens.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <span>

#include "tts/phonemes.hpp"

namespace offhook::tts {
namespace {

constexpr std::size_t kMostTokens = 510;

struct Symbol {
  char32_t symbol;
  std::int64_t token;
};
constexpr std::array kSymbols = std::to_array<Symbol>({
    {U';', 1},   {U':', 2},   {U',', 3},   {U'.', 4},   {U'!', 5},    {U'?', 6},   {U'—', 9},   {U'…', 10},
    {U'"', 11},  {U'(', 12},  {U')', 13},  {U'“', 14},  {U'”', 15},   {U' ', 16},  {0x303, 17}, {U'ʣ', 18},
    {U'ʥ', 19},  {U'ʦ', 20},  {U'ʨ', 21},  {U'ᵝ', 22},  {0xAB67, 23}, {U'A', 24},  {U'I', 25},  {U'O', 31},
    {U'Q', 33},  {U'S', 35},  {U'T', 36},  {U'W', 39},  {U'Y', 41},   {U'ᵊ', 42},  {U'a', 43},  {U'b', 44},
    {U'c', 45},  {U'd', 46},  {U'e', 47},  {U'f', 48},  {U'h', 50},   {U'i', 51},  {U'j', 52},  {U'k', 53},
    {U'l', 54},  {U'm', 55},  {U'n', 56},  {U'o', 57},  {U'p', 58},   {U'q', 59},  {U'r', 60},  {U's', 61},
    {U't', 62},  {U'u', 63},  {U'v', 64},  {U'w', 65},  {U'x', 66},   {U'y', 67},  {U'z', 68},  {U'ɑ', 69},
    {U'ɐ', 70},  {U'ɒ', 71},  {U'æ', 72},  {U'β', 75},  {U'ɔ', 76},   {U'ɕ', 77},  {U'ç', 78},  {U'ɖ', 80},
    {U'ð', 81},  {U'ʤ', 82},  {U'ə', 83},  {U'ɚ', 85},  {U'ɛ', 86},   {U'ɜ', 87},  {U'ɟ', 90},  {U'ɡ', 92},
    {U'ɥ', 99},  {U'ɨ', 101}, {U'ɪ', 102}, {U'ʝ', 103}, {U'ɯ', 110},  {U'ɰ', 111}, {U'ŋ', 112}, {U'ɳ', 113},
    {U'ɲ', 114}, {U'ɴ', 115}, {U'ø', 116}, {U'ɸ', 118}, {U'θ', 119},  {U'œ', 120}, {U'ɹ', 123}, {U'ɾ', 125},
    {U'ɻ', 126}, {U'ʁ', 128}, {U'ɽ', 129}, {U'ʂ', 130}, {U'ʃ', 131},  {U'ʈ', 132}, {U'ʧ', 133}, {U'ʊ', 135},
    {U'ʋ', 136}, {U'ʌ', 138}, {U'ɣ', 139}, {U'ɤ', 140}, {U'χ', 142},  {U'ʎ', 143}, {U'ʒ', 147}, {U'ʔ', 148},
    {U'ˈ', 156}, {U'ˌ', 157}, {U'ː', 158}, {U'ʰ', 162}, {U'ʲ', 164},  {U'↓', 169}, {U'→', 171}, {U'↗', 172},
    {U'↘', 173}, {U'ᵻ', 177},
});

struct Rule {
  std::u32string_view from, to;
};

// The first rule that fits is taken, so longer ones stand before those they begin with.
constexpr Rule kAmerican[] = {
    {U"ɜːɹ", U"ɜɹ"}, {U"ɜː", U"ɜɹ"}, {U"oʊ", U"O"},
    {U"ɪə", U"iə"},  {U"ː", U""},    {U"o", U"ɔ"},  // espeak-ng before 1.52 says "four" with it
};
constexpr Rule kBritish[] = {{U"eə", U"ɛː"}, {U"iə", U"ɪə"}, {U"əʊ", U"Q"}, {U"oʊ", U"Q"}, {U"o", U"ɔ"}};
constexpr Rule kEnglish[] = {
    {U"ʔˌn\u0329", U"tᵊn"}, {U"ʔn\u0329", U"tᵊn"}, {U"ʔn", U"tᵊn"},     {U"ʔ", U"t"},
    {U"n\u0329", U"ᵊn"},    {U"l\u0329", U"ᵊl"},   {U"m\u0329", U"ᵊm"}, {U"aɪ", U"I"},
    {U"aʊ", U"W"},          {U"eɪ", U"A"},         {U"ɔɪ", U"Y"},       {U"tʃ", U"ʧ"},
    {U"dʒ", U"ʤ"},          {U"ʲo", U"jɔ"},        {U"ʲə", U"jə"},      {U"ʲ", U""},
    {U"ɚ", U"əɹ"},          {U"ɝ", U"ɜɹ"},         {U"e", U"A"},        {U"r", U"ɹ"},
    {U"ɾ", U"T"},           {U"x", U"k"},          {U"ç", U"k"},        {U"c\u0327", U"k"},
    {U"ɐ", U"ə"},           {U"ɬ", U"l"},          {U"ɫ", U"l"},        {U"g", U"ɡ"},
    {U"\u0303", U""},
};
constexpr Rule kOther[] = {
    {U"aɪ", U"I"}, {U"aʊ", U"W"}, {U"eɪ", U"A"}, {U"oʊ", U"O"}, {U"əʊ", U"Q"},      {U"ɔɪ", U"Y"}, {U"tʃ", U"ʧ"},
    {U"dʒ", U"ʤ"}, {U"ts", U"ʦ"}, {U"dz", U"ʣ"}, {U"ɫ", U"l"},  {U"c\u0327", U"ç"}, {U"g", U"ɡ"},
};

const Rule* fitting(std::u32string_view rest, std::span<const Rule> rules) {
  const auto found = std::ranges::find_if(rules, [&](const Rule& rule) { return rest.starts_with(rule.from); });
  return found == rules.end() ? nullptr : &*found;
}

// "bottle", "animals": the l is a syllable where no vowel follows.
bool is_syllabic_l(std::u32string_view rest) {
  constexpr std::u32string_view kAfter = U" ,;:.?!bdfhkmnpstvzðŋɡʃʒθ";
  return rest.starts_with(U"əl") && (rest.size() == 2 || kAfter.find(rest[2]) != kAfter.npos);
}

}  // namespace

const KokoroVocabulary& kokoro_vocabulary() {
  static const KokoroVocabulary vocabulary = [] {
    KokoroVocabulary made;
    for (const auto& [symbol, token] : kSymbols) made.emplace(symbol, token);
    return made;
  }();
  return vocabulary;
}

Result<KokoroVocabulary> parse_kokoro_vocabulary(std::string_view text) {
  namespace json = boost::json;
  const auto invalid = [](std::string what) {
    return Error{Errc::invalid, "reading Kokoro's vocabulary: " + std::move(what)};
  };
  boost::system::error_code error;
  const json::value root = json::parse(text, error);
  if (error) return invalid("it is not JSON: " + error.message());
  const json::object* object = root.if_object();
  const json::value* vocab = object ? object->if_contains("vocab") : nullptr;
  const json::object* symbols = vocab ? vocab->if_object() : nullptr;
  if (!symbols || symbols->empty()) return invalid("it has no \"vocab\", expected the config.json of the model");
  KokoroVocabulary out;
  for (const auto& [key, value] : *symbols) {
    const std::u32string symbol = decode_utf8(key);
    if (symbol.size() != 1 || !value.is_int64() || value.as_int64() <= 0) {
      return invalid("vocab[\"" + std::string(key) + "\"] is " + json::serialize(value) +
                     ", expected one symbol and its number, 1 or more");
    }
    out[symbol[0]] = value.as_int64();
  }
  return out;
}

Accent accent_of(std::string_view espeak_voice) {
  if (espeak_voice != "en" && !espeak_voice.starts_with("en-")) return Accent::other;
  return espeak_voice.starts_with("en-us") ? Accent::american : Accent::british;
}

std::u32string to_kokoro(std::u32string_view ipa, Accent accent) {
  const std::span<const Rule> own = accent == Accent::american  ? std::span<const Rule>(kAmerican)
                                    : accent == Accent::british ? std::span<const Rule>(kBritish)
                                                                : std::span<const Rule>(kOther);
  std::u32string out;
  out.reserve(ipa.size());
  while (!ipa.empty()) {
    const Rule* rule = fitting(ipa, own);
    if (!rule && accent != Accent::other) rule = fitting(ipa, kEnglish);
    if (rule) {
      out += rule->to;
      ipa.remove_prefix(rule->from.size());
    } else {
      out.push_back(accent != Accent::other && is_syllabic_l(ipa) ? U'ᵊ' : ipa.front());
      ipa.remove_prefix(1);
    }
  }
  return out;
}

std::vector<std::int64_t> to_kokoro_tokens(std::u32string_view symbols, const KokoroVocabulary& vocabulary) {
  std::vector<std::int64_t> out = {0};
  for (const char32_t symbol : symbols) {
    const auto found = vocabulary.find(symbol);
    if (found != vocabulary.end() && out.size() <= kMostTokens) out.push_back(found->second);
  }
  out.push_back(0);
  return out;
}

}  // namespace offhook::tts
