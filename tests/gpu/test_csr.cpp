// Sparse matrices as they go to the card. Needs no card.
#include <cstdint>
#include <vector>

#include <catch2/catch.hpp>

#include <trivium/core/errors.hpp>
#include <trivium/gpu/detail/csr.hpp>

using namespace trivium::gpu::detail;

namespace {

using Offsets = std::vector<std::size_t>;
using Columns = std::vector<std::uint32_t>;
using Numbers = std::vector<std::int32_t>;
using Values = std::vector<double>;

// Two rows of others, then   [ 0 0 0 0 ]
//                            [ 5 0 7 0 ]
//                            [ 0 0 3 4 ]
const Offsets offsets{2, 2, 4, 6};
const Columns columns{1, 1, 0, 2, 2, 3};
const Values values{9, 9, 5, 7, 3, 4};

}  // namespace

TEST_CASE("rows are cut out of longer arrays") {
  const Csr A = cut_rows(4, offsets, columns, values);
  CHECK(A.rows == 3);
  CHECK(A.columns == 4);
  CHECK(A.offsets == Numbers{0, 0, 2, 4});
  CHECK(A.column_of == Numbers{0, 2, 2, 3});
  CHECK(A.values == Values{5, 7, 3, 4});
}

TEST_CASE("the transpose has the columns as rows, in the order of the rows") {
  const Csr At = transpose(cut_rows(4, offsets, columns, values));
  CHECK(At.rows == 4);
  CHECK(At.columns == 3);
  CHECK(At.offsets == Numbers{0, 1, 1, 3, 4});
  CHECK(At.column_of == Numbers{1, 1, 2, 2});
  CHECK(At.values == Values{5, 7, 3, 4});
  const Csr again = transpose(At);
  CHECK(again.offsets == Numbers{0, 0, 2, 4});
  CHECK(again.column_of == Numbers{0, 2, 2, 3});
  CHECK(again.values == Values{5, 7, 3, 4});
}

TEST_CASE("a matrix without entries has a transpose") {
  const Csr At = transpose(cut_rows(2, Offsets{0, 0, 0, 0}, {}, {}));
  CHECK(At.rows == 2);
  CHECK(At.columns == 3);
  CHECK(At.offsets == Numbers{0, 0, 0});
}

TEST_CASE("arrays that are no matrix are refused") {
  CHECK_THROWS_AS(cut_rows(4, Offsets{}, columns, values), std::logic_error);
  CHECK_THROWS_AS(cut_rows(4, Offsets{0, 3, 2}, columns, values), std::logic_error);
  CHECK_THROWS_AS(cut_rows(4, Offsets{0, 7}, columns, values), std::logic_error);
  CHECK_THROWS_AS(cut_rows(3, offsets, columns, values), std::logic_error);  // column 3 of 3
  CHECK_THROWS_AS(cut_rows(4, offsets, Columns{0}, values), std::logic_error);
}

TEST_CASE("a matrix too large for 32-bit numbers is a sentence") {
  CHECK_NOTHROW(cut_rows(2147483647, Offsets{0}, {}, {}));
  CHECK_THROWS_AS(cut_rows(2147483648, Offsets{0}, {}, {}), trivium::InputError);
  CHECK_THROWS_WITH(
      cut_rows(2147483648, Offsets{0}, {}, {}),
      "a sparse matrix of 0 x 2147483648 with 0 entries is too large for the CUDA device, whose "
      "limit is 2147483647 each; deal the rows to more workers");
}
