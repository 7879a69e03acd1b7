#pragma once
#include <cstddef>
#include <vector>

namespace trivium::problems::detail {

/// n numbers from `low` to `high` in equal steps; just `low` when n is 1.
inline std::vector<double> ramp(std::size_t n, double low, double high) {
  std::vector<double> values(n, low);
  for (std::size_t i = 1; i < n; ++i)
    values[i] = low + (high - low) * static_cast<double>(i) / static_cast<double>(n - 1);
  return values;
}

}  // namespace trivium::problems::detail
