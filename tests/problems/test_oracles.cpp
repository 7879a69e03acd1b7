// Noisy oracles: what workers see of their operators.
#include <cmath>
#include <set>

#include <catch2/catch.hpp>

#include <trivium/core/errors.hpp>
#include <trivium/problems/oracles.hpp>

#include "contract.hpp"

using namespace trivium;
using namespace trivium::problems;
using oracles::Oracle;
using oracles::Piece;

namespace {

/// The same pieces at every draw.
class Fixed final : public oracles::Estimator {
 public:
  explicit Fixed(std::vector<Piece> pieces) : pieces_(std::move(pieces)) {}
  std::span<const Piece> draw(Stream&) override { return pieces_; }
  double expected_samples() const override { return static_cast<double>(most_samples()); }
  std::size_t most_samples() const override {
    std::size_t sum = 0;
    for (const Piece& piece : pieces_) sum += piece.samples;
    return sum;
  }

 private:
  std::vector<Piece> pieces_;
};
Fixed one_sample() { return Fixed({{1, 1}}); }

const Table rows{{"n", 3}, {"workers", 4}, {"mu", 0.2}, {"samples", 6}};

std::unique_ptr<Problem> problem(const Table& parameters = rows, int rank = 0, int ranks = 1) {
  return catalogue().make({"bilinear", parameters, ""}, Place{rank, ranks, {}});
}

Table two_state(double switching) { return {{"type", "two_state"}, {"switching", switching}}; }

/// Every kind of noise, with a chain that remembers where there is one for it.
std::vector<Plugin> kinds() {
  return {{"additive", {{"sigma", 0.5}, {"chain", two_state(0.1)}}, ""},
          {"multiplicative", {{"sigma", 0.5}, {"growth", 0.25}, {"chain", two_state(0.1)}}, ""},
          {"sampled", {}, ""}};
}

std::unique_ptr<Oracle> make(const Plugin& noise, Problem& over, const Vector& start, const Vector* solution,
                             std::uint64_t seed = 1) {
  return oracles::catalogue().make(noise, {over, start, solution, seed, {}});
}

/// A problem of six rows a worker, and the noise on it.
struct Noisy {
  explicit Noisy(const Plugin& noise, const Table& parameters = rows)
      : exact(problem(parameters)),
        start(exact->traits().dimension, exact->traits().dtype),
        solution(start),
        oracle(nullptr) {
    solution.assign(*exact->known().solution);
    oracle = make(noise, *exact, start, &solution);
  }
  Vector estimate(int m, oracles::Estimator& estimator, const Vector& z) {
    oracle->draw(m, estimator);
    return again(m, z);
  }
  Vector again(int m, const Vector& z) {
    Vector out = z.like();
    oracle->evaluate(m, z, out);
    return out;
  }

  std::unique_ptr<Problem> exact;
  Vector start, solution;
  std::unique_ptr<Oracle> oracle;
};

/// sigma v + growth D (z - c).
std::vector<double> shift(double sigma, double growth, const Vector& z, const Vector& c) {
  std::vector<double> G = z.to_host();
  const std::vector<double> centre = c.to_host();
  for (std::size_t i = 0; i < G.size(); ++i)
    G[i] = sigma / std::sqrt(static_cast<double>(G.size())) +
           growth * std::cos(static_cast<double>(i)) * (G[i] - centre[i]);
  return G;
}

}  // namespace

TEST_CASE("additive and multiplicative noise move the operator along their vector, by a chain of mean 0") {
  const double sigma = 0.5;
  for (const double growth : {0.0, 0.25}) {
    Noisy noisy(kinds()[growth == 0 ? 0 : 1]);
    const Vector z = contract::random_point(*noisy.exact, 1);
    const Vector F = contract::evaluate(*noisy.exact, 2, z);
    const Vector G{std::span<const double>(shift(sigma, growth, z, noisy.solution))};
    Fixed single = one_sample();
    const int draws = 20000;
    double mean = 0, next = 0, before = 0;
    for (int i = 0; i < draws; ++i) {
      const Vector noise = contract::difference(noisy.estimate(2, single, z), F);
      const double xi = dot(noise, G) / dot(G, G);
      REQUIRE(std::abs(xi) == Approx(1).epsilon(1e-12));  // two states, -1 and 1
      REQUIRE(norm(noise) == Approx(norm(G)).epsilon(1e-12));
      mean += xi / draws;
      next += xi * before / draws;
      before = xi;
    }
    // Correlation (1 - 2s)^k = 0.8^k: a mean has 9 times the variance of independent values. Five deviations.
    CHECK(std::abs(mean) <= 5 * std::sqrt(9.0 / draws));
    CHECK(next == Approx(0.8).margin(5 * 0.6 * std::sqrt(1.0 / draws)));
  }
}

TEST_CASE("rows picked by a chain are rows, all of them, and their mean is the worker's operator") {
  Noisy noisy({"sampled", {}, ""});
  const Vector z = contract::random_point(*noisy.exact, 1);
  Fixed single = one_sample();
  for (int m = 0; m < 4; ++m) {
    std::set<std::vector<double>> seen;
    for (int i = 0; i < 200; ++i) seen.insert(noisy.estimate(m, single, z).to_host());
    std::set<std::vector<double>> expected;
    Vector mean = z.like();
    for (std::uint32_t row = 0; row < 6; ++row) {
      Vector F = z.like();
      noisy.exact->evaluate_samples(m, z, {&row, 1}, F);
      expected.insert(F.to_host());
      combine(mean, {{1, mean}, {1.0 / 6, F}});
    }
    CHECK(seen == expected);
    CHECK(norm(contract::difference(mean, contract::evaluate(*noisy.exact, m, z))) < 1e-13);
  }
}

TEST_CASE("an estimate is the weighted sum of means over its pieces, and nothing depends on how it is cut") {
  for (const Plugin& kind : kinds()) {
    INFO(kind.type);
    // The same seed gives the same six samples: one oracle for each sample alone, one for the pieces.
    std::vector<Vector> single;
    const Vector z = contract::random_point(*problem(), 1);
    for (std::size_t i = 0; i < 6; ++i) {
      Noisy noisy(kind);
      Fixed only({{i, 0}, {1, 1}, {5 - i, 0}});
      single.push_back(noisy.estimate(1, only, z));
    }
    Noisy noisy(kind);
    Fixed pieces({{2, 0}, {3, 1.5}, {1, -0.5}});
    const Vector found = noisy.estimate(1, pieces, z);
    Vector expected = z.like();
    combine(expected, {{0.5, single[2]}, {0.5, single[3]}, {0.5, single[4]}, {-0.5, single[5]}});
    CHECK(norm(contract::difference(found, expected)) < 1e-13 * norm(expected));
  }
}

TEST_CASE("the samples drawn last are evaluated as often as wanted, at any points") {
  for (const Plugin& kind : kinds()) {
    INFO(kind.type);
    Noisy noisy(kind), twin(kind);
    Fixed some({{3, 0}, {4, 2}, {2, -1}});
    const Vector z = contract::random_point(*noisy.exact, 1), w = contract::random_point(*noisy.exact, 2);
    const Vector first = noisy.estimate(0, some, z);
    noisy.again(0, w);
    noisy.estimate(1, some, w);  // another worker's samples
    CHECK(noisy.again(0, z).to_host() == first.to_host());
    // Evaluating moves no chain.
    CHECK(twin.estimate(0, some, z).to_host() == first.to_host());
    CHECK(twin.estimate(0, some, z).to_host() == noisy.estimate(0, some, z).to_host());
    // What was in the result does not matter.
    Vector dirty = z.like();
    fill(dirty, std::numeric_limits<double>::quiet_NaN());
    noisy.oracle->evaluate(0, z, dirty);
    CHECK(dirty.to_host() == noisy.again(0, z).to_host());
  }
}

TEST_CASE("a saved oracle goes on with the samples it would have drawn") {
  for (const Plugin& kind : kinds()) {
    INFO(kind.type);
    Noisy straight(kind), resumed(kind);
    Fixed some({{2, 0.5}, {3, 0.5}});
    const Vector z = contract::random_point(*straight.exact, 1);
    for (int i = 0; i < 7; ++i) straight.estimate(i % 4, some, z);
    Archive saved = Archive::saving();
    straight.oracle->state(saved);
    Archive archive = Archive::loading();
    archive.common_entries = saved.common_entries;
    archive.worker_entries = saved.worker_entries;
    resumed.oracle->state(archive);
    for (int i = 0; i < 12; ++i)
      REQUIRE(straight.estimate(i % 4, some, z).to_host() == resumed.estimate(i % 4, some, z).to_host());
  }
}

TEST_CASE("a worker's samples do not depend on which workers are beside it, and seeds and workers differ") {
  Fixed some({{5, 1}});
  for (const Plugin& kind : kinds()) {
    INFO(kind.type);
    Noisy whole(kind);
    const Vector z = contract::random_point(*whole.exact, 1);
    const auto part = problem(rows, 1, 3);
    const WorkerRange workers = part->traits().workers;
    REQUIRE(workers.count() < 4);
    const auto oracle = make(kind, *part, whole.start, &whole.solution);
    for (int m = workers.first; m < workers.last; ++m)
      for (int i = 0; i < 5; ++i) {
        Vector out = z.like();
        oracle->draw(m, some);
        oracle->evaluate(m, z, out);
        REQUIRE(out.to_host() == whole.estimate(m, some, z).to_host());
      }
  }
  // A mean over 1001 values of a chain is another one with every seed and worker.
  const auto exact = problem();
  const Vector z(6);
  std::set<double> means;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const auto oracle = make(kinds()[0], *exact, z, nullptr, seed);
    for (int m = 0; m < 4; ++m) {
      Fixed many({{1001, 1}});
      oracle->draw(m, many);
      Vector out = z.like();
      oracle->evaluate(m, z, out);
      means.insert(out.to_host()[0] - contract::evaluate(*exact, m, z).to_host()[0]);
    }
  }
  CHECK(means.size() > 8);
}

TEST_CASE("the stated level bounds the noise") {
  for (const Plugin& kind : kinds()) {
    INFO(kind.type);
    Noisy noisy(kind);
    const oracles::Level level = noisy.oracle->level();
    const Vector far = contract::random_point(*noisy.exact, 1, 3);
    for (const bool at_solution : {true, false}) {
      if (kind.type == "sampled" && !at_solution) continue;  // its growth is not measured
      const Vector& z = at_solution ? noisy.solution : far;
      double worst = 0;
      for (int m = 0; m < 4; ++m) {
        double square = 0;
        Fixed single = one_sample();
        const int draws = kind.type == "sampled" ? 6000 : 1;  // the other two have one size
        for (int i = 0; i < draws; ++i)
          square +=
              squared_distance(noisy.estimate(m, single, z), contract::evaluate(*noisy.exact, m, z)) / draws;
        worst = std::max(worst, square);
      }
      const double bound =
          level.sigma.value + level.growth.value * std::sqrt(squared_distance(z, noisy.solution));
      CHECK(std::sqrt(worst) <= bound * (kind.type == "sampled" ? 1.03 : 1 + 1e-12));
      if (at_solution) CHECK(std::sqrt(worst) >= 0.97 * bound);
    }
  }
  CHECK(Noisy(kinds()[0]).oracle->level().tau.value == Approx(5));  // 1 / (2 s)
  CHECK(Noisy(kinds()[1]).oracle->level().growth.value == 0.25);
}

TEST_CASE("noise enters float32 operators") {
  const Table narrow{{"n", 3}, {"workers", 2}, {"samples", 6}, {"dtype", "float32"}};
  for (const Plugin& kind : kinds()) {
    INFO(kind.type);
    Noisy noisy(kind, narrow), wide(kind, {{"n", 3}, {"workers", 2}, {"samples", 6}});
    Fixed some({{2, 0.5}, {3, 0.5}});
    const Vector z = contract::random_point(*noisy.exact, 1);
    const Vector found = noisy.estimate(1, some, z),
                 expected = wide.estimate(1, some, Vector(std::span<const double>(z.to_host())));
    for (std::size_t i = 0; i < found.size(); ++i)
      CHECK(found.to_host()[i] == Approx(expected.to_host()[i]).margin(1e-5));
  }
}

TEST_CASE("a mistake in the noise is one sentence") {
  CHECK_THROWS_WITH(Noisy({"sampled", {{"chain", two_state(0.1)}}, ""}),
                    "two_state has 2 states, and 6 are needed; take cycle, lazy or iid");
  CHECK_THROWS_WITH(Noisy({"sampled", {{"chain", Table{{"type", "iid"}, {"states", 5}}}}, ""}),
                    "iid.states = 5, but 6 are needed; leave it out");
  CHECK_THROWS_WITH(Noisy({"sampled", {}, ""}, {{"n", 3}, {"workers", 2}}),
                    "noise 'sampled' needs operators that are finite sums, and the one of worker 0 is not");
  CHECK_THROWS_AS(Noisy({"additive", {{"sigma", -1.0}}, ""}), InputError);
  CHECK_THROWS_AS(Noisy({"additive", {{"chain", two_state(1.5)}}, ""}), InputError);
  CHECK_THROWS_WITH(Noisy({"additve", {}, ""}), Catch::Contains("'additve'") && Catch::Contains("additive"));
}

TEST_CASE("every kind of noise says what it is") {
  for (const std::string& name : oracles::catalogue().names()) {
    INFO(name);
    const About about = oracles::catalogue().about(name);
    CHECK_FALSE(about.summary.empty());
    CHECK_FALSE(about.rule.empty());
    CHECK_FALSE(about.source.empty());
  }
}
