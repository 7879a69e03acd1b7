// Error measures of a point.
#include <array>
#include <cmath>

#include <catch2/catch.hpp>

#include <trivium/analysis/merits.hpp>

#include "operators.hpp"

using namespace trivium;
using namespace trivium::analysis;

namespace {

// min_x max_y x*y + x - 2y, F = (y + 1, -x + 2), solution (2, -1); split into two workers whose differences
// cancel.
SmallAffine saddle() {
  return SmallAffine({{{5, 1}, {-1, 0}}, {{-5, 1}, {-1, 0}}}, {{1 + 3, 2}, {1 - 3, 2}});
}

}  // namespace

TEST_CASE("the mean operator is the mean over workers, and nothing is counted") {
  SmallAffine problem = saddle();
  Alone alone(problem);
  Merits merits(problem, alone.network);
  Vector F(2);
  merits.operator_at({3, 4}, F);
  CHECK(F.to_host() == std::vector<double>{5, -1});
  CHECK(merits.natural_residual({3, 4}) == 26);
  CHECK(merits.natural_residual({2, -1}) == 0);
  Record record;
  alone.network.totals(record);
  CHECK(record.bits_up == 0);
  CHECK(record.round == 0);
}

TEST_CASE("the natural residual is the squared distance to the projected step of length one") {
  // F = (1, -2) constant, Z = [0, 1]^2: the solution is (0, 1). From (0.5, 0.5) the step ends at (-0.5, 2.5),
  // its projection is (0, 1), at squared distance 0.5.
  int steps_other_than_one = 0;
  Custom problem(
      2,
      [](auto, auto F) {
        F[0] = 1;
        F[1] = -2;
      },
      [&](double step, auto z) {
        steps_other_than_one += step != 1;
        for (double& entry : z) entry = std::clamp(entry, 0.0, 1.0);
      });
  Alone alone(problem);
  Merits merits(problem, alone.network);
  CHECK(merits.natural_residual({0.5, 0.5}) == 0.5);
  CHECK(merits.natural_residual({0, 1}) == 0);
  CHECK(steps_other_than_one == 0);
}

TEST_CASE("zeta of the bilinear problem has its two dials") {
  // F_m - F at z is s [G_m y; -G_m x] + h [r_m], G_m = diag cos(2 pi (m/M + i/n)) and r_m of sines and
  // cosines of 2 pi m/M, whose squares have the mean 1/2 over M >= 3 workers: zeta = h sqrt(n) without s, and
  // zeta = s |z*| / sqrt(2) without h. Neither s nor h moves the mean F, hence not z*.
  const auto at_solution = [](double s, double h) {
    const auto problem =
        make("bilinear", {{"n", 9}, {"workers", 5}, {"similarity", s}, {"heterogeneity", h}});
    Alone alone(*problem);
    const problems::Known known = problem->known();
    const Vector solution{std::span<const double>(*known.solution)};
    const double zeta = Merits(*problem, alone.network).heterogeneity(solution);
    return std::array{zeta, known.constants.at(problems::Which::delta).value, norm(solution)};
  };
  const auto [nothing, no_delta, size] = at_solution(0, 0);
  CHECK(nothing < 1e-14 * size);
  CHECK(no_delta == 0);
  for (const double h : {0.25, 2.0}) {
    const auto [zeta, delta, same_size] = at_solution(0, h);
    CHECK(zeta == Approx(3 * h).epsilon(1e-12));
    CHECK(delta == 0);
    CHECK(same_size == Approx(size).epsilon(1e-12));
  }
  for (const double s : {0.25, 2.0}) {
    const auto [zeta, delta, same_size] = at_solution(s, 0);
    CHECK(zeta == Approx(s * size / std::sqrt(2)).epsilon(1e-12));
    CHECK(delta == Approx(s * at_solution(1, 0)[1]).epsilon(1e-12));
    CHECK(same_size == Approx(size).epsilon(1e-12));
    // With both, zeta^2 = |s a + h r|^2 in the mean: its second difference in h is 2 |r|^2 = 2 n, and delta
    // does not move.
    const auto square = [&, s = s](double h) { return std::pow(at_solution(s, h)[0], 2); };
    CHECK(square(2) - 2 * square(1) + square(0) == Approx(18).epsilon(1e-10));
    CHECK(at_solution(s, 3)[1] == delta);
  }
}

TEST_CASE("zeta of two workers by hand, and nothing is counted") {
  // F_1 - F = (5 x + 3, 0) = -(F_2 - F): at (3, 4) it is (18, 0) twice.
  SmallAffine problem = saddle();
  Alone alone(problem);
  CHECK(Merits(problem, alone.network).heterogeneity({3, 4}) == Approx(18).epsilon(1e-15));
  Record record;
  alone.network.totals(record);
  CHECK(record.bits_up == 0);
}

TEST_CASE("the gap is that of the nearest feasible point") {
  const auto problem =
      make("bilinear", {{"n", 4}, {"workers", 3}, {"x_set", "simplex"}, {"y_set", "l2_ball"}});
  Alone alone(*problem);
  Merits merits(*problem, alone.network);
  REQUIRE(merits.has_gap());
  const Vector z{3, -1, 2, 0.5, 4, 4, -1, 0};
  Vector inside = z;
  problem->prox(1, inside);
  CHECK(merits.gap(z) == merits.gap(inside));
  CHECK(merits.gap(z) > 0);
  CHECK_FALSE(Merits(*make("bilinear"), alone.network).has_gap());
}

TEST_CASE("the residual keeps its digits where the point is large") {
  // F(1e9) = 2^-40 exactly, far below the last bit of 1e9: z - (z - F(z)) would be zero.
  Custom problem(1, [](auto z, auto F) { F[0] = (z[0] - 1e9) + 0x1p-40; });
  Alone alone(problem);
  CHECK(Merits(problem, alone.network).natural_residual({1e9}) == 0x1p-80);
}
