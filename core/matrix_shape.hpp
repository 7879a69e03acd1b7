#pragma once
#include <cstddef>

namespace trivium {

/// A part of a vector that is a matrix: entry (i, j) stands at offset + i + j * rows.
struct MatrixShape {
  std::size_t offset = 0;
  std::size_t rows = 0;
  std::size_t columns = 0;
};

}  // namespace trivium
