#include "worst_margin.hpp"

#include <limits>

namespace trivium::problems::detail {
namespace {

/// The zero of h in [low, high], where h(low) <= 0 <= h(high) and h increases: Newton, and bisection where
/// that leaves the bracket.
double increasing_zero(double t0, double q, double low, double high) {
  double t = (low + high) / 2;
  for (int k = 0; k < 200; ++k) {
    const double p = logistic(-t), h = t - t0 + q * p;
    if (h == 0) return t;
    (h < 0 ? low : high) = t;
    double next = t - h / (1 - q * p * (1 - p));
    if (!(next > low && next < high)) next = (low + high) / 2;
    if (std::abs(next - t) <= 2 * std::numeric_limits<double>::epsilon() * std::abs(t) || next == low ||
        next == high)
      return next;
    t = next;
  }
  return t;
}

}  // namespace

double worst_margin(double t0, double q) {
  if (!std::isfinite(t0) || !std::isfinite(q)) return std::numeric_limits<double>::quiet_NaN();
  const double low = t0 - q, high = t0;  // h(low) <= 0 <= h(high)
  if (q <= 4) return increasing_zero(t0, q, low, high);
  const double c = 2 * std::acosh(std::sqrt(q) / 2);
  const auto h = [=](double t) { return t - t0 + q * logistic(-t); };
  const bool left = h(-c) >= 0, right = h(c) <= 0;
  if (left && !right) return increasing_zero(t0, q, low, -c);
  if (right && !left) return increasing_zero(t0, q, c, high);
  const double a = increasing_zero(t0, q, low, -c), b = increasing_zero(t0, q, c, high);
  // beta/2 |delta|^2 = (t0 - t)^2 / (2 q)
  const auto value = [=](double t) { return logistic_loss(t) - (t0 - t) * (t0 - t) / (2 * q); };
  return value(a) >= value(b) ? a : b;
}

}  // namespace trivium::problems::detail
