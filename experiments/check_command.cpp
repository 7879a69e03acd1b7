// `trivium check`: what is known of an experiment before anything runs.
#include <cmath>

#include <fmt/format.h>

#include <trivium/analysis/merits.hpp>
#include <trivium/core/errors.hpp>

#include "commands.hpp"
#include "live_run.hpp"
#include "load.hpp"
#include "prepared.hpp"
#include "progress.hpp"

namespace trivium::experiments {
namespace {

/// Smallest <F(a) - F(b), a - b> / |a - b|^2 over random pairs around `centre`, at the distance of the start.
double least_monotonicity(Prepared& prepared, const Vector& centre, int pairs) {
  analysis::Merits merits(*prepared.problem, *prepared.network);
  Vector a = centre, b = centre, F_a = centre.like(), F_b = centre.like(), noise = centre.like();
  const double radius = std::max(1e-3, std::sqrt(squared_distance(centre, prepared.start)));
  double least = std::numeric_limits<double>::infinity();
  for (int pair = 0; pair < pairs; ++pair) {
    Stream stream(0, Purpose::start, everyone, static_cast<std::uint64_t>(pair) + 1);
    for (Vector* point : {&a, &b}) {
      std::vector<double> entries(centre.size());
      for (double& entry : entries) entry = stream.normal() / std::sqrt(static_cast<double>(centre.size()));
      noise.assign(entries);
      combine(*point, {{1, centre}, {radius, noise}});
      prepared.problem->prox(1, *point);
    }
    merits.operator_at(a, F_a);
    merits.operator_at(b, F_b);
    combine(F_a, {{1, F_a}, {-1, F_b}});
    combine(noise, {{1, a}, {-1, b}});
    const double square = dot(noise, noise);
    if (square > 0) least = std::min(least, dot(F_a, noise) / square);
  }
  return least;
}

void print_constants(problems::Constants& constants, bool server) {
  for (const problems::Which which : problems::all_constants) {
    const problems::Constant& c = constants.get(which);
    if (server)
      fmt::print("  {:6} {:<12.6g} {} ({})\n", problems::name_of(which), c.value, problems::name_of(c.origin),
                 c.how);
  }
}

solvers::Theory theory_of(const MethodRun& run, Prepared& prepared, mpi::Transport& transport) try {
  return LiveRun(*prepared.problem, prepared.start, *prepared.constants, transport, run, 0).solver().theory();
} catch (const InputError& mistake) {
  reject("{}: {}", run.solver.where, mistake.what());
}

}  // namespace

void check_experiment(const Request& request, mpi::Transport& transport) {
  const bool server = transport.rank() == 0;
  Experiment experiment;
  mpi::agree(transport, [&] { experiment = load(request); });
  Prepared prepared = prepare(experiment, transport, folders(request), "");
  const problems::Traits& traits = prepared.problem->traits();
  if (server) {
    fmt::print("{}: {}, {} workers, d = {}, {}\n\n", experiment.name, experiment.problem.type,
               traits.workers.total, traits.dimension, traits.constrained ? "constrained" : "unconstrained");
    if (prepared.solution) {
      const std::vector<double> entries = prepared.solution->to_host();
      fmt::print("solution: |z*| = {:.6g}, |z0 - z*| = {:.6g}, relative residual {:.1e} ({})\n\n",
                 norm(*prepared.solution), std::sqrt(squared_distance(*prepared.solution, prepared.start)),
                 prepared.solution_residual, prepared.solution_how);
    } else {
      fmt::print("solution: none; {}\n\n", prepared.solution_how);
    }
    fmt::print("constants\n");
  }
  print_constants(*prepared.constants, server);

  const double mu = prepared.constants->mu();
  const Vector& centre = prepared.solution ? *prepared.solution : prepared.start;
  const double least = least_monotonicity(prepared, centre, 32);
  if (server) {
    const char* verdict = mu > 1e-12 * prepared.constants->L()   ? "strongly monotone"
                          : mu > -1e-9 * prepared.constants->L() ? "monotone"
                                                                 : "NOT monotone";
    fmt::print("\nthe operator is {} at the {} (mu = {:.4g})\n", verdict,
               prepared.solution ? "solution" : "start", mu);
    fmt::print("smallest <F(a) - F(b), a - b> / |a - b|^2 over 32 random pairs around it: {:.4g}{}\n", least,
               least < -1e-9 * prepared.constants->L()
                   ? "  -- NOT monotone there: theory does not apply that far out"
                   : "");
    fmt::print("\nmethods (bits per worker and iteration; exact expectations)\n");
  }
  for (const MethodRun& run : experiment.runs) {
    const solvers::Theory theory = theory_of(run, prepared, transport);
    if (!server) continue;
    fmt::print("  {}{}\n", run.label, run.grid.empty() ? "" : " (" + run.grid + ")");
    fmt::print("    theory step {:.6g} = {}\n", theory.step, theory.rule);
    if (theory.step_used != theory.step)
      fmt::print("    step in use {:.6g}, {:.3g} times that{}\n", theory.step_used,
                 theory.step_used / theory.step,
                 theory.step_used > theory.step ? ": beyond the theorem, no rate is predicted" : "");
    fmt::print("    {:.0f} bits up, {:.0f} bits down", theory.bits_up, theory.bits_down);
    if (theory.rate < 1) {
      const double iterations = std::log(1e-6) / std::log(theory.rate);
      fmt::print("; predicted factor {:.6g} an iteration: 1e-6 within {} iterations, {} bits up", theory.rate,
                 with_unit(std::ceil(iterations)), with_unit(iterations * theory.bits_up));
    }
    fmt::print("\n");
  }
}

}  // namespace trivium::experiments
