// Products on the card against plain loops. Numbers are integers where equality is asked for: every
// product and sum is then exact in any order, fused or not.
#include <cmath>
#include <memory>
#include <vector>

#include <catch2/catch.hpp>

#include <trivium/core/errors.hpp>
#include <trivium/gpu/operators.hpp>

#include "numbers.hpp"

using namespace trivium;
using namespace trivium::testing;
using gpu::ConstPart, gpu::Part, gpu::Op;

namespace {

const Dtype dtypes[] = {Dtype::float64, Dtype::float32};
// Around a warp and a block, and single rows and columns.
const std::pair<std::size_t, std::size_t> shapes[] = {{1, 1},     {31, 33},  {257, 100}, {100, 257},
                                                      {33, 1000}, {1, 1000}, {1000, 1},  {64, 64}};

/// A matrix by rows as float64 numbers; zeros are its empty places.
struct Plain {
  std::size_t rows, columns;
  std::vector<double> entries;
  double at(std::size_t i, std::size_t j) const { return entries[i * columns + j]; }
  /// alpha op(A) x + beta out, and in `sizes` the same sums of magnitudes.
  std::vector<double> product(double alpha, Op op, const std::vector<double>& x, double beta,
                              std::vector<double> out, std::vector<double>* sizes = nullptr) const {
    if (sizes != nullptr) sizes->assign(out.size(), 0);
    for (std::size_t k = 0; k < out.size(); ++k) {
      double sum = 0, size = 0;
      for (std::size_t l = 0; l < x.size(); ++l) {
        const double term = (op == Op::plain ? at(k, l) : at(l, k)) * x[l];
        sum += term;
        size += std::abs(term);
      }
      if (sizes != nullptr) (*sizes)[k] = std::abs(alpha) * size + std::abs(beta * out[k]);
      out[k] = alpha * sum + beta * out[k];
    }
    return out;
  }
};

template <class T>
gpu::Matrix dense_on_card(const Plain& A, std::size_t leading) {
  std::vector<T> padded(A.rows * leading, T{77});  // numbers that must not matter
  for (std::size_t i = 0; i < A.rows; ++i)
    for (std::size_t j = 0; j < A.columns; ++j) padded[i * leading + j] = static_cast<T>(A.at(i, j));
  return gpu::Matrix(A.rows, A.columns, padded.data(), leading);
}
gpu::Matrix dense_on_card(const Plain& A, Dtype dtype, std::size_t leading) {
  return dtype == Dtype::float64 ? dense_on_card<double>(A, leading) : dense_on_card<float>(A, leading);
}

/// Only every third entry, no entry in every fourth row; the rows stand behind `before` others.
gpu::SparseMatrix sparse_on_card(Plain& A, Dtype dtype, std::size_t before = 0) {
  std::vector<std::size_t> offsets;
  std::vector<std::uint32_t> column_of(before, 0);
  std::vector<double> values(before, 99);
  for (std::size_t i = 0; i < A.rows; ++i) {
    offsets.push_back(values.size());
    for (std::size_t j = 0; j < A.columns; ++j) {
      double& entry = A.entries[i * A.columns + j];
      if (i % 4 == 0 || (i + j) % 3 != 0) entry = 0;
      if (entry == 0) continue;
      column_of.push_back(static_cast<std::uint32_t>(j));
      values.push_back(entry);
    }
  }
  offsets.push_back(values.size());
  return gpu::SparseMatrix(A.columns, offsets, column_of, values, dtype);
}

Plain integer_matrix(std::size_t rows, std::size_t columns) {
  return {rows, columns, integers(rows * columns, Dtype::float64, 10, 100).to_host()};
}

/// 2 op(A) x - 3 out and op(A) x, inside of longer vectors that begin at odd places. Sums stay below 1000
/// products of 10^4: 10^7 < 2^24, exact in float32 too.
template <class M>
void products_are_exact(const Plain& A, const M& there, Dtype dtype) {
  for (const Op op : {Op::plain, Op::transposed}) {
    const std::size_t in = op == Op::plain ? A.columns : A.rows, to = op == Op::plain ? A.rows : A.columns;
    const Vector x = integers(in + 3, dtype, 1, 80), start = integers(to + 5, dtype, 2, 80);
    const std::vector<double> all = x.to_host(), before = start.to_host();
    const std::vector<double> used(all.begin() + 1, all.begin() + 1 + static_cast<std::ptrdiff_t>(in));
    const Vector x_there = on_card(x);
    for (const auto& [alpha, beta] : {std::pair{2.0, -3.0}, std::pair{1.0, 0.0}}) {
      std::vector<double> expected = before;
      const std::vector<double> middle(before.begin() + 3,
                                       before.begin() + 3 + static_cast<std::ptrdiff_t>(to));
      const std::vector<double> product = A.product(alpha, op, used, beta, middle);
      std::copy(product.begin(), product.end(), expected.begin() + 3);
      Vector out = on_card(start);
      gpu::multiply(alpha, there, op, ConstPart(x_there, 1, in), beta, Part(out, 3, to));
      INFO(A.rows << " x " << A.columns << " of " << name_of(dtype)
                  << (op == Op::plain ? ", plain" : ", transposed") << ", beta " << beta);
      CHECK(out.to_host() == expected);
    }
  }
}

/// Full mantissas: every sum of k terms is within (k + 3) roundings of its terms' magnitudes, in any order.
/// What multiplies in fewer digits misses it.
template <class M>
void products_agree_to_rounding(const Plain& A, const M& there, Dtype dtype) {
  for (const Op op : {Op::plain, Op::transposed}) {
    const std::size_t in = op == Op::plain ? A.columns : A.rows, to = op == Op::plain ? A.rows : A.columns;
    const Vector x = reals(in, dtype, 1), start = reals(to, dtype, 2), x_there = on_card(x);
    std::vector<double> sizes;
    const double alpha = 0.75, beta = 0.5;  // exact in both types
    const std::vector<double> expected = A.product(alpha, op, x.to_host(), beta, start.to_host(), &sizes);
    Vector out = on_card(start), again = on_card(start);
    gpu::multiply(alpha, there, op, x_there, beta, out);
    gpu::multiply(alpha, there, op, x_there, beta, again);
    const std::vector<double> found = out.to_host();
    CHECK(again.to_host() == found);  // the same bits every time
    double worst = 0;                 // of the bound
    for (std::size_t i = 0; i < to; ++i)
      worst = std::max(worst, std::abs(found[i] - expected[i]) /
                                  (static_cast<double>(in + 3) * 2 * unit(dtype) * sizes[i]));
    CHECK(worst <= 1);
  }
}

Plain real_matrix(std::size_t rows, std::size_t columns, Dtype dtype) {
  return {rows, columns, reals(rows * columns, dtype, 10).to_host()};
}

}  // namespace

TEST_CASE("without a card an operator says why and what to do") {
  if (gpu::available()) return;
  const double one = 1;
  const std::vector<std::size_t> offsets{0, 1};
  const std::vector<std::uint32_t> columns{0};
  const Vector on_host(3);
  CHECK_THROWS_AS(gpu::Matrix(1, 1, &one, 1), InputError);
  CHECK_THROWS_WITH(gpu::Matrix(1, 1, &one, 1), gpu::why_not());
  CHECK_THROWS_AS(gpu::SparseMatrix(1, offsets, columns, {&one, 1}, Dtype::float64), InputError);
  CHECK_THROWS_WITH(gpu::SparseMatrix(1, offsets, columns, {&one, 1}, Dtype::float64), gpu::why_not());
  CHECK_THROWS_WITH(ConstPart(on_host), gpu::why_not());
}

TEST_CASE("products with a dense matrix are those of plain loops") {
  if (no_card()) return;
  for (const Dtype dtype : dtypes)
    for (const auto& [rows, columns] : shapes) {
      const Plain A = integer_matrix(rows, columns);
      products_are_exact(A, dense_on_card(A, dtype, columns), dtype);
      products_are_exact(A, dense_on_card(A, dtype, columns + 7), dtype);
    }
}

TEST_CASE("products with a sparse matrix are those of plain loops, with empty rows and columns") {
  if (no_card()) return;
  for (const Dtype dtype : dtypes)
    for (const auto& [rows, columns] : shapes)
      for (const std::size_t before : {0, 5}) {
        Plain A = integer_matrix(rows, columns);
        const gpu::SparseMatrix there = sparse_on_card(A, dtype, before);
        products_are_exact(A, there, dtype);
      }
}

TEST_CASE("products of reals are within rounding and the same in every run") {
  if (no_card()) return;
  for (const Dtype dtype : dtypes) {
    Plain A = real_matrix(301, 517, dtype);
    products_agree_to_rounding(A, dense_on_card(A, dtype, 517), dtype);
    const gpu::SparseMatrix there = sparse_on_card(A, dtype);
    products_agree_to_rounding(A, there, dtype);
  }
}

TEST_CASE("both products in one pass are those of plain loops") {
  if (no_card()) return;
  // Beyond the tiles of 512 or 1024 columns and 32 rows, rows on multiples of 16 bytes and not.
  std::vector<std::pair<std::size_t, std::size_t>> more(std::begin(shapes), std::end(shapes));
  more.insert(more.end(), {{700, 513}, {300, 1030}, {9, 2500}});
  for (const Dtype dtype : dtypes)
    for (const auto& [rows, columns] : more)
      for (const std::size_t leading : {columns, columns + 1, (columns + 15) / 16 * 16}) {
        INFO(rows << " x " << columns << " of " << name_of(dtype) << ", rows " << leading << " apart");
        const Plain A = {rows, columns, integers(rows * columns, Dtype::float64, 10, 30).to_host()};
        const gpu::Matrix there = dense_on_card(A, dtype, leading);
        // x and y, and the results, as halves of vectors as operators have them
        const Vector z = integers(rows + columns, dtype, 1, 80),
                     start = integers(rows + columns, dtype, 2, 80);
        const std::vector<double> all = z.to_host(), before = start.to_host();
        const auto cut = static_cast<std::ptrdiff_t>(rows);
        const std::vector<double> x(all.begin(), all.begin() + cut), y(all.begin() + cut, all.end());
        std::vector<double> expected = A.product(2, Op::plain, y, 1, {before.begin(), before.begin() + cut});
        const std::vector<double> below =
            A.product(-3, Op::transposed, x, 1, {before.begin() + cut, before.end()});
        expected.insert(expected.end(), below.begin(), below.end());
        const Vector z_there = on_card(z);
        Vector out = on_card(start);
        gpu::add_both_products(there, 2, ConstPart(z_there, rows, columns), Part(out, 0, rows), -3,
                               ConstPart(z_there, 0, rows), Part(out, rows, columns));
        CHECK(out.to_host() == expected);
      }
}

TEST_CASE("both products of reals are within rounding and the same in every run") {
  if (no_card()) return;
  for (const Dtype dtype : dtypes) {
    const Plain A = real_matrix(301, 1517, dtype);
    const gpu::Matrix there = dense_on_card(A, dtype, 1520);
    const Vector x = reals(301, dtype, 1), y = reals(1517, dtype, 2);
    const Vector x_there = on_card(x), y_there = on_card(y);
    std::vector<double> found[2];
    for (std::vector<double>& result : found) {
      Vector rows(301, dtype, gpu::device()), columns(1517, dtype, gpu::device());
      gpu::add_both_products(there, 1, y_there, rows, 1, x_there, columns);
      result = rows.to_host();
      const std::vector<double> more = columns.to_host();
      result.insert(result.end(), more.begin(), more.end());
    }
    CHECK(found[0] == found[1]);
    std::vector<double> sizes, more_sizes;
    std::vector<double> expected = A.product(1, Op::plain, y.to_host(), 0, std::vector<double>(301), &sizes);
    const std::vector<double> more =
        A.product(1, Op::transposed, x.to_host(), 0, std::vector<double>(1517), &more_sizes);
    expected.insert(expected.end(), more.begin(), more.end());
    sizes.insert(sizes.end(), more_sizes.begin(), more_sizes.end());
    double worst = 0;  // of (k + 3) roundings of the terms' magnitudes
    for (std::size_t i = 0; i < expected.size(); ++i)
      worst = std::max(
          worst, std::abs(found[0][i] - expected[i]) / ((i < 301 ? 1520 : 304) * 2 * unit(dtype) * sizes[i]));
    CHECK(worst <= 1);
  }
}

TEST_CASE("a new result does not depend on what was there") {
  if (no_card()) return;
  Plain A = integer_matrix(33, 34);
  const gpu::Matrix dense = dense_on_card(A, Dtype::float64, 34);
  const gpu::SparseMatrix sparse = sparse_on_card(A, Dtype::float64);
  const Vector x = on_card(integers(34, Dtype::float64, 1));
  for (const bool is_dense : {true, false}) {
    Vector out(33, Dtype::float64, gpu::device());
    fill(out, std::nan(""));
    if (is_dense)
      gpu::multiply(1, dense, Op::plain, x, 0, out);
    else
      gpu::multiply(1, sparse, Op::plain, x, 0, out);
    for (const double entry : out.to_host()) CHECK(std::isfinite(entry));
  }
}

TEST_CASE("a product that stays on the card is exact on integers") {
  if (no_card()) return;
  for (const Dtype dtype : dtypes)
    for (const std::size_t size : {1, 31, 33, 1000, 200003}) {
      const Vector x = integers(size + 1, dtype, 0), y = integers(size + 1, dtype, 1);
      const std::vector<double> a = x.to_host(), b = y.to_host();
      double expected = 0;
      for (std::size_t i = 0; i < size; ++i) expected += a[i] * b[i + 1];
      const Vector p = on_card(x), q = on_card(y);
      Vector product = number(-1);
      gpu::dot(ConstPart(p, 0, size), ConstPart(q, 1, size), product);
      INFO("size " << size << " of " << name_of(dtype));
      CHECK(product.to_host()[0] == expected);
    }
}

TEST_CASE("products of two matrices, each as it is or transposed") {
  if (no_card()) return;
  struct Sizes {
    std::size_t rows, depth, columns;
  };
  for (const Dtype dtype : dtypes)
    for (const auto& [rows, depth, columns] :
         {Sizes{1, 1, 1}, Sizes{1, 33, 7}, Sizes{5, 1, 40}, Sizes{33, 100, 31}, Sizes{257, 10, 3}})
      for (const Op op_A : {Op::plain, Op::transposed})
        for (const Op op_B : {Op::plain, Op::transposed}) {
          const Vector a = on_card(integers(rows * depth, dtype, 0, 50)),
                       b = on_card(integers(depth * columns, dtype, 1, 50));
          const std::vector<double> A = a.to_host(), B = b.to_host();
          std::vector<double> product(rows * columns, 0.0);
          for (std::size_t i = 0; i < rows; ++i)
            for (std::size_t j = 0; j < columns; ++j)
              for (std::size_t k = 0; k < depth; ++k)
                product[i * columns + j] += (op_A == Op::plain ? A[i * depth + k] : A[k * rows + i]) *
                                            (op_B == Op::plain ? B[k * columns + j] : B[j * depth + k]);
          Vector out(rows * columns, dtype, gpu::device());
          fill(out, std::nan(""));  // with beta = 0 it does not matter
          const auto multiply = [&](double alpha, double beta) {
            gpu::multiply(alpha, {a, op_A == Op::plain ? rows : depth}, op_A,
                          {b, op_B == Op::plain ? depth : columns}, op_B, beta, {out, rows});
          };
          INFO(rows << ", " << depth << ", " << columns << " of " << name_of(dtype));
          multiply(1, 0);
          CHECK(out.to_host() == product);
          multiply(-2, 3);  // 3 - 2 = 1
          CHECK(out.to_host() == product);
        }
  Vector six = on_card(Vector(6));
  CHECK_THROWS_AS(gpu::multiply(1, {six, 2}, Op::plain, {six, 2}, Op::plain, 0, {six, 2}), std::logic_error);
}

TEST_CASE("a copy on the card moves the entries of a part") {
  if (no_card()) return;
  for (const Dtype dtype : dtypes) {
    const Vector x = integers(100, dtype, 0);
    const Vector there = on_card(x);
    Vector out(40, dtype, gpu::device());
    gpu::copy(out, ConstPart(there, 33, 40));
    const std::vector<double> all = x.to_host();
    CHECK(out.to_host() == std::vector<double>(all.begin() + 33, all.begin() + 73));
  }
}

TEST_CASE("sizes, types and places that do not fit are errors of the caller") {
  if (no_card()) return;
  const Plain A = integer_matrix(3, 4);
  const gpu::Matrix matrix = dense_on_card(A, Dtype::float64, 4);
  const Vector x = on_card(Vector(4)), on_host(4);
  Vector out = on_card(Vector(3)), narrow(3, Dtype::float32, gpu::device());
  CHECK_THROWS_AS(ConstPart(on_host), std::logic_error);
  CHECK_THROWS_AS(ConstPart(x, 2, 3), std::logic_error);
  CHECK_THROWS_AS(ConstPart(x, 5, 0), std::logic_error);
  CHECK_THROWS_AS(gpu::multiply(1, matrix, Op::transposed, x, 0, out), std::logic_error);
  CHECK_THROWS_AS(gpu::multiply(1, matrix, Op::plain, x, 0, narrow), std::logic_error);
  CHECK_THROWS_AS(gpu::copy(out, x), std::logic_error);
  CHECK_THROWS_AS(gpu::dot(x, x, narrow), std::logic_error);
  CHECK_THROWS_AS(gpu::couple(x, x, 1, nullptr, x, out), std::logic_error);
  gpu::multiply(1, matrix, Op::plain, x, 0, out);  // and the card works on
  CHECK(out.to_host() == std::vector<double>(3, 0.0));
}
