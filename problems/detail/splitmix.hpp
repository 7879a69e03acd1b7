#pragma once
#include <cstdint>

namespace trivium::problems::detail {

/// Steele, Lea, Flood 2014: the SplitMix64 step from state x, increment included.
constexpr std::uint64_t splitmix64(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15u;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

/// u(seed, i, j): a number in [0, 1) that looks random and is a plain function of its arguments, so that the
/// reference problems can be rebuilt in any language. u(1, 2, 3) = 0.41755805950440272.
constexpr double hashed_uniform(std::uint64_t seed, std::uint64_t i, std::uint64_t j) {
  const std::uint64_t hash = splitmix64(splitmix64(splitmix64(seed) + i) + j);
  return static_cast<double>(hash >> 11) * 0x1p-53;
}

}  // namespace trivium::problems::detail
