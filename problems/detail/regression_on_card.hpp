#pragma once
#include <vector>

#include <trivium/gpu/operators.hpp>

#include "sparse_rows.hpp"

namespace trivium::problems::detail {

/// The rows of this rank's workers on the card, and the operator of robust regression there; float64.
class RegressionOnCard {
 public:
  /// Throws InputError when there is no card, not enough memory on it, or a worker with 2^31 entries.
  RegressionOnCard(const SparseRows& rows, const WorkerRange& workers);
  /// out = F of the local worker `worker` at z; returns without waiting.
  void evaluate(std::size_t worker, double lambda, double beta, const Vector& z, Vector& out);

 private:
  struct Share {
    gpu::SparseMatrix A;
    Vector labels;
  };
  std::vector<Share> shares_;
  Vector residuals_;       // of one worker at a time: as many as the largest has
  Vector product_, mean_;  // <x, y> and the mean residual, one number each
};

}  // namespace trivium::problems::detail
