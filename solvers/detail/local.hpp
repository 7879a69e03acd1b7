#pragma once
#include <limits>

#include "dense_method.hpp"
#include "theory.hpp"

namespace trivium::solvers {

/// Parameters of methods whose workers take several steps on their own between two exchanges.
struct LocalParams : DenseParams {
  std::int64_t local_steps = 5;
  void describe(Fields& fields) {
    DenseParams::describe(fields);
    fields.integer("local_steps", local_steps, {1, 1000000},
                   "K: steps of every worker between two exchanges");
  }
};

/// What methods with local steps share. Worker m walks from y_0 = z to y_K along operators that add up to
/// S_m, and sends S_m in place of y_K: the server subtracts g mean S_m from z, and one local step is a step
/// of gradient, bit for bit.
class LocalMethod : public DenseMethod {
 public:
  void state(Archive& archive) override { archive.common("z", z_); }

 protected:
  using WorkerFunction = mpi::Network::WorkerFunction;

  /// Throws InputError for a problem with constraints: the mean of projected points solves another problem.
  LocalMethod(const char* name, const LocalParams& params, const Context& context)
      : DenseMethod(params, context),
        K_(static_cast<int>(params.local_steps)),
        S_(z_.like()),
        y_(z_.like()),
        name_(name) {
    if (problem_.traits().constrained)
      reject(
          "{}: nothing is proven for problems with constraints; use proxskip_vip or extragradient for them",
          name_);
  }

  /// S = mean of the S_m that the workers fill in, z = z - g S. Everybody hears S.
  void advance(WorkerFunction worker) {
    network_.exchange(format_, worker, S_);
    combine(z_, {{1, z_}, {-gamma_, S_}});
  }

  /// y_{k+1} = y_k - g (F_m(y_k) - own + common). From S = F_m(z) to S = the sum of F_m(y_k) over k < K.
  void corrected_steps(int m, const Vector& own, const Vector& common, Vector& S) {
    for (int k = 1; k < K_; ++k) {
      combine(y_, {{1, z_}, {-gamma_, S}, {gamma_ * k, own}, {-gamma_ * k, common}});  // y_k
      problem_.evaluate(m, y_, F_);
      combine(S, {{1, S}, {1, F_}});
    }
  }

  /// 1 / (K l + c (K - 1) L_max sqrt(l' / mu)); 0 without strong monotonicity. With x = g K and y_k - z bound
  /// by k g (1 + g L_max)^k times the first local step, the drift of the workers costs at most a x^2 L_max of
  /// that step, a = (1 - 1 / K) e^(1 / c) / 2.
  double drift_bound(double c, double l, double drifting, problems::Constants& constants) const {
    const double mu = constants.mu();
    if (!(mu > 0)) return 0;
    const double drift = K_ > 1 ? constants.get(problems::Which::L_max).value * std::sqrt(drifting / mu) : 0;
    return 1 / (K_ * l + c * (K_ - 1) * drift);
  }

  /// Fixes gamma_. Throws InputError when the theorem's step is asked for and there is none.
  template <class Rate>
  void use_local_theory(double bound, const std::string& rule, int exchanges, Rate rate) {
    if (!step_is_given() && !(bound > 0))
      reject(
          "{}: the theory step needs a strongly monotone operator (mu > 0), and this one is not; give step a "
          "number or use extragradient",
          name_);
    use_theory(bound, rule, exchanges, rate);
  }

  std::size_t local(int m) const { return static_cast<std::size_t>(m - network_.workers().first); }
  /// A zero vector for each local worker.
  std::vector<Vector> for_workers() const {
    return std::vector<Vector>(static_cast<std::size_t>(network_.workers().count()), z_.like());
  }

  int K_;
  Vector S_, y_;

 private:
  const char* name_;
};

}  // namespace trivium::solvers
