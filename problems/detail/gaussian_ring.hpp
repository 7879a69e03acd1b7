#pragma once
#include <array>
#include <cstdint>
#include <set>

#include <trivium/core/stream.hpp>

namespace trivium::problems::detail {

/// A mixture of equal Gaussians in the plane, equally spaced on a circle about zero, the first at angle 0.
struct GaussianRing {
  std::int64_t modes = 8;
  double radius = 2;
  double deviation = 0.1;  ///< of every Gaussian, in each coordinate

  /// A point of a mode; modes are counted round and round.
  std::array<double, 2> draw(std::int64_t mode, Stream& stream) const;
  /// The mode that has (x, y) within 4 deviations, or -1.
  std::int64_t mode_of(double x, double y) const;

 private:
  double angle(double mode) const;
};

/// How many points lie near a mode, and near which ones.
class Found {
 public:
  explicit Found(const GaussianRing& ring) : ring_(ring) {}
  void add(double x, double y) {
    const std::int64_t mode = ring_.mode_of(x, y);
    ++points_;
    if (mode < 0) return;
    ++near_;
    modes_.insert(mode);
  }
  double share() const { return static_cast<double>(near_) / static_cast<double>(points_); }
  double modes() const { return static_cast<double>(modes_.size()); }

 private:
  GaussianRing ring_;
  std::size_t points_ = 0, near_ = 0;
  std::set<std::int64_t> modes_;
};

}  // namespace trivium::problems::detail
