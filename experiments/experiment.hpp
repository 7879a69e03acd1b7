#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include <trivium/core/fields.hpp>
#include <trivium/solvers/run.hpp>

#include "grid.hpp"

namespace trivium::experiments {

/// One method of an experiment at one grid point.
struct MethodRun {
  std::string label;
  std::string grid;  ///< the grid point's name; empty when the method has no grid
  Plugin solver;     ///< type and parameters of this point
};

/// A whole experiment file, checked: names exist, values have the right types and ranges.
struct Experiment {
  std::string name;
  std::vector<std::int64_t> seeds;
  Plugin problem;
  solvers::RunSettings settings;
  std::vector<MethodRun> runs;  ///< every method at every grid point, in the order written
  Table resolved_problem;       ///< the problem's table with all defaults
  Table resolved_stop, resolved_record;
};

/// Reads and checks an experiment. Throws InputError for unknown keys, wrong types and ranges, unknown
/// plug-ins, missing parts, two methods with the same label.
Experiment read_experiment(const Table& table, const std::string& default_name);

/// The resolved configuration of one run as TOML: what the result file holds and what a resumed run must
/// agree with.
std::string resolved_config(const Experiment& experiment, const MethodRun& run, std::int64_t seed);

/// "EG/step_=_2_x_theory/seed-3" below the output folder, without the ending.
std::string run_path(const MethodRun& run, std::int64_t seed);

}  // namespace trivium::experiments
