// Methods that take samples themselves: the floors that noise of known correlation gives, and what their
// theory says.
#include <cmath>
#include <set>

#include <catch2/catch.hpp>

#include <trivium/core/errors.hpp>
#include <trivium/solvers/solve.hpp>

#include "noise.hpp"

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
/// F = A z - 1, A = diag(2.1, 0.6, 0.1, ..., 0.1) in 600 dimensions: a gradient that does not say so.
class Bowl final : public problems::Problem {
 public:
  Bowl() : Problem({.dimension = 600, .workers = {}, .affine = true, .has_jacobian = true}) {}
  void evaluate(int m, const Vector& z, Vector& out) override {
    jacobian(m, z, z, false, out);
    for (double& entry : out.span<double>()) entry -= 1;
  }
  void jacobian(int, const Vector&, const Vector& v, bool, Vector& out) override {
    for (std::size_t i = 0; i < 600; ++i)
      out.span<double>()[i] = (i == 0 ? 2.1 : i == 1 ? 0.6 : 0.1) * v.span<double>()[i];
  }
};

double height(const Vector& z) {
  double sum = 0;
  for (const double x : z.to_host()) sum += std::log1p(x * x);
  return sum;
}

const Table finite_sums{{"n", 10}, {"workers", 5}, {"mu", 0.2}, {"samples", 10}};

}  // namespace

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
  // L = 2.1 and mu = 0.1. Above 512 dimensions ell is stated as L^2 / mu = 44.
  Arena wide(std::make_unique<Bowl>());
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
