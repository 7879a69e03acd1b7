#pragma once
#include <algorithm>
#include <cmath>

#include <trivium/core/errors.hpp>
#include <trivium/problems/problem.hpp>

namespace trivium::solvers {

/// Step of extragradient and of Tseng's method: the smaller of 1 / (2 L) and the root of g^2 L^2 + 2 g mu =
/// 1, for which |z+ - z*|^2 <= (1 - g mu) |z - z*|^2.
inline double two_step_bound(double L, double mu) {
  const double m = std::max(mu, 0.0);
  return std::min(1 / (2 * L), 1 / (m + std::sqrt(m * m + L * L)));
}
inline constexpr const char* two_step_rule = "min{ 1 / (2 L), 1 / (mu + sqrt(mu^2 + L^2)) }";

/// ell, for methods whose theory needs every F_m cocoercive. Throws InputError when it is infinite, which
/// leaves no step, unless `step_is_given`.
inline double cocoercivity(problems::Constants& constants, const char* method, bool step_is_given) {
  const problems::Constant& ell = constants.get(problems::Which::ell);
  if (!step_is_given && std::isinf(ell.value))
    reject(
        "{}: the theory step needs cocoercive F_m, |F_m(a) - F_m(b)|^2 <= ell <F_m(a) - F_m(b), a - b>, but "
        "ell is infinite ({}); give step as a number or use extragradient",
        method, ell.how);
  return ell.value;
}

}  // namespace trivium::solvers
