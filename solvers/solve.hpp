#pragma once
#include <cstdint>
#include <optional>

#include <trivium/solvers/run.hpp>

namespace trivium::solvers {

inline Limits default_limits() {
  Limits limits;
  limits.residual = 1e-12;
  limits.iterations = 100000;
  return limits;
}

/// What `solve` may be told; everything has a default.
struct SolveOptions {
  Limits limits = default_limits();  ///< when to stop: residual 1e-12 or 100,000 iterations
  std::optional<Vector> start;       ///< z0; the problem's own, or zero
  std::optional<Vector> solution;    ///< enables limits.distance and the column `distance`; like the start of
                                     ///< any type, on any device
  std::int64_t every = 10;           ///< iterations between records
  std::uint64_t seed = 1;
  std::optional<Plugin>
      noise;  ///< what workers see of the problem (`trivium list oracles`); exact when absent
  std::optional<Plugin> estimator;  ///< what a method without an estimator of its own makes of the samples
};

struct Solved {
  Vector point;
  Stop stop;                    ///< why it ended
  std::vector<Record> history;  ///< bits, rounds, calls and merits; the last row is the end
};

/// Solves a problem with a method of the catalogue, by its name and parameters: solve(game, {"masha1",
/// {{"step", 0.1}}}). In one process, or collectively on all ranks of `transport`. Throws InputError for
/// unknown names and wrong parameters.
Solved solve(problems::Problem& problem, const Plugin& method, const SolveOptions& options = {});
Solved solve(problems::Problem& problem, const Plugin& method, const SolveOptions& options,
             mpi::Transport& transport);

}  // namespace trivium::solvers
