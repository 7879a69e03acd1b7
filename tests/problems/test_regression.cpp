// Regression against plain loops, and its rows against the states of a walk.
#include <cmath>
#include <memory>
#include <vector>

#include <Eigen/Dense>
#include <catch2/catch.hpp>

#include <trivium/core/errors.hpp>
#include <trivium/core/stream.hpp>
#include <trivium/problems/oracles.hpp>
#include <trivium/problems/problem.hpp>

#include "support/folder.hpp"

using namespace trivium;
using Catch::Contains;
using problems::Problem;
using Point = std::vector<double>;

namespace {

// Twelve rows in R^3 with labels 0, 1, 2.
struct Data {
  Data() : a(12, 3), label(12) {
    Stream stream(8, Purpose::test, everyone, 0);
    for (int i = 0; i < 12; ++i) {
      label[i] = i % 3;
      text += fmt::format("{}", i % 3);
      for (int j = 0; j < 3; ++j) {
        a(i, j) = stream.normal();
        text += fmt::format(" {}:{}", j + 1, a(i, j));
      }
      text += "\n";
    }
  }
  Eigen::MatrixXd a;
  Eigen::VectorXd label;
  std::string text;
};

std::unique_ptr<Problem> make(Table parameters) {
  return problems::catalogue().make({"regression", std::move(parameters), ""}, problems::Place{});
}
Eigen::VectorXd evaluate(Problem& problem, int m, const Eigen::VectorXd& x) {
  Vector in{std::span<const double>(x.data(), static_cast<std::size_t>(x.size()))}, out = in.like();
  problem.evaluate(m, in, out);
  const Point values = out.to_host();
  return Eigen::Map<const Eigen::VectorXd>(values.data(), x.size());
}

}  // namespace

TEST_CASE("the gradient of the logistic loss, one class against the others") {
  const Data data;
  const Folder folder;
  const auto problem = make({{"file", folder.write("rows", data.text)},
                             {"workers", 3},
                             {"partition", "contiguous"},
                             {"positive", 2},
                             {"lambda", 0.3}});
  const Eigen::Vector3d x{0.4, -1, 2};
  for (int m = 0; m < 3; ++m) {
    Eigen::VectorXd expected = 0.3 * x;
    for (int i = 4 * m; i < 4 * m + 4; ++i) {
      const double b = data.label[i] == 2 ? 1 : -1;
      expected -= b / (1 + std::exp(b * data.a.row(i).dot(x))) / 4 * data.a.row(i).transpose();
    }
    CHECK((evaluate(*problem, m, x) - expected).norm() < 1e-14);
  }
}

TEST_CASE("large products neither overflow nor lose the gradient") {
  const Folder folder;
  const auto problem =
      make({{"file", folder.write("rows", "-1 1:1\n1 1:1\n")}, {"workers", 1}, {"lambda", 0.0}});
  // Slopes of both rows at p = 1000: 1 of the wrong sign's row, 0 of the other.
  CHECK(evaluate(*problem, 0, Eigen::VectorXd::Constant(1, 1000))[0] == 0.5);
  CHECK(evaluate(*problem, 0, Eigen::VectorXd::Constant(1, -1000))[0] == -0.5);
}

TEST_CASE("the normal equations solve the sum of squares, and all workers share rows") {
  const Data data;
  const Folder folder;
  const auto problem = make({{"file", folder.write("rows", data.text)},
                             {"workers", 4},
                             {"loss", "squares"},
                             {"labels", "as_they_are"},
                             {"shared_rows", true},
                             {"lambda", 0.2}});
  const Eigen::MatrixXd H = data.a.transpose() * data.a / 12 + 0.2 * Eigen::Matrix3d::Identity();
  const Eigen::VectorXd x = H.ldlt().solve(data.a.transpose() * data.label / 12);
  for (int m = 0; m < 4; ++m) {
    CHECK(problem->samples(m) == 12);
    CHECK(evaluate(*problem, m, x).norm() < 1e-14);
  }
  CHECK(problem->known().constants.at(problems::Which::delta).value == 0);
}

// The component 2, 5, 7, 9 of a graph: rows 0..3 of every worker are those rows of the file in this order, as
// are the states of a walk on it.
TEST_CASE("the rows of a graph's largest component are the states of its walk") {
  const Data data;
  const Folder folder;
  const std::string edges = folder.write("edges", "7 2\n9 5\n2 5\n0 1\n2 9\n");
  const auto problem = make({{"file", folder.write("rows", data.text)},
                             {"workers", 2},
                             {"positive", 1},
                             {"graph", edges},
                             {"shared_rows", true},
                             {"lambda", 0.0}});
  const Eigen::Vector3d x{1, 0.5, -0.2};
  const Vector in{1, 0.5, -0.2};
  const int kept[] = {2, 5, 7, 9};
  for (int m = 0; m < 2; ++m) {
    REQUIRE(problem->samples(m) == 4);
    for (std::uint32_t row = 0; row < 4; ++row) {
      Vector out = in.like();
      problem->evaluate_samples(m, in, {&row, 1}, out);
      const double b = data.label[kept[row]] == 1 ? 1 : -1;
      const Eigen::VectorXd a = data.a.row(kept[row]);
      const Eigen::VectorXd expected = -b / (1 + std::exp(b * a.dot(x))) * a;
      for (int j = 0; j < 3; ++j) CHECK(out.to_host()[static_cast<std::size_t>(j)] == Approx(expected[j]));
    }
  }
  const Table walk{{"type", "graph_walk"}, {"edges", edges}};
  const auto oracle =
      problems::oracles::catalogue().make({"sampled", {{"chain", walk}}, ""}, {*problem, in, nullptr, 0, {}});
  CHECK(oracle->chain(1).law().probabilities.size() == 4);
  // Without `graph` the problem has 12 rows, and the walk 4 states.
  const auto all = make({{"file", folder / "rows"}, {"workers", 2}, {"positive", 1}, {"shared_rows", true}});
  CHECK_THROWS_WITH(
      problems::oracles::catalogue().make({"sampled", {{"chain", walk}}, ""}, {*all, in, nullptr, 0, {}}),
      Contains("4 of them in its largest component") && Contains("12 states are needed"));
  // The walk that is not uniform would weigh rows differently.
  Table simple = walk;
  simple.set("kind", "simple");
  CHECK_THROWS_WITH(problems::oracles::catalogue().make({"sampled", {{"chain", simple}}, ""},
                                                        {*problem, in, nullptr, 0, {}}),
                    Contains("not uniform"));
}

TEST_CASE("mistakes are sentences") {
  const Data data;
  const Folder folder;
  const std::string rows = folder.write("rows", data.text);
  CHECK_THROWS_WITH(make({}), Contains("regression: no data"));
  CHECK_THROWS_WITH(make({{"file", rows}}), Contains("3 distinct labels"));
  CHECK_THROWS_WITH(make({{"file", rows}, {"labels", "as_they_are"}}),
                    Contains("logistic loss needs labels"));
  CHECK_THROWS_WITH(make({{"file", rows}, {"positive", 4}}), Contains("no row has that label"));
  CHECK_THROWS_WITH(make({{"file", rows}, {"positive", 1}, {"workers", 13}}), Contains("13 workers"));
  CHECK_NOTHROW(make({{"file", rows}, {"positive", 1}, {"workers", 13}, {"shared_rows", true}}));
  CHECK_THROWS_WITH(make({{"file", rows}, {"positive", 1}, {"graph", folder.write("edges", "0 1\n1 12\n")}}),
                    Contains("names node 12") && Contains("12 rows"));
  CHECK_THROWS_AS(make({{"file", rows}, {"positive", 1}, {"loss", "hinge"}}), InputError);
}
