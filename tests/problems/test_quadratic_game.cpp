#include <numeric>

#include <trivium/problems/detail/splitmix.hpp>

#include "contract.hpp"

using namespace trivium;
using namespace trivium::problems;

namespace {
std::unique_ptr<Problem> make(const Table& parameters) {
  return catalogue().make({"quadratic_game", parameters, ""}, Place{});
}
double stated(const Problem& problem, Which which) { return problem.known().constants.at(which).value; }
double length(const std::vector<double>& z) {
  return std::sqrt(std::inner_product(z.begin(), z.end(), z.begin(), 0.0));
}
}  // namespace

TEST_CASE("the hashed numbers are those of the reference") {
  CHECK(detail::hashed_uniform(1, 2, 3) == 0.41755805950440272);
  CHECK(detail::hashed_uniform(0, 0, 0) == 0.13870941014555427);
}

// All from a NumPy program that builds the matrices as written in the rule and solves with LAPACK. L is
// sqrt(2): the spectrum p_i -+ i t_i ends at 1 -+ i.
TEST_CASE("the default game has the constants and the solution of the reference") {
  const auto problem = make({});
  CHECK(problem->traits().dimension == 50);
  CHECK(problem->traits().workers.total == 8);
  CHECK(stated(*problem, Which::L) == Approx(std::sqrt(2.0)).epsilon(1e-14));
  CHECK(stated(*problem, Which::mu) == 0.2);
  CHECK(stated(*problem, Which::L_rms) == Approx(1.417744687875783).epsilon(1e-12));
  CHECK(stated(*problem, Which::delta) == Approx(0.14072487097956626).epsilon(1e-12));
  CHECK(stated(*problem, Which::d1) == Approx(0.12486060204784179).epsilon(1e-12));
  CHECK(stated(*problem, Which::sig) == Approx(0.1).epsilon(1e-12));
  CHECK(stated(*problem, Which::sig1) == Approx(0.1599692781247371).epsilon(1e-12));
  const std::vector<double> z = *problem->known().solution;
  CHECK(length(z) == Approx(7.967901098878069).epsilon(1e-12));
  CHECK(z[0] == Approx(-0.2519803882392312).epsilon(1e-12));
  CHECK(z[24] == Approx(1.1049927361567826).epsilon(1e-12));
  CHECK(z[49] == Approx(0.6027534039518607).epsilon(1e-12));
}

// Components 0, 1, 24, 25, 49 and the norm at z_j = cos(j), from the same program.
TEST_CASE("a worker's operator has the reference's values") {
  const auto problem = make({});
  std::vector<double> cosines(50);
  for (std::size_t j = 0; j < 50; ++j) cosines[j] = std::cos(static_cast<double>(j));
  const auto check = [&](int m, std::vector<double> expected, double size) {
    const std::vector<double> F = contract::evaluate(*problem, m, Vector(cosines)).to_host();
    std::size_t next = 0;
    for (const std::size_t j : {0, 1, 24, 25, 49}) CHECK(F[j] == Approx(expected[next++]).epsilon(1e-12));
    CHECK(length(F) == Approx(size).epsilon(1e-12));
  };
  check(0,
        {1.600987269385675, 0.31619794902172316, 0.6223008929543129, 1.873161151847037, -0.9914522632539047},
        6.853780061372727);
  check(
      5,
      {0.21571768329511248, -0.5591857396625747, 1.0701412605338165, 2.207247411103854, -0.7945825502476163},
      7.468543674275117);
}

TEST_CASE("the quadratic operator comes from a saddle function") {
  contract::is_a_saddle_gradient(*make({{"n", 9}, {"workers", 3}}));
}

TEST_CASE("another seed is another problem with the same constants") {
  const auto a = make({}), b = make({{"seed", 8}});
  CHECK(*a->known().solution != *b->known().solution);
  CHECK(stated(*a, Which::delta) == stated(*b, Which::delta));
}

// Equal workers: blocks [[p, t], [-t, p]] with |J v|^2 = (p^2 + t^2) |v|^2 and <J v, v> = p |v|^2, so that
// ell = max p + t^2/p. n = 2: p = 0.2, 1 and t = 1/2, -1 give 0.2 + 1.25 = 1.45 and 2.
TEST_CASE("ell of equal workers is the largest p + t^2/p") {
  const auto problem = make({{"n", 2}, {"similarity", 0.0}});
  CHECK(stated(*problem, Which::ell) == Approx(2).epsilon(1e-14));
  // The smallest p with the largest t: mu = 0.1 in both gives 0.1 + 1/0.1.
  CHECK(stated(*make({{"n", 2}, {"similarity", 0.0}, {"mu", 0.1}, {"smoothness", 0.1}}), Which::ell) ==
        Approx(10.1).epsilon(1e-14));
  CHECK(make({})->known().constants.count(Which::ell) == 0);
}

// |z*| of M = 1, n = 25 would be 8.2255, but no closed form gives it: the one worker keeps its wave.
TEST_CASE("one worker has no closed form unless its wave is zero") {
  const auto one = make({{"workers", 1}});
  CHECK_FALSE(one->known().solution);
  CHECK(one->known().constants.count(Which::mu) == 0);
  CHECK(stated(*one, Which::sig1) == 0);
  CHECK(make({{"workers", 1}, {"similarity", 0.0}})->known().solution.has_value());
}

TEST_CASE("impossible parameters are sentences") {
  CHECK_THROWS_AS(make({{"mu", 1.5}}), InputError);
  CHECK_NOTHROW(make({{"mu", 1.0}}));
  CHECK_THROWS_AS(make({{"seed", -1}}), InputError);
  CHECK_THROWS_AS(make({{"coupling", -1.0}}), InputError);
  CHECK_THROWS_AS(make({{"samples", 1}}), InputError);
}
