// Chains from their transition matrix: by hand, and against the closed forms of the other chains.
#include <cmath>
#include <functional>

#include <catch2/catch.hpp>
#include <fmt/ranges.h>

#include "chain.hpp"
#include "core/chi_square.hpp"
#include "support/folder.hpp"

using namespace trivium;
using Catch::Contains;
using Catch::EndsWith;
using noise::chains::Chain;
using noise::chains::Times;

namespace {

std::unique_ptr<Chain> from_text(const Folder& folder, const std::string& matrix,
                                 const std::string& values = "") {
  folder.write("matrix", matrix);
  Table parameters{{"matrix", "matrix"}};
  if (!values.empty()) {
    folder.write("values", values);
    parameters.set("values", "values");
  }
  return make_chain("finite", parameters, {0, {folder.path()}});
}

/// The matrix of n states with entries P(i, j).
std::string matrix_of(int n, const std::function<double(int, int)>& P) {
  std::string text;
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j) text += fmt::format("{}{}", P(i, j), j + 1 < n ? " " : "\n");
  return text;
}

/// The values of the states 0..n-1 of a chain that visits them all.
std::string values_of(const Chain& chain, std::size_t n) {
  std::vector<double> values(n);
  Stream stream(4, Purpose::test, 0, 0);
  noise::chains::State state = chain.start(stream);
  for (int step = 0; step < 5000; ++step) {
    double value = 0;
    chain.walk(state, stream, {&value, 1});
    values[state.index] = value;
  }
  return fmt::format("{}\n", fmt::join(values, " "));
}

/// From every state a walk goes where the matrix says, as often as it says: given how often it was there,
/// the moves are independent.
void check_moves(const Chain& chain, int n, const std::function<double(int, int)>& P) {
  Stream stream(5, Purpose::test, 0, 0);
  noise::chains::State state = chain.start(stream);
  std::vector<std::uint32_t> states(400000);
  chain.walk(state, stream, states);
  std::vector<std::vector<double>> moves(static_cast<std::size_t>(n),
                                         std::vector<double>(static_cast<std::size_t>(n)));
  for (std::size_t k = 1; k < states.size(); ++k) moves.at(states[k - 1]).at(states[k]) += 1;
  for (int i = 0; i < n; ++i) {
    INFO("from state " << i);
    std::vector<double> law, counts;
    for (int j = 0; j < n; ++j) {
      const double count = moves[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)];
      if (P(i, j) == 0) {
        CHECK(count == 0);
        continue;
      }
      law.push_back(P(i, j));
      counts.push_back(count);
    }
    if (law.size() > 1) CHECK(chi_square(counts, law) <= chi_square_bound(law.size()));
  }
}

/// A chain with closed forms has the numbers of its matrix, and moves as it says.
void compare(const std::string& name, const Table& parameters, int n,
             const std::function<double(int, int)>& P) {
  INFO(name << " " << to_toml(parameters));
  const Folder folder;
  const auto chain = make_chain(name, parameters);
  const auto matrix = from_text(folder, matrix_of(n, P), values_of(*chain, static_cast<std::size_t>(n)));
  const Times stated = chain->times(), computed = matrix->times();
  if (std::isfinite(computed.relaxation.value)) {
    CHECK(stated.relaxation.value == Approx(computed.relaxation.value).epsilon(1e-9));
  } else {
    CHECK(stated.relaxation.value == computed.relaxation.value);
  }
  CHECK(stated.mixing.value == computed.mixing.value);
  CHECK(stated.autocorrelation.value == Approx(computed.autocorrelation.value).epsilon(1e-9).margin(1e-12));
  const auto law = chain->law(), other = matrix->law();
  for (const std::size_t lag : {0, 1, 2, 7, 20})
    CHECK(law.correlation(lag) == Approx(other.correlation(lag)).margin(1e-12));
  for (std::size_t i = 0; i < other.probabilities.size(); ++i)
    CHECK(law.probabilities.at(i) == Approx(other.probabilities[i]));
  check_moves(*chain, n, P);
  check_moves(*matrix, n, P);
}

double same(int i, int j) { return i == j ? 1 : 0; }

std::function<double(int, int)> ring(int n, double stay, double forward, double back, double anywhere) {
  return [=](int i, int j) {
    return stay * same(i, j) + forward * same((i + 1) % n, j) + back * same((i + n - 1) % n, j) +
           anywhere / n;
  };
}

}  // namespace

TEST_CASE("a chain on three states, by hand") {
  // pi = (6, 15, 10) / 31: pi_1 = 0.5 pi_0 / 0.2, pi_2 = 0.5 pi_1 / 0.75. Trace 1.05, determinant -0.175:
  // the other eigenvalues solve x^2 - 0.05 x - 0.175 = 0.
  const Folder folder;
  const auto chain = from_text(folder, "0.5 0.5 0\n\n0.2 0.3 0.5 # a comment\n0, 0.75, 0.25\n");
  const auto law = chain->law();
  CHECK(law.probabilities[0] == Approx(6.0 / 31).epsilon(1e-14));
  CHECK(law.probabilities[1] == Approx(15.0 / 31).epsilon(1e-14));
  CHECK(law.probabilities[2] == Approx(10.0 / 31).epsilon(1e-14));
  const Times times = chain->times();
  const double lambda = 0.025 + std::sqrt(0.025 * 0.025 + 0.175);
  CHECK(times.relaxation.value == Approx(1 / (1 - lambda)).epsilon(1e-12));
  // Row 0 of P^2 is (0.35, 0.40, 0.25), off by 0.1565; row 2 of P is off by 0.27.
  CHECK(times.mixing.value == 2);
  // Values 0, 1, 2: mean 35/31, E f Pf from the entries, and the sum over lags term by term.
  const double mean = 35.0 / 31, variance = (15.0 + 40.0) / 31 - mean * mean;
  const double products = (15 * (0.3 + 2 * 0.5) + 2 * 10 * (0.75 + 2 * 0.25)) / 31;
  CHECK(law.correlation(1) == Approx((products - mean * mean) / variance).epsilon(1e-12));
  double sum = 1;
  for (std::size_t lag = 1; lag < 100; ++lag) sum += 2 * law.correlation(lag);
  CHECK(times.autocorrelation.value == Approx(sum).epsilon(1e-12));
}

TEST_CASE("closed forms are those of the matrix") {
  compare("two_state", {{"switching", 0.1}}, 2, ring(2, 0.9, 0.1, 0, 0));
  compare("two_state", {{"switching", 0.9}}, 2, ring(2, 0.1, 0.9, 0, 0));
  compare("two_state", {{"switching", 1}}, 2, ring(2, 0, 1, 0, 0));
  compare("iid", {{"states", 5}}, 5, ring(5, 0, 0, 0, 1));
  compare("lazy", {{"hold", 0.8}, {"states", 6}}, 6, ring(6, 0.8, 0, 0, 0.2));
  compare("cycle", {{"states", 9}}, 9, ring(9, 0.5, 0.25, 0.25, 0));
  compare("cycle", {{"hold", 0.1}, {"states", 8}}, 8, ring(8, 0.1, 0.45, 0.45, 0));
  compare("cycle", {{"hold", 0}, {"states", 8}}, 8, ring(8, 0, 0.5, 0.5, 0));
  compare("cycle", {{"hold", 0.3}, {"states", 2}}, 2, ring(2, 0.3, 0.35, 0.35, 0));
  compare("token", {{"jump", 0.1}, {"states", 12}}, 12, ring(12, 0, 0.9, 0, 0.1));
  compare("token", {{"jump", 0.3}, {"states", 2}}, 2, ring(2, 0, 0.7, 0, 0.3));
}

TEST_CASE("a chain that is neither reversible nor uniform") {
  const Folder folder;
  const auto chain = from_text(folder, "0.1 0.9 0 0\n0 0.1 0.9 0\n0 0 0.1 0.9\n0.6 0 0 0.4\n");
  const auto law = chain->law();
  for (const std::size_t i : {0, 1, 2}) CHECK(law.probabilities[i] == Approx(2.0 / 9).epsilon(1e-14));
  CHECK(law.probabilities[3] == Approx(3.0 / 9).epsilon(1e-14));
  CHECK(chain->times().relaxation.value == Approx(1 / (1 - 0.82155709)).epsilon(1e-6));
  CHECK(chain->times().mixing.value == 7);
}

TEST_CASE("a chain with a period never forgets it") {
  const Folder folder;
  const Times times = from_text(folder, "0 1 0\n0 0 1\n1 0 0\n")->times();
  CHECK(times.relaxation.value == INFINITY);
  CHECK(times.mixing.value == INFINITY);
  CHECK(times.relaxation.how == "of period 3");
  // Every three values add up to 0: means of long walks have no variance to speak of.
  CHECK(times.autocorrelation.value == Approx(0).margin(1e-12));
}

TEST_CASE("rare moves keep their accuracy") {
  // pi = (1, 1e-12) / (1 + 1e-12); relaxation 1 / (1 + 1e-12).
  const Folder folder;
  const auto law = from_text(folder, "0.999999999999 1e-12\n1 0\n")->law();
  CHECK(law.probabilities[1] == Approx(1e-12).epsilon(1e-10));
}

TEST_CASE("values of one's own are moved and scaled") {
  const Folder folder;
  const auto chain = from_text(folder, "0.5 0.5\n0.5 0.5\n", "10\n16\n");
  CHECK(values_of(*chain, 2) == "-1 1\n");
}

TEST_CASE("a single state is a chain without noise") {
  const Folder folder;
  const auto chain = from_text(folder, "1\n");
  CHECK(values_of(*chain, 1) == "0\n");
  CHECK(chain->times().relaxation.value == 1);
}

TEST_CASE("a wrong matrix is a sentence that names file and line") {
  const Folder folder;
  const auto mistake = [&](const std::string& matrix, const std::string& values = "") {
    try {
      from_text(folder, matrix, values);
    } catch (const InputError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK_THAT(complaint("finite", {}), Contains("give finite.matrix"));
  CHECK_THAT(complaint("finite", {{"matrix", "nowhere"}}), Contains("there is no data file 'nowhere'"));
  CHECK_THAT(
      mistake("0.5 0.5\n0.5 0.4\n"),
      EndsWith("matrix:2: found probabilities that add up to 0.9, expected 1; give at least 8 digits"));
  CHECK_THAT(mistake("# two\n0.5 0.5\n1\n"), EndsWith("matrix:3: found 1 numbers, expected 2 like rows"));
  CHECK_THAT(mistake("1.5 -0.5\n0.5 0.5\n"), EndsWith("matrix:1: found 1.5, expected a probability"));
  CHECK_THAT(mistake("0.5 0.5\n0.5 half\n"), EndsWith("matrix:2: found 'half', expected a finite number"));
  CHECK_THAT(mistake("0.5 0.5 0\n0.5 0.5 0\n0 0.5 0.5\n"), Contains("state 2 is never reached from state 0"));
  CHECK_THAT(mistake("1 0\n0.5 0.5\n"), Contains("state 1 is never reached from state 0"));
  CHECK_THAT(mistake("0.5 0.5 0\n0 0.5 0.5\n0 0.5 0.5\n"), Contains("state 0 is never reached from state 1"));
  CHECK_THAT(mistake("0.5 0.5\n1 0\n", "1 2 3"), Contains("found 3 values, expected 2"));
  CHECK_THAT(mistake("0.5 0.5\n1 0\n", "2 2"), Contains("found equal values"));
  folder.write("matrix", "0.5 0.5\n1 0\n");
  CHECK_THAT(complaint("finite", {{"matrix", "matrix"}}, {3, {folder.path()}}),
             Contains("found 2 states, but 3 are needed"));
}
