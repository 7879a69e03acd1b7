#pragma once

namespace trivium {

/// The workers 0..total-1 and the contiguous block [first, last) of them that one rank hosts.
struct WorkerRange {
  int total = 1;
  int first = 0;
  int last = 1;
  int count() const { return last - first; }
  bool hosts(int worker) const { return first <= worker && worker < last; }
};

/// The block of rank `rank` of `ranks`: sizes differ by at most one, the larger blocks first. Throws
/// InputError when there are more ranks than workers.
WorkerRange worker_block(int workers, int rank, int ranks);

}  // namespace trivium
