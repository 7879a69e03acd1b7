#pragma once
#include <trivium/mpi/network.hpp>
#include <trivium/problems/problem.hpp>

#include "linear_map.hpp"

namespace trivium::analysis::detail {

/// The workers' Jacobians J_m at one point and what is made of them, as linear maps on float64 vectors; J is
/// their mean. All maps but `of_worker` are collective and give the same bits on all ranks.
class Jacobians {
 public:
  Jacobians(problems::Problem& problem, mpi::Network& network, const Vector& at);
  Eigen::Index dimension() const { return static_cast<Eigen::Index>(at_.size()); }
  int workers() const { return problem_.traits().workers.total; }
  const WorkerRange& here() const { return problem_.traits().workers; }

  /// out = J_m v or J_m^T v, for a worker of this rank.
  void of_worker(int m, const Eigen::VectorXd& v, bool transposed, Eigen::VectorXd& out);
  void mean(const Eigen::VectorXd& v, bool transposed, Eigen::VectorXd& out);
  /// out = (J - J_k) v or its transpose, for any worker k.
  void mean_less(int k, const Eigen::VectorXd& v, bool transposed, Eigen::VectorXd& out);

  void symmetric_part(const Eigen::VectorXd& v, Eigen::VectorXd& out);  ///< (J + J^T)/2 v
  void gram(const Eigen::VectorXd& v, Eigen::VectorXd& out);            ///< J^T J v
  void mean_gram(const Eigen::VectorXd& v, Eigen::VectorXd& out);       ///< (1/M) sum J_m^T J_m v
  void deviation_gram(const Eigen::VectorXd& v, Eigen::VectorXd& out);  ///< (1/M) sum (J_m - J)^T (J_m - J) v
  /// (1/M) sum (J_m - J_1)^T (J_m - J_1) v, J_1 of worker 0
  void deviation_from_first_gram(const Eigen::VectorXd& v, Eigen::VectorXd& out);
  /// (1/M) sum over m, mean over j of (J_{m,j} - J_m)^T (J_{m,j} - J_m) v, of a problem with samples_gram
  void sample_deviation_gram(const Eigen::VectorXd& v, Eigen::VectorXd& out);

 private:
  /// out = (1/M) sum of what `worker` makes of v.
  void mean_of(const Eigen::VectorXd& v, mpi::Network::WorkerFunction worker, Eigen::VectorXd& out);

  problems::Problem& problem_;
  mpi::Network& network_;
  Vector at_, v_, out_, mine_, mean_;
  Eigen::VectorXd image_, first_, squares_;
};

}  // namespace trivium::analysis::detail
