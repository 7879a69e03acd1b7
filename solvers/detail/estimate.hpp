#pragma once
#include <cmath>
#include <memory>
#include <span>

#include <trivium/noise/estimators.hpp>
#include <trivium/solvers/solver.hpp>

namespace trivium::solvers {

/// What workers estimate their operators from: samples of their noisy oracles, as many as an estimator takes.
/// Where the problem has no noise, the operators themselves. Samples enter the ledger.
class Estimate {
 public:
  /// `sizes` is what the method's theory asks of the estimator. Throws InputError.
  Estimate(const Plugin& estimator, const noise::estimators::Sizes& sizes, const Context& context)
      : problem_(context.problem), network_(context.network), oracle_(context.oracle) {
    if (oracle_ != nullptr) estimator_ = noise::estimators::catalogue().make(estimator, sizes);
  }

  /// Worker m's next samples.
  void draw(int m) {
    if (oracle_ == nullptr) return;
    const auto pieces = oracle_->draw(m, *estimator_);
    if (network_.counting()) count(m, pieces);
  }
  /// out = the estimate of F_m(z) from the samples last drawn; `out` is not `z`.
  void evaluate(int m, const Vector& z, Vector& out) {
    if (oracle_ == nullptr)
      problem_.evaluate(m, z, out);
    else
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
  void count(int m, std::span<const noise::estimators::Piece> pieces) {
    mpi::Account& account = network_.ledger().of(m);
    double evaluated = 0;
    for (const noise::estimators::Piece& piece : pieces) {
      account.samples += piece.samples;
      if (piece.weight != 0) evaluated += static_cast<double>(piece.samples);
    }
    account.batch_calls +=
        static_cast<std::uint64_t>(std::llround(evaluated * oracle_->calls_per_sample(m) * 0x1p32));
  }

  problems::Problem& problem_;
  mpi::Network& network_;
  problems::oracles::Oracle* oracle_;
  std::unique_ptr<noise::estimators::Estimator> estimator_;
};

}  // namespace trivium::solvers
