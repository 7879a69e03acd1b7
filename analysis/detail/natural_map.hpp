#pragma once
#include <trivium/mpi/network.hpp>
#include <trivium/problems/problem.hpp>

#include "linear_map.hpp"

namespace trivium::analysis::detail {

/// The natural map R(z) = z - P(z - F(z)), P the prox of step 1, and its directional derivatives. R = F
/// without constraints. Collective; the same bits on all ranks.
class NaturalMap {
 public:
  NaturalMap(problems::Problem& problem, mpi::Network& network);

  const problems::Traits& traits() const { return problem_.traits(); }
  /// z -> P_step(z), in place; step 0 is the projection onto the feasible set.
  void prox(double step, Vector& z) { problem_.prox(step, z); }
  /// F = F(z); counted in `evaluations`.
  void operator_at(const Vector& z, Vector& F);

  /// |R(z)|; afterwards F(), R() and derivative() speak of this z.
  double residual(const Vector& z);
  const Vector& F() const { return F_; }
  const Vector& R() const { return R_; }
  /// out = V v with V in the generalised Jacobian of R: V = I - D (I - J). J v comes from the problem's
  /// Jacobians or else from a difference of F; D, the derivative of P, from a difference of P, which is exact
  /// to rounding on polyhedra away from kinks.
  void derivative(const Eigen::VectorXd& v, Eigen::VectorXd& out);

  /// How much |R| can change when every entry of z moves by its last bit: no smaller residual can be asked
  /// for. Changes the point that derivative() speaks of.
  double rounding_level(const Vector& z);

  /// Evaluations of the mean operator or its Jacobian so far.
  long evaluations() const { return evaluations_; }

 private:
  void mean_jacobian(const Eigen::VectorXd& v, Vector& out);

  problems::Problem& problem_;
  mpi::Network& network_;
  double difference_;  // relative length of difference quotients
  double last_bit_;
  double length_ = 1;  // of the vectors that difference quotients move
  Vector at_, F_, moved_, image_, R_, direction_, product_, shifted_;
  Eigen::VectorXd change_;
  long evaluations_ = 0;
};

}  // namespace trivium::analysis::detail
