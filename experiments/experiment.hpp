#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <trivium/core/fields.hpp>
#include <trivium/solvers/run.hpp>

#include "claim.hpp"
#include "grid.hpp"

namespace trivium::experiments {

/// The problem of an experiment at one grid point.
struct ProblemPoint {
  Plugin plugin;                   ///< type and parameters of this point
  Table resolved;                  ///< its table with all defaults
  std::optional<Plugin> noise;     ///< what workers see of it, of problems::oracles; exact when absent
  std::vector<std::string> parts;  ///< "problem.workers = 4"; none when the problem has no grid
};

/// One method of an experiment at one grid point.
struct MethodRun {
  std::string label;
  std::string grid;                 ///< the grid point's name, the problem's parts first; empty without grids
  Plugin solver;                    ///< type and parameters of this point
  std::optional<Plugin> estimator;  ///< what it makes of noisy samples, when it does not choose itself
  std::size_t problem = 0;          ///< which of Experiment::problems
  std::vector<std::string> parts;   ///< of the grid point's name
};

/// A whole experiment file, checked: names exist, values have the right types and ranges.
struct Experiment {
  std::string name;
  std::vector<std::int64_t> seeds;
  std::vector<ProblemPoint> problems;  ///< one, unless [problem] holds lists
  solvers::RunSettings settings;
  std::vector<MethodRun> runs;  ///< problem by problem every method at every grid point, in the order written
  Table resolved_stop, resolved_record;
  std::vector<Claim> claims;
  std::size_t claims_left_out = 0;  ///< because --set made another experiment of the file
};

/// Reads and checks an experiment. Throws InputError for unknown keys, wrong types and ranges, unknown
/// plug-ins, missing parts, two methods with the same label, claims about what is not there.
Experiment read_experiment(const Table& table, const std::string& default_name);

/// The resolved configuration of one run as TOML: what the result file holds and what a resumed run must
/// agree with. Claims are no part of it.
std::string resolved_config(const Experiment& experiment, const MethodRun& run, std::int64_t seed);

/// "EG/step_=_2_x_theory/seed-3" below the output folder, without the ending.
std::string run_path(const MethodRun& run, std::int64_t seed);

}  // namespace trivium::experiments
