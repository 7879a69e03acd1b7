#pragma once
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>

namespace trivium::noise::chains {

/// Evenly spaced values of n states, (2i - n + 1) / sqrt((n^2 - 1) / 3): mean 0 and variance 1 when each has
/// probability 1 / n. A single state has value 0.
class Ladder {
 public:
  explicit Ladder(std::size_t count)
      : middle_(static_cast<double>(count - 1) / 2),
        scale_(count > 1 ? std::sqrt((std::pow(static_cast<double>(count), 2) - 1) / 12) : 1) {}
  double at(std::uint64_t i) const { return (static_cast<double>(i) - middle_) / scale_; }

 private:
  double middle_, scale_;
};

/// A wave around a ring of n >= 2 states, sqrt(2) cos(2 pi i / n), or +-1 for n = 2: mean 0 and variance 1
/// when each state has probability 1 / n. It is an eigenfunction of every walk whose steps do not depend on
/// where it is.
class Wave {
 public:
  explicit Wave(std::size_t count)
      : angle_(2 * std::numbers::pi / static_cast<double>(count)),
        scale_(count == 2 ? 1 : std::numbers::sqrt2) {}
  double at(std::uint64_t i) const { return scale_ * std::cos(angle_ * static_cast<double>(i)); }
  /// 2 pi / n.
  double angle() const { return angle_; }

 private:
  double angle_, scale_;
};

}  // namespace trivium::noise::chains
