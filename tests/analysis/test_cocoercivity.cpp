// ell, how cocoercive every F_m is, and L_loc, how far the summands of F_m are from it, against closed forms.
#include <catch2/catch.hpp>

#include <trivium/analysis/constants.hpp>

#include "operators.hpp"

using namespace trivium;
using namespace trivium::analysis;
using problems::Constants;
using problems::Origin;
using problems::Which;

TEST_CASE("ell of matrices that can be checked by hand") {
  const auto ell_of = [](std::vector<Matrix> J) {
    SmallAffine problem(std::move(J));
    Alone alone(problem);
    return constants(problem, alone.network, zero_of(problem)).get(Which::ell);
  };
  // J^T J = 5 I, (J + J^T)/2 = 2 I.
  CHECK(ell_of({{{2, 1}, {-1, 2}}}).value == Approx(2.5).epsilon(1e-14));
  CHECK(ell_of({{{1, 0}, {0, 3}}}).value == Approx(3).epsilon(1e-14));  // symmetric: L
  // det([[1, 2], [2, 13]] - c [[1, 1], [1, 3]]) = 2 c^2 - 12 c + 9 has the roots 3 -+ sqrt(4.5).
  const problems::Constant found = ell_of({{{1, 2}, {0, 3}}});
  CHECK(found.value == Approx(3 + std::sqrt(4.5)).epsilon(1e-13));
  CHECK(found.origin == Origin::computed);
  CHECK(found.how == "dense eigenvalues of every worker");
  // The largest of the workers', whatever their mean.
  CHECK(ell_of({{{1, 0}, {0, 1}}, {{2, 1}, {-1, 2}}, {{0.1, 0}, {0, 0.1}}}).value == Approx(2.5));
  CHECK(ell_of({{{3}}}).value == Approx(3));
}

TEST_CASE("ell is infinite where an F_m is not cocoercive, and not where only its kernel is flat") {
  const auto ell_of = [](std::vector<Matrix> J) {
    SmallAffine problem(std::move(J));
    Alone alone(problem);
    return constants(problem, alone.network, zero_of(problem)).get(Which::ell);
  };
  const Matrix identity{{1, 0}, {0, 1}}, rotation{{0, 1}, {-1, 0}};
  CHECK(std::isinf(ell_of({rotation}).value));
  CHECK(std::isinf(ell_of({identity, rotation}).value));
  CHECK(ell_of({rotation}).how == "dense eigenvalues of every worker: one is not cocoercive");
  CHECK(std::isinf(ell_of({{{1, 4}, {0, 1}}}).value));   // mu = -1
  CHECK(std::isinf(ell_of({{{1, 1}, {-1, 0}}}).value));  // <J e2, e2> = 0, J e2 = (1, 0)
  CHECK(ell_of({{{2, 0}, {0, 0}}}).value == Approx(2));  // J e2 = 0
  CHECK(ell_of({{{0, 0}, {0, 0}}}).value == 0);
  CHECK(std::isinf(ell_of({{{1e-17, 1}, {-1, 1e-17}}}).value));  // below rounding of |J|
  // The block [[2, 1], [-1, 2]] and a 0 between H = I - (2/3) 1 1^T, in thirds: the kernel is only found up
  // to rounding.
  const Matrix J{{2, 1, 0}, {-1, 2, 0}, {0, 0, 0}}, H{{1, -2, -2}, {-2, 1, -2}, {-2, -2, 1}};
  Matrix turned(3, Row(3, 0.0));
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 3; ++j)
      for (std::size_t k = 0; k < 3; ++k)
        for (std::size_t l = 0; l < 3; ++l) turned[i][j] += H[i][k] * J[k][l] * H[l][j] / 9;
  CHECK(ell_of({turned}).value == Approx(2.5).epsilon(1e-12));
  // Nearly flat on both sides of the switch between factorisations: J = [[1, 1], [-1, s]] has J^T J = [[2, 1
  // - s], [1 - s, 1 + s^2]], symmetric part diag(1, s): c^2 - (2 + (1 + s^2)/s) c + (1 + s)^2/s = 0.
  for (const double s : {1e-5, 1e-6, 1e-8, 1e-10}) {
    INFO("s = " << s);
    const double half = 1 + (1 + s * s) / (2 * s);
    CHECK(ell_of({{{1, 1}, {-1, s}}}).value ==
          Approx(half + std::sqrt(half * half - (1 + s) * (1 + s) / s)).epsilon(1e-6));
  }
}

TEST_CASE("ell is exact up to dimension 512 while M d^3 <= 5e10, and max L_m^2 / mu_m beyond") {
  const auto ell = [](std::size_t dimension, int workers) {
    Diagonal problem(dimension, workers);
    Alone alone(problem);
    return constants(problem, alone.network, zero_of(problem)).get(Which::ell);
  };
  // The entries of the last worker go from 1 to M.
  const problems::Constant exact = ell(512, 3), bound = ell(513, 3), many = ell(100, 50001);
  CHECK(exact.value == Approx(3).epsilon(1e-12));
  CHECK(exact.origin == Origin::computed);
  // Lanczos' accuracy, 1e-3 of each eigenvalue, is on the safe side: a factor in [1, 1.003].
  const auto bounds = [](double value, double sharp) { return value >= sharp && value <= 1.003 * sharp; };
  CHECK(bounds(bound.value, 9));
  CHECK(bound.origin == Origin::estimated);
  CHECK(bound.how == "max L_m^2 / mu_m by Lanczos, relative accuracy 1e-3: an upper bound");
  CHECK(bounds(many.value, 50001.0 * 50001));
  CHECK(many.origin == Origin::estimated);
  // On the bilinear problem the bound is sharp; without mu it is infinite.
  const auto bilinear = [](double mu) {
    const auto problem = make("bilinear", {{"n", 260}, {"workers", 2}, {"mu", mu}});
    Alone alone(*problem);
    Constants found = constants(*problem, alone.network, zero_of(*problem));
    const double L_max = found.get(Which::L_max).value;
    return found.get(Which::ell).value / (L_max * L_max / 0.5);
  };
  CHECK(bounds(bilinear(0.5), 1 - 1e-9));
  CHECK(std::isinf(bilinear(0)));
  // Equal workers of the quadratic game: L^2 / mu = 2 / 0.2, where ell is 1 + 1 / 1.
  const auto game = make("quadratic_game", {{"n", 260}, {"workers", 1}, {"similarity", 0.0}});
  Hidden hidden(*game);
  Alone alone(hidden);
  CHECK(bounds(constants(hidden, alone.network, zero_of(hidden)).get(Which::ell).value, 10));
  CHECK(game->known().constants.at(Which::ell).value == Approx(2));
}

TEST_CASE("ell of gradients of convex functions is L_max in any dimension") {
  // Workers with entries 1, 1 to 2 and 1 to 3: without the trait 9 as above.
  Diagonal problem(513, 3);
  problem.say_convex();
  Alone alone(problem);
  const problems::Constant found = constants(problem, alone.network, zero_of(problem)).get(Which::ell);
  CHECK(found.value == Approx(3).epsilon(1e-7));
  CHECK(found.origin == Origin::computed);
  CHECK(found.how == "L_max, of gradients of convex functions: Lanczos, relative accuracy 1e-08");
}

TEST_CASE("a rotation without Jacobians has an infinite ell") {
  Custom rotation(2, [](auto z, auto F) { F[0] = z[1], F[1] = -z[0]; });
  Alone alone(rotation);
  CHECK(std::isinf(constants(rotation, alone.network, {1, 0.5}).get(Which::ell).value));
}

TEST_CASE("L_loc of sums that can be checked by hand") {
  // Slopes 1, 3 about 2 and 0, 4, 2 about 2: mean squares 1 and 8/3, their mean 11/6.
  SmallSums problem({{1, 3}, {0, 4, 2}});
  Alone alone(problem);
  const problems::Constant found = constants(problem, alone.network, zero_of(problem)).get(Which::L_loc);
  CHECK(found.value == Approx(std::sqrt(11.0 / 6)).epsilon(1e-12));
  CHECK(found.origin == Origin::computed);
}

TEST_CASE("L_loc of the reference games is found without their closed form") {
  for (const char* name : {"bilinear", "quadratic_game"})
    for (const int samples : {2, 3, 8}) {
      const auto problem = make(name, {{"n", 12}, {"samples", samples}, {"sample_spread", 0.2}});
      Hidden hidden(*problem);
      Alone alone(hidden);
      INFO(name << ", " << samples << " samples");
      const double known = problem->known().constants.at(Which::L_loc).value;
      CHECK(known == Approx(samples == 2 ? 0.2 : 0.2 / std::sqrt(2.0)).epsilon(1e-13));
      CHECK(constants(hidden, alone.network, zero_of(hidden)).get(Which::L_loc).value ==
            Approx(known).epsilon(1e-9));
    }
}

TEST_CASE("L_loc needs finite sums and their Jacobians, and says so") {
  const auto L_loc = [](problems::Problem& problem) {
    Alone alone(problem);
    return constants(problem, alone.network, zero_of(problem)).get(Which::L_loc).value;
  };
  const auto game = make("quadratic_game"), sums = make("quadratic_game", {{"samples", 3}});
  CHECK_THROWS_WITH(L_loc(*game), Catch::Contains("the operators of this problem have none"));
  SmallSums partly({{1, 3}, {}}), without({{1, 3}});
  CHECK_THROWS_WITH(L_loc(partly), Catch::Contains("the operators of this problem have none"));
  without.forget_samples_gram();
  CHECK_THROWS_WITH(L_loc(without), Catch::Contains("samples_gram"));
  Hidden no_jacobian(*sums, false);
  CHECK_THROWS_WITH(L_loc(no_jacobian), Catch::Contains("no Jacobians"));
  Hidden neither(*game, false);
  CHECK_THROWS_AS(L_loc(neither), InputError);
}
