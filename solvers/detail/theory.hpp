#pragma once
#include <algorithm>
#include <cmath>

namespace trivium::solvers {

/// Step of extragradient and of Tseng's method: the smaller of 1 / (2 L) and the root of g^2 L^2 + 2 g mu =
/// 1, for which |z+ - z*|^2 <= (1 - g mu) |z - z*|^2.
inline double two_step_bound(double L, double mu) {
  const double m = std::max(mu, 0.0);
  return std::min(1 / (2 * L), 1 / (m + std::sqrt(m * m + L * L)));
}
inline constexpr const char* two_step_rule = "min{ 1 / (2 L), 1 / (mu + sqrt(mu^2 + L^2)) }";

}  // namespace trivium::solvers
