#pragma once
#include <vector>

#include "snapshot.hpp"

namespace trivium::solvers {

/// What a worker of a MASHA method compresses: F_m(z) - F_m(w), or the mean over a fresh batch of its
/// summands of F_{m,j}(z) - F_{m,j}(w).
class Difference {
 public:
  /// All of F_m.
  explicit Difference(const Context& context);
  /// `batch` of the summands of every worker. Throws InputError when a worker's operator is not a finite sum.
  Difference(const Context& context, const Amount& batch);

  /// out = the difference between z and the snapshot.
  void operator()(int m, const Vector& z, const Snapshot& snapshot, Vector& out);

  /// v with E|difference - (F_m(z) - F_m(w))|^2 <= v |z - w|^2 on average over the workers:
  /// L_loc^2 (r - s) / (s (r - 1)) for batches of s of r, 0 without batches.
  double variance(problems::Constants& constants) const;
  /// Share of the summands in a batch: s / r; 1 without batches.
  double share() const { return share_; }

 private:
  problems::Problem& problem_;
  mpi::Network& network_;
  bool batches_ = false;
  double share_ = 1, spread_ = 0;                   // s / r, (r - s) / (s (r - 1)): the worst worker's
  std::vector<std::vector<std::uint32_t>> chosen_;  // scratch: the batch of every local worker
  Vector at_snapshot_;
};

}  // namespace trivium::solvers
