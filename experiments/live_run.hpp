#pragma once
#include <memory>

#include <trivium/mpi/network.hpp>
#include <trivium/solvers/make.hpp>

#include "prepared.hpp"

namespace trivium::experiments {

/// A method ready to go: its network and its solver. What is prepared must outlive it.
class LiveRun {
 public:
  LiveRun(Prepared& prepared, mpi::Transport& transport, const MethodRun& method, std::int64_t seed)
      : network_(transport, prepared.problem->traits().workers, prepared.start,
                 static_cast<std::uint64_t>(seed)),
        solver_(solvers::make(
            method.solver,
            {*prepared.problem, network_, *prepared.constants, prepared.start,
             prepared.solution ? &*prepared.solution : nullptr, prepared.noise ? &*prepared.noise : nullptr,
             method.estimator ? &*method.estimator : nullptr, prepared.chains})) {}

  solvers::Solver& solver() { return *solver_; }
  mpi::Network& network() { return network_; }

 private:
  mpi::Network network_;
  std::unique_ptr<solvers::Solver> solver_;
};

}  // namespace trivium::experiments
