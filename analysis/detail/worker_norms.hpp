#pragma once
#include "jacobians.hpp"
#include "lanczos.hpp"

namespace trivium::analysis::detail {

/// The square root of an eigenvalue and of its accuracy.
Extreme square_root(Extreme squared);

/// |J - J_k|. Collective.
Extreme distance_to_mean(Jacobians& jacobians, int k, double accuracy);
/// max over all workers of |J_m|. Collective.
Extreme largest_norm(Jacobians& jacobians, mpi::Network& network, double accuracy);

/// |J_1|, of worker 0. Collective.
Extreme norm_of_first(Jacobians& jacobians, mpi::Network& network, double accuracy);

/// min over all workers of the least eigenvalue of (J_m + J_m^T)/2. Collective.
Extreme least_monotonicity(Jacobians& jacobians, mpi::Network& network, double accuracy);

struct Farthest {
  Extreme norm;
  int workers_tried;  ///< all of them, or the few that differ most on random vectors
};
/// max over workers of |J_m - J|. Collective.
Farthest largest_distance_to_mean(Jacobians& jacobians, mpi::Network& network, double accuracy);

}  // namespace trivium::analysis::detail
