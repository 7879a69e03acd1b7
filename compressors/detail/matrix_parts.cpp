#include "matrix_parts.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <fmt/format.h>

#include <trivium/core/errors.hpp>

namespace trivium::compressors {

std::vector<MatrixPart> matrix_parts(const std::vector<MatrixShape>& matrices, std::size_t dimension,
                                     std::size_t rank) {
  std::vector<MatrixPart> parts;
  std::size_t end = 0;
  for (const MatrixShape& m : matrices) {
    if (m.rows == 0 || m.columns == 0 || m.offset < end || m.offset > dimension ||
        m.columns > (dimension - m.offset) / m.rows)
      throw std::logic_error(
          fmt::format("a {} x {} matrix at {} of a vector of {} is empty, overlaps one before it or ends "
                      "beyond the vector",
                      m.rows, m.columns, m.offset, dimension));
    parts.push_back({m, std::min({m.rows, m.columns, rank})});
    end = parts.back().end();
  }
  return parts;
}

MatrixShape whole_vector(std::size_t dimension, std::size_t rows) {
  if (rows == 0) rows = static_cast<std::size_t>(std::ceil(std::sqrt(static_cast<double>(dimension))));
  if (rows > dimension) reject("rank_r.rows = {} is more than the {} entries of the vector", rows, dimension);
  return {0, rows, (dimension + rows - 1) / rows};
}

}  // namespace trivium::compressors
