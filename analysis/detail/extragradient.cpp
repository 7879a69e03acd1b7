#include "extragradient.hpp"

#include <algorithm>
#include <cmath>

namespace trivium::analysis::detail {
namespace {

constexpr double largest_ratio =
    0.9;  // of gamma |F(half) - F(z)| to |half - z|; below 1 the distance to solutions falls
constexpr int most_cuts = 100;

}  // namespace

Extragradient::Extragradient(NaturalMap& map)
    : map_(map),
      half_(map.traits().dimension, map.traits().dtype, *map.traits().device),
      F_half_(half_.like()) {}

/// half = P(z - gamma F(z)) with gamma cut until it suits the operator between the two points.
void Extragradient::half_step(const Vector& z) {
  for (int cut = 0; cut < most_cuts; ++cut) {
    combine(half_, {{1, z}, {-gamma_, map_.F()}});
    map_.prox(gamma_, half_);
    map_.operator_at(half_, F_half_);
    const double ratio = gamma_ * std::sqrt(squared_distance(F_half_, map_.F()) / squared_distance(half_, z));
    if (ratio <= largest_ratio) {
      // A little longer next time, where there is room: a step cut far from the solution need not stay short.
      next_gamma_ = gamma_ * (ratio < 0.7 * largest_ratio ? 1.25 : 1.0);
      return;
    }
    if (squared_distance(half_, z) == 0) break;
    gamma_ *= std::isfinite(ratio) ? std::max(0.1, 0.9 * largest_ratio / ratio) : 0.1;
  }
  next_gamma_ = gamma_;
}

double Extragradient::run(Vector& z, double target, int iterations) {
  for (int done = 0;; ++done) {
    const double residual = map_.residual(z);
    if (residual <= target || done == iterations || !std::isfinite(residual)) return residual;
    half_step(z);
    combine(z, {{1, z}, {-gamma_, F_half_}});  // z+ = P(z - gamma F(half))
    map_.prox(gamma_, z);
    gamma_ = next_gamma_;
    ++iterations_;
  }
}

}  // namespace trivium::analysis::detail
