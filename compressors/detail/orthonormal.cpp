#include "orthonormal.hpp"

namespace trivium::compressors {

void orthonormalise(Eigen::Ref<Eigen::MatrixXd> P) {
  for (Eigen::Index j = 0; j < P.cols(); ++j) {
    auto column = P.col(j);
    for (int pass = 0; pass < 2; ++pass) {
      const double length = column.stableNorm();  // neither overflows nor vanishes by squaring
      if (length == 0) break;
      column /= length;
      for (Eigen::Index i = 0; i < j; ++i) column -= P.col(i).dot(column) * P.col(i);
    }
    // The second pass takes little from a column that is its own; of one that was rounding errors after the
    // first, it may take all. NaN stays NaN.
    const double length = column.stableNorm();
    if (length < 0.5)
      column.setZero();
    else
      column /= length;
  }
}

}  // namespace trivium::compressors
