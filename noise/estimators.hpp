#pragma once
#include <optional>
#include <span>

#include <trivium/core/catalogue.hpp>
#include <trivium/core/stream.hpp>

namespace trivium::noise::estimators {

/// Consecutive samples of a segment of a chain, and what their mean weighs in an estimate. Of a piece of
/// weight 0 nothing is evaluated: the chain only moves on.
struct Piece {
  std::size_t samples = 0;
  double weight = 0;
};

/// How many samples of its chain a worker takes for one estimate of its operator, and how it weighs them.
class Estimator {
 public:
  virtual ~Estimator() = default;
  /// The pieces of the next estimate, in the order of the chain; the weights add up to 1. Valid until the
  /// next call. Does not allocate after the first call.
  virtual std::span<const Piece> draw(Stream& stream) = 0;
  /// Samples that an estimate takes: on average, and at most.
  virtual double expected_samples() const = 0;
  virtual std::size_t most_samples() const = 0;
};

/// What a method's theory asks of an estimator; absent where it says nothing.
struct Sizes {
  std::optional<double> batch;  ///< B: samples in a batch, in the smallest one of mlmc
  std::optional<double> cap;    ///< M: most batches of that size in one estimate
};

using Catalogue = trivium::Catalogue<Estimator, const Sizes&>;
/// Every estimator, by name.
Catalogue& catalogue();

}  // namespace trivium::noise::estimators
