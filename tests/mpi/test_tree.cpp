// The fixed tree over positions: the same bits however the positions are cut into blocks.
#include <bit>
#include <cstdlib>
#include <set>

#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include <trivium/mpi/detail/tree_sum.hpp>

#include "mpi/codecs.hpp"

using namespace trivium;
using mpi::are_siblings;
using mpi::cover;
using mpi::Node;
using mpi::TreeSum;

namespace {

const int seeded = setenv("RC_PARAMS", "seed=20240303", 0);

std::vector<std::uint64_t> bits_of(const Vector& x) {
  std::vector<std::uint64_t> out;
  for (const double value : x.to_host()) out.push_back(std::bit_cast<std::uint64_t>(value));
  return out;
}

void push_range(TreeSum& sum, std::size_t first, std::size_t last) {
  for (std::size_t i = first; i < last; ++i) {
    codecs::mixed(static_cast<int>(i), 0, sum.next());
    sum.push();
  }
}

/// The sum over [0, cuts.back()), each block [cuts[i], cuts[i + 1]) summed apart and its nodes handed over;
/// told where the positions end, or not.
Vector sum_in_blocks(const std::vector<std::size_t>& cuts, Dtype dtype, std::size_t end = mpi::no_end) {
  TreeSum total{Vector(3, dtype)};
  total.begin(0, end);
  for (std::size_t b = 0; b + 1 < cuts.size(); ++b) {
    TreeSum block{Vector(3, dtype)};
    block.begin(cuts[b], end);
    push_range(block, cuts[b], cuts[b + 1]);
    for (std::size_t i = 0; i < block.nodes().size(); ++i) {
      total.next() = block.sum(i);
      total.push(block.nodes()[i]);
    }
  }
  Vector out(3, dtype);
  total.finish(1, out);
  return out;
}

/// The sum over [start, start + 2^level), positions from n on missing, by recursion: what the tree means.
double recursive(const std::vector<double>& x, std::size_t start, std::size_t width) {
  if (start >= x.size()) return 0;
  if (width == 1) return x[start];
  const double left = recursive(x, start, width / 2);
  return start + width / 2 >= x.size() ? left : left + recursive(x, start + width / 2, width / 2);
}

}  // namespace

TEST_CASE("siblings are the two halves of an aligned node") {
  CHECK(are_siblings({0, 0}, {1, 0}));
  CHECK_FALSE(are_siblings({1, 0}, {2, 0}));  // neighbours of different parents
  CHECK(are_siblings({4, 1}, {6, 1}));
  CHECK_FALSE(are_siblings({2, 1}, {4, 1}));
  CHECK_FALSE(are_siblings({0, 1}, {2, 0}));
  CHECK_FALSE(are_siblings({0, 0}, {2, 0}));
  CHECK_FALSE(are_siblings({1, 0}, {0, 0}));
}

TEST_CASE("a cover is the fewest aligned nodes, in order") {
  for (std::size_t first = 0; first <= 40; ++first)
    for (std::size_t last = first; last <= 40; ++last) {
      const std::vector<Node> nodes = cover(first, last);
      std::size_t at = first;
      for (std::size_t i = 0; i < nodes.size(); ++i) {
        const std::size_t width = std::size_t{1} << nodes[i].level;
        REQUIRE(nodes[i].start == at);
        REQUIRE(at % width == 0);
        REQUIRE((i == 0 || !are_siblings(nodes[i - 1], nodes[i])));
        at += width;
      }
      REQUIRE(at == last);
      REQUIRE(nodes.size() <= 10);  // 2 log2(40)
    }
  CHECK(cover(5, 5).empty());
  CHECK(cover(0, 1u << 20).size() == 1);
}

TEST_CASE("the right half of a node may be cut short by the end of all positions") {
  CHECK(are_siblings({4, 1}, {6, 0}, 7));
  CHECK_FALSE(are_siblings({4, 1}, {6, 0}, 8));  // position 7 is still to come
  CHECK_FALSE(are_siblings({4, 1}, {6, 0}));
  CHECK_FALSE(are_siblings({6, 0}, {7, 1}, 8));
  CHECK_FALSE(are_siblings({2, 1}, {4, 0}, 5));  // neighbours of different parents
  CHECK(cover(4, 7).size() == 2);
  CHECK(cover(4, 7, 7).size() == 1);
  CHECK(cover(4, 7, 8).size() == 2);
  CHECK(cover(5, 7, 7).size() == 2);
  for (std::size_t n = 1; n < 40; ++n) {
    CHECK(cover(0, n, n).size() == 1);
    for (std::size_t step = 1; step < n; step *= 2)  // what a rank of a binomial tree sends is one vector
      for (std::size_t first = step; first < n; first += 2 * step)
        CHECK(cover(first, std::min(first + step, n), n).size() == 1);
  }
}

TEST_CASE("what is left after pushing a range is its cover") {
  for (std::size_t first = 0; first < 20; ++first)
    for (std::size_t last = first; last < 40; ++last) {
      const std::size_t end = first % 2 == 0 ? mpi::no_end : last;
      TreeSum sum{Vector(1)};
      sum.begin(first, end);
      push_range(sum, first, last);
      const std::vector<Node> expected = cover(first, last, end);
      REQUIRE(sum.nodes().size() == expected.size());
      for (std::size_t i = 0; i < expected.size(); ++i) {
        REQUIRE(sum.nodes()[i].start == expected[i].start);
        REQUIRE(sum.nodes()[i].level == expected[i].level);
      }
    }
}

TEST_CASE("the sum is that of the recursion over halves") {
  for (const std::size_t n : {1, 2, 3, 5, 7, 8, 13, 100}) {
    std::vector<double> x(n);
    TreeSum sum{Vector(1)};
    sum.begin(0);
    for (std::size_t i = 0; i < n; ++i) {
      codecs::mixed(static_cast<int>(i), 1, sum.next());
      x[i] = sum.next().span<double>()[0];
      sum.push();
    }
    Vector out(1);
    sum.finish(0.25, out);
    CHECK(out.span<double>()[0] == 0.25 * recursive(x, 0, std::bit_ceil(n)));
  }
}

TEST_CASE("any cutting of the positions into blocks gives the same bits") {
  CHECK(rc::check([] {
    const auto n = *rc::gen::inRange<std::size_t>(1, 70);
    std::multiset<std::size_t> cuts =
        *rc::gen::container<std::multiset<std::size_t>>(rc::gen::inRange<std::size_t>(0, n + 1));
    cuts.insert(0);
    cuts.insert(n);
    for (const Dtype dtype : {Dtype::float64, Dtype::float32}) {
      const auto whole = bits_of(sum_in_blocks({0, n}, dtype));
      RC_ASSERT(bits_of(sum_in_blocks({cuts.begin(), cuts.end()}, dtype)) == whole);
      RC_ASSERT(bits_of(sum_in_blocks({cuts.begin(), cuts.end()}, dtype, n)) == whole);
    }
  }));
}

TEST_CASE("the test's numbers tell orders of summation apart") {
  TreeSum tree{Vector(3)};
  tree.begin(0);
  push_range(tree, 0, 50);
  Vector of_tree(3), in_order(3), term(3);
  tree.finish(1, of_tree);
  for (int i = 0; i < 50; ++i) {
    codecs::mixed(i, 0, term);
    combine(in_order, {{1, in_order}, {1, term}});
  }
  CHECK(bits_of(of_tree) != bits_of(in_order));
}

TEST_CASE("a sum starts over, and what was pushed before is forgotten") {
  TreeSum sum{Vector(3)};
  Vector first(3), second(3);
  for (Vector* out : {&first, &second}) {
    sum.begin(0);
    push_range(sum, 0, 13);
    sum.finish(1, *out);
    sum.begin(7);
    push_range(sum, 7, 20);
  }
  CHECK(bits_of(first) == bits_of(second));
}
