#include "gmres.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <Eigen/Jacobi>

namespace trivium::analysis::detail {
namespace {

constexpr double epsilon = std::numeric_limits<double>::epsilon();

/// min |beta e_1 - H y| over y while the Hessenberg matrix H grows by columns: H is kept triangular by
/// rotations.
class LeastSquares {
 public:
  LeastSquares(double beta, Eigen::Index most)
      : R_(Eigen::MatrixXd::Zero(most + 1, most)), g_(Eigen::VectorXd::Zero(most + 1)) {
    g_[0] = beta;
  }
  /// Adds the column (h, below). False, and no column added, when the system has become singular.
  bool add(const Eigen::VectorXd& h, double below) {
    const Eigen::Index k = size_;
    auto column = R_.col(k);
    column.head(k + 1) = h;
    column[k + 1] = below;
    for (Eigen::Index i = 0; i < k; ++i)
      column.applyOnTheLeft(i, i + 1, rotations_[static_cast<std::size_t>(i)]);
    Eigen::JacobiRotation<double> rotation;
    rotation.makeGivens(column[k], column[k + 1]);
    column.applyOnTheLeft(k, k + 1, rotation.adjoint());
    if (!(std::abs(column[k]) > epsilon * (h.norm() + below))) return false;
    g_.applyOnTheLeft(k, k + 1, rotation.adjoint());
    rotations_.push_back(rotation.adjoint());
    ++size_;
    return true;
  }
  Eigen::Index size() const { return size_; }
  double residual() const { return std::abs(g_[size_]); }
  Eigen::VectorXd solution() const {
    return R_.topLeftCorner(size_, size_).triangularView<Eigen::Upper>().solve(g_.head(size_));
  }

 private:
  Eigen::MatrixXd R_;
  Eigen::VectorXd g_;
  std::vector<Eigen::JacobiRotation<double>> rotations_;
  Eigen::Index size_ = 0;
};

/// x += the best correction in a Krylov space of dimension at most V.cols() - 1; r is the residual at x.
/// Returns the products spent.
Eigen::Index cycle(LinearMap A, const Eigen::VectorXd& r, double target, Eigen::MatrixXd& V,
                   Eigen::VectorXd& x) {
  const Eigen::Index most = V.cols() - 1;
  LeastSquares small(r.norm(), most);
  Eigen::VectorXd v = r / r.norm(), w;
  Eigen::Index products = 0;
  while (small.size() < most && small.residual() > target) {
    const Eigen::Index k = small.size();
    V.col(k) = v;
    A(v, w);
    ++products;
    const Eigen::VectorXd h = orthogonalise(V.leftCols(k + 1), w);
    const double below = w.norm();
    if (!std::isfinite(below) || !small.add(h, below)) break;
    if (below <= epsilon * h.norm()) break;  // the space is invariant: the solution is in it
    v = w / below;
  }
  x += V.leftCols(small.size()) * small.solution();
  return products;
}

}  // namespace

double gmres(LinearMap A, const Eigen::VectorXd& b, Eigen::VectorXd& x, const GmresLimits& limits) {
  x = Eigen::VectorXd::Zero(b.size());
  const double scale = b.norm(), target = limits.tolerance * scale;
  if (!(scale > 0)) return 0;
  Eigen::MatrixXd V(b.size(), std::min({limits.restart, limits.products, b.size()}) + 1);
  Eigen::VectorXd r = b, product;
  double residual = scale;
  for (Eigen::Index spent = 0; residual > target && spent < limits.products;) {
    spent += cycle(A, r, target, V, x);
    A(x, product);
    r = b - product;
    const double before = residual;
    residual = r.norm();
    if (!(residual <= 0.9 * before)) break;
  }
  return residual / scale;
}

}  // namespace trivium::analysis::detail
