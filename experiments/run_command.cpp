// `trivium run`: an experiment, whole.
#include "commands.hpp"
#include "load.hpp"
#include "sweep.hpp"

namespace trivium::experiments {

void run_experiment(const Request& request, mpi::Transport& transport) {
  Experiment experiment;
  mpi::agree(transport, [&] { experiment = load(request); });
  sweep(experiment, request, transport);
}

}  // namespace trivium::experiments
