#pragma once
#include <optional>

#include "batches.hpp"
#include "snapshot.hpp"

namespace trivium::solvers {

/// What a worker of a MASHA method compresses: F_m(z) - F_m(w), or the mean over a fresh batch of its
/// summands of F_{m,j}(z) - F_{m,j}(w).
class Difference {
 public:
  /// All of F_m.
  explicit Difference(const Context& context) : problem_(context.problem) {}
  /// Batches of every worker's summands, for the method named.
  Difference(const char* method, const Amount& batch, const Context& context)
      : problem_(context.problem), at_snapshot_(context.start.like()) {
    batches_.emplace(method, batch, context);
  }

  /// out = the difference between z and the snapshot.
  void operator()(int m, const Vector& z, const Snapshot& snapshot, Vector& out) {
    if (!batches_) {
      problem_.evaluate(m, z, out);
      combine(out, {{1, out}, {-1, snapshot.of(m)}});
      return;
    }
    const std::span<const std::uint32_t> batch = batches_->draw(m);
    problem_.evaluate_samples(m, snapshot.point(), batch, at_snapshot_);
    problem_.evaluate_samples(m, z, batch, out);
    combine(out, {{1, out}, {-1, at_snapshot_}});
  }

  /// v with E|difference - (F_m(z) - F_m(w))|^2 <= v |z - w|^2 on average over the workers:
  /// L_loc^2 (r - s) / (s (r - 1)) for batches of s of r, 0 without batches.
  double variance(problems::Constants& constants) const {
    if (!batches_ || batches_->spread() == 0) return 0;
    const double L_loc = constants.get(problems::Which::L_loc).value;
    return L_loc * L_loc * batches_->spread();
  }
  /// Share of the summands in a batch, s / r; 1 without batches.
  double share() const { return batches_ ? batches_->least_share() : 1; }

 private:
  problems::Problem& problem_;
  std::optional<Batches> batches_;
  Vector at_snapshot_;
};

}  // namespace trivium::solvers
