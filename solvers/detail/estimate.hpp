#pragma once
#include <cmath>
#include <memory>
#include <span>
#include <vector>

#include <trivium/noise/estimators.hpp>
#include <trivium/solvers/solver.hpp>

namespace trivium::solvers {

/// What workers estimate their operators from: samples of their noisy oracles, as many as an estimator takes.
/// Where the problem has no noise, the operators themselves. Samples enter the ledger when they are drawn,
/// calls when they are evaluated.
class Estimate {
 public:
  /// `sizes` is what the method's theory asks of the estimator. Throws InputError.
  Estimate(const Plugin& estimator, const noise::estimators::Sizes& sizes, const Context& context)
      : problem_(context.problem), network_(context.network), oracle_(context.oracle) {
    if (oracle_ == nullptr) return;
    estimator_ = noise::estimators::catalogue().make(estimator, sizes);
    passes_.resize(static_cast<std::size_t>(network_.workers().count()));
  }

  /// Worker m's next samples.
  void draw(int m) {
    if (oracle_ == nullptr) return;
    std::uint64_t drawn = 0;
    double weighed = 0;
    for (const noise::estimators::Piece& piece : oracle_->draw(m, *estimator_)) {
      drawn += piece.samples;
      if (piece.weight != 0) weighed += static_cast<double>(piece.samples);
    }
    passes(m) = weighed * oracle_->calls_per_sample(m);
    if (network_.counting()) network_.ledger().of(m).samples += drawn;
  }
  /// out = the estimate of F_m(z) from the samples last drawn; `out` is not `z`.
  void evaluate(int m, const Vector& z, Vector& out) {
    if (oracle_ == nullptr) return problem_.evaluate(m, z, out);
    if (network_.counting()) count_calls(m);
    oracle_->evaluate(m, z, out);
  }
  /// The same from fresh samples.
  void operator()(int m, const Vector& z, Vector& out) {
    draw(m);
    evaluate(m, z, out);
  }

  /// Samples that a worker takes for one estimate, on average; 0 without noise.
  double expected_samples() const { return estimator_ != nullptr ? estimator_->expected_samples() : 0; }

 private:
  double& passes(int m) { return passes_[static_cast<std::size_t>(m - network_.workers().first)]; }
  void count_calls(int m) {
    mpi::Account& account = network_.ledger().of(m);
    const double whole = std::floor(passes(m));
    account.calls += static_cast<std::uint64_t>(whole);
    account.batch_calls += static_cast<std::uint64_t>(std::llround((passes(m) - whole) * 0x1p32));
  }

  problems::Problem& problem_;
  mpi::Network& network_;
  problems::oracles::Oracle* oracle_;
  std::unique_ptr<noise::estimators::Estimator> estimator_;
  std::vector<double> passes_;  // what the samples last drawn are of full passes, for each worker here
};

}  // namespace trivium::solvers
