// The gap max over u in Z of <F(z), z - u>: vertices, a matrix game by hand, and what it is along a method.
#include <algorithm>
#include <array>
#include <cmath>

#include "contract.hpp"

using namespace trivium;
using namespace trivium::problems;

namespace {

std::unique_ptr<Problem> make(const char* type, const Table& parameters) {
  return catalogue().make({type, parameters, ""}, Place{});
}
Vector mean_operator(Problem& problem, const Vector& z) {
  return contract::mean_of_workers(problem, [&](int m) { return contract::evaluate(problem, m, z); });
}
double gap(Problem& problem, const Vector& z) { return problem.gap(z, mean_operator(problem, z)); }

// min over x, max over y in the simplex of x^T (3 I) y + <b, x> + <c, y>, b_i = cos(i+1), c_i = sin(2(i+1)),
// i = 0, 1, 2: the matrix game with payoffs A_ij = 3 [i = j] + b_i + c_j. All singular values are 3, and the
// sine basis is orthogonal and symmetric, so that the coupling is 3 I.
std::unique_ptr<Problem> matrix_game() {
  return make("bilinear", {{"n", 3},
                           {"workers", 1},
                           {"sigma_min", 3.0},
                           {"sigma_max", 3.0},
                           {"mu", 0.0},
                           {"similarity", 0.0},
                           {"heterogeneity", 0.0},
                           {"x_set", "simplex"},
                           {"y_set", "simplex"}});
}
double payoff(std::size_t i, std::size_t j) {
  return 3.0 * (i == j) + std::cos(static_cast<double>(i) + 1) + std::sin(2 * (static_cast<double>(j) + 1));
}
// max_j (x^T A)_j - min_i (A y)_i: what each player wins by the best pure answer.
double duality_gap(const std::array<double, 6>& z) {
  double best = -1e9, least = 1e9;
  for (std::size_t k = 0; k < 3; ++k) {
    double column = 0, row = 0;
    for (std::size_t l = 0; l < 3; ++l) {
      column += z[l] * payoff(l, k);
      row += payoff(k, l) * z[3 + l];
    }
    best = std::max(best, column);
    least = std::min(least, row);
  }
  return best - least;
}

}  // namespace

TEST_CASE("the gap of a matrix game is what the players win by answering") {
  const auto problem = matrix_game();
  REQUIRE(problem->traits().has_gap);
  // Both play their first: y has 3 + b_0 + c_0 already, x gains by its last row, b_2 + c_0.
  CHECK(gap(*problem, {1, 0, 0, 1, 0, 0}) == Approx(3 + std::cos(1) - std::cos(3)).epsilon(1e-14));
  Stream stream(3, Purpose::test, 0, 0);
  for (int trial = 0; trial < 100; ++trial) {
    Vector z(6);
    for (double& entry : z.span<double>()) entry = 2 * stream.normal();
    problem->prox(1, z);
    std::array<double, 6> at{};
    std::copy_n(z.span<double>().begin(), 6, at.begin());
    CHECK(gap(*problem, z) == Approx(duality_gap(at)).epsilon(0).margin(1e-14));
  }
}

TEST_CASE("the gap vanishes at the linear program's solution of the game") {
  // Linear program: min v with (x^T A)_j <= v, x in the simplex. With all three binding x_j = (w - c_j)/3 and
  // w = 1 + mean c; likewise y_i = (t - b_i)/3, t = 1 + mean b. Both are positive, so the program and its
  // dual are feasible with equal values: x = (.01613, .57149, .41238), y = (.05703, .37585, .56713), and the
  // value is v = w + <b, x> = .3203.
  const auto problem = matrix_game();
  std::array<double, 6> z{};
  double b_mean = 0, c_mean = 0, value = 0;
  for (double i = 1; i <= 3; ++i) b_mean += std::cos(i) / 3, c_mean += std::sin(2 * i) / 3;
  for (std::size_t i = 0; i < 3; ++i) {
    const double k = static_cast<double>(i) + 1;
    z[i] = (1 + c_mean - std::sin(2 * k)) / 3;
    z[3 + i] = (1 + b_mean - std::cos(k)) / 3;
    value += z[i] * std::cos(k);
  }
  value += 1 + c_mean;
  CHECK(z[0] == Approx(0.01613).margin(1e-5));
  CHECK(z[5] == Approx(0.56713).margin(1e-5));
  CHECK(value == Approx(0.32034).margin(1e-5));
  CHECK(gap(*problem, Vector(std::span<const double>(z))) < 1e-15);
}

TEST_CASE("along extragradient the gap is never negative and goes to zero") {
  const auto problem = matrix_game();
  Vector z{1, 0, 0, 1, 0, 0}, half = z.like();
  const double step = 0.2;  // below 1/L = 1/3
  std::vector<double> gaps;
  for (int k = 0; k < 600; ++k) {
    gaps.push_back(gap(*problem, z));
    combine(half, {{1, z}, {-step, mean_operator(*problem, z)}});
    problem->prox(step, half);
    combine(z, {{1, z}, {-step, mean_operator(*problem, half)}});
    problem->prox(step, z);
  }
  for (const double each : gaps) REQUIRE(each >= 0);
  CHECK(gaps.front() > 4);
  CHECK(gaps.back() < 1e-14);
}

TEST_CASE("on products of sets the gap is the maximum over their vertices") {
  // x in the box [-1, 2]^3, y in the l1 ball of radius 1.5: 8 times 6 vertices. Not skew: mu = 0.5.
  for (const char* dtype : {"float64", "float32"}) {
    const auto problem = make("bilinear", {{"n", 3},
                                           {"workers", 4},
                                           {"mu", 0.5},
                                           {"x_set", Table{{"type", "box"}, {"low", -1.0}, {"high", 2.0}}},
                                           {"y_set", Table{{"type", "l1_ball"}, {"radius", 1.5}}},
                                           {"dtype", dtype}});
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      Vector z = contract::random_point(*problem, seed, 2);
      problem->prox(1, z);
      const std::vector<double> at = z.to_host(), F = mean_operator(*problem, z).to_host();
      double largest = -1e9;
      for (unsigned corner = 0; corner < 8; ++corner)
        for (unsigned point = 0; point < 6; ++point) {
          double value = 0;
          for (std::size_t i = 0; i < 3; ++i) {
            const double y = point / 2 == i ? (point % 2 == 0 ? 1.5 : -1.5) : 0;
            value += F[i] * (at[i] - (corner >> i & 1 ? 2 : -1)) + F[3 + i] * (at[3 + i] - y);
          }
          largest = std::max(largest, value);
        }
      CHECK(gap(*problem, z) == Approx(largest).epsilon(1e-13));
    }
  }
}

TEST_CASE("on a ball and a simplex the gap is what the projection of a far point finds") {
  // u = P(-t F) has <F, u> <= min over Z of <F, .> + max |u|^2 / (2 t), |u|^2 <= 2^2 + 1 here.
  const auto problem = make("bilinear", {{"n", 4},
                                         {"workers", 3},
                                         {"mu", 0.5},
                                         {"x_set", Table{{"type", "l2_ball"}, {"radius", 2.0}}},
                                         {"y_set", "simplex"}});
  const double t = 1e8;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Vector z = contract::random_point(*problem, seed, 2);
    problem->prox(1, z);
    const Vector F = mean_operator(*problem, z);
    Vector u = z.like();
    combine(u, {{-t, F}});
    problem->prox(1, u);
    const double found = dot(F, z) - dot(F, u);
    CHECK(gap(*problem, z) >= found - 1e-12);
    CHECK(gap(*problem, z) <= found + 5 / (2 * t) + 1e-12);
  }
}

TEST_CASE("without bounded sets there is no gap") {
  for (const Table& sets : {Table{}, Table{{"x_set", "simplex"}}, Table{{"y_set", "box"}}}) {
    const auto problem = make("bilinear", sets);
    CHECK_FALSE(problem->traits().has_gap);
  }
  for (const char* type : {"bilinear", "quadratic_game"})
    CHECK(make(type, {{"x_set", "l1_ball"}, {"y_set", "l2_ball"}})->traits().has_gap);
}

TEST_CASE("a point that is not a number has a gap that is none") {
  const auto problem = matrix_game();
  Vector z(6);
  fill(z, std::numeric_limits<double>::quiet_NaN());
  CHECK_FALSE(gap(*problem, z) < 1e300);
}
