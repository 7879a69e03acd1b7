// Stochastic gradient descent-ascent.  g_m: worker m's estimate of F_m(z_k) from its next samples.
//   z+ = P(z - gamma_k mean over m of g_m)
#include "detail/stochastic_method.hpp"

namespace trivium::solvers {
namespace {

class Sgd final : public StochasticMethod {
 public:
  struct Params {
    StochasticParams stochastic;
    std::string schedule = "constant";
    void describe(Fields& fields) {
      stochastic.describe(fields);
      fields.choice("schedule", schedule, {"constant", "inverse", "inverse_root"},
                    "gamma_k: gamma, gamma / (1 + gamma mu k / 2), or gamma / sqrt(k + 1)");
    }
  };
  static About about() {
    return {
        "stochastic gradient descent-ascent with any estimator",
        "z+ = prox_g(z - g_k mean over m of g_m), g_m an estimate of F_m(z) from worker m's next samples\n"
        "theory: g = 1 / ell, ell the largest cocoercivity constant of an F_m, or less where noise grows;\n"
        "1 / sqrt(ell^2 + L_loc^2) where the noise picks summands, which are taken for cocoercive;\n"
        "with an accuracy e at most e M mu / (tau sigma^2): for noise of relaxation time tau and single\n"
        "samples E|z - z*|^2 levels off at about g tau sigma^2 / (M mu)",
        "Robbins, Monro 1951; under Markovian noise Doan et al. 2020"};
  }

  Sgd(const Params& params, const Context& context)
      : StochasticMethod(params.stochastic, context),
        schedule_(params.schedule),
        mu_(std::max(context.constants.mu(), 0.0)) {
    const double ell = context.constants.get(problems::Which::ell).value;
    if (!step_is_given() && !std::isfinite(ell))
      reject(
          "sgd: the theory step 1 / ell needs cocoercive operators, and ell is infinite here; give step a "
          "number or use stochastic_extragradient");
    estimate_with({});
    use_theory(std::min(1 / with_summands(ell), noise_limit(mu_, true)),
               std::string("min{ 1 / ell, ") + noise_rule + " }", 1,
               [mu = mu_](double g) { return 1 - g * mu; });
  }

  void step() override {
    exchange(z_, F_);
    const double gamma = gamma_at(static_cast<double>(iteration_++));
    combine(z_, {{1, z_}, {-gamma, F_}});  // z = P(z - gamma_k g)
    problem_.prox(gamma, z_);
  }
  void state(Archive& archive) override {
    archive.common("z", z_);
    archive.common("iteration", iteration_);
  }

 private:
  double gamma_at(double k) const {
    if (schedule_ == "inverse") return gamma_ / (1 + gamma_ * mu_ * k / 2);
    if (schedule_ == "inverse_root") return gamma_ / std::sqrt(k + 1);
    return gamma_;
  }

  std::string schedule_;
  double mu_;
  std::int64_t iteration_ = 0;
};

}  // namespace

void register_sgd(Catalogue& all) { all.add<Sgd>("sgd"); }

}  // namespace trivium::solvers
