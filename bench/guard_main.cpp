// offhook-guard: does what every call does again and again, one section so many times, for callgrind to count its
// instructions. scripts/guard runs it.
//   offhook-guard                                                              the sections: name, times, what one is
//   valgrind --tool=callgrind --instr-atstart=no offhook-guard ROOT SECTION    a dump named after the section
// A process for each section: what malloc does depends on what was there before.
#include <valgrind/callgrind.h>

#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string_view>

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
  if (argc == 1) {
    for (const offhook::guard::Section& section : offhook::guard::sections())
      std::printf("%s %d %s\n", section.name, section.times, section.unit);
    return 0;
  }
  offhook::log::set_level(offhook::log::Level::error);
  for (const offhook::guard::Section& section : offhook::guard::sections()) {
    if (argc != 3 || argv[2] != std::string_view(section.name)) continue;
    try {
      count(section, section.make(argv[1]));
      return 0;
    } catch (const std::exception& e) {
      std::fprintf(stderr, "offhook-guard: %s: %s\n", section.name, e.what());
      return 1;
    }
  }
  std::fputs("usage: offhook-guard [ROOT SECTION]    ROOT: the checkout\n", stderr);
  return 2;
}
