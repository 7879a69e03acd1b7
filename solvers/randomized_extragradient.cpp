// Randomized extragradient (Beznosikov, Samsonov, Sheshukova, Gasnikov, Naumov, Moulines 2023).
//   w  = P(z - gamma mean over m of the mean of F_m(z, xi) over a batch of B samples)
//   z+ = P(z - gamma mean over m of MLMC(F_m(w, xi))),  on fresh samples
// With V the variance of an estimate at w, s that of one at z, b the bias and 3 g^2 L^2 + g mu <= 1,
//   E|z+ - z*|^2 <= (1 - g mu / 2) |z - z*|^2 + 3 g^2 (V + s) + (g / mu) |b|^2.
// With batch B and cap C, V is of order tau sigma^2 log2(C) / B and |b|^2 of order tau sigma^2 / (B C), so
// that C = 1 / (g mu) and B = log2(C) leave a floor of order g tau sigma^2 / mu. The text of the paper's
// listing could not be compared; constants are derived here.
#include "detail/stochastic_method.hpp"

namespace trivium::solvers {
namespace {

class RandomizedExtragradient final : public StochasticMethod {
 public:
  struct Params {
    StochasticParams stochastic{.dense = {}, .estimator = {"mlmc", {}, ""}};
    std::string half = "batch";
    void describe(Fields& fields) {
      stochastic.describe(fields);
      fields.choice("half", half, {"batch", "same", "mlmc"},
                    "the first half's samples: a batch of the estimator's size (where it has none B, or 1 "
                    "without strong monotonicity), those of the second half, or an estimate of its own");
    }
  };
  static About about() {
    return {
        "extragradient with a batch in the first half and multilevel Monte Carlo in the second",
        "w = prox_g(z - g mean over m of the mean of F_m(z, xi) over B samples)\n"
        "z+ = prox_g(z - g mean over m of MLMC(F_m(w, xi))), on fresh samples\n"
        "theory: g the root of 3 g^2 L^2 + g mu = 1, or less where noise grows; for an accuracy e at most\n"
        "e M mu / (tau sigma^2), M the number of workers; cap of mlmc 1 / (g mu), batch B = log2(cap);\n"
        "without noise |z - z*|^2 is multiplied by at most 1 - g mu / 2 each iteration",
        "Beznosikov et al. 2023 (arXiv 2305.15938); constants derived here"};
  }

  RandomizedExtragradient(const Params& params, const Context& context)
      : StochasticMethod(params.stochastic, context), half_(params.half), w_(z_.like()) {
    const double L = context.constants.L(), mu = std::max(context.constants.mu(), 0.0);
    use_theory(std::min(2 / (mu + std::sqrt(mu * mu + 12 * L * L)), noise_limit(mu)),
               std::string("min{ root of 3 g^2 L^2 + g mu = 1, ") + noise_rule + " }", 2,
               [=](double g) { return 1 - g * mu / 2; });
    const Sizes sizes = sizes_for(gamma_, mu);
    estimate_with(sizes);
    if (half_ == "batch") batch_.emplace(batch_like(params.stochastic.estimator, sizes), sizes, context);
  }

  void step() override {
    if (half_ == "batch")
      exchange(*batch_, z_, F_);
    else
      exchange(z_, F_);
    combine(w_, {{1, z_}, {-gamma_, F_}});  // w = P(z - gamma batch(z))
    problem_.prox(gamma_, w_);
    if (half_ == "same")
      exchange_again(w_, F_);
    else
      exchange(w_, F_);
    combine(z_, {{1, z_}, {-gamma_, F_}});  // z = P(z - gamma MLMC(w))
    problem_.prox(gamma_, z_);
  }
  void state(Archive& archive) override { archive.common("z", z_); }

 private:
  static Sizes sizes_for(double g, double mu) {
    if (!(mu > 0)) return {};
    const double cap = std::max(1 / (g * mu), 2.0);
    return {std::log2(cap), cap};
  }
  /// A batch of the size that the estimator has, else of the theory's; where that has none, a single sample.
  static Plugin batch_like(const Plugin& estimator, const Sizes& sizes) {
    const Value* given = estimator.parameters.find("batch");
    const Value own = sizes.batch ? Value("theory") : Value(1);
    return {"minibatch", {{"batch", given != nullptr ? *given : own}}, estimator.where};
  }

  std::string half_;
  std::optional<Estimate> batch_;
  Vector w_;
};

}  // namespace

void register_randomized_extragradient(Catalogue& all) {
  all.add<RandomizedExtragradient>("randomized_extragradient");
}

}  // namespace trivium::solvers
