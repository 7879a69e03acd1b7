#pragma once
#include "batches.hpp"

namespace trivium::solvers {

/// Loopless SVRG for workers whose operator is a finite sum: each has a reference point w_m, at which it
/// knows F_m(w_m), and estimates F_m(z) from a fresh batch S_m of s of its r summands,
///   v_m = (1/s) sum_{j in S_m} (F_{m,j}(z) - F_{m,j}(w_m)) + F_m(w_m).
class ReferencePoints {
 public:
  /// All at the start. Throws InputError as Batches does.
  ReferencePoints(const char* method, const Amount& batch, const Context& context)
      : batches_(method, batch, context),
        problem_(context.problem),
        network_(context.network),
        at_w_(context.start.like()),
        w_(static_cast<std::size_t>(network_.workers().count()), context.start),
        F_w_(w_.size(), context.start.like()) {}

  const Batches& batches() const { return batches_; }
  const Vector& value(int m) const { return F_w_[local(m)]; }  ///< F_m(w_m)

  /// Evaluates the F_m(w_m), before the first iteration.
  void begin() {
    network_.each_worker([&](int m) { problem_.evaluate(m, w_[local(m)], F_w_[local(m)]); });
  }
  /// out = v_m; then w_m = z with a coin of the worker's own, of probability s / r, for one call. `number` is
  /// that of the iteration: batch and coin are drawn from it.
  void estimate(int m, const Vector& z, std::uint64_t number, Vector& out) {
    Vector &w = w_[local(m)], &F_w = F_w_[local(m)];
    const auto batch = batches_.draw(m, number);
    problem_.evaluate_samples(m, w, batch, at_w_);
    problem_.evaluate_samples(m, z, batch, out);
    combine(out, {{1, out}, {-1, at_w_}, {1, F_w}});  // v = F_S(z) - F_S(w) + F(w), all of worker m
    if (!renews(m, number)) return;
    copy(w, z);
    problem_.evaluate(m, w, F_w);
  }
  void state(Archive& archive) {
    archive.workers("w_m", w_);
    archive.workers("F_m_w", F_w_);
  }

 private:
  bool renews(int m, std::uint64_t number) const {
    return Stream(network_.seed(), Purpose::refresh, static_cast<std::uint64_t>(m), number)
        .bernoulli(batches_.share(m));
  }
  std::size_t local(int m) const { return static_cast<std::size_t>(m - network_.workers().first); }

  Batches batches_;
  problems::Problem& problem_;
  mpi::Network& network_;
  Vector at_w_;
  std::vector<Vector> w_, F_w_;
};

}  // namespace trivium::solvers
