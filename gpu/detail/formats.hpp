#pragma once
#include <cstddef>
#include <cstdint>

#include "philox.hpp"

/// Numbers as the bits in which they travel, and back: what Message::append_values and
/// MessageReader::read_values do with one number, done by one thread.
namespace trivium::gpu::detail {

struct Float64 {
  using Bits = std::uint64_t;
  template <class T>
  TRIVIUM_BOTH Bits operator()(T x, std::size_t) const {
    return float64_bits(x);
  }
  TRIVIUM_BOTH static double value(Bits bits) { return real_of(bits); }
};

struct Float32 {
  using Bits = std::uint32_t;
  template <class T>
  TRIVIUM_BOTH Bits operator()(T x, std::size_t) const {
    return float32_bits(x);
  }
  TRIVIUM_BOTH static double value(Bits bits) { return real_of(bits); }
};

/// Number i is rounded with a quarter of the stream's word `drawn` + i / 4.
struct Bfloat16 {
  using Bits = std::uint16_t;
  Stream::Key key;
  std::uint64_t drawn;
  template <class T>
  TRIVIUM_BOTH Bits operator()(T x, std::size_t i) const {
    constexpr std::uint32_t infinite = 0x7F800000;
    const std::uint32_t bits = float32_bits(x), size = bits & 0x7FFFFFFF;
    if (size > infinite) return 0x7FC0;
    if (size == infinite) return static_cast<Bits>(bits >> 16);
    const std::uint64_t at = drawn + i / 4, pair = at % 4 / 2;
    const PhiloxBlock random = philox(key, at / 4);
    const std::uint64_t even = pair == 0 ? random.word[0] : random.word[2];
    const std::uint64_t odd = pair == 0 ? random.word[1] : random.word[3];
    const std::uint64_t word = at % 2 == 0 ? even : odd;
    return static_cast<Bits>((bits + (word >> (16 * (i % 4)) & 0xFFFF)) >> 16);
  }
  TRIVIUM_BOTH static double value(Bits bits) { return real_of(std::uint32_t{bits} << 16); }
};

}  // namespace trivium::gpu::detail
