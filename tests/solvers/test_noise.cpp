// Methods on noisy operators: samples and calls in the ledger, restarts, and the numbers that noise of known
// correlation gives.
#include <cmath>
#include <set>

#include <catch2/catch.hpp>

#include <trivium/core/errors.hpp>
#include <trivium/solvers/solve.hpp>

#include "core/allocations.hpp"
#include "io/folder.hpp"
#include "noise.hpp"
#include "variants.hpp"

using namespace trivium;
using namespace trivium::solvers;
using namespace trivium::solvers::testing;

namespace {

/// F = grad f, f = sum_i log(1 + x_i^2): f'' is between -1/4 and 2, negative where |x_i| > 1. From x = (5,
/// ..., 5).
class Valley final : public problems::Problem {
 public:
  Valley() : Problem(shape()) {}
  void evaluate(int, const Vector& z, Vector& out) override {
    std::vector<double> x = z.to_host();
    for (double& entry : x) entry = 2 * entry / (1 + entry * entry);
    out.assign(x);
  }
  problems::Known known() const override {
    using problems::Which;
    problems::Known known;
    for (const auto& [which, value] : {std::pair{Which::L, 2.0},
                                       {Which::L_rms, 2.0},
                                       {Which::mu, -0.25},
                                       {Which::ell, std::numeric_limits<double>::infinity()}})
      known.constants[which] = {value, Origin::known, "f'' in closed form"};
    known.solution = std::vector<double>(4, 0);
    known.start = std::vector<double>(4, 5);
    return known;
  }

 private:
  static problems::Traits shape() {
    problems::Traits traits;
    traits.dimension = 4;
    return traits;
  }
};
double height(const Vector& z) {
  double sum = 0;
  for (const double x : z.to_host()) sum += std::log1p(x * x);
  return sum;
}

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

TEST_CASE("the floor of sgd is that of an autoregression driven by its chain") {
  // z_i+ = c z_i - g sigma xi v_i, c = 1 - g a_i, E xi xi_k = r^k: E z_i^2 = (g sigma v_i)^2 / (1 - c^2)
  // (1 + c r) / (1 - c r). With r = 1 - 1/tau and sigma = 0.1 the sums are 5.551e-5, 3.797e-4 and 1.563e-3 of
  // |x*|^2.
  Arena here = hill();
  const double g = 0.02, sigma = 0.1, start = squared_distance(here.start, here.solution);
  for (const auto& [tau, expected] : {std::pair{1.0, 5.551e-5}, {4.0, 3.797e-4}, {16.0, 1.5635e-3}}) {
    double exact = 0;
    for (int i = 0; i < 10; ++i) {
      const double c = 1 - g * (0.1 + 0.1 * i), r = 1 - 1 / tau;
      exact += g * g * sigma * sigma / 10 / (1 - c * c) * (1 + c * r) / (1 - c * r) / start;
    }
    CHECK(exact == Approx(expected).epsilon(1e-3));
    const double found = floor_of(here, {"sgd", {{"step", g}}, ""}, additive(sigma, tau), 5000, 1000000);
    INFO("tau = " << tau);
    CHECK(found == Approx(exact).epsilon(0.08));  // about three standard deviations
  }
}

TEST_CASE("independent workers divide the floor by their number") {
  Arena one = arena("quadratic", {{"n", 10}}), four = arena("quadratic", {{"n", 10}, {"workers", 4}});
  const Plugin sgd{"sgd", {{"step", 0.02}}, ""};
  const double alone = floor_of(one, sgd, additive(0.1, 4), 5000, 500000);
  const double together = floor_of(four, sgd, additive(0.1, 4), 5000, 500000);
  CHECK(alone / together == Approx(4).epsilon(0.15));
}

TEST_CASE("a theory step with an accuracy ends below it") {
  Arena function = hill();
  Arena game = arena("bilinear", {{"n", 5}, {"mu", 0.1}, {"workers", 2}});
  const double e = 0.01;
  for (const char* name : {"sgd", "randomized_gradient", "stochastic_extragradient",
                           "randomized_extragradient", "randomized_accelerated_gradient"})
    for (const double tau : {1.0, 8.0}) {
      Arena& here = std::string(name).find("extra") != std::string::npos ? game : function;
      const Plugin plugin{name, {{"accuracy", e}}, ""};
      const double scale = squared_distance(here.start, here.solution);
      const double found = scale * floor_of(here, plugin, additive(0.1, tau), 30000, 100000);
      INFO(name << ", tau = " << tau);
      CHECK(found < e);
      CHECK(found > e / 15);  // and wastes little
    }
  // e M mu / (tau sigma^2) for M = 2 and tau = 8, and less than the step without an accuracy.
  const Method method(game, {"stochastic_extragradient", {{"accuracy", 0.001}}, ""}, 1, additive(0.1, 8));
  CHECK(method.solver->theory().step == Approx(0.001 * 2 * 0.1 / (8 * 0.01)));
  // M mu / (2 tau growth^2) for noise that grows.
  const Method growth(function, {"sgd", {}, ""}, 1, growing(0.1, 0.5, 16));
  CHECK(growth.solver->theory().step == Approx(0.1 / (2 * 16 * 0.25)));
}

TEST_CASE("randomized accelerated gradient needs as many iterations as its roots say") {
  // kappa = 1000, gamma = 3 / (4 L): 241, 479 and 955 iterations for p = 1, 1/2 and 1/4 in an independent
  // program, gradient steps of 1 / L 6072.
  Arena here = hill(0.001);
  const auto iterations = [&](const Plugin& plugin) {
    Method method(here, plugin);
    method.start();
    int k = 0;
    for (; method.distance() > 1e-6; ++k) method.steps(1);
    return k;
  };
  for (const auto& [p, expected] : {std::pair{1.0, 241}, {0.5, 479}, {0.25, 955}})
    CHECK(iterations({"randomized_accelerated_gradient", {{"p", p}}, ""}) == expected);
  CHECK(iterations({"sgd", {}, ""}) == 6072);
}

TEST_CASE("randomized accelerated gradient knows a gradient by its Jacobians where ell is only a bound") {
  // Least squares in 600 dimensions, lambda = 0.1: rows 2 e_0 and e_1 make A = diag(2, 0.5, 0, ...) + 0.1, so
  // L = 2.1 and mu = 0.1. Above 512 dimensions ell is stated as L^2 / mu = 44.
  const Folder folder;
  Arena wide = arena("regression", {{"file", folder.write("rows", "1 1:2\n-1 2:1\n")},
                                    {"features", 600},
                                    {"loss", "squares"},
                                    {"workers", 1},
                                    {"lambda", 0.1}});
  REQUIRE(wide.constants.get(problems::Which::ell).value > 40);
  Method method(wide, {"randomized_accelerated_gradient", {}, ""});
  CHECK(method.solver->theory().step == Approx(3 / (4 * 2.1)).epsilon(1e-6));
  method.start();
  method.steps(200);
  CHECK(method.distance() < 1e-8);
}

TEST_CASE("randomized accelerated gradient's theory sets p, B and M") {
  Arena here = hill();
  const auto theory = [&](const Noise& noise, const Table& parameters) {
    return Method(here, {"randomized_accelerated_gradient", parameters, ""}, 1, noise);
  };
  // p = 1: beta = sqrt(4 mu gamma / 3) = sqrt(0.1) = 0.316, M = 1 + 2 / beta = 7.32, rounded up 8: three
  // levels of B = 3, so 3 (3 + 1/8) samples. b = 4: B = ceil(11.49) = 12.
  for (const auto& [b, expected] : {std::pair{1, 9.375}, {4, 37.5}}) {
    Method method = theory(additive(0.1, 4), {{"b", b}});
    method.start();
    method.steps(20000);
    CHECK(method.totals().samples / 20000 ==
          Approx(expected).margin(5 * expected / 3 * std::sqrt(16.0 / 20000)));
  }
  // p = 1 / (1 + tau (growth / mu)^2) = 1/5 for tau = 4, growth = mu: one step from the start is p gamma G.
  Method method = theory(growing(1e-9, 0.1, 4), {{"step", 0.5}, {"estimator", "single"}});
  Method half = theory(growing(1e-9, 0.1, 4), {{"step", 0.5}, {"estimator", "single"}, {"p", 0.4}});
  CHECK(half.solver->theory().step == method.solver->theory().step);
  const double eta = std::sqrt(3 / (0.1 * 0.5));
  method.start();
  half.start();
  method.steps(1);
  half.steps(1);
  // From x = x_f = x_g = 0: x+ = eta x_f+, x_f+ = -p gamma G, the same G.
  CHECK(norm(half.solver->point()) / norm(method.solver->point()) == Approx(2));
  CHECK(norm(method.solver->point()) > 0.05 * eta * 0.5 * 0.2);
}

TEST_CASE("randomized gradient descends where the function is not convex") {
  Arena valley(std::make_unique<Valley>());
  const auto slope = [&](const Vector& z) {
    Vector F = z.like();
    valley.problem->evaluate(0, z, F);
    return dot(F, F);
  };
  // Step 1 / L, and without noise f falls by at least (g / 2) |F|^2.
  Method exact(valley, {"randomized_gradient", {}, ""});
  CHECK(exact.solver->theory().step == 0.5);
  CHECK(exact.solver->theory().rate == 1);
  exact.start();
  for (int k = 0; k < 60; ++k) {
    const double f = height(exact.solver->point()), gradient = slope(exact.solver->point());
    exact.steps(1);
    REQUIRE(height(exact.solver->point()) <= f - 0.25 * gradient + 1e-12);
  }
  CHECK(slope(exact.solver->point()) < 1e-12);
  // With noise the mean of |F|^2 over N steps is at most 2 f(z0) / (g N) + |b|^2 + g L V: for g = 0.05 and
  // tau = 4 cap 10, that is 3 levels, and B = 4, V <= 1.3 tau sigma^2 3 / B = 0.039, |b|^2 <= 2 tau sigma^2 /
  // (8 B).
  const double g = 0.05, steps = 20000, f = height(valley.start);
  Method noisy(valley, {"randomized_gradient", {{"step", g}}, ""}, 1, additive(0.1, 4));
  CHECK_THAT(noisy.solver->theory().rule, Catch::Contains("batch 4, cap 10"));
  noisy.start();
  double mean = 0;
  for (int k = 0; k < steps; ++k) {
    mean += slope(noisy.solver->point()) / steps;
    noisy.steps(1);
  }
  const double bound = 2 * f / (g * steps) + 2 * 4 * 0.01 / 32 + g * 2 * 0.039;
  CHECK(mean < bound);
  CHECK(mean > bound / 10);
  CHECK(height(noisy.solver->point()) < 0.01 * f);
  CHECK(noisy.totals().samples / steps == Approx(4 * 3.125).epsilon(0.05));
}

TEST_CASE("mag starts with a step of length D, and its steps shrink with what it has seen") {
  Arena here = hill();
  Method method(here, {"mag", {{"step", 0.5}}, ""}, 1, additive(0.1, 4));
  method.start();
  method.steps(1);
  CHECK(norm(method.solver->point()) == Approx(0.5));
  CHECK(Method(here, {"mag", {}, ""}).solver->theory().step ==
        Approx(std::sqrt(squared_distance(here.start, here.solution))));
  // Where no solution is stated, |F(z_0)| / mu, which is above.
  struct Untold final : problems::Problem {
    explicit Untold(std::unique_ptr<problems::Problem> given)
        : Problem(given->traits()), inner(std::move(given)) {}
    void evaluate(int m, const Vector& z, Vector& out) override { inner->evaluate(m, z, out); }
    void jacobian(int m, const Vector& z, const Vector& v, bool transposed, Vector& out) override {
      inner->jacobian(m, z, v, transposed, out);
    }
    std::unique_ptr<problems::Problem> inner;
  };
  Arena untold(std::make_unique<Untold>(problems::catalogue().make({"quadratic", {}, ""}, {})));
  Vector F = untold.start.like();
  untold.problem->evaluate(0, untold.start, F);
  CHECK(Method(untold, {"mag", {}, ""}).solver->theory().step == Approx(norm(F) / 0.1).epsilon(1e-5));
}

TEST_CASE("mirror descent reports the mean of its points, weighted by the steps") {
  // F(x) = a (x - x*) in one dimension, a = 1: from 0 with alpha = 0.5 the points are 0, 0.5 x*, x* (1 - 0.5
  // (1 - 0.5 / sqrt 2)), ...
  Arena here = arena("quadratic", {{"n", 1}, {"mu", 1.0}});
  Method method(here, {"mirror_descent", {{"step", 0.5}}, ""});
  method.start();
  double x = 0, sum = 0, weights = 0;
  for (int k = 0; k < 10; ++k) {
    const double alpha = 0.5 / std::sqrt(k + 1.0);
    sum += alpha * x;
    weights += alpha;
    x -= alpha * (x - 1);
    method.steps(1);
    REQUIRE(method.solver->point().to_host()[0] == Approx(sum / weights).epsilon(1e-13));
  }
}

TEST_CASE("a mistake in a stochastic method is one sentence") {
  Arena game = arena("bilinear", finite_sums),
        flat = arena("bilinear", {{"n", 4}, {"workers", 2}, {"mu", 0.0}});
  const Noise noise = additive(0.1, 2);
  CHECK_THROWS_WITH(Method(game, {"sgd", {{"estimator", "mlmc"}}, ""}, 1, noise),
                    "mlmc.batch = \"theory\", but the method has no theory for it; give a number");
  CHECK_THROWS_WITH(Method(flat, {"randomized_extragradient", {}, ""}, 1, noise),
                    Catch::Contains("but the method has no theory for it; give a number"));
  CHECK_THROWS_WITH(Method(flat, {"stochastic_extragradient", {{"accuracy", 0.1}}, ""}, 1, noise),
                    "accuracy needs a strongly monotone operator, found mu = 0; give step a number");
  CHECK_THROWS_WITH(
      Method(game, {"randomized_accelerated_gradient", {}, ""}),
      Catch::Contains("minimises convex functions") && Catch::Contains("use randomized_extragradient"));
  CHECK_THROWS_WITH(Method(flat, {"randomized_accelerated_gradient", {}, ""}),
                    Catch::Contains("needs a strongly convex function, found mu = 0"));
  CHECK_THROWS_WITH(
      Method(game, {"sgd", {{"accuracy", 0.1}}, ""}, 1,
             Noise{{"additive", {{"chain", Table{{"type", "two_state"}, {"switching", 1.0}}}}, ""}}),
      "the chain never forgets, its relaxation time is infinite; give step a number");
  // A periodic chain sets no p where its noise does not grow, and none can be found where it does.
  Arena function = hill();
  const Plugin rasgd{"randomized_accelerated_gradient", {}, ""},
      accurate{"randomized_accelerated_gradient", {{"accuracy", 0.1}}, ""};
  Method finite(function, rasgd, 1, additive(0.1, 0.5));
  finite.start();
  finite.steps(100);
  CHECK(finite.distance() < 0.1);
  CHECK_THROWS_WITH(Method(function, rasgd, 1, growing(0.1, 0.1, 0.5)),
                    "the chain never forgets, its relaxation time is infinite; give p a number");
  CHECK_THROWS_WITH(Method(function, accurate, 1, additive(0.1, 0.5)),
                    "the chain never forgets, its relaxation time is infinite; give step a number");
  const Plugin single{"single", {}, ""}, sgd{"sgd", {}, ""};
  CHECK_THROWS_WITH(
      make(sgd,
           {*game.problem, game.network, game.constants, game.start, nullptr, &noise.oracle, &single, {}}),
      "sgd chooses its samples itself; give it its own parameter estimator");
}

TEST_CASE("theory steps stay where the noise picks summands that differ much") {
  // rho = 1 on a game with mu = 0.1: at the steps of exact operators, 0.56 and 0.5, both lead away.
  Arena here =
      arena("bilinear", {{"n", 10}, {"workers", 4}, {"mu", 0.1}, {"samples", 10}, {"sample_spread", 1.0}});
  const Plugin rows{"sampled", {{"chain", Table{{"type", "lazy"}, {"hold", 0.95}}}}, ""};
  const double growth = here.constants.get(problems::Which::L_loc).value;
  for (const char* name : {"randomized_extragradient", "stochastic_extragradient"}) {
    INFO(name);
    mpi::Network network(here.transport, here.problem->traits().workers, here.start, 1);
    const auto method =
        make({name, {}, ""},
             {*here.problem, network, here.constants, here.start, &here.solution, &rows, nullptr, {}});
    CHECK(method->theory().step == Approx(4 * 0.1 / (2 * 20 * growth * growth)).epsilon(1e-9));
    method->start();
    for (int k = 0; k < 4000; ++k) method->step();
    CHECK(squared_distance(method->point(), here.solution) < squared_distance(here.start, here.solution));
  }
}
