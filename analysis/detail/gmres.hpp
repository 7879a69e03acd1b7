#pragma once
#include "linear_map.hpp"

namespace trivium::analysis::detail {

struct GmresLimits {
  double tolerance = 1e-10;  ///< stop at |b - A x| <= tolerance |b|
  Eigen::Index restart = 200;
  Eigen::Index products = 1000;  ///< at most so many applications of A (a few more to measure the residual)
};

/// x with A x = b, approximately, by restarted GMRES from 0 (Saad, Schultz 1986). Returns |b - A x| / |b|,
/// which the caller judges: singular or slow systems end early with the best x found. Throws nothing.
double gmres(LinearMap A, const Eigen::VectorXd& b, Eigen::VectorXd& x, const GmresLimits& limits);

}  // namespace trivium::analysis::detail
