#include "load/says.hpp"

#include <span>
#include <string_view>
#include <utility>

#include "audio/wav.hpp"

namespace offhook::embedded {
extern const std::string_view question;  // a recording of someone who wants to know something
}

namespace offhook::load {

Result<std::vector<edge::Utterance>> read_says(const std::vector<std::string>& wavs) {
  std::vector<edge::Utterance> says;
  const auto say = [&says](const Result<audio::Wav>& wav, const std::string& name) -> Result<void> {
    if (!wav) return wav.error();
    auto utterance = edge::utterance_of(*wav);
    if (!utterance) return utterance.error().within(name);
    says.push_back(std::move(*utterance));
    return {};
  };
  for (const std::string& path : wavs)
    if (auto said = say(audio::read_wav(path), path); !said) return said.error();
  if (wavs.empty()) {
    const auto bytes = std::as_bytes(std::span(embedded::question));
    const auto wav = audio::parse_wav({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
    if (auto said = say(wav, "the recording of this program"); !said) return said.error();
  }
  return says;
}

}  // namespace offhook::load
