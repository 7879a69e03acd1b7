// The constants of problems against closed forms and against dense linear algebra written out here.
#include <algorithm>
#include <cstdlib>
#include <map>

#include <catch2/catch.hpp>

#include <trivium/analysis/constants.hpp>
#include <trivium/analysis/solution.hpp>
#include <trivium/core/stream.hpp>

#include "operators.hpp"

using namespace trivium;
using namespace trivium::analysis;
using problems::Constants;
using problems::Origin;
using problems::Which;

namespace {

/// All eigenvalues of a symmetric matrix, ascending, by Jacobi's rotations.
Row eigenvalues(Matrix A) {
  const std::size_t n = A.size();
  for (int sweep = 0; sweep < 30; ++sweep)
    for (std::size_t p = 0; p < n; ++p)
      for (std::size_t q = p + 1; q < n; ++q) {
        if (A[p][q] == 0) continue;
        const double theta = 0.5 * std::atan2(2 * A[p][q], A[q][q] - A[p][p]), c = std::cos(theta),
                     s = std::sin(theta);
        for (std::size_t k = 0; k < n; ++k) {
          const double kp = A[k][p], kq = A[k][q];
          A[k][p] = c * kp - s * kq, A[k][q] = s * kp + c * kq;
        }
        for (std::size_t k = 0; k < n; ++k) {
          const double pk = A[p][k], qk = A[q][k];
          A[p][k] = c * pk - s * qk, A[q][k] = s * pk + c * qk;
        }
      }
  Row values(n);
  for (std::size_t i = 0; i < n; ++i) values[i] = A[i][i];
  std::sort(values.begin(), values.end());
  return values;
}

Matrix zeros(std::size_t n) { return Matrix(n, Row(n, 0.0)); }
Matrix sum(const Matrix& A, double weight, const Matrix& B) {
  Matrix C = A;
  for (std::size_t i = 0; i < A.size(); ++i)
    for (std::size_t j = 0; j < A.size(); ++j) C[i][j] += weight * B[i][j];
  return C;
}
Matrix gram(const Matrix& A) {
  Matrix C = zeros(A.size());
  for (std::size_t i = 0; i < A.size(); ++i)
    for (std::size_t j = 0; j < A.size(); ++j)
      for (std::size_t k = 0; k < A.size(); ++k) C[i][j] += A[k][i] * A[k][j];
  return C;
}
Matrix transpose(const Matrix& A) {
  Matrix C = A;
  for (std::size_t i = 0; i < A.size(); ++i)
    for (std::size_t j = 0; j < A.size(); ++j) C[i][j] = A[j][i];
  return C;
}
double largest(const Matrix& A) { return eigenvalues(A).back(); }
double spectral_norm(const Matrix& A) { return std::sqrt(largest(gram(A))); }

/// Gaussian elimination without exchanges keeps its pivots positive.
bool is_positive_definite(Matrix A) {
  for (std::size_t k = 0; k < A.size(); ++k) {
    if (!(A[k][k] > 0)) return false;
    for (std::size_t i = k + 1; i < A.size(); ++i)
      for (std::size_t j = k + 1; j < A.size(); ++j) A[i][j] -= A[i][k] / A[k][k] * A[k][j];
  }
  return true;
}

/// The least c with c (J + J^T)/2 - J^T J >= 0, by bisection; at least |J|; infinite when 5e11 |J| is not
/// enough.
double cocoercivity(const Matrix& J) {
  const Matrix twice = sum(J, 1, transpose(J)), squares = gram(J);
  const auto enough = [&](double c) {
    return is_positive_definite(sum(sum(zeros(J.size()), c / 2, twice), -1, squares));
  };
  double below = spectral_norm(J) / 2, above = 1e12 * below;
  if (!enough(above)) return std::numeric_limits<double>::infinity();
  while (above - below > 1e-13 * above) {
    const double middle = std::sqrt(below * above);
    (enough(middle) ? above : below) = middle;
  }
  return above;
}

/// All constants by their definitions.
std::map<Which, double> dense_constants(const std::vector<Matrix>& J) {
  const double M = static_cast<double>(J.size());
  Matrix mean = zeros(J[0].size()), squares = mean, variance = mean, about_first = mean;
  for (const Matrix& own : J) mean = sum(mean, 1 / M, own);
  std::map<Which, double> all;
  for (const Matrix& own : J) {
    squares = sum(squares, 1 / M, gram(own));
    variance = sum(variance, 1 / M, gram(sum(own, -1, mean)));
    about_first = sum(about_first, 1 / M, gram(sum(own, -1, J[0])));
    all[Which::L_max] = std::max(all[Which::L_max], spectral_norm(own));
    all[Which::delta] = std::max(all[Which::delta], spectral_norm(sum(own, -1, mean)));
    all[Which::ell] = std::max(all[Which::ell], cocoercivity(own));
    const double mu = eigenvalues(sum(own, 1, transpose(own))).front() / 2;
    all[Which::mu_min] = all.count(Which::mu_min) ? std::min(all[Which::mu_min], mu) : mu;
  }
  all[Which::L] = spectral_norm(mean);
  all[Which::L_rms] = std::sqrt(largest(squares));
  all[Which::mu] = eigenvalues(sum(mean, 1, transpose(mean))).front() / 2;
  all[Which::d1] = spectral_norm(sum(mean, -1, J[0]));
  all[Which::sig] = std::sqrt(largest(variance));
  all[Which::sig1] = std::sqrt(largest(about_first));
  return all;
}

/// The workers' Jacobians at 0, column by column.
std::vector<Matrix> jacobians(problems::Problem& problem) {
  const std::size_t d = problem.traits().dimension;
  const Vector at(d);
  Vector column(d);
  std::vector<Matrix> J;
  for (int m = 0; m < problem.traits().workers.total; ++m) {
    J.push_back(zeros(d));
    for (std::size_t j = 0; j < d; ++j) {
      Vector unit(d);
      unit.span<double>()[j] = 1;
      problem.jacobian(m, at, unit, false, column);
      for (std::size_t i = 0; i < d; ++i) J.back()[i][j] = column.span<double>()[i];
    }
  }
  return J;
}

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
  Matrix turned = zeros(3);
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

TEST_CASE("a rotation without Jacobians has an infinite ell") {
  Custom rotation(2, [](auto z, auto F) { F[0] = z[1], F[1] = -z[0]; });
  Alone alone(rotation);
  CHECK(std::isinf(constants(rotation, alone.network, {1, 0.5}).get(Which::ell).value));
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
