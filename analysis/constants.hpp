#pragma once
#include <trivium/core/vector.hpp>
#include <trivium/mpi/network.hpp>
#include <trivium/problems/problem.hpp>

namespace trivium::analysis {

/// The constants of a problem: what it knows in closed form, and the rest measured when first asked for, at
/// the point `at` (the solution, where the constants of problems that are not affine are wanted).
///
/// With Jacobians J_m of the workers and their mean J, by Lanczos' method:
///   L = |J|    mu = least eigenvalue of (J + J^T)/2    L_max = max |J_m|    L_rms^2 = |(1/M) sum J_m^T J_m|
///   delta = max |J_m - J|    d1 = |J - J_1|    sig^2 = |(1/M) sum (J_m - J)^T (J_m - J)|    sig1: the same
///   with J_1 for J    L_loc^2 = |(1/M) sum over m, mean over j of (J_{m,j} - J_m)^T (J_{m,j} - J_m)|
///   ell = largest eigenvalue of J_m^T J_m x = c (J_m + J_m^T)/2 x, over all m; L_max for traits().convex
/// (J_1 belongs to worker 0). L_loc exists for finite sums alone: InputError otherwise, and where the problem
/// has no samples_gram. ell is infinite when a J_m is not cocoercive; for d > 512 or M d^3 > 5e10 it is
/// max |J_m|^2 / mu_m, mu_m the least eigenvalue of (J_m + J_m^T)/2: an upper bound. In dimensions above 1500
/// with more than 8 workers, delta is that of the 4 workers whose Jacobians differ most on random vectors: a
/// lower bound. Without Jacobians everything is bounded from differences of F on random pairs; of a problem
/// that is not solvable, by few of them, near the start and of some summands only, L_loc too.
///
/// Measuring is collective and uncounted: all ranks ask for the same constants in the same order, and get the
/// same bits for any number of ranks. `problem` and `network` must outlive the result.
problems::Constants constants(problems::Problem& problem, mpi::Network& network, const Vector& at);

}  // namespace trivium::analysis
