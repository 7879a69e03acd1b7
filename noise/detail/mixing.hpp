#pragma once
#include <cmath>
#include <cstdint>

namespace trivium::noise::detail {

/// The least k >= 1 with scale rate^k <= 1/4, for scale in [0, 1] and rate in [0, 1]; infinity when there is
/// none.
inline double steps_to_quarter(double scale, double rate) {
  constexpr double rounding = 1e-12;
  if (scale * rate <= 0.25 * (1 + rounding)) return 1;
  if (rate >= 1) return INFINITY;
  return std::ceil(std::log(4 * scale) / -std::log(rate) * (1 - rounding));
}

/// The least k >= `first` >= 1 with within(k), where within(k) implies within(k + 1), by doubling and
/// bisection; infinity when 2^40 steps are not enough.
template <class Within>
double least_steps(std::uint64_t first, Within within) {
  if (within(first)) return static_cast<double>(first);
  std::uint64_t low = first, high = 2 * first;
  while (!within(high)) {
    if (high > std::uint64_t{1} << 40) return INFINITY;
    low = high;
    high *= 2;
  }
  while (high - low > 1) {
    const std::uint64_t middle = low + (high - low) / 2;
    (within(middle) ? high : low) = middle;
  }
  return static_cast<double>(high);
}

}  // namespace trivium::noise::detail
