#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace trivium::gpu::detail {

/// A sparse matrix by rows, with cuSPARSE's 32-bit numbers: row i has the entries offsets[i] to
/// offsets[i + 1] - 1, and offsets[0] = 0.
struct Csr {
  std::size_t rows = 0, columns = 0;
  std::vector<std::int32_t> offsets, column_of;
  std::vector<double> values;
};

/// The rows that `offsets` cuts out of `column_of` and `values`. Throws InputError when rows, columns or
/// entries are 2^31 or more, std::logic_error for arrays that are no matrix.
Csr cut_rows(std::size_t columns, std::span<const std::size_t> offsets,
             std::span<const std::uint32_t> column_of, std::span<const double> values);

/// A^T; the entries of its rows are in the order of A's rows.
Csr transpose(const Csr& A);

}  // namespace trivium::gpu::detail
