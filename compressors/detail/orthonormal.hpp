#pragma once
#include <Eigen/Core>

namespace trivium::compressors {

/// Replaces the columns of P, in order, by an orthonormal basis of their span (Gram-Schmidt, each column
/// twice). A column that depends on those before it becomes zero, so a zero matrix stays zero.
void orthonormalise(Eigen::Ref<Eigen::MatrixXd> P);

}  // namespace trivium::compressors
