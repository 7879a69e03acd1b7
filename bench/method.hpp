#pragma once
#include <memory>

#include <trivium/mpi/network.hpp>
#include <trivium/solvers/make.hpp>
#include <trivium/solvers/solver.hpp>

namespace trivium::bench {

/// One rank that has all workers.
inline mpi::Transport& one_process() {
  static const auto transport = mpi::in_process();
  return *transport;
}

/// A method on a problem after its initial exchange: what the runner steps. `problem` and `start` must
/// outlive it. Constants that `known` lacks are an error. `seed` is the network's.
struct Method {
  Method(problems::Problem& problem, const Plugin& method, const Vector& start,
         std::map<problems::Which, problems::Constant> known, std::uint64_t seed = 1,
         mpi::Transport& transport = one_process())
      : network(transport, problem.traits().workers, start, seed),
        counted(solvers::count_calls(problem, network)),
        constants(std::move(known), {}),
        solver(solvers::catalogue().make(method, {*counted, network, constants, start})) {
    solver->start();
    network.ledger().before_first_iteration = false;
  }
  void step() { solver->step(); }

  mpi::Network network;
  std::unique_ptr<problems::Problem> counted;
  problems::Constants constants;
  std::unique_ptr<solvers::Solver> solver;
};

}  // namespace trivium::bench
