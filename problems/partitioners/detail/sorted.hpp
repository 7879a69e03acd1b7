#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include <trivium/core/fields.hpp>
#include <trivium/core/stream.hpp>

#include "blocks.hpp"

namespace trivium::problems::partitioners::detail {

/// The parameters of partitioners that sort: how much of the order is kept.
struct SortedShare {
  double theta = 1;
  std::int64_t seed = 1;
  void describe(Fields& fields) {
    fields.real("theta", theta, {0, 1},
                "share of the rows that keep their sorted place; 0 shuffles them all, 1 sorts them all");
    fields.integer("seed", seed, non_negative, "which rows are shuffled, and how");
  }
};

/// What `deal_sorted` does, for the catalogue.
inline constexpr const char* sorted_rule =
    "round(theta N) of the N rows, chosen at random, keep their place; the others are shuffled among\n"
    "the remaining places. The order is cut into contiguous blocks whose sizes differ by at most one";

/// Sorts the rows by ascending key, equal keys in the order of the file, loosens the order to the share that
/// is kept, and cuts it into blocks. For one seed the rows that are loose at a theta are loose at every
/// smaller one.
inline std::vector<int> deal_sorted(std::span<const double> keys, const SortedShare& share, int workers) {
  require_enough_rows(keys.size(), workers);
  std::vector<std::uint32_t> order(keys.size());
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return keys[a] < keys[b]; });

  const auto kept = static_cast<std::size_t>(std::llround(share.theta * static_cast<double>(keys.size())));
  Stream stream(static_cast<std::uint64_t>(share.seed), Purpose::partition, everyone, 0);
  std::vector<std::uint32_t> places(keys.size());
  stream.permutation(places);
  places.resize(keys.size() - kept);
  std::vector<std::uint32_t> turn(places.size()), loose(places.size());
  stream.permutation(turn);
  for (std::size_t i = 0; i < places.size(); ++i) loose[i] = order[places[turn[i]]];
  for (std::size_t i = 0; i < places.size(); ++i) order[places[i]] = loose[i];
  return deal_blocks(order, workers);
}

}  // namespace trivium::problems::partitioners::detail
