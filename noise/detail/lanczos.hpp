#pragma once
#include <Eigen/Core>

#include <trivium/core/function_ref.hpp>

namespace trivium::noise::detail {

/// out = A x; `out` is not `x`.
using LinearMap = FunctionRef<void(const Eigen::VectorXd& x, Eigen::VectorXd& out)>;

/// A symmetric S with spectrum in [-1, 1], its diagonal, and its unit eigenvector of the simple eigenvalue 1.
struct Contraction {
  LinearMap apply;
  const Eigen::VectorXd& diagonal;
  const Eigen::VectorXd& top;
};

/// x with (I - sign S) x = b, sign 1 or -1, for b orthogonal to `top`; x is orthogonal to it too. Conjugate
/// gradients preconditioned by the diagonal, to |residual| <= accuracy |b|. Returns the relative residual
/// reached.
double solve_resolvent(const Contraction& S, double sign, const Eigen::VectorXd& b, double accuracy,
                       Eigen::VectorXd& x);

/// The eigenvalue of S, but that of `top`, that is largest in absolute value. `error` bounds the relative
/// error of 1 - |value|, up to some eigenvalue.
struct Second {
  double value = 0;
  double error = 0;
};

/// Lanczos' method with full reorthogonalisation, from a fixed random start, on (I - S)^{-1} and
/// (I + S)^{-1}, where the wanted ends of the spectrum lie far apart from the rest (Parlett, The Symmetric
/// Eigenvalue Problem, 13). -1 must not be an eigenvalue. Stops at error <= accuracy, or when its budget, a
/// thousand of systems, is spent.
Second second_eigenvalue(const Contraction& S, double accuracy);

}  // namespace trivium::noise::detail
