// Randomized accelerated gradient descent, RASGD (Beznosikov, Samsonov, Sheshukova, Gasnikov, Naumov,
// Moulines 2023), for strongly convex f with F = grad f.  x_f: the point that takes the step, G: mean of the
// workers' estimates.
//   x_g  = theta x_f + (1 - theta) x
//   x_f+ = x_g - p gamma G(x_g)
//   x+   = eta x_f+ + (p - eta) x_f + (1 - p) (1 - beta) x + (1 - p) beta x_g
//   beta = sqrt(4 p^2 mu gamma / 3), eta = sqrt(3 / (mu gamma)), theta = (p / eta - 1) / (beta p / eta - 1)
// and mlmc with cap 1 / p + 2 / beta, batch b log2(cap). Without noise |x - x*|^2 + (6 / mu) (f(x_f) - f*),
// which is at least 3 |x_f - x*|^2, falls by 1 - sqrt(p^2 mu gamma / 3).
#include <trivium/core/stream.hpp>

#include "detail/stochastic_method.hpp"

namespace trivium::solvers {
namespace {

class RandomizedAcceleratedGradient final : public StochasticMethod {
 public:
  struct Params {
    StochasticParams stochastic{.dense = {}, .estimator = {"mlmc", {}, ""}};
    Tunable p;
    double b = 1;
    void describe(Fields& fields) {
      stochastic.describe(fields);
      fields.tunable("p", p, {0, 1, true},
                     "what of a step is taken: a number, or \"theory\", which is 1 where noise does not "
                     "grow; a multiple of "
                     "it is at most 1");
      fields.real("b", b, positive, "multiple of log2(cap) samples in the smallest batch");
    }
  };
  static About about() {
    return {"Nesterov's acceleration with multilevel Monte Carlo, for strongly convex functions",
            "x_g = theta x_f + (1 - theta) x, x_f+ = x_g - p g MLMC(grad f(x_g, xi)),\n"
            "x+ = eta x_f+ + (p - eta) x_f + (1 - p) (1 - beta) x + (1 - p) beta x_g\n"
            "beta = sqrt(4 p^2 mu g / 3), eta = sqrt(3 / (mu g)), theta = (p/eta - 1) / (beta p/eta - 1)\n"
            "cap of mlmc 1 / p + 2 / beta, batch b log2(cap)\n"
            "theory: g = 3 / (4 L), p = 1 / (1 + tau (growth / mu)^2 / (b M)), M the number of workers;\n"
            "for an accuracy e at most (e M b mu^(3/2) / (2 tau sigma^2))^2;\n"
            "without noise the factor is 1 - sqrt(p^2 mu g / 3)",
            "Beznosikov et al. 2023 (arXiv 2305.15938); p and the accuracy's step up to constants"};
  }

  RandomizedAcceleratedGradient(const Params& params, const Context& context)
      : StochasticMethod(params.stochastic, context), x_f_(z_), x_g_(z_.like()), before_(z_.like()) {
    if (problem_.traits().constrained)
      reject("randomized_accelerated_gradient takes no constraints; use randomized_extragradient");
    const double mu = context.constants.mu();
    if (!(mu > 0))
      reject("randomized_accelerated_gradient needs a strongly convex function, found mu = {}", mu);
    if (!step_is_given()) require_gradients(context.constants);
    p_ = params.p.theory ? std::min(params.p.resolve(theory_p(mu, params.b)), 1.0) : params.p.value;
    use_theory(std::min(3 / (4 * context.constants.L()), accuracy_limit(mu, params.b)),
               fmt::format("min{{ 3 / (4 L), (accuracy M b mu^(3/2) / (2 tau sigma^2))^2 }}; p = {:.4g}", p_),
               1, [=, this](double g) { return 1 - p_ * std::sqrt(mu * g / 3); });
    beta_ = p_ * std::sqrt(4 * mu * gamma_ / 3);
    eta_ = std::sqrt(3 / (mu * gamma_));
    theta_ = (p_ / eta_ - 1) / (beta_ * p_ / eta_ - 1);
    const double cap = 1 / p_ + 2 / beta_;
    estimate_with({std::max(1.0, params.b * std::log2(cap)), cap});
  }

  void step() override {
    copy(before_, x_f_);
    combine(x_g_, {{theta_, x_f_}, {1 - theta_, z_}});
    exchange(x_g_, F_);
    combine(x_f_, {{1, x_g_}, {-p_ * gamma_, F_}});  // x_f+ = x_g - p gamma G
    combine(z_, {{eta_, x_f_}, {p_ - eta_, before_}, {(1 - p_) * (1 - beta_), z_}, {(1 - p_) * beta_, x_g_}});
  }
  void state(Archive& archive) override {
    archive.common("x", z_);
    archive.common("x_f", x_f_);
  }

 private:
  /// Of a gradient of a convex function cocoercivity and Lipschitz constant are one number, and Jacobians are
  /// symmetric: of large problems only a bound of the first is known, and then the second tells.
  void require_gradients(problems::Constants& constants) {
    const double ell = constants.get(problems::Which::ell).value;
    const double L_max = constants.get(problems::Which::L_max).value;
    if (ell > 1.001 * L_max && !has_symmetric_jacobians())
      reject(
          "randomized_accelerated_gradient minimises convex functions, and the operators here are no "
          "gradients "
          "of such: ell = {} is above L_max = {}; use randomized_extragradient, or give step a number",
          ell, L_max);
  }
  /// Those of all workers at the start, along a random direction.
  bool has_symmetric_jacobians() {
    if (!problem_.traits().has_jacobian) return false;
    Stream stream(0, Purpose::start, everyone, 1);
    std::vector<double> direction(z_.size());
    for (double& entry : direction) entry = stream.normal();
    Vector v = z_.like(), forth = z_.like(), back = z_.like();
    v.assign(direction);
    double asymmetry = 0;
    const WorkerRange& workers = problem_.traits().workers;
    for (int m = workers.first; m < workers.last; ++m) {
      problem_.jacobian(m, z_, v, false, forth);
      problem_.jacobian(m, z_, v, true, back);
      asymmetry = std::max(asymmetry, squared_distance(forth, back) / dot(forth, forth));
    }
    const double rounding = z_.dtype() == Dtype::float32 ? 1e-4 : 1e-9;
    return network_.max_off_the_record(asymmetry) <= rounding * rounding;
  }
  double theory_p(double mu, double b) {
    if (noise().growth == 0) return 1;
    if (std::isinf(noise().tau)) reject_periodic("p");
    const double slope = noise().growth / mu;
    return 1 / (1 + noise().tau * slope * slope / (b * workers()));
  }
  double accuracy_limit(double mu, double b) {
    if (accuracy() == 0 || !has_noise() || noise().sigma == 0) return std::numeric_limits<double>::infinity();
    if (std::isinf(noise().tau) && !step_is_given()) reject_periodic("step");
    const double square = noise().sigma * noise().sigma;
    return std::pow(accuracy() * workers() * b * std::pow(mu, 1.5) / (2 * noise().tau * square), 2);
  }

  double p_ = 1, beta_, eta_, theta_;
  Vector x_f_, x_g_, before_;
};

}  // namespace

void register_randomized_accelerated_gradient(Catalogue& all) {
  all.add<RandomizedAcceleratedGradient>("randomized_accelerated_gradient");
}

}  // namespace trivium::solvers
