#include "singular_values.hpp"

#include <algorithm>

namespace trivium::problems::detail {

SingularValues::SingularValues(std::size_t rows, std::size_t columns)
    : A_(static_cast<Eigen::Index>(rows), static_cast<Eigen::Index>(columns)),
      svd_(A_.rows(), A_.cols(), Eigen::ComputeThinU | Eigen::ComputeThinV),
      scaled_(A_.cols(), std::min(A_.rows(), A_.cols())) {}

bool SingularValues::decompose(std::span<const double> x) {
  std::copy(x.begin(), x.end(), A_.data());
  return svd_.compute(A_).info() == Eigen::Success;
}

void SingularValues::cut(double most, std::span<double> x) {
  scaled_ = svd_.matrixV() * svd_.singularValues().cwiseMin(most).asDiagonal();
  std::fill(x.begin(), x.end(), 0.0);
  Eigen::Map<Rows> transposed(x.data(), A_.cols(), A_.rows());  // A^T row-major lies in memory as A does
  products_.add(scaled_, svd_.matrixU().transpose(), transposed);
}

}  // namespace trivium::problems::detail
