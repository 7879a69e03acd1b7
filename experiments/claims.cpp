#include "claims.hpp"

#include <cmath>
#include <map>

#include <fmt/format.h>

#include <trivium/core/errors.hpp>

#include "progress.hpp"

namespace trivium::experiments {
namespace {

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
