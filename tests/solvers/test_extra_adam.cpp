// Extra-Adam: stochastic extragradient with scaling = "adam".
#include <cmath>

#include <catch2/catch.hpp>

#include <trivium/core/errors.hpp>
#include <trivium/problems/from_function.hpp>

#include "contract.hpp"
#include "core/allocations.hpp"
#include "noise.hpp"

using namespace trivium;
using namespace trivium::solvers;
using namespace trivium::solvers::testing;

namespace {

/// F(z) = factor (z + 1) from z = 0 on the line, where z + 1 is what has to vanish.
Arena line(double factor, problems::FromFunction::Projection project = {}) {
  return Arena(std::make_unique<problems::FromFunction>(
      1, 2,
      [=](int m, std::span<const double> z, std::span<double> F) {
        F[0] = factor * (z[0] + 1) + (m == 0 ? 1 : -1);  // the workers differ
      },
      std::move(project)));
}

Plugin adam(double step, const Table& more = {}) {
  Table table{{"step", step}, {"scaling", "adam"}};
  for (const Entry& entry : more.entries()) table.set(entry.name, entry.value);
  return {"stochastic_extragradient", table, ""};
}

const Table by_hand{{"beta1", 0.5}, {"beta2", 0.75}, {"epsilon", 1e-12}};

}  // namespace

// F(0) = 1: m = 1/2, v = 1/4, both 1 without their bias, so w = -1/10. F(w) = 9/10: m = 1/4 + 9/20 = 7/10, v
// = 3/16 + 81/400 = 39/100; the weights add up to 1 - 1/4 and 1 - 9/16.
TEST_CASE("the first step by hand: both halves enter the moments") {
  Arena here = line(1);
  Method method(here, adam(0.1, by_hand));
  method.start();
  method.steps(1);
  const double first = -0.1 * (0.7 / 0.75) / std::sqrt(0.39 / 0.4375);
  CHECK(first == Approx(-0.098854).epsilon(1e-5));
  CHECK(method.solver->point().to_host()[0] == Approx(first).epsilon(1e-9));
  // The second iteration: F(z) = 1 + z at z = first.
  const double F = 1 + first, m = 0.35 + F / 2, v = 0.2925 + F * F / 4;
  const double w = first - 0.1 * (m / 0.875) / std::sqrt(v / (1 - 0.75 * 0.75 * 0.75));
  const double G = 1 + w, n = m / 2 + G / 2, u = 0.75 * v + G * G / 4;
  method.steps(1);
  CHECK(method.solver->point().to_host()[0] ==
        Approx(first - 0.1 * (n / (1 - 0.0625)) / std::sqrt(u / (1 - std::pow(0.75, 4)))).epsilon(1e-9));
}

TEST_CASE("the operator's scale does not matter, and without a scale it is extragradient") {
  Arena small = line(1e-3), large = line(1e3);
  Method one(small, adam(0.05, by_hand)), other(large, adam(0.05, by_hand));
  for (Method* method : {&one, &other}) {
    method->start();
    method->steps(40);
  }
  CHECK(one.solver->point().to_host()[0] == Approx(other.solver->point().to_host()[0]).epsilon(1e-6));
  CHECK(one.solver->point().to_host()[0] == Approx(-1).margin(0.1));
  // epsilon = 1e6 outweighs the moments, beta1 = 0 takes the newest estimate: the step is step / epsilon.
  Arena here = line(1);
  Method scaled(here, adam(1e5, {{"beta1", 0}, {"epsilon", 1e6}})),
      plain(here, {"extragradient", {{"step", 0.1}}, ""});
  for (Method* method : {&scaled, &plain}) {
    method->start();
    method->steps(10);
  }
  CHECK(scaled.solver->point().to_host()[0] == Approx(plain.solver->point().to_host()[0]).epsilon(1e-5));
}

TEST_CASE("both halves are projected") {
  Arena here = line(1, [](std::span<double> z) { z[0] = std::max(z[0], -0.3); });
  Method method(here, adam(0.2));
  method.start();
  method.steps(10);
  CHECK(method.solver->point().to_host()[0] == -0.3);
}

TEST_CASE("Extra-Adam keeps the contract of methods, with and without noise") {
  const Table game{{"n", 10}, {"workers", 5}, {"mu", 0.2}, {"samples", 10}};
  Arena here = arena("bilinear", game);
  for (const char* samples : {"fresh", "same"}) {
    const Plugin plugin = adam(0.01, {{"samples", samples}});
    contract::is_reproducible(here, plugin);
    contract::survives_a_restart(here, plugin);
    contract::keeps_the_ledger(problems::catalogue().make({"bilinear", game, ""}, {}), plugin);
    Method straight(here, plugin, 1, additive(0.1, 5));
    straight.start();
    straight.steps(1);
    CHECK(allocations_of([&] { straight.steps(12); }) == 0);
    Method resumed(here, plugin, 1, additive(0.1, 5));
    resumed.load(straight.save());
    straight.steps(20);
    resumed.steps(20);
    CHECK(resumed.solver->point().to_host() == straight.solver->point().to_host());
    CHECK(straight.solver->theory().rate == 1);
  }
}

TEST_CASE("Extra-Adam has no theory, and says so") {
  Arena here = line(1);
  CHECK_THROWS_WITH(Method(here, {"stochastic_extragradient", {{"scaling", "adam"}}, ""}),
                    Catch::Contains("there is no theory for scaling = \"adam\"; give step a number"));
  CHECK_THROWS_WITH(Method(here, adam(0.1, {{"accuracy", 0.1}})),
                    Catch::Contains("accuracy is for theory's step"));
  CHECK_THROWS_AS(Method(here, adam(0.1, {{"beta2", 1.0}})), InputError);
}
