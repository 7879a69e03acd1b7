#pragma once
#include <cmath>

namespace trivium::problems::detail {

/// 1 / (1 + exp(-t)) without overflow.
inline double logistic(double t) { return t >= 0 ? 1 / (1 + std::exp(-t)) : std::exp(t) / (1 + std::exp(t)); }
/// log(1 + exp(-t)) without overflow.
inline double logistic_loss(double t) {
  return t >= 0 ? std::log1p(std::exp(-t)) : std::log1p(std::exp(t)) - t;
}

/// The margin t at which  max over delta of log(1 + exp(-(t0 + <delta, x>))) - beta/2 |delta|^2  is attained.
/// The best delta is -s x with s = (t0 - t) / |x|^2, and s = p / beta, p = logistic(-t): t is a zero of
///
///   h(t) = t - t0 + q logistic(-t),    q = |x|^2 / beta,    h' = 1 - q logistic(t) logistic(-t).
///
/// For q <= 4 h increases and has one zero. For q > 4 it falls between -c and c, c = 2 arcosh(sqrt(q) / 2),
/// and the maxima are its zeros outside: there may be two, of which the better is taken.
double worst_margin(double t0, double q);

}  // namespace trivium::problems::detail
