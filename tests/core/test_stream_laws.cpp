// The laws of a stream's numbers, with fixed seeds and bounds that a wrong law misses.
#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include <catch2/catch.hpp>

#include <trivium/core/stream.hpp>

#include "core/chi_square.hpp"

using namespace trivium;

namespace {

Stream stream_number(std::uint64_t number) { return Stream(20240101, Purpose::test, number, 0); }

/// How often each of `cells` values comes up in n draws.
std::vector<double> histogram(std::size_t cells, int n, const std::function<std::size_t()>& draw) {
  std::vector<double> counts(cells);
  for (int i = 0; i < n; ++i) counts.at(std::min(draw(), cells - 1)) += 1;
  return counts;
}

/// Number of draws of every outcome; outcomes that never came are missing.
std::vector<double> tally(int n, const std::function<std::vector<std::uint32_t>()>& draw) {
  std::map<std::vector<std::uint32_t>, double> counts;
  for (int i = 0; i < n; ++i) counts[draw()] += 1;
  std::vector<double> out;
  for (const auto& [outcome, count] : counts) out.push_back(count);
  return out;
}

std::vector<double> geometric_law(double p, std::size_t cells) {
  std::vector<double> law;
  double rest = 1;
  for (std::size_t j = 1; j < cells; ++j) {
    law.push_back(rest * p);
    rest *= 1 - p;
  }
  law.push_back(rest);  // the last cell holds everything above
  return law;
}

}  // namespace

TEST_CASE("all 64 bits are fair and uniform") {
  Stream stream = stream_number(1);
  const int n = 20000;
  std::vector<double> set(64);
  for (int i = 0; i < n; ++i) {
    const std::uint64_t word = stream();
    for (std::size_t bit = 0; bit < 64; ++bit) set[bit] += static_cast<double>(word >> bit & 1);
  }
  for (const double count : set) CHECK(std::abs(count - n / 2.0) < 5 * std::sqrt(n / 4.0));
}

TEST_CASE("uniform fills [0, 1) evenly with 53 bits") {
  Stream stream = stream_number(2);
  const std::vector<double> counts =
      histogram(100, 100000, [&] { return static_cast<std::size_t>(100 * stream.uniform()); });
  CHECK(chi_square(counts) < chi_square_bound(100));
  bool finest = false, below_one = true;
  for (int i = 0; i < 1000; ++i) {
    const double u = stream.uniform();
    below_one = below_one && 0 <= u && u < 1;
    finest = finest || std::fmod(u * 0x1p53, 2) == 1;
  }
  CHECK(finest);
  CHECK(below_one);
}

TEST_CASE("normal has the normal law, and the two numbers of a pair are independent") {
  Stream stream = stream_number(3);
  const auto cell = [&] {  // Phi(z) is uniform
    return static_cast<std::size_t>(50 * 0.5 * std::erfc(-stream.normal() / std::sqrt(2.0)));
  };
  CHECK(chi_square(histogram(50, 100000, cell)) < chi_square_bound(50));
  const int n = 100000;
  double sum = 0, squares = 0, fourth = 0, pairs = 0, squared_pairs = 0;
  for (int i = 0; i < n; ++i) {
    const double a = stream.normal(), b = stream.normal();
    sum += a + b;
    squares += a * a + b * b;
    fourth += a * a * a * a + b * b * b * b;
    pairs += a * b;
    squared_pairs += (a * a - 1) * (b * b - 1);
  }
  CHECK(std::abs(sum / (2 * n)) < 5 * std::sqrt(1.0 / (2 * n)));
  CHECK(std::abs(squares / (2 * n) - 1) < 5 * std::sqrt(2.0 / (2 * n)));
  CHECK(std::abs(fourth / (2 * n) - 3) < 5 * std::sqrt(96.0 / (2 * n)));  // Var a^4 = 105 - 9
  CHECK(std::abs(pairs / n) < 5 * std::sqrt(1.0 / n));
  CHECK(std::abs(squared_pairs / n) < 5 * std::sqrt(4.0 / n));
}

TEST_CASE("bernoulli(p) holds with probability p, never for 0, always for 1") {
  Stream stream = stream_number(4);
  const int n = 100000;
  int held = 0;
  for (int i = 0; i < n; ++i) {
    held += stream.bernoulli(0.3);
    REQUIRE_FALSE(stream.bernoulli(0));
    REQUIRE(stream.bernoulli(1));
  }
  CHECK(std::abs(held - 0.3 * n) < 5 * std::sqrt(0.21 * n));
}

TEST_CASE("geometric counts trials up to the first success") {
  std::uint64_t number = 5;
  for (const double p : {0.5, 0.3, 0.9, 0.1}) {
    Stream stream = stream_number(number++);
    const std::size_t cells = p < 0.2 ? 40 : 8;
    const auto draw = [&] {
      const std::uint64_t trials = stream.geometric(p);
      REQUIRE(trials >= 1);
      return static_cast<std::size_t>(trials - 1);
    };
    CHECK(chi_square(histogram(cells, 100000, draw), geometric_law(p, cells)) < chi_square_bound(cells));
  }
}

TEST_CASE("geometric(1/2) reads one coin per bit of one word") {
  Stream coins = stream_number(9), same = stream_number(9);
  for (int i = 0; i < 1000; ++i) {
    const std::uint64_t word = same();
    std::uint64_t trials = 1;
    while ((word >> (trials - 1) & 1) == 0) ++trials;
    REQUIRE(coins.geometric(0.5) == trials);
  }
}

TEST_CASE("below(n) is exactly uniform for small n") {
  Stream stream = stream_number(10);
  for (int i = 0; i < 10; ++i) CHECK(stream.below(1) == 0);
  CHECK(chi_square(histogram(7, 70000, [&] { return stream.below(7); })) < chi_square_bound(7));
}

TEST_CASE("below(n) has no bias where n is a large part of 2^64") {
  // n = 3 * 2^62. A modulo makes the lowest third twice as likely as the others; a multiplication without
  // rejection makes every third number twice as likely.
  Stream stream = stream_number(11);
  const std::uint64_t third = std::uint64_t{1} << 62, n = 3 * third;
  CHECK(chi_square(histogram(3, 30000, [&] { return stream.below(n) / third; })) < chi_square_bound(3));
  CHECK(chi_square(histogram(3, 30000, [&] { return stream.below(n) % 3; })) < chi_square_bound(3));
  // n = 2^63 + 1: a modulo would return the first 2^63 - 1 numbers twice as often as the two others, all of
  // it below 2^63.
  CHECK(chi_square(histogram(8, 40000, [&] { return stream.below((std::uint64_t{1} << 63) + 1) >> 60; })) <
        chi_square_bound(8));
}

TEST_CASE("all C(6, 3) = 20 subsets are equally likely in the short search") {
  std::uint64_t round = 0;
  const std::vector<double> counts = tally(40000, [&] {
    std::vector<std::uint32_t> chosen(3);
    Stream(12, Purpose::test, 0, round++).sample(6, chosen);
    std::sort(chosen.begin(), chosen.end());
    return chosen;
  });
  REQUIRE(counts.size() == 20);
  CHECK(chi_square(counts) < chi_square_bound(20));
}

TEST_CASE("all C(27, 25) = 351 subsets are equally likely in the hashed search") {
  std::uint64_t round = 0;
  const std::vector<double> counts = tally(70200, [&] {
    std::vector<std::uint32_t> chosen(25);
    Stream(13, Purpose::test, 0, round++).sample(27, chosen);
    std::sort(chosen.begin(), chosen.end());
    return chosen;
  });
  REQUIRE(counts.size() == 351);
  CHECK(chi_square(counts) < chi_square_bound(351));
}

TEST_CASE("all 4! = 24 orders are equally likely") {
  Stream stream = stream_number(14);
  const std::vector<double> counts = tally(48000, [&] {
    std::vector<std::uint32_t> order(4);
    stream.permutation(order);
    return order;
  });
  REQUIRE(counts.size() == 24);
  CHECK(chi_square(counts) < chi_square_bound(24));
}
