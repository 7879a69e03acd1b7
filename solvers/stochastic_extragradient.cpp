// Stochastic extragradient.  g_m(.; xi): worker m's estimate of F_m from samples xi.
//   w  = P(z - gamma mean over m of g_m(z; xi))
//   z+ = P(z - gamma mean over m of g_m(w; xi')),  xi' fresh, or the same samples xi
// With scaling = "adam" both steps are Adam's, over moments that take in both means: Extra-Adam (Gidel et al.
// 2019).
#include "detail/adam.hpp"
#include "detail/stochastic_method.hpp"
#include "detail/theory.hpp"

namespace trivium::solvers {
namespace {

class StochasticExtragradient final : public StochasticMethod {
 public:
  struct Params {
    StochasticParams stochastic;
    std::string samples = "fresh";
    AdamParams adam;
    void describe(Fields& fields) {
      stochastic.describe(fields);
      fields.choice("samples", samples, {"fresh", "same"},
                    "of the second half: drawn anew, or those of the first half at the new point");
      adam.describe(fields);
    }
  };
  static About about() {
    return {
        "extragradient with any estimator, fresh or the same samples in its two halves; Extra-Adam",
        "w = prox_g(z - g mean of g_m(z)), z+ = prox_g(z - g mean of g_m(w)), g_m an estimate of F_m\n"
        "theory: the step of extragradient, g^2 L^2 + 2 g mu <= 1 and g <= 1 / (2 L), or less where noise\n"
        "grows; with an accuracy e at most e M mu / (tau sigma^2), as for sgd\n"
        "adam: g a / (sqrt(b) + epsilon) in place of g G for each mean G of the g_m, with\n"
        "a = beta1 a + (1 - beta1) G and b = beta2 b + (1 - beta2) G^2 before, entry by entry, a and b then\n"
        "divided by 1 - beta^t after t means G; both halves count. Prox as before. No theory",
        "Juditsky, Nemirovski, Tauvel 2011; same samples: Mishchenko et al. 2020; adam: Gidel, Berard, "
        "Vignoud, Vincent, Lacoste-Julien 2019"};
  }

  StochasticExtragradient(const Params& params, const Context& context)
      : StochasticMethod(params.stochastic, context), same_(params.samples == "same"), w_(z_.like()) {
    estimate_with({});
    if (params.adam.scaling == "adam") {
      scale_by_adam(params.adam);
      return;
    }
    const double mu = std::max(context.constants.mu(), 0.0);
    use_theory(std::min(two_step_bound(context.constants.L(), mu), noise_limit(mu)),
               std::string("min{ 1 / (2 L), 1 / (mu + sqrt(mu^2 + L^2)), ") + noise_rule + " }", 2,
               [=](double g) { return 1 - g * mu; });
  }

  void step() override {
    exchange(z_, F_);
    move(w_);  // w = P(z - gamma g(z; xi))
    if (same_)
      exchange_again(w_, F_);
    else
      exchange(w_, F_);
    move(z_);  // z = P(z - gamma g(w; xi'))
  }
  void state(Archive& archive) override {
    archive.common("z", z_);
    if (adam_) adam_->state(archive);
  }

 private:
  void move(Vector& out) {
    if (adam_)
      adam_->step(out, z_, gamma_, F_);
    else
      combine(out, {{1, z_}, {-gamma_, F_}});
    problem_.prox(gamma_, out);
  }
  void scale_by_adam(const AdamParams& params) {
    if (!step_is_given())
      reject("stochastic_extragradient: there is no theory for scaling = \"adam\"; give step a number");
    if (accuracy() > 0)
      reject("stochastic_extragradient: accuracy is for theory's step, and scaling = \"adam\" has none");
    adam_.emplace(params, z_);
    use_theory(0, "none", 2, [](double) { return 1.0; });
  }

  bool same_;
  Vector w_;
  std::optional<Adam> adam_;
};

}  // namespace

void register_stochastic_extragradient(Catalogue& all) {
  all.add<StochasticExtragradient>("stochastic_extragradient");
}

}  // namespace trivium::solvers
