#pragma once
#include <cmath>

#include <trivium/core/archive.hpp>
#include <trivium/core/fields.hpp>
#include <trivium/core/vector.hpp>

namespace trivium::solvers {

/// How a method divides its steps, entry by entry, by the size of the operator's estimates so far.
struct AdamParams {
  std::string scaling = "none";
  double beta1 = 0.5, beta2 = 0.999, epsilon = 1e-8;
  void describe(Fields& fields) {
    fields.choice("scaling", scaling, {"none", "adam"},
                  "of every step: none, or Adam's moments of all estimates so far (Extra-Adam)");
    fields.real("beta1", beta1, {0, 0.999999}, "adam: what the mean of the estimates keeps of itself");
    fields.real("beta2", beta2, {0, 0.999999}, "adam: what the mean of their squares keeps of itself");
    fields.real("epsilon", epsilon, positive, "adam: added to the root of that mean");
  }
};

/// Adam's moments (Kingma, Ba 2015). They see nothing but what everybody hears, so all ranks have the same.
class Adam {
 public:
  Adam(const AdamParams& params, const Vector& start)
      : params_(params), mean_(start.like()), square_(start.like()) {}

  /// The moments take F in; out = z - gamma mean / (sqrt(square) + epsilon), both without the bias of their
  /// start at 0. `out` may be `z`.
  void step(Vector& out, const Vector& z, double gamma, const Vector& F) {
    ++seen_;
    const double t = static_cast<double>(seen_);
    adam(out, z, mean_, square_, F,
         {.step = gamma,
          .first = params_.beta1,
          .second = params_.beta2,
          .epsilon = params_.epsilon,
          .first_sum = 1 - std::pow(params_.beta1, t),
          .second_sum = 1 - std::pow(params_.beta2, t)});
  }
  void state(Archive& archive) {
    archive.common("adam_mean", mean_);
    archive.common("adam_square", square_);
    archive.common("adam_seen", seen_);
  }

 private:
  AdamParams params_;
  Vector mean_, square_;
  std::uint64_t seen_ = 0;
};

}  // namespace trivium::solvers
