#pragma once
#include <atomic>
#include <cstdlib>

#include <support/sanitized.hpp>

/// Counts the program's calls of malloc, which is where Eigen's memory comes from. Include it in one source
/// of a test binary: it replaces malloc. Only with glibc and without a sanitizer, which brings a malloc of
/// its own: else nothing is counted.
inline std::atomic<long> mallocs{0};

#if defined(__GLIBC__) && !defined(TRIVIUM_SANITIZED)
inline constexpr bool counts_mallocs = true;

extern "C" void* __libc_malloc(std::size_t bytes);
extern "C" void* malloc(std::size_t bytes) {
  mallocs += 1;
  return __libc_malloc(bytes);
}
#else
inline constexpr bool counts_mallocs = false;
#endif

/// Calls of malloc while f runs.
template <class F>
long mallocs_of(F&& f) {
  const long before = mallocs;
  f();
  return mallocs - before;
}
