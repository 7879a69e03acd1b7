#include <trivium/analysis/constants.hpp>
#include <trivium/core/errors.hpp>
#include <trivium/solvers/make.hpp>
#include <trivium/solvers/solve.hpp>

namespace trivium::solvers {
namespace {

/// Keeps nothing: the outcome holds the history.
class Silent final : public Observer {
 public:
  void recorded(const std::vector<Record>&, const Vector&, const Fingerprint&,
                const std::optional<Stop>&) override {}
  void checkpoint(const RunState&) override {}
};

Vector start_of(const problems::Problem& problem, const SolveOptions& options) {
  const problems::Traits& traits = problem.traits();
  Vector start(traits.dimension, traits.dtype, *traits.device);
  if (options.start) {
    if (options.start->size() != start.size())
      reject("solve: the start has {} entries, the problem {}", options.start->size(), start.size());
    copy(start, *options.start);
  } else if (const auto known = problem.known().start) {
    start.assign(*known);
  }
  return start;
}

Solved solve_together(problems::Problem& problem, const Plugin& method, const SolveOptions& options,
                      mpi::Transport& transport) {
  if (options.every < 1) reject("solve: every must be at least 1, got {}", options.every);
  Vector start = start_of(problem, options);
  problem.prox(1, start);  // a feasible start
  std::optional<Vector> solution;
  if (options.solution) {
    if (options.solution->size() != start.size())
      reject("solve: the solution has {} entries, the problem {}", options.solution->size(), start.size());
    copy(solution.emplace(start.like()), *options.solution);  // to where the problem lives
  }
  mpi::Network network(transport, problem.traits().workers, start, options.seed);
  problems::Constants constants = analysis::constants(problem, network, solution ? *solution : start);
  const auto solver =
      make(method, {problem, network, constants, start, solution ? &*solution : nullptr,
                    options.noise ? &*options.noise : nullptr,
                    options.estimator ? &*options.estimator : nullptr, std::vector<std::string>{"."}});
  Silent silent;
  RunSettings settings{.limits = options.limits, .every = options.every, .checkpoint_seconds = 0};
  Outcome outcome = run(*solver, problem, network, start, solution, settings, silent);
  return {solver->point(), std::move(outcome.stop), std::move(outcome.history)};
}

}  // namespace

Solved solve(problems::Problem& problem, const Plugin& method, const SolveOptions& options,
             mpi::Transport& transport) {
  try {
    return solve_together(problem, method, options, transport);
  } catch (const InputError&) {  // a mistake that all ranks have found alike
    throw;
  } catch (const std::exception& error) {  // perhaps on this rank alone, in the middle of a round
    if (transport.ranks() > 1) transport.abort(error.what(), 1);
    throw;
  }
}

Solved solve(problems::Problem& problem, const Plugin& method, const SolveOptions& options) {
  const auto alone = mpi::in_process();
  return solve(problem, method, options, *alone);
}

}  // namespace trivium::solvers
