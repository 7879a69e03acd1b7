// Floors of sgd under the two-state chain in one dimension, to the last digit: what a batch of consecutive
// samples and what a multilevel estimate leave, and how either grows with the relaxation time.
#include <vector>

#include <Eigen/Dense>
#include <catch2/catch.hpp>

#include "noise.hpp"

using namespace trivium;
using namespace trivium::solvers;
using namespace trivium::solvers::testing;

namespace {

using Eigen::Matrix2d;
using Weights = std::vector<double>;

/// An estimate sum_i w_i xi_i, with its probability.
struct Draw {
  double probability;
  Weights w;
};

/// (1/B) sum_i xi_i.
std::vector<Draw> minibatch(std::size_t B) { return {{1, Weights(B, 1 / static_cast<double>(B))}}; }

/// g_0 + 2^j (g_j - g_{j-1}) with probability 2^-j, j = 1, ..., l, else g_0; g_j: mean of the first 2^j B.
std::vector<Draw> multilevel(std::size_t B, int levels) {
  std::vector<Draw> all{{std::ldexp(1.0, -levels), minibatch(B)[0].w}};
  for (int j = 1; j <= levels; ++j) {
    const std::size_t long_mean = B << j, short_mean = long_mean / 2;
    Weights w(long_mean, std::ldexp(1.0, j) / static_cast<double>(long_mean));
    for (std::size_t i = 0; i < short_mean; ++i) w[i] -= std::ldexp(1.0, j) / static_cast<double>(short_mean);
    for (std::size_t i = 0; i < B; ++i) w[i] += 1 / static_cast<double>(B);
    all.push_back({std::ldexp(1.0, -j), std::move(w)});
  }
  return all;
}

/// E[e^k, last state t | state s before], k = 0, 1, 2, of an estimate e from a chain on -1, 1 that changes
/// with probability 1 / (2 tau).
struct Moments {
  Matrix2d zeroth = Matrix2d::Zero(), first = Matrix2d::Zero(), second = Matrix2d::Zero();
};
Moments moments(const std::vector<Draw>& estimate, double tau) {
  const double change = 1 / (2 * tau);
  const Matrix2d P{{1 - change, change}, {change, 1 - change}};
  const Eigen::DiagonalMatrix<double, 2> xi(-1, 1);
  Moments sum;
  for (const Draw& draw : estimate) {
    Moments e;
    e.zeroth.setIdentity();
    for (const double w : draw.w) {
      const Matrix2d zeroth = e.zeroth * P, first = e.first * P, second = e.second * P;
      e = {zeroth, first + w * zeroth * xi, second + 2 * w * first * xi + w * w * zeroth};  // xi^2 = 1
    }
    sum.zeroth += draw.probability * e.zeroth;
    sum.first += draw.probability * e.first;
    sum.second += draw.probability * e.second;
  }
  return sum;
}

/// E z^2 in the long run, z+ = c z - g sigma e. Rows over the chain's state: u = E[z, s] and v = E[z^2, s]
/// solve u = c u A_0 - g sigma pi A_1, v = c^2 v A_0 - 2 c g sigma u A_1 + (g sigma)^2 pi A_2.
double exact_floor(const std::vector<Draw>& estimate, double tau, double g, double sigma) {
  const double c = 1 - g, size = g * sigma;
  const Moments A = moments(estimate, tau);
  const Eigen::RowVector2d pi(0.5, 0.5);
  const Matrix2d I = Matrix2d::Identity();
  const Eigen::RowVector2d u = -size * pi * A.first * (I - c * A.zeroth).inverse();
  const Eigen::RowVector2d v =
      (size * size * pi * A.second - 2 * c * size * u * A.first) * (I - c * c * A.zeroth).inverse();
  return v.sum();
}

constexpr double taus[] = {2, 4, 8, 16};

double exact_slope(const std::vector<Draw>& estimate, double g) {
  std::vector<std::pair<double, double>> floors;
  for (const double tau : taus) floors.emplace_back(tau, exact_floor(estimate, tau, g, 1));
  return slope(floors);
}

}  // namespace

TEST_CASE("exact floors grow linearly with the relaxation time while an estimate is long enough") {
  // A batch of one is the autoregression of values with correlation r = 1 - 1/tau.
  const double g = 0.05, c = 1 - g, r = 0.75;
  CHECK(exact_floor(minibatch(1), 4, g, 1) ==
        Approx(g * g / (1 - c * c) * (1 + c * r) / (1 - c * r)).epsilon(1e-12));
  CHECK(exact_slope(minibatch(8), g) == Approx(1.0799).margin(1e-4));
  CHECK(exact_slope(multilevel(8, 10), g) == Approx(0.9969).margin(1e-4));
  // B M = 512 and 64 samples at most, and tau up to 16: the longest mean stops short.
  CHECK(exact_slope(multilevel(8, 6), g) == Approx(0.8755).margin(1e-4));
  CHECK(exact_slope(multilevel(8, 3), g) == Approx(0.6258).margin(1e-4));
  // The variance is not that of the samples taken: 48 on average in place of 8, for a higher floor.
  CHECK(exact_floor(multilevel(8, 6), 4, g, 1) / exact_floor(minibatch(8), 4, g, 1) ==
        Approx(4.33).epsilon(1e-3));
}

TEST_CASE("sgd's floors and their slopes over the relaxation time are the exact ones") {
  // F(z) = z - 1 from z0 = 0: distances are squares of z - 1.
  Arena here = arena("quadratic", {{"n", 1}, {"mu", 1.0}});
  const double g = 0.05, sigma = 0.1;
  const auto check = [&](const Table& estimator, const std::vector<Draw>& estimate, double exact) {
    std::vector<std::pair<double, double>> floors;
    for (const double tau : taus) {
      const Plugin sgd{"sgd", {{"step", g}, {"estimator", estimator}}, ""};
      const double found = floor_of(here, sgd, additive(sigma, tau), 500, 500000);
      INFO(to_toml(estimator) << ", tau = " << tau);
      CHECK(found == Approx(exact_floor(estimate, tau, g, sigma)).epsilon(0.05));
      floors.emplace_back(tau, found);
    }
    INFO(to_toml(estimator));
    CHECK(slope(floors) == Approx(exact).margin(0.03));
  };
  check({{"type", "minibatch"}, {"batch", 8}}, minibatch(8), 1.0799);
  check(mlmc(8, 64), multilevel(8, 6), 0.8755);
}
