// `trivium check`: what is known of an experiment before anything runs.
#include <cmath>

#include <fmt/format.h>

#include <trivium/analysis/merits.hpp>
#include <trivium/core/errors.hpp>

#include "check_noise.hpp"
#include "claim_reader.hpp"
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

/// True when L_loc is known or can be measured.
bool has_sample_spread(const Prepared& prepared) {
  const problems::Traits& traits = prepared.problem->traits();
  return prepared.constants->found().count(problems::Which::L_loc) > 0 ||
         (traits.has_jacobian && traits.has_samples_gram);
}

void print_constants(Prepared& prepared, bool server) {
  const auto print = [&](problems::Which which) {
    const problems::Constant& c = prepared.constants->get(which);
    if (server)
      fmt::print("  {:6} {:<12.6g} {} ({})\n", problems::name_of(which), c.value, problems::name_of(c.origin),
                 c.how);
  };
  for (const problems::Which which : problems::all_constants) print(which);
  print(problems::Which::L_1);
  if (has_sample_spread(prepared)) print(problems::Which::L_loc);
}

/// zeta^2 = (1/M) sum |F_m(z*) - F(z*)|^2.
void print_heterogeneity(Prepared& prepared, bool server) {
  if (!prepared.solution) {
    if (server) fmt::print("  zeta   not measured: it needs the solution\n");
    return;
  }
  const double zeta =
      analysis::Merits(*prepared.problem, *prepared.network).heterogeneity(*prepared.solution);
  if (server)
    fmt::print("  {:6} {:<12.6g} computed (the workers' operators at the solution)\n", "zeta", zeta);
}

solvers::Theory theory_of(const MethodRun& run, Prepared& prepared, mpi::Transport& transport) try {
  return LiveRun(prepared, transport, run, 0).solver().theory();
} catch (const InputError& mistake) {
  reject("{}: {}", run.solver.where, mistake.what());
}

void print_solution(const Prepared& prepared) {
  if (!prepared.solution) {
    fmt::print("solution: none; {}\n\n", prepared.solution_how);
    return;
  }
  fmt::print("solution: |z*| = {:.6g}, |z0 - z*| = {:.6g}, relative residual {:.1e} ({})\n\n",
             norm(*prepared.solution), std::sqrt(squared_distance(*prepared.solution, prepared.start)),
             prepared.solution_residual, prepared.solution_how);
}

void print_monotonicity(Prepared& prepared, bool server) {
  const double mu = prepared.constants->mu();
  const Vector& centre = prepared.solution ? *prepared.solution : prepared.start;
  const double least = least_monotonicity(prepared, centre, 32);
  if (!server) return;
  const double L = prepared.constants->L();
  const bool wide = prepared.problem->traits().dtype == Dtype::float64;
  const double rounding = (wide ? 1e-12 : 1e-6) * L, tolerance = (wide ? 1e-9 : 1e-6) * L;
  const char* verdict = mu > rounding ? "strongly monotone" : mu > -tolerance ? "monotone" : "NOT monotone";
  fmt::print("\nthe operator is {} at the {} (mu = {:.4g})\n", verdict,
             prepared.solution ? "solution" : "start", mu);
  fmt::print("smallest <F(a) - F(b), a - b> / |a - b|^2 over 32 random pairs around it: {:.4g}{}\n", least,
             least < -tolerance ? "  -- NOT monotone there: theory does not apply that far out" : "");
}

void print_method(const MethodRun& run, const solvers::Theory& theory) {
  fmt::print("  {}{}\n", run.label, run.grid.empty() ? "" : " (" + run.grid + ")");
  if (theory.step == 0)
    fmt::print("    no theory step; step in use {:.6g}\n", theory.step_used);
  else
    fmt::print("    theory step {:.6g} = {}\n", theory.step, theory.rule);
  if (theory.step != 0 && theory.step_used != theory.step)
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

/// Everything about one of the experiment's problems and the methods on it.
void check_problem(const Experiment& experiment, std::size_t number, const Request& request,
                   mpi::Transport& transport) {
  const bool server = transport.rank() == 0;
  const ProblemPoint& point = experiment.problems[number];
  Prepared prepared = prepare(point, transport, folders(request), "");
  const problems::Traits& traits = prepared.problem->traits();
  check_measures(experiment.claims, traits.measures);
  if (server) {
    fmt::print("{}: {}, {} workers, d = {}, {}{}\n\n", experiment.name, point.plugin.type,
               traits.workers.total, traits.dimension, traits.constrained ? "constrained" : "unconstrained",
               point.parts.empty() ? "" : " (" + grid_name(point.parts) + ")");
    print_solution(prepared);
    if (!traits.measures.empty()) fmt::print("measures: {}\n\n", join(traits.measures));
    fmt::print("constants\n");
  }
  print_constants(prepared, server);
  print_heterogeneity(prepared, server);
  print_monotonicity(prepared, server);
  print_noise(prepared);
  if (server)
    fmt::print(
        "\nmethods (bits per worker and iteration: expectations, bounds where the length of messages depends "
        "on "
        "the vector)\n");
  for (const MethodRun& run : experiment.runs) {
    if (run.problem != number) continue;
    const solvers::Theory theory = theory_of(run, prepared, transport);
    if (server) print_method(run, theory);
  }
}

}  // namespace

void check_experiment(const Request& request, mpi::Transport& transport) {
  Experiment experiment;
  mpi::agree(transport, [&] { experiment = load(request); });
  for (std::size_t i = 0; i < experiment.problems.size(); ++i) {
    if (i > 0 && transport.rank() == 0) fmt::print("\n");
    check_problem(experiment, i, request, transport);
  }
  if (transport.rank() != 0) return;
  const std::size_t left_out = experiment.claims_left_out, claims = experiment.claims.size() + left_out;
  fmt::print("\n{} claim{}{}\n", claims == 0 ? "no" : fmt::format("{}", claims), claims == 1 ? "" : "s",
             left_out > 0  ? ", about the file without --set"
             : claims == 0 ? ""
                           : fmt::format("; `trivium verify {}` judges them", request.file));
}

}  // namespace trivium::experiments
