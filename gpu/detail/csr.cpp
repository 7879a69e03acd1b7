#include "csr.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>

#include <trivium/core/errors.hpp>

namespace trivium::gpu::detail {
namespace {

constexpr std::size_t most = 2147483647;

}  // namespace

Csr cut_rows(std::size_t columns, std::span<const std::size_t> offsets,
             std::span<const std::uint32_t> column_of, std::span<const double> values) {
  if (offsets.empty() || !std::is_sorted(offsets.begin(), offsets.end()) || offsets.back() > values.size() ||
      column_of.size() != values.size())
    throw std::logic_error("the arrays of a sparse matrix contradict each other");
  const std::size_t first = offsets.front(), count = offsets.back() - first;
  Csr A{offsets.size() - 1, columns, {}, {}, {}};
  if (std::max({A.rows, columns, count}) > most)
    reject(
        "a sparse matrix of {} x {} with {} entries is too large for the CUDA device, whose limit is {} "
        "each; "
        "deal the rows to more workers",
        A.rows, columns, count, most);
  for (const std::size_t offset : offsets) A.offsets.push_back(static_cast<std::int32_t>(offset - first));
  for (const std::uint32_t column : column_of.subspan(first, count)) {
    if (column >= columns) throw std::logic_error("a sparse matrix has an entry outside of its columns");
    A.column_of.push_back(static_cast<std::int32_t>(column));
  }
  const std::span<const double> kept = values.subspan(first, count);
  A.values.assign(kept.begin(), kept.end());
  return A;
}

// A counting sort by column.
Csr transpose(const Csr& A) {
  Csr At{A.columns, A.rows, std::vector<std::int32_t>(A.columns + 1, 0),
         std::vector<std::int32_t>(A.values.size()), std::vector<double>(A.values.size())};
  for (const std::int32_t column : A.column_of) ++At.offsets[static_cast<std::size_t>(column) + 1];
  std::partial_sum(At.offsets.begin(), At.offsets.end(), At.offsets.begin());
  std::vector<std::int32_t> next(At.offsets.begin(), At.offsets.end() - 1);
  for (std::size_t i = 0; i < A.rows; ++i)
    for (auto e = static_cast<std::size_t>(A.offsets[i]); e < static_cast<std::size_t>(A.offsets[i + 1]);
         ++e) {
      const auto to = static_cast<std::size_t>(next[static_cast<std::size_t>(A.column_of[e])]++);
      At.column_of[to] = static_cast<std::int32_t>(i);
      At.values[to] = A.values[e];
    }
  return At;
}

}  // namespace trivium::gpu::detail
