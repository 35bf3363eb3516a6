#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "net/sse.hpp"

// Wherever the stream is cut, the same events come out, and none outgrows the bound.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  constexpr std::size_t bound = 64;
  const std::size_t step = data[0] % 16 + 1;
  const std::string_view stream(reinterpret_cast<const char*>(data) + 1, size - 1);
  offhook::net::SseParser whole(bound), cut(bound);
  std::vector<offhook::net::SseEvent> at_once, piecewise;
  const bool ok = whole.feed(stream, at_once).ok();
  bool cut_ok = true;
  for (std::size_t i = 0; i < stream.size() && cut_ok; i += step)
    cut_ok = cut.feed(stream.substr(i, step), piecewise).ok();
  if (ok != cut_ok || at_once.size() != piecewise.size()) std::abort();
  for (std::size_t i = 0; i < at_once.size(); ++i)
    if (at_once[i].data != piecewise[i].data || at_once[i].data.size() > bound) std::abort();
  return 0;
}
