// Solutions against problems whose answer is known.
#include <algorithm>
#include <cmath>

#include <catch2/catch.hpp>

#include <trivium/analysis/solution.hpp>
#include <trivium/core/errors.hpp>

#include "operators.hpp"

using namespace trivium;
using namespace trivium::analysis;

namespace {

Solution solve_from_zero(problems::Problem& problem) {
  Alone alone(problem);
  return solve(problem, alone.network, zero_of(problem));
}

const Table ball{{"type", "l2_ball"}, {"radius", 5.0}};
const Table diamond{{"type", "l1_ball"}, {"radius", 8.0}};

/// States a solution, right or wrong.
class Claims final : public problems::Problem {
 public:
  Claims(problems::Problem& inner, std::vector<double> claim)
      : Problem(inner.traits()), inner_(inner), claim_(std::move(claim)) {}
  void evaluate(int m, const Vector& z, Vector& out) override { inner_.evaluate(m, z, out); }
  void jacobian(int m, const Vector& z, const Vector& v, bool transposed, Vector& out) override {
    inner_.jacobian(m, z, v, transposed, out);
  }
  problems::Known known() const override { return {{}, claim_, {}}; }

 private:
  problems::Problem& inner_;
  std::vector<double> claim_;
};

// min_x max_y x*y + x - 2y: F = (y + 1, -x + 2), solution (2, -1).
SmallAffine saddle() { return SmallAffine({{{0, 1}, {-1, 0}}}, {{1, 2}}); }

}  // namespace

TEST_CASE("a pure rotation is solved, with and without Jacobians") {
  SmallAffine problem = saddle();
  Hidden no_jacobian(problem, false);
  for (problems::Problem* each :
       {static_cast<problems::Problem*>(&problem), static_cast<problems::Problem*>(&no_jacobian)}) {
    const Solution found = solve_from_zero(*each);
    CHECK(found.relative_residual <= 1e-13);
    CHECK(found.point[0] == Approx(2).epsilon(1e-12));
    CHECK(found.point[1] == Approx(-1).epsilon(1e-12));
  }
}

TEST_CASE("the bilinear problem: |z*| = 15.036366256640, known or found") {
  const auto problem = make("bilinear");
  const Solution known = solve_from_zero(*problem);
  CHECK(known.how == "known in closed form, checked");
  Hidden hidden(*problem), no_jacobian(*problem, false);
  const Solution found = solve_from_zero(hidden), from_differences = solve_from_zero(no_jacobian);
  for (const Solution& each : {known, found, from_differences}) {
    CHECK(each.relative_residual <= 1e-13);
    CHECK(norm_of(each.point) == Approx(15.036366256640).epsilon(1e-12));
    CHECK(each.point[0] == Approx(-1.317470559381).epsilon(1e-11));
    CHECK(each.point[99] == Approx(-1.899587875636).epsilon(1e-11));
  }
}

TEST_CASE("constrained bilinear: |x| <= 5, |y|_1 <= 8 gives |z*| = 5.53272000 and 14 nonzeros in y*") {
  const auto problem = make("bilinear", {{"x_set", ball}, {"y_set", diamond}});
  Hidden hidden(*problem), no_jacobian(*problem, false);
  for (problems::Problem* each :
       {static_cast<problems::Problem*>(&hidden), static_cast<problems::Problem*>(&no_jacobian)}) {
    const Solution found = solve_from_zero(*each);
    CHECK(found.relative_residual <= 1e-13);
    CHECK(norm_of(found.point) == Approx(5.53272000).epsilon(1e-8));
    // Extragradient finds the active faces, Newton the digits: without it there are several times as many
    // steps.
    CHECK(std::stoi(found.how) < 20);
    CHECK(std::count_if(found.point.begin() + 50, found.point.end(),
                        [](double y) { return std::abs(y) > 1e-12; }) == 14);
  }
}

TEST_CASE("a game on simplices without strong monotonicity") {
  // Rock, paper, scissors: the equilibrium is (1/3, ..., 1/3) for both.
  SmallAffine payoff({{{0, 0, 0, 0, -1, 1},
                       {0, 0, 0, 1, 0, -1},
                       {0, 0, 0, -1, 1, 0},
                       {0, -1, 1, 0, 0, 0},
                       {1, 0, -1, 0, 0, 0},
                       {-1, 1, 0, 0, 0, 0}}});
  const auto project = [](double, std::span<double> z) {
    for (const auto part : {z.first(3), z.last(3)}) {  // onto the simplex: the threshold by bisection
      double low = -10, high = 10;
      for (int i = 0; i < 100; ++i) {
        const double middle = (low + high) / 2;
        double total = 0;
        for (const double entry : part) total += std::max(0.0, entry - middle);
        (total > 1 ? low : high) = middle;
      }
      for (double& entry : part) entry = std::max(0.0, entry - low);
    }
  };
  Custom game(
      6,
      [&](auto z, auto F) {
        Vector out(6);
        payoff.evaluate(0, Vector(z), out);
        std::copy_n(out.span<double>().begin(), 6, F.begin());
      },
      project);
  Alone alone(game);
  const Solution found = solve(game, alone.network, {1, 0, 0, 0, 1, 0});
  for (const double entry : found.point) CHECK(entry == Approx(1.0 / 3).epsilon(1e-11));
}

TEST_CASE("an operator with growth is solved from far away") {
  // F_i(z) = z_i^3 + z_i - c_i with c_i = s^3 + s: solution s = (-2, 3). From (40, -60) a full Newton step is
  // far off.
  Custom cubic(2, [](auto z, auto F) {
    const double s[] = {-2, 3};
    for (std::size_t i = 0; i < 2; ++i) F[i] = z[i] * z[i] * z[i] + z[i] - s[i] * s[i] * s[i] - s[i];
  });
  Alone alone(cubic);
  const Solution found = solve(cubic, alone.network, {40, -60});
  CHECK(found.point[0] == Approx(-2).epsilon(1e-9));
  CHECK(found.point[1] == Approx(3).epsilon(1e-9));
}

TEST_CASE("an operator with kinks, where Newton's model can cycle, is solved") {
  // F(z) = z + 9 max(z, 0) + 10 min(z + 1, 0) - 5 in one dimension, increasing and piecewise linear: F(0.5) =
  // 0.
  Custom kinks(
      1, [](auto z, auto F) { F[0] = z[0] + 9 * std::max(z[0], 0.0) + 10 * std::min(z[0] + 1, 0.0) - 5; });
  Alone alone(kinks);
  CHECK(solve(kinks, alone.network, {-100}).point[0] == Approx(0.5).epsilon(1e-12));
}

TEST_CASE("float32 problems are solved to their rounding") {
  const auto problem = make("bilinear", {{"dtype", "float32"}, {"x_set", ball}, {"y_set", diamond}});
  const Solution found = solve_from_zero(*problem);
  CHECK(found.relative_residual < 1e-6);
  CHECK(norm_of(found.point) == Approx(5.53272000).epsilon(1e-6));
}

TEST_CASE("a stated solution is used when right, completed when short of digits, refused when wrong") {
  SmallAffine problem = saddle();
  Claims right(problem, {2, -1}), rounded(problem, {2.0000001, -1}), wrong(problem, {2.01, -1});
  CHECK(solve_from_zero(right).how == "known in closed form, checked");
  const Solution completed = solve_from_zero(rounded);
  CHECK(completed.how == "0 extragradient and 1 Newton-Krylov steps");
  CHECK(completed.point[0] == Approx(2).epsilon(1e-13));
  CHECK_THROWS_WITH(solve_from_zero(wrong), Catch::Contains("relative residual of 4.5e-03"));
}

TEST_CASE("a start that is the solution comes back") {
  SmallAffine problem = saddle();
  Alone alone(problem);
  const Solution found = solve(problem, alone.network, {2, -1});
  CHECK(found.point == std::vector<double>{2, -1});
  CHECK(found.relative_residual == 0);
}

TEST_CASE("without a solution there is a sentence, not a number") {
  // F = (z_2, -z_1 , 1): nothing makes the last entry zero.
  SmallAffine problem({{{0, 1, 0}, {-1, 0, 0}, {0, 0, 0}}}, {{1, 0, 1}});
  CHECK_THROWS_AS(solve_from_zero(problem), InputError);
  CHECK_THROWS_WITH(solve_from_zero(problem),
                    Catch::Contains("could not be computed to 1e-13") &&
                        Catch::Contains("is the operator monotone? run `trivium check`"));
}

TEST_CASE("a start where the operator is not finite is refused") {
  Custom problem(1, [](auto z, auto F) { F[0] = std::log(z[0]); });
  CHECK_THROWS_WITH(solve_from_zero(problem), Catch::Contains("not finite at the starting point"));
}
