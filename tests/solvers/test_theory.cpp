// Step sizes that several methods share.
#include <cmath>
#include <limits>

#include <catch2/catch.hpp>

#include <trivium/solvers/detail/theory.hpp>

using namespace trivium;
using problems::Constants;
using problems::Origin;
using problems::Which;

TEST_CASE("cocoercivity is the smaller of ell and L^2 / mu, and none leaves no step") {
  const auto with = [](double ell, double L, double mu) {
    return Constants({{Which::ell, {ell, Origin::known, "closed form"}},
                      {Which::L, {L, Origin::known, "closed form"}},
                      {Which::L_rms, {2 * L, Origin::known, "closed form"}},
                      {Which::mu, {mu, Origin::known, "closed form"}}},
                     nullptr);
  };
  const double infinity = std::numeric_limits<double>::infinity();
  Constants small = with(2.5, 2, 0.5), large = with(infinity, 2, 0.5), none = with(infinity, 2, 0);
  CHECK(solvers::cocoercivity(small).mean == 2.5);
  CHECK(solvers::cocoercivity(small).workers == 2.5);
  CHECK(solvers::cocoercivity(large).mean == 8);      // 2^2 / 0.5
  CHECK(solvers::cocoercivity(large).workers == 32);  // 4^2 / 0.5
  CHECK(solvers::cocoercivity(large).bound(3, 4) == Approx(1.0 / (8 + 96 + 4)));
  CHECK(solvers::cocoercivity(none).bound(3) == 0);
}

TEST_CASE("a remembered error: the root of g + a g^2 = 1 / (3 l), or p / (4 mu)") {
  // l = 1, mu = 1, p = 1/2, K = 1/4: a = 2, g + 2 g^2 = 1/3 at g = (sqrt(11/3) - 1) / 4 = 0.2287; p / 4 =
  // 0.125.
  CHECK(solvers::remembered_error_bound(1, 1, 0.5, 0.25) == Approx(0.125).epsilon(1e-14));
  // l = 4: 2 g^2 + g = 1/12 at g = (sqrt(5/3) - 1) / 4.
  CHECK(solvers::remembered_error_bound(4, 1, 0.5, 0.25) ==
        Approx((std::sqrt(5.0 / 3) - 1) / 4).epsilon(1e-14));
  CHECK(solvers::remembered_error_bound(1, 0, 0.5, 0.25) == 0);
}

TEST_CASE("two evaluations: half of 1/L, or the root where mu is large") {
  // g^2 L^2 + 2 g mu = 1 with L = 1, mu = 0.75: g = (-0.75 + 1.25) = 0.5; with mu = 1: sqrt(2) - 1.
  CHECK(solvers::two_step_bound(1, 0.75) == Approx(0.5).epsilon(1e-15));
  CHECK(solvers::two_step_bound(1, 1) == Approx(std::sqrt(2.0) - 1).epsilon(1e-15));
  CHECK(solvers::two_step_bound(2, 0) == 0.25);
  CHECK(solvers::two_step_bound(2, -1) == 0.25);
}
