#include <cstdint>
#include <cstdlib>
#include <string>

#include "net/retry_after.hpp"

// Whatever a service sends, the wait is between nothing and a day.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace offhook;
  const std::string value(reinterpret_cast<const char*>(data), size);
  for (const char* name : {"retry-after", "retry-after-ms"}) {
    const Duration wait = net::retry_after({{name, value}}, 784111777);
    if (wait < Duration::zero() || wait > 24h) std::abort();
  }
  for (const char* kind : {"requests", "tokens"}) {
    const std::string name = std::string("x-ratelimit-reset-") + kind;
    const Duration wait =
        net::exhausted_for({{std::string("x-ratelimit-remaining-") + kind, "0"}, {name, value}}, 784111777);
    if (wait < Duration::zero() || wait > 24h) std::abort();
  }
  return 0;
}
