#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <trivium/solvers/solver.hpp>

namespace trivium::solvers {

/// `problem` with every oracle, sample and prox call entered into the network's ledger while it counts. Both
/// must outlive the result.
std::unique_ptr<problems::Problem> count_calls(problems::Problem& problem, mpi::Network& network);

/// What a method is made of, beside its own parameters. Everything outlives the method.
struct Ingredients {
  problems::Problem& problem;  ///< exact; calls need not be counted yet
  mpi::Network& network;
  problems::Constants& constants;
  const Vector& start;                ///< z0
  const Vector* solution = nullptr;   ///< null when it is not known
  const Plugin* noise = nullptr;      ///< of problems::oracles; null when workers see their operators exactly
  const Plugin* estimator = nullptr;  ///< for methods without an estimator of their own; null is `single`
  noise::chains::Supply chains;       ///< what the noise walks on
};

/// True when a method chooses samples itself: it has a parameter `estimator`. On a problem with noise all
/// others run on estimates from the program's estimator.
bool has_estimator(const std::string& method);

/// A method, its calls counted, on what its workers see of the problem. The state of the result includes the
/// noise's. Collective; throws InputError on all ranks.
std::unique_ptr<Solver> make(const Plugin& method, const Ingredients& with);

}  // namespace trivium::solvers
