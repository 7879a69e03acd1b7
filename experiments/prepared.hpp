#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <trivium/mpi/network.hpp>
#include <trivium/problems/problem.hpp>

#include "experiment.hpp"

namespace trivium::experiments {

/// A problem made on every rank, its start, its solution and its constants: what all runs on it share.
struct Prepared {
  std::unique_ptr<problems::Problem> problem;
  Vector start;                    ///< z0
  std::optional<Vector> solution;  ///< absent when it could not be computed: distances are then not reported
  double solution_residual = 0;    ///< relative natural residual of the solution
  std::string solution_how;        ///< how the solution was found, or why it was not
  std::string
      solution_file;  ///< where a solution just computed is to be kept; empty when it is there already
  std::unique_ptr<mpi::Network> network;  ///< for measuring, uncounted
  std::unique_ptr<problems::Constants> constants;
  std::optional<Plugin> noise;   ///< what workers see of the problem; exact when absent
  noise::chains::Supply chains;  ///< what the noise walks on
};

/// Makes a problem. `cache` is the folder where computed solutions are kept between runs; empty for none.
/// Collective; throws InputError on all ranks when one of them cannot load its part.
Prepared prepare(const ProblemPoint& point, mpi::Transport& transport,
                 const std::vector<std::string>& data_folders, const std::string& cache);

/// A solution that was just computed and where it is to be kept for later runs.
struct FoundSolution {
  std::string file, problem, how;
  std::vector<double> point;
};

/// What of a prepared problem is worth keeping; on rank 0 only.
std::optional<FoundSolution> found_solution(const ProblemPoint& point, const Prepared& prepared);
/// Keeps it. Called once everything else about an experiment is known to be right, so that a mistake leaves
/// nothing behind.
void keep(const FoundSolution& solution);

}  // namespace trivium::experiments
