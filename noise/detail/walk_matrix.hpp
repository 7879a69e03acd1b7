#pragma once
#include <vector>

#include <trivium/noise/graph.hpp>

#include "lanczos.hpp"

namespace trivium::noise::detail {

/// How a walker leaves a node of a graph.
enum class WalkRule {
  simple,               ///< to a uniform neighbour
  lazy,                 ///< stays with probability `hold`, else to a uniform neighbour
  metropolis_hastings,  ///< to a uniform neighbour v of u with probability min(1, deg u / deg v), else stays
};

/// The transition matrix P of a walk on a connected graph, reversible with respect to its stationary law pi,
/// as the symmetric matrix S = D^(1/2) P D^(-1/2), D = diag(pi). Its top eigenvector is the root of pi. The
/// graph outlives it.
class WalkMatrix {
 public:
  WalkMatrix(const Graph& graph, WalkRule rule, double hold);

  std::size_t states() const { return graph_.nodes(); }
  /// pi, and its root as a unit vector.
  std::vector<double> stationary() const;
  const Eigen::VectorXd& root() const { return root_; }
  /// The diagonal of S, which is that of P: the probabilities to stay.
  const Eigen::VectorXd& diagonal() const { return diagonal_; }
  /// The walker alternates between two sides: the smallest eigenvalue is -1.
  bool periodic() const { return periodic_; }
  /// out = S x; `out` is not `x`.
  void apply(const Eigen::VectorXd& x, Eigen::VectorXd& out) const;

 private:
  const Graph& graph_;
  WalkRule rule_;
  double move_;  // the probability that a walk by degrees moves
  // Of the walk whose law is uniform 1 / deg u, else 1 / sqrt(deg u): S(u, v) is the lesser, or the product.
  Eigen::VectorXd share_;
  Eigen::VectorXd diagonal_, root_;
  bool periodic_ = false;
};

}  // namespace trivium::noise::detail
