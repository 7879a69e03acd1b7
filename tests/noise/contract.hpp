#pragma once
// What every chain must keep, measured on long walks with fixed seeds. Bounds are five standard errors, and
// the errors come from long batches of the walk itself, so that they count its memory.
#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include <catch2/catch.hpp>

#include <trivium/core/stream.hpp>
#include <trivium/noise/chains.hpp>

#include "core/chi_square.hpp"

namespace contract {

using namespace trivium;
using noise::chains::Chain;
using noise::chains::Law;
using noise::chains::State;
using noise::chains::Times;

inline Stream stream(std::uint64_t number, std::uint64_t walker = 0) {
  return Stream(20, Purpose::test, walker, number);
}

/// Rounding of a mean of many numbers.
inline constexpr double rounding = 1e-9;

/// A mean over batches that are longer than the memory of a walk, and its standard error.
class BatchMean {
 public:
  void add(double number) {
    n_ += 1;
    const double step = number - mean_;
    mean_ += step / n_;
    squares_ += step * (number - mean_);
  }
  double mean() const { return mean_; }
  double variance() const { return squares_ / (n_ - 1); }
  double error() const { return std::sqrt(variance() / n_); }

 private:
  double n_ = 0, mean_ = 0, squares_ = 0;
};

inline bool numbered(const Law& law) { return !law.probabilities.empty(); }

/// The deciles of the standard normal law; its ten cells have probability 1/10 each.
inline constexpr double deciles[] = {
    -1.2815515655446004, -0.8416212335729143, -0.5244005127080407, -0.2533471031357997, 0,
    0.2533471031357997,  0.5244005127080407,  0.8416212335729143,  1.2815515655446004};

/// Cells that the visits are counted in: the states, or tenths of the standard normal law.
inline std::vector<double> cell_law(const Law& law) {
  return numbered(law) ? law.probabilities : std::vector<double>(10, 0.1);
}
inline std::size_t cell_of(const Law& law, const State& state) {
  if (numbered(law)) return state.index;
  return static_cast<std::size_t>(std::upper_bound(std::begin(deciles), std::end(deciles), state.x) -
                                  std::begin(deciles));
}

/// The memory that batches must outlast: periodic chains have no finite relaxation time.
inline double memory_of(const Times& times) {
  const double relaxation = times.relaxation.value;
  return std::max(std::isfinite(relaxation) ? relaxation : 1, times.autocorrelation.value);
}

inline constexpr std::size_t lags[] = {1, 2, 5, 10};
inline constexpr std::size_t batches = 4000;

/// What a long walk from a stationary start showed.
struct Measured {
  std::size_t batch = 0;                ///< steps in a batch
  BatchMean mean, square;               ///< of values
  std::map<std::size_t, BatchMean> at;  ///< lag: product of values
  std::vector<BatchMean> visits;        ///< of the cells
};

inline Measured measure(const Chain& chain, const Times& times) {
  const Law law = chain.law();
  Measured out;
  out.batch = 100 * static_cast<std::size_t>(std::ceil(memory_of(times)));
  out.visits.resize(cell_law(law).size());
  Stream random = stream(1);
  State state = chain.start(random);
  const std::size_t overlap = *std::max_element(std::begin(lags), std::end(lags));
  const auto length = static_cast<double>(out.batch);
  std::vector<double> values(out.batch + overlap), counts(out.visits.size());
  chain.walk(state, random, std::span(values).first(overlap));
  for (std::size_t b = 0; b < batches; ++b) {
    std::fill(counts.begin(), counts.end(), 0);
    double sum = 0, squares = 0;
    for (std::size_t i = overlap; i < values.size(); ++i) {
      chain.walk(state, random, std::span(values).subspan(i, 1));
      counts[cell_of(law, state)] += 1;
      sum += values[i];
      squares += values[i] * values[i];
    }
    out.mean.add(sum / length);
    out.square.add(squares / length);
    for (std::size_t c = 0; c < counts.size(); ++c) out.visits[c].add(counts[c] / length);
    for (const std::size_t lag : lags) {
      double products = 0;
      for (std::size_t i = overlap; i < values.size(); ++i) products += values[i] * values[i - lag];
      out.at[lag].add(products / length);
    }
    std::copy(values.end() - static_cast<std::ptrdiff_t>(overlap), values.end(), values.begin());
  }
  return out;
}

/// Visits along a walk are as the stationary law says.
inline void check_visits(const Law& law, const Measured& m) {
  const std::vector<double> wanted = cell_law(law);
  for (std::size_t c = 0; c < wanted.size(); ++c) {
    INFO("cell " << c);
    CHECK(std::abs(m.visits[c].mean() - wanted[c]) <= 5 * m.visits[c].error() + rounding);
  }
}

/// Values have mean 0 and variance 1. A periodic walk is the same in every batch up to its ends, which the
/// error does not show.
inline void check_values(const Measured& m) {
  const double ends = 1 / (static_cast<double>(m.batch) * batches);
  CHECK(std::abs(m.mean.mean()) <= 5 * m.mean.error() + ends);
  CHECK(std::abs(m.square.mean() - 1) <= 5 * m.square.error() + ends);
}

/// The correlation of values some steps apart is the stated one.
inline void check_correlation(const Law& law, const Measured& m) {
  if (!law.correlation) return;
  CHECK(law.correlation(0) == Approx(1).epsilon(1e-12));
  for (const std::size_t lag : lags) {
    INFO("lag " << lag << ", stated " << law.correlation(lag) << ", measured " << m.at.at(lag).mean());
    CHECK(std::abs(m.at.at(lag).mean() - law.correlation(lag)) <= 5 * m.at.at(lag).error() + rounding);
  }
}

/// The variance of a long mean is the stated multiple of that of independent values. A sample variance has
/// the relative error sqrt(2 / batches); a batch of L steps misses the sum over k of 2k/L times the
/// correlation.
inline void check_autocorrelation_time(const Times& times, const Measured& m) {
  const double stated = times.autocorrelation.value, length = static_cast<double>(m.batch);
  const double measured = length * m.mean.variance();
  INFO("stated " << stated << ", measured " << measured);
  const double missed = 2 * memory_of(times) * std::max(stated, 1.0) / length;
  CHECK(std::abs(measured - stated) <= 5 * std::sqrt(2.0 / batches) * stated + missed);
}

/// Where the relaxation time is known for all functions of the state, a single one cannot be slower.
inline void check_times(const Times& times) {
  for (const Constant* constant : {&times.relaxation, &times.mixing, &times.autocorrelation}) {
    CHECK(constant->value >= 0);
    CHECK(constant->how.size() > 0);
  }
  CHECK(times.relaxation.value >= 1);
  CHECK(times.mixing.value >= 1);
  CHECK(std::isfinite(times.autocorrelation.value));
  CHECK(times.autocorrelation.value <= 2 * times.relaxation.value - 1 + rounding);  // (1 + l) / (1 - l)
}

/// Many starts, each followed for a few steps: the start has the stationary law and the step keeps it.
inline void check_start(const Chain& chain) {
  constexpr std::uint64_t walkers = 20000;
  const Law law = chain.law();
  const std::vector<double> wanted = cell_law(law);
  if (wanted.size() == 1) return;
  for (const std::size_t steps : {0, 1, 3}) {
    INFO("after " << steps << " steps");
    std::vector<double> counts(wanted.size());
    for (std::uint64_t walker = 0; walker < walkers; ++walker) {
      Stream random = stream(2 + steps, walker);
      State state = chain.start(random);
      std::vector<double> values(steps);
      chain.walk(state, random, values);
      counts[cell_of(law, state)] += 1;
    }
    CHECK(chi_square(counts, wanted) <= chi_square_bound(wanted.size()));
  }
}

inline std::vector<double> walk_of(const Chain& chain, std::uint64_t number, std::size_t steps) {
  Stream random = stream(number);
  State state = chain.start(random);
  std::vector<double> values(steps);
  chain.walk(state, random, values);
  return values;
}

/// The same stream gives the same walk, another one another.
inline void check_reproducible(const Chain& chain) {
  CHECK(walk_of(chain, 1, 200) == walk_of(chain, 1, 200));
  std::vector<std::vector<double>> walks;  // a chain that only a start moves has few different ones
  for (std::uint64_t number = 1; number <= 20; ++number) walks.push_back(walk_of(chain, number, 200));
  CHECK(std::count(walks.begin(), walks.end(), walks.front()) < 20);
}

/// One walk of 100 steps is 100 walks of one step.
inline void check_step_by_step(const Chain& chain) {
  Stream random = stream(1);
  State state = chain.start(random);
  std::vector<double> values(100);
  for (double& value : values) chain.walk(state, random, {&value, 1});
  CHECK(values == walk_of(chain, 1, 100));
}

/// Walks of states and of values take the same path, and the value belongs to the state.
inline void check_states(const Chain& chain) {
  Stream random = stream(1);
  State state = chain.start(random);
  std::vector<std::uint32_t> states(2000);
  if (!numbered(chain.law())) {
    CHECK_THROWS_AS(chain.walk(state, random, states), std::logic_error);
    return;
  }
  chain.walk(state, random, states);
  CHECK(states.back() == state.index);
  const std::vector<double> values = walk_of(chain, 1, states.size());
  std::map<std::uint32_t, double> value_of;
  for (std::size_t i = 0; i < states.size(); ++i)
    CHECK(value_of.emplace(states[i], values[i]).first->second == values[i]);
}

/// The stated law adds up, and the values that a walk shows have mean 0 and variance 1 under it, exactly.
inline void check_law(const Chain& chain) {
  const Law law = chain.law();
  CHECK_FALSE(law.stationary.empty());
  if (!numbered(law)) {
    CHECK(law.stationary == "the standard normal law");  // what cell_of counts on
    return;
  }
  Stream random = stream(1);
  State state = chain.start(random);
  std::map<std::uint64_t, double> value_of;
  for (int step = 0; step < 20000; ++step) {
    double value = 0;
    chain.walk(state, random, {&value, 1});
    value_of[state.index] = value;
  }
  REQUIRE(value_of.size() == law.probabilities.size());
  double sum = 0, mean = 0, square = 0;
  for (const auto& [index, value] : value_of) {
    sum += law.probabilities.at(index);
    mean += law.probabilities[index] * value;
    square += law.probabilities[index] * value * value;
  }
  CHECK(sum == Approx(1).epsilon(1e-12));
  CHECK(std::abs(mean) <= 1e-12);
  CHECK(square == Approx(1).epsilon(1e-12));
}

}  // namespace contract
