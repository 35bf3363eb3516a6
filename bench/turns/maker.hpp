// Makes the corpus: speaks the texts, puts pauses into them, synthesises the noises, sends all of it through a
// telephone's band and µ-law, and writes down where what lies.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/result.hpp"
#include "turns/voices.hpp"

namespace offhook::turns {

struct MakeOptions {
  std::string out;     // a folder; made if it is not there
  std::string people;  // a folder of recordings with a manifest.jsonl of their transcripts; empty: none
  std::uint32_t seed = 1;
  bool small = false;  // a few of each kind
  double speech_dbfs = -22, floor_dbfs = -60;
};

// The number of cases written. `told` is given what is worth knowing, line by line.
Result<int> make_corpus(const MakeOptions& options, Voices& voices, const std::string& scratch,
                        const std::function<void(std::string)>& told);

}  // namespace offhook::turns
