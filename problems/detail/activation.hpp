#pragma once
#include <cmath>
#include <numbers>
#include <string>
#include <type_traits>

#include <Eigen/Core>

namespace trivium::problems::detail {

/// What stands between the layers of a network.
enum class Activation { relu, gelu, tanh };
inline Activation activation_named(const std::string& name) {
  return name == "relu" ? Activation::relu : name == "gelu" ? Activation::gelu : Activation::tanh;
}

/// z becomes phi(z) and slope phi'(z), entry by entry; both lie in one piece.
///   relu: max(z, 0), slope 0 at 0    gelu: z Phi(z), Phi the normal law (Hendrycks and Gimpel 2016)    tanh
/// What is not a number stays so.
template <class Values, class Slopes>
void activate(Activation activation, Values&& z, Slopes&& slope) {
  using T = typename std::decay_t<Values>::Scalar;
  if (activation == Activation::relu) {
    // One loop that vectorises, which Eigen's comparisons do not.
    T *values = z.data(), *slopes = slope.data();
    for (Eigen::Index i = 0; i < z.size(); ++i) {
      slopes[i] = values[i] > T{0} ? T{1} : T{0};
      values[i] *= slopes[i];
    }
  } else if (activation == Activation::tanh) {
    z = z.array().tanh().matrix();
    slope = (T{1} - z.array().square()).matrix();
  } else {
    constexpr T root_half = std::numbers::sqrt2_v<T> / 2;
    constexpr T density = std::numbers::inv_sqrtpi_v<T> * root_half;  // 1 / sqrt(2 pi)
    const auto law = [](T x) { return (1 + std::erf(x * root_half)) / 2; };
    slope = z.unaryExpr([=](T x) { return law(x) + x * density * std::exp(-x * x / 2); });
    z = z.unaryExpr([=](T x) { return x * law(x); });
  }
}

/// As above, and curvature phi''(z), apart from the others: relu 0 everywhere, gelu (2 - z^2) times the
/// normal density, tanh -2 phi phi'.
template <class Values, class Slopes, class Curvatures>
void activate(Activation activation, Values&& z, Slopes&& slope, Curvatures&& curvature) {
  using T = typename std::decay_t<Values>::Scalar;
  if (activation == Activation::relu) curvature.setZero();
  if (activation == Activation::gelu) {
    constexpr T density = std::numbers::inv_sqrtpi_v<T> * std::numbers::sqrt2_v<T> / 2;
    curvature = z.unaryExpr([=](T x) { return (2 - x * x) * density * std::exp(-x * x / 2); });
  }
  activate(activation, z, slope);
  if (activation == Activation::tanh) curvature = T{-2} * z.cwiseProduct(slope);
}

}  // namespace trivium::problems::detail
