// Phonemes as Piper's voices know them: IPA code points, with the punctuation that shapes the melody kept among them.
// Pure; the dictionary behind it is phonemizer.hpp's.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::tts {

// UTF-8 to code points; what is not UTF-8 becomes U+FFFD.
std::u32string decode_utf8(std::string_view text);

enum class Script { latin, any };

// What a reader must be spared becomes a space: controls, damage, pictures and, for a voice that reads Latin script,
// every other one. The dot goes after a title ("Dr. Smith"), where it would end the sentence. UTF-8.
std::string readable(std::string_view text, Script script);

// The mark that ends `clause`: one of , ; : . ? ! or 0. `looked_ahead`: the clause may end with the first character of
// the next one. A dash counts as a comma, an ellipsis and a paragraph's end as a full stop.
char32_t closing_mark(std::u32string_view clause, bool looked_ahead);

// Drops the language switches that the dictionary puts in, "(en)", and takes accents off their letters (NFD), as the
// voices were trained.
std::u32string cleaned(std::u32string_view ipa);

struct ClausePhonemes {
  std::u32string ipa;  // cleaned
  char32_t mark = 0;
};
// Clauses joined into sentences, none longer than `longest`: a longer one is cut after a clause, or else between words.
// What has no phoneme is left out, so nothing speakable gives nothing.
std::vector<std::u32string> sentences(const std::vector<ClausePhonemes>& clauses, std::size_t longest);

using PhonemeIds = std::map<char32_t, std::vector<std::int64_t>>;
// ^ first, $ last, _ between all. Phonemes that the voice does not know are left out.
std::vector<std::int64_t> to_ids(std::u32string_view sentence, const PhonemeIds& ids);

}  // namespace offhook::tts
