#pragma once
#include <cstddef>
#include <cstdlib>
#include <memory>

namespace trivium::problems::detail {

/// How many entries past the end of a padded array a product may read: those of one vector register.
inline constexpr std::size_t read_past = 64 / sizeof(float);

/// A dense row-major matrix of zeros in 64-byte aligned memory, T = double or float. Rows may be padded:
/// entry (i, j) is row(i)[j]. One vector register's width past the end of any row may be read and holds
/// finite numbers as long as the entries are finite.
template <class T>
class Matrix {
 public:
  Matrix() = default;
  /// Throws InputError with one sentence when there is not enough memory.
  Matrix(std::size_t rows, std::size_t columns);

  std::size_t rows() const { return rows_; }
  std::size_t columns() const { return columns_; }
  std::size_t leading() const { return leading_; }  ///< scalars from one row to the next
  bool empty() const { return rows_ == 0; }
  T* row(std::size_t i) { return data_.get() + i * leading_; }
  const T* row(std::size_t i) const { return data_.get() + i * leading_; }

 private:
  struct Free {
    void operator()(T* memory) const { std::free(memory); }
  };
  std::size_t rows_ = 0, columns_ = 0, leading_ = 0;
  std::unique_ptr<T[], Free> data_;
};

// Products that read the matrix once, at the speed of memory, and allocate nothing. Results are added to
// `out`, so the caller starts it with the terms that cost no pass. The order of the sums depends on the shape
// of A (and the processor the library was built for), not on addresses. `out` overlaps no input. Entries of A
// are finite.

/// out += weight * A y. y has shape (columns), out (rows).
template <class T>
void add_product(const Matrix<T>& A, T weight, const T* y, T* out);

/// out += weight * A^T x. x has shape (rows), out (columns).
template <class T>
void add_transposed_product(const Matrix<T>& A, T weight, const T* x, T* out);

/// out = start + weight * A^T x. `start` has the shape of `out`, and `read_past` finite entries after it may
/// be read.
template <class T>
void affine_transposed_product(const Matrix<T>& A, T weight, const T* x, const T* start, T* out);

/// Both halves of a saddle operator in one pass over A: out_rows += row_weight * A y and
/// out_columns += column_weight * A^T x.
template <class T>
void add_both_products(const Matrix<T>& A, T row_weight, const T* y, T* out_rows, T column_weight, const T* x,
                       T* out_columns);

}  // namespace trivium::problems::detail
