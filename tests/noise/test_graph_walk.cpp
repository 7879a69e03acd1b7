// Walks on graphs against closed forms, dense matrices and counts of many steps.
#include <cmath>
#include <functional>
#include <map>

#include <Eigen/Dense>
#include <catch2/catch.hpp>

#include <trivium/core/errors.hpp>
#include <trivium/noise/chains.hpp>

#include "support/folder.hpp"

using namespace trivium;
using namespace trivium::noise;
using Catch::Contains;
using Pairs = std::vector<std::array<std::uint32_t, 2>>;

namespace {

constexpr double pi = 3.14159265358979323846;

Pairs path(std::uint32_t n) {
  Pairs pairs;
  for (std::uint32_t u = 0; u + 1 < n; ++u) pairs.push_back({u, u + 1});
  return pairs;
}
Pairs cycle(std::uint32_t n) {
  Pairs pairs = path(n);
  pairs.push_back({n - 1, 0});
  return pairs;
}
Pairs complete(std::uint32_t n) {
  Pairs pairs;
  for (std::uint32_t u = 0; u < n; ++u)
    for (std::uint32_t v = u + 1; v < n; ++v) pairs.push_back({u, v});
  return pairs;
}
// Node 0 and `leaves` others.
Pairs star(std::uint32_t leaves) {
  Pairs pairs;
  for (std::uint32_t v = 1; v <= leaves; ++v) pairs.push_back({0, v});
  return pairs;
}
// A path with random chords: connected, with odd cycles and degrees from 1 to 9.
Pairs random_graph(std::uint32_t n, double share) {
  Stream stream(21, Purpose::test, everyone, n);
  Pairs pairs = path(n);
  for (std::uint32_t u = 0; u < n; ++u)
    for (std::uint32_t v = u + 2; v < n; ++v)
      if (stream.bernoulli(share)) pairs.push_back({u, v});
  return pairs;
}

std::string text_of(const Pairs& pairs) {
  std::string text;
  for (const auto& [u, v] : pairs) text += fmt::format("{} {}\n", u, v);
  return text;
}

std::unique_ptr<chains::Chain> walk(const Pairs& pairs, const std::string& kind, Table more = {},
                                    std::size_t states = 0) {
  const Folder folder;
  Table table{{"edges", folder.write("edges", text_of(pairs))}, {"kind", kind}};
  for (const Entry& entry : more.entries()) table.set(entry.name, entry.value);
  return chains::catalogue().make({"graph_walk", table, ""}, {states, {}});
}

// P by its definition.
Eigen::MatrixXd transitions(const Pairs& pairs, int n, const std::string& kind, double hold = 0.5) {
  Eigen::MatrixXd A = Eigen::MatrixXd::Zero(n, n), P = A;
  for (const auto& [u, v] : pairs) A(u, v) = A(v, u) = 1;
  const Eigen::VectorXd degree = A.rowwise().sum();
  for (int u = 0; u < n; ++u)
    for (int v = 0; v < n; ++v)
      if (A(u, v) > 0)
        P(u, v) = kind == "metropolis_hastings" ? std::min(1 / degree[u], 1 / degree[v])
                                                : (kind == "lazy" ? 1 - hold : 1) / degree[u];
  for (int u = 0; u < n; ++u) P(u, u) = 1 - P.row(u).sum();
  return P;
}

double second_eigenvalue(const chains::Chain& chain) {
  const auto all = chain.measures();
  REQUIRE(all.front().name == "second eigenvalue");
  return all.front().value.value;
}

const std::vector<std::string> kinds{"simple", "lazy", "metropolis_hastings"};

}  // namespace

// Levin, Peres, Wilmer, 12.3: the cycle has cos(2 pi k / n), the path cos(pi k / (n - 1)), the complete graph
// -1/(n - 1), the star 0 and -1; staying with probability h makes h + (1 - h) lambda of lambda. Metropolis on
// the path is the walk on twice as long a cycle folded, cos(pi k / n); on the star with m leaves it is
// I - (Laplacian) / m, with 1 - 1/m and -1/m.
TEST_CASE("second eigenvalues in closed form") {
  const auto lambda = [](const Pairs& pairs, const std::string& kind, Table more = {}) {
    return second_eigenvalue(*walk(pairs, kind, more));
  };
  CHECK(lambda(cycle(11), "simple") == Approx(-std::cos(pi / 11)).epsilon(1e-9));
  CHECK(lambda(cycle(12), "lazy") == Approx((1 + std::cos(2 * pi / 12)) / 2).epsilon(1e-9));
  CHECK(lambda(cycle(12), "lazy", {{"hold", 0.2}}) ==
        Approx(0.2 + 0.8 * std::cos(2 * pi / 12)).epsilon(1e-9));
  CHECK(lambda(path(9), "lazy") == Approx((1 + std::cos(pi / 8)) / 2).epsilon(1e-9));
  CHECK(std::abs(lambda(path(9), "metropolis_hastings")) == Approx(std::cos(pi / 9)).epsilon(1e-9));
  CHECK(lambda(complete(6), "simple") == Approx(-0.2).epsilon(1e-9));
  CHECK(lambda(star(7), "lazy") == Approx(0.5).epsilon(1e-9));
  CHECK(lambda(star(7), "metropolis_hastings") == Approx(6.0 / 7).epsilon(1e-9));
  // A long path: 1 - lambda = 1.5e-5, and the relaxation time is its inverse.
  const double gap = (1 - std::cos(pi / 399)) / 2;
  CHECK(walk(path(400), "lazy")->times().relaxation.value == Approx(1 / gap).epsilon(2e-6));
}

TEST_CASE("on a bipartite graph a walk that always moves never relaxes, and one that may stay does") {
  for (const Pairs& pairs : {path(2), path(7), cycle(8), star(5)}) {
    const auto simple = walk(pairs, "simple");
    CHECK(std::isinf(simple->times().relaxation.value));
    CHECK(std::isinf(simple->times().mixing.value));
    CHECK_THAT(simple->times().relaxation.how, Contains("bipartite"));
    CHECK(std::isfinite(walk(pairs, "lazy")->times().relaxation.value));
  }
  CHECK(std::isinf(walk(cycle(8), "metropolis_hastings")->times().relaxation.value));  // never refuses
  CHECK(std::isfinite(walk(path(7), "metropolis_hastings")->times().relaxation.value));
  CHECK(std::isfinite(walk(cycle(9), "simple")->times().relaxation.value));
}

// Where the values are an eigenvector of lambda the autocorrelation time is (1 + lambda) / (1 - lambda). On
// the complete graph all are: (n - 2) / n. On the star degrees tell the centre from the leaves, with
// lambda = -1 for the simple walk and 2h - 1 for the lazy one: h / (1 - h).
TEST_CASE("autocorrelation times in closed form") {
  CHECK(walk(complete(6), "simple")->times().autocorrelation.value == Approx(4.0 / 6).epsilon(1e-9));
  CHECK(walk(star(9), "lazy", {{"hold", 0.75}})->times().autocorrelation.value == Approx(3).epsilon(1e-9));
  CHECK(walk(star(9), "simple")->times().autocorrelation.value == Approx(0).margin(1e-9));
}

TEST_CASE("eigenvalue, autocorrelation and correlations are those of the dense matrix") {
  for (const auto& [n, share] : {std::pair{40, 0.1}, {60, 0.02}, {120, 0.01}})
    for (const std::string& kind : kinds) {
      INFO(kind << ", " << n << " nodes");
      const Pairs pairs = random_graph(static_cast<std::uint32_t>(n), share);
      const auto chain = walk(pairs, kind, {{"hold", 0.3}});
      const Eigen::MatrixXd P = transitions(pairs, n, kind, 0.3);
      const std::vector<double> law = chain->law().probabilities;
      const Eigen::VectorXd weight = Eigen::Map<const Eigen::VectorXd>(law.data(), n);
      REQUIRE((weight.transpose() * P - weight.transpose()).norm() < 1e-13);
      CHECK(weight.sum() == Approx(1));

      const Eigen::VectorXcd spectrum = P.eigenvalues();
      std::vector<double> sizes;
      for (const auto& eigenvalue : spectrum) sizes.push_back(std::abs(eigenvalue));
      std::sort(sizes.begin(), sizes.end());
      const double lambda = sizes[sizes.size() - 2];
      CHECK(chain->times().relaxation.value == Approx(1 / (1 - lambda)).epsilon(2e-6));
      CHECK(chain->times().relaxation.origin == Origin::computed);

      // The values are degrees, standardised.
      Eigen::VectorXd v = Eigen::VectorXd::Zero(n);
      for (const auto& [a, b] : pairs) ++v[a], ++v[b];
      v.array() -= weight.dot(v);
      v /= std::sqrt(weight.dot(v.cwiseAbs2()));
      const Eigen::MatrixXd fundamental =
          (Eigen::MatrixXd::Identity(n, n) - P + Eigen::VectorXd::Ones(n) * weight.transpose()).inverse();
      const double time = 2 * weight.dot(v.cwiseProduct(fundamental * v)) - 1;
      CHECK(chain->times().autocorrelation.value == Approx(time).epsilon(1e-8));
      Eigen::VectorXd moved = v;
      for (std::size_t lag = 0; lag < 4; ++lag) {
        CHECK(chain->law().correlation(lag) == Approx(weight.dot(v.cwiseProduct(moved))).margin(1e-12));
        moved = P * moved;
      }
    }
}

// The distance to the stationary law is at most 1/4 after the time that is stated as a bound.
TEST_CASE("the mixing time is a bound") {
  const Pairs pairs = random_graph(40, 0.05);
  for (const std::string& kind : kinds) {
    const auto chain = walk(pairs, kind);
    const Eigen::MatrixXd P = transitions(pairs, 40, kind);
    const std::vector<double> law = chain->law().probabilities;
    const Constant mixing = chain->times().mixing;
    CHECK(mixing.origin == Origin::estimated);
    Eigen::MatrixXd power = Eigen::MatrixXd::Identity(40, 40);
    for (int i = 0; i < static_cast<int>(mixing.value); ++i) power = power * P;
    for (int u = 0; u < 40; ++u)
      CHECK((power.row(u) - Eigen::Map<const Eigen::RowVectorXd>(law.data(), 40)).lpNorm<1>() / 2 <= 0.25);
  }
}

// 100000 steps from each node of a small graph: the share of each move is within five standard deviations,
// 0.008, of its probability; a walk of the wrong kind misses that by 0.1 somewhere. A start is stationary.
TEST_CASE("moves have their probabilities, starts the stationary law") {
  const Pairs pairs{{0, 1}, {1, 2}, {2, 3}, {3, 0}, {0, 2}, {2, 4}};
  constexpr int steps = 100000;
  for (const std::string& kind : kinds) {
    const auto chain = walk(pairs, kind, {{"hold", 0.3}});
    const Eigen::MatrixXd P = transitions(pairs, 5, kind, 0.3);
    Stream stream(3, Purpose::test, 0, 0);
    std::vector<std::uint32_t> to(1);
    Eigen::VectorXd starts = Eigen::VectorXd::Zero(5);
    for (std::uint64_t u = 0; u < 5; ++u) {
      Eigen::VectorXd counts = Eigen::VectorXd::Zero(5);
      for (int i = 0; i < steps; ++i) {
        chains::State state{u, 0};
        chain->walk(state, stream, to);
        counts[to[0]] += 1.0 / steps;
        starts[static_cast<Eigen::Index>(chain->start(stream).index)] += 0.2 / steps;
      }
      INFO(kind << ", from " << u);
      CHECK((counts - P.row(static_cast<Eigen::Index>(u)).transpose()).lpNorm<Eigen::Infinity>() < 0.008);
    }
    const std::vector<double> law = chain->law().probabilities;
    CHECK((starts - Eigen::Map<const Eigen::VectorXd>(law.data(), 5)).lpNorm<Eigen::Infinity>() < 0.0036);
  }
}

TEST_CASE("values tell a class from the others, else they are degrees, else numbers") {
  const Folder folder;
  const std::string nodes = folder.write("nodes", "2 1:1\n2\n5\n9\n");
  const auto values_of = [](const chains::Chain& chain, int n) {
    std::map<std::uint64_t, double> values;
    Stream stream(1, Purpose::test, 0, 0);
    chains::State state = chain.start(stream);
    std::vector<double> value(1);
    while (static_cast<int>(values.size()) < n) {
      chain.walk(state, stream, value);
      values[state.index] = value[0];
    }
    return values;
  };
  // Uniform on four nodes. A class of two: -1 and 1. A class of one: 3 / sqrt(3) there, -1 / sqrt(3) else.
  auto values = values_of(*walk(path(4), "metropolis_hastings", {{"nodes", nodes}}), 4);
  CHECK(values[0] == Approx(1));
  CHECK(values[1] == Approx(1));
  CHECK(values[2] == Approx(-1));
  values = values_of(*walk(path(4), "metropolis_hastings", {{"nodes", nodes}, {"class", 9}}), 4);
  CHECK(values[3] == Approx(std::sqrt(3)));
  CHECK(values[0] == Approx(-1 / std::sqrt(3)));
  // Degrees 1, 2, 2, 1 weigh 1/6, 1/3, 1/3, 1/6: mean 5/3, variance 2/9.
  values = values_of(*walk(path(4), "simple"), 4);
  CHECK(values[1] == Approx((2 - 5.0 / 3) / std::sqrt(2.0 / 9)));
  CHECK(values[3] == Approx((1 - 5.0 / 3) / std::sqrt(2.0 / 9)));
  // 0, 1, 2: mean 1, variance 2/3.
  values = values_of(*walk(cycle(3), "simple"), 3);
  CHECK(values[2] == Approx(1 / std::sqrt(2.0 / 3)));
}

TEST_CASE("a walk is on the largest component, or wants the graph to be connected") {
  const Pairs pairs{{0, 3}, {1, 4}, {4, 6}, {6, 1}, {5, 5}};
  CHECK(walk(pairs, "simple")->law().probabilities == std::vector<double>(3, 1.0 / 3));
  CHECK_NOTHROW(walk(pairs, "simple", {}, 3));
  CHECK_THROWS_WITH(walk(pairs, "simple", {{"component", "whole"}}),
                    Contains("not connected") && Contains("3 of 7 nodes"));
  CHECK_THROWS_WITH(walk(pairs, "simple", {}, 7), Contains("has 7 nodes") &&
                                                      Contains("3 of them in its largest component") &&
                                                      Contains("7 states are needed"));
  CHECK_NOTHROW(walk(path(4), "simple", {{"component", "whole"}}, 4));
}

TEST_CASE("mistakes are sentences") {
  const Folder folder;
  const auto make = [](Table table) {
    return chains::catalogue().make({"graph_walk", std::move(table), ""}, {0, {}});
  };
  const std::string edges = folder.write("edges", "0 1\n1 2\n"), nodes = folder.write("nodes", "0\n1\n");
  CHECK_THROWS_WITH(make({}), Contains("set edges"));
  CHECK_THROWS_WITH(make({{"edges", folder / "none"}}), Contains("there is no data file"));
  CHECK_THROWS_WITH(make({{"edges", folder.write("bad", "0 1\n1\n")}}), Contains("bad:2: found '1' alone"));
  CHECK_THROWS_WITH(make({{"edges", folder.write("loops", "0 0\n")}}), Contains("no edge between two nodes"));
  CHECK_THROWS_WITH(make({{"edges", edges}, {"nodes", nodes}}),
                    Contains("2 rows") && Contains("names node 2"));
  const std::string three = folder.write("three", "0\n1\n1\n");
  CHECK_THROWS_WITH(make({{"edges", edges}, {"nodes", three}, {"class", 4}}), Contains("none of the walk's"));
  CHECK_THROWS_WITH(make({{"edges", edges}, {"kind", "lazy"}, {"hold", 1}}), Contains("never moves"));
  CHECK_THROWS_AS(make({{"edges", edges}, {"kind", "random"}}), InputError);
  CHECK_THROWS_AS(make({{"edges", edges}, {"hold", -0.1}}), InputError);
}
