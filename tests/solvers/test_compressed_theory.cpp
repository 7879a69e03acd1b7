// The theory of the methods with a compressed uplink: steps, rates, a Lyapunov function, and what they
// refuse.
#include "compressed.hpp"

using namespace trivium;
using namespace trivium::solvers;
using namespace trivium::solvers::testing;

TEST_CASE("the theory steps are those of the theorems") {
  // bilinear, n = 10: L^2 = 1.04 and mu = 0.2, so that l = L^2 / mu = 5.2 and l_M = L_rms^2 / mu: every F_m
  // has ell = L_m^2 / mu, and the largest is above both. RandK with 2 of 20: omega = 9, A = 9 / 5.
  Arena here = arena("bilinear", small);
  const double mu = 0.2, l = 5.2, L_rms = here.constants.L_rms(), l_M = L_rms * L_rms / mu, A = 1.8;
  const auto step = [&](const char* name, const Table& parameters) {
    return theory_of(here, {name, parameters, ""}).step;
  };
  CHECK(step("qsgda", {}) == Approx(1 / (l + 2 * A * l_M)));
  CHECK(step("qsgda", {{"uplink", identity}}) == Approx(1 / l));
  CHECK(step("compressed_extragradient", {}) == Approx(mu / (16 * A * L_rms * L_rms)));
  CHECK(step("diana_sgda", {}) == Approx(1 / (l + 6 * A * l_M)));
  // Batches of 1 of 10, L_loc^2 = 0.1^2 / 2: v = L_loc^2.
  CHECK(step("vr_diana_sgda", {}) == Approx(1 / (l + 6 * A * l_M + 6 * (0.2 + 5 * A) * 0.005 / mu)));
  CHECK(step("vr_diana_sgda", {{"batch", 10}}) == Approx(1 / (l + 6 * A * l_M)));

  // g + a g^2 = 1 / (3 l)
  const auto root = [&](double p, double K) {
    const double a = 4 * K / (mu * p);
    return (std::sqrt(1 + 4 * a / (3 * l)) - 1) / (2 * a);
  };
  const double p = 2 * (64 + 5) / here.dense_bits();
  CHECK(step("marina_sgda", {}) == Approx(root(p, (1 - p) * A * L_rms * L_rms)));
  CHECK(step("marina_sgda", {{"refresh", 1}}) == Approx(1 / (3 * l)));
  CHECK(step("marina_sgda", {{"refresh", 1e-4}, {"uplink", identity}}) == Approx(1e-4 / (4 * mu)));
  // delta = 2: q = sqrt(1/2)
  const double q = std::sqrt(0.5);
  CHECK(step("ef21_sgda", {{"uplink", unscaled_rand_k(0.5)}}) ==
        Approx(root(1 - q, 0.5 / (1 - q) * L_rms * L_rms)));

  // On problem C the F_m are better than strong monotonicity says: ell = 2.1441, L^2 / mu = 10. NumPy found
  // ell by dense linear algebra.
  Arena C = problem_C();
  CHECK(theory_of(C, {"diana_sgda", {}, ""}).step == Approx(1 / (2.1441046721 * (1 + 6 * 9.0 / 8))));
  CHECK(theory_of(C, {"qsgda", {}, ""}).step == Approx(1 / (2.1441046721 * (1 + 2 * 9.0 / 8))));
}

TEST_CASE("a rate is stated for the theorem's alpha, and slow shifts slow it down") {
  Arena C = problem_C();
  const auto rate = [&](const Table& parameters) {
    return theory_of(C, {"diana_sgda", parameters, ""}).rate;
  };
  const double g = theory_of(C, {"diana_sgda", {}, ""}).step;
  CHECK(rate({}) == Approx(1 - 0.2 * g));
  CHECK(rate({{"alpha", 0.01}}) == Approx(1 - 0.005));
  CHECK(rate({{"alpha", 0.11}}) == 1);
  CHECK(rate({{"alpha", 0.01}, {"uplink", identity}}) == Approx(1 - 0.2 / 2.1441046721));
  // With 1 of 100 summands a reference point lives long: s / (2 r) = 1/200.
  Arena long_sum = arena("quadratic_game", {{"samples", 100}});
  CHECK(theory_of(long_sum, {"vr_diana_sgda", {{"batch", 1}}, ""}).rate == Approx(1 - 0.005));
}

TEST_CASE("diana's Lyapunov function falls by its rate, from shifts at zero too") {
  Arena here = arena("bilinear", small);
  const double A = 1.8, alpha = 0.1, square = squared_distance(here.start, here.solution);
  const double g = theory_of(here, {"diana_sgda", {}, ""}).step;
  std::vector<Vector> F_m(5, here.start.like());
  for (int m = 0; m < 5; ++m) here.problem->evaluate(m, here.solution, F_m[static_cast<std::size_t>(m)]);
  const auto lyapunov = [&](Method& method) {
    double shifts = 0;
    for (int m = 0; m < 5; ++m)
      shifts += squared_distance(row_of(method, "h_m", m), F_m[static_cast<std::size_t>(m)]) / 5;
    return method.distance() + 4 * A / alpha * g * g * shifts / square;
  };
  std::vector<std::unique_ptr<Method>> methods;
  for (int seed = 1; seed <= 20; ++seed) {
    methods.push_back(std::make_unique<Method>(here, Plugin{"diana_sgda", {}, ""}, seed));
    methods.back()->start();
  }
  double bound = lyapunov(*methods[0]);
  CHECK(bound > 1.001);
  for (int k = 1; k <= 400; ++k) {
    double mean = 0;
    for (const auto& method : methods) {
      method->steps(1);
      mean += lyapunov(*method) / 20;
    }
    bound *= methods[0]->solver->theory().rate;
    REQUIRE(mean <= bound);
  }
}

TEST_CASE("what a method cannot use is refused in a sentence") {
  Arena here = arena("bilinear", small);
  for (const char* name : {"diana_sgda", "vr_diana_sgda", "marina_sgda"})
    CHECK(rejection(here, {name, {{"uplink", unscaled_rand_k(0.1)}}, ""}) ==
          fmt::format("{}: uplink 'rand_k' is biased; {} needs an unbiased compressor such as rand_k", name,
                      name));
  for (const char* name : {"qsgda", "compressed_extragradient"}) {
    CHECK(rejection(here, {name, {{"uplink", unscaled_rand_k(0.1)}}, ""}) ==
          fmt::format(
              "{}: uplink 'rand_k' is biased, and the theory step is for unbiased ones such as rand_k; give "
              "step a number to see what it does",
              name));
    CHECK(rejection(here, {name, {{"uplink", unscaled_rand_k(0.1)}, {"step", 0.01}}, ""}) == "accepted");
  }
  CHECK(rejection(here, {"ef21_sgda", {{"uplink", rand_k(0.1)}}, ""}) ==
        "ef21_sgda: uplink 'rand_k' has omega = 9 and does not contract; use a contractive compressor such "
        "as top_k, "
        "or { type = \"scaled\", of = \"rand_k\" }");
  // 11 of 20, scaled: omega = 9/11 < 1, so that C itself contracts.
  CHECK(rejection(here, {"ef21_sgda", {{"uplink", rand_k(11)}}, ""}) == "accepted");

  Arena no_sum = arena("bilinear", {{"n", 10}, {"workers", 5}});
  CHECK(rejection(no_sum, {"vr_diana_sgda", {}, ""}) ==
        "vr_diana_sgda needs operators that are finite sums, and the one of worker 0 is not");
  CHECK(rejection(here, {"vr_diana_sgda", {{"batch", 11}}, ""}).find("11") != std::string::npos);

  Arena bounded = arena("bilinear", {{"n", 10}, {"workers", 5}, {"x_set", ball}, {"y_set", ball}});
  for (const char* name : {"ef21_sgda", "marina_sgda"})
    CHECK(
        rejection(bounded, {name, {}, ""}) ==
        fmt::format("{}: nothing is proven for problems with constraints; use diana_sgda or masha1 for them",
                    name));

  Arena flat = arena("bilinear", {{"n", 10}, {"workers", 5}, {"mu", 0.0}, {"samples", 10}});
  for (const char* name :
       {"qsgda", "compressed_extragradient", "diana_sgda", "vr_diana_sgda", "ef21_sgda", "marina_sgda"}) {
    const std::string sentence = rejection(flat, {name, {}, ""});
    CHECK(sentence.find("the theory step needs a strongly monotone operator") != std::string::npos);
    CHECK(rejection(flat, {name, {{"step", 0.01}}, ""}) == "accepted");
    CHECK(theory_of(flat, {name, {{"step", 0.01}}, ""}).rate == 1);
  }
}
