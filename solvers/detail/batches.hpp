#pragma once
#include <trivium/core/errors.hpp>
#include <trivium/solvers/solver.hpp>

namespace trivium::solvers {

/// Batches of every worker's summands: s of r, without replacement, fresh in every round, or whenever asked.
class Batches {
 public:
  /// Throws InputError on all ranks when a worker's operator is not a finite sum, naming the `method`.
  Batches(const char* method, const Amount& batch, const Context& context)
      : problem_(context.problem), network_(context.network) {
    double least_share = 1;
    network_.agree([&] {
      for (int m = network_.workers().first; m < network_.workers().last; ++m) {
        const std::size_t r = problem_.samples(m);
        if (r == 0)
          reject("{} needs operators that are finite sums, and the one of worker {} is not", method, m);
        chosen_.emplace_back(batch.of(r, "batch"));
        least_share = std::min(least_share, share(m));
        const double all = static_cast<double>(r), some = static_cast<double>(chosen_.back().size());
        if (r > 1) spread_ = std::max(spread_, (all - some) / (some * (all - 1)));
      }
    });
    least_share_ = -network_.max_off_the_record(-least_share);
    spread_ = network_.max_off_the_record(spread_);
  }

  /// The batch of a local worker in the current round; the same until the round ends.
  std::span<const std::uint32_t> draw(int m) { return draw(m, network_.round()); }
  /// The same with a number of the caller's in place of the round, for methods that do not always
  /// communicate.
  std::span<const std::uint32_t> draw(int m, std::uint64_t number) {
    std::vector<std::uint32_t>& batch = chosen_[local(m)];
    Stream(network_.seed(), Purpose::samples, static_cast<std::uint64_t>(m), number)
        .sample(static_cast<std::uint32_t>(problem_.samples(m)), batch);
    return batch;
  }
  /// s / r of a local worker.
  double share(int m) const {
    return static_cast<double>(chosen_[local(m)].size()) / static_cast<double>(problem_.samples(m));
  }
  double least_share() const { return least_share_; }  ///< the smallest s / r of all workers
  /// The largest (r - s) / (s (r - 1)): the variance of a batch's mean over that of a summand.
  double spread() const { return spread_; }

 private:
  std::size_t local(int m) const { return static_cast<std::size_t>(m - network_.workers().first); }

  problems::Problem& problem_;
  mpi::Network& network_;
  double least_share_ = 1, spread_ = 0;
  std::vector<std::vector<std::uint32_t>> chosen_;  // scratch: the batch of every local worker
};

}  // namespace trivium::solvers
