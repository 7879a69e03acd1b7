#pragma once
#include "jacobians.hpp"

namespace trivium::analysis::detail {

/// The smallest c with |J v|^2 <= c <J v, v> for all v, infinite when there is none: the largest eigenvalue
/// of J^T J x = c S x, S = (J + J^T)/2, on the complement of the kernel of J. At least |J|, at most |J|^2 /
/// mu where S >= mu > 0. `rounding` is the relative accuracy of J's entries: eigenvalues of S below d times
/// that of |J| are taken for zero.
double cocoercivity(const Eigen::MatrixXd& J, double rounding);

struct LargestCocoercivity {
  double value = 0;
  /// False when `value` is max |J_m|^2 / mu_m, mu_m the least eigenvalue of (J_m + J_m^T)/2: an upper bound.
  bool exact = true;
};
/// max over all workers of the cocoercivity constant of J_m. By dense eigenvalues for d <= 512 and M d^3 <=
/// 5e10, ten to twenty seconds of one core at worst; beyond that the bound, by Lanczos' method. The mu of
/// the mean bounds no mu_m from below, so that every worker is looked at. Collective.
LargestCocoercivity largest_cocoercivity(Jacobians& jacobians, mpi::Network& network, double rounding);

}  // namespace trivium::analysis::detail
