// Numbers of single chains. Where no formula is given, the number comes from the whole transition matrix, or
// for densities from numerical integration, in another program.
#include <cmath>
#include <numbers>

#include <catch2/catch.hpp>

#include "chain.hpp"

using namespace trivium;
using Catch::Contains;
using Catch::Equals;
using noise::chains::Times;

namespace {

Times times_of(const std::string& name, const Table& parameters) {
  return make_chain(name, parameters)->times();
}

}  // namespace

TEST_CASE("two states: memory tau for switching 1 / (2 tau)") {
  const Times tau8 = times_of("two_state", {{"switching", 1.0 / 16}});
  CHECK(tau8.relaxation.value == Approx(8));
  CHECK(tau8.mixing.value == 6);                    // (7/8)^6 = 0.449 <= 1/2 < 0.513 = (7/8)^5
  CHECK(tau8.autocorrelation.value == Approx(15));  // 2 tau - 1
  CHECK(times_of("two_state", {{"switching", 0.5}}).relaxation.value == 1);
  const Times periodic = times_of("two_state", {{"switching", 1}});
  CHECK(periodic.relaxation.value == INFINITY);
  CHECK(periodic.mixing.value == INFINITY);
  CHECK(periodic.autocorrelation.value == 0);
}

TEST_CASE("lazy: memory tau for hold 1 - 1 / tau, whatever the number of states") {
  const Times four = times_of("lazy", {});
  CHECK(four.relaxation.value == 4);
  CHECK(four.mixing.value == 3);  // 0.75^3 / 2 = 0.21 <= 1/4 < 0.28 = 0.75^2 / 2
  CHECK(four.autocorrelation.value == 7);
  const Times many = times_of("lazy", {{"hold", 0.9}, {"states", 1000}});
  CHECK(many.relaxation.value == Approx(10));
  CHECK(many.mixing.value == 14);                                                 // 0.9^13 = 0.254
  CHECK(times_of("lazy", {{"hold", 1.0 / 3}, {"states", 4}}).mixing.value == 1);  // 1/3 * 3/4 is 1/4 exactly
  CHECK(times_of("lazy", {{"states", 1}}).mixing.value == 1);
}

TEST_CASE("a relaxation time in place of the chain's own parameter") {
  for (const double tau : {1.0, 2.0, 16.0})
    for (const char* name : {"two_state", "lazy", "ar1", "token"}) {
      INFO(name << ", tau = " << tau);
      CHECK(times_of(name, {{"relaxation", tau}}).relaxation.value == Approx(tau));
    }
  CHECK(times_of("two_state", {{"relaxation", 8}}).autocorrelation.value == Approx(15));
  CHECK(times_of("ar1", {{"relaxation", 8}}).autocorrelation.value == Approx(15));
  CHECK_THROWS_WITH(make_chain("lazy", {{"relaxation", 0.5}}),
                    Equals("lazy.relaxation = 0.5, and a relaxation time is at least 1 and finite"));
}

TEST_CASE("ar1: memory and mixing from x = 2") {
  const auto mixing = [](double rho) { return times_of("ar1", {{"correlation", rho}}).mixing.value; };
  CHECK(mixing(0) == 1);
  CHECK(mixing(1e-7) == 1);
  CHECK(mixing(0.5) == 2);     // distances 0.411, 0.201
  CHECK(mixing(0.9) == 12);    // 0.2533, 0.2275
  CHECK(mixing(0.99) == 117);  // 0.2515, 0.2489
  CHECK(mixing(-0.8) == 6);    // 0.2648, 0.2108
  const Times slow = times_of("ar1", {{"correlation", 0.99}});
  CHECK(slow.relaxation.value == Approx(100));
  CHECK(slow.autocorrelation.value == Approx(199));
  const Times alternating = times_of("ar1", {{"correlation", -0.8}});
  CHECK(alternating.relaxation.value == Approx(5));
  CHECK(alternating.autocorrelation.value == Approx(1.0 / 9));
}

TEST_CASE("cycle: eigenvalues in closed form, mixing from all of them") {
  const auto ring = [](double hold, int states) {
    return times_of("cycle", {{"hold", hold}, {"states", states}});
  };
  const Times ten = ring(0.5, 10);
  const double gap = (1 - std::cos(2 * std::numbers::pi / 10)) / 2;
  CHECK(ten.relaxation.value == Approx(1 / gap));  // 10.47
  CHECK(ten.autocorrelation.value == Approx(2 / gap - 1));
  CHECK(ten.mixing.value == 10);
  CHECK(ring(0.5, 13).mixing.value == 16);
  CHECK(ring(0.5, 31).mixing.value == 92);
  CHECK(ring(0, 7).mixing.value == 9);
  CHECK(ring(0.8, 3).mixing.value == 3);
  CHECK(ring(0.3, 2).mixing.value == 1);
  CHECK(ring(1.0 / 3, 3).mixing.value == 1);  // every state with probability 1/3 after one step
}

TEST_CASE("cycle: relaxation time tau on pi sqrt(tau) states") {
  const int states = static_cast<int>(std::round(std::numbers::pi * 100));  // tau = 10^4
  const Times times = times_of("cycle", {{"states", states}});
  CHECK(times.relaxation.value == Approx(1e4).epsilon(1e-3));
  // The diffusion's law on the circle is within 1/4 when 2 / pi e^-(t / tau) is, up to higher modes.
  CHECK(times.mixing.value == Approx(1e4 * std::log(8 / std::numbers::pi)).epsilon(1e-3));
}

TEST_CASE("cycle: without rest an even ring is periodic") {
  const Times even = times_of("cycle", {{"hold", 0}, {"states", 6}});
  CHECK(even.relaxation.value == INFINITY);
  CHECK(even.mixing.value == INFINITY);
  CHECK(even.autocorrelation.value == Approx(3));  // lambda = 1/2
}

TEST_CASE("token: memory 1 / p, but values turn before they are forgotten") {
  const Times ten = times_of("token", {{"jump", 0.1}, {"states", 10}});
  CHECK(ten.relaxation.value == Approx(10));
  CHECK(ten.mixing.value == 13);
  CHECK(ten.autocorrelation.value == Approx(0.5370730045110885));
  const Times forty = times_of("token", {{"jump", 0.05}, {"states", 40}});
  CHECK(forty.mixing.value == 27);
  CHECK(forty.autocorrelation.value == Approx(3.7656196644751487));
  // On pi tau states it is 2 tau / (1 + 4) in the limit.
  const Times slow = times_of("token", {{"jump", 1e-3}, {"states", 3142}});
  CHECK(slow.autocorrelation.value == Approx(400).epsilon(2e-3));
}

TEST_CASE("metropolis: times as on a finer grid") {
  const auto check = [](double scale, double relaxation, double mixing, double autocorrelation) {
    INFO("scale " << scale);
    const Times times = times_of("metropolis", {{"scale", scale}});
    CHECK(times.relaxation.value == Approx(relaxation).epsilon(1e-4));
    CHECK(times.mixing.value == mixing);
    CHECK(times.autocorrelation.value == Approx(autocorrelation).epsilon(1e-4));
  };
  check(0.1, 214.24428, 252, 427.03699);  // 1601 points
  check(2.4, 2.8713928, 3, 4.3967554);
  check(8, 8.0641742, 7, 9.5689074);
}

TEST_CASE("metropolis: accepts moves as often as it says") {
  for (const double scale : {0.5, 2.4, 10.0}) {
    INFO("scale " << scale);
    const auto chain = make_chain("metropolis", {{"scale", scale}});
    Stream stream(3, Purpose::test, 0, 0);
    noise::chains::State state = chain->start(stream);
    constexpr int steps = 400000;
    int moves = 0;
    for (int step = 0; step < steps; ++step) {
      const double before = state.x;
      double value = 0;
      chain->walk(state, stream, {&value, 1});
      moves += value != before ? 1 : 0;
    }
    // 5 standard errors of 400000 / 30 independent moves or more.
    const double stated = 2 / std::numbers::pi * std::atan(2 / scale);
    CHECK(std::abs(static_cast<double>(moves) / steps - stated) <= 5 * 0.5 / std::sqrt(steps / 30.0));
  }
}

TEST_CASE("what cannot be a chain is a sentence") {
  CHECK_THAT(complaint("lazy", {{"hold", 1}}),
             Equals("lazy.hold = 1 never moves; take a number below 1, 1 - 1 / tau for memory tau"));
  CHECK_THAT(complaint("lazy", {{"hold", -0.1}}), Equals("lazy.hold must be in [0, 1], got -0.1"));
  CHECK_THAT(complaint("lazy", {{"states", 5}}, {6, {}}),
             Equals("lazy.states = 5, but 6 are needed; leave it out"));
  CHECK_THAT(complaint("ar1", {{"correlation", 1}}), Contains("ar1.correlation = 1 never moves"));
  CHECK_THAT(complaint("ar1", {{"correlation", -1}}), Equals("ar1.correlation must be in (-1, 1], got -1"));
  CHECK_THAT(complaint("ar1", {}, {6, {}}),
             Equals("ar1 moves on the real line, and 6 numbered states are needed; take cycle, lazy or iid"));
  CHECK_THAT(complaint("metropolis", {}, {6, {}}), Contains("metropolis moves on the real line"));
  CHECK_THAT(complaint("metropolis", {{"scale", 0}}),
             Equals("metropolis.scale must be in [0.1, 100], got 0"));
  CHECK_THAT(complaint("cycle", {{"hold", 1}}), Contains("cycle.hold = 1 never moves"));
  CHECK_THAT(complaint("cycle", {{"states", 1}}), Contains("a ring of at least 2 states"));
  CHECK_THAT(complaint("token", {}, {1, {}}), Contains("a ring of at least 2 states"));
  CHECK_THAT(complaint("token", {{"jump", 0}}), Equals("token.jump must be in (0, 1], got 0"));
  CHECK_THAT(complaint("two_state", {{"switching", 0}}),
             Equals("two_state.switching must be in (0, 1], got 0"));
  CHECK_THAT(complaint("two_state", {}, {3, {}}), Contains("two_state has 2 states, and 3 are needed"));
}

TEST_CASE("a supply makes a chain once for each description, and copies of it share") {
  const noise::chains::Supply supply, copy = supply, other;
  const auto lazy = [](double hold) { return Plugin{"lazy", {{"hold", hold}}, ""}; };
  const auto chain = supply.get(lazy(0.5), 4);
  CHECK(copy.get(lazy(0.5), 4) == chain);
  CHECK(copy.get({"lazy", {{"states", 0}, {"hold", 0.5}}, ""}, 4) == chain);  // the default, written out
  CHECK(copy.get(lazy(0.6), 4) != chain);
  CHECK(copy.get(lazy(0.5), 5) != chain);
  CHECK(other.get(lazy(0.5), 4) != chain);
  CHECK(chain->law().probabilities.size() == 4);
  CHECK_THROWS_AS(supply.get(lazy(1), 4), InputError);
  CHECK_THROWS_AS(supply.get(lazy(1), 4), InputError);  // again, and no chain left behind by the first
}
