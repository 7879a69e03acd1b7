#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <trivium/core/archive.hpp>
#include <trivium/core/catalogue.hpp>
#include <trivium/core/constant.hpp>
#include <trivium/noise/chains.hpp>
#include <trivium/noise/estimators.hpp>
#include <trivium/problems/problem.hpp>

namespace trivium::problems::oracles {

using noise::estimators::Estimator;
using noise::estimators::Piece;

/// How loud the noise is: E|F_m(z, xi) - F_m(z)|^2 <= (sigma + growth |z - z*|)^2, and for how many steps of
/// the chain it stays as it is.
struct Level {
  Constant sigma, growth;
  Constant tau;              ///< relaxation time of the slowest chain here
  bool of_summands = false;  ///< growth is not stated here: it is the problem\'s L_loc
};

/// What workers see of their operators: F_m(z, xi), xi the state of a Markov chain of worker m's own. Under
/// the chain's stationary law, where every chain starts, E F_m(z, xi) = F_m(z).
class Oracle {
 public:
  virtual ~Oracle() = default;
  /// Worker m takes its next samples, as many as `estimator` asks for; `evaluate` is then about these.
  /// Returns the pieces; valid until the next call.
  virtual std::span<const Piece> draw(int m, Estimator& estimator) = 0;
  /// out = sum over the pieces of weight times the mean over the piece of F_m(z, xi); `out` is not `z`. As
  /// often as wanted, at any points, always for the samples last drawn by worker m.
  virtual void evaluate(int m, const Vector& z, Vector& out) = 0;
  /// What evaluating one sample costs in full passes over the worker's data: 1 / r for one of r rows.
  virtual double calls_per_sample(int m) const = 0;
  /// What worker m walks on, m one of this rank's workers.
  virtual const noise::chains::Chain& chain(int m) const = 0;
  /// For the workers of this rank; may measure the problem.
  virtual Level level() = 0;
  /// Where the chains and their random numbers are.
  virtual void state(Archive& archive) = 0;
};

/// What an oracle is made with. The problem outlives it.
struct Setting {
  Problem& problem;
  const Vector& start;               ///< z0
  const Vector* solution = nullptr;  ///< null when it is not known
  std::uint64_t seed = 0;            ///< of the chains and the estimators
  noise::chains::Supply chains;      ///< where chains come from
};

using Catalogue = trivium::Catalogue<Oracle, const Setting&>;
/// Every way that noise enters an operator, by name.
Catalogue& catalogue();

}  // namespace trivium::problems::oracles
