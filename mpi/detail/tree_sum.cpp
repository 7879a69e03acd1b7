#include "tree_sum.hpp"

namespace trivium::mpi {

bool are_siblings(const Node& left, const Node& right, std::size_t end) {
  const std::size_t width = std::size_t{1} << left.level, right_width = std::size_t{1} << right.level;
  return left.start + width == right.start && left.start % (2 * width) == 0 &&
         (left.level == right.level || (right.level < left.level && end - right.start <= right_width));
}

std::vector<Node> cover(std::size_t first, std::size_t last, std::size_t end) {
  std::vector<Node> nodes;
  cover(first, last, end, nodes);
  return nodes;
}

void cover(std::size_t first, std::size_t last, std::size_t end, std::vector<Node>& nodes) {
  nodes.clear();
  while (first < last) {
    int level = 0;
    while (first % (std::size_t{2} << level) == 0 && first + (std::size_t{2} << level) <= last) ++level;
    nodes.push_back({first, level});
    first += std::size_t{1} << level;
  }
  while (nodes.size() > 1 && are_siblings(nodes[nodes.size() - 2], nodes.back(), end)) {
    nodes.pop_back();
    nodes.back().level += 1;
  }
}

void TreeSum::begin(std::size_t first, std::size_t end) {
  nodes_.clear();
  position_ = first;
  end_ = end;
}

Vector& TreeSum::next() {
  if (pool_.size() == nodes_.size()) pool_.push_back(prototype_.like());
  return pool_[nodes_.size()];
}

void TreeSum::push(Node node) {
  position_ = node.start + (std::size_t{1} << node.level);
  nodes_.push_back(node);
  while (nodes_.size() > 1 && are_siblings(nodes_[nodes_.size() - 2], nodes_.back(), end_)) {
    Vector& left = pool_[nodes_.size() - 2];
    combine(left, {{1, left}, {1, pool_[nodes_.size() - 1]}});
    nodes_.pop_back();
    nodes_.back().level += 1;
  }
}

void TreeSum::finish(double weight, Vector& out) {
  for (std::size_t i = nodes_.size() - 1; i > 0; --i)
    combine(pool_[i - 1], {{1, pool_[i - 1]}, {1, pool_[i]}});
  combine(out, {{weight, pool_[0]}});
}

}  // namespace trivium::mpi
