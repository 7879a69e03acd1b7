// The bilinear reference problem: a strongly monotone game whose workers differ by diagonal waves.
#include <cmath>
#include <numbers>

#include <trivium/core/errors.hpp>

#include "detail/ramp.hpp"
#include "detail/reference_game.hpp"

namespace trivium::problems {
namespace {

constexpr double two_pi = 2 * std::numbers::pi;

class Bilinear final : public detail::ReferenceGame {
 public:
  struct Params {
    detail::GameShape shape;
    double sigma_min = 0.1;
    double sigma_max = 1;
    double mu = 0.02;
    void describe(Fields& fields) {
      fields.real("sigma_min", sigma_min, non_negative, "smallest singular value of the mean coupling");
      fields.real("sigma_max", sigma_max, non_negative, "largest singular value of the mean coupling");
      fields.real("mu", mu, non_negative, "weight of |x|^2/2 - |y|^2/2, the strong monotonicity");
      shape.describe(fields);
    }
  };
  static About about() {
    return {
        .summary = "bilinear saddle-point game with known solution and constants",
        .rule =
            "z = (x, y), x and y in R^n; worker m = 0..M-1 owns\n"
            "F_m(z) = [A_m y + b_m + mu x ; -(A_m^T x + c_m) + mu y]\n"
            "A_m = U diag(s) U + similarity diag_i cos(2 pi (m/M + i/n)), s from sigma_min to sigma_max in "
            "equal steps\n"
            "U_ij = sqrt(2/(n+1)) sin(pi (i+1)(j+1)/(n+1))\n"
            "b_m[i] = cos(i+1) + heterogeneity sin(2 pi m/M + i)\n"
            "c_m[i] = sin(2(i+1)) + heterogeneity cos(2 pi m/M + 2i)\n"
            "For M >= 2 the waves cancel in the mean: L = sqrt(sigma_max^2 + mu^2), delta <= similarity.\n"
            "For M = 1 nothing cancels: F is F_0.\n"
            "samples = r >= 2: summand k adds sample_spread times diag_j cos(2 pi (k/r + 3j/n)) to A_m,\n"
            "sin(2 pi k/r + j) to b_m and cos(2 pi k/r + j) to c_m.",
        .source = "reference problem of this project"};
  }

  Bilinear(const Params& params, const Place& place)
      : ReferenceGame(params.shape, recipe(params), place), mu_(params.mu) {}

  // The coupling is skew-symmetric, so it never changes mu, whatever the number of workers.
  Known known() const override {
    Known known = ReferenceGame::known();
    known.constants[Which::mu] = {mu_, Origin::known, "closed form"};
    return known;
  }

 private:
  static detail::GameRecipe recipe(const Params& params) {
    if (params.sigma_min > params.sigma_max)
      reject("bilinear.sigma_min = {} is above sigma_max = {}; give sigma_min <= sigma_max", params.sigma_min,
             params.sigma_max);
    const auto n = static_cast<std::size_t>(params.shape.n);
    const auto turn = [M = static_cast<double>(params.shape.workers)](int m) { return two_pi * m / M; };
    detail::GameRecipe recipe;
    recipe.symmetric.assign(n, params.mu);
    recipe.skew = detail::ramp(n, params.sigma_min, params.sigma_max);
    recipe.wave = [=](int m, std::size_t i) {
      return std::complex<double>(
          0, std::cos(turn(m) + two_pi * static_cast<double>(i) / static_cast<double>(n)));
    };
    recipe.linear = [=, h = params.shape.heterogeneity](int m, std::size_t j) {
      const double i = static_cast<double>(j % n);
      return j < n ? std::cos(i + 1) + h * std::sin(turn(m) + i)
                   : -(std::sin(2 * (i + 1)) + h * std::cos(turn(m) + 2 * i));
    };
    return recipe;
  }

  double mu_;
};

}  // namespace

void register_bilinear(Catalogue& all) { all.add<Bilinear>("bilinear"); }

}  // namespace trivium::problems
