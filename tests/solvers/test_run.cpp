// The shared runner: records, stopping, checkpoints.
#include <cmath>

#include <catch2/catch.hpp>

#include <trivium/core/errors.hpp>

#include "measured.hpp"
#include "setup.hpp"
#include "variants.hpp"

using namespace trivium;
using namespace trivium::solvers;
using namespace trivium::solvers::testing;

namespace {

const Table small{{"n", 10}, {"workers", 5}, {"mu", 0.2}, {"samples", 10}};
const Plugin extragradient{"extragradient", {}, ""};

RunSettings settings(const Limits& limits, std::int64_t every = 10) {
  RunSettings s;
  s.limits = limits;
  s.every = every;
  s.checkpoint_seconds = 0;
  return s;
}

Limits after(double iterations) {
  Limits limits;
  limits.iterations = iterations;
  return limits;
}

Outcome run_once(Arena& here, const Plugin& plugin, const RunSettings& how, std::uint64_t seed = 1) {
  Method method(here, plugin, seed);
  Listener listener;
  return run_in(here, method, how, listener);
}

Arena measured(const std::vector<std::string>& names = {"size", "first"}) {
  return Arena(std::make_unique<Measured>(problems::catalogue().make({"bilinear", small, ""}, {}), names));
}

/// The reason why a run under these limits ends.
std::string reason(Arena& here, const Limits& limits) {
  return run_once(here, extragradient, settings(limits)).stop.reason;
}

}  // namespace

TEST_CASE("record 0 is the start, the others stand at multiples of `every` and at the last iteration") {
  Arena here = arena("bilinear", small);
  Method method(here, extragradient);
  Listener listener;
  const Outcome outcome = run_in(here, method, settings(after(25)), listener);
  std::vector<double> iterations;
  for (const Record& record : outcome.history) iterations.push_back(record.iteration);
  CHECK(iterations == std::vector<double>{0, 10, 20, 25});
  CHECK(outcome.history[0].distance == 1);
  CHECK(outcome.history[0].bits_up == 0);
  CHECK(outcome.history[0].round == 0);
  CHECK(outcome.history[2].round == 40);
  CHECK(outcome.history[3].distance == method.distance());
  CHECK(outcome.stop.status == Status::limit);

  CHECK(listener.lengths == std::vector<std::size_t>{1, 2, 3, 4});
  CHECK(listener.points.front() == here.start.to_host());
  CHECK(listener.points.back() == method.solver->point().to_host());
  CHECK(listener.fingerprints.back() == outcome.fingerprint);
  for (std::size_t i = 0; i < 3; ++i) CHECK_FALSE(listener.stops[i]);
  CHECK(listener.stops[3]->reason == outcome.stop.reason);
  CHECK(listener.states.empty());
}

TEST_CASE("the initial exchange stands in record 0") {
  Arena here = arena("bilinear", small);
  const Outcome outcome = run_once(here, {"past_extragradient", {}, ""}, settings(after(10)));
  CHECK(outcome.history[0].bits_up == here.dense_bits());
  CHECK(outcome.history[1].bits_initial == here.dense_bits());
  CHECK(outcome.history[1].bits_up == 11 * here.dense_bits());
}

TEST_CASE("each limit ends a run at the first record where it holds") {
  // Extragradient: two rounds, two calls and 2 x 20 x 64 bits an iteration; records every ten.
  Arena here = arena("bilinear", small);
  Limits limits = after(0);
  CHECK(run_once(here, extragradient, settings(limits)).history.size() == 1);
  CHECK(reason(here, after(20)) == "iterations 20 >= 20");
  CHECK(reason(here, after(24.5)) == "iterations 25 >= 24.5");
  limits = {};
  limits.rounds = 41;
  CHECK(reason(here, limits) == "rounds 60 >= 41");
  limits.rounds = 40;
  CHECK(reason(here, limits) == "rounds 40 >= 40");
  limits = {};
  limits.bits_up = 25601;
  CHECK(reason(here, limits) == "bits_up 51200 >= 25601");
  limits = {};
  limits.calls = 20;
  CHECK(reason(here, limits) == "calls 20 >= 20");
  limits = {};
  limits.seconds = 1e-9;
  CHECK(reason(here, limits).find("seconds") == 0);
  limits = {};
  limits.distance = 1e-6;
  Outcome outcome = run_once(here, extragradient, settings(limits));
  CHECK(outcome.stop.status == Status::reached);
  CHECK(outcome.history.back().distance <= 1e-6);
  CHECK(outcome.history[outcome.history.size() - 2].distance > 1e-6);
  limits = {};
  limits.residual = 1e-6;
  outcome = run_once(here, extragradient, settings(limits));
  CHECK(outcome.stop.status == Status::reached);
  CHECK(outcome.history.back().residual <= 1e-6);
  CHECK(outcome.history[outcome.history.size() - 2].residual > 1e-6);
}

TEST_CASE("divergence is a result with a finite history") {
  // |z - z*|^2 grows by at least 1 - 2 g mu = 0.6 plus g^2 sigma^2 in every direction; the largest sigma = 1
  // gives 1.6 at g = 1.
  Arena here = arena("bilinear", small);
  const Outcome outcome = run_once(here, {"gradient", {{"step", 1.0}}, ""}, settings(after(10000)));
  CHECK(outcome.stop.status == Status::diverged);
  CHECK(outcome.history.back().iteration < 200);
  for (const Record& record : outcome.history) CHECK(std::isfinite(record.distance));
}

TEST_CASE("a run that leaves the numbers between two records has diverged at the second") {
  Arena here = arena("bilinear", small);
  const Outcome outcome = run_once(here, {"gradient", {{"step", 100.0}}, ""}, settings(after(10000), 1000));
  CHECK(outcome.stop.status == Status::diverged);
  CHECK(outcome.history.size() == 2);
  CHECK(std::isinf(outcome.history.back().distance));  // never NaN, which would stop nothing
}

TEST_CASE("the residual is measured when asked for, when it is a limit, and when no solution is known") {
  Arena here = arena("bilinear", small);
  const auto residuals = [&](bool asked, bool limit, bool solution) {
    RunSettings how = settings(after(20));
    how.residual = asked;
    if (limit) how.limits.residual = 1e-30;
    Method method(here, extragradient);
    Listener listener;
    const std::optional<Vector> known = solution ? std::optional(here.solution) : std::nullopt;
    return run(*method.solver, *here.problem, method.network, here.start, known, how, listener).history;
  };
  CHECK(std::isnan(residuals(false, false, true).back().residual));
  for (const auto& history :
       {residuals(true, false, true), residuals(false, true, true), residuals(false, false, false)}) {
    CHECK(history[0].residual == 1);
    CHECK(history.back().residual > 0);
    CHECK(history.back().residual < 1);
  }
  CHECK(std::isnan(residuals(false, false, false).back().distance));
}

TEST_CASE("the gap and that of the mean point are measured when asked for") {
  // Extragradient's last point goes to the solution linearly, so the mean of its points is z* + S / k in the
  // end: the gap there is convex in 1/k and zero at 0. At twice the k it is at most a half of it, and more
  // than the quarter of a purely quadratic one.
  const Table game{{"n", 6}, {"workers", 3}, {"mu", 0.2}, {"x_set", "simplex"}, {"y_set", "simplex"}};
  Arena here = arena("bilinear", game);
  RunSettings how = settings(after(400), 1);
  how.gap = how.gap_average = true;
  how.checkpoint_seconds = 1e-12;
  Method whole(here, extragradient), again(here, extragradient), quiet(here, extragradient);
  Listener first, second, third;
  const Outcome outcome = run_in(here, whole, how, first);
  const auto& history = outcome.history;
  CHECK(history[0].gap == history[0].gap_average);
  CHECK(history[1].gap == history[1].gap_average);  // the mean of one point
  CHECK(history[2].gap != history[2].gap_average);
  for (const Record& record : history) REQUIRE((record.gap >= 0 && record.gap_average >= 0));
  CHECK(history.back().gap < 1e-10 * history[0].gap);
  CHECK(history[400].gap_average <= history[200].gap_average / 2);
  CHECK(history[400].gap_average > history[200].gap_average / 4);

  // The mean of the points by hand.
  std::vector<double> mean(12);
  for (std::size_t k = 1; k <= 7; ++k)
    for (std::size_t j = 0; j < 12; ++j) mean[j] += first.points[k][j] / 7;
  analysis::Merits merits(*here.problem, here.network);
  CHECK(merits.gap(Vector(std::span<const double>(mean))) == Approx(history[7].gap_average).epsilon(1e-12));

  // A run that goes on from the middle has the same mean; one that measures less, the same points.
  const Outcome resumed = run_in(here, again, how, second, &first.states[150]);
  CHECK(same_history(resumed.history, history));
  CHECK(resumed.fingerprint == outcome.fingerprint);
  const Outcome less = run_in(here, quiet, settings(after(400), 1), third);
  CHECK(third.points == first.points);
  CHECK(std::isnan(less.history.back().gap));
  CHECK(std::isnan(less.history.back().gap_average));
  CHECK(less.fingerprint != outcome.fingerprint);
}

TEST_CASE("a gap is a limit, and is refused where the sets are not bounded") {
  Limits limits;
  limits.gap = 1e-6;
  Arena here = arena("bilinear", {{"n", 6}, {"workers", 3}, {"x_set", "box"}, {"y_set", "l2_ball"}});
  const Outcome outcome = run_once(here, extragradient, settings(limits));
  CHECK(outcome.stop.status == Status::reached);
  CHECK(outcome.stop.reason.find("gap") == 0);
  CHECK(outcome.history.back().gap <= 1e-6);
  CHECK(outcome.history[outcome.history.size() - 2].gap > 1e-6);

  Arena unbounded = arena("bilinear", small);
  const auto sentence = Catch::Contains("the gap needs bounded feasible sets");
  CHECK_THROWS_WITH(run_once(unbounded, extragradient, settings(limits)), sentence);
  RunSettings average = settings(after(10));
  average.gap_average = true;
  CHECK_THROWS_WITH(run_once(unbounded, extragradient, average), sentence);
}

TEST_CASE("a problem's measures stand in the records that are multiples of `measures`") {
  Arena here = measured(), plain = arena("bilinear", small);
  Method method(here, extragradient), quiet(plain, extragradient);
  Listener listener, other;
  RunSettings how = settings(after(45));
  how.measures = 20;
  const Outcome outcome = run_in(here, method, how, listener);
  const auto& history = outcome.history;
  REQUIRE(history.size() == 6);  // 0, 10, ..., 40 and 45
  for (std::size_t row = 0; row < 6; ++row) {
    INFO("row " << row);
    REQUIRE(history[row].measures.size() == 2);
    const Vector z(std::span<const double>(listener.points[row]));
    Vector F = z.like();
    double size = 0;
    for (int m = 0; m < 5; ++m) {
      here.problem->evaluate(m, z, F);
      size += dot(F, F) / 5;
    }
    const bool due = row % 2 == 0 && row < 5;  // every 20 iterations, not at the end
    CHECK(std::isnan(history[row].measures.at("size")) != due);
    if (!due) continue;
    CHECK(history[row].measures.at("size") == Approx(size).epsilon(1e-12));
    CHECK(history[row].measures.at("first") == Approx(3 * z.to_host()[0]).epsilon(1e-12));  // (5 + 1) / 2
  }

  // Beside the measures it is the run of the problem without them.
  const Outcome without = run_in(plain, quiet, how, other);
  CHECK(listener.points == other.points);
  CHECK(outcome.fingerprint != without.fingerprint);
  std::vector<Record> stripped = history;
  for (Record& record : stripped) record.measures.clear();
  CHECK(same_history(stripped, without.history));
}

TEST_CASE("a run with measures goes on from any checkpoint") {
  Arena here = measured();
  RunSettings how = settings(after(75));
  how.measures = 20;
  how.checkpoint_seconds = 1e-12;  // at every record but the last
  Method whole(here, extragradient);
  Listener first;
  const Outcome expected = run_in(here, whole, how, first);
  REQUIRE(first.states.size() == 7);
  for (const RunState& state : first.states) {
    Method method(here, extragradient);
    Listener listener;
    const Outcome resumed = run_in(here, method, how, listener, &state);
    CHECK(same_history(resumed.history, expected.history));
    CHECK(resumed.fingerprint == expected.fingerprint);
  }
}

TEST_CASE("a measure needs a column of its own") {
  for (const char* name : {"distance", "bits_both", "size", "", "a/b"}) {
    Arena here = measured({"size", name});
    CHECK_THROWS_WITH(run_once(here, extragradient, settings(after(10))),
                      "a measure cannot be named '" + std::string(name) + "': it needs a column of its own");
  }
  Arena without = arena("bilinear", small);
  std::vector<double> out(1);
  CHECK_THROWS_AS(without.problem->measure(0, without.start, out), std::logic_error);
}

TEST_CASE("what is computed between exchanges stands in the record") {
  // Local steps of workers that never meet, and sub-problems of the server.
  Arena here = arena("bilinear", {{"workers", 4}, {"samples", 10}});
  for (const char* name : {"proxskip_vip", "lsvrg_proxskip_vip"}) {
    INFO(name);
    Method method(here, {name, {{"step", 0.01}, {"communication", 1e-300}}, ""});
    method.start();
    method.steps(20);
    const Record totals = method.totals();
    CHECK(totals.round == 0);
    CHECK(totals.seconds_compute > 20 * 4 * 1e-7);
    CHECK(totals.seconds_server == 0);
  }
  for (const char* name : {"smmds", "extragradient_sliding", "svogs", "three_pillars", "three_pillars_ef"}) {
    INFO(name);
    Method method(here, {name, {{"inner", "fixed"}, {"inner_steps", 50}}, ""});
    method.start();
    method.steps(20);
    CHECK(method.totals().seconds_server > 20 * 100 * 1e-7);
  }
}

TEST_CASE("measuring changes neither the ledger nor the run") {
  Arena here = arena("bilinear", small);
  for (const Plugin& plugin : {extragradient, Plugin{"masha1", {}, ""}}) {
    RunSettings quiet = settings(after(200), 200), loud = settings(after(200), 1);
    loud.residual = true;
    Method a(here, plugin), b(here, plugin);
    Listener listener;
    const Outcome few = run_in(here, a, quiet, listener), many = run_in(here, b, loud, listener);
    CHECK(many.history.size() == 201);
    CHECK(a.solver->point().to_host() == b.solver->point().to_host());
    Record last = many.history.back();
    last.residual = few.history.back().residual;
    CHECK(same_history({few.history.back()}, {last}));
  }
}

TEST_CASE("a run that goes on from any checkpoint ends as if it had never stopped") {
  Arenas arenas(small);
  for (const Plugin& plugin : variants()) {
    INFO(text_of(plugin));
    Arena& here = arenas.of(plugin);
    RunSettings how = settings(after(75));
    how.checkpoint_seconds = 1e-12;  // at every record but the last
    how.residual = true;
    Method whole(here, plugin);
    Listener first;
    const Outcome expected = run_in(here, whole, how, first);
    REQUIRE(first.states.size() == 7);
    for (const RunState& state : first.states) {
      Method method(here, plugin);
      Listener listener;
      const Outcome resumed = run_in(here, method, how, listener, &state);
      CHECK(same_history(resumed.history, expected.history));
      CHECK(resumed.fingerprint == expected.fingerprint);
      CHECK(resumed.stop.reason == expected.stop.reason);
      CHECK(method.solver->point().to_host() == whole.solver->point().to_host());
      CHECK(listener.lengths.front() == state.history.size() + 1);  // nothing is reported twice
    }
  }
}

TEST_CASE("a finished run that is resumed reports its end and does nothing more") {
  Arena here = arena("bilinear", small);
  RunSettings how = settings(after(30));
  how.checkpoint_seconds = 1e-12;
  Method first(here, extragradient), second(here, extragradient);
  Listener listener;
  run_in(here, first, how, listener);
  how.limits.iterations = 20;  // what the last checkpoint has done already
  Listener heard;
  const Outcome outcome = run_in(here, second, how, heard, &listener.states.back());
  CHECK(outcome.history.size() == 3);
  CHECK(outcome.stop.reason == "iterations 20 >= 20");
  CHECK(heard.lengths == std::vector<std::size_t>{3});
}

TEST_CASE("a checkpoint of another method or without a history is refused") {
  Arena here = arena("bilinear", small);
  RunSettings how = settings(after(30));
  how.checkpoint_seconds = 1e-12;
  Method first(here, extragradient), other(here, {"masha1", {}, ""}), same(here, extragradient);
  Listener listener;
  run_in(here, first, how, listener);
  RunState state = listener.states.front();
  CHECK_THROWS_AS(run_in(here, other, how, listener, &state), InputError);
  state.history.clear();
  CHECK_THROWS_AS(run_in(here, same, how, listener, &state), InputError);
}

TEST_CASE("a fingerprint tells runs apart and equal runs not") {
  Arena here = arena("bilinear", small);
  const auto of = [&](const char* name, std::uint64_t seed) {
    return run_once(here, {name, {}, ""}, settings(after(20)), seed).fingerprint;
  };
  CHECK(of("masha1", 1) == of("masha1", 1));
  CHECK(of("masha1", 1) != of("masha1", 2));
  CHECK(of("extragradient", 1) == of("extragradient", 2));  // nothing random in it
  CHECK(of("extragradient", 1) != of("optimistic", 1));
}
