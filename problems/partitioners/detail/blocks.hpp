#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <trivium/core/errors.hpp>

namespace trivium::problems::partitioners::detail {

/// Throws InputError unless every worker can get a row.
inline void require_enough_rows(std::size_t rows, int workers) {
  if (rows < static_cast<std::size_t>(workers)) {
    reject("{} rows cannot be dealt to {} workers: every worker needs at least one; ask for fewer workers",
           rows, workers);
  }
}

/// owner[order[i]] for rows in the given order, cut into contiguous blocks whose sizes differ by at most one,
/// the larger first.
inline std::vector<int> deal_blocks(std::span<const std::uint32_t> order, int workers) {
  require_enough_rows(order.size(), workers);
  std::vector<int> owner(order.size());
  const std::size_t size = order.size() / static_cast<std::size_t>(workers);
  const std::size_t larger = order.size() % static_cast<std::size_t>(workers);
  std::size_t next = 0;
  for (int worker = 0; worker < workers; ++worker) {
    const std::size_t end = next + size + (static_cast<std::size_t>(worker) < larger);
    while (next < end) owner[order[next++]] = worker;
  }
  return owner;
}

}  // namespace trivium::problems::partitioners::detail
