#pragma once
#include "jobs.hpp"
#include "prepared.hpp"
#include "progress.hpp"

namespace trivium::experiments {

/// Runs one job on all ranks and writes its files. `progress` is nullptr on all ranks but 0. Collective.
void run_job(const Experiment& experiment, const Job& job, Plan plan, Prepared& prepared,
             mpi::Transport& transport, Progress* progress);

}  // namespace trivium::experiments
