// Floors of methods on noisy operators.
#pragma once
#include <cmath>
#include <utility>
#include <vector>

#include "setup.hpp"

namespace trivium::solvers::testing {

inline Table two_state(double tau) { return {{"type", "two_state"}, {"switching", 1 / (2 * tau)}}; }

inline Noise additive(double sigma, double tau) {
  return {{"additive", {{"sigma", sigma}, {"chain", two_state(tau)}}, ""}};
}
inline Noise growing(double sigma, double growth, double tau) {
  return {{"multiplicative", {{"sigma", sigma}, {"growth", growth}, {"chain", two_state(tau)}}, ""}};
}
inline Table mlmc(int batch, int cap) { return {{"type", "mlmc"}, {"batch", batch}, {"cap", cap}}; }

/// f = (1/2) <x - x*, A (x - x*)>, A = diag(0.1, ..., 1), d = 10, x*_i = cos i: |x*|^2 = 4.5...
inline Arena hill(double mu = 0.1) { return arena("quadratic", {{"n", 10}, {"mu", mu}}); }

/// The mean of |z_k - z*|^2 / |z_0 - z*|^2 over the last of the iterations, all seeds together.
inline double floor_of(Arena& here, const Plugin& plugin, const Noise& noise, std::int64_t skipped,
                       std::int64_t measured, int seeds = 1) {
  double mean = 0;
  for (int seed = 1; seed <= seeds; ++seed) {
    Method method(here, plugin, static_cast<std::uint64_t>(seed), noise);
    method.start();
    method.steps(skipped);
    for (std::int64_t k = 0; k < measured; ++k) {
      method.steps(1);
      mean += method.distance() / static_cast<double>(measured * seeds);
    }
  }
  return mean;
}

/// The least-squares slope of log y over log x.
inline double slope(const std::vector<std::pair<double, double>>& points) {
  double x = 0, y = 0, xx = 0, xy = 0;
  const double n = static_cast<double>(points.size());
  for (const auto& [a, b] : points) {
    x += std::log(a) / n;
    y += std::log(b) / n;
    xx += std::log(a) * std::log(a) / n;
    xy += std::log(a) * std::log(b) / n;
  }
  return (xy - x * y) / (xx - x * x);
}

}  // namespace trivium::solvers::testing
