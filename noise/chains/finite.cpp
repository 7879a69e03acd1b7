// Any chain on a few states, from its transition matrix.
#include <algorithm>
#include <cmath>
#include <numeric>

#include <trivium/io/data_files.hpp>
#include <trivium/io/number_rows.hpp>
#include <trivium/noise/detail/communication.hpp>
#include <trivium/noise/detail/spectrum.hpp>

#include "detail/steps.hpp"

namespace trivium::noise::chains {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

/// Larger matrices take minutes to analyse.
constexpr std::size_t most_states = 1000;
/// A row may miss the sum 1 by this much, and is then scaled.
constexpr double rounding = 1e-6;

MatrixXd read_matrix(const std::string& path) {
  const std::vector<io::NumberRow> rows = io::read_number_rows(path);
  const std::size_t n = rows.size();
  if (n > most_states) reject("{}: found {} states, expected at most {}", path, n, most_states);
  MatrixXd P(n, n);
  for (std::size_t i = 0; i < n; ++i) {
    const auto& [line, numbers] = rows[i];
    if (numbers.size() != n)
      reject("{}:{}: found {} numbers, expected {} like rows", path, line, numbers.size(), n);
    for (const double number : numbers)
      if (number < 0 || number > 1) reject("{}:{}: found {}, expected a probability", path, line, number);
    const double sum = std::accumulate(numbers.begin(), numbers.end(), 0.0);
    if (std::abs(sum - 1) > rounding)
      reject("{}:{}: found probabilities that add up to {}, expected 1; give at least 8 digits", path, line,
             sum);
    P.row(static_cast<Eigen::Index>(i)) =
        Eigen::Map<const Eigen::RowVectorXd>(numbers.data(), static_cast<Eigen::Index>(n)) / sum;
  }
  if (const auto pair = detail::unreachable(P))
    reject("{}: state {} is never reached from state {}, and a chain must go from every state to every other",
           path, pair->second, pair->first);
  return P;
}

/// One number a state, in as many lines as one likes.
VectorXd read_values(const std::string& path, Eigen::Index states) {
  std::vector<double> numbers;
  for (const io::NumberRow& row : io::read_number_rows(path))
    numbers.insert(numbers.end(), row.numbers.begin(), row.numbers.end());
  if (static_cast<Eigen::Index>(numbers.size()) != states)
    reject("{}: found {} values, expected {}, one for each state", path, numbers.size(), states);
  return Eigen::Map<const VectorXd>(numbers.data(), states);
}

/// Moved and scaled to mean 0 and variance 1 under the law.
VectorXd standardised(VectorXd values, const VectorXd& law, const std::string& path) {
  values.array() -= law.dot(values);
  const double spread = std::sqrt(law.dot(values.cwiseAbs2()));
  if (values.size() > 1 && !(spread > 0)) reject("{}: found equal values, which are no noise", path);
  return spread > 0 ? VectorXd(values / spread) : values;
}

/// Draws from a law on few states by bisection of its sums.
struct Draw {
  std::vector<std::uint64_t> states;  ///< those of positive probability
  std::vector<double> sums;           ///< of the probabilities, the last one left out
  template <class Law>
  explicit Draw(const Law& law) {
    double sum = 0;
    for (Eigen::Index i = 0; i < law.size(); ++i) {
      if (law[i] == 0) continue;
      states.push_back(static_cast<std::uint64_t>(i));
      sums.push_back(sum += law[i]);
    }
    sums.pop_back();
  }
  std::uint64_t operator()(Stream& stream) const {
    const auto at = std::upper_bound(sums.begin(), sums.end(), stream.uniform());
    return states[static_cast<std::size_t>(at - sums.begin())];
  }
};

class Finite final : public NumberedSteps<Finite> {
 public:
  struct Params {
    std::string matrix, values;
    void describe(Fields& fields) {
      fields.text(
          "matrix", matrix,
          "text file: row i holds the probabilities of the moves from state i, between blanks or commas");
      fields.text("values", values,
                  "text file: a number for each state, moved and scaled to mean 0 and variance 1; without it "
                  "0, 1, 2, ... are");
    }
  };
  static About about() {
    return {"any chain on a few states, from a file with its transition matrix",
            "P(next = j | now = i) = P_ij, n <= 1000; P must be irreducible and may be periodic\n"
            "stationary: pi P = pi; values of mean 0 and variance 1 under pi",
            "Kemeny, Snell: Finite Markov chains, 1960"};
  }
  Finite(const Params& params, const Place& place) {
    if (params.matrix.empty()) reject("finite needs a transition matrix; give finite.matrix, a text file");
    const std::string path = io::find_data(params.matrix, place.data_folders);
    P_ = read_matrix(path);
    const Eigen::Index n = P_.rows();
    if (place.states != 0 && place.states != static_cast<std::size_t>(n))
      reject("{}: found {} states, but {} are needed", path, n, place.states);
    law_ = detail::stationary_law(P_);
    const bool own = !params.values.empty();
    const std::string values = own ? io::find_data(params.values, place.data_folders) : path;
    values_ = standardised(
        own ? read_values(values, n) : VectorXd::LinSpaced(n, 0, static_cast<double>(n - 1)), law_, values);
    first_.emplace_back(law_);
    for (Eigen::Index i = 0; i < n; ++i) moves_.emplace_back(P_.row(i));
  }

  State start(Stream& stream) const override { return {first_.front()(stream), 0}; }
  void step(State& state, Stream& stream) const { state.index = moves_[state.index](stream); }
  double value(const State& state) const { return values_[static_cast<Eigen::Index>(state.index)]; }

  Law law() const override {
    return {fmt::format("the solution of pi P = pi on {} states", law_.size()),
            {law_.begin(), law_.end()},
            [P = P_, values = values_, weighted = VectorXd(law_.cwiseProduct(values_))](std::size_t lag) {
              VectorXd expected = values;  // P^lag f
              for (std::size_t k = 0; k < lag; ++k) expected = P * expected;
              return weighted.dot(expected);
            }};
  }
  Times times() const override {
    const Constant memory{detail::autocorrelation_time(P_, law_, values_), Origin::computed,
                          "fundamental matrix"};
    if (const std::size_t period = detail::period(P_); period > 1) {
      const Constant never{INFINITY, Origin::known, fmt::format("of period {}", period)};
      return {never, never, memory};
    }
    const double size = detail::second_eigenvalue(P_, law_);
    const double mixing = detail::mixing_steps(P_, law_, MatrixXd::Identity(P_.rows(), P_.cols()));
    return {{1 / (1 - size), Origin::computed, "all eigenvalues"},
            {mixing, Origin::computed, "least k, from powers of the matrix"},
            memory};
  }

 private:
  MatrixXd P_;
  VectorXd law_, values_;
  std::vector<Draw> first_, moves_;
};

}  // namespace

void register_finite(Catalogue& all) { all.add<Finite>("finite"); }

}  // namespace trivium::noise::chains
