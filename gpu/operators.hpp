#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include <trivium/core/vector.hpp>
#include <trivium/gpu/device.hpp>

/// What operators on the card are made of. Every function puts its work on the device's one stream, in the
/// order of the calls, and returns without waiting; none allocates once its workspace is there. Numbers that
/// one kernel leaves for the next stay on the card. Constructors upload, wait, and throw InputError when
/// there is no card or not enough memory on it. Sizes or types that do not fit are a std::logic_error.
namespace trivium::gpu {

/// Neighbouring entries of a vector on the card, to be read. The vector outlives the part.
struct ConstPart {
  ConstPart(const Vector& x) : ConstPart(x, 0, x.size()) {}
  ConstPart(const Vector& x, std::size_t first, std::size_t size);
  const void* data;
  std::size_t size;
  Dtype dtype;
};

/// The same, to be written.
struct Part {
  Part(Vector& x) : Part(x, 0, x.size()) {}
  Part(Vector& x, std::size_t first, std::size_t size);
  void* data;
  std::size_t size;
  Dtype dtype;
};

/// A part read as a row-major matrix: rows of equal length, one behind the other. None of both is 0.
struct MatrixPart {
  MatrixPart(Part part, std::size_t rows);
  void* data;
  std::size_t rows, columns;
  Dtype dtype;
  std::size_t size() const { return rows * columns; }
};

/// The same, to be read.
struct ConstMatrixPart {
  ConstMatrixPart(ConstPart part, std::size_t rows);
  ConstMatrixPart(const MatrixPart& all)
      : data(all.data), rows(all.rows), columns(all.columns), dtype(all.dtype) {}
  const void* data;
  std::size_t rows, columns;
  Dtype dtype;
  std::size_t size() const { return rows * columns; }
};

enum class Op { plain, transposed };  ///< op(A) is A or A^T

/// A dense row-major matrix on the card.
class Matrix {
 public:
  Matrix() = default;
  /// T = double or float. Row i is `columns` scalars at entries + i * leading, on the host.
  template <class T>
  Matrix(std::size_t rows, std::size_t columns, const T* entries, std::size_t leading)
      : Matrix(rows, columns, entries, leading, dtype_of<T>()) {}
  std::size_t rows() const { return rows_; }
  std::size_t columns() const { return columns_; }
  std::size_t leading() const { return leading_; }
  bool empty() const { return rows_ == 0; }
  const Vector& entries() const { return entries_; }

 private:
  Matrix(std::size_t rows, std::size_t columns, const void* entries, std::size_t leading, Dtype dtype);
  std::size_t rows_ = 0, columns_ = 0, leading_ = 0;
  Vector entries_;
};

/// A sparse matrix on the card, and its transpose beside it, so that both products read rows: fast, and the
/// same bits in every run. Copies share it: it never changes.
class SparseMatrix {
 public:
  /// Row i has the entries (column_of[e], values[e]), e from offsets[i] to offsets[i + 1] - 1; the columns of
  /// a row differ. `offsets` has one number more than there are rows. Throws InputError for 2^31 or more
  /// entries, rows or columns.
  SparseMatrix(std::size_t columns, std::span<const std::size_t> offsets,
               std::span<const std::uint32_t> column_of, std::span<const double> values, Dtype dtype);

  struct Stored;
  const Stored& stored() const { return *stored_; }

 private:
  std::shared_ptr<const Stored> stored_;
};

/// out = alpha op(A) x + beta out; with beta = 0 what `out` held does not matter. `out` overlaps no x.
void multiply(double alpha, const Matrix& A, Op op, ConstPart x, double beta, Part out);
void multiply(double alpha, const SparseMatrix& A, Op op, ConstPart x, double beta, Part out);

/// out = alpha op_A(A) op_B(B) + beta out; with beta = 0 what `out` held does not matter. `out` overlaps
/// neither.
void multiply(double alpha, ConstMatrixPart A, Op op_A, ConstMatrixPart B, Op op_B, double beta,
              MatrixPart out);

/// Both halves of a saddle-point operator in one pass over A, in one fixed order of the sums:
///   out_rows += row_weight A y,  out_columns += column_weight A^T x.  The results overlap no argument.
void add_both_products(const Matrix& A, double row_weight, ConstPart y, Part out_rows, double column_weight,
                       ConstPart x, Part out_columns);

/// out = x; they do not overlap.
void copy(Part out, ConstPart x);

/// product = <x, y>, added up in float64 in one fixed order. `product` is one float64 entry.
void dot(ConstPart x, ConstPart y, Part product);

/// The diagonal part of a saddle-point operator at z = (x, y), halves of n entries each:
///   out = (e x + sign g y, e y - sign g x) + q,  entry by entry. e and g have shape (n), q (2n); no q: null.
void couple(ConstPart e, ConstPart g, double sign, const ConstPart* q, ConstPart z, Part out);

/// residuals = weight (residuals + shift - labels) and sum = the sum of them, added up in float64 in one
/// fixed order. `shift` and `sum` are one float64 entry each.
void settle_residuals(double weight, ConstPart shift, ConstPart labels, Part residuals, Part sum);

/// The dense rest of robust regression at z = (x, y), halves of n entries each, r = `mean`, one float64
/// entry:
///   out_x += r y + lambda x,  out_y = beta y - r x.
void finish_regression(ConstPart mean, double lambda, double beta, ConstPart z, Part out);

}  // namespace trivium::gpu
