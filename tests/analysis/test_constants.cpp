// The constants of problems that are norms and eigenvalues, against closed forms and dense linear algebra.
#include <cstdlib>
#include <map>

#include <catch2/catch.hpp>

#include <trivium/analysis/constants.hpp>
#include <trivium/analysis/solution.hpp>
#include <trivium/core/stream.hpp>

#include "dense.hpp"

using namespace trivium;
using namespace trivium::analysis;
using problems::Constants;
using problems::Origin;
using problems::Which;

namespace {

void check_against_dense(problems::Problem& problem) {
  Hidden hidden(problem);
  Alone alone(hidden);
  Constants found = constants(hidden, alone.network, zero_of(hidden));
  for (const auto& [which, expected] : dense_constants(jacobians(problem))) {
    INFO(name_of(which));
    CHECK(found.get(which).value == Approx(expected).epsilon(2e-9));
    CHECK(found.get(which).origin == Origin::computed);
    if (which == Which::ell)
      CHECK_THAT(found.get(which).how, Catch::StartsWith("dense eigenvalues of every worker"));
    else
      CHECK(found.get(which).how == "Lanczos, relative accuracy 1e-08");
  }
}

Matrix random_matrix(std::size_t d, std::uint64_t number) {
  Stream stream(11, Purpose::test, number, 0);
  Matrix A = zeros(d);
  for (Row& row : A)
    for (double& entry : row) entry = stream.normal();
  return A;
}

}  // namespace

TEST_CASE("constants of a matrix that can be checked by hand") {
  // J = [[1, 2], [0, 3]]: J^T J = [[1, 2], [2, 13]] has eigenvalues 7 +- sqrt(40); (J + J^T)/2 = [[1, 1], [1,
  // 3]] has 2 +- sqrt(2).
  SmallAffine problem({{{1, 2}, {0, 3}}});
  Alone alone(problem);
  Constants found = constants(problem, alone.network, zero_of(problem));
  CHECK(found.L() == Approx(std::sqrt(7 + std::sqrt(40.0))).epsilon(1e-12));
  CHECK(found.mu() == Approx(2 - std::sqrt(2.0)).epsilon(1e-12));
  for (const Which which : {Which::delta, Which::d1, Which::sig, Which::sig1})
    CHECK(found.get(which).value == 0);
}

TEST_CASE("one dimension: F_m = a_m z with a = 1, 2, 6") {
  // J = 3; L_rms^2 = 41/3; deviations -2, -1, 3; sig^2 = 14/3; about the first: 0, 1, 25, mean 26/3.
  SmallAffine problem({{{1}}, {{2}}, {{6}}});
  Alone alone(problem);
  Constants found = constants(problem, alone.network, zero_of(problem));
  CHECK(found.L() == Approx(3));
  CHECK(found.mu() == Approx(3));
  CHECK(found.get(Which::mu_min).value == Approx(1));
  CHECK(found.get(Which::L_max).value == Approx(6));
  CHECK(found.L_rms() == Approx(std::sqrt(41.0 / 3)));
  CHECK(found.get(Which::delta).value == Approx(3));
  CHECK(found.get(Which::d1).value == Approx(2));
  CHECK(found.get(Which::sig).value == Approx(std::sqrt(14.0 / 3)));
  CHECK(found.get(Which::sig1).value == Approx(std::sqrt(26.0 / 3)));
}

TEST_CASE("random workers without any symmetry agree with dense linear algebra") {
  SmallAffine problem({random_matrix(9, 0), random_matrix(9, 1), random_matrix(9, 2), random_matrix(9, 3)});
  check_against_dense(problem);
}

TEST_CASE("the quadratic game agrees with dense linear algebra") {
  check_against_dense(*make("quadratic_game"));
}

TEST_CASE("the bilinear problem's closed forms are found without them") {
  const auto measure = [](double similarity) {
    const auto problem = make("bilinear", {{"similarity", similarity}});
    Hidden hidden(*problem);
    Alone alone(hidden);
    Constants found = constants(hidden, alone.network, zero_of(hidden));
    std::map<Which, double> values;
    for (const Which which : problems::all_constants) values[which] = found.get(which).value;
    return values;
  };
  // L = sqrt(1 + mu^2), mu = .02; the workers' waves have amplitude `similarity` and mean square 1/2; max L_m
  // is numerical.
  auto A = measure(1);
  CHECK(A[Which::L] == Approx(1.0001999800).epsilon(1e-9));
  CHECK(A[Which::mu] == Approx(0.02).epsilon(1e-9));
  CHECK(A[Which::delta] == Approx(1).epsilon(1e-9));
  CHECK(A[Which::d1] == Approx(1).epsilon(1e-9));
  CHECK(A[Which::sig] == Approx(0.7071067812).epsilon(1e-9));
  CHECK(A[Which::sig1] == Approx(1.2247448714).epsilon(1e-9));
  CHECK(A[Which::L_max] == Approx(1.9278175257).epsilon(1e-9));
  CHECK(A[Which::ell] == Approx(A[Which::L_max] * A[Which::L_max] / 0.02).epsilon(1e-9));
  auto B10 = measure(0.1);
  CHECK(B10[Which::delta] == Approx(0.1).epsilon(1e-9));
  CHECK(B10[Which::d1] == Approx(0.1).epsilon(1e-9));
  CHECK(B10[Which::sig] == Approx(0.0707106781).epsilon(1e-9));
  CHECK(B10[Which::sig1] == Approx(0.1224744871).epsilon(1e-9));
  CHECK(B10[Which::L_max] == Approx(1.0760908510).epsilon(1e-9));
}

TEST_CASE("the spread of equal workers is zero up to what rounding of its square leaves, and says so") {
  const Matrix J{{0.3, 1.7, 0.1}, {-1.1, 0.9, 0.4}, {0.2, -0.6, 1.3}};
  SmallAffine problem({J, J, J});
  Alone alone(problem);
  Constants found = constants(problem, alone.network, zero_of(problem));
  for (const Which which : {Which::sig, Which::sig1}) {
    CHECK(found.get(which).value <= 3e-8 * found.L());  // 2 sqrt(2.2e-16) L
    CHECK(found.get(which).how.find("absolute accuracy") != std::string::npos);
  }
}

TEST_CASE("a rotation is merely monotone: mu = 0") {
  SmallAffine problem({{{0, 1}, {-1, 0}}});
  Alone alone(problem);
  Constants found = constants(problem, alone.network, zero_of(problem));
  CHECK(std::abs(found.mu()) < 1e-12);
  CHECK(found.L() == Approx(1).epsilon(1e-12));
  const auto bilinear = make("bilinear", {{"mu", 0.0}});
  Hidden hidden(*bilinear);
  Alone around(hidden);
  CHECK(std::abs(constants(hidden, around.network, zero_of(hidden)).mu()) < 1e-12);
}

TEST_CASE("an operator that is not monotone has a negative mu") {
  // (J + J^T)/2 = [[1, 2], [2, 1]] has eigenvalues -1 and 3.
  SmallAffine problem({{{1, 4}, {0, 1}}});
  Alone alone(problem);
  CHECK(constants(problem, alone.network, zero_of(problem)).mu() == Approx(-1).epsilon(1e-12));
}

TEST_CASE("what the problem knows is used, and nothing is measured before it is asked for") {
  const auto problem = make("bilinear");
  Alone alone(*problem);
  Constants found = constants(*problem, alone.network, zero_of(*problem));
  CHECK(found.get(Which::L).origin == Origin::known);
  CHECK(found.found().count(Which::L_max) == 0);
  CHECK(found.get(Which::L_max).origin == Origin::computed);
  CHECK(found.found().count(Which::L_max) == 1);
}

TEST_CASE("delta is exact up to dimension 1500 or up to 8 workers, and of 4 candidates beyond") {
  const auto delta = [](std::size_t dimension, int workers) {
    Diagonal problem(dimension, workers);
    Alone alone(problem);
    return constants(problem, alone.network, zero_of(problem)).get(Which::delta);
  };
  for (const auto& [dimension, workers] : {std::pair<std::size_t, int>{1500, 9}, {1501, 8}, {1501, 1}}) {
    const problems::Constant exact = delta(dimension, workers);
    CHECK(exact.value == Approx((workers - 1) / 2.0).epsilon(1e-9));
    CHECK(exact.origin == Origin::computed);
  }
  const problems::Constant bound = delta(1501, 9);
  CHECK(bound.value == Approx(4).epsilon(1e-9));
  CHECK(bound.origin == Origin::estimated);
  CHECK_THAT(bound.how, Catch::Contains("of the 4 workers that differ most"));
}

TEST_CASE("without Jacobians every constant is bounded from the right side") {
  const auto problem = make("quadratic_game", {{"n", 10}});
  const auto exact = dense_constants(jacobians(*problem));
  Hidden hidden(*problem, false);
  Alone alone(hidden);
  Constants found = constants(hidden, alone.network, zero_of(hidden));
  for (const auto& [which, value] : exact) {
    INFO(name_of(which));
    const problems::Constant& estimate = found.get(which);
    CHECK(estimate.origin == Origin::estimated);
    if (which == Which::ell) {  // the pairs turn to where F is steep or flat, not to where F_m is
      CHECK(estimate.value <= value * (1 + 1e-6));
      CHECK(estimate.value >= 0.3 * value);
      CHECK(estimate.how == "lower bound from 64 random pairs near the solution");
    } else if (which == Which::mu || which == Which::mu_min) {
      CHECK(estimate.value >= value - 1e-9);
      CHECK(estimate.value <= 2 * value);
      CHECK(estimate.how == "upper bound from 64 random pairs near the solution");
    } else {
      CHECK(estimate.value <= value * (1 + 1e-9));
      CHECK(estimate.value >= 0.7 * value);
      CHECK(estimate.how == "lower bound from 64 random pairs near the solution");
    }
  }
}

TEST_CASE("constants of an operator that is not affine are those at the point, and say so") {
  // F(z) = z^3 in one dimension has derivative 12 at 2. Differences over +-h give 12 + h^2.
  Custom cubic(1, [](auto z, auto F) { F[0] = z[0] * z[0] * z[0]; });
  Alone alone(cubic);
  CHECK(constants(cubic, alone.network, {2}).L() == Approx(12).epsilon(1e-6));
}

TEST_CASE("robust regression on a9a", "[data]") {
  const char* folder = std::getenv("TRIVIUM_DATA");
  if (folder == nullptr) return;
  problems::Place place;
  place.data_folders = {folder};
  const auto problem = make("robust_regression", {{"file", "a9a"}}, place);
  Alone alone(*problem);
  const Solution solution = solve(*problem, alone.network, zero_of(*problem));
  CHECK(solution.relative_residual <= 1e-13);
  CHECK(norm_of(solution.point) == Approx(0.64682).epsilon(1e-5));
  Constants found = constants(*problem, alone.network, Vector(std::span<const double>(solution.point)));
  CHECK(found.L() == Approx(6.7300).epsilon(1e-5));
  CHECK(found.mu() == Approx(0.1).epsilon(1e-6));
  CHECK_THAT(found.get(Which::L).how, Catch::Contains("at the solution"));
  // These depend on the shuffle, those of the first worker most.
  CHECK(found.get(Which::L_max).value == Approx(6.86).epsilon(0.01));
  CHECK(found.get(Which::delta).value == Approx(0.439).epsilon(0.15));
  CHECK(found.get(Which::sig).value == Approx(0.276).epsilon(0.1));
  CHECK(found.get(Which::d1).value == Approx(0.264).epsilon(0.6));
  CHECK(found.get(Which::sig1).value == Approx(0.378).epsilon(0.3));
}
