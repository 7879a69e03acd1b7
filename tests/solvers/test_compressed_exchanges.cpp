// What the methods with a compressed uplink keep, what they send at the start, and when they renew it.
#include "compressed.hpp"

using namespace trivium;
using namespace trivium::solvers;
using namespace trivium::solvers::testing;

TEST_CASE("what everybody keeps is the mean of what the workers keep") {
  Arena here = arena("bilinear", small);
  for (const auto& [name, common, rows] :
       {std::tuple{"diana_sgda", "h", "h_m"}, {"vr_diana_sgda", "h", "h_m"}, {"ef21_sgda", "g", "g_m"}}) {
    INFO(name);
    Method method(here, {name, {}, ""});
    method.start();
    method.steps(50);
    Vector mean = here.start.like();
    for (int m = 0; m < 5; ++m) combine(mean, {{1, mean}, {0.2, row_of(method, rows, m)}});
    CHECK(squared_distance(mean, common_of(method, common)) < 1e-26 * dot(mean, mean));
    CHECK(dot(mean, mean) > 0);
  }
}

TEST_CASE("the start costs a dense vector each way, and for diana nothing unless asked for") {
  Arena here = arena("bilinear", small);
  const double dense = here.dense_bits();
  for (const auto& [plugin, initial, calls] :
       {std::tuple{Plugin{"diana_sgda", {}, ""}, 0.0, 0},
        {Plugin{"diana_sgda", {{"shifts", "operator"}}, ""}, dense, 1},
        {Plugin{"vr_diana_sgda", {}, ""}, 0.0, 1},
        {Plugin{"vr_diana_sgda", {{"shifts", "operator"}}, ""}, dense, 1},
        {Plugin{"ef21_sgda", {}, ""}, dense, 1}}) {
    INFO(text_of(plugin));
    Method method(here, plugin);
    method.start();
    CHECK(method.totals().bits_initial == initial);
    CHECK(method.totals().bits_down == initial);
    CHECK(method.totals().calls == calls);
    method.steps(10);
    CHECK(method.totals().bits_up == initial + 10 * 2 * (64 + 5));
    CHECK(method.totals().bits_down == initial + 10 * dense);
  }
  // The broadcast of marina carries one bit more.
  Method marina(here, {"marina_sgda", {}, ""});
  marina.start();
  CHECK(marina.totals().bits_initial == dense);
  CHECK(marina.totals().bits_down == dense + 1);
}

TEST_CASE("marina exchanges full vectors with the stated probability, and then G is F(z)") {
  Arena here = arena("bilinear", small);
  Method method(here, {"marina_sgda", {{"refresh", 0.25}}, ""});
  method.start();
  Vector F = here.start.like(), F_m = here.start.like();
  const double dense = here.dense_bits();
  int full = 0;
  for (int k = 0; k < 400; ++k) {
    const double before = method.totals().bits_up;
    method.steps(1);
    const bool fresh = method.totals().bits_up - before == dense;
    if (!fresh) REQUIRE(method.totals().bits_up - before == 2 * (64 + 5));
    full += fresh;
    if (k > 100 || !fresh) continue;
    fill(F, 0);
    for (int m = 0; m < 5; ++m) {
      here.problem->evaluate(m, method.solver->point(), F_m);
      combine(F, {{1, F}, {0.2, F_m}});
    }
    REQUIRE(squared_distance(F, common_of(method, "G")) < 1e-26);
  }
  CHECK(std::abs(full - 100) < 5 * std::sqrt(400 * 0.25 * 0.75));
}

TEST_CASE("every worker of vr_diana renews its reference point with a coin of its own") {
  Arena here = arena("bilinear", small);
  Method method(here, {"vr_diana_sgda", {{"batch", 3}, {"step", 0.01}}, ""});
  method.start();
  const int N = 1000;
  std::vector<int> renewals(5, 0);
  int together = 0;
  std::vector<double> before(5, 1.0);
  for (int k = 0; k < N; ++k) {
    method.steps(1);
    int now = 0;
    for (int m = 0; m < 5; ++m) {
      const double calls = static_cast<double>(method.network.ledger().of(m).calls);
      now += calls > before[static_cast<std::size_t>(m)];
      renewals[static_cast<std::size_t>(m)] += calls > before[static_cast<std::size_t>(m)];
      before[static_cast<std::size_t>(m)] = calls;
    }
    together += now == 5;
  }
  for (const int count : renewals) CHECK(std::abs(count - 0.3 * N) < 5 * std::sqrt(0.3 * 0.7 * N));
  CHECK(together < 20);  // 0.3^5 of a thousand are 2.4, one coin for all would give 300
  // Two batches of 3 of 10 an iteration, and the renewals.
  CHECK(method.totals().calls == Approx(1 + 0.6 * N + 0.3 * N).epsilon(0.05));
}

TEST_CASE("dense vectors in float32 cost half and leave an error below 1e-12") {
  Arena here = arena("bilinear", small);
  for (const Plugin& plugin :
       {Plugin{"diana_sgda", {{"uplink", rand_k(0.5)}, {"shifts", "operator"}, {"values", "float32"}}, ""},
        Plugin{"ef21_sgda", {{"uplink", unscaled_rand_k(0.7)}, {"values", "float32"}}, ""},
        Plugin{"marina_sgda", {{"uplink", rand_k(0.5)}, {"values", "float32"}}, ""}}) {
    INFO(text_of(plugin));
    Method method(here, plugin);
    method.start();
    CHECK(method.totals().bits_initial == here.dense_bits() / 2);
    method.steps(12000);
    CHECK(method.distance() < 1e-12);
    CHECK(method.totals().bits_down < 0.51 * 12001 * here.dense_bits());
  }
}
