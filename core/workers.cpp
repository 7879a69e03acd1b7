#include <trivium/core/errors.hpp>
#include <trivium/core/workers.hpp>

namespace trivium {

WorkerRange worker_block(int workers, int rank, int ranks) {
  if (ranks > workers)
    reject(
        "{} ranks for {} workers: every rank hosts at least one worker; start at most {} ranks or ask for "
        "more workers",
        ranks, workers, workers);
  const int base = workers / ranks, larger = workers % ranks;
  const int first = rank * base + (rank < larger ? rank : larger);
  return {workers, first, first + base + (rank < larger ? 1 : 0)};
}

}  // namespace trivium
