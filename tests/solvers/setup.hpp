// Puts a problem, a network and a method together the way the program does.
#pragma once
#include <memory>
#include <optional>
#include <vector>

#include <trivium/analysis/constants.hpp>
#include <trivium/analysis/solution.hpp>
#include <trivium/solvers/make.hpp>
#include <trivium/solvers/run.hpp>

namespace trivium::solvers::testing {

/// One rank, no MPI.
inline mpi::Transport& alone() {
  static const std::unique_ptr<mpi::Transport> transport = mpi::in_process();
  return *transport;
}

/// A problem with everything that methods share: the start, the solution and the constants.
struct Arena {
  explicit Arena(std::unique_ptr<problems::Problem> given, mpi::Transport& over = alone())
      : transport(over),
        problem(std::move(given)),
        start(feasible_start(*problem)),
        network(transport, problem->traits().workers, start, 0),
        solution(analysis::solve(*problem, network, start).point),
        constants(analysis::constants(*problem, network, solution)) {}

  double dense_bits() const { return 64.0 * static_cast<double>(start.size()); }

  static Vector feasible_start(problems::Problem& problem) {
    const problems::Known known = problem.known();
    Vector start(problem.traits().dimension);
    if (known.start) start.assign(*known.start);
    problem.prox(1, start);
    return start;
  }

  mpi::Transport& transport;
  std::unique_ptr<problems::Problem> problem;
  Vector start;
  mpi::Network network;  // for the solution and the constants
  Vector solution;
  problems::Constants constants;
};

/// An arena for a problem of the catalogue, on float64 vectors.
inline Arena arena(const std::string& name, const Table& parameters, mpi::Transport& over = alone()) {
  return Arena(
      problems::catalogue().make({name, parameters, ""}, problems::Place{over.rank(), over.ranks(), {}}),
      over);
}

/// What workers see of a problem, and what methods without an estimator of their own make of it.
struct Noise {
  Plugin oracle;
  std::optional<Plugin> estimator = {};
};

/// A method on its own network.
struct Method {
  Method(Arena& in, const Plugin& plugin, std::uint64_t seed = 1, const std::optional<Noise>& noise = {})
      : arena(in),
        network(arena.transport, arena.problem->traits().workers, arena.start, seed),
        solver(make(plugin,
                    {*arena.problem,
                     network,
                     arena.constants,
                     arena.start,
                     &arena.solution,
                     noise ? &noise->oracle : nullptr,
                     noise && noise->estimator && !has_estimator(plugin.type) ? &*noise->estimator : nullptr,
                     {}})) {}

  void start() {
    solver->start();
    network.ledger().before_first_iteration = false;
  }
  void steps(std::int64_t count) {
    for (std::int64_t k = 0; k < count; ++k) solver->step();
  }
  /// |z - z*|^2 / |z0 - z*|^2.
  double distance() const { return distance_of(solver->point()); }
  double distance_of(const Vector& z) const {
    return squared_distance(z, arena.solution) / squared_distance(arena.start, arena.solution);
  }
  Record totals() {
    Record record;
    network.totals(record);
    return record;
  }
  Archive save() {
    Archive archive = Archive::saving();
    solver->state(archive);
    network.state(archive);
    return archive;
  }
  void load(const Archive& saved) {
    Archive archive = Archive::loading();
    archive.common_entries = saved.common_entries;
    archive.worker_entries = saved.worker_entries;
    solver->state(archive);
    network.state(archive);
  }

  Arena& arena;
  mpi::Network network;
  std::unique_ptr<Solver> solver;
};

/// Remembers what it hears.
struct Listener final : Observer {
  void recorded(const std::vector<Record>& history, const Vector& point, const Fingerprint& fingerprint,
                const std::optional<Stop>& stop) override {
    lengths.push_back(history.size());
    points.push_back(point.to_host());
    fingerprints.push_back(fingerprint.value);
    stops.push_back(stop);
  }
  void checkpoint(const RunState& state) override { states.push_back(state); }

  std::vector<std::size_t> lengths;
  std::vector<std::vector<double>> points;
  std::vector<std::uint64_t> fingerprints;
  std::vector<std::optional<Stop>> stops;
  std::vector<RunState> states;
};

/// The shared runner on a method of this arena.
inline Outcome run_in(Arena& arena, Method& method, const RunSettings& settings, Observer& observer,
                      const RunState* resume = nullptr) {
  return run(*method.solver, *arena.problem, method.network, arena.start, arena.solution, settings, observer,
             resume);
}

/// The reproducible columns of two histories agree bit for bit.
inline bool same_history(const std::vector<Record>& a, const std::vector<Record>& b) {
  if (a.size() != b.size()) return false;
  Fingerprint of_a, of_b;
  for (const Record& record : a) of_a.add(record);
  for (const Record& record : b) of_b.add(record);
  return of_a.value == of_b.value;
}

}  // namespace trivium::solvers::testing
