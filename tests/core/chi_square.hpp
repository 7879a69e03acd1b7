#pragma once
#include <cmath>
#include <cstddef>
#include <numeric>
#include <vector>

/// Pearson's statistic of `counts` against the probabilities `law` (which sum to one).
inline double chi_square(const std::vector<double>& counts, const std::vector<double>& law) {
  const double n = std::accumulate(counts.begin(), counts.end(), 0.0);
  double sum = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double expected = n * law[i];
    sum += (counts[i] - expected) * (counts[i] - expected) / expected;
  }
  return sum;
}

/// Pearson's statistic against equal probabilities.
inline double chi_square(const std::vector<double>& counts) {
  return chi_square(counts, std::vector<double>(counts.size(), 1.0 / static_cast<double>(counts.size())));
}

/// Five standard deviations above the statistic's mean for that many cells: a right law exceeds it about once
/// in ten thousand seeds, a wrong one with enough draws always.
inline double chi_square_bound(std::size_t cells) {
  const double degrees = static_cast<double>(cells) - 1;
  return degrees + 5 * std::sqrt(2 * degrees);
}
