#include "lanczos.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <Eigen/Eigenvalues>

#include <trivium/core/stream.hpp>

namespace trivium::analysis::detail {
namespace {

constexpr int cycles = 5;

/// Krylov vectors of one cycle: all of a small space, and no more memory than a quarter of a gibibyte.
Eigen::Index krylov_dimension(Eigen::Index d) {
  const Eigen::Index fits = (Eigen::Index{1} << 25) / d;
  return std::min(d, std::clamp<Eigen::Index>(fits, 30, 600));
}

Eigen::VectorXd random_start(Eigen::Index d) {
  Stream stream(0, Purpose::start, everyone, 0);
  Eigen::VectorXd start(d);
  for (double& entry : start) entry = stream.normal();
  return start;
}

/// The wanted eigenpair of the tridiagonal matrix with diagonal `alpha` and off-diagonal `beta`.
struct Ritz {
  Ritz(const Eigen::VectorXd& alpha, const Eigen::VectorXd& beta, Eigen::Index k, End end) {
    Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> small;
    small.computeFromTridiagonal(alpha.head(k), beta.head(k - 1));
    const Eigen::Index at = end == End::largest ? k - 1 : 0;
    pair = {small.eigenvalues()[at], beta[k - 1] * std::abs(small.eigenvectors()(k - 1, at))};
    vector = small.eigenvectors().col(at);
  }
  Extreme pair;
  Eigen::VectorXd vector;
};

}  // namespace

Extreme lanczos(LinearMap A, Eigen::Index d, End end, double accuracy) {
  const Eigen::Index most = krylov_dimension(d);
  Eigen::MatrixXd V(d, most);
  Eigen::VectorXd alpha(most), beta(most), start = random_start(d), q, w;
  Extreme found;
  for (int cycle = 0; cycle < cycles; ++cycle) {
    q = start / start.norm();
    double scale = 0;
    // A small eigenproblem costs k^3, so it is looked at again after a fixed fraction of new vectors.
    for (Eigen::Index k = 1, next_look = 8; k <= most; ++k) {
      V.col(k - 1) = q;
      A(q, w);
      alpha[k - 1] = q.dot(w);
      orthogonalise(V.leftCols(k), w);
      beta[k - 1] = w.norm();
      scale = std::max({scale, std::abs(alpha[k - 1]), beta[k - 1]});
      const bool invariant = !(beta[k - 1] > std::numeric_limits<double>::epsilon() * scale);
      if (invariant || k == most || k >= next_look) {
        const Ritz ritz(alpha, beta, k, end);
        found = ritz.pair;
        if (invariant || k == d || found.error <= accuracy * std::abs(found.value)) return found;
        next_look = k + std::max<Eigen::Index>(2, k / 6);
        if (k == most) start = V.leftCols(k) * ritz.vector;
      }
      q = w / beta[k - 1];
    }
  }
  return found;
}

}  // namespace trivium::analysis::detail
