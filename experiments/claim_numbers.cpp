#include "claim_numbers.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace trivium::experiments {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

double cost(const Record& record, const std::string& column) {
  return column == "bits_both" ? record.bits_up + record.bits_down : entry(record, column);
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

}  // namespace trivium::experiments
