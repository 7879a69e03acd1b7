#pragma once
#include <memory>

#include <trivium/solvers/solver.hpp>

namespace trivium::solvers {

/// `problem` with every oracle, sample and prox call entered into the network's ledger while it counts. Both
/// must outlive the result.
std::unique_ptr<problems::Problem> count_calls(problems::Problem& problem, mpi::Network& network);

}  // namespace trivium::solvers
