#pragma once
#include <cstdint>

#include "both.hpp"

namespace trivium::gpu::detail {

/// The bits without the sign: integers in the order of the magnitudes.
TRIVIUM_BOTH std::uint64_t size_bits(double x) { return bits_of(x) << 1 >> 1; }
TRIVIUM_BOTH std::uint32_t size_bits(float x) { return bits_of(x) << 1 >> 1; }

template <class T>
constexpr int key_bits = 8 * sizeof(T) - 1;

/// The same, with one number for all NaNs: what entries are selected by.
TRIVIUM_BOTH std::uint64_t key_of(double x) {
  constexpr std::uint64_t nan = 0x7FF0000000000001;
  const std::uint64_t size = size_bits(x);
  return size < nan ? size : nan;
}
TRIVIUM_BOTH std::uint64_t key_of(float x) {
  constexpr std::uint32_t nan = 0x7F800001;
  const std::uint32_t size = size_bits(x);
  return size < nan ? size : nan;
}

}  // namespace trivium::gpu::detail
