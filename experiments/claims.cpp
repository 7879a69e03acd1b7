#include "claims.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include <fmt/format.h>

#include <trivium/core/errors.hpp>

#include "progress.hpp"

namespace trivium::experiments {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

double cost(const Record& record, const std::string& column) {
  return column == "bits_both" ? record.bits_up + record.bits_down : entry(record, column);
}

std::string shown(const Expectation& e) {
  if (e.expected)
    return e.relative ? fmt::format("{:g} within {:g} %", *e.expected, 100 * e.within)
                      : fmt::format("{:g} within {:g}", *e.expected, e.within);
  if (e.at_least && e.at_most) return fmt::format("between {:g} and {:g}", *e.at_least, *e.at_most);
  return e.at_most ? fmt::format("at most {:g}", *e.at_most) : fmt::format("at least {:g}", *e.at_least);
}

std::string shown(const Accuracy& at) { return fmt::format("{} {:g}", at.merit, at.value); }

/// "distance", or "mean distance" where floors are arithmetic means.
std::string floor_name(const Claim& claim) {
  return (claim.mean == Mean::arithmetic ? "mean " : "") + claim.at.merit;
}

Verdict judge_ratio_of_floors(const Claim& claim, const std::vector<MeasuredPoint>& of,
                              const std::vector<MeasuredPoint>& to) {
  const Floor above = lowest_floor(of, claim.at.merit, claim.mean),
              below = lowest_floor(to, claim.at.merit, claim.mean);
  Verdict verdict;
  verdict.expected =
      fmt::format("{} over the last quarter, ratio {}", floor_name(claim), shown(claim.expectation));
  verdict.holds = std::isfinite(below.error) && fits(claim.expectation, above.error / below.error);
  if (std::isfinite(above.error) && std::isfinite(below.error))
    verdict.measured = fmt::format("{:.4g} ({}: {:.4g}; {}: {:.4g})", above.error / below.error,
                                   above.point->name, above.error, below.point->name, below.error);
  else
    verdict.measured = fmt::format("{} diverged", (std::isfinite(below.error) ? above : below).point->name);
  return verdict;
}

Verdict judge_ratio(const Claim& claim, const std::vector<MeasuredPoint>& of,
                    const std::vector<MeasuredPoint>& to) {
  if (claim.of_floors) return judge_ratio_of_floors(claim, of, to);
  const MeasuredPoint &a = best_of(of, claim.at), &b = best_of(to, claim.at);
  const double above = median_cost(a, claim.column, claim.at), below = median_cost(b, claim.column, claim.at);
  Verdict verdict;
  verdict.expected =
      fmt::format("{} to {}, ratio {}", claim.column, shown(claim.at), shown(claim.expectation));
  verdict.holds = std::isfinite(below) && fits(claim.expectation, above / below);
  if (std::isfinite(above) && std::isfinite(below))
    verdict.measured = fmt::format("{:.4g} ({}: {}; {}: {})", above / below, a.name, with_unit(above), b.name,
                                   with_unit(below));
  else
    verdict.measured = fmt::format("not reached by {}", std::isfinite(below) ? a.name : b.name);
  return verdict;
}

Verdict judge_end(const Claim& claim, const MeasuredPoint& point) {
  std::vector<double> last;
  for (const SeedRun& run : point.seeds) last.push_back(last_of(run, claim.column));
  const double measured = median(std::move(last));
  return {fmt::format("{} at the end, {}", claim.column, shown(claim.expectation)),
          std::isnan(measured) ? fmt::format("no number ({})", point.name)
                               : fmt::format("{:.4g} ({})", measured, point.name),
          fits(claim.expectation, measured)};
}

Verdict judge_value(const Claim& claim, const std::vector<MeasuredPoint>& of) {
  if (claim.at.merit.empty()) return judge_end(claim, of.front());
  const MeasuredPoint& point = best_of(of, claim.at);
  const bool dense = claim.unit_bits > 0;
  const double unit = dense ? claim.unit_bits * point.dimension : 1;
  const double measured = median_cost(point, claim.column, claim.at) / unit;
  return {fmt::format("{} to {}{}, {}", claim.column, shown(claim.at), dense ? " in dense vectors" : "",
                      shown(claim.expectation)),
          std::isfinite(measured) ? fmt::format("{:.4g} ({})", measured, point.name)
                                  : fmt::format("not reached by {}", point.name),
          fits(claim.expectation, measured)};
}

Verdict judge_floor(const Claim& claim, const std::vector<MeasuredPoint>& of) {
  const Floor least = lowest_floor(of, claim.at.merit, claim.mean);
  const bool settled = std::isfinite(least.error);
  return {fmt::format("{} over the last quarter, {}", floor_name(claim), shown(claim.expectation)),
          settled ? fmt::format("{:.4g} ({})", least.error, least.point->name)
                  : fmt::format("{} diverged", least.point->name),
          settled && fits(claim.expectation, least.error)};
}

Verdict judge_status(const Claim& claim, const std::vector<MeasuredPoint>& of) {
  std::map<std::string, std::size_t> counts;
  std::size_t runs = 0;
  for (const MeasuredPoint& point : of)
    for (const SeedRun& run : point.seeds) {
      ++counts[run.status];
      ++runs;
    }
  std::vector<std::string> measured;
  for (const auto& [status, count] : counts)
    measured.push_back(fmt::format("{} of {} {}", count, runs, status));
  return {fmt::format("every run {}", claim.status), join(measured), counts[claim.status] == runs};
}

/// One point of a slope: what is measured, and the words for that, or for why it is not.
struct Height {
  double value;
  std::string shown, missing;
};

Height height_of(const Claim& claim, const std::vector<MeasuredPoint>& points) {
  if (claim.of_floors) {
    const Floor least = lowest_floor(points, claim.at.merit, claim.mean);
    return {least.error, fmt::format("{:.4g}", least.error), least.point->name + " diverged"};
  }
  const MeasuredPoint& point = best_of(points, claim.at);
  const double cost = median_cost(point, claim.column, claim.at);
  return {cost, with_unit(cost), "not reached by " + point.name};
}

Verdict judge_slope(const Claim& claim, const std::vector<MeasuredPoint>& of) {
  std::map<double, std::vector<MeasuredPoint>> at_value;
  for (std::size_t i = 0; i < of.size(); ++i) at_value[claim.over_values[i]].push_back(of[i]);
  Verdict verdict;
  verdict.expected = fmt::format(
      "slope of log {} over log {}, {}",
      claim.of_floors ? floor_name(claim) : fmt::format("{} to {}", claim.column, shown(claim.at)),
      claim.over, shown(claim.expectation));
  std::vector<double> x, y;
  std::vector<std::string> ends;
  for (const auto& [value, points] : at_value) {
    const Height height = height_of(claim, points);
    x.push_back(value);
    y.push_back(height.value);
    ends.push_back(height.shown);
    if (std::isfinite(height.value)) continue;
    verdict.measured = height.missing;
    return verdict;
  }
  const double slope = log_slope(x, y);
  verdict.measured =
      fmt::format("{:.4g} over {} values ({} to {})", slope, x.size(), ends.front(), ends.back());
  verdict.holds = fits(claim.expectation, slope);
  return verdict;
}

}  // namespace

double median(std::vector<double> numbers) {
  const auto is_nan = [](double number) { return std::isnan(number); };
  if (std::any_of(numbers.begin(), numbers.end(), is_nan)) return std::numeric_limits<double>::quiet_NaN();
  std::sort(numbers.begin(), numbers.end());
  const std::size_t n = numbers.size();
  return n % 2 == 1 ? numbers[n / 2] : (numbers[n / 2 - 1] + numbers[n / 2]) / 2;
}

double cost_to(const SeedRun& run, const std::string& column, const Accuracy& at) {
  const bool upwards = !run.history.empty() && find_column(at.merit) == nullptr &&
                       entry(run.history.front(), at.merit) < at.value;
  for (const Record& record : run.history) {
    const double error = entry(record, at.merit);
    if (upwards ? error >= at.value : error <= at.value) return cost(record, column);
  }
  return infinity;
}

double last_of(const SeedRun& run, const std::string& measure) {
  double last = std::numeric_limits<double>::quiet_NaN();
  if (run.status == name_of(Status::diverged)) return last;
  for (const Record& record : run.history)
    if (const double value = entry(record, measure); !std::isnan(value)) last = value;
  return last;
}

double median_cost(const MeasuredPoint& point, const std::string& column, const Accuracy& at) {
  std::vector<double> costs;
  for (const SeedRun& run : point.seeds) costs.push_back(cost_to(run, column, at));
  return median(std::move(costs));
}

const MeasuredPoint& best_of(const std::vector<MeasuredPoint>& points, const Accuracy& at) {
  std::vector<double> bits;
  for (const MeasuredPoint& point : points) bits.push_back(median_cost(point, "bits_up", at));
  return points[static_cast<std::size_t>(std::min_element(bits.begin(), bits.end()) - bits.begin())];
}

double floor_of(const SeedRun& run, const std::string& merit, Mean mean) {
  if (run.status == name_of(Status::diverged)) return infinity;
  const bool geometric = mean == Mean::geometric;
  const std::size_t count = (run.history.size() + 3) / 4;
  double sum = 0;
  for (std::size_t i = run.history.size() - count; i < run.history.size(); ++i) {
    const double error = entry(run.history[i], merit);
    sum += geometric ? std::log(error) : error;
  }
  sum /= static_cast<double>(count);
  return geometric ? std::exp(sum) : sum;
}

Floor lowest_floor(const std::vector<MeasuredPoint>& points, const std::string& merit, Mean mean) {
  Floor least{&points.front(), infinity};
  for (const MeasuredPoint& point : points) {
    std::vector<double> floors;
    for (const SeedRun& run : point.seeds) floors.push_back(floor_of(run, merit, mean));
    if (const double middle = median(std::move(floors)); middle < least.error) least = {&point, middle};
  }
  return least;
}

double log_slope(const std::vector<double>& x, const std::vector<double>& y) {
  const auto n = static_cast<double>(x.size());
  double x_mean = 0, y_mean = 0, product = 0, square = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    x_mean += std::log(x[i]) / n;
    y_mean += std::log(y[i]) / n;
  }
  for (std::size_t i = 0; i < x.size(); ++i) {
    product += (std::log(x[i]) - x_mean) * (std::log(y[i]) - y_mean);
    square += (std::log(x[i]) - x_mean) * (std::log(x[i]) - x_mean);
  }
  return product / square;
}

bool fits(const Expectation& e, double measured) {
  if (std::isnan(measured)) return false;
  if (e.at_most && measured > *e.at_most) return false;
  if (e.at_least && measured < *e.at_least) return false;
  const double scale = e.relative ? std::abs(e.expected.value_or(1)) : 1;
  return !e.expected || std::abs(measured - *e.expected) <= e.within * scale;
}

Verdict judge(const Claim& claim, const std::vector<MeasuredPoint>& of,
              const std::vector<MeasuredPoint>& to) {
  switch (claim.kind) {
    case Claim::Kind::ratio:
      return judge_ratio(claim, of, to);
    case Claim::Kind::value:
      return judge_value(claim, of);
    case Claim::Kind::floor:
      return judge_floor(claim, of);
    case Claim::Kind::status:
      return judge_status(claim, of);
    case Claim::Kind::slope:
      return judge_slope(claim, of);
  }
  return {};
}

}  // namespace trivium::experiments
