// The contract suite over every method of the catalogue, and the numbers that a pure rotation gives.
#include <cstddef>

#include <catch2/catch.hpp>

#include <trivium/core/errors.hpp>

#include "contract.hpp"
#include "core/allocations.hpp"
#include "rotation.hpp"

using namespace trivium;
using namespace trivium::solvers;
using namespace trivium::solvers::testing;

namespace {

Arena rotation(double turn) { return Arena(std::make_unique<Rotation>(turn)); }

// Finite sums, for the methods with batches.
const Table small_bilinear{{"n", 10}, {"workers", 5}, {"mu", 0.2}, {"samples", 10}};

Plugin with_step(const char* name, double step) { return {name, {{"step", step}}, ""}; }

}  // namespace

TEST_CASE("every method keeps its stated rate down to 1e-12, or arrives there in time") {
  const Table ball{{"type", "l2_ball"}, {"radius", 1.0}}, cross{{"type", "l1_ball"}, {"radius", 1.5}};
  const std::vector<Plugin> problems{
      {"bilinear", small_bilinear, ""},
      {"bilinear",
       {{"n", 10}, {"workers", 5}, {"mu", 0.2}, {"samples", 10}, {"x_set", ball}, {"y_set", cross}},
       ""},
      {"quadratic_game", {{"n", 5}, {"workers", 4}, {"samples", 10}}, ""},
      problem_for(Arenas::minimiser, small_bilinear)};
  for (const Plugin& problem : problems) {
    Arena here = arena(problem.type, problem.parameters);
    for (const Plugin& method : variants()) {
      INFO(text_of(method) << " on " << text_of(problem));
      const Facts known = facts(method);
      const bool function = problem.type == "quadratic";
      if (function && !known.minimises) continue;
      if ((here.problem->traits().constrained && !known.constraints) || (known.minimises && !function))
        CHECK_THROWS_AS(Method(here, method), InputError);
      else if (known.iterations)
        contract::arrives(here, method, *known.iterations);
      else
        contract::keeps_its_rate(here, method);
    }
  }
}

TEST_CASE("every method is reproducible and survives a restart") {
  Arenas arenas(small_bilinear);
  for (const Plugin& method : variants()) {
    INFO(text_of(method));
    contract::is_reproducible(arenas.of(method), method);
    contract::survives_a_restart(arenas.of(method), method);
  }
}

TEST_CASE("every method keeps the ledger") {
  for (const Plugin& method : variants()) {
    INFO(text_of(method));
    contract::keeps_the_ledger(problems::catalogue().make(problem_for(method, small_bilinear), {}), method);
  }
}

TEST_CASE("no method allocates after its first iterations") {
  Arenas arenas(small_bilinear);
  for (const Plugin& plugin : variants()) {
    INFO(text_of(plugin));
    Method method(arenas.of(plugin), plugin);
    method.start();
    method.steps(facts(plugin).random ? 40 : 1);  // by then coins have shown both sides
    const long made = allocations_of([&] { method.steps(300); });
    CHECK(made == 0);
  }
}

TEST_CASE("every method says what it is and states its theory") {
  Arenas arenas(small_bilinear);
  for (const Plugin& plugin : variants()) {
    INFO(text_of(plugin));
    Arena& here = arenas.of(plugin);
    const About about = catalogue().about(plugin.type);
    CHECK_FALSE(about.summary.empty());
    CHECK(about.rule.find("theory:") != std::string::npos);
    CHECK_FALSE(about.source.empty());
    const Theory theory = Method(here, plugin).solver->theory();
    CHECK(theory.step > 0);
    CHECK(theory.bits_up > 0);
    CHECK(theory.bits_down > 0);
    CHECK_FALSE(theory.rule.empty());

    // A step above the theorem's has no rate; one below has a slower one.
    if (!facts(plugin).reaches) continue;
    Plugin scaled = plugin;
    scaled.parameters.set("step", Table{{"theory", 1.01}});
    CHECK(Method(here, scaled).solver->theory().rate == 1);
    scaled.parameters.set("step", Table{{"theory", 0.5}});
    const Theory half = Method(here, scaled).solver->theory();
    CHECK(half.step == theory.step);
    if (facts(plugin).iterations) continue;  // no rate
    CHECK(half.rate > theory.rate);
    CHECK(half.rate < 1);
  }
}

TEST_CASE("values sent as float32 cost half and leave an error below 1e-12") {
  Arenas arenas(small_bilinear);
  for (const std::string& name : catalogue().names()) {
    const Plugin plain{name, {}, ""}, narrow{name, {{"values", "float32"}}, ""};
    const Facts known = facts(plain);
    Arena& here = arenas.of(plain);
    if (known.random) continue;    // compressed: the compressor has its own format
    if (!known.reaches) continue;  // rounding is far below its floor
    INFO(name);
    Method wide(here, plain), method(here, narrow);
    wide.start();
    method.start();
    const std::int64_t enough =
        2 * (known.iterations ? *known.iterations : contract::predicted_iterations(wide.solver->theory(), 2));
    wide.steps(enough);
    method.steps(enough);
    CHECK(method.totals().bits_up == wide.totals().bits_up / 2);
    CHECK(method.totals().bits_down == wide.totals().bits_down / 2);
    CHECK(method.distance() < 1e-12);
    CHECK(method.distance() > 1e-18);  // 24 bits of workers' values that do not vanish at the solution
    CHECK(wide.distance() < 1e-22);
  }
}

TEST_CASE(
    "every method but gradient converges on a pure rotation at the theory step, whichever way it turns") {
  for (const double turn : {1.0, -1.0}) {
    Arena here = rotation(turn);
    for (const Plugin& plugin : variants()) {
      if (!facts(plugin).rotates) continue;
      INFO(text_of(plugin) << ", turn " << turn);
      Method method(here, plugin);
      method.start();
      method.steps(plugin.type == "optimistic_masha" ? 4000 : 1000);  // its step is 1 / (8 L)
      CHECK(method.distance() < 1e-12);
    }
  }
}

TEST_CASE("gradient spirals out of a rotation by 1 + g^2 each iteration, and has no theory step for it") {
  // F = J z with J^2 = -1: |z - g J z|^2 = (1 + g^2) |z|^2.
  Arena here = rotation(1);
  Method method(here, with_step("gradient", 0.3));
  method.start();
  for (int k = 1; k <= 50; ++k) {
    method.steps(1);
    REQUIRE(method.distance() == Approx(std::pow(1.09, k)).epsilon(1e-12));
  }
  CHECK(method.solver->theory().rate == 1);
  CHECK_THROWS_WITH(Method(here, Plugin{"gradient", {}, ""}),
                    "gradient: the theory step mu / L^2 needs a strongly monotone operator, found mu = 0; "
                    "give step a number or use extragradient");
}

TEST_CASE("extragradient and Tseng's method shrink a rotation by 1 - g^2 + g^4") {
  // z+ = (1 - g J + g^2 J^2) z = ((1 - g^2) - g J) z.
  Arena here = rotation(-1);
  for (const char* name : {"extragradient", "forward_backward_forward"}) {
    INFO(name);
    Method method(here, with_step(name, 0.6));
    method.start();
    for (int k = 1; k <= 40; ++k) {
      method.steps(1);
      REQUIRE(method.distance() == Approx(std::pow(1 - 0.36 + 0.1296, k)).epsilon(1e-12));
    }
  }
}

TEST_CASE(
    "past extragradient and optimistic gradient shrink a rotation by (1 + sqrt(1 - 4 g^2)) / 2 in the end") {
  // Their roots solve r^2 - (1 - 2 i g) r - i g = 0; the larger one has |r|^2 = (1 + sqrt(1 - 4 g^2)) / 2,
  // 0.9 at g = 0.3, and the other's share, 0.1 / 0.9, is gone after 20 iterations.
  Arena here = rotation(1);
  for (const char* name : {"past_extragradient", "optimistic"}) {
    INFO(name);
    Method method(here, with_step(name, 0.3));
    method.start();
    method.steps(40);
    const double before = method.distance();
    method.steps(10);
    CHECK(method.distance() / before == Approx(std::pow(0.9, 10)).epsilon(1e-10));
  }
}

TEST_CASE("optimistic gradient starts with a gradient step, so it may rise before it falls, by 4/3 at most") {
  Arena here = rotation(1);
  Method method(here, Plugin{"optimistic", {}, ""});
  method.start();
  method.steps(1);
  CHECK(method.distance() == Approx(1 + 0.0625));  // z_{-1} = z_0 and g = 1/4
  for (int k = 0; k < 30; ++k) {
    method.steps(1);
    REQUIRE(method.distance() < 4.0 / 3);
  }
}

TEST_CASE("past extragradient and optimistic gradient leave a rotation just above g = 1 / sqrt(3)") {
  // For g > 1/2 the larger root has |r|^2 = 2 g^2 + g sqrt(4 g^2 - 1): 0.962 at 0.57, 1 at 1 / sqrt(3), 1.014
  // at 0.58.
  Arena here = rotation(1);
  for (const char* name : {"past_extragradient", "optimistic"}) {
    INFO(name);
    Method inside(here, with_step(name, 0.57)), outside(here, with_step(name, 0.58));
    inside.start();
    outside.start();
    inside.steps(500);
    outside.steps(500);
    CHECK(inside.distance() < 1e-6);
    CHECK(outside.distance() > 100);
  }
}
