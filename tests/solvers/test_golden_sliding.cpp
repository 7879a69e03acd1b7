// The golden runs of the methods that slide: sub-problems solved by the server. As in test_golden.cpp every
// random choice is replaced by a fixed schedule; the expected numbers were computed by an independent
// program.
#include <catch2/catch.hpp>

#include "setup.hpp"

using namespace trivium;
using namespace trivium::solvers;
using namespace trivium::solvers::testing;

namespace {

const Table B10{{"similarity", 0.1}};

/// The errors after 2, 10 and 40 iterations.
void check_golden(const Plugin& plugin, const std::vector<double>& errors) {
  INFO(plugin.type << " with " << to_toml(plugin.parameters));
  Arena here = arena("bilinear", B10);
  Method method(here, plugin);
  method.start();
  std::int64_t done = 0;
  std::size_t i = 0;
  for (const std::int64_t k : {2, 10, 40}) {
    method.steps(k - done);
    done = k;
    CHECK(method.distance() == Approx(errors[i++]).epsilon(1e-9));
  }
  const double two_each_way = 2 * here.dense_bits();
  CHECK(method.totals().bits_up == 40 * two_each_way);
  CHECK(method.totals().bits_down == 40 * two_each_way);
}

}  // namespace

TEST_CASE("golden run of SMMDS, and of extragradient sliding where they agree") {
  const std::vector<double> errors{9.4743063796e-02, 7.9618408935e-04, 5.9214623158e-10};
  check_golden({"smmds", {{"step", 5}, {"inner", "exact"}}, ""}, errors);
  check_golden({"extragradient_sliding", {{"step", 5}, {"inner", "exact"}}, ""}, errors);
}

TEST_CASE("golden runs of extragradient sliding") {
  check_golden({"extragradient_sliding", {{"step", 5}, {"eta", 2.5}, {"inner", "exact"}}, ""},
               {1.7587153865e-01, 2.5569340195e-03, 3.2071525689e-07});
  check_golden({"extragradient_sliding", {{"step", 5}, {"inner", "fixed"}, {"inner_steps", 20}}, ""},
               {8.3347255458e-02, 7.2673109373e-04, 1.3108110262e-09});
}

TEST_CASE("golden run of SVOGS") {
  Arena here = arena("bilinear", B10);
  Method method(here, {"svogs",
                       {{"step", 2.5},
                        {"alpha", 0.99},
                        {"participants", 4},
                        {"sampling", "cyclic"},
                        {"refresh", 0.1},
                        {"schedule", "periodic"},
                        {"inner", "fixed"},
                        {"inner_steps", 20}},
                       ""});
  method.start();
  method.steps(10);
  CHECK(method.distance() == Approx(1.2776345247e-02).epsilon(1e-9));
  method.steps(40);
  CHECK(method.distance() == Approx(8.3831196147e-08).epsilon(1e-9));
  // The run ends below 1e-12, with 190720 bits up when a value has 32 (here 64): one dense start, 4 of 10
  // workers 119 times and 11 snapshots, 3200 bits each.
  method.steps(68);
  CHECK(method.distance() > 1e-12);
  method.steps(1);
  CHECK(method.distance() < 1e-12);
  CHECK(method.totals().bits_up / 2 == 190720);
  CHECK(method.totals().bits_down / 2 == (2 * 0.4 * 119 + 11) * 3200);
}
