#include <algorithm>
#include <cmath>
#include <vector>

#include <Eigen/Eigenvalues>
#include <Eigen/LU>

#include <trivium/noise/detail/spectrum.hpp>

namespace trivium::noise::detail {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

VectorXd stationary_law(MatrixXd P) {
  const Index n = P.rows();
  for (Index k = n - 1; k > 0; --k) {  // leave state k out: watch the chain on 0..k-1 only
    P.col(k).head(k) /= P.row(k).head(k).sum();
    P.topLeftCorner(k, k).noalias() += P.col(k).head(k) * P.row(k).head(k);
  }
  VectorXd law = VectorXd::Ones(n);
  for (Index k = 1; k < n; ++k) law[k] = law.head(k).dot(P.col(k).head(k));
  return law / law.sum();
}

double second_eigenvalue(const MatrixXd& P, const VectorXd& law) {
  const Index n = P.rows();
  if (n == 1) return 0;
  const MatrixXd flow = law.asDiagonal() * P;
  if ((flow - flow.transpose()).cwiseAbs().maxCoeff() <= 1e-14 * flow.maxCoeff()) {
    // Reversible: D^(1/2) P D^(-1/2), D the diagonal matrix of the law, is symmetric.
    const VectorXd root = law.cwiseSqrt();
    const MatrixXd symmetric = root.asDiagonal() * P * root.cwiseInverse().asDiagonal();
    const Eigen::SelfAdjointEigenSolver<MatrixXd> solver(symmetric, Eigen::EigenvaluesOnly);
    return std::max(std::abs(solver.eigenvalues()[0]), std::abs(solver.eigenvalues()[n - 2]));
  }
  Eigen::VectorXcd all = Eigen::EigenSolver<MatrixXd>(P, false).eigenvalues();
  Index one = 0;
  (all.array() - 1).abs().minCoeff(&one);
  all[one] = 0;
  return all.cwiseAbs().maxCoeff();
}

double mixing_steps(const MatrixXd& P, const VectorXd& law, const MatrixXd& starts) {
  const auto far = [&law](const MatrixXd& laws) {
    return ((laws.rowwise() - law.transpose()).cwiseAbs().rowwise().sum() / 2).maxCoeff() > 0.25;
  };
  std::vector<MatrixXd> powers{P};  // P^(2^j)
  for (; far(starts * powers.back()); powers.push_back(powers.back() * powers.back()))
    if (powers.size() > 40) return INFINITY;
  // The most steps after which a start is still far, one binary digit after the other.
  double steps = 0;
  MatrixXd laws = starts;
  for (std::size_t j = powers.size() - 1; j-- > 0;) {
    MatrixXd later = laws * powers[j];
    if (!far(later)) continue;
    laws = std::move(later);
    steps += std::exp2(j);
  }
  return steps + 1;
}

double autocorrelation_time(const MatrixXd& P, const VectorXd& law, const VectorXd& values) {
  const Index n = P.rows();
  // (I - P + 1 law)^-1 f = sum of P^k f over k >= 0, for f of mean 0.
  const MatrixXd inverse_of = MatrixXd::Identity(n, n) - P + VectorXd::Ones(n) * law.transpose();
  const VectorXd sum = inverse_of.partialPivLu().solve(values);
  const VectorXd weighted = law.cwiseProduct(values);
  return 2 * weighted.dot(sum) - weighted.dot(values);
}

}  // namespace trivium::noise::detail
