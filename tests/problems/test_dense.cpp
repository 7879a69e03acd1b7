// The one-pass products against Eigen's separate ones, and the memory they may touch.
#include <Eigen/Core>
#include <catch2/catch.hpp>

#include <trivium/core/errors.hpp>
#include <trivium/core/stream.hpp>
#include <trivium/problems/detail/dense.hpp>

using namespace trivium;
using namespace trivium::problems::detail;

namespace {

template <class T>
using Dense = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;
template <class T>
using Column = Eigen::Matrix<T, Eigen::Dynamic, 1>;

template <class T>
Dense<T> random(Eigen::Index rows, Eigen::Index columns, std::uint64_t number) {
  Stream stream(3, Purpose::test, everyone, number);
  Dense<T> out(rows, columns);
  for (Eigen::Index i = 0; i < rows; ++i)
    for (Eigen::Index j = 0; j < columns; ++j) out(i, j) = static_cast<T>(stream.normal());
  return out;
}

template <class T>
Matrix<T> stored(const Dense<T>& A) {
  Matrix<T> out(static_cast<std::size_t>(A.rows()), static_cast<std::size_t>(A.cols()));
  for (Eigen::Index i = 0; i < A.rows(); ++i)
    for (Eigen::Index j = 0; j < A.cols(); ++j) out.row(static_cast<std::size_t>(i))[j] = A(i, j);
  return out;
}

// Every remainder of rows and columns by the block sizes, and more columns than one panel has.
template <class T>
void agrees_with_eigen(Eigen::Index rows, Eigen::Index columns) {
  const Dense<T> A = random<T>(rows, columns, 0);
  const Column<T> x = random<T>(rows, 1, 1), y = random<T>(columns, 1, 2);
  const Column<T> start_rows = random<T>(rows, 1, 3), start_columns = random<T>(columns, 1, 4);
  const Matrix<T> M = stored(A);
  Column<T> both_rows = start_rows, both_columns = start_columns, forward = start_rows,
            transposed = start_columns;
  add_both_products<T>(M, 2, y.data(), both_rows.data(), -3, x.data(), both_columns.data());
  add_product<T>(M, 2, y.data(), forward.data());
  add_transposed_product<T>(M, -3, x.data(), transposed.data());
  const Column<T> expected_rows = start_rows + 2 * (A * y),
                  expected_columns = start_columns - 3 * (A.transpose() * x);
  const T tolerance = 8 * std::numeric_limits<T>::epsilon() * static_cast<T>(rows + columns);
  INFO(rows << " x " << columns << ", " << sizeof(T) << " bytes");
  CHECK((both_rows - expected_rows).norm() <= tolerance * expected_rows.norm());
  CHECK((both_columns - expected_columns).norm() <= tolerance * expected_columns.norm());
  CHECK((forward - expected_rows).norm() <= tolerance * expected_rows.norm());
  CHECK((transposed - expected_columns).norm() <= tolerance * expected_columns.norm());
}

}  // namespace

TEST_CASE("the one-pass products equal two separate ones") {
  for (const Eigen::Index rows : {1, 2, 3, 7, 8, 9, 11, 17, 26})
    for (const Eigen::Index columns : {1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 31, 33, 70}) {
      agrees_with_eigen<double>(rows, columns);
      agrees_with_eigen<float>(rows, columns);
    }
  agrees_with_eigen<double>(13, 2048);
  agrees_with_eigen<double>(13, 2049);
  agrees_with_eigen<double>(9, 6151);
  agrees_with_eigen<float>(10, 4099);
}

TEST_CASE("a product does not depend on where its vectors lie") {
  const Eigen::Index n = 37;
  const Matrix<double> A = stored(random<double>(n, n, 0));
  const Column<double> x = random<double>(n, 1, 1), y = random<double>(n, 1, 2);
  std::vector<double> expected;
  for (int offset = 0; offset < 8; ++offset) {
    std::vector<double> memory(static_cast<std::size_t>(4 * n) + 40, 0.0);
    double* at = memory.data() + offset;
    double *rows = at + 2 * n + 10, *columns = at + 3 * n + 20;
    std::copy(x.begin(), x.end(), at);
    std::copy(y.begin(), y.end(), at + n + 3);
    add_both_products<double>(A, 1, at + n + 3, rows, -1, at, columns);
    std::vector<double> result(rows, rows + n);
    result.insert(result.end(), columns, columns + n);
    if (offset == 0) expected = result;
    CHECK(result == expected);
  }
}

// The left-over columns are read in whole registers: what lies beyond a vector must neither count nor change.
TEST_CASE("nothing beyond the vectors is used or written") {
  for (const std::size_t n : {1, 5, 10, 19, 35}) {
    const Matrix<double> A =
        stored<double>(Dense<double>::Ones(static_cast<Eigen::Index>(n), static_cast<Eigen::Index>(n)));
    const double poison = std::numeric_limits<double>::quiet_NaN();
    std::vector<double> x(n + 16, poison), y(n + 16, poison), rows(n + 16, 7), columns(n + 16, 7);
    for (std::size_t i = 0; i < n; ++i) x[i] = 1, y[i] = 2, rows[i] = columns[i] = 0;
    add_both_products<double>(A, 1, y.data(), rows.data(), 1, x.data(), columns.data());
    for (std::size_t i = 0; i < n; ++i) {
      CHECK(rows[i] == 2 * static_cast<double>(n));
      CHECK(columns[i] == static_cast<double>(n));
    }
    for (std::size_t i = n; i < n + 16; ++i) CHECK((rows[i] == 7 && columns[i] == 7));
  }
}

TEST_CASE("a matrix that does not fit into memory is a sentence") {
  CHECK_THROWS_AS(Matrix<double>(std::size_t{1} << 28, std::size_t{1} << 28), InputError);
}
