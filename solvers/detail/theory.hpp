#pragma once
#include <algorithm>
#include <cmath>
#include <limits>

#include <trivium/problems/problem.hpp>

namespace trivium::solvers {

/// Step of extragradient and of Tseng's method: the smaller of 1 / (2 L) and the root of g^2 L^2 + 2 g mu =
/// 1, for which |z+ - z*|^2 <= (1 - g mu) |z - z*|^2.
inline double two_step_bound(double L, double mu) {
  const double m = std::max(mu, 0.0);
  return std::min(1 / (2 * L), 1 / (m + std::sqrt(m * m + L * L)));
}
inline constexpr const char* two_step_rule = "min{ 1 / (2 L), 1 / (mu + sqrt(mu^2 + L^2)) }";

/// |F(a) - F(b)|^2 <= mean <F(a) - F(b), a - b>, (1/M) sum |F_m(a) - F_m(b)|^2 <= workers <F(a) - F(b), a -
/// b>. The largest cocoercivity constant ell of an F_m serves for both, and so do L^2 / mu and L_rms^2 / mu.
/// Infinite where there is none.
struct Cocoercivity {
  double mean, workers;
  /// 1 / (mean + weight workers + more); 0 where there is none.
  double bound(double weight, double more = 0) const {
    return std::isfinite(mean) ? 1 / (mean + weight * workers + more) : 0;
  }
};
inline Cocoercivity cocoercivity(problems::Constants& constants) {
  const double measured = constants.get(problems::Which::ell).value;
  const double ell = measured > 0 ? measured : std::numeric_limits<double>::infinity();
  const double mu = constants.mu();
  if (!(mu > 0)) return {ell, ell};
  const double L = constants.L(), L_rms = constants.L_rms();
  return {std::min(ell, L * L / mu), std::min(ell, L_rms * L_rms / mu)};
}

/// Step of z+ = z - g G on the whole space where the error e = G - F(z) is remembered, E|e+|^2 <= (1 - p)
/// |e|^2 + K |z+ - z|^2, and F has cocoercivity l: the smaller of p / (4 mu) and the root of g + a g^2 = 1 /
/// (3 l), a = 4 K / (mu p); 0 without strong monotonicity. Then V = |z - z*|^2 + c |e|^2, c = 4 g / (mu p),
/// is multiplied by at most 1 - g mu. With u = F(z), d = z - z* and q = g^2 + c K g^2 <= g / (3 l):
///
///   |d+|^2 = |d|^2 - 2 g <u, d> - 2 g <e, d> + g^2 |u + e|^2
///   -2 g <u, d> <= -(3/2) g mu |d|^2 - (g / (2 l)) |u|^2
///   -2 g <e, d> <= (1/2) g mu |d|^2 + (2 g / mu) |e|^2
///   q |u + e|^2 <= (3/2) q |u|^2 + 3 q |e|^2
///
/// leave nothing of |u|^2, and 3 g / mu + c (1 - p) <= c (1 - g mu) of |e|^2.
inline double remembered_error_bound(double l, double mu, double p, double K) {
  if (!(mu > 0)) return 0;
  const double a = 4 * K / (mu * p);
  return std::min(p / (4 * mu), 2 / (3 * l) / (1 + std::sqrt(1 + 4 * a / (3 * l))));
}

}  // namespace trivium::solvers
