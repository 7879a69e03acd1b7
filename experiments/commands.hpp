#pragma once
#include <string>
#include <vector>

#include <trivium/mpi/transport.hpp>

namespace trivium::experiments {

/// What `trivium run` and `trivium check` are told on the command line.
struct Request {
  std::string file;                       ///< the experiment
  std::vector<std::string> overrides;     ///< --set key=value
  std::vector<std::string> data_folders;  ///< --data, then $TRIVIUM_DATA, the file's folder, ./data
  std::string out;                        ///< --out; empty: results/<name>
  bool resume = false, overwrite = false;
};

/// What `trivium verify` is told on the command line.
struct VerifyRequest {
  std::vector<std::string> names;  ///< files, folders, names of trivium's own; none: its own but long ones
  std::string only;                ///< a text that file names must contain
  std::vector<std::string> data_folders;  ///< as of Request
  std::string out;                        ///< --out: results go to <out>/<name>; empty: results/<name>
  bool overwrite = false;                 ///< without it finished runs are kept
};

// Each command is called on every rank and throws InputError for a mistake of the user's.

/// Runs every method, grid point and seed of an experiment.
void run_experiment(const Request& request, mpi::Transport& transport);
/// Prints what is known of the experiment's problem and methods; runs nothing.
void check_experiment(const Request& request, mpi::Transport& transport);
/// Runs experiments that claim something and prints for each claim whether it holds; true when all do.
bool verify_experiments(const VerifyRequest& request, mpi::Transport& transport);
/// Prints the plug-ins of one kind ("problems", "solvers", ...), or of all.
void list_plugins(const std::string& kind);
/// Prints everything about a plug-in of any kind: parameters, formulas, source.
void describe_plugin(const std::string& name);
/// Replaces this process by the plotting program.
[[noreturn]] void plot_results(const std::vector<std::string>& arguments, const std::string& program);

}  // namespace trivium::experiments
