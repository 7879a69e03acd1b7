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
Point value(Problem& problem, int m, const Point& z) {
  const Vector at{std::span<const double>(z)};
  Vector out = at.like();
  problem.evaluate(m, at, out);
  return out.to_host();
}
/// The central difference of the loss in one entry.
double slope(Problem& problem, int m, Point z, std::size_t i) {
  const double middle = z[i];
  z[i] = middle + 1e-6;
  const double plus = measures(problem, m, z)[0];
  z[i] = middle - 1e-6;
  return (plus - measures(problem, m, z)[0]) / 2e-6;
}
Point random_point(std::size_t size) {
  Stream stream(5, Purpose::test, everyone, 0);
  Point z(size);
  for (double& entry : z) entry = 0.7 * stream.normal();
  return z;
}

}  // namespace

TEST_CASE("the operator is the saddle gradient of the loss, for every activation and bound") {
  for (const char* activation : {"relu", "gelu", "tanh"})
    for (const char* lipschitz : {"clipping", "spectral", "gradient_penalty"}) {
      const auto problem = make({{"activation", activation},
                                 {"lipschitz", lipschitz},
                                 {"penalty", 0.8},
                                 {"penalty_for", "both"},
                                 {"generator", List{4, 3}},
                                 {"critic", List{5, 2}},
                                 {"weight_decay", 0.2},
                                 {"samples", 140}});  // more than a block
      const std::size_t theta = 4 * 4 + 5 * 3 + 4 * 2, phi = 3 * 5 + 6 * 2 + 3;
      REQUIRE(problem->traits().dimension == theta + phi);
      const Point z = random_point(theta + phi);
      for (int m = 0; m < 2; ++m) {
        const Point F = value(*problem, m, z);
        for (std::size_t i = 0; i < z.size(); ++i) {
          INFO(activation << ", " << lipschitz << ", entry " << i);
          const double expected = slope(*problem, m, z, i);
          REQUIRE(F[i] == Approx(i < theta ? expected : -expected).epsilon(1e-6).margin(1e-7));
        }
      }
    }
}

TEST_CASE("a penalty for the critic alone changes nothing for the generator") {
  const Table small{{"critic", List{5, 2}}, {"generator", List{4}}, {"activation", "tanh"}};
  Table penalised = small, saddle = small;
  for (Table* table : {&penalised, &saddle}) table->set("lipschitz", "gradient_penalty");
  saddle.set("penalty_for", "both");
  const std::size_t theta = 4 * 4 + 5 * 2;
  const auto clipped = make(small), players = make(penalised), both = make(saddle);
  const Point z = random_point(clipped->traits().dimension);
  const Point F = value(*clipped, 0, z), F_players = value(*players, 0, z), F_both = value(*both, 0, z);
  const auto half = [&](const Point& of, bool first) {
    const auto middle = of.begin() + static_cast<std::ptrdiff_t>(theta);
    return first ? Point(of.begin(), middle) : Point(middle, of.end());
  };
  CHECK(half(F_players, true) == half(F, true));
  CHECK(half(F_players, false) == half(F_both, false));
  CHECK(half(F_players, false) != half(F, false));
  CHECK(half(F_both, true) != half(F, true));
  CHECK(measures(*players, 0, z)[0] == measures(*both, 0, z)[0]);
}

// D(x) = <w, x> + c and G = 0: f = <w, mean x> - 10 (|w| - 1)^2 with |w| = 5, so that F_w is -mean x + 20 (5
// - 1) w / 5 = -mean x + 16 w.
TEST_CASE("the penalty of a linear critic, by hand") {
  const Table linear{{"critic", List{}}, {"generator", List{}}, {"weight_decay", 0.0}};
  Table penalised = linear;
  penalised.set("lipschitz", "gradient_penalty");
  Point z(4 * 2 + 3, 0.0);
  z[8] = 3, z[9] = -4;
  const auto plain = make(linear), problem = make(penalised);
  const Point before = value(*plain, 0, z), F = value(*problem, 0, z);
  CHECK(F[8] - before[8] == Approx(48));
  CHECK(F[9] - before[9] == Approx(-64));
  CHECK(F[10] == before[10]);
  CHECK(measures(*problem, 0, z)[0] == Approx(measures(*plain, 0, z)[0] - 160));
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

// A critic of the layers 2 -> 2 -> 1: its first matrix is diag(3, 4) and becomes diag(1.5, 1.5), the second
// (6, 8) has the length 10 and becomes (0.9, 1.2); biases stay.
TEST_CASE("every matrix of the critic has its spectral norm bounded, biases have not") {
  const auto problem = make(
      {{"generator", List{}}, {"critic", List{2}}, {"lipschitz", "spectral"}, {"bound", 1.5}, {"noise", 1}});
  CHECK(problem->traits().constrained);
  Point z(2 * 2 + 3 * 2 + 3, 9.0);
  std::copy_n(std::begin({3.0, 0.0, 0.0, 4.0, 5.0, -6.0, 6.0, 8.0, 7.0}), 9, z.begin() + 4);
  Vector at{std::span<const double>(z)};
  problem->prox(1, at);
  const Point expected{9, 9, 9, 9, 1.5, 0, 0, 1.5, 5, -6, 0.9, 1.2, 7};
  for (std::size_t i = 0; i < z.size(); ++i)
    CHECK(at.to_host()[i] == Approx(expected[i]).epsilon(1e-14).margin(1e-14));
}

TEST_CASE("the critic starts inside its bound, and free with a penalty") {
  for (const char* lipschitz : {"clipping", "spectral", "gradient_penalty"}) {
    const auto problem = make({{"lipschitz", lipschitz}, {"bound", 0.5}});
    const auto start = problem->known().start;
    REQUIRE(start);
    Vector z{std::span<const double>(*start)};
    problem->prox(1, z);
    CHECK(z.to_host() == *start);
    const bool free = std::string(lipschitz) == "gradient_penalty";
    CHECK(problem->traits().constrained == !free);
    fill(z, 7);
    problem->prox(1, z);
    CHECK((z.to_host() == Point(z.size(), 7.0)) == free);
  }
}

TEST_CASE("mistakes are sentences") {
  CHECK_THROWS_WITH(make({{"modes", 3}, {"modes_per_worker", 4}}), Catch::Contains("more than the 3 modes"));
  CHECK_THROWS_WITH(make({{"critic", List{2.5}}}),
                    Catch::Contains("gan.critic must be whole numbers, got 2.5"));
  CHECK_THROWS_AS(make({{"clip", 0.0}}), InputError);
  CHECK_THROWS_AS(make({{"bound", 0.0}}), InputError);
  CHECK_THROWS_AS(make({{"penalty", -1.0}}), InputError);
  CHECK_THROWS_WITH(make({{"lipschitz", "spectrall"}}), Catch::Contains("gradient_penalty"));
}
