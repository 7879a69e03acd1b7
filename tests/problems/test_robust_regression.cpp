// Robust regression against plain loops, differences, a constrained solution, and real data when there is
// any.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <numeric>
#include <vector>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <trivium/core/stream.hpp>
#include <trivium/problems/detail/splitmix.hpp>
#include <trivium/problems/problem.hpp>

using namespace trivium;
using problems::Problem;
using Point = std::vector<double>;

namespace {

// A data file that lives as long as this object.
class DataFile {
 public:
  explicit DataFile(const std::string& text) {
    static int count = 0;
    path_ = std::filesystem::temp_directory_path() / fmt::format("trivium_rows_{}_{}", ::getpid(), count++);
    std::ofstream(path_) << text;
  }
  ~DataFile() { std::filesystem::remove(path_); }
  DataFile(const DataFile&) = delete;
  DataFile& operator=(const DataFile&) = delete;
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

// RobustLS of the reference families: a_ij = 2u(3, i, j) - 1, b_i = <a_i, x0> + .1 (2u(4, i, 0) - 1), x0_j =
// cos(j)/sqrt(n).
struct Dense {
  std::size_t n, rows;
  std::vector<Point> a;
  Point b;
  Dense(std::size_t n, std::size_t rows) : n(n), rows(rows), a(rows, Point(n)), b(rows) {
    for (std::size_t i = 0; i < rows; ++i) {
      b[i] = 0.1 * (2 * problems::detail::hashed_uniform(4, i, 0) - 1);
      for (std::size_t j = 0; j < n; ++j) {
        a[i][j] = 2 * problems::detail::hashed_uniform(3, i, j) - 1;
        b[i] += a[i][j] * std::cos(static_cast<double>(j)) / std::sqrt(static_cast<double>(n));
      }
    }
  }
  std::string text(bool write_zeros = true) const {
    std::string all;
    for (std::size_t i = 0; i < rows; ++i) {
      all += fmt::format("{}", b[i]);
      for (std::size_t j = 0; j < n; ++j) {
        if (write_zeros || a[i][j] != 0) all += fmt::format(" {}:{}", j + 1, a[i][j]);
      }
      all += "\n";
    }
    return all;
  }
};

std::unique_ptr<Problem> make(Table parameters, const problems::Place& place = {}) {
  return problems::catalogue().make({"robust_regression", std::move(parameters), ""}, place);
}
// Rows with their labels as they are, dealt in the order of the file.
std::unique_ptr<Problem> make_plain(const std::string& path, int workers, Table more = {},
                                    const problems::Place& place = {}) {
  Table table{{"file", path}, {"labels", "as_they_are"}, {"workers", workers}, {"partition", "contiguous"}};
  for (const Entry& entry : more.entries()) table.set(entry.name, entry.value);
  return make(table, place);
}
Point evaluate(Problem& problem, int m, const Point& z) {
  Vector in{std::span<const double>(z)}, out(z.size());
  problem.evaluate(m, in, out);
  return out.to_host();
}
Point mean(Problem& problem, const Point& z) {
  const int workers = problem.traits().workers.total;
  Point total(z.size(), 0.0);
  for (int m = 0; m < workers; ++m) {
    const Point part = evaluate(problem, m, z);
    for (std::size_t j = 0; j < z.size(); ++j) total[j] += part[j] / workers;
  }
  return total;
}
Point jacobian(Problem& problem, int m, const Point& z, const Point& v, bool transposed) {
  Vector at{std::span<const double>(z)}, direction{std::span<const double>(v)}, out(z.size());
  problem.jacobian(m, at, direction, transposed, out);
  return out.to_host();
}
Point random_point(std::size_t size, std::uint64_t seed) {
  Stream stream(seed, Purpose::test, 0, 0);
  Point z(size);
  for (double& entry : z) entry = stream.normal();
  return z;
}
double dot(const Point& a, const Point& b) { return std::inner_product(a.begin(), a.end(), b.begin(), 0.0); }
double distance(const Point& a, const Point& b) {
  double total = 0;
  for (std::size_t j = 0; j < a.size(); ++j) total += (a[j] - b[j]) * (a[j] - b[j]);
  return std::sqrt(total);
}

// The objective of rows first..last-1, written out: 1/2 mean (<x, a_i + y> - b_i)^2 + lambda/2 |x|^2 - beta/2
// |y|^2.
double objective(const Dense& data, std::size_t first, std::size_t last, double lambda, double beta,
                 const Point& z) {
  double squares = 0, xx = 0, yy = 0;
  for (std::size_t i = first; i < last; ++i) {
    double r = -data.b[i];
    for (std::size_t j = 0; j < data.n; ++j) r += z[j] * (data.a[i][j] + z[data.n + j]);
    squares += r * r;
  }
  for (std::size_t j = 0; j < data.n; ++j) {
    xx += z[j] * z[j];
    yy += z[data.n + j] * z[data.n + j];
  }
  return squares / (2 * static_cast<double>(last - first)) + lambda / 2 * xx - beta / 2 * yy;
}
// F of the same rows, one row at a time.
Point operator_of_rows(const Dense& data, const std::vector<std::size_t>& rows, double lambda, double beta,
                       const Point& z) {
  Point out(z.size(), 0.0);
  for (const std::size_t i : rows) {
    double r = -data.b[i];
    for (std::size_t j = 0; j < data.n; ++j) r += z[j] * (data.a[i][j] + z[data.n + j]);
    for (std::size_t j = 0; j < data.n; ++j) {
      const double x = z[j], y = z[data.n + j];
      out[j] += (r * (data.a[i][j] + y) + lambda * x) / static_cast<double>(rows.size());
      out[data.n + j] += (beta * y - r * x) / static_cast<double>(rows.size());
    }
  }
  return out;
}

// Extragradient on the mean operator from zero: enough to find the solutions that the tests compare with.
Point extragradient(Problem& problem, double step, int iterations) {
  const std::size_t size = problem.traits().dimension;
  Vector z(size), half(size), value(size), sum(size);
  const auto full = [&](const Vector& at) {
    fill(sum, 0);
    for (int m = 0; m < problem.traits().workers.total; ++m) {
      problem.evaluate(m, at, value);
      combine(sum, {{1, sum}, {1.0 / problem.traits().workers.total, value}});
    }
  };
  for (int k = 0; k < iterations; ++k) {
    full(z);
    combine(half, {{1, z}, {-step, sum}});
    problem.prox(step, half);
    full(half);
    combine(z, {{1, z}, {-step, sum}});
    problem.prox(step, z);
  }
  return z.to_host();
}

}  // namespace

TEST_CASE("the operator is that of plain loops over the rows") {
  CHECK(problems::detail::hashed_uniform(1, 2, 3) == 0.41755805950440272);
  const Dense data(5, 12);
  const DataFile file(data.text());
  const auto problem = make_plain(file.path(), 3, {{"lambda", 0.3}, {"beta", 0.7}});
  REQUIRE(problem->traits().dimension == 10);
  CHECK(problem->traits().has_jacobian);
  CHECK_FALSE(problem->traits().constrained);
  CHECK_FALSE(problem->traits().affine);
  for (int m = 0; m < 3; ++m) {
    const std::size_t first = 4 * static_cast<std::size_t>(m);
    REQUIRE(problem->samples(m) == 4);
    const Point z = random_point(10, 7);
    CHECK(distance(evaluate(*problem, m, z),
                   operator_of_rows(data, {first, first + 1, first + 2, first + 3}, 0.3, 0.7, z)) < 1e-13);
  }
}

TEST_CASE("F is (grad_x f, -grad_y f): central differences of the objective") {
  const Dense data(5, 12);
  const DataFile file(data.text());
  const double lambda = 0.1, beta = 0.5, h = 1e-5;
  const auto problem = make_plain(file.path(), 3, {{"lambda", lambda}, {"beta", beta}});
  const Point z = random_point(10, 11);
  for (int m = 0; m < 3; ++m) {
    const std::size_t first = 4 * static_cast<std::size_t>(m);
    const Point value = evaluate(*problem, m, z);
    for (std::size_t j = 0; j < 10; ++j) {
      Point plus = z, minus = z;
      plus[j] += h;
      minus[j] -= h;
      const double slope = (objective(data, first, first + 4, lambda, beta, plus) -
                            objective(data, first, first + 4, lambda, beta, minus)) /
                           (2 * h);
      CHECK(value[j] == Approx(j < 5 ? slope : -slope).epsilon(1e-6).margin(1e-6));
    }
  }
}

TEST_CASE("the Jacobian agrees with differences of F, and its transpose with it") {
  const Dense data(5, 12);
  const DataFile file(data.text());
  const auto problem = make_plain(file.path(), 3);
  const Point z = random_point(10, 12), v = random_point(10, 13), w = random_point(10, 14);
  const double h = 1e-5;
  for (int m = 0; m < 3; ++m) {
    Point plus = z, minus = z, slope(10);
    for (std::size_t j = 0; j < 10; ++j) {
      plus[j] += h * v[j];
      minus[j] -= h * v[j];
    }
    const Point after = evaluate(*problem, m, plus), before = evaluate(*problem, m, minus);
    for (std::size_t j = 0; j < 10; ++j) slope[j] = (after[j] - before[j]) / (2 * h);
    const Point product = jacobian(*problem, m, z, v, false);
    CHECK(distance(product, slope) < 1e-7 * std::sqrt(dot(product, product)));
    CHECK(dot(product, w) == Approx(dot(v, jacobian(*problem, m, z, w, true))).epsilon(1e-12));
  }
}

TEST_CASE("monotone in the direction of y exactly while |x|^2 <= beta") {
  // With v = (0, x): <v, J v> = |x|^2 (beta - |x|^2).
  const DataFile file(Dense(5, 12).text());
  const auto problem = make_plain(file.path(), 3, {{"beta", 0.5}});
  for (const double size : {0.49, 0.51}) {  // |x|^2
    Point z(10, 0.0), v(10, 0.0);
    z[2] = v[7] = std::sqrt(size);
    CHECK(dot(v, jacobian(*problem, 1, z, v, false)) == Approx(size * (0.5 - size)).epsilon(1e-12));
  }
}

TEST_CASE("a worker is the mean of its samples; samples may repeat") {
  const Dense data(5, 12);
  const DataFile file(data.text());
  const auto problem = make_plain(file.path(), 3, {{"lambda", 0.3}, {"beta", 0.7}});
  const Point z = random_point(10, 15);
  const Vector at{std::span<const double>(z)};
  Vector out(10);
  problem->evaluate_samples(2, at, std::vector<std::uint32_t>{3, 0, 1, 2}, out);
  CHECK(distance(out.to_host(), evaluate(*problem, 2, z)) < 1e-13);
  problem->evaluate_samples(2, at, std::vector<std::uint32_t>{1, 3, 1}, out);
  CHECK(distance(out.to_host(), operator_of_rows(data, {9, 11, 9}, 0.3, 0.7, z)) < 1e-13);
  problem->evaluate_samples(0, at, std::vector<std::uint32_t>{2}, out);
  CHECK(distance(out.to_host(), operator_of_rows(data, {2}, 0.3, 0.7, z)) < 1e-13);
}

TEST_CASE("zeros that are left out change nothing, nor do empty columns") {
  Dense data(5, 12);
  for (std::size_t i = 0; i < 12; ++i) {
    for (std::size_t j = 0; j < 5; ++j) data.a[i][j] *= (i + j) % 3 == 0 || i == 7 ? 0 : 1;
  }
  const DataFile dense(data.text()), sparse(data.text(false));
  const auto a = make_plain(dense.path(), 3), b = make_plain(sparse.path(), 3);
  const auto wide = make_plain(sparse.path(), 3, {{"features", 7}});
  REQUIRE(wide->traits().dimension == 14);
  const Point z = random_point(10, 16);
  Point wide_z(14, 0.0);
  std::copy_n(z.begin(), 5, wide_z.begin());
  std::copy_n(z.begin() + 5, 5, wide_z.begin() + 7);
  for (int m = 0; m < 3; ++m) {
    const Point value = evaluate(*b, m, z);
    CHECK(distance(evaluate(*a, m, z), value) < 1e-14);
    const Point wider = evaluate(*wide, m, wide_z);
    CHECK(std::equal(value.begin(), value.begin() + 5, wider.begin()));
    CHECK(std::equal(value.begin() + 5, value.end(), wider.begin() + 7));
    CHECK((wider[5] == 0 && wider[6] == 0 && wider[12] == 0 && wider[13] == 0));
  }
}

TEST_CASE("the mean over equally large workers does not depend on who owns which row") {
  const DataFile file(Dense(5, 12).text());
  const Point z = random_point(10, 17);
  const Point expected = mean(*make_plain(file.path(), 1), z);
  for (const int workers : {2, 3, 4, 12}) {
    CHECK(distance(mean(*make_plain(file.path(), workers), z), expected) < 1e-13);
    CHECK(distance(mean(*make_plain(file.path(), workers, {{"partition", "shuffled"}}), z), expected) <
          1e-13);
  }
  // With workers of 3, 3, 2, 2, 2 rows each worker still counts the same, so the mean is another one.
  CHECK(distance(mean(*make_plain(file.path(), 5), z), expected) > 1e-3);
}

TEST_CASE("a worker gives the same bits on every number of ranks") {
  const DataFile file(Dense(5, 40).text());
  const Point z = random_point(10, 18);
  const Table shuffled{{"partition", "shuffled"}};
  const auto alone = make_plain(file.path(), 7, shuffled);
  for (const int ranks : {2, 3, 7}) {
    for (int rank = 0; rank < ranks; ++rank) {
      const auto part =
          make_plain(file.path(), 7, shuffled, {.rank = rank, .ranks = ranks, .data_folders = {}});
      const WorkerRange workers = part->traits().workers;
      REQUIRE(workers.total == 7);
      for (int m = workers.first; m < workers.last; ++m) {
        CHECK(part->samples(m) == alone->samples(m));
        CHECK(evaluate(*part, m, z) == evaluate(*alone, m, z));
      }
    }
  }
}

TEST_CASE("labels are mapped to -1 and +1 by default") {
  const DataFile file("1 1:1\n2 1:1\n2 1:0.5\n");
  const auto problem = make({{"file", file.path()}, {"workers", 3}, {"partition", "contiguous"}});
  // At z = 0: F = (-b_i a_i, 0).
  CHECK(evaluate(*problem, 0, {0, 0}) == Point{1, 0});
  CHECK(evaluate(*problem, 1, {0, 0}) == Point{-1, 0});
  CHECK(evaluate(*problem, 2, {0, 0}) == Point{-0.5, 0});
}

TEST_CASE("the players are projected on their own sets") {
  const DataFile file("1 1:1 2:1\n2 1:1\n");
  const Table sets{{"workers", 2},
                   {"x_set", Table{{"type", "l1_ball"}, {"radius", 1.0}}},
                   {"y_set", Table{{"type", "l2_ball"}, {"radius", 5.0}}}};
  const auto problem = make_plain(file.path(), 2, sets);
  CHECK(problem->traits().constrained);
  Vector z{3, -2.5, 6, 8};
  problem->prox(0.1, z);
  CHECK(z.to_host() == Point{0.75, -0.25, 3, 4});
}

TEST_CASE("the constrained instance |x|_1 <= .4, |y|_2 <= .03, lambda = 0, beta = .5 has |z*| = .14670473") {
  const DataFile file(Dense(20, 1000).text());
  const auto problem = make_plain(file.path(), 20,
                                  {{"lambda", 0.0},
                                   {"beta", 0.5},
                                   {"x_set", Table{{"type", "l1_ball"}, {"radius", 0.4}}},
                                   {"y_set", Table{{"type", "l2_ball"}, {"radius", 0.03}}}});
  const Point z = extragradient(*problem, 0.5, 300);
  CHECK(std::sqrt(dot(z, z)) == Approx(0.14670473).epsilon(0).margin(1e-8));
  CHECK(std::count_if(z.begin(), z.begin() + 20, [](double entry) { return entry != 0; }) == 10);
}

TEST_CASE("mistakes are sentences") {
  const DataFile two("1 1:1\n2 1:1\n"), three("1 1:1\n2 1:1\n3 2:1\n"), bare("1\n-1\n");
  CHECK_THROWS_WITH(make({}), Catch::Contains("set file"));
  CHECK_THROWS_WITH(
      make({{"file", "no_such_data"}}, {.rank = 0, .ranks = 1, .data_folders = {"some_folder"}}),
      Catch::Contains("no_such_data") && Catch::Contains("some_folder"));
  CHECK_THROWS_WITH(make({{"file", three.path()}, {"workers", 1}}), Catch::Contains("3 distinct labels"));
  CHECK_THROWS_WITH(make({{"file", two.path()}, {"workers", 3}}),
                    Catch::Contains("2 rows") && Catch::Contains("3 workers"));
  CHECK_THROWS_WITH(make({{"file", bare.path()}, {"workers", 1}}), Catch::Contains("no feature"));
  CHECK_THROWS_WITH(make_plain(three.path(), 1, {{"features", 1}}), Catch::Contains("at least 2"));
  CHECK_THROWS_AS(make_plain(two.path(), 0), InputError);
  CHECK_THROWS_AS(make_plain(two.path(), 2, {{"beta", -1.0}}), InputError);
  CHECK_THROWS_AS(make_plain(two.path(), 2, {{"lambda", -1.0}}), InputError);
  CHECK_THROWS_AS(make_plain(two.path(), 2, {{"labels", "sorted"}}), InputError);
  CHECK_THROWS_AS(make_plain(two.path(), 2, {{"partition", "sorted"}}), InputError);
  CHECK_THROWS_AS(make_plain(two.path(), 2, {}, {.rank = 0, .ranks = 3, .data_folders = {}}), InputError);
  CHECK_NOTHROW(make_plain(two.path(), 2, {{"beta", 0.0}, {"lambda", 0.0}}));
}

// Independent numbers for a9a with M = 50, lambda = .1, beta = 1 (any equal split agrees to the digits
// given): |z*| = .64682, |x*|^2 = .4183 < beta, and the Jacobian's spectral norm 6.7300 at z*.
TEST_CASE("a9a has the known solution", "[data]") {
  const char* folder = std::getenv("TRIVIUM_DATA");
  if (folder == nullptr) {
    WARN("set TRIVIUM_DATA to a folder with a9a to run this test");
    return;
  }
  const auto problem = make({{"file", "a9a"}}, {.rank = 0, .ranks = 1, .data_folders = {folder}});
  REQUIRE(problem->traits().dimension == 246);
  CHECK(problem->samples(0) == 652);
  CHECK(problem->samples(49) == 651);
  const Point z = extragradient(*problem, 0.14, 900);
  CHECK(std::sqrt(dot(z, z)) == Approx(0.64682).epsilon(0).margin(2e-5));
  CHECK(std::inner_product(z.begin(), z.begin() + 123, z.begin(), 0.0) ==
        Approx(0.4183).epsilon(0).margin(1e-4));

  Point v = random_point(246, 19);
  double L = 0;
  for (int k = 0; k < 30; ++k) {  // power iteration on J^T J of the mean
    for (const bool transposed : {false, true}) {
      Point next(246, 0.0);
      for (int m = 0; m < 50; ++m) {
        const Point part = jacobian(*problem, m, z, v, transposed);
        for (std::size_t j = 0; j < 246; ++j) next[j] += part[j] / 50;
      }
      v = next;
    }
    L = std::sqrt(std::sqrt(dot(v, v)));
    for (double& entry : v) entry /= L * L;
  }
  CHECK(L == Approx(6.7300).epsilon(0).margin(2e-4));
}
