// The symbols that Kokoro-82M was trained on, and what becomes of espeak-ng's IPA among them: diphthongs and affricates
// are one symbol each ("aɪ" is I, "tʃ" is ʧ), and each accent of English has its own habits. The table is the `vocab`
// of the config.json published with Kokoro-82M v1.0; the habits are those of its own front end, misaki. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace offhook::tts {

using KokoroVocabulary = std::map<char32_t, std::int64_t>;

const KokoroVocabulary& kokoro_vocabulary();  // 114 symbols
// The `vocab` of a model's own config.json: an object from one symbol to its number.
Result<KokoroVocabulary> parse_kokoro_vocabulary(std::string_view json);

enum class Accent { american, british, other };
Accent accent_of(std::string_view espeak_voice);  // "en-us", "en-gb-scotland", "it"

std::u32string to_kokoro(std::u32string_view ipa, Accent accent);

// 0 at both ends. What the model does not know is left out, and of more than 510 symbols the rest: no model takes more.
std::vector<std::int64_t> to_kokoro_tokens(std::u32string_view symbols, const KokoroVocabulary& vocabulary);

}  // namespace offhook::tts
