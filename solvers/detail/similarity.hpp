#pragma once
#include <algorithm>
#include <cmath>

#include <trivium/core/errors.hpp>
#include <trivium/solvers/solver.hpp>

#include "server.hpp"

namespace trivium::solvers {

/// Parameters of methods in which only some workers answer.
struct Participation {
  std::int64_t participants = 0;
  std::string sampling = "random";
  void describe(Fields& fields) {
    fields.integer("participants", participants, {0, 2147483647},
                   "b: workers that answer in an ordinary round; 0 for all");
    fields.choice("sampling", sampling, {"random", "cyclic"},
                  "which ones: sampled anew for each round, or taking turns");
  }
};

/// Who answers in the next round.
class Senders {
 public:
  Senders(const Participation& params, const Context& context)
      : network_(context.network),
        total_(network_.workers().total),
        count_(params.participants == 0 ? total_ : static_cast<int>(params.participants)),
        cyclic_(params.sampling == "cyclic"),
        turn_(static_cast<std::size_t>(std::min(count_, total_))) {
    if (params.participants > total_)
      reject("participants = {} is more than the {} workers", params.participants, total_);
  }
  int count() const { return count_; }
  double share() const { return static_cast<double>(count_) / total_; }
  /// P with E|sampled mean - xbar|^2 = P ((1/M) sum |x_m|^2 - |xbar|^2).
  double variance() const {
    return count_ < total_ ? static_cast<double>(total_ - count_) / (static_cast<double>(total_ - 1) * count_)
                           : 0;
  }
  /// Whether every subset is equally likely, which proofs ask for.
  bool uniform() const { return !cyclic_ || count_ == total_; }
  /// Ascending; valid until the next call.
  std::span<const int> next() {
    if (count_ == total_) return network_.everybody();
    if (!cyclic_) return network_.sample_workers(count_);
    for (int j = 0; j < count_; ++j)
      turn_[static_cast<std::size_t>(j)] = static_cast<int>((begun_ * count_ + j) % total_);
    begun_ += 1;
    std::sort(turn_.begin(), turn_.end());
    return turn_;
  }
  void state(Archive& archive) { archive.common("begun", begun_); }

 private:
  mpi::Network& network_;
  int total_, count_;
  bool cyclic_;
  std::vector<int> turn_;
  std::int64_t begun_ = 0;
};

/// sig1, or 0 for equal workers. It is measured as the root of a difference of squares, of which rounding
/// leaves sqrt(eps) L_1; sig1 <= delta + d1 tells whether anything else is there.
inline double mean_distance_to_first(problems::Constants& constants, const Server& server) {
  const double sig1 = constants.get(problems::Which::sig1).value;
  if (server.above_rounding(sig1 * sig1 / server.L_1()) > 0) return sig1;
  const double d1 = constants.get(problems::Which::d1).value;
  return server.above_rounding(std::min(sig1, constants.get(problems::Which::delta).value + d1));
}

/// C with E|S|^2 <= C^2 |u - m|^2 for S the mean of Q_i(x_i), x_i = (F_i - F_1)(m) - (F_i - F_1)(u), over
/// senders whose sampling has the variance P: |xbar| <= d1 |u - m| and (1/M) sum |x_i|^2 <= sig1^2 |u - m|^2.
inline double correction_constant(const compressors::Guarantee& up, double P, problems::Constants& constants,
                                  const Server& server) {
  const double apart = up.joint_a + P, together = std::max(0.0, 1 - up.joint_b - P);
  const double d1 = together > 0 ? server.above_rounding(constants.get(problems::Which::d1).value) : 0;
  const double sig1 = apart > 0 ? mean_distance_to_first(constants, server) : 0;
  return std::sqrt(together * d1 * d1 + apart * sig1 * sig1);
}

/// Every entry, both ways.
inline std::unique_ptr<compressors::Compressor> dense(const Context& context, const std::string& values) {
  return compressors::catalogue().make({"identity", {{"values", values}}, ""},
                                       {context.problem.traits().dimension, context.network.workers().total});
}

}  // namespace trivium::solvers
