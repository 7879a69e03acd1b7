#include <algorithm>
#include <map>
#include <numeric>

#include <catch2/catch.hpp>

#include <trivium/compressors/detail/permute.hpp>

#include "core/chi_square.hpp"

using namespace trivium;

TEST_CASE("all orders of two to five numbers are equally likely") {
  for (const auto& [n, orders] : {std::pair<std::uint32_t, std::size_t>(2, 2), {3, 6}, {4, 24}, {5, 120}}) {
    INFO("n = " << n);
    Stream stream(1, Purpose::test, 0, n);
    std::map<std::vector<std::uint32_t>, double> seen;
    std::vector<std::uint32_t> numbers(n);
    for (std::size_t i = 0; i < 200 * orders; ++i) {
      std::iota(numbers.begin(), numbers.end(), 0u);
      compressors::shuffle(stream, numbers);
      seen[numbers] += 1;
    }
    REQUIRE(seen.size() == orders);
    std::vector<double> counts;
    for (const auto& [order, count] : seen) counts.push_back(count);
    CHECK(chi_square(counts) < chi_square_bound(orders));
  }
}

TEST_CASE("none and one stay where they are") {
  Stream stream(1, Purpose::test, 0, 0);
  std::vector<std::uint32_t> none, one = {7};
  compressors::shuffle(stream, none);
  compressors::shuffle(stream, one);
  compressors::permute(stream, none);
  CHECK(one.front() == 7);
}

TEST_CASE("permutations are permutations, on both sides of where the long ones begin") {
  const std::uint32_t cached = 1u << 18;
  for (const std::uint32_t n : {5u, cached, cached + 1, cached + 7, cached + 8, 2 * cached + 5}) {
    INFO("n = " << n);
    std::vector<std::uint32_t> order(n), again(n);
    Stream stream(1, Purpose::test, 0, n), same = stream;
    compressors::permute(stream, order);
    compressors::permute(same, again);
    CHECK(order == again);
    std::sort(order.begin(), order.end());
    std::iota(again.begin(), again.end(), 0u);
    CHECK(order == again);
  }
}

TEST_CASE("a long permutation spreads every part of the numbers evenly over every part of the places") {
  // 64 x 64 cells of about 64 each. Rows and columns are fixed, so the statistic has 63 * 63 degrees of
  // freedom: mean 3969, standard deviation 89. Numbers dealt out in turn would be far below, buckets not
  // shuffled above.
  const std::uint32_t n = 1u << 19, part = n / 64;
  std::vector<std::uint32_t> order(n);
  Stream stream(3, Purpose::test, 0, 0);
  compressors::permute(stream, order);
  std::vector<double> cells(64 * 64);
  for (std::uint32_t i = 0; i < n; ++i) cells[i / part * 64 + order[i] / part] += 1;
  CHECK(std::abs(chi_square(cells) - 3969) < 5 * std::sqrt(2 * 3969.0));

  // The same within a bucket's length of places: neighbours are as often ascending as descending.
  double ascending = 0;
  for (std::uint32_t i = 1; i < n; ++i) ascending += order[i - 1] < order[i] ? 1 : 0;
  CHECK(std::abs(ascending - (n - 1) / 2.0) < 5 * std::sqrt((n + 1) / 12.0));  // Eulerian numbers
}
