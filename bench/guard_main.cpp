// offhook-guard: does what every call does again and again, each section so many times, for callgrind to count its
// instructions. scripts/guard runs it.
//   valgrind --tool=callgrind --instr-atstart=no offhook-guard ROOT
// A line for each section: its name, how often it was done, and what one is. callgrind writes a dump of the same name.
#include <valgrind/callgrind.h>

#include <cstdio>
#include <exception>

#include "base/log.hpp"
#include "guard/section.hpp"

namespace {

void count(const offhook::guard::Section& section, const offhook::guard::Once& once) {
  for (int i = 0; i < section.times / 10; ++i) once();
  std::size_t made = 0;
  CALLGRIND_START_INSTRUMENTATION;
  CALLGRIND_ZERO_STATS;
  for (int i = 0; i < section.times; ++i) made += once();
  CALLGRIND_DUMP_STATS_AT(section.name);
  CALLGRIND_STOP_INSTRUMENTATION;
  if (made == 0) throw std::runtime_error("it made nothing");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: offhook-guard ROOT    the checkout\n", stderr);
    return 2;
  }
  offhook::log::set_level(offhook::log::Level::error);
  for (const offhook::guard::Section& section : offhook::guard::sections()) try {
      count(section, section.make(argv[1]));
      std::printf("%s %d %s\n", section.name, section.times, section.unit);
    } catch (const std::exception& e) {
      std::fprintf(stderr, "offhook-guard: %s: %s\n", section.name, e.what());
      return 1;
    }
  return 0;
}
