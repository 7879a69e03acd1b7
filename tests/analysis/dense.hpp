#pragma once
// The constants of affine problems by their definitions, in dense linear algebra written out here.
#include <limits>
#include <map>

#include <trivium/problems/problem.hpp>

#include "operators.hpp"

namespace trivium::analysis {

/// All eigenvalues of a symmetric matrix, ascending, by Jacobi's rotations.
inline Row eigenvalues(Matrix A) {
  const std::size_t n = A.size();
  for (int sweep = 0; sweep < 30; ++sweep)
    for (std::size_t p = 0; p < n; ++p)
      for (std::size_t q = p + 1; q < n; ++q) {
        if (A[p][q] == 0) continue;
        const double theta = 0.5 * std::atan2(2 * A[p][q], A[q][q] - A[p][p]), c = std::cos(theta),
                     s = std::sin(theta);
        for (std::size_t k = 0; k < n; ++k) {
          const double kp = A[k][p], kq = A[k][q];
          A[k][p] = c * kp - s * kq, A[k][q] = s * kp + c * kq;
        }
        for (std::size_t k = 0; k < n; ++k) {
          const double pk = A[p][k], qk = A[q][k];
          A[p][k] = c * pk - s * qk, A[q][k] = s * pk + c * qk;
        }
      }
  Row values(n);
  for (std::size_t i = 0; i < n; ++i) values[i] = A[i][i];
  std::sort(values.begin(), values.end());
  return values;
}

inline Matrix zeros(std::size_t n) { return Matrix(n, Row(n, 0.0)); }
inline Matrix sum(const Matrix& A, double weight, const Matrix& B) {
  Matrix C = A;
  for (std::size_t i = 0; i < A.size(); ++i)
    for (std::size_t j = 0; j < A.size(); ++j) C[i][j] += weight * B[i][j];
  return C;
}
inline Matrix gram(const Matrix& A) {
  Matrix C = zeros(A.size());
  for (std::size_t i = 0; i < A.size(); ++i)
    for (std::size_t j = 0; j < A.size(); ++j)
      for (std::size_t k = 0; k < A.size(); ++k) C[i][j] += A[k][i] * A[k][j];
  return C;
}
inline Matrix transpose(const Matrix& A) {
  Matrix C = A;
  for (std::size_t i = 0; i < A.size(); ++i)
    for (std::size_t j = 0; j < A.size(); ++j) C[i][j] = A[j][i];
  return C;
}
inline double largest(const Matrix& A) { return eigenvalues(A).back(); }
inline double spectral_norm(const Matrix& A) { return std::sqrt(largest(gram(A))); }

/// Gaussian elimination without exchanges keeps its pivots positive.
inline bool is_positive_definite(Matrix A) {
  for (std::size_t k = 0; k < A.size(); ++k) {
    if (!(A[k][k] > 0)) return false;
    for (std::size_t i = k + 1; i < A.size(); ++i)
      for (std::size_t j = k + 1; j < A.size(); ++j) A[i][j] -= A[i][k] / A[k][k] * A[k][j];
  }
  return true;
}

/// The least c with c (J + J^T)/2 - J^T J >= 0, by bisection; at least |J|; infinite when 5e11 |J| is not
/// enough.
inline double cocoercivity(const Matrix& J) {
  const Matrix twice = sum(J, 1, transpose(J)), squares = gram(J);
  const auto enough = [&](double c) {
    return is_positive_definite(sum(sum(zeros(J.size()), c / 2, twice), -1, squares));
  };
  double below = spectral_norm(J) / 2, above = 1e12 * below;
  if (!enough(above)) return std::numeric_limits<double>::infinity();
  while (above - below > 1e-13 * above) {
    const double middle = std::sqrt(below * above);
    (enough(middle) ? above : below) = middle;
  }
  return above;
}

/// All constants by their definitions.
inline std::map<problems::Which, double> dense_constants(const std::vector<Matrix>& J) {
  const double M = static_cast<double>(J.size());
  Matrix mean = zeros(J[0].size()), squares = mean, variance = mean, about_first = mean;
  for (const Matrix& own : J) mean = sum(mean, 1 / M, own);
  std::map<problems::Which, double> all;
  for (const Matrix& own : J) {
    squares = sum(squares, 1 / M, gram(own));
    variance = sum(variance, 1 / M, gram(sum(own, -1, mean)));
    about_first = sum(about_first, 1 / M, gram(sum(own, -1, J[0])));
    all[problems::Which::L_max] = std::max(all[problems::Which::L_max], spectral_norm(own));
    all[problems::Which::delta] = std::max(all[problems::Which::delta], spectral_norm(sum(own, -1, mean)));
    all[problems::Which::ell] = std::max(all[problems::Which::ell], cocoercivity(own));
    const double mu = eigenvalues(sum(own, 1, transpose(own))).front() / 2;
    all[problems::Which::mu_min] =
        all.count(problems::Which::mu_min) ? std::min(all[problems::Which::mu_min], mu) : mu;
  }
  all[problems::Which::L] = spectral_norm(mean);
  all[problems::Which::L_rms] = std::sqrt(largest(squares));
  all[problems::Which::mu] = eigenvalues(sum(mean, 1, transpose(mean))).front() / 2;
  all[problems::Which::d1] = spectral_norm(sum(mean, -1, J[0]));
  all[problems::Which::sig] = std::sqrt(largest(variance));
  all[problems::Which::sig1] = std::sqrt(largest(about_first));
  return all;
}

/// The workers' Jacobians at 0, column by column.
inline std::vector<Matrix> jacobians(problems::Problem& problem) {
  const std::size_t d = problem.traits().dimension;
  const Vector at(d);
  Vector column(d);
  std::vector<Matrix> J;
  for (int m = 0; m < problem.traits().workers.total; ++m) {
    J.push_back(zeros(d));
    for (std::size_t j = 0; j < d; ++j) {
      Vector unit(d);
      unit.span<double>()[j] = 1;
      problem.jacobian(m, at, unit, false, column);
      for (std::size_t i = 0; i < d; ++i) J.back()[i][j] = column.span<double>()[i];
    }
  }
  return J;
}

}  // namespace trivium::analysis
