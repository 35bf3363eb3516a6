// Which words of a reply were heard when so much of its sound had been played.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "call/event.hpp"

namespace offhook::call {

// A clause of a reply, from its text to its sound.
struct Clause {
  struct Said {
    std::size_t bytes = 0;  // of the text …
    Sample upto = 0;        // … are said by this sample of the clause
  };
  std::string text;
  Sample samples = -1;     // of the whole; -1: not known yet, 0: it could not be spoken
  bool ordered = false;    // Speak was sent
  bool begun = false;      // its first sound is here
  bool broken = false;     // its voice broke off: `samples` are not all of the text
  bool filler = false;     // said while the answer was not there
  bool tones = false;      // `text` is keys, not words
  std::vector<Said> said;  // where the voice tells; both grow

  bool audible() const { return begun || samples > 0; }
};

// Whole clauses, and of the one under way whole words: by what the voice has told of it, else by the share of its
// samples, else (its length is not known yet) by `pace`, samples a byte.
std::string heard_text(std::span<const Clause> clauses, Sample samples, double pace);
// Of a reply that was heard to its end.
std::string whole_text(std::span<const Clause> clauses, double pace);

}  // namespace offhook::call
