#pragma once
#include <trivium/core/vector.hpp>
#include <trivium/mpi/network.hpp>
#include <trivium/problems/problem.hpp>

namespace trivium::analysis {

/// Error measures of a point that need the whole operator. Every function is called by all ranks together, is
/// not counted, and gives the same bits on all ranks, for any number of ranks. Nothing is allocated after
/// construction.
class Merits {
 public:
  /// `problem` and `network` must outlive this.
  Merits(problems::Problem& problem, mpi::Network& network);

  /// F = (1/M) sum F_m(z). Both have shape (d), the problem's type and device; `F` is not `z`.
  void operator_at(const Vector& z, Vector& F);
  /// |z - P(z - F(z))|^2, P the prox of step 1: zero exactly at solutions. |F(z)|^2 when there are no
  /// constraints.
  double natural_residual(const Vector& z);

 private:
  problems::Problem& problem_;
  mpi::Network& network_;
  Vector F_, image_;
};

}  // namespace trivium::analysis
