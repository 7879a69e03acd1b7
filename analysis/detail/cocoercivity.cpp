#include "cocoercivity.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>

#include "lanczos.hpp"

namespace trivium::analysis::detail {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr Index densest = 512;
constexpr double most_work = 5e10;         // M d^3
constexpr double well_conditioned = 1e-7;  // least eigenvalue of S over |J|: half of the digits stay
constexpr double bound_accuracy = 1e-3;    // the bound is looser than that

/// The largest eigenvalue of K K^T.
double largest_square(const MatrixXd& K) {
  const MatrixXd square = K * K.transpose();
  return Eigen::SelfAdjointEigenSolver<MatrixXd>(square, Eigen::EigenvaluesOnly).eigenvalues().maxCoeff();
}

/// The same when S may be singular or indefinite. Its eigenvectors with <J v, v> <= 0 must be in the kernel
/// of J, and then change neither side.
double semidefinite(const MatrixXd& J, const MatrixXd& S, double rounding) {
  const Eigen::SelfAdjointEigenSolver<MatrixXd> spectrum(S);
  const VectorXd& s = spectrum.eigenvalues();  // ascending
  const double zero = static_cast<double>(J.rows()) * rounding * J.norm();
  const Index flat = std::count_if(s.begin(), s.end(), [&](double value) { return value <= zero; });
  const MatrixXd images = J * spectrum.eigenvectors();
  if (flat > 0 && images.leftCols(flat).colwise().norm().maxCoeff() > zero) return infinity;
  const Index steep = s.size() - flat;
  if (steep == 0) return 0;
  const VectorXd scale = s.tail(steep).cwiseSqrt().cwiseInverse();
  return largest_square((images.rightCols(steep) * scale.asDiagonal()).transpose());
}

/// About the least eigenvalue of S: 1 / |S^-1| in the norm of the largest column sum, estimated.
double least_of(const MatrixXd& S, const Eigen::LLT<MatrixXd>& factor) {
  return factor.rcond() * S.cwiseAbs().colwise().sum().maxCoeff();
}

double dense_of(Jacobians& jacobians, int m, double rounding) {
  const Index d = jacobians.dimension();
  MatrixXd J(d, d);
  VectorXd unit = VectorXd::Zero(d), column;
  for (Index j = 0; j < d; ++j) {
    unit[j] = 1;
    jacobians.of_worker(m, unit, false, column);
    J.col(j) = column;
    unit[j] = 0;
  }
  return cocoercivity(J, rounding);
}

double bound_of(Jacobians& jacobians, int m, double rounding) {
  const Index d = jacobians.dimension();
  VectorXd image, transposed;
  const auto gram = [&](const VectorXd& v, VectorXd& out) {
    jacobians.of_worker(m, v, false, image);
    jacobians.of_worker(m, image, true, out);
  };
  const auto symmetric_part = [&](const VectorXd& v, VectorXd& out) {
    jacobians.of_worker(m, v, false, out);
    jacobians.of_worker(m, v, true, transposed);
    out = (out + transposed) / 2;
  };
  const Extreme square = lanczos(gram, d, End::largest, bound_accuracy);
  const double L_squared = square.value + square.error;
  if (L_squared == 0) return 0;
  const Extreme least = lanczos(symmetric_part, d, End::smallest, bound_accuracy);
  const double mu = least.value - least.error;
  return mu > static_cast<double>(d) * rounding * std::sqrt(L_squared) ? L_squared / mu : infinity;
}

}  // namespace

// With the factor R R^T = S and K = R^-1 J^T the eigenvalues are those of K K^T.
double cocoercivity(const Eigen::MatrixXd& J, double rounding) {
  const MatrixXd S = (J + J.transpose()) / 2;
  const Eigen::LLT<MatrixXd> factor(S);
  if (factor.info() != Eigen::Success ||
      least_of(S, factor) < std::max(well_conditioned, 10 * rounding) * J.norm())
    return semidefinite(J, S, rounding);
  return largest_square(factor.matrixL().solve(J.transpose()));
}

LargestCocoercivity largest_cocoercivity(Jacobians& jacobians, mpi::Network& network, double rounding) {
  const auto d = static_cast<double>(jacobians.dimension());
  LargestCocoercivity largest;
  largest.exact = jacobians.dimension() <= densest && jacobians.workers() * d * d * d <= most_work;
  const auto of = largest.exact ? dense_of : bound_of;
  for (int m = jacobians.here().first; m < jacobians.here().last && largest.value < infinity; ++m)
    largest.value = std::max(largest.value, of(jacobians, m, rounding));
  largest.value = network.max_off_the_record(largest.value);
  return largest;
}

}  // namespace trivium::analysis::detail
