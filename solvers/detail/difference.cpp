#include "difference.hpp"

#include <algorithm>

#include <trivium/core/errors.hpp>

namespace trivium::solvers {

Difference::Difference(const Context& context) : problem_(context.problem), network_(context.network) {}

Difference::Difference(const Context& context, const Amount& batch)
    : problem_(context.problem),
      network_(context.network),
      batches_(true),
      at_snapshot_(context.start.like()) {
  double least_share = 1, spread = 0;
  network_.agree([&] {
    for (int m = network_.workers().first; m < network_.workers().last; ++m) {
      const std::size_t r = problem_.samples(m);
      if (r == 0) reject("batches need operators that are finite sums, and the one of worker {} is not", m);
      const std::uint32_t s = batch.of(r, "batch");
      chosen_.emplace_back(s);
      const double all = static_cast<double>(r), some = s;
      least_share = std::min(least_share, some / all);
      if (r > 1) spread = std::max(spread, (all - some) / (some * (all - 1)));
    }
  });
  share_ = -network_.max_off_the_record(-least_share);
  spread_ = network_.max_off_the_record(spread);
}

void Difference::operator()(int m, const Vector& z, const Snapshot& snapshot, Vector& out) {
  if (!batches_) {
    problem_.evaluate(m, z, out);
    combine(out, {{1, out}, {-1, snapshot.of(m)}});
    return;
  }
  std::vector<std::uint32_t>& batch = chosen_[static_cast<std::size_t>(m - network_.workers().first)];
  Stream(network_.seed(), Purpose::samples, static_cast<std::uint64_t>(m), network_.round())
      .sample(static_cast<std::uint32_t>(problem_.samples(m)), batch);
  problem_.evaluate_samples(m, snapshot.point(), batch, at_snapshot_);
  problem_.evaluate_samples(m, z, batch, out);
  combine(out, {{1, out}, {-1, at_snapshot_}});
}

double Difference::variance(problems::Constants& constants) const {
  if (spread_ == 0) return 0;
  const double L_loc = constants.get(problems::Which::L_loc).value;
  return L_loc * L_loc * spread_;
}

}  // namespace trivium::solvers
