// Every method on noisy operators: samples and calls in the ledger, restarts, allocations.
#include <cmath>

#include <catch2/catch.hpp>

#include <trivium/solvers/solve.hpp>

#include "core/allocations.hpp"
#include "noise.hpp"
#include "variants.hpp"

using namespace trivium;
using namespace trivium::solvers;
using namespace trivium::solvers::testing;

namespace {

const Table finite_sums{{"n", 10}, {"workers", 5}, {"mu", 0.2}, {"samples", 10}};

std::vector<Noise> kinds() {
  const Plugin few{"mlmc", {{"batch", 2}, {"cap", 8}}, ""};
  std::vector<Noise> all{additive(0.1, 5), growing(0.1, 0.1, 5)};
  all.push_back({{"sampled", {}, ""}});
  for (Noise& noise : all) noise.estimator = few;
  return all;
}

/// Methods with batches of their own know nothing of noisy samples.
bool draws_itself(const Plugin& method) {
  return method.type.rfind("vr_", 0) == 0 || method.type == "lsvrg_proxskip_vip";
}

struct Counts {
  double samples, calls;
};
/// Of one iteration of a method, mean over many.
Counts counts(Arena& here, const Plugin& plugin, const Noise& noise, int iterations = 100) {
  Method method(here, plugin, 1, noise);
  method.start();
  const Record before = method.totals();
  method.steps(iterations);
  const Record after = method.totals();
  return {(after.samples - before.samples) / iterations, (after.calls - before.calls) / iterations};
}

Table skip(int every, int batch) { return {{"type", "skip"}, {"every", every}, {"batch", batch}}; }
Table minibatch(int batch) { return {{"type", "minibatch"}, {"batch", batch}}; }

}  // namespace

TEST_CASE("every method runs on every kind of noise, and a restart in the middle changes nothing") {
  Arenas arenas(finite_sums);
  for (const Noise& noise : kinds())
    for (const Plugin& plugin : variants()) {
      Arena& here = arenas.of(plugin);
      if (noise.oracle.type == "sampled" && here.problem->samples(0) == 0) continue;
      INFO(text_of(plugin) << ", " << text_of(noise.oracle));
      if (draws_itself(plugin)) {
        CHECK_THROWS_WITH(Method(here, plugin, 1, noise),
                          Catch::Contains("draws batches of summands itself cannot run on noisy operators"));
        continue;
      }
      Method straight(here, plugin, 1, noise), twin(here, plugin, 1, noise), other(here, plugin, 2, noise);
      straight.start();
      straight.steps(13);
      Method resumed(here, plugin, 1, noise);
      resumed.load(straight.save());
      straight.steps(20);
      resumed.steps(20);
      CHECK(resumed.solver->point().to_host() == straight.solver->point().to_host());
      CHECK(same_history({resumed.totals()}, {straight.totals()}));
      twin.start();
      twin.steps(33);
      CHECK(twin.solver->point().to_host() == straight.solver->point().to_host());
      other.start();
      other.steps(33);
      CHECK(other.solver->point().to_host() != straight.solver->point().to_host());
      CHECK(straight.solver->theory().rate == 1);  // with noise there is a floor
      CHECK(straight.totals().samples > 0);
    }
}

TEST_CASE("a run with noise that goes on from any checkpoint ends as if it had never stopped") {
  Arena here = arena("bilinear", finite_sums);
  const Plugin masha1{"masha1", {}, ""}, sgd{"sgd", {{"estimator", mlmc(1, 16)}}, ""};
  for (const Noise& noise : kinds())
    for (const Plugin& plugin : {masha1, sgd}) {
      INFO(text_of(plugin) << ", " << text_of(noise.oracle));
      RunSettings how;
      how.limits.iterations = 75;
      how.checkpoint_seconds = 1e-12;  // at every record but the last
      Method whole(here, plugin, 1, noise);
      Listener first;
      const Outcome expected = run_in(here, whole, how, first);
      REQUIRE(first.states.size() == 7);
      for (const RunState& state : first.states) {
        Method method(here, plugin, 1, noise);
        Listener listener;
        const Outcome resumed = run_in(here, method, how, listener, &state);
        CHECK(same_history(resumed.history, expected.history));
        CHECK(resumed.fingerprint == expected.fingerprint);
      }
    }
}

TEST_CASE("samples are counted when drawn, calls when evaluated") {
  Arena here = arena("bilinear", finite_sums);  // ten rows a worker
  const Noise shift = additive(0.1, 5), rows{{"sampled", {}, ""}};
  const auto check = [&](const Plugin& plugin, double samples, double calls) {
    INFO(text_of(plugin));
    const Counts by_shift = counts(here, plugin, shift), by_rows = counts(here, plugin, rows);
    CHECK(by_shift.samples == Approx(samples));
    CHECK(by_shift.calls == Approx(calls));
    CHECK(by_rows.samples == Approx(samples));
    CHECK(by_rows.calls == Approx(calls / 10));  // a row is a tenth of a pass
  };
  check({"sgd", {}, ""}, 1, 1);
  check({"sgd", {{"estimator", skip(3, 2)}}, ""}, 6, 2);
  check({"sgd", {{"estimator", minibatch(4)}}, ""}, 4, 4);
  check({"stochastic_extragradient", {{"estimator", minibatch(4)}}, ""}, 8, 8);
  check({"stochastic_extragradient", {{"estimator", minibatch(4)}, {"samples", "same"}}, ""}, 4, 8);
  check({"mirror_descent", {{"estimator", skip(2, 1)}}, ""}, 2, 1);
  // A cap of 1 leaves the batch.
  check({"mag", {{"estimator", mlmc(3, 1)}}, ""}, 3, 3);
  for (const char* half : {"batch", "mlmc"})
    check({"randomized_extragradient", {{"half", half}, {"estimator", mlmc(3, 1)}}, ""}, 6, 6);
  check({"randomized_extragradient", {{"half", "same"}, {"estimator", mlmc(3, 1)}}, ""}, 3, 6);
  Arena flat = arena("bilinear", {{"n", 4}, {"workers", 2}, {"mu", 0.0}});  // no theory for a batch
  CHECK(counts(flat, {"randomized_extragradient", {{"estimator", "single"}}, ""}, shift).samples == 2);
  // Methods without an estimator take the program's: two exchanges an iteration here.
  Noise batches = shift;
  batches.estimator = Plugin{"minibatch", {{"batch", 3}}, ""};
  const Counts extragradient = counts(here, {"extragradient", {}, ""}, batches);
  CHECK(extragradient.samples == 6);
  CHECK(extragradient.calls == 6);
  CHECK(counts(here, {"extragradient", {}, ""}, shift).samples == 2);  // `single`, unless told otherwise
}

TEST_CASE("solve takes noise, an estimator and a seed as the program does") {
  Arena here = arena("bilinear", finite_sums);
  const Plugin few{"mlmc", {{"batch", 2}, {"cap", 8}}, ""};
  for (const Plugin& plugin :
       {Plugin{"extragradient", {}, ""}, Plugin{"sgd", {{"estimator", mlmc(2, 8)}}, ""}})
    for (const Plugin& oracle : {growing(0.1, 0.1, 5).oracle, Plugin{"sampled", {}, ""}}) {
      INFO(text_of(plugin) << ", " << text_of(oracle));
      Noise noise{oracle};
      SolveOptions options;
      options.solution = here.solution;
      options.seed = 3;
      options.noise = oracle;
      options.limits.iterations = 40;
      if (!has_estimator(plugin.type)) noise.estimator = options.estimator = few;
      Method method(here, plugin, 3, noise);
      method.start();
      method.steps(40);
      const Solved solved = solve(*here.problem, plugin, options);
      CHECK(solved.point.to_host() == method.solver->point().to_host());
      CHECK(solved.history.back().samples == method.totals().samples);
      CHECK(solved.history.back().samples > 0);
    }
}

TEST_CASE("multilevel Monte Carlo's first batch is drawn and counted, but not evaluated") {
  Arena here = arena("bilinear", finite_sums);
  Method method(here, {"sgd", {{"estimator", mlmc(3, 8)}, {"step", 0.01}}, ""}, 1, additive(0.1, 5));
  method.start();
  double drawn = 0;
  for (int k = 0; k < 400; ++k) {
    const auto before = method.network.ledger().of(2);
    method.steps(1);
    const auto after = method.network.ledger().of(2);
    const auto samples = after.samples - before.samples, calls = after.calls - before.calls;
    REQUIRE((samples == 3 || samples == 6 || samples == 12 || samples == 24));
    REQUIRE(calls == (samples == 3 ? 3 : samples - 3));
    drawn += static_cast<double>(samples) / 400;
  }
  CHECK(drawn == Approx(3 * (3 + 0.125)).margin(5 * 3 * std::sqrt(16.0 / 400)));
}

TEST_CASE("without noise estimates are the operators") {
  Arena here = arena("bilinear", finite_sums);
  const auto same = [&](const Plugin& a, const Plugin& b) {
    Method one(here, a), two(here, b);
    one.start();
    two.start();
    one.steps(50);
    two.steps(50);
    INFO(text_of(a) << " and " << text_of(b));
    CHECK(one.solver->point().to_host() == two.solver->point().to_host());
    CHECK(one.totals().samples == 0);
    CHECK(one.totals().calls == two.totals().calls);
  };
  const Table step{{"step", 0.1}};
  same({"sgd", step, ""}, {"gradient", step, ""});
  same({"randomized_gradient", step, ""}, {"gradient", step, ""});
  same({"stochastic_extragradient", step, ""}, {"extragradient", step, ""});
  same({"randomized_extragradient", step, ""}, {"extragradient", step, ""});
  same({"stochastic_extragradient", {{"step", 0.1}, {"samples", "same"}}, ""}, {"extragradient", step, ""});
}

TEST_CASE("no stochastic method allocates after its first iterations") {
  Arena here = hill();
  for (const char* name :
       {"sgd", "randomized_gradient", "stochastic_extragradient", "randomized_extragradient",
        "randomized_accelerated_gradient", "mag", "mirror_descent"})
    for (const Noise& noise : {additive(0.1, 4), growing(0.1, 0.1, 4)}) {
      INFO(name << ", " << text_of(noise.oracle));
      Method method(here, {name, {{"estimator", mlmc(2, 64)}}, ""}, 1, noise);
      method.start();
      method.steps(1);
      CHECK(allocations_of([&] { method.steps(300); }) == 0);
    }
}
