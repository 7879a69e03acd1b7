// MAG (Dorfman, Levy 2022): AdaGrad's step for the norm with multilevel Monte Carlo. G_k: mean of the
// workers' estimates of F(z_k).
//   z+ = P(z - D G_k / sqrt(|G_0|^2 + ... + |G_k|^2))
// It needs neither L nor the mixing time; batches of mlmc hold one sample, and its cap is the number of
// iterations that are planned.
#include "detail/stochastic_method.hpp"

namespace trivium::solvers {
namespace {

class Mag final : public StochasticMethod {
 public:
  struct Params {
    StochasticParams stochastic{.dense = {}, .estimator = {"mlmc", {}, ""}};
    std::int64_t horizon = 10000;
    void describe(Fields& fields) {
      fields.tunable("step", stochastic.dense.step, positive,
                     "D: a distance: a number, \"theory\", or { theory = multiple }");
      fields.choice("values", stochastic.dense.values, {"float64", "float32"},
                    "how the entries of vectors travel, both ways");
      fields.plugin("estimator", stochastic.estimator, noise::estimators::catalogue(),
                    "what a worker makes of the samples of its noisy operator");
      fields.integer("horizon", horizon, {1, 1e9}, "iterations planned: the cap of mlmc");
    }
  };
  static About about() {
    return {"steps from the size of all estimates so far, with multilevel Monte Carlo",
            "z+ = prox_g(z - g_k G_k), g_k = D / sqrt(|G_0|^2 + ... + |G_k|^2),\n"
            "G_k the mean over m of MLMC(F_m(z_k, xi)), with batch 1 and cap horizon\n"
            "theory: D = |z_0 - z*| where the problem states its solution, else |F(z_0)| / mu, which is not\n"
            "below it; no rate is stated",
            "Dorfman, Levy 2022"};
  }

  Mag(const Params& params, const Context& context) : StochasticMethod(params.stochastic, context) {
    const auto solution = problem_.known().solution;
    use_theory(solution ? distance_to(*solution) : distance_bound(context.constants.mu()),
               solution ? "|z_0 - z*|" : "|F(z_0)| / mu", 1, [](double) { return 1.0; });
    estimate_with({1, params.horizon});
  }

  void step() override {
    exchange(z_, F_);
    squares_ += dot(F_, F_);
    if (squares_ == 0) return;
    const double gamma = gamma_ / std::sqrt(squares_);
    combine(z_, {{1, z_}, {-gamma, F_}});  // z = P(z - D G / sqrt(sum of |G|^2))
    problem_.prox(gamma, z_);
  }
  void state(Archive& archive) override {
    archive.common("z", z_);
    archive.common("squares", squares_);
  }

 private:
  double distance_to(const std::vector<double>& solution) const {
    Vector there = z_.like();
    there.assign(solution);
    return std::max(std::sqrt(squared_distance(z_, there)), std::numeric_limits<double>::min());
  }
  /// <F(z_0), z_0 - z*> >= mu |z_0 - z*|^2.
  double distance_bound(double mu) {
    if (!(mu > 0)) {
      if (step_is_given()) return std::numeric_limits<double>::infinity();
      reject(
          "mag: the theory's D needs a known solution or strong monotonicity, found mu = {}; give step a "
          "number",
          mu);
    }
    network_.mean_off_the_record([&](int m, Vector& out) { problem_.evaluate(m, z_, out); }, F_);
    return std::max(norm(F_) / mu, std::numeric_limits<double>::min());
  }

  double squares_ = 0;
};

}  // namespace

void register_mag(Catalogue& all) { all.add<Mag>("mag"); }

}  // namespace trivium::solvers
