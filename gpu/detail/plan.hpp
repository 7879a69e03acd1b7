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

/// What every card takes as a kernel's arguments; newer ones than compute capability 6 take more.
inline constexpr std::size_t most_argument_bytes = 4096;

/// Of arguments that lie one behind the other, each at its alignment.
template <class... Parameters>
constexpr std::size_t bytes_of_arguments() {
  std::size_t end = 0;
  ((end = (end + alignof(Parameters) - 1) / alignof(Parameters) * alignof(Parameters) + sizeof(Parameters)),
   ...);
  return end;
}

/// The capacity of a buffer of `capacity` bytes once `needed` fit: doubled at least, so that growing stops
/// soon.
inline std::size_t grown(std::size_t capacity, std::size_t needed) {
  return needed <= capacity ? capacity : std::max(needed, 2 * capacity);
}

inline constexpr std::size_t lane_bytes = 128;  ///< of a row of its tile, what one of 32 lanes keeps

/// How a matrix is cut for both of its products in one pass: tiles of 32 lanes' columns and `height` rows. By
/// the matrix alone, so that the order of summation does not depend on the card.
struct Tiles {
  std::size_t rows, columns;
  std::size_t across, down, height;
  /// How many sums the tiles leave: one for each of their rows and columns.
  std::size_t sums() const { return across * rows + down * columns; }
};

/// About a thousand tiles, enough for any card, of 32 to 256 rows.
inline Tiles tiles_of(std::size_t rows, std::size_t columns, std::size_t scalar_bytes) {
  constexpr std::size_t enough = 1024;
  const auto parts = [](std::size_t whole, std::size_t part) { return (whole + part - 1) / part; };
  const std::size_t across = parts(columns, 32 * lane_bytes / scalar_bytes);
  const std::size_t height = std::clamp<std::size_t>(parts(rows, parts(enough, across)), 32, 256);
  return {rows, columns, across, parts(rows, height), height};
}

/// Second stage of a reduction, from the first partial sum to the last.
inline double sum_in_order(std::span<const double> partials) {
  double sum = 0;
  for (const double partial : partials) sum += partial;
  return sum;
}

}  // namespace trivium::gpu::detail
