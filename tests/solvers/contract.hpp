// What every method promises, as checks on one method in one arena. Fixed seeds.
#pragma once
#include <cmath>
#include <map>

#include <catch2/catch.hpp>

#include "setup.hpp"
#include "variants.hpp"

namespace trivium::solvers::contract {

using namespace testing;

/// The squared distance that is reached, and below which rounding hides the rate.
inline constexpr double tolerance = 1e-12;

/// k with constant * rate^k = tolerance.
inline std::int64_t predicted_iterations(const Theory& theory, double constant) {
  REQUIRE(theory.rate < 1);
  return static_cast<std::int64_t>(std::ceil(std::log(tolerance / constant) / std::log(theory.rate)));
}

/// The tolerance is reached within the stated number of iterations; all seeds together, so that no run is
/// lucky.
inline void arrives(Arena& arena, const Plugin& plugin, std::int64_t iterations) {
  double worst = 0;
  for (int seed = 1; seed <= 3; ++seed) {
    Method method(arena, plugin, static_cast<std::uint64_t>(seed));
    method.start();
    method.steps(iterations);
    worst = std::max(worst, method.distance());
  }
  CHECK(worst <= tolerance);
}

/// At the theory step the mean distance over the seeds stays below constant * rate^k, down to the tolerance.
/// A method that draws nothing needs one seed.
inline void keeps_its_rate(Arena& arena, const Plugin& plugin) {
  const Facts known = facts(plugin);
  if (!known.reaches) {
    CHECK(Method(arena, plugin).solver->theory().rate == 1);
    return;
  }
  const int seeds = known.random ? 20 : 1;
  std::vector<std::unique_ptr<Method>> methods;
  for (int seed = 1; seed <= seeds; ++seed) {
    methods.push_back(std::make_unique<Method>(arena, plugin, seed));
    methods.back()->start();
  }
  const Theory theory = methods[0]->solver->theory();
  const std::int64_t iterations = predicted_iterations(theory, known.constant);
  INFO("rate " << theory.rate << ", " << iterations << " iterations");
  REQUIRE(iterations < 20000);
  double bound = known.constant;
  for (std::int64_t k = 1; k <= iterations; ++k) {
    double mean = 0;
    for (const auto& method : methods) {
      method->solver->step();
      mean += method->distance() / seeds;
    }
    bound *= theory.rate;
    INFO("iteration " << k);
    REQUIRE(mean <= bound * (1 + 1e-9));
  }
}

/// A save at iteration k and a restore into a fresh method change nothing in the iterations that follow.
inline void survives_a_restart(Arena& arena, const Plugin& plugin) {
  for (const std::int64_t k : {0, 1, 2, 7, 23}) {
    INFO("saved after " << k << " iterations");
    Method straight(arena, plugin);
    straight.start();
    straight.steps(k);
    const Archive saved = straight.save();
    Method resumed(arena, plugin);
    resumed.load(saved);
    REQUIRE(resumed.solver->point().to_host() == straight.solver->point().to_host());
    for (int more = 0; more < 25; ++more) {
      straight.steps(1);
      resumed.steps(1);
      REQUIRE(resumed.solver->point().to_host() == straight.solver->point().to_host());
    }
    CHECK(same_history({resumed.totals()}, {straight.totals()}));
  }
}

/// The problem beneath the ledger's counter, counting for itself.
class Recount final : public problems::Problem {
 public:
  explicit Recount(std::unique_ptr<problems::Problem> problem)
      : Problem(problem->traits()), problem_(std::move(problem)) {}
  void evaluate(int m, const Vector& z, Vector& out) override {
    calls[m] += 1;
    problem_->evaluate(m, z, out);
  }
  std::size_t samples(int m) const override { return problem_->samples(m); }
  void evaluate_samples(int m, const Vector& z, std::span<const std::uint32_t> samples,
                        Vector& out) override {
    sample_calls[m] += static_cast<double>(samples.size());
    problem_->evaluate_samples(m, z, samples, out);
  }
  void prox(double step, Vector& z) override {
    prox_calls += 1;
    problem_->prox(step, z);
  }
  void jacobian(int m, const Vector& z, const Vector& v, bool transposed, Vector& out) override {
    problem_->jacobian(m, z, v, transposed, out);
  }
  void measure(int m, const Vector& z, std::span<double> out) override { problem_->measure(m, z, out); }
  problems::Known known() const override { return problem_->known(); }

  std::map<int, double> calls, sample_calls;
  double prox_calls = 0;

 private:
  std::unique_ptr<problems::Problem> problem_;
};

/// Bits are what the theory says, calls and prox calls what the problem has seen, all of them what the
/// method's rule costs.
inline void keeps_the_ledger(std::unique_ptr<problems::Problem> problem, const Plugin& plugin) {
  auto owned = std::make_unique<Recount>(std::move(problem));
  Recount& recount = *owned;
  Arena arena(std::move(owned));
  Method method(arena, plugin);
  recount.calls.clear();
  recount.sample_calls.clear();
  recount.prox_calls = 0;
  method.start();
  const Record before = method.totals();
  CHECK(before.bits_up == before.bits_initial);
  const std::int64_t iterations = 4000;
  method.steps(iterations);
  const Record after = method.totals();
  const auto per_iteration = [&](double Record::*member) {
    return (after.*member - before.*member) / static_cast<double>(iterations);
  };

  for (const auto& [m, calls] : recount.calls)  // worker 0's problem is the server's too
    CHECK(method.network.ledger().of(m).calls + (m == 0 ? after.local_steps : 0) == calls);
  for (const auto& [m, samples] : recount.sample_calls) {
    CHECK(method.network.ledger().of(m).samples == samples);
    const double passes = samples / static_cast<double>(arena.problem->samples(m));
    CHECK(method.network.ledger().of(m).all_calls() == Approx(recount.calls[m] + passes).epsilon(1e-9));
  }
  CHECK(after.prox_calls == recount.prox_calls);
  CHECK(after.bits_initial == before.bits_initial);
  CHECK(after.bits_up == after.bits_up_values + after.bits_up_indices);
  CHECK((after.local_steps > 0) == facts(plugin).serves);

  // A coin of any probability that decides on one dense vector: five standard deviations of its mean.
  const Facts known = facts(plugin);
  const Theory theory = method.solver->theory();
  const double band =
      known.random ? 5 * 0.5 * arena.dense_bits() / std::sqrt(static_cast<double>(iterations)) : 0;
  CHECK(std::abs(per_iteration(&Record::bits_up) - theory.bits_up) <= band);
  CHECK(std::abs(per_iteration(&Record::bits_down) - theory.bits_down) <= band);
  for (const Cost& cost : known.cost) {
    CHECK(per_iteration(&Record::round) == cost.rounds);
    CHECK(per_iteration(&Record::calls) == cost.calls);
    CHECK(per_iteration(&Record::prox_calls) == cost.prox);
  }
}

/// Same seed, same bits; the work of another method on another network in between does not matter.
inline void is_reproducible(Arena& arena, const Plugin& plugin) {
  Method a(arena, plugin, 5), b(arena, plugin, 5);
  a.start();
  a.steps(30);
  b.start();
  b.steps(30);
  CHECK(a.solver->point().to_host() == b.solver->point().to_host());
}

}  // namespace trivium::solvers::contract
