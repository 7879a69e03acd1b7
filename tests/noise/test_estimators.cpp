// Estimators: their pieces, their cost, and multilevel Monte Carlo's law, enumerated.
#include <cmath>
#include <functional>
#include <map>
#include <vector>

#include <catch2/catch.hpp>

#include <trivium/core/errors.hpp>
#include <trivium/noise/chains.hpp>
#include <trivium/noise/estimators.hpp>

using namespace trivium;
using namespace trivium::noise::estimators;

namespace {

std::unique_ptr<Estimator> make(const char* name, const Table& parameters, const Sizes& theory = {}) {
  return catalogue().make({name, parameters, ""}, theory);
}

std::size_t total(std::span<const Piece> pieces) {
  std::size_t sum = 0;
  for (const Piece& piece : pieces) sum += piece.samples;
  return sum;
}

/// What each sample of a segment weighs.
std::vector<double> weights_of(std::span<const Piece> pieces) {
  std::vector<double> weights;
  for (const Piece& piece : pieces)
    for (std::size_t i = 0; i < piece.samples; ++i)
      weights.push_back(piece.weight / static_cast<double>(piece.samples));
  return weights;
}

/// Every outcome of a multilevel estimate, and its probability: 2^j B samples with probability 2^-j for j =
/// 1,
/// ..., l, else B.
struct Outcome {
  double probability;
  std::vector<double> weights;
};
std::vector<Outcome> outcomes(Estimator& estimator, std::size_t B, int levels) {
  std::map<std::size_t, std::vector<double>> by_samples;
  Stream stream(7, Purpose::test, everyone, 0);
  for (int i = 0; i < 4000; ++i) {
    const auto pieces = estimator.draw(stream);
    by_samples[total(pieces)] = weights_of(pieces);
  }
  REQUIRE(by_samples.size() == static_cast<std::size_t>(levels) + 1);
  std::vector<Outcome> all{{std::ldexp(1.0, -levels), by_samples.at(B)}};
  for (int j = 1; j <= levels; ++j) all.push_back({std::ldexp(1.0, -j), by_samples.at(B << j)});
  return all;
}

/// A chain given by its matrix, and a function of its states.
struct Small {
  std::vector<std::vector<double>> P;
  std::vector<double> stationary, f;

  /// E sum_i w_i f(x_i) over all paths x_1, x_2, ... that start one step after a state drawn from `law`.
  double mean(const std::vector<double>& law, const std::vector<double>& w) const {
    double sum = 0;
    const std::function<void(std::size_t, std::size_t, double, double)> go =
        [&](std::size_t state, std::size_t i, double probability, double value) {
          if (i == w.size()) {
            sum += probability * value;
            return;
          }
          for (std::size_t next = 0; next < f.size(); ++next)
            go(next, i + 1, probability * P[state][next], value + w[i] * f[next]);
        };
    for (std::size_t start = 0; start < f.size(); ++start)
      if (law[start] > 0) go(start, 0, law[start], 0);
    return sum;
  }
};

// Stationary laws by hand: (0.6, 0.4), for 0.6 x 0.2 = 0.4 x 0.3; and of the second, doubly stochastic, 1/3.
const Small two{{{0.8, 0.2}, {0.3, 0.7}}, {0.6, 0.4}, {1, -2.5}};
const Small three{
    {{0.5, 0.3, 0.2}, {0.1, 0.6, 0.3}, {0.4, 0.1, 0.5}}, {1.0 / 3, 1.0 / 3, 1.0 / 3}, {1, 4, -2}};

std::vector<double> at(std::size_t state, std::size_t states) {
  std::vector<double> law(states, 0);
  law[state] = 1;
  return law;
}

/// E g^2 over draws and stationary paths of values with correlation r^k.
double exact_variance(const std::vector<Outcome>& all, double r) {
  double square = 0;
  for (const Outcome& outcome : all)
    for (std::size_t i = 0; i < outcome.weights.size(); ++i)
      for (std::size_t k = 0; k < outcome.weights.size(); ++k)
        square += outcome.probability * outcome.weights[i] * outcome.weights[k] *
                  std::pow(r, std::abs(static_cast<double>(i) - static_cast<double>(k)));
  return square;
}

}  // namespace

TEST_CASE("the expectation of a multilevel estimate is that of the longest mean, over all paths and levels") {
  const auto check = [](const Small& chain, std::size_t B, int levels) {
    const auto mlmc = make("mlmc", {{"batch", static_cast<int>(B)}, {"cap", 1 << levels}});
    const auto all = outcomes(*mlmc, B, levels);
    const std::size_t n = B << levels;
    const std::vector<double> whole(n, 1 / static_cast<double>(n));
    std::vector<std::vector<double>> laws{chain.stationary};
    for (std::size_t s = 0; s < chain.f.size(); ++s) laws.push_back(at(s, chain.f.size()));
    for (const std::vector<double>& law : laws) {
      double found = 0, probability = 0;
      for (const Outcome& outcome : all) {
        found += outcome.probability * chain.mean(law, outcome.weights);
        probability += outcome.probability;
      }
      INFO("B = " << B << ", M = " << (1 << levels) << ", start " << Catch::rangeToString(law));
      CHECK(probability == 1);
      CHECK(std::abs(found - chain.mean(law, whole)) < 1e-12);
      // Away from the stationary law a mean over one batch is another number.
      const std::vector<double> batch(B, 1 / static_cast<double>(B));
      if (law != chain.stationary) CHECK(std::abs(chain.mean(law, batch) - chain.mean(law, whole)) > 0.01);
    }
  };
  for (const std::size_t B : {1, 2})
    for (const int levels : {2, 3}) check(two, B, levels);
  check(three, 1, 2);
  check(three, 1, 3);
  check(three, 2, 2);
}

TEST_CASE("a multilevel estimate is g_0 + 2^J (g_J - g_{J-1}), and its first batch cancels") {
  const std::size_t B = 3;
  const auto mlmc = make("mlmc", {{"batch", 3}, {"cap", 16}});
  const auto all = outcomes(*mlmc, B, 4);
  CHECK(all[0].weights == std::vector<double>(B, 1.0 / 3));
  for (std::size_t J = 1; J < all.size(); ++J) {
    const std::vector<double>& found = all[J].weights;
    const auto mean_weight = [&](std::size_t i, std::size_t j) {  // of sample i in g_j
      const std::size_t n = B << j;
      return i < n ? 1 / static_cast<double>(n) : 0.0;
    };
    REQUIRE(found.size() == B << J);
    for (std::size_t i = 0; i < found.size(); ++i) {
      const double expected =
          mean_weight(i, 0) + std::ldexp(mean_weight(i, J) - mean_weight(i, J - 1), static_cast<int>(J));
      REQUIRE(found[i] == Approx(expected).margin(1e-15));
      if (i < B) REQUIRE(found[i] == 0);
    }
  }
}

TEST_CASE("levels have the law of a coin's tosses, and an estimate costs B (l + 2^-l) samples on average") {
  for (const int cap : {1, 2, 7, 8, 100}) {
    const int levels = static_cast<int>(std::floor(std::log2(cap)));
    const auto mlmc = make("mlmc", {{"batch", 5}, {"cap", cap}});
    CHECK(mlmc->expected_samples() == 5 * (levels + std::ldexp(1.0, -levels)));
    CHECK(mlmc->most_samples() == std::size_t{5} << levels);
    Stream stream(3, Purpose::test, everyone, static_cast<std::uint64_t>(cap));
    const int draws = 100000;
    std::map<std::size_t, double> shares;
    double mean = 0;
    for (int i = 0; i < draws; ++i) {
      const std::size_t samples = total(mlmc->draw(stream));
      shares[samples] += 1.0 / draws;
      mean += static_cast<double>(samples) / draws;
    }
    // Five standard deviations; E samples^2 = B^2 (sum of 2^j over j = 1..l, + 2^-l) <= B^2 2^(l + 1).
    INFO("M = " << cap);
    CHECK(std::abs(mean - mlmc->expected_samples()) <= 5 * 5 * std::sqrt(std::ldexp(2.0, levels) / draws));
    for (int j = 0; j <= levels; ++j) {
      const double expected = std::ldexp(1.0, j == 0 ? -levels : -j);
      CHECK(std::abs(shares[std::size_t{5} << j] - expected) <= 5 * std::sqrt(expected / draws));
    }
  }
}

TEST_CASE("the weights of every estimator add up to 1") {
  const std::vector<std::unique_ptr<Estimator>> all = [] {
    std::vector<std::unique_ptr<Estimator>> some;
    some.push_back(make("single", {}));
    some.push_back(make("minibatch", {{"batch", 7}}));
    some.push_back(make("skip", {{"every", 4}, {"batch", 3}}));
    some.push_back(make("mlmc", {{"batch", 3}, {"cap", 64}}));
    return some;
  }();
  Stream stream(9, Purpose::test, everyone, 0);
  for (const auto& estimator : all)
    for (int i = 0; i < 200; ++i) {
      double sum = 0;
      const auto pieces = estimator->draw(stream);
      for (const Piece& piece : pieces) sum += piece.weight;
      REQUIRE(sum == Approx(1).epsilon(1e-13));
      REQUIRE(total(pieces) <= estimator->most_samples());
    }
}

TEST_CASE("single, minibatch and skip take what they say") {
  Stream stream(9, Purpose::test, everyone, 1);
  CHECK(weights_of(make("single", {})->draw(stream)) == std::vector<double>{1});
  CHECK(make("single", {})->expected_samples() == 1);
  const auto batch = make("minibatch", {{"batch", 4}});
  CHECK(weights_of(batch->draw(stream)) == std::vector<double>(4, 0.25));
  CHECK(batch->expected_samples() == 4);
  const auto skip = make("skip", {{"every", 3}, {"batch", 2}});
  CHECK(weights_of(skip->draw(stream)) == std::vector<double>{0, 0, 0.5, 0, 0, 0.5});
  CHECK(skip->expected_samples() == 6);
  CHECK(skip->most_samples() == 6);
  CHECK(weights_of(make("skip", {{"every", 1}})->draw(stream)) == std::vector<double>{1});
}

TEST_CASE("the variance of a multilevel estimate is that of its chain's correlations") {
  // B = 7, M = 128. The mean of 49 samples in a row has 0.0204, 0.133 and 0.441.
  const auto mlmc = make("mlmc", {{"batch", 7}, {"cap", 128}});
  CHECK(mlmc->expected_samples() == 7 * (7 + 1.0 / 128));
  const auto all = outcomes(*mlmc, 7, 7);
  const std::map<double, double> variances{{1, 0.859375}, {4, 5.11398}, {16, 15.9054}};
  for (const auto& [tau, variance] : variances) {
    const double exact = exact_variance(all, 1 - 1 / tau);
    INFO("tau = " << tau << ", exact variance " << exact);
    CHECK(exact == Approx(variance).epsilon(1e-5));
    CHECK(exact <= 1.3 * tau * std::log2(128) / 7);  // of order tau sigma^2 log2(M) / B
    const auto chain = noise::chains::catalogue().make({"two_state", {{"switching", 1 / (2 * tau)}}, ""},
                                                       noise::chains::Place{});
    Stream stream(5, Purpose::test, everyone, static_cast<std::uint64_t>(tau));
    const int draws = 40000;
    double square = 0, fourth = 0;
    std::vector<double> values;
    for (int i = 0; i < draws; ++i) {
      noise::chains::State state = chain->start(stream);
      const std::vector<double> weights = weights_of(mlmc->draw(stream));
      values.resize(weights.size());
      chain->walk(state, stream, values);
      double g = 0;
      for (std::size_t k = 0; k < values.size(); ++k) g += weights[k] * values[k];
      square += g * g / draws;
      fourth += g * g * g * g / draws;
    }
    const double deviation = std::sqrt((fourth - square * square) / draws);
    INFO("simulated " << square << " +- " << deviation);
    CHECK(std::abs(square - exact) <= 4 * deviation);
    CHECK(deviation < 0.05 * exact);
  }
}

TEST_CASE("theory sets sizes, rounded up, and multiples of them") {
  const Sizes theory{3.2, 9.7};
  CHECK(make("minibatch", {}, theory)->most_samples() == 4);
  CHECK(make("minibatch", {{"batch", Table{{"theory", 2}}}}, theory)->most_samples() == 7);
  CHECK(make("mlmc", {}, theory)->most_samples() == 4 * 8);
  CHECK(make("mlmc", {{"batch", 1}, {"cap", 16}}, theory)->most_samples() == 16);
  CHECK(make("mlmc", {{"cap", Table{{"theory", 2}}}}, theory)->most_samples() == 4 * 16);
  CHECK(make("minibatch", {}, {2.0000000000000004, {}})->most_samples() == 2);  // rounding is no sample
}

TEST_CASE("a mistake in an estimator is one sentence") {
  CHECK_THROWS_WITH(make("minibatch", {}),
                    "minibatch.batch = \"theory\", but the method has no theory for it; give a number");
  CHECK_THROWS_WITH(make("mlmc", {{"batch", 2}}),
                    "mlmc.cap = \"theory\", but the method has no theory for it; give a number");
  CHECK_THROWS_WITH(make("mlmc", {{"batch", 1.5}, {"cap", 4}}),
                    "mlmc.batch must be a whole number of at most 2^40, got 1.5");
  CHECK_THROWS_WITH(make("mlmc", {{"batch", 3}, {"cap", 1073741824}}),
                    "mlmc asks for estimates of 1073741824 times 3 samples; give at most 2^31 in all");
  // 2^24 times 2^40 is 0 in 64 bits.
  CHECK_THROWS_WITH(
      make("mlmc", {{"batch", 0x1p40}, {"cap", 0x1p24}}),
      "mlmc asks for estimates of 16777216 times 1099511627776 samples; give at most 2^31 in all");
  CHECK_THROWS_WITH(make("minibatch", {{"batch", 1e11}}),
                    "minibatch asks for estimates of 1 times 100000000000 samples; give at most 2^31 in all");
  CHECK_THROWS_WITH(make("skip", {{"every", 1000000000}, {"batch", 4}}),
                    "skip asks for estimates of 1000000000 times 4 samples; give at most 2^31 in all");
  CHECK_THROWS_AS(make("mlmc", {{"batch", 0.5}, {"cap", 4}}), InputError);
  CHECK_THROWS_AS(make("skip", {{"every", 0}}), InputError);
  CHECK_THROWS_WITH(make("mlcm", {}), Catch::Contains("no estimator named 'mlcm'"));
}

TEST_CASE("every estimator says what it is") {
  for (const std::string& name : catalogue().names()) {
    INFO(name);
    const About about = catalogue().about(name);
    CHECK_FALSE(about.summary.empty());
    CHECK_FALSE(about.rule.empty());
    CHECK_FALSE(about.source.empty());
  }
}
