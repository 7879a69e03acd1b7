// What operators on the card share, with CUDA or without: parts of vectors and the upload of a matrix.
#include <stdexcept>

#include <fmt/format.h>

#include <trivium/gpu/operators.hpp>

namespace trivium::gpu {
namespace {

/// The address of entry `first`, after a look at the vector.
const void* at(const Vector& x, std::size_t first, std::size_t size) {
  if (&x.device() != &device())
    throw std::logic_error(fmt::format("an operator on the card got a vector on {}", x.device().name()));
  if (first > x.size() || size > x.size() - first)
    throw std::logic_error(
        fmt::format("entries {} to {} asked for of a vector of {}", first, first + size, x.size()));
  return static_cast<const std::byte*>(x.data()) + first * size_of(x.dtype());
}

/// The length of a row when `size` entries are cut into `rows`.
std::size_t row_length(std::size_t size, std::size_t rows) {
  if (rows == 0 || size == 0 || size % rows != 0)
    throw std::logic_error(fmt::format("{} entries were to be {} rows of equal length", size, rows));
  return size / rows;
}

}  // namespace

ConstPart::ConstPart(const Vector& x, std::size_t first, std::size_t size)
    : data(at(x, first, size)), size(size), dtype(x.dtype()) {}

Part::Part(Vector& x, std::size_t first, std::size_t size)
    : data(const_cast<void*>(at(x, first, size))), size(size), dtype(x.dtype()) {}

MatrixPart::MatrixPart(Part part, std::size_t rows)
    : data(part.data), rows(rows), columns(row_length(part.size, rows)), dtype(part.dtype) {}

ConstMatrixPart::ConstMatrixPart(ConstPart part, std::size_t rows)
    : data(part.data), rows(rows), columns(row_length(part.size, rows)), dtype(part.dtype) {}

Matrix::Matrix(std::size_t rows, std::size_t columns, const void* entries, std::size_t leading, Dtype dtype)
    : rows_(rows), columns_(columns), leading_(leading) {
  if (rows == 0 || columns == 0 || leading < columns)
    throw std::logic_error(
        fmt::format("a matrix of {} x {} whose rows are {} apart", rows, columns, leading));
  const std::size_t scalars = (rows - 1) * leading + columns;  // nothing is read behind the last row
  entries_ = Vector(scalars, dtype, device());
  device().upload(entries_.data(), entries, entries_.bytes());
}

}  // namespace trivium::gpu
