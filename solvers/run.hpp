#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <trivium/analysis/merits.hpp>
#include <trivium/core/record.hpp>
#include <trivium/solvers/solver.hpp>

namespace trivium::solvers {

/// How a run is ended and observed.
struct RunSettings {
  Limits limits;            ///< checked at every record
  std::int64_t every = 10;  ///< iterations between records
  bool residual = false;    ///< measure the natural residual too: one more operator evaluation a record
  bool gap = false;         ///< measure the gap too: one more operator evaluation a record
  /// Measure the gap at the mean of the points after every iteration: one more operator evaluation a record
  bool gap_average = false;
  /// Ask the problem for its measures, where it has some, at records whose iteration is a multiple of this
  std::int64_t measures = 1;
  double checkpoint_seconds = 30;  ///< wall seconds between checkpoints; 0 for none
};

/// The state of a whole run, rows of all workers included: what a checkpoint file holds.
struct RunState {
  std::map<std::string, std::vector<double>> common;
  std::map<std::string, Archive::Rows> workers;
  std::vector<Record> history;
};

/// Hears of a run's progress, on rank 0 only.
class Observer {
 public:
  virtual ~Observer() = default;
  /// After every record; `stop` is set on the last one.
  virtual void recorded(const std::vector<Record>& history, const Vector& point,
                        const Fingerprint& fingerprint, const std::optional<Stop>& stop) = 0;
  virtual void checkpoint(const RunState& state) = 0;
};

struct Outcome {
  Stop stop;
  std::vector<Record> history;
  std::uint64_t fingerprint = 0;
};

/// The one loop of all methods: steps, measures, records, checkpoints and stops, the same way on every rank.
///
/// `problem` is the uncounted one. The solver must have been made with the same network. `solution` enables
/// the distance. With `resume`, a state that an earlier run's checkpoint held (worker rows of this rank
/// only), the run goes on as if it had never stopped. Throws InputError when a gap is asked for and the
/// problem has none, std::logic_error when two measures, or a measure and a column, have the same name.
/// Collective.
Outcome run(Solver& solver, problems::Problem& problem, mpi::Network& network, const Vector& start,
            const std::optional<Vector>& solution, const RunSettings& settings, Observer& observer,
            const RunState* resume = nullptr);

}  // namespace trivium::solvers
