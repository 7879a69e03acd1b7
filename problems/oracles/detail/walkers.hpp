#pragma once
#include <trivium/problems/oracles.hpp>

namespace trivium::problems::oracles {

/// A walker on a chain for every worker of this rank, each with random numbers of its own.
class Walkers {
 public:
  /// Every walker starts from the stationary law of its worker's chain, `chain_of(m)`.
  template <class ChainOf>
  Walkers(const Setting& setting, ChainOf chain_of)
      : workers_(setting.problem.traits().workers),
        seed_(setting.seed),
        draws_(static_cast<std::size_t>(workers_.count()), 0) {
    for (int m = workers_.first; m < workers_.last; ++m) {
      Stream stream = next_stream(m);
      states_.push_back(chain_of(m).start(stream));
    }
  }
  /// Worker m's random numbers for one draw; other ones at every call.
  Stream next_stream(int m) {
    return Stream(seed_, Purpose::noise, static_cast<std::uint64_t>(m), draws_[local(m)]++);
  }
  noise::chains::State& of(int m) { return states_[local(m)]; }
  std::size_t local(int m) const { return static_cast<std::size_t>(m - workers_.first); }
  std::size_t count() const { return states_.size(); }

  void state(Archive& archive) {
    std::vector<Vector> rows;
    for (const noise::chains::State& state : states_)
      rows.push_back(Vector{static_cast<double>(state.index), state.x});
    archive.workers("oracle.states", rows);
    archive.workers("oracle.draws", draws_, 1);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::span<const double> row = rows[i].span<double>();
      states_[i] = {static_cast<std::uint64_t>(row[0]), row[1]};
    }
  }

 private:
  WorkerRange workers_;
  std::uint64_t seed_;
  std::vector<std::uint64_t> draws_;
  std::vector<noise::chains::State> states_;
};

}  // namespace trivium::problems::oracles
