#pragma once
#include <cmath>

#include <catch2/catch.hpp>

#include "setup.hpp"
#include "variants.hpp"

namespace trivium::solvers::testing {

inline Plugin masha1(const Table& parameters) { return {"masha1", parameters, ""}; }

/// RandK with a share of the entries, which is the probability of a new snapshot too.
inline Plugin masha1_share(double share, const Value& step) {
  return masha1({{"step", step}, {"uplink", rand_k(share)}, {"refresh", share}});
}

/// What a method has sent and done when the distance first reaches 1e-6, in the mean over seeds 1..seeds.
struct Effort {
  double iterations = 0, dense_up = 0;  ///< dense_up: values sent up by a worker, in dense vectors
};

inline Effort effort_to_1e6(Arena& arena, const Plugin& plugin, int seeds) {
  Effort mean;
  for (int seed = 1; seed <= seeds; ++seed) {
    Method method(arena, plugin, static_cast<std::uint64_t>(seed));
    method.start();
    std::int64_t k = 0;
    while (method.distance() > 1e-6) {
      REQUIRE(++k < 20000);
      method.steps(1);
    }
    mean.iterations += static_cast<double>(k) / seeds;
    mean.dense_up += method.totals().bits_up_values / arena.dense_bits() / seeds;
  }
  return mean;
}

/// The means are within 12 % of what other implementations measured.
inline void check_effort(const Effort& found, double iterations, double dense_up) {
  INFO("found " << found.iterations << " iterations, " << found.dense_up << " dense vectors up");
  CHECK(found.iterations == Approx(iterations).epsilon(0.12));
  CHECK(found.dense_up == Approx(dense_up).epsilon(0.12));
}

}  // namespace trivium::solvers::testing
