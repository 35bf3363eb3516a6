// How far into a text a voice has come, by the words that it says it has said. Voices spell them in their own way
// ("twenty" for 20, a comma more or less), so they are matched in order: what does not match is skipped, and nothing
// ever goes back.
//
//   text   I | have | 20 | apples, | dear
//   voice  I | have | twenty | apples | …
//               ▲        skipped    ▲ 16 bytes
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::tts {

// The words of a text, by bytes: what stands between blanks, and each ideograph and kana by itself.
struct Word {
  std::size_t begin = 0, end = 0;
};
std::vector<Word> words_of(std::string_view text);

class WordTimes {
 public:
  explicit WordTimes(std::string_view text);

  // The voice has said `word` (or several, between blanks). How many bytes of the text are said with it, if that is
  // more than before: whole words.
  std::optional<std::size_t> said(std::string_view word);

 private:
  struct Place {
    std::string letters;  // in lower case, without punctuation
    std::size_t end;
  };
  std::optional<std::size_t> match(std::string_view letters);

  std::vector<Place> places_;
  std::size_t next_ = 0;     // of places_
  std::size_t part_ = 0;     // letters of it that are said: "well" of "well-known"
  std::size_t skipped_ = 0;  // of the voice's words, since the last match
};

}  // namespace offhook::tts
