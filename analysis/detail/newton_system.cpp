#include "newton_system.hpp"

#include <algorithm>

#include "gmres.hpp"

namespace trivium::analysis::detail {
namespace {

constexpr Eigen::Index densest = 4096;                        // d products, d^2 numbers and d^3 operations
constexpr Eigen::Index most_entries = Eigen::Index{1} << 25;  // of Krylov vectors: a quarter of a gibibyte

GmresLimits limits_for(Eigen::Index d, double tolerance) {
  GmresLimits limits;
  limits.tolerance = tolerance;
  limits.restart = std::min(d, std::clamp<Eigen::Index>(most_entries / d, 30, 600));
  limits.products = d <= densest ? limits.restart : 2000;
  return limits;
}

}  // namespace

void NewtonSystem::factorise(Eigen::Index d) {
  Eigen::MatrixXd V(d, d);
  Eigen::VectorXd unit = Eigen::VectorXd::Zero(d);
  for (Eigen::Index j = 0; j < d; ++j) {
    unit[j] = 1;
    map_.derivative(unit, product_);
    V.col(j) = product_;
    unit[j] = 0;
  }
  factors_.emplace(std::move(V));
}

void NewtonSystem::solve(double tolerance, Eigen::VectorXd& step) {
  const problems::Traits& traits = map_.traits();
  const bool constant = traits.affine && traits.has_jacobian && !traits.constrained;
  if (constant) tolerance = 1e-11;
  get(map_.R(), right_side_);
  right_side_ = -right_side_;
  if (constant && factors_) {
    step = factors_->solve(right_side_);
    return;
  }
  const auto V = [&](const Eigen::VectorXd& v, Eigen::VectorXd& out) { map_.derivative(v, out); };
  const Eigen::Index d = right_side_.size();
  const GmresLimits limits = limits_for(d, tolerance);
  const double reached = gmres(V, right_side_, step, limits);
  if (reached <= tolerance || limits.restart == d || d > densest) return;
  factorise(d);
  const Eigen::VectorXd direct = factors_->solve(right_side_);
  map_.derivative(direct, product_);
  // A singular V has no useful factors, but GMRES may still have found the way.
  if ((product_ - right_side_).norm() < reached * right_side_.norm())
    step = direct;
  else
    factors_.reset();
}

}  // namespace trivium::analysis::detail
