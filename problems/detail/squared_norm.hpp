#pragma once
#include <array>
#include <cstddef>
#include <span>

namespace trivium::problems::detail {

/// |x|^2 in float64, in eight interleaved partial sums: the loop vectorises, whatever the width of a
/// register.
template <class T>
double squared_norm(std::span<const T> x) {
  constexpr std::size_t lanes = 8;
  std::array<double, lanes> sums{};
  std::size_t i = 0;
  for (; i + lanes <= x.size(); i += lanes)
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      const double entry = static_cast<double>(x[i + lane]);
      sums[lane] += entry * entry;
    }
  for (; i < x.size(); ++i) sums[0] += static_cast<double>(x[i]) * static_cast<double>(x[i]);
  return ((sums[0] + sums[4]) + (sums[1] + sums[5])) + ((sums[2] + sums[6]) + (sums[3] + sums[7]));
}

}  // namespace trivium::problems::detail
