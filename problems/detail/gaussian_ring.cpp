#include "gaussian_ring.hpp"

#include <cmath>
#include <numbers>

namespace trivium::problems::detail {

double GaussianRing::angle(double mode) const {
  return 2 * std::numbers::pi * mode / static_cast<double>(modes);
}

std::array<double, 2> GaussianRing::draw(std::int64_t mode, Stream& stream) const {
  const double at = angle(static_cast<double>(mode));
  const double x = radius * std::cos(at) + deviation * stream.normal();
  return {x, radius * std::sin(at) + deviation * stream.normal()};
}

// The nearest mode of a point is that of the nearest angle.
std::int64_t GaussianRing::mode_of(double x, double y) const {
  if (!std::isfinite(x) || !std::isfinite(y)) return -1;
  const std::int64_t mode = std::lround(std::atan2(y, x) / angle(1));
  const double at = angle(static_cast<double>(mode));
  if (std::hypot(x - radius * std::cos(at), y - radius * std::sin(at)) > 4 * deviation) return -1;
  return (mode + modes) % modes;
}

}  // namespace trivium::problems::detail
