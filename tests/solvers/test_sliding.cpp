// The methods whose server solves sub-problems around exchanges of F: numbers on reference problem B, and
// what their rules come down to. Expected numbers were computed by an independent program.
#include <catch2/catch.hpp>

#include <trivium/core/errors.hpp>

#include "contract.hpp"

using namespace trivium;
using namespace trivium::solvers;
using namespace trivium::solvers::testing;

namespace {

const Table B{{"workers", 50}, {"similarity", 0.1}};

Table times_theory(double multiple) { return {{"theory", multiple}}; }

/// Iterations, rounds, dense vectors up and local steps to 1e-6 or another distance; means over five seeds.
struct Arrived {
  double iterations = 0, rounds = 0, up = 0, local_steps = 0;
};

Arrived arrive(Arena& here, const Plugin& plugin, double distance = 1e-6, int seeds = 1) {
  Arrived at;
  for (int seed = 1; seed <= seeds; ++seed) {
    Method method(here, plugin, static_cast<std::uint64_t>(seed));
    method.start();
    for (int k = 0; method.distance() > distance && k < 5000; ++k) {
      method.steps(1);
      at.iterations += 1.0 / seeds;
    }
    REQUIRE(method.distance() <= distance);
    const Record totals = method.totals();
    at.rounds += totals.round / seeds;
    at.up += totals.bits_up / here.dense_bits() / seeds;
    at.local_steps += totals.local_steps / seeds;
  }
  return at;
}

std::string sentence_of(Arena& here, const Plugin& plugin) {
  try {
    Method(here, plugin);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE(
    "SMMDS on problem B: 24 iterations to 1e-6, 59 to 1e-12, 463 at twice the step, none at four times") {
  Arena here = arena("bilinear", B);
  const Arrived at = arrive(here, {"smmds", {}, ""});
  CHECK(at.iterations == 24);
  CHECK(at.rounds == 48);
  CHECK(at.up == 48);
  CHECK(arrive(here, {"smmds", {}, ""}, 1e-12).iterations == 59);
  CHECK(arrive(here, {"smmds", {{"step", times_theory(2)}}, ""}, 1e-12).iterations == 463);
  Method twice_over_d1(here, {"smmds", {{"step", times_theory(4)}}, ""});
  twice_over_d1.start();
  twice_over_d1.steps(300);
  CHECK(twice_over_d1.distance() > 1e6);
}

TEST_CASE("extragradient sliding on problem B: iterations and local steps to 1e-6 and 1e-12") {
  Arena here = arena("bilinear", B);
  const auto sliding = [](const Table& more) { return Plugin{"extragradient_sliding", more, ""}; };
  const Arrived at = arrive(here, sliding({}));
  CHECK(at.up == 46);
  CHECK(at.local_steps == 1150);
  const Arrived relative = arrive(here, sliding({{"inner", "relative"}}));
  CHECK(relative.iterations == 26);
  CHECK(relative.local_steps == 754);
  CHECK(arrive(here, sliding({}), 1e-12).iterations == 59);
  CHECK(arrive(here, sliding({{"eta", times_theory(0.5)}}), 1e-12).iterations == 92);
}

TEST_CASE("very similar workers: extragradient sliding keeps its rate with the theory's inner steps") {
  // theta L_1 = 1030, F_1 nearly a rotation: with 4 (1 + theta L_1) inner steps it is at 1e8 after 40
  // iterations.
  Arena here = arena("bilinear", {{"n", 20}, {"sigma_min", 0}, {"similarity", 0.0005}, {"mu", 1e-4}});
  Method method(here, {"extragradient_sliding", {}, ""});
  const Theory stated = method.solver->theory();
  CHECK(stated.step == Approx(1000));
  CHECK(stated.rate == Approx(0.9));
  method.start();
  for (int k = 1; k <= 100; ++k) {
    method.steps(1);
    REQUIRE(method.distance() <= std::pow(stated.rate, k));
  }
}

TEST_CASE("rounds of both fall with the similarity, one for one") {
  const std::vector<double> similarity{0.4, 0.2, 0.1, 0.05, 0.025}, rounds{806, 400, 200, 102, 54};
  for (std::size_t i = 0; i < rounds.size(); ++i) {
    Arena here = arena("bilinear", {{"mu", 0.01}, {"sigma_min", 0}, {"similarity", similarity[i]}});
    CHECK(arrive(here, {"smmds", {}, ""}).rounds == rounds[i]);
    CHECK(arrive(here, {"extragradient_sliding", {}, ""}).rounds == Approx(rounds[i]).margin(6));
  }
}

TEST_CASE("SVOGS on problem B: rounds and dense vectors up to 1e-6") {
  Arena here = arena("bilinear", B);
  const auto svogs = [](double multiple, const Table& inner) {
    Table parameters{{"step", times_theory(multiple)}};
    for (const Entry& entry : inner.entries()) parameters.set(entry.name, entry.value);
    return Plugin{"svogs", parameters, ""};
  };
  const Arrived eight = arrive(here, svogs(8, {}), 1e-6, 5);
  CHECK(eight.iterations == Approx(64).epsilon(0.25));
  CHECK(eight.up == Approx(11.7).epsilon(0.25));
  const Arrived sixteen = arrive(here, svogs(16, {{"inner", "fixed"}, {"inner_steps", 20}}), 1e-6, 5);
  CHECK(sixteen.rounds == Approx(66).epsilon(0.25));
  CHECK(sixteen.up == Approx(11.4).epsilon(0.25));
  // Accurate sub-problems pay here.
  CHECK(arrive(here, svogs(16, {}), 1e-6, 5).rounds < 45);
  CHECK(arrive(here, svogs(1, {}), 1e-6, 5).iterations == Approx(847).epsilon(0.25));
}

TEST_CASE("SVOGS keeps its stated rate on similar workers") {
  Arena here = arena("bilinear", {{"n", 10}, {"workers", 5}, {"mu", 0.2}, {"similarity", 0.1}});
  contract::keeps_its_rate(here, {"svogs", {}, ""});
  contract::keeps_its_rate(here, {"svogs", {{"participants", 2}, {"inner", "exact"}}, ""});
}

TEST_CASE("alone, every one of them takes the exact proximal step") {
  const Table ball{{"type", "l2_ball"}, {"radius", 1.0}};
  for (const Table& sets : {Table{}, Table{{"x_set", ball}}}) {
    Table parameters{{"n", 10}, {"workers", 1}};
    for (const Entry& entry : sets.entries()) parameters.set(entry.name, entry.value);
    Arena here = arena("bilinear", parameters);
    const double g = 2;
    for (const Plugin& plugin :
         std::vector<Plugin>{{"smmds", {{"step", g}, {"inner", "exact"}}, ""},
                             {"extragradient_sliding", {{"step", g}, {"inner", "exact"}}, ""},
                             {"svogs", {{"step", g}, {"inner", "exact"}, {"refresh", 1}}, ""}}) {
      INFO(text_of(plugin));
      Method method(here, plugin);
      method.start();
      Vector before = here.start.like(), F = before.like();
      for (int k = 0; k < 5; ++k) {
        copy(before, method.solver->point());
        method.steps(1);
        // z+ = P(z - g F(z+))
        here.problem->evaluate(0, method.solver->point(), F);
        combine(before, {{1, before}, {-g, F}});
        here.problem->prox(g, before);
        CHECK(squared_distance(before, method.solver->point()) <
              1e-24 * squared_distance(here.solution, here.start));
      }
    }
  }
}

TEST_CASE("H inner steps tend to the exact solution of every sub-problem") {
  // The sub-problem is 1-strongly monotone with a Lipschitz constant of 1 + L_1 < 2.4: a step of
  // extragradient at 1 / (2 (1 + L_1)) multiplies the squared distance to its root by at most 1 - 1 / 4.8,
  // eight of them the distance by 0.4.
  const Table ball{{"type", "l2_ball"}, {"radius", 1.0}};
  for (const Table& sets : {Table{}, Table{{"x_set", ball}}}) {
    Table parameters{{"n", 10}, {"workers", 5}, {"mu", 0.2}, {"similarity", 0.3}};
    for (const Entry& entry : sets.entries()) parameters.set(entry.name, entry.value);
    Arena here = arena("bilinear", parameters);
    for (const auto& [name, common] :
         std::initializer_list<std::pair<const char*, Table>>{{"smmds", {{"step", 1}}},
                                                              {"extragradient_sliding", {{"step", 1}}},
                                                              {"svogs", {{"step", 1}, {"refresh", 0.2}}}}) {
      INFO(name << " on " << to_toml(parameters));
      const auto after = [&](const char* inner, std::int64_t steps) {
        Table all = common;
        all.set("inner", inner);
        all.set("inner_steps", steps);
        Method method(here, {name, all, ""});
        method.start();
        method.steps(10);
        return method.solver->point();
      };
      const Vector exact = after("exact", 1);
      const auto off = [&](std::int64_t H) {
        return std::sqrt(squared_distance(after("fixed", H), exact) / dot(here.solution, here.solution));
      };
      double last = 1e9;
      for (const std::int64_t H : {8, 16, 24, 32, 40}) {
        INFO(H << " steps");
        const double now = off(H);
        CHECK(now < 0.4 * last);
        last = now;
      }
      CHECK(off(400) < 1e-12);
    }
  }
}

TEST_CASE("SVOGS weighs a worker by the times it was drawn") {
  // Equal operators up to a constant: the draws' mean is exact whoever is drawn, unless weights do not add up
  // to one.
  Arena here = arena("bilinear", {{"n", 10}, {"workers", 4}, {"similarity", 0}});
  const auto run = [&](std::uint64_t seed, double& up) {
    Method method(
        here,
        {"svogs",
         {{"step", 2}, {"participants", 3}, {"refresh", 0.1}, {"schedule", "periodic"}, {"inner", "exact"}},
         ""},
        seed);
    method.start();
    method.steps(25);
    up = method.totals().bits_up;
    return method.solver->point().to_host();
  };
  double one = 0, other = 0;
  const std::vector<double> a = run(1, one), b = run(2, other);
  CHECK(one != other);  // numbers of distinct workers
  for (std::size_t i = 0; i < a.size(); ++i) CHECK(a[i] == Approx(b[i]).margin(1e-12));
}

TEST_CASE("SVOGS with float32 values costs half and leaves an error below 1e-12") {
  Arena here = arena("bilinear", B);
  Method wide(here, {"svogs", {{"step", times_theory(8)}}, ""}),
      narrow(here, {"svogs", {{"step", times_theory(8)}, {"values", "float32"}}, ""});
  for (Method* method : {&wide, &narrow}) {
    method->start();
    method->steps(600);
  }
  CHECK(narrow.totals().bits_up == wide.totals().bits_up / 2);
  CHECK(narrow.totals().bits_down == wide.totals().bits_down / 2);
  CHECK(wide.distance() < 1e-18);
  CHECK(narrow.distance() < 1e-12);
  CHECK(narrow.distance() > 1e-18);
}

TEST_CASE("theory of the methods that slide") {
  Arena here = arena("bilinear", B);  // d1 = delta = 0.1, mu = 0.02
  const auto theory = [&](const char* name) { return Method(here, {name, {}, ""}).solver->theory(); };
  CHECK(theory("smmds").step == Approx(5));
  CHECK(theory("smmds").rate == Approx(0.95));
  CHECK(theory("extragradient_sliding").rate == Approx(0.9));
  CHECK(theory("svogs").step == Approx(1 / 3.2));
  // b = min{ sqrt(50), 5 }, p = 1 / 13; 1 - eta mu / (6 (1 - p)) is the larger factor.
  CHECK(theory("svogs").rate == Approx(1 - 0.00625 / (6 * 12.0 / 13)));
  CHECK(theory("svogs").bits_up / here.dense_bits() == Approx(1 - std::pow(0.98, 5) + 1.0 / 13));
  CHECK(theory("svogs").bits_down / here.dense_bits() == Approx(2 * (1 - std::pow(0.98, 5)) + 1.0 / 13));
}

TEST_CASE("what the methods that slide refuse") {
  Arena here = arena("bilinear", {{"n", 10}, {"workers", 4}});
  CHECK(sentence_of(here, {"svogs", {{"participants", 5}}, ""}) ==
        "participants = 5 is more than the 4 workers");
  CHECK_FALSE(sentence_of(here, {"svogs", {{"weight", 0}}, ""}).empty());
  CHECK_FALSE(sentence_of(here, {"svogs", {{"refresh", 1.5}}, ""}).empty());
  CHECK_FALSE(sentence_of(here, {"extragradient_sliding", {{"eta", -1}}, ""}).empty());
  CHECK_FALSE(sentence_of(here, {"smmds", {{"step", 0}}, ""}).empty());
  CHECK_FALSE(sentence_of(here, {"smmds", {{"uplink", "rand_k"}}, ""}).empty());
  for (const char* name : {"smmds", "extragradient_sliding", "svogs"})
    CHECK(sentence_of(here, {name, {}, ""}).empty());
}
