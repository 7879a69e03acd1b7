#include "tree_sum.hpp"

namespace trivium::mpi {

bool are_siblings(const Node& left, const Node& right) {
  const std::size_t width = std::size_t{1} << left.level;
  return left.level == right.level && left.start + width == right.start && left.start % (2 * width) == 0;
}

std::vector<Node> cover(std::size_t first, std::size_t last) {
  std::vector<Node> nodes;
  cover(first, last, nodes);
  return nodes;
}

void cover(std::size_t first, std::size_t last, std::vector<Node>& nodes) {
  nodes.clear();
  while (first < last) {
    int level = 0;
    while (first % (std::size_t{2} << level) == 0 && first + (std::size_t{2} << level) <= last) ++level;
    nodes.push_back({first, level});
    first += std::size_t{1} << level;
  }
}

void TreeSum::begin(std::size_t first) {
  nodes_.clear();
  position_ = first;
}

Vector& TreeSum::next() {
  if (pool_.size() == nodes_.size()) pool_.push_back(prototype_.like());
  return pool_[nodes_.size()];
}

void TreeSum::push(Node node) {
  position_ = node.start + (std::size_t{1} << node.level);
  nodes_.push_back(node);
  while (nodes_.size() > 1 && are_siblings(nodes_[nodes_.size() - 2], nodes_.back())) {
    Vector& left = pool_[nodes_.size() - 2];
    combine(left, {{1, left}, {1, pool_[nodes_.size() - 1]}});
    nodes_.pop_back();
    nodes_.back().level += 1;
  }
}

void TreeSum::finish(double weight, Vector& out) {
  for (std::size_t i = nodes_.size() - 1; i > 0; --i) combine(pool_[i - 1], {{1, pool_[i - 1]}, {1, pool_[i]}});
  combine(out, {{weight, pool_[0]}});
}

}  // namespace trivium::mpi
