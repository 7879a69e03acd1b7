// MASHA2: what it coincides with, its error feedback, its steps, and the reference numbers of problem A.
#include <trivium/core/errors.hpp>

#include "masha1.hpp"

using namespace trivium;
using namespace trivium::solvers;
using namespace trivium::solvers::testing;

namespace {

const Table small{{"n", 10}, {"workers", 5}, {"mu", 0.2}};
const Table identity = compressor("identity");

Plugin masha2(const Table& parameters) { return {"masha2", parameters, ""}; }

std::string rejection(Arena& here, const Plugin& plugin) {
  try {
    Method(here, plugin);
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

std::vector<double> row(const Method& method, const Archive& saved, const char* name, int m) {
  const std::size_t d = method.arena.start.size();
  const auto first = saved.worker_entries.at(name).values.begin() + static_cast<std::ptrdiff_t>(d) * m;
  return {first, first + static_cast<std::ptrdiff_t>(d)};
}

/// The rule written out with plain vectors and a hand-made top-k: an independent loop over workers.
struct PlainMasha2 {
  using Numbers = std::vector<double>;
  problems::Problem& problem;
  int M;
  double gamma, tau;
  std::size_t k_up, k_down;
  Numbers z, w, error;
  std::vector<Numbers> errors;

  PlainMasha2(Arena& arena, double gamma, double tau, std::size_t k_up, std::size_t k_down)
      : problem(*arena.problem),
        M(problem.traits().workers.total),
        gamma(gamma),
        tau(tau),
        k_up(k_up),
        k_down(k_down),
        z(arena.start.to_host()),
        w(z),
        error(z.size(), 0.0),
        errors(static_cast<std::size_t>(M), error) {}

  Numbers F_m(int m, const Numbers& at) {
    Vector in(at.size()), out(at.size());
    in.assign(at);
    problem.evaluate(m, in, out);
    return out.to_host();
  }
  static Numbers largest(const Numbers& x, std::size_t k) {
    std::vector<std::size_t> order(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return std::abs(x[a]) > std::abs(x[b]); });
    Numbers kept(x.size(), 0.0);
    for (std::size_t i = 0; i < k; ++i) kept[order[i]] = x[order[i]];
    return kept;
  }
  void step(bool refresh) {
    const std::size_t d = z.size();
    Numbers F_w(d, 0.0), half(d), sum(d, 0.0);
    for (int m = 0; m < M; ++m) {
      const Numbers F = F_m(m, w);
      for (std::size_t i = 0; i < d; ++i) F_w[i] += F[i] / M;
    }
    for (std::size_t i = 0; i < d; ++i) half[i] = tau * z[i] + (1 - tau) * w[i] - gamma * F_w[i];
    for (int m = 0; m < M; ++m) {
      Numbers& e = errors[static_cast<std::size_t>(m)];
      const Numbers there = F_m(m, half), here = F_m(m, w);
      for (std::size_t i = 0; i < d; ++i) e[i] += gamma * (there[i] - here[i]);
      const Numbers sent = largest(e, k_up);
      for (std::size_t i = 0; i < d; ++i) {
        e[i] -= sent[i];
        sum[i] += sent[i] / M;
      }
    }
    for (std::size_t i = 0; i < d; ++i) error[i] += sum[i];
    const Numbers broadcast = largest(error, k_down);
    const Numbers old = z;
    for (std::size_t i = 0; i < d; ++i) {
      error[i] -= broadcast[i];
      z[i] = half[i] - broadcast[i];
    }
    if (refresh) w = old;
  }
};

}  // namespace

TEST_CASE("with compressors that keep everything it is MASHA1, bit for bit where gamma is a power of two") {
  // z+ = zhat - gamma D both times; gamma inside or outside the mean is the same number for gamma = 1/4.
  Arena here = arena("bilinear", small);
  const Table plain{{"uplink", identity}, {"downlink", identity}, {"refresh", 0.25}, {"step", 0.25}};
  Method one(here, {"masha1", plain, ""}), two(here, masha2(plain));
  one.start();
  two.start();
  for (int k = 0; k < 100; ++k) {
    one.steps(1);
    two.steps(1);
    REQUIRE(squared_distance(one.solver->point(), two.solver->point()) <
            1e-26 * dot(here.solution, here.solution));
  }
  CHECK(one.distance() < 1e-2);
}

TEST_CASE("it follows the rule written out as a loop over workers, compressing both ways") {
  Arena here = arena("bilinear", small);
  Method method(here, masha2({{"step", 0.1},
                              {"uplink", top_k(3)},
                              {"downlink", top_k(7)},
                              {"refresh", 0.2},
                              {"schedule", "periodic"}}));
  PlainMasha2 plain(here, 0.1, 0.8, 3, 7);
  method.start();
  for (int k = 1; k <= 60; ++k) {
    method.steps(1);
    plain.step(k % 5 == 0);
    const std::vector<double> z = method.solver->point().to_host();
    for (std::size_t i = 0; i < z.size(); ++i) REQUIRE(z[i] == Approx(plain.z[i]).margin(1e-12));
  }
  const Archive saved = method.save();
  for (int m = 0; m < 5; ++m) {
    const std::vector<double> e = row(method, saved, "error", m);
    for (std::size_t i = 0; i < e.size(); ++i)
      CHECK(e[i] == Approx(plain.errors[static_cast<std::size_t>(m)][i]).margin(1e-12));
  }
  for (std::size_t i = 0; i < plain.error.size(); ++i)
    CHECK(saved.common_entries.at("server_error")[i] == Approx(plain.error[i]).margin(1e-12));
}

TEST_CASE("nothing is lost: what was sent and what is remembered add up to what was computed") {
  // z_0 - sum over k of (gamma F(w_k) + tau-mixing) - G_k = z_k by the rule; with the snapshot fixed at z_0
  // and tau = 1 - p: the sum of all G is the sum of all gamma (F(zhat) - F(w)) less the errors left.
  Arena here = arena("bilinear", small);
  Method method(here, masha2({{"step", 0.05}, {"uplink", top_k(2)}, {"downlink", top_k(2)}}));
  method.start();
  method.steps(400);
  const Archive saved = method.save();
  double errors = 0;
  for (const double e : saved.worker_entries.at("error").values) errors += e * e;
  CHECK(errors > 0);
  method.steps(4000);
  const Archive later = method.save();
  double small_errors = 0;
  for (const double e : later.worker_entries.at("error").values) small_errors += e * e;
  CHECK(small_errors < 1e-6 * errors);  // they vanish with the differences at the solution
}

TEST_CASE("the steps are those of the theory") {
  // n = 10: sigma_max = 1, mu = 0.2, L^2 = 1.04; top_k of 2 in 20: delta = 10, 1 - tau = 1/10.
  Arena here = arena("bilinear", small);
  const auto theory = [&](const Table& parameters) {
    return Method(here, masha2(parameters)).solver->theory();
  };
  const double L_rms = here.constants.L_rms();
  CHECK(theory({{"uplink", top_k(2)}}).step == Approx(std::sqrt(0.1 / 10 / 1.04)));
  CHECK(theory({{"uplink", top_k(2)}}).rate == 1);
  const Theory proven = theory({{"uplink", top_k(2)}, {"rule", "proven"}});
  CHECK(proven.step == Approx(std::sqrt(0.1) / (10 * 10 * L_rms)));
  CHECK(proven.rate == Approx(1 - proven.step * 0.2 / 3));
  CHECK(theory({{"uplink", top_k(2)}, {"downlink", top_k(4)}, {"rule", "proven"}}).step ==
        Approx(std::sqrt(0.1) / (119 * 10 * 5 * L_rms)));
  CHECK(theory({{"uplink", top_k(2)}, {"error_feedback", false}, {"rule", "proven"}}).rate == 1);
  CHECK(theory({{"uplink", top_k(2)}}).bits_up == Approx(2 * (64 + 5) + 0.1 * 20 * 64));
}

TEST_CASE("what does not contract is refused, and so are constraints") {
  Arena here = arena("bilinear", small);
  CHECK(rejection(here, masha2({{"uplink", rand_k(2)}})) ==
        "masha2: uplink 'rand_k' has omega = 9 and does not contract; use a contractive compressor such as "
        "top_k, "
        "or { type = \"scaled\", of = \"rand_k\" }");
  CHECK(rejection(here, masha2({{"uplink", Table{{"type", "scaled"}, {"of", rand_k(2)}}}})) == "accepted");
  const Table ball{{"type", "l2_ball"}, {"radius", 1.0}};
  Arena inside = arena("bilinear", {{"n", 10}, {"workers", 5}, {"x_set", ball}});
  CHECK(rejection(inside, masha2({})) ==
        "masha2 is for problems without constraints: error feedback and a prox do not go together; masha1 "
        "takes "
        "this problem");
}

TEST_CASE("problem A to 1e-6: top-10 with g = .198, top-10 both ways with g = .15, signs with g = .1") {
  // Iterations of one seed of a reference implementation, 1 - tau = .1: 1660, 2236, 3587.
  Arena A = arena("bilinear", {});
  const auto iterations = [&](const Table& up, const Table& down, double step) {
    return effort_to_1e6(A, masha2({{"step", step}, {"uplink", up}, {"downlink", down}, {"refresh", 0.1}}), 5)
        .iterations;
  };
  CHECK(iterations(top_k(10), identity, 0.198) == Approx(1660).epsilon(0.12));
  CHECK(iterations(top_k(10), top_k(10), 0.15) == Approx(2236).epsilon(0.12));
  CHECK(iterations(compressor("sign_norm"), identity, 0.1) == Approx(3587).epsilon(0.12));
}

TEST_CASE("without error feedback it diverges on problem A") {
  // Top-10, g = .1: above 1e8 after 2781 iterations of a reference implementation.
  Arena A = arena("bilinear", {});
  const auto after = [&](bool feedback) {
    Method method(
        A, masha2({{"step", 0.1}, {"uplink", top_k(10)}, {"refresh", 0.1}, {"error_feedback", feedback}}));
    method.start();
    method.steps(4000);
    return method.distance();
  };
  CHECK(after(true) < 1e-4);
  CHECK(after(false) > 1e8);
}
