// Partitioners that sort rows, and the dial theta between shuffled and sorted.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <memory>
#include <numeric>
#include <vector>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <trivium/core/stream.hpp>
#include <trivium/problems/partitioners.hpp>
#include <trivium/problems/problem.hpp>

using namespace trivium;
namespace partitioners = trivium::problems::partitioners;
using Dense = std::vector<std::vector<double>>;

namespace {

const char* const sorting[] = {"by_label", "by_feature", "by_norm", "by_principal_component"};

/// Deals rows given with all their features, zeros left out of the pairs. Labels are the row numbers.
std::vector<int> deal(const char* type, Table parameters, const Dense& dense, int workers) {
  std::vector<double> labels(dense.size());
  std::iota(labels.begin(), labels.end(), 0.0);
  const auto read = [&] {
    io::SparseRows all;
    for (const auto& row : dense) {
      for (std::size_t j = 0; j < row.size(); ++j) {
        if (row[j] == 0) continue;
        all.columns.push_back(static_cast<std::uint32_t>(j));
        all.values.push_back(row[j]);
      }
      all.offsets.push_back(all.columns.size());
    }
    return all;
  };
  const partitioners::DataRows rows(labels, dense.front().size(), read);
  return partitioners::catalogue().make({type, std::move(parameters), ""})->deal(rows, workers);
}

/// owner of each row when the rows are sorted by `keys` and every worker gets one.
std::vector<int> ranks(const std::vector<double>& keys) {
  std::vector<int> rank(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i)
    for (std::size_t j = 0; j < keys.size(); ++j)
      rank[i] += keys[j] < keys[i] || (keys[j] == keys[i] && j < i);
  return rank;
}

Dense cloud(std::size_t count, double a, double b, double turn, double shift) {
  Stream stream(6, Purpose::test, 0, 0);
  Dense rows;
  for (std::size_t i = 0; i < count; ++i) {
    const double s = a * stream.normal(), t = b * stream.normal();
    rows.push_back(
        {std::cos(turn) * s - std::sin(turn) * t, std::sin(turn) * s + std::cos(turn) * t + shift});
  }
  return rows;
}

/// One row per worker, labels 0..n-1: how many rows are where by_label puts them at theta = 1.
int in_place(double theta, int seed, int n) {
  const auto owner = deal("by_label", {{"theta", theta}, {"seed", seed}}, Dense(n, {1}), n);
  int count = 0;
  for (int i = 0; i < n; ++i) count += owner[static_cast<std::size_t>(i)] == i;
  return count;
}

}  // namespace

TEST_CASE("by_feature sorts by a column counted from 1; rows without it count as 0") {
  const Dense rows{{5, 2}, {1, -3}, {4, 0}, {2, 7}};
  CHECK(deal("by_feature", {}, rows, 4) == std::vector<int>{3, 0, 2, 1});
  CHECK(deal("by_feature", {{"feature", 2}}, rows, 4) == std::vector<int>{2, 0, 1, 3});
  CHECK(deal("by_feature", {{"feature", 2}}, rows, 2) == std::vector<int>{1, 0, 0, 1});
  CHECK_THROWS_WITH(deal("by_feature", {{"feature", 3}}, rows, 2),
                    "by_feature: there is no feature 3; the data has 2");
  CHECK_THROWS_AS(deal("by_feature", {{"feature", 0}}, rows, 2), InputError);
}

TEST_CASE("by_norm sorts by length, equal lengths in the order of the file") {
  // |a|^2 = 25, 1, 25, 2, 0.
  const Dense rows{{3, 4}, {0, -1}, {-5, 0}, {1, 1}, {0, 0}};
  CHECK(deal("by_norm", {}, rows, 5) == std::vector<int>{3, 1, 4, 2, 0});
}

TEST_CASE("by_principal_component sorts along the direction of largest variance about the mean") {
  // c (0.6, 0.8) + e (0.8, -0.6) with c = -2, 1, 3, -1, -1 and e = .1, -.1, 0, .1, -.1: the covariance is
  // dominated by (0.6, 0.8), and the shift of 100 along the other direction must not matter.
  const std::vector<double> c{-2, 1, 3, -1.5, -0.5}, e{0.1, -0.1, 0, 0.1, -0.1};
  Dense rows;
  for (std::size_t i = 0; i < c.size(); ++i)
    rows.push_back({0.6 * c[i] + 0.8 * (100 + e[i]), 0.8 * c[i] - 0.6 * (100 + e[i])});
  CHECK(deal("by_principal_component", {}, rows, 5) == ranks(c));
  // Turned by 180 degrees the largest entry of the component is still positive: the order reverses.
  for (auto& row : rows)
    for (double& entry : row) entry = -entry;
  CHECK(deal("by_principal_component", {}, rows, 5) == std::vector<int>{4, 1, 0, 3, 2});
}

TEST_CASE("the principal component of a cloud is that of its covariance in closed form") {
  // In the plane the direction has the angle atan2(2 c_xy, c_xx - c_yy) / 2. Deviations of 1.5 and 1 make the
  // iteration contract by 2.25 a step only.
  for (const double turn : {0.3, 1.2, 2.5}) {
    CAPTURE(turn);
    const Dense rows = cloud(200, 1.5, 1, turn, 30);
    double mx = 0, my = 0, xx = 0, xy = 0, yy = 0;
    for (const auto& row : rows) mx += row[0] / 200, my += row[1] / 200;
    for (const auto& row : rows) {
      xx += (row[0] - mx) * (row[0] - mx);
      xy += (row[0] - mx) * (row[1] - my);
      yy += (row[1] - my) * (row[1] - my);
    }
    const double angle = std::atan2(2 * xy, xx - yy) / 2;
    double ux = std::cos(angle), uy = std::sin(angle);
    if ((std::abs(ux) > std::abs(uy) ? ux : uy) < 0) ux = -ux, uy = -uy;
    std::vector<double> keys;
    for (const auto& row : rows) keys.push_back(ux * row[0] + uy * row[1]);
    CHECK(deal("by_principal_component", {}, rows, 200) == ranks(keys));
  }
}

TEST_CASE("rows that are all equal have no principal component and keep their order") {
  CHECK(deal("by_principal_component", {}, Dense(4, {1, 2}), 4) == std::vector<int>{0, 1, 2, 3});
}

TEST_CASE("theta is the share of rows that keep their sorted place") {
  // At least round(theta n) are in place; a shuffle of f rows leaves one more in place on average, with
  // deviation 1 (Poisson): 12 more have a probability below 1e-9.
  const int n = 1000;
  CHECK(in_place(1, 1, n) == n);
  for (const double theta : {0.0, 0.25, 0.5, 0.9}) {
    CAPTURE(theta);
    for (const int seed : {1, 2, 3}) {
      CHECK(in_place(theta, seed, n) >= theta * n);
      CHECK(in_place(theta, seed, n) <= theta * n + 12);
    }
  }
  CHECK(in_place(0.9996, 1, n) == n);  // round(999.6)
  CHECK_THROWS_AS(in_place(1.1, 1, n), InputError);
  CHECK_THROWS_AS(in_place(-0.1, 1, n), InputError);
}

TEST_CASE("at theta = 0 every split is equally likely") {
  // 4000 seeds, 4 rows, 2 workers: each of the 6 splits has probability 1/6, counts 667 +- 23.6; five
  // deviations are 118.
  std::vector<int> count(16);
  for (int seed = 0; seed < 4000; ++seed) {
    const auto owner = deal("by_norm", {{"theta", 0.0}, {"seed", seed}}, {{1}, {2}, {3}, {4}}, 2);
    ++count[static_cast<std::size_t>(owner[0] + 2 * owner[1] + 4 * owner[2] + 8 * owner[3])];
  }
  for (const int split : {0b0011, 0b0101, 0b1001, 0b0110, 0b1010, 0b1100})
    CHECK(std::abs(count[static_cast<std::size_t>(split)] - 667) < 118);
}

TEST_CASE("the seed decides which rows are shuffled, and nothing else does") {
  const Dense rows = cloud(100, 2, 1, 0.4, 0);
  for (const char* type : sorting) {
    CAPTURE(type);
    const auto with = [&](double theta, int seed) {
      return deal(type, {{"theta", theta}, {"seed", seed}}, rows, 7);
    };
    CHECK(with(0.5, 4) == with(0.5, 4));
    CHECK(with(0.5, 4) != with(0.5, 5));
    CHECK(with(1, 4) == with(1, 5));
    CHECK(with(1, 1) == deal(type, {}, rows, 7));
  }
}

TEST_CASE("a worker has the same rows on every number of ranks, and theta moves the workers apart") {
  const auto path = std::filesystem::temp_directory_path() / fmt::format("trivium_sorted_{}", ::getpid());
  {
    std::ofstream file(path);
    for (const auto& row : cloud(60, 2, 1, 0.4, 0))
      file << fmt::format("{} 1:{} 2:{}\n", row[0], row[0], row[1]);
  }
  const auto make = [&](const char* type, double theta, int rank, int count) {
    return problems::catalogue().make({"robust_regression",
                                       {{"file", path.string()},
                                        {"labels", "as_they_are"},
                                        {"workers", 6},
                                        {"partition", Table{{"type", type}, {"theta", theta}}}},
                                       ""},
                                      {.rank = rank, .ranks = count, .data_folders = {}});
  };
  const Vector z{0.3, -0.2, 0.1, 0.5};
  const auto at_z = [&](problems::Problem& problem, int m) {
    Vector out(4);
    problem.evaluate(m, z, out);
    return out;
  };
  for (const char* type : sorting) {
    CAPTURE(type);
    const auto alone = make(type, 0.7, 0, 1);
    for (const int count : {2, 5})
      for (int rank = 0; rank < count; ++rank) {
        const auto part = make(type, 0.7, rank, count);
        for (int m = part->traits().workers.first; m < part->traits().workers.last; ++m)
          CHECK(at_z(*part, m).to_host() == at_z(*alone, m).to_host());
      }
    // Spread of the workers' operators about their mean: sorted rows are at least twice as far apart.
    const auto spread = [&](double theta) {
      const auto problem = make(type, theta, 0, 1);
      Vector mean(4), F(4);
      for (int m = 0; m < 6; ++m) {
        F = at_z(*problem, m);
        combine(mean, {{1, mean}, {1.0 / 6, F}});
      }
      double total = 0;
      for (int m = 0; m < 6; ++m) total += squared_distance(at_z(*problem, m), mean);
      return std::sqrt(total / 6);
    };
    CHECK(spread(1) > 2 * spread(0));
  }
  std::filesystem::remove(path);
}
