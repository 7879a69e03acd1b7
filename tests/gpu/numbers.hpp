// Vectors for tests of the card, and what a test without one says.
#pragma once
#include <cstdint>
#include <iostream>
#include <vector>

#include <catch2/catch.hpp>

#include <trivium/core/stream.hpp>
#include <trivium/core/vector.hpp>
#include <trivium/gpu/device.hpp>

namespace trivium::testing {

/// True, with a message, where there is no card.
inline bool no_card() {
  static const bool missing = [] {
    if (!gpu::available()) std::cout << "skipped: " << gpu::why_not() << std::endl;
    return !gpu::available();
  }();
  if (missing) WARN("skipped: " << gpu::why_not());
  return missing;
}

/// Entries enough to make every grid stride: more than a card holds threads, and the emulated one holds few.
#ifdef TRIVIUM_EMULATED
inline constexpr std::size_t many = 600011;
#else
inline constexpr std::size_t many = 2000003;
#endif

/// Integers from -most to most on the host; `which` makes them differ.
inline Vector integers(std::size_t size, Dtype dtype, std::uint64_t which, int most = 1000) {
  Stream stream(1, Purpose::test, which, 0);
  std::vector<double> values(size);
  for (double& value : values)
    value = static_cast<double>(stream.below(static_cast<std::uint32_t>(2 * most + 1))) - most;
  Vector out(size, dtype);
  out.assign(values);
  return out;
}

/// Numbers of magnitude 1 to 2 with random signs and full mantissas: none is so small that its loss would not
/// show.
inline Vector reals(std::size_t size, Dtype dtype, std::uint64_t which) {
  Stream stream(2, Purpose::test, which, 0);
  std::vector<double> values(size);
  for (double& value : values) value = (1 + stream.uniform()) * (stream.bernoulli(0.5) ? 1 : -1);
  Vector out(size, dtype);
  out.assign(values);
  return out;
}

inline Vector on_card(const Vector& x) {
  Vector out(x.size(), x.dtype(), gpu::device());
  copy(out, x);
  return out;
}

inline std::vector<Vector> on_card(const std::vector<Vector>& all) {
  std::vector<Vector> out;
  for (const Vector& x : all) out.push_back(on_card(x));
  return out;
}

/// One float64 entry on the card.
inline Vector number(double value) { return on_card(Vector({value})); }

/// Relative rounding of one operation.
inline double unit(Dtype dtype) { return dtype == Dtype::float64 ? 0x1p-53 : 0x1p-24; }

}  // namespace trivium::testing
