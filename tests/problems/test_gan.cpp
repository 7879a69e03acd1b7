// The Wasserstein GAN on a ring: its operator against differences of its loss, its points and its measures.
#include <cmath>
#include <memory>
#include <numbers>
#include <numeric>

#include <catch2/catch.hpp>

#include <trivium/core/errors.hpp>
#include <trivium/core/stream.hpp>
#include <trivium/problems/problem.hpp>

using namespace trivium;
using problems::Problem;
using Point = std::vector<double>;

namespace {

std::unique_ptr<Problem> make(const Table& more) {
  Table table{{"workers", 2}, {"samples", 5}, {"noise", 3}, {"dtype", "float64"}};
  for (const Entry& entry : more.entries()) table.set(entry.name, entry.value);
  return problems::catalogue().make({"gan", table, ""}, {});
}
Point measures(Problem& problem, int m, const Point& z) {
  Point out(3, -1.0);
  problem.measure(m, Vector{std::span<const double>(z)}, out);
  return out;
}

}  // namespace

TEST_CASE("the operator is the saddle gradient of the loss, for every activation") {
  for (const char* activation : {"relu", "gelu", "tanh"}) {
    const auto problem = make({{"activation", activation},
                               {"generator", List{4, 3}},
                               {"critic", List{5, 2}},
                               {"weight_decay", 0.2},
                               {"samples", 140}});  // more than a block
    const std::size_t theta = 4 * 4 + 5 * 3 + 4 * 2, phi = 3 * 5 + 6 * 2 + 3;
    REQUIRE(problem->traits().dimension == theta + phi);
    Stream stream(5, Purpose::test, everyone, 0);
    Point z(theta + phi);
    for (double& entry : z) entry = 0.7 * stream.normal();
    Vector at{std::span<const double>(z)}, out = at.like();
    for (int m = 0; m < 2; ++m) {
      problem->evaluate(m, at, out);
      const Point F = out.to_host();
      for (std::size_t i = 0; i < z.size(); ++i) {
        Point plus = z, minus = z;
        plus[i] += 1e-6;
        minus[i] -= 1e-6;
        const double slope = (measures(*problem, m, plus)[0] - measures(*problem, m, minus)[0]) / 2e-6;
        INFO(activation << ", entry " << i);
        REQUIRE(F[i] == Approx(i < theta ? slope : -slope).epsilon(1e-6).margin(1e-7));
      }
    }
  }
}

// Without hidden layers D(x) = <w, x> + c, so that -F_w is the mean of the real points less that of the
// generated.
TEST_CASE("real points lie on the modes that a worker sees") {
  const auto problem = make({{"generator", List{}},
                             {"critic", List{}},
                             {"weight_decay", 0.0},
                             {"modes", 4},
                             {"modes_per_worker", 1},
                             {"radius", 3.0},
                             {"deviation", 0.01},
                             {"samples", 400}});
  REQUIRE(problem->traits().dimension == 4 * 2 + 3);
  const Vector zero(11);
  Vector out(11);
  for (const auto& [m, x, y] : {std::tuple(0, 3.0, 0.0), std::tuple(1, 0.0, 3.0)}) {
    problem->evaluate(m, zero, out);                       // G is 0
    CHECK(-out.to_host()[8] == Approx(x).margin(0.0025));  // five standard deviations of the mean
    CHECK(-out.to_host()[9] == Approx(y).margin(0.0025));
    CHECK(out.to_host()[10] == Approx(0).margin(1e-12));
  }
}

TEST_CASE("generated points near a mode are counted") {
  const auto problem = make({{"generator", List{}}, {"critic", List{}}, {"modes", 4}, {"deviation", 0.1}});
  Point z(4 * 2 + 3, 0.0);
  z[6] = -2;  // the biases of G: every point is (-2, 0), the third mode
  CHECK(measures(*problem, 0, z)[1] == 1);
  CHECK(measures(*problem, 0, z)[2] == 1);
  z[7] = 0.39;
  CHECK(measures(*problem, 0, z)[1] == 1);
  z[7] = 0.41;
  CHECK(measures(*problem, 0, z)[1] == 0);
  CHECK(measures(*problem, 0, z)[2] == 0);
}

TEST_CASE("the critic is clipped, the generator is not") {
  const auto problem = make({{"generator", List{}}, {"critic", List{}}, {"clip", 0.25}});
  Vector z(11);
  fill(z, -3);
  problem->prox(1, z);
  for (std::size_t i = 0; i < 11; ++i) CHECK(z.to_host()[i] == (i < 8 ? -3 : -0.25));
}

TEST_CASE("mistakes are sentences") {
  CHECK_THROWS_WITH(make({{"modes", 3}, {"modes_per_worker", 4}}), Catch::Contains("more than the 3 modes"));
  CHECK_THROWS_WITH(make({{"critic", List{2.5}}}),
                    Catch::Contains("gan.critic must be whole numbers, got 2.5"));
  CHECK_THROWS_AS(make({{"clip", 0.0}}), InputError);
}
