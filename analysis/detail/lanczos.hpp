#pragma once
#include "linear_map.hpp"

namespace trivium::analysis::detail {

enum class End { smallest, largest };

/// An eigenvalue of a symmetric matrix and the norm of its Ritz residual: some eigenvalue lies within `error`
/// of `value`.
struct Extreme {
  double value = 0;
  double error = 0;
};

/// The smallest or largest eigenvalue of the symmetric map A on R^d by Lanczos' method with full
/// reorthogonalisation, from a fixed random start (Parlett, The Symmetric Eigenvalue Problem, 13). Stops at
/// error <= accuracy |value|, or when rounding or the budget (a few thousand products) allows no more:
/// `error` says how far it came.
Extreme lanczos(LinearMap A, Eigen::Index d, End end, double accuracy);

}  // namespace trivium::analysis::detail
