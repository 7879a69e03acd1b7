#pragma once
#include <cstddef>
#include <span>

#include <Eigen/SVD>

#include "products.hpp"

namespace trivium::problems::detail {

/// The singular value decomposition A = U S V^T of matrices of one shape. Its memory is made once, but for
/// matrices that are not square with both sides of 48 or more: Eigen takes some for every one of them.
class SingularValues {
 public:
  SingularValues(std::size_t rows, std::size_t columns);

  /// Decomposes x, the columns one after another, shape (columns, rows); false when an entry is not finite.
  bool decompose(std::span<const double> x);
  /// Of the matrix decomposed last.
  double largest() const { return svd_.singularValues()[0]; }
  double sum() const { return svd_.singularValues().sum(); }

  /// x = U min(S, most) V^T of the matrix decomposed last.
  void cut(double most, std::span<double> x);

 private:
  using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

  Eigen::MatrixXd A_;
  Eigen::JacobiSVD<Eigen::MatrixXd> svd_;
  Rows scaled_;  // V min(S, most)
  Products<double> products_;
};

}  // namespace trivium::problems::detail
