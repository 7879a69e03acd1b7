#pragma once
#include <cstddef>
#include <vector>

#include <trivium/core/matrix_shape.hpp>

namespace trivium::compressors {

/// A matrix X (a x c) in a vector and the rank r that is left of it: P has shape (a, r), Q has shape (c, r).
struct MatrixPart {
  MatrixShape shape;
  std::size_t rank = 0;
  std::size_t smaller_side() const { return shape.rows < shape.columns ? shape.rows : shape.columns; }
  std::size_t end() const { return shape.offset + shape.rows * shape.columns; }
  std::size_t size_P() const { return shape.rows * rank; }
  std::size_t size_Q() const { return shape.columns * rank; }
};

/// The matrices of a vector of `dimension`, each with rank r or its smaller side. Throws std::logic_error
/// unless they are in order, apart from one another and inside the vector.
std::vector<MatrixPart> matrix_parts(const std::vector<MatrixShape>& matrices, std::size_t dimension,
                                     std::size_t rank);
/// The vector as one matrix of `rows` rows, 0: ceil(sqrt d). Its last column may end beyond the vector.
/// Throws InputError for more rows than entries.
MatrixShape whole_vector(std::size_t dimension, std::size_t rows);

/// Calls f(begin, end) for every stretch of entries outside the matrices.
template <class F>
void for_each_gap(const std::vector<MatrixPart>& parts, std::size_t dimension, F f) {
  std::size_t begin = 0;
  for (const MatrixPart& part : parts) {
    if (begin < part.shape.offset) f(begin, part.shape.offset);
    begin = part.end();
  }
  if (begin < dimension) f(begin, dimension);
}

}  // namespace trivium::compressors
