// Any bytes are LIBSVM rows or an InputError; rows that were read are consistent, and written again they read
// the same.
#include <cmath>
#include <cstdlib>
#include <string>
#include <string_view>

#include <trivium/core/errors.hpp>
#include <trivium/io/libsvm.hpp>

using namespace trivium;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void check(const io::SparseRows& rows) {
  require(rows.offsets.size() == rows.labels.size() + 1);
  require(rows.row_numbers.size() == rows.labels.size());
  require(rows.offsets.back() == rows.columns.size() && rows.columns.size() == rows.values.size());
  for (double label : rows.labels) require(std::isfinite(label));
  for (double value : rows.values) require(std::isfinite(value));
  for (std::size_t row = 0; row < rows.labels.size(); ++row)
    for (std::size_t i = rows.offsets[row] + 1; i < rows.offsets[row + 1]; ++i)
      require(rows.columns[i - 1] < rows.columns[i]);
}

std::string text_of(const io::SparseRows& rows) {
  std::string text;
  for (std::size_t row = 0; row < rows.labels.size(); ++row) {
    text += fmt::format("{}", rows.labels[row]);
    for (std::size_t i = rows.offsets[row]; i < rows.offsets[row + 1]; ++i)
      text += fmt::format(" {}:{}", std::uint64_t{rows.columns[i]} + 1, rows.values[i]);
    text += '\n';
  }
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  io::SparseRows rows;
  try {
    rows = io::parse_libsvm(std::string_view(reinterpret_cast<const char*>(data), size), "input");
  } catch (const InputError&) {
    return 0;
  }
  check(rows);
  const io::SparseRows again = io::parse_libsvm(text_of(rows), "again");
  require(again.offsets == rows.offsets && again.columns == rows.columns);
  require(again.values == rows.values && again.labels == rows.labels);
  return 0;
}
