// Any text: an event with bounded parts and finite numbers, or none.
#include <cmath>
#include <cstdlib>

#include "edge/call_events.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace offhook::edge;
  const auto event = read_call_event({reinterpret_cast<const char*>(data), size});
  if (!event) return 0;
  if (event->parts.size() > kMostParts || !std::isfinite(event->at_ms) || !std::isfinite(event->v2v_ms)) std::abort();
  for (const auto& [name, ms] : event->parts)
    if (!std::isfinite(ms) || name.size() > size) std::abort();
  return 0;
}
