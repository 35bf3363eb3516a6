#include <cstdint>
#include <cstdlib>

#include "base/utf8.hpp"
#include "turn/word_scorer.hpp"

// An answer of a language model's server is a probability or an error, whatever it holds; and whatever was said can be
// asked about.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace offhook;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto p = turn::decode_word_score(bytes); p ? !(*p >= 0 && *p <= 1) : p.error().what.empty()) std::abort();
  if (turn::encode_word_score(bytes).size() > 6 * turn::WordScorer::kMostBytes + 150) std::abort();
  return 0;
}
