#include "stt/deepgram_flux.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "base/utf8.hpp"

// Lines are messages; an empty one begins a turn of ours or ends it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace offhook::stt;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  FluxTurns turns;
  offhook::Duration at{};
  bool on = false;
  while (!rest.empty()) {
    const auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    at += offhook::Duration(500'000);
    if (line.empty()) {
      on = !on;
      on ? turns.begin(at) : turns.end(at);
      continue;
    }
    const auto message = parse_flux(line);
    if (const auto* info = std::get_if<TurnInfo>(&message)) {
      if (info->permille < -1 || info->permille > 1000 || info->turn < 0) std::abort();
      if (turns.take(*info) && !on) std::abort();
      (void)turns.text();
    } else if (const auto* error = std::get_if<ServiceError>(&message)) {
      if (offhook::code_points(error->words) > 200) std::abort();
    }
  }
  return 0;
}
