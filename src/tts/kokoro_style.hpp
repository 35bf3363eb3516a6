// A Kokoro voice: 256 numbers of style for each length of sentence, from 1 token to 510. Published one voice a file
// ("af_heart.bin", bare float32) or all in one (NumPy's .npz, also under the name "voices-v1.0.bin").
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace offhook::tts {

inline constexpr std::size_t kStyleWidth = 256;

class KokoroStyle {
 public:
  explicit KokoroStyle(std::vector<float> rows) : rows_(std::move(rows)) {}  // a multiple of kStyleWidth, not 0

  std::size_t lengths() const { return rows_.size() / kStyleWidth; }
  // For a sentence of so many tokens, the zeros at its ends not counted; the last for a longer one.
  std::span<const float> of(std::size_t tokens) const;

 private:
  std::vector<float> rows_;
};

// `file`: the bytes of a .npz, an .npy or a bare table. Only a .npz is asked for `voice`; one that is not in it is
// not_found, and those that are, are named.
Result<KokoroStyle> parse_kokoro_style(std::string_view file, std::string_view voice);
Result<KokoroStyle> read_kokoro_style(const std::string& path, std::string_view voice);  // errors name the file

}  // namespace offhook::tts
