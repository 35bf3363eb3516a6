// For tests: how often this process asked for memory. Counted by the sanitizer that the tests are built with; without
// one there is nothing to ask, and counts_allocations() is false.
#pragma once

#include <atomic>
#include <cstddef>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#include <sanitizer/allocator_interface.h>
#define OFFHOOK_COUNTS_ALLOCATIONS 1
#endif
#endif

namespace offhook {

inline std::atomic<long>& allocation_count() {
  static std::atomic<long> count{0};
  return count;
}

#ifdef OFFHOOK_COUNTS_ALLOCATIONS
inline bool counts_allocations() {
  static const bool installed =
      __sanitizer_install_malloc_and_free_hooks([](const volatile void*, std::size_t) { ++allocation_count(); },
                                                [](const volatile void*) {}) > 0;
  return installed;
}
#else
inline bool counts_allocations() {
  return false;
}
#endif

}  // namespace offhook
