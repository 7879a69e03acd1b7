#pragma once
#include <algorithm>
#include <cmath>
#include <limits>

#include "server.hpp"
#include "similarity.hpp"

namespace trivium::solvers {

/// Parameters of methods that gather F twice an iteration around a sub-problem of the server.
struct SlidingParams {
  Tunable step;
  InnerParams inner;
  std::string values = "float64";
  void describe(Fields& fields, const char* of_step) {
    fields.tunable("step", step, positive, of_step);
    inner.describe(fields);
    fields.choice("values", values, {"float64", "float32"}, "how the entries of vectors travel, both ways");
  }
  /// The sub-problems are solved as the theorem asks.
  bool accurate() const { return inner.inner == "theory" || inner.inner == "exact"; }
};

/// What such methods share, G = F - F_1 and g the step size:
///   the server broadcasts z, worker m sends F_m(z)
///   server: u = about the root over Z of G(z) + F_1(u) + (u - z) / g
///   the server broadcasts u, worker m sends F_m(u)
///   z+ = finish()
class Sliding : public Solver {
 public:
  void step() final {
    gather(z_, F_z_, F_1_z_);
    if (server_.here()) {
      combine(shift_, {{1, F_z_}, {-1, F_1_z_}});  // G(z)
      server_.solve(shift_, z_, gamma_, z_, u_);
    }
    gather(u_, F_u_, F_1_u_);
    if (server_.here()) finish();
    network_.share_off_the_record(z_);
  }
  const Vector& point() const final { return z_; }
  Theory theory() const final { return theory_; }
  void state(Archive& archive) final { archive.common("z", z_); }

 protected:
  Sliding(const SlidingParams& params, const Context& context)
      : problem_(context.problem),
        network_(context.network),
        dense_(dense(context, params.values)),
        server_(params.inner, context),
        mu_(server_.above_rounding(context.constants.mu())),
        z_(context.start),
        u_(z_.like()),
        shift_(z_.like()),
        F_z_(z_.like()),
        F_1_z_(z_.like()),
        F_u_(z_.like()),
        F_1_u_(z_.like()) {}

  /// z_ becomes z+; on the server.
  virtual void finish() = 0;

  /// Fixes gamma_ to 1 / (2 d1), or less so that g mu <= `most`; `rule` says so.
  void use_step(const Tunable& step, problems::Constants& constants, double most, const char* rule) {
    const double d1 = server_.above_rounding(constants.get(problems::Which::d1).value);
    double bound = std::numeric_limits<double>::infinity();
    if (d1 > 0) bound = 1 / (2 * d1);
    if (mu_ > 0) bound = std::min(bound, most / mu_);
    if (!std::isfinite(bound)) bound = 1 / server_.L_1();  // nothing limits it
    gamma_ = step.resolve(bound);
    const double bits = 2 * dense_->guarantee().expected_bits;
    theory_ = {bound, gamma_, 1, bits, bits, rule};
  }
  bool within_bound() const { return gamma_ <= theory_.step * (1 + 1e-12); }

  problems::Problem& problem_;
  mpi::Network& network_;
  std::unique_ptr<compressors::Compressor> dense_;
  Server server_;
  double mu_, gamma_ = 0;  // mu_: 0 for operators that are not strongly monotone
  Vector z_, u_, shift_, F_z_, F_1_z_, F_u_, F_1_u_;
  Theory theory_;

 private:
  /// F = F(x) and F_1 = F_1(x) on the server.
  void gather(Vector& x, Vector& F, Vector& F_1) {
    network_.broadcast(*dense_, x);
    network_.average(
        *dense_,
        [&](int m, Vector& message) {
          problem_.evaluate(m, x, message);
          if (m == 0) copy(F_1, message);
        },
        F);
  }
};

}  // namespace trivium::solvers
