#pragma once
#include <string>
#include <vector>

#include <trivium/core/errors.hpp>
#include <trivium/core/vector.hpp>
#include <trivium/mpi/network.hpp>
#include <trivium/problems/problem.hpp>

namespace trivium::analysis {

/// No solution was found: the operator may not be monotone. Thrown on all ranks alike.
class NoSolution : public InputError {
 public:
  using InputError::InputError;
};

struct Solution {
  std::vector<double> point;  ///< shape (d)
  double relative_residual =
      0;            ///< |z - P(z - F(z))| / |z0 - P(z0 - F(z0))|, P the prox of step 1, z0 the start
  std::string how;  ///< "known in closed form, checked" or the work that was done
};

/// A solution z with relative residual at most `tolerance`, or as small as the rounding of z allows where
/// that is more (always so for float32). The solution the problem knows is used after a check. Otherwise
/// Newton steps on the natural map, solved by GMRES and taken when they reduce the residual, alternate with
/// extragradient steps, which converge for every monotone F; both work with and without constraints, with and
/// without Jacobians.
///
/// Called by all ranks together, uncounted; the same bits for any number of ranks. Throws NoSolution when the
/// problem's own solution is none, and when the tolerance is not reached within 200 000 evaluations.
Solution solve(problems::Problem& problem, mpi::Network& network, const Vector& start,
               double tolerance = 1e-13);

}  // namespace trivium::analysis
