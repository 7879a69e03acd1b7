// What the tests of Three Pillars, with and without error feedback, share.
#pragma once
#include <catch2/catch.hpp>

#include "setup.hpp"
#include "variants.hpp"

namespace trivium::solvers::testing {

inline const Table small{{"n", 10}, {"workers", 5}, {"mu", 0.2}, {"similarity", 0.3}};
inline const Table B10{{"similarity", 0.1}};  // M = 10: mu = .02, d1 = .1, sig1 = .1224744871
inline const Table B{{"workers", 50}, {"similarity", 0.1}};
inline const Table identity = compressor("identity");

inline Table with(Table parameters, const Table& more) {
  for (const Entry& entry : more.entries()) parameters.set(entry.name, entry.value);
  return parameters;
}
inline Table theory(double multiple) { return {{"theory", multiple}}; }

/// The point of a method after each of some iterations.
inline std::vector<Vector> trajectory(Arena& here, const Plugin& plugin, int iterations) {
  Method method(here, plugin);
  method.start();
  std::vector<Vector> points;
  for (int k = 0; k < iterations; ++k) {
    method.steps(1);
    points.push_back(method.solver->point());
  }
  return points;
}

/// The largest |a_k - b_k| over the length of the solution.
inline double apart(Arena& here, const std::vector<Vector>& a, const std::vector<Vector>& b) {
  double worst = 0;
  for (std::size_t k = 0; k < a.size(); ++k)
    worst = std::max(worst, std::sqrt(squared_distance(a[k], b[k]) / dot(here.solution, here.solution)));
  return worst;
}

/// Means over seeds at |z - z*|^2 = 1e-6 |z_0 - z*|^2; vectors are dense ones, of values.
struct Spent {
  double iterations = 0, rounds = 0, up = 0, down = 0, served = 0, calls = 0;
};
inline Spent spent_to_1e6(Arena& here, const Plugin& plugin, int seeds = 5) {
  Spent mean;
  for (std::uint64_t seed = 1; seed <= static_cast<std::uint64_t>(seeds); ++seed) {
    Method method(here, plugin, seed);
    method.start();
    int k = 0;
    while (!(method.distance() <= 1e-6)) {
      REQUIRE(++k < 5000);
      method.steps(1);
    }
    mean.iterations += static_cast<double>(k) / seeds;
    const Record totals = method.totals();
    mean.rounds += totals.round / seeds;
    mean.up += totals.bits_up_values / here.dense_bits() / seeds;
    mean.down += totals.bits_down / here.dense_bits() / seeds;
    mean.served += totals.local_steps / seeds;
    mean.calls += totals.calls / seeds;
  }
  return mean;
}

}  // namespace trivium::solvers::testing
