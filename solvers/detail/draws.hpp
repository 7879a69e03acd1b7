#pragma once
#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include <trivium/core/errors.hpp>
#include <trivium/core/stream.hpp>
#include <trivium/solvers/solver.hpp>

namespace trivium::solvers {

/// b independent draws among all M workers, with replacement. A worker that is drawn twice answers once, with
/// twice the weight.
class Draws {
 public:
  /// `cyclic`: the workers take turns instead. Throws InputError when b > M.
  Draws(std::int64_t count, bool cyclic, const Context& context)
      : network_(context.network), cyclic_(cyclic), times_(static_cast<std::size_t>(total()), 0) {
    if (count > total()) reject("participants = {} is more than the {} workers", count, total());
    count_ = static_cast<int>(count);
    distinct_.reserve(static_cast<std::size_t>(count_));
  }

  /// The distinct workers drawn, ascending; valid until the next call.
  std::span<const int> next() {
    std::fill(times_.begin(), times_.end(), 0);
    distinct_.clear();
    Stream stream(network_.seed(), Purpose::participants, everyone, network_.round());
    for (int j = 0; j < count_; ++j) {
      const auto turn = static_cast<std::uint64_t>(begun_ * count_ + j);
      const std::uint64_t m = cyclic_ ? turn % times_.size() : stream.below(times_.size());
      if (times_[m]++ == 0) distinct_.push_back(static_cast<int>(m));
    }
    begun_ += 1;
    std::sort(distinct_.begin(), distinct_.end());
    return distinct_;
  }
  /// What worker m multiplies its vector by, so that the mean over the distinct workers is that over the
  /// draws.
  double weight(int m) const {
    return static_cast<double>(times_[static_cast<std::size_t>(m)]) * static_cast<double>(distinct_.size()) /
           count_;
  }
  /// Expected share of the M workers that answer.
  double share() const {
    const double M = total();
    return cyclic_ ? count_ / M : 1 - std::pow(1 - 1 / M, count_);
  }
  int count() const { return count_; }
  void state(Archive& archive) { archive.common("begun", begun_); }

 private:
  int total() const { return network_.workers().total; }

  mpi::Network& network_;
  bool cyclic_;
  int count_ = 1;
  std::vector<int> times_, distinct_;
  std::int64_t begun_ = 0;
};

}  // namespace trivium::solvers
