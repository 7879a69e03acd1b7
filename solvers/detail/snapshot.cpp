#include "snapshot.hpp"

#include <algorithm>
#include <cmath>

namespace trivium::solvers {

Snapshot::Snapshot(const SnapshotParams& params, const Context& context)
    : problem_(context.problem),
      network_(context.network),
      refresh_(params.refresh),
      format_(params.values == "float32" ? ValueFormat::float32 : ValueFormat::float64),
      takes_new_(params.snapshot == "new"),
      periodic_(params.schedule == "periodic"),
      w_(context.start),
      F_(w_.like()),
      F_m_(static_cast<std::size_t>(network_.workers().count()), w_.like()) {}

void Snapshot::use_theory(double theory) {
  probability_ = std::min(1.0, refresh_.resolve(theory));
  period_ = std::max<std::int64_t>(1, std::llround(1 / probability_));
}

double Snapshot::dense_bits() const { return static_cast<double>(w_.size()) * bits_of(format_); }

/// F_m(w) is kept as rounded for the wire, so that the workers' differences are taken from what was heard.
void Snapshot::exchange() {
  network_.exchange(
      format_,
      [&](int m, Vector& out) {
        problem_.evaluate(m, w_, out);
        if (format_ == ValueFormat::float32) round_to_float32(out);
        copy(F_m_[local(m)], out);
      },
      F_);
}

bool Snapshot::due() const {
  if (periodic_) return (iteration_ + 1) % period_ == 0;
  return Stream(network_.seed(), Purpose::refresh, everyone, network_.round()).bernoulli(probability_);
}

void Snapshot::end_iteration(bool fresh, const Vector& old_point, const Vector& new_point) {
  iteration_ += 1;
  if (!fresh) return;
  copy(w_, takes_new_ ? new_point : old_point);
  exchange();
}

void Snapshot::state(Archive& archive) {
  archive.common("w", w_);
  archive.common("F_w", F_);
  archive.common("iteration", iteration_);
  archive.workers("F_m_w", F_m_);
}

}  // namespace trivium::solvers
