// A message as a stranger may send it.
#include <cstdint>
#include <cstdlib>

#include "tts/elevenlabs_messages.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace offhook;
  const auto event = tts::read_elevenlabs({reinterpret_cast<const char*>(data), size});
  if (!event) return 0;
  if (event->sound.size() > size) std::abort();
  for (const tts::TimedText& word : event->words)
    if (word.end < Duration::zero() || word.end > 1h) std::abort();
  if (event->error && event->error->what.size() > 900) std::abort();
  return 0;
}
