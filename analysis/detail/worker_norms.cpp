#include "worker_norms.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <trivium/core/stream.hpp>

namespace trivium::analysis::detail {
namespace {

constexpr Eigen::Index densest = 1500;  // up to this dimension J is formed: d products, d^2 numbers
constexpr int few_workers = 8;          // so many are measured one by one in any dimension
constexpr int candidates = 4;
constexpr int probes = 8;

/// The larger of two norms everywhere, with the larger of their errors.
Extreme largest_everywhere(mpi::Network& network, Extreme mine) {
  return {network.max_off_the_record(mine.value), network.max_off_the_record(mine.error)};
}
Extreme larger(Extreme a, Extreme b) { return {std::max(a.value, b.value), std::max(a.error, b.error)}; }

/// max over the first `count` of this rank's workers of the norm of the map that `apply(m, v, transposed,
/// out)` is.
template <class Apply>
Extreme largest_here(Jacobians& jacobians, int count, double accuracy, Apply apply) {
  Extreme largest;
  Eigen::VectorXd image;
  for (int m = jacobians.here().first; m < jacobians.here().first + count; ++m) {
    const auto gram = [&](const Eigen::VectorXd& v, Eigen::VectorXd& out) {
      apply(m, v, false, image);
      apply(m, image, true, out);
    };
    largest = larger(largest, square_root(lanczos(gram, jacobians.dimension(), End::largest, accuracy)));
  }
  return largest;
}

Eigen::MatrixXd dense_mean(Jacobians& jacobians) {
  const Eigen::Index d = jacobians.dimension();
  Eigen::MatrixXd J(d, d);
  Eigen::VectorXd unit = Eigen::VectorXd::Zero(d), column;
  for (Eigen::Index j = 0; j < d; ++j) {
    unit[j] = 1;
    jacobians.mean(unit, false, column);
    J.col(j) = column;
    unit[j] = 0;
  }
  return J;
}

/// sum over random v of |J_m v - J v|^2, for each worker of this rank.
std::vector<double> probe(Jacobians& jacobians) {
  Stream stream(0, Purpose::start, everyone, 2);
  std::vector<double> score(static_cast<std::size_t>(jacobians.here().count()));
  Eigen::VectorXd v(jacobians.dimension()), mean, own;
  for (int i = 0; i < probes; ++i) {
    for (double& entry : v) entry = stream.normal();
    jacobians.mean(v, false, mean);
    for (int m = jacobians.here().first; m < jacobians.here().last; ++m) {
      jacobians.of_worker(m, v, false, own);
      score[static_cast<std::size_t>(m - jacobians.here().first)] += (own - mean).squaredNorm();
    }
  }
  return score;
}

/// The worker with the largest score among all ranks' and takes it out of the running; the same on all ranks.
int take_largest(const WorkerRange& here, std::vector<double>& score, mpi::Network& network) {
  const auto best = std::max_element(score.begin(), score.end());
  const double highest = network.max_off_the_record(*best);
  const int mine = *best == highest ? here.first + static_cast<int>(best - score.begin()) : -1;
  const int taken = static_cast<int>(network.max_off_the_record(mine));
  if (here.hosts(taken)) score[static_cast<std::size_t>(taken - here.first)] = -1;
  return taken;
}

Farthest farthest_candidates(Jacobians& jacobians, mpi::Network& network, double accuracy) {
  const int tried = jacobians.workers() <= few_workers ? jacobians.workers() : candidates;
  std::vector<double> score = probe(jacobians);
  Farthest farthest{{}, tried};
  for (int i = 0; i < tried; ++i) {
    const int k = take_largest(jacobians.here(), score, network);
    farthest.norm = larger(farthest.norm, distance_to_mean(jacobians, k, accuracy));
  }
  return farthest;
}

}  // namespace

Extreme square_root(Extreme squared) {
  const double root = std::sqrt(std::max(0.0, squared.value));
  return {root, root > 0 ? squared.error / (2 * root) : std::sqrt(squared.error)};
}

Extreme distance_to_mean(Jacobians& jacobians, int k, double accuracy) {
  Eigen::VectorXd image;
  const auto gram = [&](const Eigen::VectorXd& v, Eigen::VectorXd& out) {
    jacobians.mean_less(k, v, false, image);
    jacobians.mean_less(k, image, true, out);
  };
  return square_root(lanczos(gram, jacobians.dimension(), End::largest, accuracy));
}

Extreme largest_norm(Jacobians& jacobians, mpi::Network& network, double accuracy) {
  return largest_everywhere(network, largest_here(jacobians, jacobians.here().count(), accuracy,
                                                  [&](int m, const auto& v, bool transposed, auto& out) {
                                                    jacobians.of_worker(m, v, transposed, out);
                                                  }));
}

Extreme norm_of_first(Jacobians& jacobians, mpi::Network& network, double accuracy) {
  const int count = jacobians.here().hosts(0) ? 1 : 0;
  return largest_everywhere(network, largest_here(jacobians, count, accuracy,
                                                  [&](int m, const auto& v, bool transposed, auto& out) {
                                                    jacobians.of_worker(m, v, transposed, out);
                                                  }));
}

Extreme least_monotonicity(Jacobians& jacobians, mpi::Network& network, double accuracy) {
  Extreme least{std::numeric_limits<double>::infinity(), 0};
  Eigen::VectorXd transposed;
  for (int m = jacobians.here().first; m < jacobians.here().last; ++m) {
    const auto symmetric_part = [&](const Eigen::VectorXd& v, Eigen::VectorXd& out) {
      jacobians.of_worker(m, v, false, out);
      jacobians.of_worker(m, v, true, transposed);
      out = (out + transposed) / 2;
    };
    const Extreme own = lanczos(symmetric_part, jacobians.dimension(), End::smallest, accuracy);
    least = {std::min(least.value, own.value), std::max(least.error, own.error)};
  }
  return {-network.max_off_the_record(-least.value), network.max_off_the_record(least.error)};
}

// J v for a worker's own v needs all ranks; with J at hand every rank can look at its workers alone.
Farthest largest_distance_to_mean(Jacobians& jacobians, mpi::Network& network, double accuracy) {
  if (jacobians.dimension() > densest) return farthest_candidates(jacobians, network, accuracy);
  const Eigen::MatrixXd J = dense_mean(jacobians);
  const Extreme mine = largest_here(jacobians, jacobians.here().count(), accuracy,
                                    [&](int m, const auto& v, bool transposed, auto& out) {
                                      jacobians.of_worker(m, v, transposed, out);
                                      if (transposed)
                                        out.noalias() -= J.transpose() * v;
                                      else
                                        out.noalias() -= J * v;
                                    });
  return {largest_everywhere(network, mine), jacobians.workers()};
}

}  // namespace trivium::analysis::detail
