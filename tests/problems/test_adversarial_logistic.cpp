// Adversarial logistic regression against its objective written out, closed forms and a search for the worst
// case.
#include <cmath>
#include <filesystem>
#include <fstream>
#include <memory>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <trivium/core/errors.hpp>
#include <trivium/core/stream.hpp>
#include <trivium/problems/detail/worst_margin.hpp>
#include <trivium/problems/problem.hpp>

using namespace trivium;
using problems::Problem;
using problems::detail::logistic;
using problems::detail::logistic_loss;
using problems::detail::worst_margin;
using Point = std::vector<double>;

namespace {

constexpr std::size_t features = 4, rows = 12, per_worker = 4;

/// Twelve dense rows for three workers, in a file that lives as long as this.
struct Data {
  std::vector<Point> a;
  Point b;
  std::string path;
  Data() {
    static int count = 0;
    path =
        (std::filesystem::temp_directory_path() / fmt::format("trivium_logistic_{}_{}", ::getpid(), count++))
            .string();
    Stream stream(21, Purpose::test, everyone, 0);
    std::ofstream file(path);
    for (std::size_t i = 0; i < rows; ++i) {
      b.push_back(i % 3 == 0 ? -1 : 1);
      a.emplace_back(features);
      file << b.back();
      for (std::size_t j = 0; j < features; ++j) {
        a[i][j] = stream.normal();
        file << fmt::format(" {}:{}", j + 1, a[i][j]);
      }
      file << "\n";
    }
  }
  ~Data() { std::filesystem::remove(path); }
  Data(const Data&) = delete;
  std::unique_ptr<Problem> problem(const Table& more) const {
    Table table{{"file", path}, {"workers", 3}, {"partition", "contiguous"}};
    for (const Entry& entry : more.entries()) table.set(entry.name, entry.value);
    return problems::catalogue().make({"adversarial_logistic", table, ""}, {});
  }
};

Point random_point(std::size_t size, std::uint64_t number, double scale = 1) {
  Stream stream(22, Purpose::test, everyone, number);
  Point z(size);
  for (double& entry : z) entry = scale * stream.normal();
  return z;
}
double dot(const Point& a, const Point& b) {
  double sum = 0;
  for (std::size_t j = 0; j < a.size(); ++j) sum += a[j] * b[j];
  return sum;
}
Point evaluate(Problem& problem, int m, const Point& z) {
  const Vector at{std::span<const double>(z)};
  Vector out = at.like();
  problem.evaluate(m, at, out);
  return out.to_host();
}
/// F is the gradient of f, with the sign turned from entry `turned` on.
template <class Objective>
void is_gradient(const Point& F, const Objective& f, const Point& z, std::size_t turned) {
  const double h = 1e-6;
  for (std::size_t j = 0; j < z.size(); ++j) {
    Point plus = z, minus = z;
    plus[j] += h;
    minus[j] -= h;
    const double slope = (f(plus) - f(minus)) / (2 * h);
    INFO("entry " << j);
    CHECK(F[j] == Approx(j < turned ? slope : -slope).epsilon(1e-7).margin(1e-8));
  }
}

/// max over s of log(1 + exp(-(t0 - s |x|^2))) - beta/2 s^2 |x|^2 on a fine grid of s in [0, 1/beta], where
/// it lies.
double best_on_grid(double t0, double square, double beta) {
  double best = 0;
  for (int k = 0; k <= 200000; ++k) {
    const double s = k / (200000 * beta);
    best = std::max(best, logistic_loss(t0 - s * square) - beta / 2 * s * s * square);
  }
  return best;
}

}  // namespace

TEST_CASE("shared: the operator is the saddle gradient of the objective") {
  const Data data;
  const double lambda = 0.3, penalty = 0.7;
  const auto problem = data.problem({{"lambda", lambda}, {"penalty", penalty}});
  REQUIRE(problem->traits().dimension == 2 * features);
  const Point z = random_point(2 * features, 1);
  for (std::size_t m = 0; m < 3; ++m) {
    const auto f = [&](const Point& at) {
      double loss = 0;
      for (std::size_t i = m * per_worker; i < (m + 1) * per_worker; ++i) {
        double margin = 0;
        for (std::size_t j = 0; j < features; ++j)
          margin += data.b[i] * (data.a[i][j] + at[features + j]) * at[j];
        loss += logistic_loss(margin) / per_worker;
      }
      for (std::size_t j = 0; j < features; ++j)
        loss += lambda / 2 * at[j] * at[j] - penalty / 2 * at[features + j] * at[features + j];
      return loss;
    };
    is_gradient(evaluate(*problem, static_cast<int>(m), z), f, z, features);
  }
}

TEST_CASE("per sample: the operator is the gradient of the worst case over every row's ball") {
  const Data data;
  const double lambda = 0.3, radius = 0.4;
  for (const bool l2 : {true, false}) {
    const auto problem = data.problem({{"lambda", lambda},
                                       {"penalty", 0.0},
                                       {"perturbation", "per_sample"},
                                       {"ball", l2 ? "l2" : "linf"},
                                       {"radius", radius}});
    REQUIRE(problem->traits().dimension == features);
    CHECK(problem->traits().solvable == l2);
    const Point x = random_point(features, 2);
    const auto f = [&](const Point& at) {
      double dual = 0, loss = lambda / 2 * dot(at, at);
      for (const double entry : at) dual += l2 ? entry * entry : std::abs(entry);
      if (l2) dual = std::sqrt(dual);
      for (std::size_t i = 4; i < 8; ++i)
        loss += logistic_loss(data.b[i] * dot(data.a[i], at) - radius * dual) / 4;
      return loss;
    };
    is_gradient(evaluate(*problem, 1, x), f, x, features);
    // No perturbation of the ball does more harm than the worst margin says.
    for (std::uint64_t trial = 0; trial < 200; ++trial) {
      Point delta = random_point(features, 100 + trial);
      double size = 0;
      for (const double entry : delta) size = l2 ? std::hypot(size, entry) : std::max(size, std::abs(entry));
      double dual = 0;
      for (const double entry : x) dual = l2 ? std::hypot(dual, entry) : dual + std::abs(entry);
      REQUIRE(-radius / size * dot(delta, x) <= radius * dual * (1 + 1e-14));
    }
  }
}

TEST_CASE("per sample with a penalty: the gradient of the best value found on a fine grid") {
  const Data data;
  // |x|^2 / beta below and above 4, where the inner problem stops being concave.
  for (const double penalty : {2.0, 0.15}) {
    const auto problem =
        data.problem({{"lambda", 0.3}, {"penalty", penalty}, {"perturbation", "per_sample"}});
    const Point x = random_point(features, 3);
    INFO("q = " << dot(x, x) / penalty);
    const auto f = [&](const Point& at) {
      const double q = dot(at, at) / penalty;
      double loss = 0.15 * dot(at, at);
      for (std::size_t i = 8; i < 12; ++i) {
        const double t0 = data.b[i] * dot(data.a[i], at), t = worst_margin(t0, q);
        loss += (logistic_loss(t) - (t0 - t) * (t0 - t) / (2 * q)) / 4;
      }
      return loss;
    };
    is_gradient(evaluate(*problem, 2, x), f, x, features);
  }
}

TEST_CASE("the worst margin with a penalty is a zero of its equation and the best there is") {
  for (const double q : {0.0, 0.3, 3.9, 4.0, 4.1, 8.0, 40.0})
    for (double t0 = -12; t0 <= 60; t0 += 0.75) {
      const double t = worst_margin(t0, q);
      INFO("t0 = " << t0 << ", q = " << q << ", t = " << t);
      REQUIRE(std::abs(t - t0 + q * logistic(-t)) <= 1e-13 * (1 + std::abs(t0) + q));
      if (q == 0) continue;
      const double beta = 0.5, value = logistic_loss(t) - (t0 - t) * (t0 - t) / (2 * q);
      REQUIRE(value >= best_on_grid(t0, q * beta, beta) - 1e-12);
    }
  CHECK(std::isnan(worst_margin(NAN, 1)));
  CHECK(std::isnan(worst_margin(1, INFINITY)));
}

TEST_CASE("per sample forms are monotone everywhere, the shared one exactly where |x|^2 is small") {
  const Data data;
  for (const Table& form : {Table{{"penalty", 0.0}, {"ball", "l2"}, {"radius", 1.0}},
                            Table{{"penalty", 0.0}, {"ball", "linf"}}, Table{{"penalty", 0.1}}}) {
    Table table = form;
    table.set("perturbation", "per_sample");
    table.set("lambda", 0.0);
    const auto problem = data.problem(table);
    for (std::uint64_t pair = 0; pair < 300; ++pair) {
      const double scale = pair % 2 == 0 ? 0.3 : 3;
      const Point a = random_point(features, 2 * pair, scale),
                  b = random_point(features, 2 * pair + 1, scale);
      const Point Fa = evaluate(*problem, 0, a), Fb = evaluate(*problem, 0, b);
      double inner = 0;
      for (std::size_t j = 0; j < features; ++j) inner += (Fa[j] - Fb[j]) * (a[j] - b[j]);
      REQUIRE(inner >= -1e-12);
    }
  }
  // With v = (0, x) at y = -a_i of a single row (margin 0): <v, J v> = |x|^2 (beta - |x|^2 / 4).
  const auto shared = data.problem({{"penalty", 0.5}, {"lambda", 0.0}, {"workers", 12}});
  for (const double square : {1.98, 2.02}) {
    Point z(2 * features, 0.0), v(2 * features, 0.0);
    z[1] = v[features + 1] = std::sqrt(square);
    for (std::size_t j = 0; j < features; ++j) z[features + j] = -data.a[5][j];
    const Vector at{std::span<const double>(z)}, along{std::span<const double>(v)};
    Vector out = at.like();
    shared->jacobian(5, at, along, false, out);
    CHECK(trivium::dot(along, out) == Approx(square * (0.5 - square / 4)).epsilon(1e-10));
  }
}

TEST_CASE("mistakes are sentences") {
  const Data data;
  CHECK_THROWS_WITH(data.problem({{"penalty", 0.0}}), Catch::Contains("give a ball or a penalty above 0"));
  CHECK_THROWS_WITH(data.problem({{"perturbation", "per_sample"}, {"ball", "l2"}}),
                    Catch::Contains("a ball or a penalty, not both"));
  CHECK_THROWS_AS(data.problem({{"radius", 0.0}}), InputError);
  CHECK_THROWS_AS(data.problem({{"file", ""}}), InputError);
  CHECK_NOTHROW(data.problem({{"ball", "l2"}}));
}
