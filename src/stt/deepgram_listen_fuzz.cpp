#include "stt/deepgram_listen.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "base/utf8.hpp"

// Lines are messages, one after the other: no sequence of them leads a turn beyond what it was told.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace offhook::stt;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  ListenTurn turn;
  turn.begin(offhook::Duration(1'000'000));
  while (!rest.empty()) {
    const auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    const auto message = parse_listen(line);
    if (const auto* result = std::get_if<ListenResult>(&message)) {
      turn.take(*result);
      if (turn.final_until() > turn.known_until() || result->end < result->start) std::abort();
      (void)turn.text();
    } else if (const auto* error = std::get_if<ServiceError>(&message)) {
      if (offhook::code_points(error->words) > 200 || error->words.find('\n') != std::string::npos) std::abort();
    }
  }
  return 0;
}
