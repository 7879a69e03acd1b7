#include "snapshot.hpp"

#include <algorithm>
#include <cmath>

namespace trivium::solvers {

Snapshot::Snapshot(const SnapshotParams& params, const Context& context, Hears hears)
    : problem_(context.problem),
      network_(context.network),
      refresh_(params.refresh),
      format_(params.values == "float32" ? ValueFormat::float32 : ValueFormat::float64),
      hears_(hears),
      dense_(compressors::catalogue().make({"identity", {{"values", params.values}}, ""},
                                           {context.problem.traits().dimension, network_.workers().total})),
      takes_new_(params.snapshot == "new"),
      periodic_(params.schedule == "periodic"),
      w_(context.start),
      F_(w_.like()),
      F_1_(w_.like()),
      F_m_(static_cast<std::size_t>(network_.workers().count()), w_.like()) {}

void Snapshot::use_theory(double theory) {
  probability_ = std::min(1.0, refresh_.resolve(theory));
  period_ = std::max<std::int64_t>(1, std::llround(1 / probability_));
}

double Snapshot::dense_bits() const { return static_cast<double>(w_.size()) * bits_of(format_); }

/// F_m(w) is kept as rounded for the wire, so that the workers' differences are taken from what was heard.
void Snapshot::evaluate(int m, Vector& out) {
  problem_.evaluate(m, w_, out);
  if (format_ == ValueFormat::float32) round_to_float32(out);
  copy(F_m_[local(m)], out);
}

void Snapshot::exchange() {
  const auto worker = [&](int m, Vector& out) { evaluate(m, out); };
  if (hears_ == Hears::everybody) {
    network_.exchange(format_, worker, F_);
    return;
  }
  const bool with_F_1 = hears_ == Hears::server_with_F_1;
  if (with_F_1 && network_.is_server()) {
    network_.while_workers_wait([&] {
      if (network_.counting()) network_.ledger().local_steps += 1;
      const mpi::Network::OffTheRecord not_a_call(network_);
      problem_.evaluate(0, w_, F_1_);
    });
  }
  if (w_is_known_ && with_F_1)
    network_.broadcast(*dense_, F_1_);
  else if (with_F_1)
    network_.broadcast(*dense_, w_, F_1_);
  else if (!w_is_known_)
    network_.broadcast(*dense_, w_);
  network_.average(*dense_, worker, F_);
  w_is_known_ = false;  // the next one will not be; z_0 was
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
  archive.common("w_is_known", w_is_known_);
  if (hears_ == Hears::server_with_F_1) archive.common("F_1_w", F_1_);
  archive.workers("F_m_w", F_m_);
}

}  // namespace trivium::solvers
