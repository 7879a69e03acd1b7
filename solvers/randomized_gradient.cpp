// Gradient steps with multilevel Monte Carlo, for gradients of functions that need not be convex (Beznosikov,
// Samsonov, Sheshukova, Gasnikov, Naumov, Moulines 2023).  g_m: worker m's estimate of F_m(z).
//   z+ = P(z - gamma mean over m of g_m)
// For F = grad f with Lipschitz constant L and gamma <= 1 / L, V the variance and b the bias of the mean,
//   E f(z+) <= f(z) - (gamma / 2) |F(z)|^2 + (gamma / 2) |b|^2 + (gamma^2 L / 2) V,
// and where F is strongly monotone, as for randomized_extragradient, (gamma / mu) |b|^2 stands beside
// gamma^2 V. With batch B and cap C, V is of order tau sigma^2 log2(C) / B and |b|^2 of order
// tau sigma^2 / (B C): C = 1 / (gamma L), or 1 / (gamma mu), makes the bias no larger than the rest, B =
// log2(C) takes the logarithm out of V. The text of the paper's listing could not be compared; these sizes
// are derived here.
#include "detail/stochastic_method.hpp"
#include "detail/theory.hpp"

namespace trivium::solvers {
namespace {

class RandomizedGradient final : public StochasticMethod {
 public:
  struct Params {
    StochasticParams stochastic{.dense = {}, .estimator = {"mlmc", {}, ""}};
    void describe(Fields& fields) { stochastic.describe(fields); }
  };
  static About about() {
    return {"gradient steps with multilevel Monte Carlo, also for non-convex functions",
            "z+ = prox_g(z - g mean over m of MLMC(F_m(z, xi)))\n"
            "theory: g = 1 / l, |F(a) - F(b)|^2 <= l <F(a) - F(b), a - b>, where there is such an l, else\n"
            "1 / L, for the gradient of a function that is not convex; less where noise grows; cap of mlmc\n"
            "1 / (g mu), or 1 / (g L) without strong monotonicity, batch log2(cap); without noise\n"
            "|z - z*|^2 is multiplied by at most 1 - g mu each iteration",
            "Beznosikov et al. 2023 (arXiv 2305.15938); constants derived here"};
  }

  RandomizedGradient(const Params& params, const Context& context)
      : StochasticMethod(params.stochastic, context) {
    const double L = context.constants.L(), mu = std::max(context.constants.mu(), 0.0);
    const double l = cocoercivity(context.constants).mean;
    const bool cocoercive = std::isfinite(l);
    use_theory(std::min(1 / with_summands(cocoercive ? l : L), noise_limit(mu, cocoercive)),
               std::string(cocoercive ? "min{ 1 / l, " : "min{ 1 / L, ") + noise_rule + " }", 1,
               [=](double g) { return cocoercive ? 1 - g * mu : 1; });
    const double cap = std::max(1 / (gamma_ * (mu > 0 ? mu : L)), 2.0);
    estimate_with({std::log2(cap), cap});
  }

  void step() override {
    exchange(z_, F_);
    combine(z_, {{1, z_}, {-gamma_, F_}});  // z = P(z - gamma g)
    problem_.prox(gamma_, z_);
  }
  void state(Archive& archive) override { archive.common("z", z_); }
};

}  // namespace

void register_randomized_gradient(Catalogue& all) { all.add<RandomizedGradient>("randomized_gradient"); }

}  // namespace trivium::solvers
