#pragma once
#include "natural_map.hpp"

namespace trivium::analysis::detail {

/// Extragradient with the step size found on the way (Khobotov 1987, Marcotte 1991): converges for every
/// monotone continuous F, with no constant known beforehand.
class Extragradient {
 public:
  explicit Extragradient(NaturalMap& map);
  /// Iterates on `z`, a feasible point, until |R(z)| <= target, `iterations` steps are done or nothing moves.
  /// Returns |R(z)|.
  double run(Vector& z, double target, int iterations);
  /// Steps done so far.
  long iterations() const { return iterations_; }

 private:
  void half_step(const Vector& z);

  NaturalMap& map_;
  Vector half_, F_half_;
  double gamma_ = 1, next_gamma_ = 1;
  long iterations_ = 0;
};

}  // namespace trivium::analysis::detail
