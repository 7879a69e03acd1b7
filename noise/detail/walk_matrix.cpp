#include "walk_matrix.hpp"

#include <algorithm>
#include <cmath>

namespace trivium::noise::detail {
namespace {

/// The sum of term(v) over nodes v, in four chains of additions, so that none waits for the others.
template <class Term>
double sum_over(std::span<const std::uint32_t> nodes, Term term) {
  double a = 0, b = 0, c = 0, d = 0;
  std::size_t i = 0;
  for (; i + 4 <= nodes.size(); i += 4) {
    a += term(nodes[i]);
    b += term(nodes[i + 1]);
    c += term(nodes[i + 2]);
    d += term(nodes[i + 3]);
  }
  for (; i < nodes.size(); ++i) a += term(nodes[i]);
  return (a + b) + (c + d);
}

}  // namespace

WalkMatrix::WalkMatrix(const Graph& graph, WalkRule rule, double hold)
    : graph_(graph), rule_(rule), move_(rule == WalkRule::lazy ? 1 - hold : 1) {
  const auto n = static_cast<Eigen::Index>(graph.nodes());
  Eigen::VectorXd degree(n);
  for (std::size_t u = 0; u < states(); ++u)
    degree[static_cast<Eigen::Index>(u)] = static_cast<double>(graph.degree(u));
  if (rule == WalkRule::metropolis_hastings) {
    share_ = degree.cwiseInverse();
    root_ = Eigen::VectorXd::Ones(n);
    diagonal_ = Eigen::VectorXd::Zero(n);
    for (std::size_t u = 0; u < states(); ++u)
      for (const std::uint32_t v : graph.neighbours(u)) {
        const double own = share_[static_cast<Eigen::Index>(u)];
        diagonal_[static_cast<Eigen::Index>(u)] += own - std::min(own, share_[v]);
      }
  } else {
    root_ = degree.cwiseSqrt();
    share_ = root_.cwiseInverse();
    diagonal_ = Eigen::VectorXd::Constant(n, 1 - move_);
  }
  root_.normalize();
  periodic_ = (diagonal_.array() == 0).all() && is_bipartite(graph);
}

std::vector<double> WalkMatrix::stationary() const {
  std::vector<double> law;
  for (const double root : root_) law.push_back(root * root);
  return law;
}

void WalkMatrix::apply(const Eigen::VectorXd& x, Eigen::VectorXd& out) const {
  out = diagonal_.cwiseProduct(x);
  const double *share = share_.data(), *from = x.data();
  for (std::size_t u = 0; u < states(); ++u) {
    const auto nodes = graph_.neighbours(u);
    const double own = share[u];
    out[static_cast<Eigen::Index>(u)] +=
        rule_ == WalkRule::metropolis_hastings
            ? sum_over(nodes, [=](std::uint32_t v) { return std::min(own, share[v]) * from[v]; })
            : move_ * own * sum_over(nodes, [=](std::uint32_t v) { return share[v] * from[v]; });
  }
}

}  // namespace trivium::noise::detail
