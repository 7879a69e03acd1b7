#pragma once
#include <atomic>
#include <cstdlib>
#include <new>

#include <support/sanitized.hpp>

#pragma GCC diagnostic ignored "-Wmismatched-new-delete"  // both sides are replaced below

/// Counts the program's heap allocations. Include it in one source of a test binary: it replaces operator
/// new. A sanitizer brings an operator new of its own: then nothing is counted.
inline std::atomic<long> allocations{0};

#ifdef TRIVIUM_SANITIZED
inline constexpr bool counts_allocations = false;
#else
inline constexpr bool counts_allocations = true;

inline void* counted_allocation(std::size_t bytes, std::size_t alignment) {
  allocations += 1;
  const std::size_t whole = (bytes + alignment - 1) / alignment * alignment;
  return std::aligned_alloc(alignment, whole == 0 ? alignment : whole);
}
inline void* counted_or_throw(std::size_t bytes, std::size_t alignment) {
  if (void* memory = counted_allocation(bytes, alignment)) return memory;
  throw std::bad_alloc();
}

void* operator new(std::size_t bytes) { return counted_or_throw(bytes, alignof(std::max_align_t)); }
void* operator new(std::size_t bytes, std::align_val_t a) {
  return counted_or_throw(bytes, static_cast<std::size_t>(a));
}
void* operator new(std::size_t bytes, std::align_val_t a, const std::nothrow_t&) noexcept {
  return counted_allocation(bytes, static_cast<std::size_t>(a));
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

#endif

/// Allocations made while f runs.
template <class F>
long allocations_of(F&& f) {
  const long before = allocations;
  f();
  return allocations - before;
}
