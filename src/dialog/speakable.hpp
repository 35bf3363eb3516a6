// Text as a language model writes it, made into what a voice can say: "**Dr. Lee**, $12.50 at 9:05" → "Doctor Lee,
// twelve dollars and fifty cents at nine oh five". No vendor's markup: what is spelled is letters and digits with
// blanks between them, a pause is a comma. Where the words come from is kept, so that what was heard can be told in the
// text as it was written. Pure and total: any bytes in, well-formed UTF-8 out.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace offhook::dialog {

struct Speakable {
  // Up to `spoken` bytes of what is spoken stand for up to `written` bytes of what was written; the stretch begins
  // where the one before ends. `same`: byte for byte the same. Otherwise it is said all at once or not at all.
  //
  //   written  It costs | $12.50                         | today
  //   spoken   It costs | twelve dollars and fifty cents | today
  struct Stretch {
    std::size_t spoken = 0, written = 0;
    bool same = true;
    friend bool operator==(const Stretch&, const Stretch&) = default;
  };

  std::string text;
  std::vector<Stretch> map;  // both grow; the last reaches both ends

  // How much of what was written has been said with these bytes of what is spoken.
  std::size_t written(std::size_t spoken) const;
  bool changed() const;  // something is said otherwise than it was written
};

// How words are to be said that a voice says wrongly: "Siobhan" → "Shivawn". Whole words; one in small letters alone
// stands for any spelling in capitals too. The first that fits is taken, and what it gives is said as it stands.
using Lexicon = std::vector<std::pair<std::string, std::string>>;

// `language`: a tag such as "en", "en-GB" or "de-AT". In a language without a table (tongue.hpp) markup and pictures
// go, the lexicon counts, and numbers are left to the voice. What would grow by more than a few thousand bytes is left
// as it is from there on.
Speakable speakable(std::string_view text, std::string_view language, const Lexicon& lexicon = {});

}  // namespace offhook::dialog
