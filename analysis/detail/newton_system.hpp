#pragma once
#include <optional>

#include <Eigen/LU>

#include "natural_map.hpp"

namespace trivium::analysis::detail {

/// The Newton equation V s = -R(z) of the natural map: by GMRES, and by a dense factorisation where the
/// Krylov space runs full and the matrix fits.
class NewtonSystem {
 public:
  explicit NewtonSystem(NaturalMap& map) : map_(map) {}
  /// `step` = s at the point of the map's last residual(), to |V s + R| <= tolerance |R| where that can be
  /// had. A map whose derivative is constant is solved to the last digits instead.
  void solve(double tolerance, Eigen::VectorXd& step);

 private:
  void factorise(Eigen::Index d);

  NaturalMap& map_;
  Eigen::VectorXd right_side_, product_;
  std::optional<Eigen::PartialPivLU<Eigen::MatrixXd>> factors_;
};

}  // namespace trivium::analysis::detail
