// Claims on hand-made histories: what is measured, and on which side of every bound a claim holds.
#include <cmath>
#include <limits>

#include <catch2/catch.hpp>

#include "claims.hpp"

using namespace trivium;
using namespace trivium::experiments;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

Record record(double bits_up, double distance) {
  Record r;
  r.round = bits_up / 10;
  r.bits_up = bits_up;
  r.bits_down = 2 * bits_up;
  r.distance = distance;
  return r;
}

/// A run that is at 1, 0.1, 0.01, 0.001 after 0, 1, 2, 3 times `bits`.
SeedRun run(double bits) {
  return {{record(0, 1), record(bits, 0.1), record(2 * bits, 0.01), record(3 * bits, 0.001)}, "reached"};
}

MeasuredPoint point(const std::string& name, std::initializer_list<double> bits) {
  MeasuredPoint made{name, 50, {}};
  for (const double each : bits) made.seeds.push_back(run(each));
  return made;
}

Claim claim(Claim::Kind kind, const std::string& column, double at, Expectation expectation) {
  Claim made;
  made.kind = kind;
  made.column = column;
  made.at = {"distance", at};
  made.expectation = expectation;
  return made;
}

const auto ratio = Claim::Kind::ratio, value = Claim::Kind::value, floor_kind = Claim::Kind::floor,
           status = Claim::Kind::status, slope = Claim::Kind::slope;
Expectation at_most(double bound) { return {.at_most = bound, .at_least = {}, .expected = {}}; }
Expectation at_least(double bound) { return {.at_most = {}, .at_least = bound, .expected = {}}; }
Expectation near(double expected, double within, bool relative = true) {
  return {.at_most = {}, .at_least = {}, .expected = expected, .within = within, .relative = relative};
}

}  // namespace

TEST_CASE("the median counts what is not reached as infinite") {
  CHECK(median({3, 1, 2}) == 2);
  CHECK(median({4, 1, 2, 3}) == 2.5);
  CHECK(median({infinity, 1, 2}) == 2);
  CHECK(median({infinity, 1}) == infinity);  // half of the runs are not more than half
  CHECK(median({infinity, 5, infinity}) == infinity);
  CHECK(std::isnan(median({1, not_a_number, 2})));
}

TEST_CASE("a cost is read at the first record at or below the accuracy") {
  CHECK(cost_to(run(10), "bits_up", {"distance", 0.01}) == 20);
  CHECK(cost_to(run(10), "bits_up", {"distance", 0.0099}) == 30);
  CHECK(cost_to(run(10), "bits_both", {"distance", 0.01}) == 60);  // 20 up and 40 down
  CHECK(cost_to(run(10), "round", {"distance", 0.01}) == 2);
  CHECK(cost_to(run(10), "bits_up", {"distance", 1}) == 0);
  CHECK(cost_to(run(10), "bits_up", {"distance", 1e-4}) == infinity);
  CHECK(cost_to(run(10), "bits_up", {"residual", 1}) == infinity);  // NaN in every record
  SeedRun back = run(10);
  back.history.push_back(record(40, 0.5));  // it was there once: that counts
  CHECK(cost_to(back, "bits_up", {"distance", 0.01}) == 20);
}

TEST_CASE("the best point of a grid needs the fewest bits up, whatever the column") {
  const std::vector<MeasuredPoint> points = {point("a", {10, 10, 10}), point("b", {1, 8, 99}),
                                             point("c", {8, 8, 8})};
  CHECK(best_of(points, {"distance", 0.01}).name == "b");  // medians 20, 16, 16: the first of equals
  CHECK(best_of(points, {"distance", 1e-9}).name == "a");  // nobody gets there
}

TEST_CASE("a ratio divides medians over seeds") {
  // To 0.01: medians 2 * 3 = 6 and 2 * 30 = 60, the mean of 1000 notwithstanding.
  const std::vector<MeasuredPoint> of = {point("A", {2, 3, 1000})}, to = {point("B", {30, 30, 30})};
  const auto holds = [&](Expectation e) { return judge(claim(ratio, "bits_up", 0.01, e), of, to).holds; };
  CHECK(holds(at_most(0.1)));
  CHECK_FALSE(holds(at_most(0.0999)));
  CHECK(holds(at_least(0.1)));
  CHECK_FALSE(holds(at_least(0.1001)));
  CHECK(holds(near(0.12, 0.2)));
  CHECK_FALSE(holds(near(0.12, 0.1)));
  const Verdict verdict = judge(claim(ratio, "bits_up", 0.01, at_most(0.2)), of, to);
  CHECK(verdict.expected == "bits_up to distance 0.01, ratio at most 0.2");
  CHECK(verdict.measured == "0.1 (A: 6; B: 60)");
}

TEST_CASE("a ratio with something that is not reached") {
  const MeasuredPoint there = point("A", {1, 2, 3});
  MeasuredPoint never = point("B", {1, 2, 3});
  for (SeedRun& seed : never.seeds) seed.history.resize(2);  // ends at 0.1
  const auto judged = [&](const MeasuredPoint& of, const MeasuredPoint& to, Expectation e) {
    return judge(claim(ratio, "bits_up", 0.01, e), {of}, {to});
  };
  CHECK(judged(never, there, at_least(5)).holds);
  CHECK_FALSE(judged(never, there, at_most(5)).holds);
  CHECK_FALSE(judged(never, there, near(5, 0.5)).holds);
  CHECK(judged(never, there, at_least(5)).measured == "not reached by B");
  // Infinitely much in the denominator is no small ratio.
  CHECK_FALSE(judged(there, never, at_most(5)).holds);
  CHECK_FALSE(judged(there, never, at_least(0)).holds);
  CHECK(judged(there, never, at_most(5)).measured == "not reached by B");
  CHECK_FALSE(judged(never, never, at_least(5)).holds);
}

TEST_CASE("a value, as it is and in dense vectors") {
  // 2 * 800 bits to 0.01; a dense vector of 50 numbers has 50 * 32 = 1600 bits.
  const std::vector<MeasuredPoint> of = {point("A", {800})};
  Claim bits = claim(value, "bits_up", 0.01, near(1600, 0.001));
  CHECK(judge(bits, of, {}).holds);
  bits.unit_bits = 32;
  CHECK_FALSE(judge(bits, of, {}).holds);
  bits.expectation = near(1, 0.001);
  CHECK(judge(bits, of, {}).holds);
  CHECK(judge(bits, of, {}).measured == "1 (A)");
  CHECK(judge(bits, of, {}).expected == "bits_up to distance 0.01 in dense vectors, 1 within 0.1 %");
  bits.unit_bits = 64;
  CHECK_FALSE(judge(bits, of, {}).holds);
}

TEST_CASE("a floor is the geometric mean of the last quarter") {
  SeedRun stalled{{}, "limit"};
  for (const double distance : {1.0, 0.5, 0.3, 0.2, 0.1, 0.05, 0.04, 0.01})
    stalled.history.push_back(record(1, distance));
  CHECK(floor_of(stalled, "distance") == Approx(0.02));  // sqrt(0.04 * 0.01)
  stalled.history.push_back(record(1, 0.08));            // of nine records the last three
  CHECK(floor_of(stalled, "distance") == Approx(std::cbrt(0.04 * 0.01 * 0.08)));
  CHECK(floor_of(stalled, "distance", Mean::arithmetic) == Approx((0.04 + 0.01 + 0.08) / 3));
  CHECK(floor_of({{record(0, 1)}, "diverged"}, "distance", Mean::arithmetic) == infinity);
  CHECK(floor_of({{record(0, 1)}, "limit"}, "distance") == 1);
  CHECK(floor_of({{record(0, 1)}, "diverged"}, "distance") == infinity);
}

TEST_CASE("a claim about a floor takes the lowest of a grid; divergence is none") {
  const auto stalls = [](const std::string& name, double low, const char* end) {
    return MeasuredPoint{name, 50, {{{record(0, 1), record(1, low), record(2, low), record(3, low)}, end}}};
  };
  const std::vector<MeasuredPoint> of = {stalls("a", 0.2, "limit"), stalls("b", 0.05, "limit"),
                                         stalls("c", 1e9, "diverged")};
  const auto judged = [](const std::vector<MeasuredPoint>& points, Expectation e) {
    return judge(claim(floor_kind, "", 0, e), points, {});
  };
  CHECK(judged(of, at_least(0.049)).holds);
  CHECK_FALSE(judged(of, at_least(0.051)).holds);
  CHECK(judged(of, at_most(0.051)).holds);
  CHECK(judged(of, at_least(0.01)).measured == "0.05 (b)");
  CHECK_FALSE(judged({of[2]}, at_least(0.01)).holds);
  CHECK(judged({of[2]}, at_least(0.01)).measured == "c diverged");
}

TEST_CASE("ratios and slopes of floors") {
  const auto stalls = [](const std::string& name, std::initializer_list<double> floors, const char* end) {
    MeasuredPoint made{name, 50, {}};
    for (const double low : floors) made.seeds.push_back({{record(0, 1), record(1, low)}, end});
    return made;
  };
  // Medians over seeds 0.1, 0.4 and, lower at the second value, 0.2; the third one explodes.
  const std::vector<MeasuredPoint> of = {stalls("a", {0.1, 0.09, 0.9}, "limit"), stalls("b", {0.4}, "limit"),
                                         stalls("c", {0.2}, "limit"), stalls("d", {0.1}, "diverged")};
  Claim twice = claim(ratio, "distance", 0, near(2, 1e-9));
  twice.of_floors = true;
  CHECK(judge(twice, {of[1], of[2]}, {of[0]}).holds);
  CHECK(judge(twice, {of[1], of[2]}, {of[0]}).measured == "2 (c: 0.2; a: 0.1)");
  CHECK_FALSE(judge(twice, {of[1]}, {of[0]}).holds);
  twice.expectation = at_least(1);
  CHECK(judge(twice, {of[3]}, {of[0]}).holds);
  CHECK(judge(twice, {of[3]}, {of[0]}).measured == "d diverged");
  CHECK_FALSE(judge(twice, {of[0]}, {of[3]}).holds);

  Claim linear = claim(slope, "distance", 0, near(1, 1e-9, false));
  linear.of_floors = true;
  linear.over = "problem.noise.chain.relaxation";
  linear.over_values = {1, 2, 2};
  CHECK(judge(linear, {of[0], of[1], of[2]}, {}).holds);
  CHECK(judge(linear, {of[0], of[1], of[2]}, {}).measured == "1 over 2 values (0.1 to 0.2)");
  linear.mean = Mean::arithmetic;
  CHECK(judge(linear, {of[0], of[1], of[2]}, {}).expected ==
        "slope of log mean distance over log problem.noise.chain.relaxation, 1 within 1e-09");
  linear.over_values = {1, 2};
  CHECK(judge(linear, {of[0], of[3]}, {}).measured == "d diverged");
  CHECK_FALSE(judge(linear, {of[0], of[3]}, {}).holds);
}

TEST_CASE("a status is that of every run") {
  Claim all;
  all.kind = status;
  all.status = "reached";
  MeasuredPoint one = point("A", {1, 2});
  CHECK(judge(all, {one, point("B", {3})}, {}).holds);
  one.seeds[1].status = "limit";
  const Verdict verdict = judge(all, {one, point("B", {3})}, {});
  CHECK_FALSE(verdict.holds);
  CHECK(verdict.measured == "1 of 3 limit, 2 of 3 reached");
  CHECK(verdict.expected == "every run reached");
}

TEST_CASE("slopes of logarithms") {
  CHECK(log_slope({1, 2, 4}, {3, 12, 48}) == Approx(2));  // 3 x^2
  CHECK(log_slope({4, 16}, {10, 5}) == Approx(-0.5));     // 20 / sqrt(x)
  // log2 y = 0, 2, 1 at log2 x = 0, 1, 2: the least-squares slope is ((-1)(-1) + 0 + (1)(0)) / 2 = 1/2.
  CHECK(log_slope({1, 2, 4}, {1, 4, 2}) == Approx(0.5));
}

TEST_CASE("a claim about a slope takes the best point at every value") {
  // Bits to 0.01: 2 * 5 at 1 (the point with 50 is worse) and 2 * 20 at 2: they grow like x^2.
  const std::vector<MeasuredPoint> of = {point("a", {50}), point("b", {20}), point("c", {5})};
  Claim growth = claim(slope, "bits_up", 0.01, near(2, 0.01, false));
  growth.over = "problem.similarity";
  growth.over_values = {1, 2, 1};
  CHECK(judge(growth, of, {}).holds);
  CHECK(judge(growth, of, {}).measured == "2 over 2 values (10 to 40)");
  growth.expectation = near(1.9, 0.09, false);
  CHECK_FALSE(judge(growth, of, {}).holds);  // 0.1 away: `within` is absolute
  growth.expectation = at_least(0);
  growth.at.value = 1e-9;
  CHECK_FALSE(judge(growth, of, {}).holds);
  CHECK(judge(growth, of, {}).measured == "not reached by a");  // nobody: the first of equals
}

TEST_CASE("bounds hold on the bound") {
  CHECK(fits(at_most(1), 1));
  CHECK(fits(at_least(1), 1));
  CHECK(fits({.at_most = 2, .at_least = 1, .expected = {}}, 1.5));
  CHECK_FALSE(fits({.at_most = 2, .at_least = 1, .expected = {}}, 2.5));
  CHECK_FALSE(fits({.at_most = 2, .at_least = 1, .expected = {}}, 0.5));
  CHECK(fits(near(8, 0.25), 10));
  CHECK_FALSE(fits(near(8, 0.25), 10.1));
  CHECK(fits(near(-2, 0.5, false), -1.5));
  CHECK_FALSE(fits(at_most(1), not_a_number));
  CHECK_FALSE(fits(at_least(1), not_a_number));
  CHECK_FALSE(fits(near(1, 1), not_a_number));
}

TEST_CASE("a measure is reached from the side on which it starts") {
  // Accuracy 0.1, not measured, 0.8, 0.7, 0.95 and a loss that falls from 2 to 0.5, after 0, 10, ..., 40
  // bits.
  SeedRun run{{}, "limit"};
  const double accuracy[] = {0.1, not_a_number, 0.8, 0.7, 0.95}, loss[] = {2, not_a_number, 1, 1.5, 0.5};
  for (std::size_t row = 0; row < 5; ++row) {
    run.history.push_back(record(10 * static_cast<double>(row), 1));
    run.history.back().measures = {{"accuracy", accuracy[row]}, {"loss", loss[row]}};
  }
  CHECK(cost_to(run, "bits_up", {"accuracy", 0.8}) == 20);
  CHECK(cost_to(run, "bits_up", {"accuracy", 0.81}) == 40);
  CHECK(cost_to(run, "bits_up", {"accuracy", 0.96}) == infinity);
  CHECK(cost_to(run, "bits_up", {"accuracy", 0.1}) == 0);          // where it starts
  CHECK(cost_to(run, "bits_up", {"accuracy", 0.09}) == infinity);  // from above, and it only rises
  CHECK(cost_to(run, "bits_up", {"loss", 1}) == 20);
  CHECK(cost_to(run, "bits_up", {"loss", 0.9}) == 40);
  CHECK(cost_to(run, "loss", {"accuracy", 0.8}) == 1);

  // Whatever the side, a claim sees a cost: 20 bits, of the best point the fewest.
  SeedRun slow = run;
  for (Record& each : slow.history) each.bits_up *= 3;
  const std::vector<MeasuredPoint> of = {{"slow", 50, {slow}}, {"fast", 50, {run}}};
  Claim cheap = claim(value, "bits_up", 0.8, at_most(20));
  cheap.at.merit = "accuracy";
  CHECK(judge(cheap, of, {}).holds);
  CHECK(judge(cheap, of, {}).expected == "bits_up to accuracy 0.8, at most 20");
  CHECK(judge(cheap, of, {}).measured == "20 (fast)");
}

TEST_CASE("a measure at the end is the last one that was taken; a diverged run has none") {
  const auto ends = [](std::initializer_list<double> accuracies, const char* status) {
    SeedRun run{{}, status};
    for (const double accuracy : accuracies) {
      run.history.push_back(record(0, 1));
      run.history.back().measures["accuracy"] = accuracy;
    }
    return run;
  };
  CHECK(last_of(ends({0.1, 0.9}, "limit"), "accuracy") == 0.9);
  CHECK(last_of(ends({0.1, 0.9, not_a_number}, "reached"), "accuracy") == 0.9);
  CHECK(std::isnan(last_of(ends({0.1, 0.9}, "diverged"), "accuracy")));

  Claim last = claim(value, "accuracy", 0, at_least(0.8));
  last.at.merit.clear();
  std::vector<MeasuredPoint> of = {
      {"A", 50, {ends({0.1, 0.9}, "limit"), ends({0.1, 0.8}, "limit"), ends({0.1, 0.2}, "limit")}}};
  CHECK(judge(last, of, {}).holds);  // the median is 0.8
  CHECK(judge(last, of, {}).expected == "accuracy at the end, at least 0.8");
  CHECK(judge(last, of, {}).measured == "0.8 (A)");
  last.expectation = at_least(0.81);
  CHECK_FALSE(judge(last, of, {}).holds);
  last.expectation = at_most(0.8);
  CHECK(judge(last, of, {}).holds);
  of[0].seeds[0].status = "diverged";
  CHECK_FALSE(judge(last, of, {}).holds);
  CHECK(judge(last, of, {}).measured == "no number (A)");
}
