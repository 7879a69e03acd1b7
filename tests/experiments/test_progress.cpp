// The share of a run that is done, by hand, and numbers with units.
#include <limits>

#include <catch2/catch.hpp>

#include "progress.hpp"

using namespace trivium;
using namespace trivium::experiments;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double inf = std::numeric_limits<double>::infinity();

Record with(double Record::*member, double value) {
  Record record;
  record.*member = value;
  return record;
}

Limits limit(std::optional<double> Limits::*member, double value) {
  Limits limits;
  limits.*member = value;
  return limits;
}

double distance_share(double distance, double at) {
  return share_done(with(&Record::distance, distance), limit(&Limits::distance, at));
}

}  // namespace

TEST_CASE("counts are shares of their limits") {
  CHECK(share_done(with(&Record::iteration, 25), limit(&Limits::iterations, 100)) == Approx(0.25));
  CHECK(share_done(with(&Record::round, 30), limit(&Limits::rounds, 40)) == Approx(0.75));
  CHECK(share_done(with(&Record::bits_up, 1e6), limit(&Limits::bits_up, 4e6)) == Approx(0.25));
  CHECK(share_done(with(&Record::calls, 1), limit(&Limits::calls, 8)) == Approx(0.125));
  CHECK(share_done(with(&Record::seconds, 0.5), limit(&Limits::seconds, 2)) == Approx(0.25));
}

TEST_CASE("accuracies are shares on a log scale") {
  CHECK(distance_share(1, 1e-6) == 0);
  CHECK(distance_share(1e-3, 1e-6) == Approx(0.5));
  CHECK(distance_share(1e-6, 1e-6) == Approx(1));
  CHECK(share_done(with(&Record::residual, 1e-2), limit(&Limits::residual, 1e-8)) == Approx(0.25));
}

TEST_CASE("the nearest limit counts") {
  Record record = with(&Record::distance, 1e-3);
  record.iteration = 100;
  Limits limits = limit(&Limits::iterations, 1000);
  limits.distance = 1e-4;
  CHECK(share_done(record, limits) == Approx(0.75));
  limits.distance = 1e-30;
  CHECK(share_done(record, limits) == Approx(0.1));
}

TEST_CASE("a share stays in [0, 1], whatever the run does") {
  CHECK(share_done({}, {}) == 0);
  CHECK(distance_share(1e5, 1e-6) == 0);           // further away than at the start
  CHECK(distance_share(1e-12, 1e-6) == 1);         // past the goal
  CHECK(distance_share(0, 1e-6) == 0);             // no logarithm: the run has ended anyway
  CHECK(distance_share(not_a_number, 1e-6) == 0);  // no solution to measure distances to
  CHECK(distance_share(inf, 1e-6) == 0);           // diverged
  CHECK(distance_share(0.5, 2) == 0);              // a goal that the start has reached
  CHECK(share_done(with(&Record::iteration, 101), limit(&Limits::iterations, 100)) == 1);
}

TEST_CASE("the merit shown is the distance or else the residual, and a measure beside it") {
  Record record = with(&Record::residual, 0.25);
  CHECK(merit(record) == "residual 2.50e-01");
  record.distance = 0.125;
  CHECK(merit(record) == "distance 1.25e-01");
  record.measures = {{"robust_accuracy", 0.9}, {"saddle_value", 2}};
  CHECK(merit(record) == "distance 1.25e-01  robust_accuracy 0.9");
  record.measures["robust_accuracy"] = not_a_number;  // not measured in this row
  CHECK(merit(record) == "distance 1.25e-01");
}

TEST_CASE("numbers with units have three digits") {
  CHECK(with_unit(0) == "0");
  CHECK(with_unit(12.34) == "12.3");
  CHECK(with_unit(999) == "999");
  CHECK(with_unit(1000) == "1 k");
  CHECK(with_unit(1234567) == "1.23 M");
  CHECK(with_unit(2.5e9) == "2.5 G");
  CHECK(with_unit(7e12) == "7 T");
  CHECK(with_unit(8.25e15) == "8.25 P");
  CHECK(with_unit(-1500) == "-1.5 k");
}

TEST_CASE("a number that rounds to a thousand takes the next unit") {
  CHECK(with_unit(999.4) == "999");
  CHECK(with_unit(999.6) == "1 k");
  CHECK(with_unit(999'499) == "999 k");
  CHECK(with_unit(999'999) == "1 M");
}
