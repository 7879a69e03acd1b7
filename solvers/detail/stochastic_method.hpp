#pragma once
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include <fmt/format.h>

#include "dense_method.hpp"
#include "estimate.hpp"

namespace trivium::solvers {

/// Parameters of methods that estimate operators from samples.
struct StochasticParams {
  DenseParams dense;
  Plugin estimator{"single", {}, ""};
  double accuracy = 0;
  void describe(Fields& fields) {
    dense.describe(fields);
    fields.plugin("estimator", estimator, noise::estimators::catalogue(),
                  "what a worker makes of the samples of its noisy operator");
    fields.real("accuracy", accuracy, non_negative,
                "e: the E|z - z*|^2 that the theory step is to reach; 0: the largest step that contracts");
  }
};

/// What they share: estimates in place of operators, and what the noise allows of a step size.
class StochasticMethod : public DenseMethod {
 protected:
  using Sizes = noise::estimators::Sizes;

  StochasticMethod(const StochasticParams& params, const Context& context)
      : DenseMethod(params.dense, context),
        estimator_(params.estimator),
        accuracy_(params.accuracy),
        context_(context) {}

  /// Once, before the first iteration: what the theory asks of the estimator. Sizes are added to the rule
  /// that use_theory has stated before. Throws InputError.
  void estimate_with(const Sizes& sizes) {
    estimate_.emplace(estimator_, sizes, context_);
    if (has_noise() && sizes.batch && sizes.cap)
      theory_.rule += fmt::format("; batch {:.4g}, cap {:.4g}", std::ceil(*sizes.batch * (1 - 1e-12)),
                                  std::ceil(*sizes.cap * (1 - 1e-12)));
  }

  /// F = the mean of the workers' estimates of F_m(z) from fresh samples.
  void exchange(const Vector& z, Vector& F) { exchange(*estimate_, z, F); }
  void exchange(Estimate& estimate, const Vector& z, Vector& F) {
    network_.exchange(
        format_, [&](int m, Vector& out) { estimate(m, z, out); }, F);
  }
  /// The same from the samples of the exchange before.
  void exchange_again(const Vector& z, Vector& F) {
    network_.exchange(
        format_, [&](int m, Vector& out) { estimate_->evaluate(m, z, out); }, F);
  }

  bool has_noise() const { return context_.oracle != nullptr; }
  /// E|G - F(z)|^2 <= (sigma + growth |z - z*|)^2 / M for the mean G over M workers, whose chains are
  /// independent; equal on all ranks.
  struct Noise {
    double sigma = 0, growth = 0, tau = 1;
    bool of_summands = false;
  };
  const Noise& noise() {
    if (noise_ || !has_noise()) return noise_ ? *noise_ : noise_.emplace();
    const problems::oracles::Level level = context_.oracle->level();
    const auto largest = [&](const Constant& mine) { return network_.max_off_the_record(mine.value); };
    const double growth = level.of_summands ? spread_of_summands() : largest(level.growth);
    return noise_.emplace(Noise{largest(level.sigma), growth, largest(level.tau), level.of_summands});
  }
  /// Lipschitz constant of the summands that the noise picks, as a root mean square: sqrt(l^2 + L_loc^2) for
  /// F with constant l. It stands for the largest one's, which is not known. l itself where the noise picks
  /// no summands.
  double with_summands(double l) {
    return has_noise() && !step_is_given() && noise().of_summands ? std::hypot(l, noise().growth) : l;
  }
  double workers() const { return network_.workers().total; }
  double accuracy() const { return accuracy_; }

  /// The largest step at which the floor g tau sigma^2 / (M mu) is the accuracy asked for, and at which noise
  /// that grows still leaves a contraction, g <= M mu / (2 tau growth^2). Infinite when nothing is asked for
  /// and nothing grows.
  /// Of `cocoercive_summands` no step within their own limit leads away, however they differ.
  double noise_limit(double mu, bool cocoercive_summands = false) {
    const double none = std::numeric_limits<double>::infinity();
    if (!has_noise() || step_is_given()) return none;
    if (accuracy_ > 0 && !(mu > 0))
      reject("accuracy needs a strongly monotone operator, found mu = {}; give step a number", mu);
    if (!(mu > 0)) return none;
    const Noise& here = noise();
    double limit = none;
    if (here.growth > 0 && !(here.of_summands && cocoercive_summands))
      limit = workers() * mu / (2 * here.tau * here.growth * here.growth);
    if (accuracy_ > 0 && here.sigma > 0)
      limit = std::min(limit, accuracy_ * workers() * mu / (here.tau * here.sigma * here.sigma));
    if (limit == 0 && !step_is_given()) reject_periodic("step");
    return limit;
  }
  [[noreturn]] static void reject_periodic(const char* parameter) {
    reject("the chain never forgets, its relaxation time is infinite; give {} a number", parameter);
  }
  static constexpr const char* noise_rule = "M mu / (2 tau growth^2), accuracy M mu / (tau sigma^2)";

  std::optional<Estimate> estimate_;

 private:
  /// L_loc where it is known or can be measured, else 0.
  double spread_of_summands() {
    const problems::Traits& traits = problem_.traits();
    const bool known = context_.constants.found().count(problems::Which::L_loc) > 0;
    const bool measurable = (traits.has_jacobian && traits.has_samples_gram) || !traits.solvable;
    return known || measurable ? context_.constants.get(problems::Which::L_loc).value : 0;
  }

  Plugin estimator_;
  double accuracy_;
  Context context_;
  std::optional<Noise> noise_;
};

}  // namespace trivium::solvers
