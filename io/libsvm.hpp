#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <trivium/core/function_ref.hpp>
#include <trivium/io/data_files.hpp>

// LIBSVM text, plain or gzipped: one row a line, `label index:value index:value ...`, indices from 1,
// ascending. A row may have no pairs. Blank lines and what follows a `#` are left out; Windows line ends are
// fine.
//
// Whatever else is found throws InputError "path:line: what was found, what was expected".

namespace trivium::io {

/// What a first pass over a file finds.
struct LibsvmSummary {
  std::size_t rows = 0;
  std::size_t columns = 0;  ///< the largest index
  std::vector<double> labels;
  std::size_t nonzeros = 0;  ///< pairs, those with value 0 included
};

/// Reads and checks the whole file, keeps only the labels.
LibsvmSummary scan_libsvm(const std::string& path);

/// Some rows of a file, compressed: the pairs of row r are [offsets[r], offsets[r + 1]).
struct SparseRows {
  std::vector<std::size_t> offsets{0};
  std::vector<std::uint32_t> columns;  ///< from 0
  std::vector<double> values;
  std::vector<double> labels;
  std::vector<std::size_t> row_numbers;  ///< in the file, from 0
};

/// Reads the rows that `keep` wants; it is asked once for each row, in order. Rows that are not kept are
/// passed over unread (a scan checks them), so a rank that keeps few of them is quick.
SparseRows read_libsvm(const std::string& path, FunctionRef<bool(std::size_t row)> keep);

/// All rows of a text in memory; `name` stands for the path in errors.
SparseRows parse_libsvm(std::string_view text, const std::string& name);

enum class Labels { as_they_are, plus_minus_one };

/// Maps the labels of a whole file, in place. plus_minus_one: the smaller of two distinct values becomes -1,
/// the larger +1; throws InputError when there are not exactly two.
void map_labels(std::span<double> labels, Labels labels_as, const std::string& path);

}  // namespace trivium::io
