#include <trivium/solvers/make.hpp>

#include "detail/counted.hpp"

namespace trivium::solvers {

std::unique_ptr<problems::Problem> count_calls(problems::Problem& problem, mpi::Network& network) {
  return std::make_unique<Counted>(problem, network);
}

}  // namespace trivium::solvers
