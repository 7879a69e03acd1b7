#pragma once
#include <cstddef>
#include <span>
#include <vector>

#include <trivium/core/vector.hpp>

namespace trivium::mpi {

/// A node of the fixed binary tree over positions 0, 1, 2, ...: the sum over [start, start + 2^level), start a multiple of 2^level.
struct Node {
  std::size_t start;
  int level;
};

/// True when `left` and `right` are the two halves of the node above them.
bool are_siblings(const Node& left, const Node& right);

/// The largest complete nodes that cover [first, last), in order: at most 2 log2(last) of them.
std::vector<Node> cover(std::size_t first, std::size_t last);
void cover(std::size_t first, std::size_t last, std::vector<Node>& nodes);

/// Sums vectors along the fixed tree: the same result for every way of cutting the positions into blocks. Keeps O(log) vectors.
class TreeSum {
 public:
  explicit TreeSum(const Vector& prototype) : prototype_(prototype.like()) {}

  /// Starts over; the next vector stands at position `first`.
  void begin(std::size_t first);
  /// Where the caller puts the next vector (at the next position, or the node given), before `push`.
  Vector& next();
  void push() { push({position_, 0}); }
  void push(Node node);
  /// The sums not merged yet, in order.
  std::span<const Node> nodes() const { return nodes_; }
  Vector& sum(std::size_t i) { return pool_[i]; }
  /// out = weight * (sum of everything pushed), incomplete nodes joined from the right.
  void finish(double weight, Vector& out);

 private:
  Vector prototype_;
  std::vector<Node> nodes_;
  std::vector<Vector> pool_;  // pool_[i] holds nodes_[i]; one more is the next leaf
  std::size_t position_ = 0;
};

}  // namespace trivium::mpi
