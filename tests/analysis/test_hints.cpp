// Problems that are not solvable: their constants are hints from few pairs and few summands.
#include <algorithm>

#include <catch2/catch.hpp>

#include <trivium/analysis/constants.hpp>

#include "dense.hpp"

using namespace trivium;
using namespace trivium::analysis;
using problems::Constants;
using problems::Which;

// Summands of a game differ in their skew parts, which are spread over the whole spectrum alike.
TEST_CASE("the constants of a problem that is not solvable are a quick hint, L_loc among them") {
  const auto problem = make("quadratic_game", {{"n", 10}, {"samples", 3}, {"sample_spread", 0.4}});
  const auto exact = dense_constants(jacobians(*problem));
  Hidden hidden(*problem, false);
  hidden.forget_solution();
  Alone alone(hidden);
  Constants found = constants(hidden, alone.network, zero_of(hidden));
  CHECK(found.get(Which::L).value <= exact.at(Which::L) * (1 + 1e-9));
  CHECK(found.get(Which::L).value >= 0.7 * exact.at(Which::L));
  CHECK(found.get(Which::L).how ==
        "lower bound from 16 random pairs near the start, of at most 128 summands a worker");
  CHECK(found.get(Which::mu).value >= exact.at(Which::mu) - 1e-9);
  const double L_loc = problem->known().constants.at(Which::L_loc).value;
  CHECK(found.get(Which::L_loc).value <= L_loc * (1 + 1e-9));
  CHECK(found.get(Which::L_loc).value >= 0.3 * L_loc);
}

TEST_CASE("of many summands the first 128 stand for all") {
  // One worker with slopes 1 (128 times) and 3 (128 times): 2 in the mean, 1 in the first half, where no
  // summand differs from another.
  std::vector<double> slopes(256, 3.0);
  std::fill_n(slopes.begin(), 128, 1.0);
  SmallSums sums({slopes});
  Hidden hidden(sums, false);
  hidden.forget_solution();
  Alone alone(hidden);
  Constants found = constants(hidden, alone.network, zero_of(hidden));
  CHECK(found.get(Which::L).value == Approx(1).epsilon(1e-9));
  CHECK(found.get(Which::L_loc).value == Approx(0).margin(1e-9));
}
