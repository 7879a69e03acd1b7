// Step sizes that several methods share.
#include <limits>

#include <catch2/catch.hpp>

#include <trivium/solvers/detail/theory.hpp>

using namespace trivium;
using problems::Constants;
using problems::Origin;
using problems::Which;

TEST_CASE("an infinite ell leaves no theory step") {
  const auto with = [](double ell) {
    return Constants({{Which::ell, {ell, Origin::known, "closed form"}}}, nullptr);
  };
  const double infinity = std::numeric_limits<double>::infinity();
  Constants finite = with(2.5), infinite = with(infinity);
  CHECK(solvers::cocoercivity(finite, "my_method", false) == 2.5);
  CHECK(solvers::cocoercivity(infinite, "my_method", true) == infinity);
  CHECK_THROWS_AS(solvers::cocoercivity(infinite, "my_method", false), InputError);
  CHECK_THROWS_WITH(solvers::cocoercivity(infinite, "my_method", false),
                    Catch::StartsWith("my_method: ") && Catch::Contains("ell is infinite (closed form)") &&
                        Catch::Contains("give step as a number"));
}

TEST_CASE("two evaluations: half of 1/L, or the root where mu is large") {
  // g^2 L^2 + 2 g mu = 1 with L = 1, mu = 0.75: g = (-0.75 + 1.25) = 0.5; with mu = 1: sqrt(2) - 1.
  CHECK(solvers::two_step_bound(1, 0.75) == Approx(0.5).epsilon(1e-15));
  CHECK(solvers::two_step_bound(1, 1) == Approx(std::sqrt(2.0) - 1).epsilon(1e-15));
  CHECK(solvers::two_step_bound(2, 0) == 0.25);
  CHECK(solvers::two_step_bound(2, -1) == 0.25);
}
