#pragma once
#include <trivium/core/errors.hpp>
#include <trivium/solvers/solver.hpp>

namespace trivium::solvers {

/// Parameters that every uncompressed method has.
struct DenseParams {
  Tunable step;
  std::string values = "float64";
  void describe(Fields& fields) {
    fields.tunable("step", step, positive, "step size gamma: a number, \"theory\", or { theory = multiple }");
    fields.choice("values", values, {"float64", "float32"}, "how the entries of vectors travel, both ways");
  }
  ValueFormat format() const { return values == "float32" ? ValueFormat::float32 : ValueFormat::float64; }
};

/// What uncompressed methods share: the iterate, the step size and the exchange of F(z).
class DenseMethod : public Solver {
 public:
  const Vector& point() const override { return z_; }

 protected:
  DenseMethod(const DenseParams& params, const Context& context)
      : problem_(context.problem),
        network_(context.network),
        format_(params.format()),
        step_(params.step),
        z_(context.start),
        F_(context.start.like()) {}

  /// F = F(z): every worker sends F_m(z), everybody hears the mean.
  void evaluate(const Vector& z, Vector& F) {
    network_.exchange(
        format_, [&](int m, Vector& out) { problem_.evaluate(m, z, out); }, F);
  }

  /// Fixes gamma_. `bound` is the theorem's step size, `rate(g)` its factor per iteration, which holds up to
  /// the bound.
  template <class Rate>
  void use_theory(double bound, const std::string& rule, int exchanges, Rate rate) {
    gamma_ = step_.resolve(bound);
    const double bits = static_cast<double>(z_.size()) * bits_of(format_) * exchanges;
    theory_ = {bound, gamma_, gamma_ <= bound * (1 + 1e-12) ? rate(gamma_) : 1, bits, bits, rule};
  }
  Theory theory() const override { return theory_; }
  /// True when the step size is a number. Its constants are measured all the same: the predicted rate needs
  /// them.
  bool step_is_given() const { return !step_.theory; }

  problems::Problem& problem_;
  mpi::Network& network_;
  ValueFormat format_;
  Tunable step_;
  double gamma_ = 0;
  Vector z_, F_;
  Theory theory_;
};

}  // namespace trivium::solvers
