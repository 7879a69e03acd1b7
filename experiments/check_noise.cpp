#include "check_noise.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <trivium/core/errors.hpp>
#include <trivium/problems/oracles.hpp>

namespace trivium::experiments {
namespace {

using problems::oracles::Oracle;

void print(const std::string& name, const Constant& c) {
  fmt::print("  {:27} {:<12.6g} {} ({})\n", name, c.value, problems::name_of(c.origin), c.how);
}

/// A mean over draws and its relative standard error, as if draws were independent.
struct Mean {
  double value = 0, relative_error = 0;
};

/// E|estimate - F_m(z)|^2 of worker m = `worker` over `draws` estimates.
Mean mean_square(Oracle& oracle, int worker, const Plugin& of_samples, int draws, const Vector& z,
                 const Vector& exact) {
  const auto estimator = noise::estimators::catalogue().make(of_samples, {});
  Vector estimate = z.like();
  double sum = 0, squares = 0;
  for (int draw = 0; draw < draws; ++draw) {
    oracle.draw(worker, *estimator);
    oracle.evaluate(worker, z, estimate);
    const double square = squared_distance(estimate, exact);
    sum += square / draws;
    squares += square * square / draws;
  }
  const double spread = std::sqrt(std::max(0.0, squares - sum * sum) / draws);
  return {sum, sum > 0 ? spread / sum : 0};
}

/// How many times more samples of F_m(z, .) along the walk than independent ones a mean needs: 1 + 2 sum over
/// k >= 1 of E<D_t, D_{t+k}> / E|D_t|^2 with D_t = F_m(z, xi_t) - F_m(z). From batch means: b E|mean of b
/// consecutive D|^2 / E|D|^2, b many relaxation times.
Constant operator_autocorrelation(Oracle& oracle, problems::Problem& problem, int m, const Vector& z) {
  constexpr int singles = 2000, batches = 200;
  constexpr double longest = 1e5;
  const double relaxation = oracle.chain(m).times().relaxation.value;
  const auto apart = static_cast<std::size_t>(std::clamp(std::ceil(relaxation), 1.0, longest / 10));
  const auto batch = static_cast<std::size_t>(std::clamp(std::ceil(50 * relaxation), 100.0, longest));
  const Plugin single{"skip", {{"every", static_cast<std::int64_t>(apart + 1)}}, ""};
  const Plugin whole{"minibatch", {{"batch", static_cast<double>(batch)}}, ""};
  Vector exact = z.like();
  problem.evaluate(m, z, exact);
  const Mean one = mean_square(oracle, m, single, singles, z, exact);
  if (one.value <= 1e-24 * dot(exact, exact)) return {0, Origin::estimated, "the noise vanishes there"};
  const Mean many = mean_square(oracle, m, whole, batches, z, exact);
  const std::string caution =
      static_cast<double>(batch) < 20 * relaxation ? "; short for such a relaxation time" : "";
  return {static_cast<double>(batch) * many.value / one.value, Origin::estimated,
          fmt::format("worker {}, {} batches of {} steps, standard error {:.0f} %{}", m, batches, batch,
                      100 * std::hypot(one.relative_error, many.relative_error), caution)};
}

void print_chain(const Table& settings, const noise::chains::Chain& chain) {
  const noise::chains::Law law = chain.law();
  fmt::print("  chain {}\n", to_toml(*settings.find("chain")));
  fmt::print("  stationary law: {}{}\n", law.stationary,
             law.probabilities.empty() ? "" : fmt::format(", {} states", law.probabilities.size()));
  const noise::chains::Times times = chain.times();
  print("relaxation time", times.relaxation);
  print("mixing time", times.mixing);
  print("autocorrelation of values", times.autocorrelation);
  for (const noise::chains::Measure& measure : chain.measures()) print(measure.name, measure.value);
}

}  // namespace

void print_noise(Prepared& prepared) {
  if (!prepared.noise) return;
  const auto& catalogue = problems::oracles::catalogue();
  const Plugin& noise = *prepared.noise;
  const bool at_solution = prepared.solution.has_value();
  const Vector& z = at_solution ? *prepared.solution : prepared.start;
  std::unique_ptr<Oracle> oracle;
  prepared.network->agree([&] {
    try {
      oracle = catalogue.make(
          noise, {*prepared.problem, prepared.start, at_solution ? &z : nullptr, 0, prepared.chains});
    } catch (const InputError& mistake) {
      reject("{}: {}", noise.where, mistake.what());
    }
  });
  problems::oracles::Level level = oracle->level();
  level.sigma.value = prepared.network->max_off_the_record(level.sigma.value);
  level.growth.value = prepared.network->max_off_the_record(level.growth.value);
  if (!prepared.network->is_server()) return;
  fmt::print("\nnoise: {}, {}\n", noise.type, catalogue.about(noise.type).summary);
  const int m = prepared.problem->traits().workers.first;
  print_chain(catalogue.resolve(noise), oracle->chain(m));
  print("sigma", level.sigma);
  if (level.of_summands)
    fmt::print("  growth                      L_loc, the spread of the summands\n");
  else
    print("growth", level.growth);
  print(at_solution ? "autocorrelation of F(z*, .)" : "autocorrelation of F(z0, .)",
        operator_autocorrelation(*oracle, *prepared.problem, m, z));
}

}  // namespace trivium::experiments
