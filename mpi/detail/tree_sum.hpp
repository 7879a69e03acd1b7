#pragma once
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include <trivium/core/vector.hpp>

namespace trivium::mpi {

/// A node of the fixed binary tree over positions 0, 1, 2, ...: the sum over [start, start + 2^level), start
/// a multiple of 2^level.
struct Node {
  std::size_t start;
  int level;
};

/// Stands for a number of positions that is not known.
inline constexpr std::size_t no_end = std::numeric_limits<std::size_t>::max();

/// True when `left` and `right` are the two halves of the node above them; the right half may be cut short by
/// the end of all positions.
bool are_siblings(const Node& left, const Node& right, std::size_t end = no_end);

/// The largest complete nodes that cover [first, last), in order: at most 2 log2(last) of them. A node that
/// reaches `end` is complete although positions from there on are missing; it keeps the level of its last
/// merge.
std::vector<Node> cover(std::size_t first, std::size_t last, std::size_t end = no_end);
void cover(std::size_t first, std::size_t last, std::size_t end, std::vector<Node>& nodes);

/// Sums vectors along the fixed tree: the same result for every way of cutting the positions into blocks.
/// Keeps O(log) vectors.
class TreeSum {
 public:
  explicit TreeSum(const Vector& prototype) : prototype_(prototype.like()) {}

  /// Starts over; the next vector stands at position `first`. With the number `end` of all positions, sums at
  /// the right edge are merged as soon as they can be, in the order in which `finish` would.
  void begin(std::size_t first, std::size_t end = no_end);
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
  std::size_t end_ = no_end;
};

}  // namespace trivium::mpi
