// Ergodic mirror descent (Duchi, Agarwal, Johansson, Jordan 2012) with the Euclidean map. G_k: mean of the
// workers' estimates of F(z_k).
//   z+ = P(z - alpha_k G_k), alpha_k = alpha / sqrt(k + 1)
// The point reported is sum alpha_k z_k / sum alpha_k, over the points at which operators were estimated.
#include "detail/stochastic_method.hpp"
#include "detail/theory.hpp"

namespace trivium::solvers {
namespace {

class MirrorDescent final : public StochasticMethod {
 public:
  struct Params {
    StochasticParams stochastic;
    void describe(Fields& fields) {
      fields.tunable("step", stochastic.dense.step, positive,
                     "alpha: a number, \"theory\", or { theory = multiple }");
      fields.choice("values", stochastic.dense.values, {"float64", "float32"},
                    "how the entries of vectors travel, both ways");
      fields.plugin("estimator", stochastic.estimator, noise::estimators::catalogue(),
                    "what a worker makes of the samples of its noisy operator");
    }
  };
  static About about() {
    return {"falling steps and the weighted mean of the iterates",
            "z+ = prox_g(z - a_k G_k), a_k = alpha / sqrt(k + 1), G_k the mean of estimates of F_m(z_k)\n"
            "reported: sum a_k z_k / sum a_k; for bounded estimates and sets its gap falls like\n"
            "sqrt(tau / k)\n"
            "theory: alpha = 1 / l, |F(a) - F(b)|^2 <= l <F(a) - F(b), a - b>: without noise no step leads\n"
            "away; no rate is stated",
            "Duchi, Agarwal, Johansson, Jordan 2012; alpha chosen here"};
  }

  MirrorDescent(const Params& params, const Context& context)
      : StochasticMethod(params.stochastic, context), mean_(z_) {
    const double bound = cocoercivity(context.constants).bound(0);
    if (bound == 0 && !step_is_given())
      reject(
          "mirror_descent: the theory's alpha = 1 / l needs a cocoercive operator, and l is infinite here; "
          "give "
          "step a number or use randomized_extragradient");
    use_theory(bound, "1 / l", 1, [](double) { return 1.0; });
    estimate_with({});
  }

  void step() override {
    exchange(z_, F_);
    const double alpha = gamma_ / std::sqrt(static_cast<double>(++iteration_));
    weight_ += alpha;
    combine(mean_, {{1 - alpha / weight_, mean_}, {alpha / weight_, z_}});
    combine(z_, {{1, z_}, {-alpha, F_}});  // z = P(z - alpha_k G)
    problem_.prox(alpha, z_);
  }
  const Vector& point() const override { return mean_; }
  void state(Archive& archive) override {
    archive.common("z", z_);
    archive.common("mean", mean_);
    archive.common("weight", weight_);
    archive.common("iteration", iteration_);
  }

 private:
  Vector mean_;
  double weight_ = 0;
  std::int64_t iteration_ = 0;
};

}  // namespace

void register_mirror_descent(Catalogue& all) { all.add<MirrorDescent>("mirror_descent"); }

}  // namespace trivium::solvers
