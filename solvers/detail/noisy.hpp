#pragma once
#include <trivium/core/errors.hpp>

#include "estimate.hpp"

namespace trivium::solvers {

/// A problem whose workers evaluate estimates of their operators from fresh samples: what a method runs on
/// that knows nothing of noise. Prox, traits and what is known are the exact problem's.
class Noisy final : public problems::Problem {
 public:
  /// `context` holds the exact problem, counted, and the oracle.
  Noisy(const Plugin& estimator, const Context& context)
      : Problem(context.problem.traits()), problem_(context.problem), estimate_(estimator, {}, context) {}

  void evaluate(int m, const Vector& z, Vector& out) override { estimate_(m, z, out); }
  std::size_t samples(int) const override {
    reject(
        "a method that draws batches of summands itself cannot run on noisy operators; leave out the noise, "
        "or "
        "take a method with an estimator");
  }
  void prox(double step, Vector& z) override { problem_.prox(step, z); }
  double gap(const Vector& z, const Vector& F) override { return problem_.gap(z, F); }
  problems::Known known() const override { return problem_.known(); }

 private:
  problems::Problem& problem_;
  Estimate estimate_;
};

}  // namespace trivium::solvers
