// Error measures of a point.
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

TEST_CASE("the residual keeps its digits where the point is large") {
  // F(1e9) = 2^-40 exactly, far below the last bit of 1e9: z - (z - F(z)) would be zero.
  Custom problem(1, [](auto z, auto F) { F[0] = (z[0] - 1e9) + 0x1p-40; });
  Alone alone(problem);
  CHECK(Merits(problem, alone.network).natural_residual({1e9}) == 0x1p-80);
}
