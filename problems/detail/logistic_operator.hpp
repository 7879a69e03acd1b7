#pragma once
#include <cstdint>
#include <memory>

#include "sparse_rows.hpp"

namespace trivium::problems::detail {

/// Some rows of a data set: `count` of them after `first`, or those named, counted from it.
struct RowList {
  std::size_t first, count;
  const std::uint32_t* samples = nullptr;
  std::size_t row_at(std::size_t i) const { return first + (samples == nullptr ? i : samples[i]); }
};

/// The operator of adversarial logistic regression as a mean over rows. Every vector has `dimension` entries.
class LogisticOperator {
 public:
  virtual ~LogisticOperator() = default;
  virtual std::size_t dimension() const = 0;
  /// out = F(z) over the rows given.
  virtual void evaluate(const RowList& rows, const double* z, double* out) const = 0;
  /// out = J(z) v or J(z)^T v of the same mean.
  virtual void jacobian(const RowList& rows, const double* z, const double* v, bool transposed,
                        double* out) const = 0;
  /// out = mean over the rows of J_i(z)^T J_i(z) v.
  virtual void gram(const RowList& rows, const double* z, const double* v, double* out) const = 0;
};

/// z = (x, y), one y for all rows: f = (1/N) sum_i log(1 + exp(-b_i <a_i + y, x>)) + lambda/2 |x|^2 - beta/2
/// |y|^2.
std::unique_ptr<LogisticOperator> shared_logistic(const SparseRows& rows, double lambda, double beta);

/// How far a row's own perturbation may go.
enum class Reach { l2, linf, penalty };
/// z = x, every row with a perturbation of its own at its maximum, in closed form. `amount` is the radius, or
/// beta of the penalty.
std::unique_ptr<LogisticOperator> per_sample_logistic(const SparseRows& rows, double lambda, Reach reach,
                                                      double amount);

}  // namespace trivium::problems::detail
