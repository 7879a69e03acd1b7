#include "regression_on_card.hpp"

#include <algorithm>

#include "on_device.hpp"

namespace trivium::problems::detail {

RegressionOnCard::RegressionOnCard(const SparseRows& rows, const WorkerRange& workers)
    : product_(1, Dtype::float64, gpu::device()), mean_(product_.like()) {
  std::size_t most = 1;
  for (int m = workers.first; m < workers.last; ++m) {
    shares_.push_back(
        {gpu::SparseMatrix(rows.features(), rows.offsets(m), rows.columns(), rows.values(), Dtype::float64),
         placed(rows.labels(m), gpu::device())});
    most = std::max(most, rows.count(m));
  }
  residuals_ = Vector(most, Dtype::float64, gpu::device());
}

// With r_i / N for the residuals, their sum is the mean rbar; see robust_regression.cpp.
void RegressionOnCard::evaluate(std::size_t worker, double lambda, double beta, const Vector& z,
                                Vector& out) {
  using gpu::ConstPart, gpu::Part, gpu::Op;
  const auto& [A, labels] = shares_[worker];
  const std::size_t n = z.size() / 2, N = labels.size();
  const ConstPart x(z, 0, n), y(z, n, n);
  const Part r(residuals_, 0, N);
  gpu::dot(x, y, product_);                                                          // <x, y>
  gpu::multiply(1, A, Op::plain, x, 0, r);                                           // r = A x
  gpu::settle_residuals(1 / static_cast<double>(N), product_, labels, r, mean_);     // r = (r + <x, y> - b)/N
  gpu::multiply(1, A, Op::transposed, ConstPart(residuals_, 0, N), 0, {out, 0, n});  // out_x = A^T r
  gpu::finish_regression(mean_, lambda, beta, z, out);
}

}  // namespace trivium::problems::detail
