#pragma once
#include <cmath>
#include <cstdint>
#include <cstring>

/// Functions compiled for the card and for the host, where tests run them without a card.
#ifdef __CUDACC__
#define TRIVIUM_BOTH __host__ __device__ inline
#else
#define TRIVIUM_BOTH inline
#endif

namespace trivium::gpu::detail {

TRIVIUM_BOTH std::uint64_t bits_of(double x) {
  std::uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}
TRIVIUM_BOTH std::uint32_t bits_of(float x) {
  std::uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}
TRIVIUM_BOTH double real_of(std::uint64_t bits) {
  double x;
  memcpy(&x, &bits, sizeof x);
  return x;
}
TRIVIUM_BOTH float real_of(std::uint32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

/// a b + c, rounded once where `fused`, else after the product as well: compilers choose, and messages must
/// not depend on which one it was.
TRIVIUM_BOTH double multiply_add(double a, double b, double c, bool fused) {
  if (fused) return fma(a, b, c);
#ifdef __CUDA_ARCH__
  return __dadd_rn(__dmul_rn(a, b), c);
#else
  volatile double product = a * b;
  return product + c;
#endif
}

// Conversions. The card's own forget sign and payload of what is not a number; these make of it what the
// host's processor does: the same sign, the upper bits of the payload, and quiet.

/// The bits of x as float64.
TRIVIUM_BOTH std::uint64_t float64_bits(double x) { return bits_of(x); }
TRIVIUM_BOTH std::uint64_t float64_bits(float x) {
  if (x == x) return bits_of(double{x});
  const std::uint64_t bits = bits_of(x);
  return bits >> 31 << 63 | std::uint64_t{0x7FF8} << 48 | (bits & 0x7FFFFF) << 29;
}
/// x as float64.
TRIVIUM_BOTH double widened(double x) { return x; }
TRIVIUM_BOTH double widened(float x) { return real_of(float64_bits(x)); }

/// The bits of x as float32, rounded to nearest.
TRIVIUM_BOTH std::uint32_t float32_bits(float x) { return x == x ? bits_of(x) : bits_of(x) | 0x400000; }
TRIVIUM_BOTH std::uint32_t float32_bits(double x) {
  if (x == x) return bits_of(static_cast<float>(x));
  const std::uint64_t bits = bits_of(x);
  return static_cast<std::uint32_t>(bits >> 63 << 31 | 0x7FC00000 | (bits >> 29 & 0x7FFFFF));
}

}  // namespace trivium::gpu::detail
