#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include <trivium/core/message.hpp>
#include <trivium/core/vector.hpp>
#include <trivium/mpi/transport.hpp>

#include "tree_sum.hpp"

namespace trivium::mpi {

/// Positions cut by rank: rank r's participants are the positions [cut[r], cut[r + 1]).
using Cut = std::vector<std::size_t>;
void cut_by_rank(std::span<const int> participants, int workers, int ranks, Cut& cut);

/// Sums dense vectors along the fixed tree across ranks. A rank sends its O(log M) partial sums; a lone
/// worker's vector travels in its own format, sums of several in the vector's type.
class DenseSum {
 public:
  explicit DenseSum(const Vector& prototype) : tree_(prototype), incoming_(prototype.like()) {}

  void begin(std::size_t first, std::size_t end) { tree_.begin(first, end); }
  Vector& next() { return tree_.next(); }
  void push() { tree_.push(); }
  TreeSum& tree() { return tree_; }

  /// out = weight * sum on rank 0, over a binomial tree of the ranks that have participants. When each rank
  /// has one at most, exactly one vector for each participant that is not rank 0's travels; then float32
  /// numbers in float64 vectors go straight to rank 0, because their sums would need 64 bits.
  void on_server(Transport& transport, Channel channel, const Cut& cut, ValueFormat format, double weight,
                 Vector& out);
  /// out = weight * sum, rounded to `format`, on every rank: each rank sums a slice of the coordinates and
  /// sends it to all, or for short vectors `on_server` and `spread`. 2 (P - 1) d values travel when each rank
  /// holds one worker.
  void everywhere(Transport& transport, Channel channel, const Cut& cut, ValueFormat format, double weight,
                  Vector& out);
  /// Rank 0's x, whose entries are numbers of `format`, on every rank.
  void spread(Transport& transport, Channel channel, ValueFormat format, Vector& x);
  /// The same on the ranks that have participants only; nothing goes to the others, whose x stays.
  void spread_to(Transport& transport, Channel channel, const Cut& cut, ValueFormat format, Vector& x);

 private:
  void sum_slices(Transport& transport, Channel channel, const Cut& cut, ValueFormat format, double weight,
                  Vector& out);

  void send_nodes(Transport& transport, Channel channel, ValueFormat format, int to);
  void receive_nodes(Transport& transport, Channel channel, ValueFormat format, const Cut& cut, int from,
                     int last);
  std::span<std::byte> stage(std::size_t bytes);

  TreeSum tree_;
  Vector incoming_;
  // Kept from call to call, so that a round does not allocate.
  std::vector<std::vector<std::byte>> staging_;
  std::size_t staged_ = 0;
  std::vector<std::vector<Node>> covers_;
  std::vector<int> active_;  // ranks that have participants
  std::optional<TreeSum> slice_;
  Vector slice_result_;
  std::vector<Send> sends_;
  std::vector<Receive> receives_;
};

}  // namespace trivium::mpi
