#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>

/// What is decided on the host before and after a kernel runs: plain functions, tested without a card.
namespace trivium::gpu::detail {

inline constexpr unsigned block_threads = 256;
inline constexpr std::size_t pack_bytes = 16;  ///< the widest load and store of a thread

/// A reduction leaves one partial sum for each of at most this many blocks. A fixed number, so that the order
/// of summation, and with it every bit of the result, depends on the vector alone and not on the card.
inline constexpr unsigned most_partials = 512;

/// Blocks for `items` items at one item a thread, at least 1 and at most `most`; the kernels stride over what
/// is left.
inline unsigned blocks_for(std::size_t items, unsigned most) {
  const std::size_t needed = items / block_threads + (items % block_threads != 0);
  return static_cast<unsigned>(std::clamp<std::size_t>(needed, 1, most));
}

/// True when all addresses allow loads of pack_bytes. Memory from Device::allocate always does.
inline bool aligned(std::initializer_list<const void*> addresses) {
  return std::all_of(addresses.begin(), addresses.end(),
                     [](const void* a) { return reinterpret_cast<std::uintptr_t>(a) % pack_bytes == 0; });
}

/// The capacity of a buffer of `capacity` bytes once `needed` fit: doubled at least, so that growing stops
/// soon.
inline std::size_t grown(std::size_t capacity, std::size_t needed) {
  return needed <= capacity ? capacity : std::max(needed, 2 * capacity);
}

/// Second stage of a reduction, from the first partial sum to the last.
inline double sum_in_order(std::span<const double> partials) {
  double sum = 0;
  for (const double partial : partials) sum += partial;
  return sum;
}

}  // namespace trivium::gpu::detail
