#pragma once
#include <string>
#include <vector>

#include <trivium/core/record.hpp>

#include "claim.hpp"

namespace trivium::experiments {

/// One run as a claim sees it.
struct SeedRun {
  std::vector<Record> history;
  std::string status;  ///< a name of Status
};

/// The runs, one a seed, of one method at one grid point.
struct MeasuredPoint {
  std::string name;  ///< "MASHA1 (step = 2 x theory)"
  double dimension = 0;
  std::vector<SeedRun> seeds;
};

// Pure functions of histories. What is not reached costs infinitely much.

/// Of the two middle numbers the mean. Infinite unless more than half of them are finite; NaN if
/// one of them is.
double median(std::vector<double> numbers);
/// The column at the first record whose merit is at most `at`; where the merit is a measure of the problem
/// and the first record's is below `at`, at least that. "bits_both" is bits_up + bits_down.
double cost_to(const SeedRun& run, const std::string& column, const Accuracy& at);
double median_cost(const MeasuredPoint& point, const std::string& column, const Accuracy& at);
/// The measure at the last record that has it; NaN if the run diverged.
double last_of(const SeedRun& run, const std::string& measure);
/// The point that stands for a grid: fewest bits_up, median over seeds, to the accuracy; the first of equals.
const MeasuredPoint& best_of(const std::vector<MeasuredPoint>& points, const Accuracy& at);
/// The mean of a merit over the last quarter of the records, rounded up; infinite if the run diverged.
double floor_of(const SeedRun& run, const std::string& merit, Mean mean = Mean::geometric);
/// The point of a grid that stalls lowest, median over seeds, and where.
struct Floor {
  const MeasuredPoint* point;
  double error;  ///< infinite where every point diverged
};
Floor lowest_floor(const std::vector<MeasuredPoint>& points, const std::string& merit, Mean mean);
/// The least-squares slope of log y over log x.
double log_slope(const std::vector<double>& x, const std::vector<double>& y);
/// Whether a measured number is as expected; NaN never is.
bool fits(const Expectation& expectation, double measured);

}  // namespace trivium::experiments
