// The quadratic reference problem: strongly convex-concave with a rotation, linear terms that look random.
#include <cmath>
#include <numbers>

#include <trivium/core/errors.hpp>

#include "detail/ramp.hpp"
#include "detail/reference_game.hpp"
#include "detail/splitmix.hpp"

namespace trivium::problems {
namespace {

constexpr double two_pi = 2 * std::numbers::pi;

class QuadraticGame final : public detail::ReferenceGame {
 public:
  struct Params {
    detail::GameShape shape{.n = 25, .workers = 8, .similarity = 0.1};
    double mu = 0.2;
    double smoothness = 1;
    double coupling = 1;
    std::int64_t seed = 7;
    void describe(Fields& fields) {
      fields.real("mu", mu, non_negative, "smallest eigenvalue of P and R, the strong monotonicity");
      fields.real("smoothness", smoothness, non_negative, "largest eigenvalue of P and R");
      fields.real("coupling", coupling, non_negative, "largest singular value of B");
      fields.integer("seed", seed, non_negative, "of the linear terms");
      shape.describe(fields);
    }
  };
  static About about() {
    return {
        .summary = "quadratic convex-concave game with known solution and constants",
        .rule =
            "z = (x, y), x and y in R^n; worker m = 0..M-1 owns, with s = similarity,\n"
            "F_m(z) = [[P + s E_m, B + s G_m], [-(B + s G_m)^T, R + s E_m]] z + q_m\n"
            "P = U diag(p) U, R = U diag(reversed p) U, p from mu to smoothness in equal steps\n"
            "B = coupling U diag((-1)^i (i+1)/n) V, V = U with its rows reversed\n"
            "U_ij = sqrt(2/(n+1)) sin(pi (i+1)(j+1)/(n+1))\n"
            "E_m = diag_i cos(2 pi (m/M + i/n)), G_m = diag_i sin(2 pi (m/M + 2i/n))\n"
            "q_m[j] = 2u(seed,0,j) - 1 + heterogeneity (v_m[j] - mean over workers of v[j]), v_m[j] = "
            "2u(seed,m+1,j) - 1\n"
            "u(seed,i,j) = top 53 bits of splitmix64(splitmix64(splitmix64(seed) + i) + j), as a fraction\n"
            "For M >= 2 the waves cancel in the mean: L = max_i sqrt(p_i^2 + (coupling (i+1)/n)^2). For M = "
            "1 F is F_0.\n"
            "samples = r >= 2: summand k adds sample_spread times diag_j cos(2 pi (k/r + 3j/n)) to B,\n"
            "sin(2 pi k/r + j) to the x part of q_m and -cos(2 pi k/r + j) to its y part.",
        .source = "reference problem of this project"};
  }

  QuadraticGame(const Params& params, const Place& place)
      : ReferenceGame(params.shape, recipe(params), place) {}

 private:
  static detail::GameRecipe recipe(const Params& params) {
    if (params.mu > params.smoothness)
      reject("quadratic_game.mu = {} is above smoothness = {}; give mu <= smoothness", params.mu,
             params.smoothness);
    const auto n = static_cast<std::size_t>(params.shape.n);
    const auto turn = [M = static_cast<double>(params.shape.workers)](int m) { return two_pi * m / M; };
    detail::GameRecipe recipe;
    recipe.mirrored = true;
    recipe.symmetric = detail::ramp(n, params.mu, params.smoothness);
    for (std::size_t i = 0; i < n; ++i)
      recipe.skew.push_back(params.coupling * (i % 2 == 0 ? 1 : -1) * static_cast<double>(i + 1) /
                            static_cast<double>(n));
    recipe.wave = [=](int m, std::size_t i) {
      const double angle = two_pi * static_cast<double>(i) / static_cast<double>(n);
      return std::complex<double>(std::cos(turn(m) + angle), std::sin(turn(m) + 2 * angle));
    };
    recipe.linear = linear(params);
    return recipe;
  }

  // v of row 0 is common to all workers; row m + 1 is worker m's own, less its mean over the workers.
  static std::function<double(int, std::size_t)> linear(const Params& params) {
    const auto v = [seed = static_cast<std::uint64_t>(params.seed)](std::uint64_t row, std::size_t j) {
      return 2 * detail::hashed_uniform(seed, row, j) - 1;
    };
    const auto workers = static_cast<std::uint64_t>(params.shape.workers);
    std::vector<double> mean(2 * static_cast<std::size_t>(params.shape.n), 0.0);
    for (std::size_t j = 0; j < mean.size(); ++j) {
      for (std::uint64_t row = 1; row <= workers; ++row) mean[j] += v(row, j);
      mean[j] /= static_cast<double>(workers);
    }
    return [=, h = params.shape.heterogeneity](int m, std::size_t j) {
      return v(0, j) + h * (v(static_cast<std::uint64_t>(m) + 1, j) - mean[j]);
    };
  }
};

}  // namespace

void register_quadratic_game(Catalogue& all) { all.add<QuadraticGame>("quadratic_game"); }

}  // namespace trivium::problems
