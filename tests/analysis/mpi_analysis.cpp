// Solution, merits and constants have the same bits on every number of ranks. Each rank compares with a run
// of its own that holds all workers.
#include <catch2/catch.hpp>

#include <trivium/analysis/constants.hpp>
#include <trivium/analysis/solution.hpp>

#include "operators.hpp"

using namespace trivium;
using namespace trivium::analysis;

namespace {

/// Everything this room says about a problem, one number after another.
std::vector<double> report(problems::Problem& problem, mpi::Network& network) {
  const Solution solution = solve(problem, network, zero_of(problem));
  std::vector<double> numbers = solution.point;
  numbers.push_back(solution.relative_residual);
  Vector at = zero_of(problem);
  at.assign(solution.point);
  problems::Constants found = constants(problem, network, at);
  for (const problems::Which which : problems::all_constants) numbers.push_back(found.get(which).value);
  if (problem.traits().has_samples_gram && problem.traits().has_jacobian)
    numbers.push_back(found.get(problems::Which::L_loc).value);
  fill(at, 0.1);
  numbers.push_back(Merits(problem, network).natural_residual(at));
  return numbers;
}

using Maker = std::function<std::unique_ptr<problems::Problem>(const problems::Place&)>;

void check_ranks(const Maker& make_at, bool jacobian = true) {
  const auto transport = mpi::world();
  problems::Place here;
  here.rank = transport->rank();
  here.ranks = transport->ranks();
  const auto shared = make_at(here), whole = make_at({});
  Hidden hidden(*shared, jacobian), alone_hidden(*whole, jacobian);
  mpi::Network network(*transport, shared->traits().workers, zero_of(*shared), 1);
  Alone alone(*whole);
  CHECK(report(hidden, network) == report(alone_hidden, alone.network));
}

Maker of(const std::string& type, const Table& parameters) {
  return [=](const problems::Place& place) { return make(type, parameters, place); };
}

}  // namespace

TEST_CASE("the same bits on every number of ranks") {
  check_ranks(of("bilinear", {{"n", 12}, {"workers", 7}}));
  check_ranks(of("quadratic_game", {{"n", 9}, {"workers", 5}, {"samples", 4}}));
}

TEST_CASE("without a finite sum, or cocoercivity, every rank says so") {
  const auto transport = mpi::world();
  problems::Place here;
  here.rank = transport->rank();
  here.ranks = transport->ranks();
  const auto problem = make("bilinear", {{"n", 4}, {"workers", 6}, {"mu", 0.0}}, here);
  mpi::Network network(*transport, problem->traits().workers, zero_of(*problem), 1);
  problems::Constants found = constants(*problem, network, zero_of(*problem));
  CHECK_THROWS_AS(found.get(problems::Which::L_loc), InputError);
  CHECK(std::isinf(found.get(problems::Which::ell).value));
}

TEST_CASE("the same bits without Jacobians") {
  check_ranks(of("quadratic_game", {{"n", 9}, {"workers", 5}}), false);
}

TEST_CASE("the same bits under constraints") {
  const Table ball{{"type", "l2_ball"}, {"radius", 1.0}}, diamond{{"type", "l1_ball"}, {"radius", 2.0}};
  check_ranks(of("bilinear", {{"n", 12}, {"workers", 6}, {"x_set", ball}, {"y_set", diamond}}));
}

TEST_CASE("the same candidates for delta on every number of ranks") {
  check_ranks([](const problems::Place& place) { return std::make_unique<Diagonal>(1501, 9, place); });
}
