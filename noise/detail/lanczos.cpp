#include "lanczos.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <Eigen/Eigenvalues>

#include <trivium/core/stream.hpp>

namespace trivium::noise::detail {
namespace {

constexpr int cycles = 5;
constexpr double inner_accuracy = 1e-9;
constexpr double epsilon = std::numeric_limits<double>::epsilon();

/// Krylov vectors of one cycle: all of a small space, and no more memory than a quarter of a gibibyte.
Eigen::Index krylov_dimension(Eigen::Index d) {
  const Eigen::Index fits = (Eigen::Index{1} << 25) / d;
  return std::min(d, std::clamp<Eigen::Index>(fits, 20, 200));
}

void leave_out(const Eigen::VectorXd& top, Eigen::VectorXd& w) { w -= top.dot(w) * top; }

/// Twice is enough (Parlett 1980).
void orthogonalise(const Eigen::Ref<const Eigen::MatrixXd>& V, const Eigen::VectorXd& top,
                   Eigen::VectorXd& w) {
  for (int time = 0; time < 2; ++time) {
    leave_out(top, w);
    const Eigen::VectorXd along = V.transpose() * w;
    w.noalias() -= V * along;
  }
}

/// The largest eigenvalue, the norm of its Ritz residual and its vector.
struct Ritz {
  /// Of the tridiagonal matrix with diagonal `alpha` and off-diagonal `beta`.
  Ritz(const Eigen::VectorXd& alpha, const Eigen::VectorXd& beta, Eigen::Index k) {
    Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> small;
    small.computeFromTridiagonal(alpha.head(k), beta.head(k - 1));
    value = small.eigenvalues()[k - 1];
    vector = small.eigenvectors().col(k - 1);
    error = beta[k - 1] * std::abs(vector[k - 1]);
  }
  double value, error;
  Eigen::VectorXd vector;
};

/// The largest eigenvalue of (I - sign S)^{-1} on the complement of the top, and its error. Anything below
/// `enough` need not be known well.
std::pair<double, double> largest_of_resolvent(const Contraction& S, double sign, double accuracy,
                                               double enough) {
  const Eigen::Index d = S.top.size(), most = krylov_dimension(d - 1);
  Eigen::MatrixXd V(d, most);
  Eigen::VectorXd alpha(most), beta(most), start(d), q, w;
  Stream stream(0, Purpose::start, everyone, 0);
  for (double& entry : start) entry = stream.normal();
  std::pair<double, double> found;
  for (int cycle = 0; cycle < cycles; ++cycle) {
    leave_out(S.top, start);
    q = start / start.norm();
    for (Eigen::Index k = 1; k <= most; ++k) {
      V.col(k - 1) = q;
      solve_resolvent(S, sign, q, inner_accuracy, w);
      alpha[k - 1] = q.dot(w);
      orthogonalise(V.leftCols(k), S.top, w);
      beta[k - 1] = w.norm();
      const Ritz ritz(alpha, beta, k);
      found = {ritz.value, ritz.error};
      const bool invariant = !(beta[k - 1] > 8 * epsilon * std::abs(alpha[0]));
      if (invariant || k == d - 1 || ritz.error <= accuracy * ritz.value) return found;
      if (k > 8 && ritz.value + ritz.error < enough) return found;
      if (k == most) start = V.leftCols(k) * ritz.vector;
      q = w / beta[k - 1];
    }
  }
  return found;
}

}  // namespace

double solve_resolvent(const Contraction& S, double sign, const Eigen::VectorXd& b, double accuracy,
                       Eigen::VectorXd& x) {
  constexpr int iterations = 100000;
  const Eigen::ArrayXd inverse_diagonal = (1 - sign * S.diagonal.array()).inverse();
  x = Eigen::VectorXd::Zero(b.size());
  Eigen::VectorXd r = b, p, q, z;
  leave_out(S.top, r);
  const double size = r.norm();
  if (size == 0) return 0;
  double product = 0;
  for (int i = 0; i < iterations && r.norm() > accuracy * size; ++i) {
    z = r.array() * inverse_diagonal;
    const double last = std::exchange(product, r.dot(z));
    if (i == 0)
      p = z;
    else
      p = z + product / last * p;
    S.apply(p, q);
    q = p - sign * q;
    const double step = product / p.dot(q);
    x += step * p;
    r -= step * q;
    if (sign > 0) leave_out(S.top, r);  // (I - S) maps into the complement; rounding does not
  }
  leave_out(S.top, x);
  return r.norm() / size;
}

Second second_eigenvalue(const Contraction& S, double accuracy) {
  const auto [above, above_error] = largest_of_resolvent(S, 1, accuracy, 0);
  const auto [below, below_error] = largest_of_resolvent(S, -1, accuracy, above);
  if (above >= below) return {1 - 1 / above, above_error / above};
  return {1 / below - 1, below_error / below};
}

}  // namespace trivium::noise::detail
