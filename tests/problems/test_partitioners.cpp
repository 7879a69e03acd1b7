// How rows are dealt to workers: sizes, determinism, and the law of the random ones.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include <catch2/catch.hpp>

#include <trivium/problems/partitioners.hpp>

using namespace trivium;
namespace partitioners = trivium::problems::partitioners;

namespace {

std::vector<int> deal(const char* type, Table parameters, const std::vector<double>& labels, int workers) {
  // Each row has one feature, its label.
  const auto read = [&] {
    io::SparseRows all;
    for (std::size_t i = 0; i < labels.size(); ++i) {
      all.columns.push_back(0);
      all.values.push_back(labels[i]);
      all.offsets.push_back(i + 1);
    }
    return all;
  };
  const partitioners::DataRows rows(labels, 1, read);
  return partitioners::catalogue().make({type, std::move(parameters), ""})->deal(rows, workers);
}
std::vector<std::size_t> sizes(const std::vector<int>& owner, int workers) {
  std::vector<std::size_t> count(static_cast<std::size_t>(workers));
  for (const int worker : owner) ++count.at(static_cast<std::size_t>(worker));
  return count;
}
// `per_label` rows of each of `labels` labels, interleaved.
std::vector<double> interleaved(std::size_t labels, std::size_t per_label) {
  std::vector<double> all(labels * per_label);
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<double>(i % labels);
  return all;
}
// Mean over labels of sum over workers of share^2: 1/M for even shares, 1 when each label has one worker.
double concentration(const std::vector<int>& owner, const std::vector<double>& labels,
                     std::size_t label_count, int workers) {
  const auto width = static_cast<std::size_t>(workers);
  std::vector<double> count(label_count * width);
  for (std::size_t i = 0; i < owner.size(); ++i)
    ++count[static_cast<std::size_t>(labels[i]) * width + static_cast<std::size_t>(owner[i])];
  const double per_label = static_cast<double>(labels.size()) / static_cast<double>(label_count);
  double total = 0;
  for (const double c : count) total += (c / per_label) * (c / per_label);
  return total / static_cast<double>(label_count);
}

}  // namespace

TEST_CASE("blocks differ by at most one row, the larger first") {
  const std::vector<double> labels{1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1};
  CHECK(deal("contiguous", {}, labels, 3) == std::vector<int>{0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2});
  CHECK(deal("contiguous", {}, labels, 11) == std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
  CHECK(deal("contiguous", {}, labels, 1) == std::vector<int>(11, 0));
  CHECK(sizes(deal("shuffled", {}, labels, 3), 3) == std::vector<std::size_t>{4, 4, 3});
  CHECK(sizes(deal("by_label", {}, labels, 4), 4) == std::vector<std::size_t>{3, 3, 3, 2});
}

TEST_CASE("by_label sorts by label and keeps the order of equal labels") {
  // Sorted: rows 1, 4 (label -1), 2 (0), 0, 3, 5 (7); blocks of two.
  CHECK(deal("by_label", {}, {7, -1, 0, 7, -1, 7}, 3) == std::vector<int>{1, 0, 1, 2, 0, 2});
}

TEST_CASE("every worker gets a row; fewer rows than workers are refused") {
  for (const std::string& name : partitioners::catalogue().names()) {
    CAPTURE(name);
    for (const int workers : {1, 2, 7, 60}) {
      const auto owner = deal(name.c_str(), {}, interleaved(2, 30), workers);
      REQUIRE(owner.size() == 60);
      const auto count = sizes(owner, workers);
      CHECK(*std::min_element(count.begin(), count.end()) >= 1);
    }
    CHECK_THROWS_WITH(deal(name.c_str(), {}, interleaved(2, 30), 61),
                      Catch::Contains("60 rows") && Catch::Contains("61 workers"));
  }
}

TEST_CASE("the seed decides, and only the seed") {
  const auto labels = interleaved(3, 100);
  for (const char* name : {"shuffled", "dirichlet"}) {
    CAPTURE(name);
    CHECK(deal(name, {{"seed", 4}}, labels, 7) == deal(name, {{"seed", 4}}, labels, 7));
    CHECK(deal(name, {{"seed", 4}}, labels, 7) != deal(name, {{"seed", 5}}, labels, 7));
    CHECK(deal(name, {}, labels, 7) == deal(name, {{"seed", 1}}, labels, 7));
  }
}

TEST_CASE("shuffled gives every row to every worker equally often") {
  // 4000 seeds, 4 rows, 2 workers: each of the 6 splits has probability 1/6, counts 667 +- 23.6; five
  // deviations are 118.
  std::vector<int> count(16);
  const std::vector<double> labels(4, 0.0);
  for (int seed = 0; seed < 4000; ++seed) {
    const auto owner = deal("shuffled", {{"seed", seed}}, labels, 2);
    ++count[static_cast<std::size_t>(owner[0] + 2 * owner[1] + 4 * owner[2] + 8 * owner[3])];
  }
  for (const int split : {0b0011, 0b0101, 0b1001, 0b0110, 0b1010, 0b1100}) {
    CHECK(std::abs(count[static_cast<std::size_t>(split)] - 667) < 118);
  }
}

TEST_CASE("dirichlet shares have the concentration of their law") {
  // E sum p_m^2 = (alpha + 1) / (M alpha + 1). The deviations of one label's sum were measured with 200000
  // draws of NumPy; four of the mean's over 2000 labels are the margin. Rounding to 200 rows a label adds
  // 10 * 2/12 / 200^2 = 4.2e-5.
  const struct {
    double alpha, deviation;
  } laws[] = {{0.05, 0.22}, {0.3, 0.12}, {1, 0.0434}, {3, 0.0146}, {100, 0.00042}};
  const std::size_t label_count = 2000;
  const auto labels = interleaved(label_count, 200);
  const int workers = 10;
  for (const auto& [alpha, deviation] : laws) {
    CAPTURE(alpha);
    const double expected = (alpha + 1) / (workers * alpha + 1) + 4.2e-5;
    const auto owner = deal("dirichlet", {{"alpha", alpha}}, labels, workers);
    CHECK(concentration(owner, labels, label_count, workers) ==
          Approx(expected).epsilon(0).margin(4 * deviation / std::sqrt(label_count)));
  }
}

TEST_CASE("dirichlet: large alpha deals evenly, small alpha does not") {
  const auto labels = interleaved(2, 10000);
  // alpha = 100, M = 10: a share is .1 +- sqrt(.09 / 1001) = .0095; 20 shares stay within five deviations.
  const auto even = deal("dirichlet", {{"alpha", 100.0}}, labels, 10);
  std::vector<double> share(20);
  for (std::size_t i = 0; i < even.size(); ++i) share[static_cast<std::size_t>(2 * even[i]) + i % 2] += 1e-4;
  for (const double s : share) CHECK(std::abs(s - 0.1) < 0.0475);
  // alpha = .05: the largest worker has at least .3 of the rows for all seeds (its law's 1e-4 quantile is
  // above it).
  for (int seed = 1; seed <= 5; ++seed) {
    const auto count = sizes(deal("dirichlet", {{"alpha", 0.05}, {"seed", seed}}, labels, 10), 10);
    CHECK(*std::max_element(count.begin(), count.end()) > 5000);
  }
  // Far below that each label has one owner, and the others get one row each.
  const auto count = sizes(deal("dirichlet", {{"alpha", 1e-5}}, labels, 10), 10);
  CHECK(std::count(count.begin(), count.end(), std::size_t{1}) >= 8);
}

TEST_CASE("dirichlet: the mean share of every worker is 1/M") {
  // 2000 labels of 50 rows, alpha = 1, M = 5: a share varies by sqrt(.16 / 6) = .163, its mean by .0037; five
  // deviations.
  const auto labels = interleaved(2000, 50);
  for (const std::size_t count : sizes(deal("dirichlet", {{"alpha", 1.0}}, labels, 5), 5))
    CHECK(std::abs(static_cast<double>(count) / 100000 - 0.2) < 0.0183);
}

TEST_CASE("a worker left empty takes a row from the largest") {
  // One label, tiny alpha: one worker has all 10 rows; the three others take its last three, one each.
  const auto owner = deal("dirichlet", {{"alpha", 1e-6}}, std::vector<double>(10, 1.0), 4);
  auto count = sizes(owner, 4);
  std::sort(count.begin(), count.end());
  CHECK(count == std::vector<std::size_t>{1, 1, 1, 7});
}

TEST_CASE("alpha must be positive") {
  CHECK_THROWS_AS(deal("dirichlet", {{"alpha", 0.0}}, {1, 2}, 2), InputError);
  CHECK_THROWS_AS(deal("shuffled", {{"seed", -1}}, {1, 2}, 2), InputError);
}
