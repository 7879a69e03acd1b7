#pragma once
#include <memory>

#include <trivium/mpi/network.hpp>
#include <trivium/solvers/make.hpp>

#include "experiment.hpp"

namespace trivium::experiments {

/// A method ready to go: its network, its counted problem and its solver.
class LiveRun {
 public:
  LiveRun(problems::Problem& problem, const Vector& start, problems::Constants& constants,
          mpi::Transport& transport, const MethodRun& method, std::int64_t seed)
      : network_(transport, problem.traits().workers, start, static_cast<std::uint64_t>(seed)),
        counted_(solvers::count_calls(problem, network_)),
        solver_(solvers::catalogue().make(method.solver, {*counted_, network_, constants, start})) {}

  solvers::Solver& solver() { return *solver_; }
  mpi::Network& network() { return network_; }

 private:
  mpi::Network network_;
  std::unique_ptr<problems::Problem> counted_;
  std::unique_ptr<solvers::Solver> solver_;
};

}  // namespace trivium::experiments
