// Stochastic extragradient.  g_m(.; xi): worker m's estimate of F_m from samples xi.
//   w  = P(z - gamma mean over m of g_m(z; xi))
//   z+ = P(z - gamma mean over m of g_m(w; xi')),  xi' fresh, or the same samples xi
#include "detail/stochastic_method.hpp"
#include "detail/theory.hpp"

namespace trivium::solvers {
namespace {

class StochasticExtragradient final : public StochasticMethod {
 public:
  struct Params {
    StochasticParams stochastic;
    std::string samples = "fresh";
    void describe(Fields& fields) {
      stochastic.describe(fields);
      fields.choice("samples", samples, {"fresh", "same"},
                    "of the second half: drawn anew, or those of the first half at the new point");
    }
  };
  static About about() {
    return {
        "extragradient with any estimator, fresh or the same samples in its two halves",
        "w = prox_g(z - g mean of g_m(z)), z+ = prox_g(z - g mean of g_m(w)), g_m an estimate of F_m\n"
        "theory: the step of extragradient, g^2 L^2 + 2 g mu <= 1 and g <= 1 / (2 L), or less where noise\n"
        "grows; with an accuracy e at most e M mu / (tau sigma^2), as for sgd",
        "Juditsky, Nemirovski, Tauvel 2011; same samples: Mishchenko et al. 2020"};
  }

  StochasticExtragradient(const Params& params, const Context& context)
      : StochasticMethod(params.stochastic, context), same_(params.samples == "same"), w_(z_.like()) {
    const double mu = std::max(context.constants.mu(), 0.0);
    estimate_with({});
    use_theory(std::min(two_step_bound(context.constants.L(), mu), noise_limit(mu)),
               std::string("min{ 1 / (2 L), 1 / (mu + sqrt(mu^2 + L^2)), ") + noise_rule + " }", 2,
               [=](double g) { return 1 - g * mu; });
  }

  void step() override {
    exchange(z_, F_);
    combine(w_, {{1, z_}, {-gamma_, F_}});  // w = P(z - gamma g(z; xi))
    problem_.prox(gamma_, w_);
    if (same_)
      exchange_again(w_, F_);
    else
      exchange(w_, F_);
    combine(z_, {{1, z_}, {-gamma_, F_}});  // z = P(z - gamma g(w; xi'))
    problem_.prox(gamma_, z_);
  }
  void state(Archive& archive) override { archive.common("z", z_); }

 private:
  bool same_;
  Vector w_;
};

}  // namespace

void register_stochastic_extragradient(Catalogue& all) {
  all.add<StochasticExtragradient>("stochastic_extragradient");
}

}  // namespace trivium::solvers
