#pragma once
#include <string>

#include "commands.hpp"
#include "experiment.hpp"

namespace trivium::experiments {

/// Where an experiment's results go: --out, or results/<name>.
std::string result_folder(const Experiment& experiment, const Request& request);

/// Runs every method, grid point and seed of an experiment, problem by problem; with --resume what is
/// finished is kept. Throws InputError before the first round and before anything is written. Collective.
void sweep(const Experiment& experiment, const Request& request, mpi::Transport& transport);

}  // namespace trivium::experiments
