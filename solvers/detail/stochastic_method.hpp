#pragma once
#include <limits>
#include <optional>

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
  StochasticMethod(const StochasticParams& params, const noise::estimators::Sizes& sizes,
                   const Context& context)
      : DenseMethod(params.dense, context),
        estimate_(params.estimator, sizes, context),
        oracle_(context.oracle),
        accuracy_(params.accuracy) {}

  /// F = the mean of the workers' estimates of F_m(z) from fresh samples.
  void exchange(const Vector& z, Vector& F) {
    network_.exchange(
        format_, [&](int m, Vector& out) { estimate_(m, z, out); }, F);
  }
  /// Step size at which the floor g tau sigma^2 / mu is the accuracy asked for; infinite when none is.
  double accuracy_limit(double mu) {
    if (accuracy_ == 0 || oracle_ == nullptr) return std::numeric_limits<double>::infinity();
    const problems::oracles::Level level = oracle_->level();
    return accuracy_ * mu / (level.tau.value * level.sigma.value * level.sigma.value);
  }

  Estimate estimate_;

 private:
  problems::oracles::Oracle* oracle_;
  double accuracy_;
};

}  // namespace trivium::solvers
