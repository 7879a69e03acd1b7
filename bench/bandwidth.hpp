#pragma once
#include <algorithm>
#include <cstddef>
#include <cstring>

namespace trivium::bench {

// What memory can do, by one thread: the three loops that others are compared with.

inline constexpr std::size_t streams = 8;

/// Sum of x[0..size), read as eight streams of consecutive entries at once when `apart`, else as one.
/// Processors differ in which is faster. Entries beyond the last full 8 x 64 bytes are left out.
template <class T>
double read(const T* x, std::size_t size, bool apart) {
  constexpr std::size_t lanes = 64 / sizeof(T);
  typedef T Lanes __attribute__((vector_size(64)));
  const std::size_t length = size / (streams * lanes) * lanes;
  const std::size_t from_stream_to_stream = apart ? length : lanes, step = apart ? lanes : streams * lanes;
  Lanes sum[streams] = {};
  for (std::size_t i = 0; i < length / lanes; ++i) {
#pragma GCC unroll 8
    for (std::size_t s = 0; s < streams; ++s) {
      Lanes entries;
      std::memcpy(&entries, x + i * step + s * from_stream_to_stream, sizeof entries);
      sum[s] += entries;
    }
  }
  double total = 0;
  for (const Lanes& part : sum)
    for (std::size_t lane = 0; lane < lanes; ++lane) total += static_cast<double>(part[lane]);
  return total;
}

/// out = x.
template <class T>
void copy_entries(T* __restrict out, const T* __restrict x, std::size_t size) {
  std::memcpy(out, x, size * sizeof(T));
}

/// out = x + weight * y.
template <class T>
void triad(T* __restrict out, const T* __restrict x, const T* __restrict y, T weight, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) out[i] = x[i] + weight * y[i];
}

/// Bytes that a loop over `size` entries moves. A written line is read first, which is counted in all loops.
template <class T>
double bytes_moved(std::size_t size, int arrays_read, int arrays_written) {
  return static_cast<double>(size * sizeof(T)) * (arrays_read + 2 * arrays_written);
}

}  // namespace trivium::bench
