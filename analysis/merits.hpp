#pragma once
#include <map>
#include <string>

#include <trivium/core/vector.hpp>
#include <trivium/mpi/network.hpp>
#include <trivium/problems/problem.hpp>

namespace trivium::analysis {

/// Error measures of a point that need the whole operator. Every function is called by all ranks together, is
/// not counted, and gives the same bits on all ranks, for any number of ranks. Only `heterogeneity` and
/// `measures` allocate after construction.
class Merits {
 public:
  /// `problem` and `network` must outlive this.
  Merits(problems::Problem& problem, mpi::Network& network);

  /// True when `gap` can be asked for.
  bool has_gap() const { return problem_.traits().has_gap; }
  /// F = (1/M) sum F_m(z). Both have shape (d), the problem's type and device; `F` is not `z`.
  void operator_at(const Vector& z, Vector& F);
  /// |z - P(z - F(z))|^2, P the prox of step 1: zero exactly at solutions. |F(z)|^2 when there are no
  /// constraints.
  double natural_residual(const Vector& z);
  /// max over u in Z of <F(p), p - u> with p = P(z), the point itself when it is feasible: at least zero, and
  /// zero exactly at solutions. For a skew-symmetric affine F, a matrix game, it is the primal-dual gap
  /// max_y f(p_x, y) - min_x f(x, p_y) over Z. Only when the problem's traits have a gap.
  double gap(const Vector& z);
  /// What the problem measures beside all that, by name: means over the workers. None for most problems.
  std::map<std::string, double> measures(const Vector& z);
  /// The same names, nothing measured: NaN.
  std::map<std::string, double> no_measures() const;
  /// zeta = ((1/M) sum |F_m(z) - F(z)|^2)^(1/2), the heterogeneity of the workers at a point.
  double heterogeneity(const Vector& z);

 private:
  problems::Problem& problem_;
  mpi::Network& network_;
  Vector F_, image_;
};

}  // namespace trivium::analysis
