// Methods with local steps: what they coincide with, where they stop, how fast they are on problem C
// (`quadratic_game` with its defaults), what they send, what they refuse.
// The floors are exact fixed points from dense linear algebra, tests/reference/local.py; rounds are those of
// another implementation.
#include <trivium/core/errors.hpp>

#include "masha1.hpp"

using namespace trivium;
using namespace trivium::solvers;
using namespace trivium::solvers::testing;

namespace {

const Table small{{"n", 10}, {"workers", 5}, {"mu", 0.2}, {"samples", 10}};
const Table ball{{"type", "l2_ball"}, {"radius", 1.0}};
const double p_of_C = std::sqrt(0.2 / 2.1441046721);  // sqrt(mu / ell)

Arena problem_C() { return arena("quadratic_game", {{"samples", 10}}); }

Plugin local(const char* name, int K, double step, const char* values = "float64") {
  return {name, {{"local_steps", K}, {"step", step}, {"values", values}}, ""};
}

std::string rejection(Arena& here, const Plugin& plugin) {
  try {
    Method(here, plugin);
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

double distance_after(Arena& here, const Plugin& plugin, std::int64_t iterations) {
  Method method(here, plugin);
  method.start();
  method.steps(iterations);
  return method.distance();
}

/// What is spent until the reported point is within 1e-6, in the mean over seeds.
struct Spent {
  double iterations = 0, rounds = 0, calls = 0;
};
Spent spent_to_1e6(Arena& here, const Plugin& plugin, int seeds) {
  Spent mean;
  for (int seed = 1; seed <= seeds; ++seed) {
    Method method(here, plugin, static_cast<std::uint64_t>(seed));
    method.start();
    std::int64_t k = 0;
    while (method.distance() > 1e-6) {
      REQUIRE(++k < 20000);
      method.steps(1);
    }
    const Record totals = method.totals();
    mean.iterations += static_cast<double>(k) / seeds;
    mean.rounds += static_cast<double>(totals.round) / seeds;
    mean.calls += totals.calls / seeds;
  }
  return mean;
}

/// (1/M) sum |F_m(z*)|^2
double heterogeneity(Arena& here) {
  const int M = here.problem->traits().workers.total;
  Vector F_m = here.start.like();
  double mean = 0;
  for (int m = 0; m < M; ++m) {
    here.problem->evaluate(m, here.solution, F_m);
    mean += dot(F_m, F_m) / M;
  }
  return mean;
}

/// Row m of an entry of the workers.
Vector row_of(Method& method, const char* name, int m) {
  const Archive saved = method.save();
  const Archive::Rows& rows = saved.worker_entries.at(name);
  return Vector(
      std::span(rows.values).subspan(static_cast<std::size_t>(m) * rows.row_length, rows.row_length));
}

}  // namespace

TEST_CASE("with one local step they are gradient, bit for bit") {
  Arena here = arena("bilinear", small);
  for (const char* values : {"float64", "float32"})
    for (const char* name : {"local_sgda", "scaffold_sgda", "fedgda_gt"}) {
      INFO(name << ", " << values);
      Method a(here, local(name, 1, 0.1, values));
      Method b(here, {"gradient", {{"step", 0.1}, {"values", values}}, ""});
      for (int k = 0; k < 50; ++k) {
        a.steps(1);
        b.steps(1);
        REQUIRE(a.solver->point().to_host() == b.solver->point().to_host());
      }
    }
}

TEST_CASE("proxskip that always communicates is gradient up to rounding, with constraints too") {
  for (const Table& set : {Table{{"type", "whole_space"}}, ball}) {
    Arena here =
        arena("bilinear",
              {{"n", 10}, {"workers", 5}, {"mu", 0.2}, {"samples", 10}, {"x_set", set}, {"y_set", set}});
    for (const Plugin& plugin :
         {Plugin{"proxskip_vip", {{"step", 0.1}, {"communication", 1}}, ""},
          Plugin{"lsvrg_proxskip_vip", {{"step", 0.1}, {"communication", 1}, {"batch", 10}}, ""}}) {
      INFO(text_of(plugin));
      Method a(here, plugin), b(here, {"gradient", {{"step", 0.1}}, ""});
      a.start();
      for (int k = 0; k < 100; ++k) {
        a.steps(1);
        b.steps(1);
        REQUIRE(squared_distance(a.solver->point(), b.solver->point()) <
                1e-27 * dot(here.solution, here.solution));
      }
      CHECK(a.network.round() == 100);
    }
  }
}

TEST_CASE("with one worker and no communication the local steps are those of the worker alone") {
  // M = 1: K local steps of gradient and of extragradient are K steps of the method.
  Arena here = arena("quadratic_game", {{"n", 5}, {"workers", 1}});
  for (const auto& [name, plain] : {std::pair{"local_sgda", "gradient"},
                                    {"local_extragradient", "extragradient"},
                                    {"fedgda_gt", "gradient"}}) {
    INFO(name);
    Method a(here, local(name, 7, 0.1)), b(here, {plain, {{"step", 0.1}}, ""});
    a.steps(3);
    b.steps(21);
    CHECK(squared_distance(a.solver->point(), b.solver->point()) < 1e-27 * dot(here.solution, here.solution));
    CHECK(a.totals().calls == b.totals().calls);
  }
}

TEST_CASE("local steps without correction stop at their fixed point, which quarters with the step") {
  Arena C = problem_C();
  struct Floor {
    const char* name;
    int K;
    double g, exact;
  };
  for (const auto& [name, K, g, exact] :
       {Floor{"local_sgda", 5, 0.1, 6.868689e-05}, Floor{"local_sgda", 5, 0.05, 1.782623e-05},
        Floor{"local_sgda", 5, 0.025, 4.542495e-06}, Floor{"local_sgda", 20, 0.1, 1.060314e-03},
        Floor{"local_sgda", 20, 0.05, 3.197795e-04}, Floor{"local_sgda", 20, 0.025, 9.045982e-05},
        Floor{"local_extragradient", 1, 0.1, 1.968813e-05},
        Floor{"local_extragradient", 1, 0.05, 4.773232e-06},
        Floor{"local_extragradient", 5, 0.1, 1.370983e-04},
        Floor{"local_extragradient", 5, 0.05, 3.760722e-05},
        Floor{"local_extragradient", 5, 0.025, 9.885643e-06},
        Floor{"local_extragradient", 20, 0.1, 1.175969e-03},
        Floor{"local_extragradient", 20, 0.05, 3.656912e-04}}) {
    INFO(name << ", K = " << K << ", g = " << g);
    const double found = distance_after(C, local(name, K, g), static_cast<std::int64_t>(100 / (K * g)));
    CHECK(found == Approx(exact).epsilon(1e-5));  // the digits given
  }
}

TEST_CASE("the bound of local_sgda holds from the start to its floor") {
  // At a hundredth of the theory step the floor of the bound is 1.8e-5, and 0.18 at the step itself.
  Arena C = problem_C();
  const double square = squared_distance(C.start, C.solution), s = heterogeneity(C) / square;
  const double L_max = C.constants.get(problems::Which::L_max).value, mu = 0.2;
  for (const double multiple : {0.01, 0.1, 1.0}) {
    INFO(multiple << " times the theory step");
    Method method(C, {"local_sgda", {{"step", Table{{"theory", multiple}}}}, ""});
    const double g = method.solver->theory().step_used;
    const double floor = 4 * std::pow(g * 4 * L_max / mu, 2) * s;
    CHECK(floor < 0.2);
    double decay = 1;
    for (int k = 1; k <= 5000; ++k) {
      method.steps(1);
      decay *= 1 - g * 5 * mu / 2;
      REQUIRE(method.distance() <= decay + floor);
    }
  }
}

TEST_CASE("the theory steps are those of the theorems") {
  // On problem C: ell = 2.1441 < L^2 / mu, L_max = 1.4718, least mu_m = 0.13121, by dense linear algebra.
  Arena C = problem_C();
  const double ell = 2.1441046721, L_max = C.constants.get(problems::Which::L_max).value;
  const double mu_min = 0.1312142687, drift = L_max * std::sqrt(ell / 0.2);
  CHECK(L_max == Approx(1.4718).epsilon(1e-4));
  const auto theory = [&](const char* name, const Table& parameters) {
    return Method(C, {name, parameters, ""}).solver->theory();
  };
  CHECK(theory("local_sgda", {}).step == Approx(1 / (5 * ell + 12 * drift)));
  CHECK(theory("local_sgda", {{"local_steps", 1}}).step == Approx(1 / ell));
  CHECK(theory("local_extragradient", {}).step == Approx(1 / (21 * 5 * L_max)));
  const Theory scaffold = theory("scaffold_sgda", {{"local_steps", 20}});
  CHECK(scaffold.step == Approx(1 / (20 * ell + 76 * drift)));
  CHECK(scaffold.rate == Approx(1 - 0.75 * scaffold.step * 20 * 0.2));
  const Theory tracking = theory("fedgda_gt", {});
  CHECK(tracking.step == Approx(1 / (5 * ell + 12 * drift)));
  CHECK(tracking.rate == Approx(1 - tracking.step * 5 * 0.2));
  const Theory skip = theory("proxskip_vip", {});
  CHECK(skip.step == Approx(1 / ell));
  CHECK(skip.rate == Approx(1 - mu_min / ell));
  CHECK(skip.bits_up == Approx(std::sqrt(mu_min / ell) * C.dense_bits()));
  CHECK(theory("proxskip_vip", {{"communication", 0.1}}).rate == Approx(1 - 0.01));
  // Batches of 5 of 10 summands: v = M L_loc^2 (1/9).
  const double L_loc = C.constants.get(problems::Which::L_loc).value;
  CHECK(theory("lsvrg_proxskip_vip", {}).step == Approx(1 / (ell + 6 * 8 * L_loc * L_loc / mu_min)));
  CHECK(theory("lsvrg_proxskip_vip", {{"batch", 5}}).step ==
        Approx(1 / (ell + 6 * 8 * L_loc * L_loc / 9 / mu_min)));
  CHECK(theory("lsvrg_proxskip_vip", {{"batch", 10}}).step == Approx(1 / ell));
}

TEST_CASE("corrected local steps reach the solution of problem C in the rounds that another program needs") {
  Arena C = problem_C();
  const Spent scaffold = spent_to_1e6(C, local("scaffold_sgda", 20, 0.1), 1);
  CHECK(scaffold.rounds == 15);
  CHECK(scaffold.calls == 15 * 20);
  const Spent tracking = spent_to_1e6(C, local("fedgda_gt", 20, 0.1), 1);
  CHECK(tracking.iterations == 15);
  CHECK(tracking.rounds == 30);
  CHECK(tracking.calls == 15 * 20);
  CHECK(distance_after(C, local("scaffold_sgda", 20, 0.1), 100) < 1e-24);
  CHECK(distance_after(C, local("fedgda_gt", 20, 0.1), 100) < 1e-24);
}

TEST_CASE("proxskip needs 17 rounds on problem C where gradient needs 60") {
  // 60 local steps at g = 1 / ell either way.
  Arena C = problem_C();
  const double g = 1 / 2.1441046721;
  const Spent always = spent_to_1e6(C, {"proxskip_vip", {{"communication", 1}, {"step", g}}, ""}, 1);
  CHECK(always.rounds == Approx(60).epsilon(0.02));
  const Plugin skipping{"proxskip_vip", {{"communication", p_of_C}, {"step", g}}, ""};
  const Spent skip = spent_to_1e6(C, skipping, 20);
  INFO(skip.rounds << " rounds, " << skip.iterations << " local steps");
  CHECK(skip.rounds == Approx(17).epsilon(0.25));
  CHECK(skip.iterations == Approx(60).epsilon(0.25));
  CHECK(skip.calls == Approx(skip.iterations));
  CHECK(distance_after(C, skipping, 400) < 1e-12);
  const Plugin batches{"lsvrg_proxskip_vip", {{"communication", p_of_C}, {"step", 0.3}}, ""};
  CHECK(distance_after(C, batches, 1000) < 1e-12);
}

TEST_CASE("scaffold leaves problem A at K = 5, g = 0.1 and comes nearer at g = 0.02") {
  Arena A = arena("bilinear", {});
  CHECK(distance_after(A, local("scaffold_sgda", 5, 0.1), 3000) > 1e6);
  const double early = distance_after(A, local("scaffold_sgda", 5, 0.02), 1000);
  const double late = distance_after(A, local("scaffold_sgda", 5, 0.02), 2000);
  CHECK(early < 1);
  CHECK(late < 0.5 * early);
}

TEST_CASE("the Lyapunov functions of scaffold and proxskip fall by their rates, shifts included") {
  Arena here = arena("bilinear", small);
  const double square = squared_distance(here.start, here.solution), mu = 0.2;
  const double L_max = here.constants.get(problems::Which::L_max).value;
  Vector F_m = here.start.like();
  const auto error_of = [&](Method& method, const char* name, const Vector& at) {
    double mean = 0;
    for (int m = 0; m < 5; ++m) {
      here.problem->evaluate(m, at, F_m);
      mean += squared_distance(row_of(method, name, m), F_m) / 5;
    }
    return mean / square;
  };
  for (const int K : {2, 5, 20}) {
    INFO("K = " << K);
    Method method(here, {"scaffold_sgda", {{"local_steps", K}}, ""});
    const Theory theory = method.solver->theory();
    const double w = 7.5 / mu * std::pow(1 - 1.0 / K, 2) * std::pow(theory.step_used * K, 3) * L_max * L_max;
    const auto lyapunov = [&] {
      return method.distance() + w * error_of(method, "c_m", method.solver->point());
    };
    double before = lyapunov();
    for (int k = 0; k < 200; ++k) {
      method.steps(1);
      const double now = lyapunov();
      REQUIRE(now <= before * theory.rate);
      before = now;
    }
  }

  std::vector<std::unique_ptr<Method>> methods;
  for (int seed = 1; seed <= 20; ++seed)
    methods.push_back(std::make_unique<Method>(here, Plugin{"proxskip_vip", {}, ""}, seed));
  const Theory theory = methods[0]->solver->theory();
  const double p = theory.bits_up / here.dense_bits(), weight = std::pow(theory.step_used / p, 2);
  const auto mean_lyapunov = [&] {
    double mean = 0;
    for (const auto& method : methods) {
      mean += weight * error_of(*method, "h_m", here.solution) / 20;
      for (int m = 0; m < 5; ++m) mean += method->distance_of(row_of(*method, "z_m", m)) / 100;
    }
    return mean;
  };
  double bound = mean_lyapunov();
  CHECK(bound > 1.001);
  for (int k = 1; k <= 300; ++k) {
    for (const auto& method : methods) method->steps(1);
    bound *= theory.rate;
    REQUIRE(mean_lyapunov() <= bound);
  }
}

TEST_CASE("scaffold's controls are the mean operators along the walk, and c is their mean") {
  Arena here = arena("bilinear", small);
  for (const char* values : {"float64", "float32"}) {
    Method method(here, local("scaffold_sgda", 4, 0.02, values));
    method.steps(30);
    const Vector before = method.solver->point();
    method.steps(1);
    Vector c = here.start.like(), mean = c, implied = c;
    c.assign(method.save().common_entries.at("c"));
    for (int m = 0; m < 5; ++m) combine(mean, {{1, mean}, {0.2, row_of(method, "c_m", m)}});
    combine(implied, {{1 / (4 * 0.02), before}, {-1 / (4 * 0.02), method.solver->point()}});
    const double rounding = std::string(values) == "float64" ? 1e-26 : 1e-13;
    CHECK(squared_distance(c, mean) < rounding * dot(row_of(method, "c_m", 0), row_of(method, "c_m", 0)));
    CHECK(squared_distance(c, implied) < 1e-24 * dot(before, before));
  }
}

TEST_CASE("proxskip sends nothing in a skipped iteration, and its point is the last common one") {
  Arena here = arena("bilinear", small);
  const double dense = here.dense_bits();
  for (const char* name : {"proxskip_vip", "lsvrg_proxskip_vip"}) {
    INFO(name);
    Method method(here, {name, {{"communication", 0.25}, {"step", 0.02}}, ""});
    method.start();
    CHECK(method.totals().bits_up == 0);
    const int N = 2000;
    double bits = 0;
    for (int k = 0; k < N; ++k) {
      const std::vector<double> before = method.solver->point().to_host();
      const std::uint64_t round = method.network.round();
      method.steps(1);
      const double now = method.totals().bits_up;
      const bool met = now > bits;
      REQUIRE(now - bits == (met ? dense : 0));
      REQUIRE(method.network.round() - round == (met ? 1 : 0));
      REQUIRE((method.solver->point().to_host() == before) == !met);
      bits = now;
    }
    CHECK(std::abs(bits / dense - 0.25 * N) < 5 * std::sqrt(0.25 * 0.75 * N));
    CHECK(method.totals().bits_down == bits);
  }
}

TEST_CASE("between two exchanges every iteration has a batch and a coin of its own") {
  // p = 1e-9: no exchange, so that the round never changes; 0.3 of the iterations renew w_m all the same.
  Arena here = arena("bilinear", small);
  Method method(here, {"lsvrg_proxskip_vip", {{"communication", 1e-9}, {"step", 0.001}, {"batch", 3}}, ""});
  method.start();
  const int N = 1000;
  method.steps(N);
  CHECK(method.network.round() == 0);
  for (int m = 0; m < 5; ++m) {
    const double renewals = static_cast<double>(method.network.ledger().of(m).calls) - 1;
    CHECK(std::abs(renewals - 0.3 * N) < 5 * std::sqrt(0.3 * 0.7 * N));
    CHECK(method.network.ledger().of(m).samples == 2 * 3 * N);
  }
}

TEST_CASE("what a method with local steps cannot use is refused in a sentence") {
  Arena bounded = arena("bilinear", {{"n", 10}, {"workers", 5}, {"x_set", ball}, {"y_set", ball}});
  Arena flat = arena("bilinear", {{"n", 10}, {"workers", 5}, {"mu", 0.0}, {"samples", 10}});
  for (const char* name : {"local_sgda", "local_extragradient", "scaffold_sgda", "fedgda_gt"})
    CHECK(
        rejection(bounded, {name, {}, ""}) ==
        fmt::format("{}: nothing is proven for problems with constraints; use proxskip_vip or extragradient "
                    "for them",
                    name));
  for (const char* name : {"local_sgda", "scaffold_sgda", "fedgda_gt"}) {
    CHECK(rejection(flat, {name, {}, ""}) ==
          fmt::format("{}: the theory step needs a strongly monotone operator (mu > 0), and this one is not; "
                      "give step a number or use extragradient",
                      name));
    CHECK(rejection(flat, {name, {{"step", 0.01}}, ""}) == "accepted");
  }
  CHECK(rejection(flat, {"local_extragradient", {}, ""}) == "accepted");
  for (const char* name : {"proxskip_vip", "lsvrg_proxskip_vip"}) {
    const std::string sentence = fmt::format(
        "{}: theory needs every worker's operator to be strongly monotone and cocoercive, and one is not; "
        "give step and communication as numbers or use masha1",
        name);
    CHECK(rejection(flat, {name, {}, ""}) == sentence);
    CHECK(rejection(flat, {name, {{"step", 0.01}}, ""}) == sentence);
    CHECK(rejection(flat, {name, {{"step", 0.01}, {"communication", 0.5}}, ""}) == "accepted");
  }
  CHECK(rejection(bounded, {"lsvrg_proxskip_vip", {}, ""}) ==
        "lsvrg_proxskip_vip needs operators that are finite sums, and the one of worker 0 is not");
  CHECK(rejection(flat, local("local_sgda", 0, 0.1)).find("local_steps") != std::string::npos);
}
